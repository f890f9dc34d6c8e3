//! The OpenAPI documents of vendors: right in themselves for every value of every variant, and true of what the vendors answer
//! in all conversations.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use serde_json::{Value, json};
use standin::profile::Library;
use standin::profile::model::{Does, Profile};
use standin::profile::openapi::{ROOT, document};

use crate::conversations::{conversations, library, vendors};
use crate::process::output;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every vendor with every value of each of its variants, one at a time.
fn everyone() -> Vec<Profile> {
    let library = library();
    let mut all = Vec::new();
    for vendor in library.vendors() {
        let profile =
            |picks: &[(String, String)]| library.profile(vendor, picks).expect("it is free of mistakes");
        let usual = profile(&[]);
        let each = usual.variants.iter().flat_map(|variant| {
            variant.values.iter().skip(1).map(|value| (variant.name.clone(), value.clone()))
        });
        all.extend(each.map(|pick| profile(&[pick])));
        all.push(usual);
    }
    assert!(all.len() > 40, "only {} of them", all.len());
    all
}

/// Every operation of a document, with its path and its method.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let items = document["paths"].as_object().into_iter().flatten();
    items.flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// Calls `look` for a value and all that is in it.
fn each<'v>(value: &'v Value, look: &mut dyn FnMut(&'v Value)) {
    look(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| each(item, look)),
        Value::Object(members) => members.values().for_each(|member| each(member, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_everything_is_referred_to() {
    for profile in everyone() {
        let document = document(&profile, ROOT);
        let mut met: BTreeSet<&str> = BTreeSet::new();
        each(&document, &mut |value| {
            if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').expect("within the document");
                assert!(
                    document.pointer(pointer).is_some_and(Value::is_object),
                    "{}: {reference}",
                    profile.vendor
                );
                met.insert(pointer);
            }
        });
        for part in ["schemas", "headers"] {
            for name in document["components"][part].as_object().expect("an object").keys() {
                let pointer = format!("/components/{part}/{name}");
                assert!(met.contains(&*pointer), "{}: nobody refers to {pointer}", profile.vendor);
            }
        }
    }
}

#[test]
fn every_endpoint_is_there_once_and_nothing_else() {
    for profile in everyone() {
        let document = document(&profile, ROOT);
        let mut wanted: Vec<(String, &str, String)> = Vec::new();
        for api in &profile.apis {
            let served = api.endpoints.iter().filter(|endpoint| !matches!(endpoint.does, Does::Refuse(_)));
            wanted.extend(served.map(|endpoint| {
                let path = format!("{}{}", api.base_text(), endpoint.path);
                let path = path.strip_suffix('/').filter(|base| !base.is_empty()).unwrap_or(&path).to_owned();
                (path, &*endpoint.name, endpoint.method.as_str().to_ascii_lowercase())
            }));
        }
        let mut found: Vec<(String, &str, String)> = operations(&document)
            .map(|(path, method, operation)| {
                let name = operation["operationId"].as_str().expect("a name");
                (path.to_owned(), name, method.to_owned())
            })
            .collect();
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted, "{}", profile.vendor);
        let names: BTreeSet<&str> = found.iter().map(|(_, name, _)| *name).collect();
        assert_eq!(names.len(), found.len(), "{}: a name is there twice", profile.vendor);
    }
}

#[test]
fn an_operation_declares_what_its_path_its_tags_and_its_security_name() {
    for profile in everyone() {
        let document = document(&profile, ROOT);
        let tags: Vec<&Value> =
            document["tags"].as_array().expect("a list").iter().map(|tag| &tag["name"]).collect();
        for (path, method, operation) in operations(&document) {
            let place = format!("{} {method} {path}", profile.vendor);
            assert!(METHODS.contains(&method), "{place}");
            let in_path: BTreeSet<&str> =
                path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            let parameters = operation["parameters"].as_array().expect("a list");
            let declared: BTreeSet<&str> = parameters
                .iter()
                .filter(|one| one["in"] == "path" && one["required"] == true)
                .map(|one| one["name"].as_str().expect("a name"))
                .collect();
            assert_eq!(declared, in_path, "{place}");
            let distinct: BTreeSet<String> =
                parameters.iter().map(|one| format!("{} {}", one["in"], one["name"])).collect();
            assert_eq!(distinct.len(), parameters.len(), "{place}: a parameter is there twice");
            assert!(
                operation["tags"].as_array().is_some_and(|named| named.iter().all(|tag| tags.contains(&tag)))
            );
            for scheme in operation["security"].as_array().expect("a list") {
                for name in scheme.as_object().expect("an object").keys() {
                    assert!(document["components"]["securitySchemes"].get(name).is_some(), "{place}: {name}");
                }
            }
            let codes: Vec<&String> = operation["responses"].as_object().expect("an object").keys().collect();
            let has_success = codes.iter().any(|code| code.starts_with('2'));
            assert!(has_success && codes.iter().any(|code| *code == "default"), "{place}: {codes:?}");
        }
    }
}

#[test]
fn a_variant_shows_in_the_document() {
    let library = library();
    let told = |vendor: &str, pick: Option<(&str, &str)>| {
        let picks: Vec<(String, String)> =
            pick.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        document(&library.profile(vendor, &picks).expect("it is free of mistakes"), ROOT)
    };
    let check = |vendor: &str, pick: (&str, &str), at: &str, before: &Value, after: &Value| {
        let at = |document: &Value| document.pointer(at).cloned().unwrap_or_default();
        assert_eq!((at(&told(vendor, None)), at(&told(vendor, Some(pick)))), (before.clone(), after.clone()));
    };
    let size = "/paths/~1api~13~1people/get/parameters/1/schema/maximum";
    check("rookery", ("page_above_max", "clamp"), size, &json!(200), &Value::Null);
    let gone = "/paths/~1api~13~1people~1{id}/delete/responses/200/content/application~1json/schema/required";
    check("rookery", ("removed_status", "200"), gone, &Value::Null, &json!(["data"]));
    let left = "/components/headers/rookery-calls-left/schema/type";
    check("rookery", ("limit_headers", "own"), left, &Value::Null, &json!("integer"));
    let ignored = "/components/schemas/scim.User.body/required";
    check(
        "scim",
        ("unknown_attributes", "ignore"),
        ignored,
        &json!(["schemas", "userName"]),
        &json!(["schemas", "userName"]),
    );
}

#[test]
fn the_command_prints_it_with_what_is_picked() {
    let options = ["openapi", "cofense", "--set", "cofense.patch=on,cosafe.no=matter"];
    let printed = output(&options);
    assert_eq!(printed.status.code(), Some(0), "{printed:?}");
    let printed: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let profile = library().profile("cofense", &[("patch".to_owned(), "on".to_owned())]);
    assert_eq!(printed, document(&profile.expect("it is free of mistakes"), ROOT));
    let refused = output(&["openapi", "cofence"]);
    assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("cofense"), "{refused:?}");
}

