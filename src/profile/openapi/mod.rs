//! A vendor's surface as an OpenAPI 3.1 document, with the variants that are in force: for whoever generates a client, or
//! looks around in a viewer.
//!
//! | file | describes |
//! |---|---|
//! | `operation` | a call: its parameters and its body |
//! | `reply` | what comes of it: success, faults, header fields |
//! | `fault` | which faults can come of which call, and how they look |
//! | `shape` | records over REST |
//! | `resource` | records over SCIM |
//! | `message` | the messages of SCIM and OAuth |
//!
//! What the protocol has and the vendor refuses is no operation: it stands in the description of the api.
//!
//! **Invariant:** everything said is read from the [`Profile`]; no call is answered, and nothing is known of what runs. What
//! is described is what an answer holds, not what a client may get away with: leniency is told by `explain` alone.

mod fault;
mod message;
mod operation;
mod reply;
mod resource;
mod shape;

use serde_json::{Map, Value, json};

use super::explain;
use super::model::{Api, ApiKind, Carrier, Does, Endpoint, Mark, Profile, Rule};

/// Where the paths of a document begin when nothing runs that could say.
pub const ROOT: &str = "http://127.0.0.1:8080";

/// The document of a vendor below Standin's root, `http://127.0.0.1:8080`. The paths in it begin behind the vendor's name.
pub fn document(profile: &Profile, root: &str) -> Value {
    let mut schemas = Schemas::default();
    let mut paths: Map<String, Value> = Map::new();
    for api in &profile.apis {
        for endpoint in api.endpoints.iter().filter(|endpoint| !endpoint.is_refusal()) {
            let item = paths.entry(path(api, endpoint)).or_insert_with(|| json!({}));
            let method = endpoint.method.as_str().to_ascii_lowercase();
            item[method] = operation::operation(&Part { profile, api, endpoint }, &mut schemas);
        }
    }
    let variants = profile.variants.iter().map(|one| (one.name.clone(), json!(one.in_force)));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": profile.title,
            "version": env!("CARGO_PKG_VERSION"),
            "summary": format!("{} as Standin emulates it", profile.title),
            "description": description(profile),
            "x-standin-variants": variants.collect::<Map<_, _>>(),
        },
        "servers": [{"url": format!("{root}/{}", profile.vendor), "description": "Standin"}],
        "tags": profile.apis.iter().map(|api| tag(profile, api)).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas.0,
            "headers": reply::headers(profile),
            "securitySchemes": security_schemes(profile, root),
        },
    })
}

/// One call of one api.
#[derive(Clone, Copy)]
struct Part<'a> {
    profile: &'a Profile,
    api: &'a Api,
    endpoint: &'a Endpoint,
}

/// The schemas that are referred to, by name.
#[derive(Default)]
struct Schemas(Map<String, Value>);

impl Schemas {
    /// A reference to a schema, which is made when it is referred to for the first time.
    fn refer(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), Value::Null);
            let schema = make(self);
            self.0.insert(name.to_owned(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }
}

/// The path of a call behind the vendor's name.
fn path(api: &Api, endpoint: &Endpoint) -> String {
    let path = format!("{}{}", api.base_text(), endpoint.path);
    match path.strip_suffix('/') {
        Some(base) if !base.is_empty() => base.to_owned(),
        _ => path,
    }
}

/// The ids of the facts behind these rules.
fn facts<'a>(profile: &'a Profile, rules: &[&Rule]) -> Vec<&'a str> {
    let mut indices: Vec<u16> = rules.iter().flat_map(|rule| rule.facts.iter().copied()).collect();
    indices.sort_unstable();
    indices.dedup();
    indices.iter().filter_map(|index| profile.facts.get(usize::from(*index))).map(|fact| &*fact.id).collect()
}

/// Says which facts are behind something, if any are.
fn name_facts(profile: &Profile, rules: &[&Rule], of: &mut Value) {
    let facts = facts(profile, rules);
    if !facts.is_empty() {
        of["x-standin-facts"] = json!(facts);
    }
}