/// A call of a conversation, with its reply.
struct Exchange {
    method: String,
    path: String,
    host: String,
    /// Its header fields and its body, as they are written.
    sent: String,
    status: String,
    headers: Vec<(String, String)>,
    body: String,
    /// Whether it ended in a fault that was asked for.
    is_forced: bool,
}

/// The picks of a conversation, and what is said in it.
fn read(text: &str) -> (Vec<(String, String, String)>, Vec<Exchange>) {
    let (mut picks, mut exchanges, mut is_forced) = (Vec::new(), Vec::new(), false);
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        if let Some(pick) = line.strip_prefix("@ set ") {
            let (name, value) = pick.split_once('=').expect("VENDOR.NAME=VALUE");
            let (vendor, name) = name.split_once('.').expect("VENDOR.NAME=VALUE");
            picks.push((vendor.to_owned(), name.to_owned(), value.to_owned()));
        }
        is_forced |= line.starts_with("@ force ");
        let begins = line.starts_with("> ") && (at == 0 || !lines[at - 1].starts_with('>'));
        if !begins {
            continue;
        }
        let (method, target) = line["> ".len()..].split_once(' ').expect("a method and a path");
        let reply = lines[at..]
            .iter()
            .skip_while(|line| line.starts_with('>'))
            .take_while(|line| line.starts_with('<'));
        let mut reply = reply.map(|line| line.strip_prefix("< ").unwrap_or_default());
        let status = reply.next().expect("a reply").to_owned();
        let headers = reply.by_ref().take_while(|line| !line.is_empty());
        let headers = headers.map(|line| line.split_once(": ").expect("NAME: VALUE"));
        let sent = lines[at + 1..].iter().take_while(|line| line.starts_with('>'));
        let sent: Vec<&str> = sent.map(|line| line.strip_prefix("> ").unwrap_or_default()).collect();
        let host = sent.iter().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        exchanges.push(Exchange {
            host: host.to_owned(),
            sent: sent.join("\n"),
            method: if method == "HEAD" { "get".to_owned() } else { method.to_ascii_lowercase() },
            path: target.split('?').next().unwrap_or_default().to_owned(),
            status,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body: reply.collect::<Vec<_>>().join("\n"),
            is_forced: std::mem::take(&mut is_forced),
        });
    }
    (picks, exchanges)
}

/// A document whose objects have the properties that it names and no others.
struct Closed {
    /// As it is served.
    open: Value,
    document: Value,
    validators: BTreeMap<String, Validator>,
}

impl Closed {
    fn new(profile: &Profile) -> Self {
        let open = document(profile, ROOT);
        let mut document = open.clone();
        close(&mut document["components"]["schemas"]);
        close(&mut document["paths"]);
        Self { open, document, validators: BTreeMap::new() }
    }

    /// The operation of a call: of several paths, the one with the most letters.
    fn operation(&self, method: &str, path: &str) -> Option<String> {
        let path = if path.len() > 1 { path.strip_suffix('/').unwrap_or(path) } else { path };
        let fits = |template: &str| {
            let (wanted, sent): (Vec<&str>, Vec<&str>) =
                (template.split('/').collect(), path.split('/').collect());
            let fits = |(wanted, sent): (&&str, &&str)| {
                wanted == sent || wanted.starts_with('{') && !sent.is_empty()
            };
            wanted.len() == sent.len() && wanted.iter().zip(&sent).all(fits)
        };
        let found = operations(&self.document).filter(|(template, _, _)| fits(template));
        let template =
            found.map(|(template, _, _)| template).min_by_key(|template| template.matches('{').count())?;
        let pointer = format!("/paths/{}/{method}", template.replace('/', "~1"));
        self.document.pointer(&pointer).map(|_| pointer)
    }

    /// What of the JSON body of a REST call that ended well its description would refuse; `None` for another call.
    fn refused(&mut self, operation: &str, exchange: &Exchange) -> Option<Vec<String>> {
        let pointer = format!("{operation}/requestBody/content/application~1json/schema");
        let body: Value = serde_json::from_str(exchange.sent.split_once("\n\n")?.1).ok()?;
        // Of SCIM, more is let pass than is described.
        let has_scim = self.open.pointer(&pointer.replace("1json", "1scim+json")).is_some();
        let is_of_form = exchange.sent.contains("x-www-form-urlencoded");
        if has_scim || is_of_form || !exchange.status.starts_with('2') {
            return None;
        }
        let mut schema = self.open.pointer(&pointer)?.clone();
        schema["components"] = self.open["components"].clone();
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        Some(
            validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())).collect(),
        )
    }

    /// What of a reply is not described.
    fn undescribed(&mut self, operation: &str, exchange: &Exchange) -> Vec<String> {
        let at = format!("{operation}/responses/{}", exchange.status);
        let Some(response) = self.document.pointer(&at) else { return vec!["the status".to_owned()] };
        let mut wrong = Vec::new();
        for (name, value) in &exchange.headers {
            let described = response["headers"].as_object().into_iter().flatten();
            let is_described = described.clone().any(|(known, _)| known.eq_ignore_ascii_case(name));
            if !is_described && name != "content-type" {
                wrong.push(format!("the header {name}: {value}"));
            }
        }
        let kind = exchange.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value);
        match (kind, exchange.body.is_empty()) {
            (None, true) if response.get("content").is_some() => wrong.push("that it has no body".to_owned()),
            (Some(kind), false) => {
                let kind = kind.split(';').next().unwrap_or_default().replace('/', "~1");
                let pointer = format!("{at}/content/{kind}/schema");
                if self.document.pointer(&pointer).is_none() {
                    wrong.push(format!("the media type {kind}"));
                    return wrong;
                }
                let body: Value = serde_json::from_str(&exchange.body).expect("JSON");
                let document = &self.document;
                let validator = self.validators.entry(pointer).or_insert_with_key(|pointer| {
                    let mut schema = document.pointer(pointer).cloned().unwrap_or_default();
                    schema["components"] = document["components"].clone();
                    jsonschema::validator_for(&schema).expect("it is a schema")
                });
                wrong.extend(
                    validator.iter_errors(&body).map(|error| format!("{}: {error}", error.instance_path())),
                );
            }
            _ => {}
        }
        wrong
    }
}