/// What it is, and how well it is known.
fn description(profile: &Profile) -> String {
    let of = |mark: Mark| profile.facts.iter().filter(move |fact| fact.mark == mark);
    let ids = |mark: Mark| {
        let ids: Vec<&str> = of(mark).map(|fact| &*fact.id).collect();
        if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
    };
    let in_part = of(Mark::Documented).filter(|fact| fact.assumed.is_some()).count();
    let mut text = format!(
        "{}\n\nFacts: {} documented ({in_part} in part; what their sources leave open is assumed); assumed: {}; varying: {}. \
         `x-standin-facts` names those behind a call, a field or a fault; `standin explain {}` tells them.",
        profile.about,
        of(Mark::Documented).count(),
        ids(Mark::Assumed),
        ids(Mark::Varies),
        profile.vendor,
    );
    if !profile.absent.is_empty() {
        let absent: Vec<&str> = profile.absent.iter().map(|one| &*one.about).collect();
        text += &format!("\n\nNot served: {}.", absent.join("; "));
    }
    text
}

fn tag(profile: &Profile, api: &Api) -> Value {
    let mut about = explain::surface::introduction(profile, api);
    for clause in explain::surface::refused(api) {
        about += &format!("\n\nNot served: {clause}.");
    }
    // For a terminal, some spaces do not break.
    json!({"name": api.name, "description": about.replace('\u{a0}', " ")})
}

/// The credentials, each as one way to say who calls; an OAuth client has another at its token endpoint.
fn security_schemes(profile: &Profile, root: &str) -> Map<String, Value> {
    let mut schemes = Map::new();
    for (index, credential) in profile.credentials.iter().enumerate() {
        let of_credential =
            profile.apis.iter().filter(|api| api.credential == index && api.kind == ApiKind::OAuth);
        let url = |api: &Api, does: Does| {
            let endpoint = api.endpoints.iter().find(|endpoint| endpoint.does == does)?;
            // A URL has no slots.
            let base = api.base_of(super::fixed::ORGANIZATIONS[0]);
            Some(format!("{root}/{}{base}{}", profile.vendor, endpoint.path))
        };
        let token_url = of_credential.clone().find_map(|api| url(api, Does::Token));
        let mut scheme = match &credential.carrier {
            Carrier::Header(name) => {
                let name = explain::header(profile, credential).unwrap_or_else(|| name.as_str().to_owned());
                json!({"type": "apiKey", "in": "header", "name": name})
            }
            Carrier::Query(name) => json!({"type": "apiKey", "in": "query", "name": name}),
            Carrier::Client if token_url.is_some() => {
                let scopes: Map<String, Value> =
                    credential.scopes.iter().map(|(name, about)| (name.clone(), json!(about))).collect();
                let flow = json!({"tokenUrl": token_url, "scopes": scopes});
                json!({"type": "oauth2", "flows": {"clientCredentials": flow}})
            }
            Carrier::Bearer | Carrier::Client => json!({"type": "http", "scheme": "bearer"}),
        };
        let scopes: Vec<String> =
            credential.scopes.iter().map(|(name, about)| format!("`{name}`: {about}")).collect();
        scheme["description"] = match scopes.as_slice() {
            [] => json!(credential.about),
            scopes => json!(format!("{}. Scopes: {}.", credential.about, scopes.join("; "))),
        };
        name_facts(profile, &[&credential.rule], &mut scheme);
        schemes.insert(credential.name.clone(), scheme);
        if of_credential.clone().filter_map(|api| api.token.as_ref()).any(|token| token.authentication.basic)
        {
            let about = "The client's id and secret, at its token endpoint.";
            let basic = json!({"type": "http", "scheme": "basic", "description": about});
            schemes.insert(operation::basic_scheme(&credential.name), basic);
        }
    }
    schemes
}