/// Lets objects have no properties but those that are named.
fn close(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let is_object = members.get("type").is_some_and(|kind| kind == "object");
            if is_object && members.get("properties").is_some_and(Value::is_object) {
                members.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn whatever_a_conversation_shows_is_described() {
    let library = library();
    let mut wrong = Vec::new();
    let hosts = hosts(&library);
    let (mut calls, mut bodies, mut met) = (0, 0, BTreeSet::new());
    for vendor in vendors(&library) {
        let mut documents: BTreeMap<String, Closed> = BTreeMap::new();
        for path in conversations(vendor) {
            let text = std::fs::read_to_string(&path).expect("a conversation");
            let (picks, exchanges) = read(&text);
            for exchange in exchanges.iter().filter(|exchange| !exchange.is_forced) {
                let Some((whose, below)) = whose(&hosts, exchange) else { continue };
                let picks: Vec<(String, String)> = picks
                    .iter()
                    .filter(|(of, _, _)| of == whose)
                    .map(|(_, name, value)| (name.clone(), value.clone()))
                    .collect();
                let closed = documents.entry(format!("{whose} {picks:?}")).or_insert_with(|| {
                    Closed::new(&library.profile(whose, &picks).expect("it is free of mistakes"))
                });
                let Some(operation) = closed.operation(&exchange.method, &below) else { continue };
                calls += 1;
                met.insert(format!("{whose} {operation}"));
                let place = || format!("{} {} {}", path.display(), exchange.method, exchange.path);
                let undescribed = closed.undescribed(&operation, exchange).into_iter();
                wrong.extend(undescribed.map(|what| format!("{} {}: {what}", place(), exchange.status)));
                let refused = closed.refused(&operation, exchange);
                bodies += usize::from(refused.is_some());
                let refused = refused.into_iter().flatten();
                wrong.extend(refused.map(|what| format!("{} was good, and not described: {what}", place())));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are not described:\n{}", wrong.len(), wrong.join("\n"));
    let operations = met.len();
    assert!(calls > 1_500 && bodies > 50 && operations > 60, "only {calls}, {bodies}, {operations}");
}

/// Whose a call is, and what of its path stands in the document; `None` for the control API's, and for nobody's.
fn whose<'h>(hosts: &'h [(String, Vec<String>)], exchange: &Exchange) -> Option<(&'h str, String)> {
    let host: Vec<&str> = exchange.host.split('.').collect();
    let is_host = |(_, known): &&(String, Vec<String>)| {
        known.iter().any(|known| {
            let known: Vec<&str> = known.split('.').collect();
            let same = |(known, said): (&&str, &&str)| *known == "*" || known == said;
            known.len() == host.len() && known.iter().zip(&host).all(same)
        })
    };
    if let Some((vendor, _)) = hosts.iter().find(is_host) {
        return Some((vendor, exchange.path.clone()));
    }
    let mut parts = exchange.path.splitn(3, '/').skip(1);
    let first = parts.next().unwrap_or_default().split('@').next().unwrap_or_default();
    let (vendor, _) = hosts.iter().find(|(vendor, _)| *vendor == first)?;
    Some((vendor, format!("/{}", parts.next().unwrap_or_default())))
}

/// The hosts of each vendor.
fn hosts(library: &Library) -> Vec<(String, Vec<String>)> {
    let hosts = |vendor: &str| {
        let mut hosts = library.profile(vendor, &[]).expect("it is free of mistakes").hosts;
        hosts.extend([format!("{vendor}.localhost"), format!("*.{vendor}.localhost")]);
        (vendor.to_owned(), hosts)
    };
    library.vendors().map(hosts).collect()
}
