//! A call: its parameters and its body.

use serde_json::{Map, Value, json};

use super::{Part, Schemas, message, name_facts, reply, resource, shape};
use crate::profile::explain::{self, surface};
use crate::profile::fixed::ORGANIZATIONS;
use crate::profile::model::{
    ApiKind, Document, Does, IdCore, IdForm, Matching, Paging, PagingStyle, Profile, Rule,
};

/// The scheme by which an OAuth client says who it is at its token endpoint.
pub(super) fn basic_scheme(credential: &str) -> String {
    format!("{credential}.basic")
}

impl Part<'_> {
    /// Whether the call has a body.
    pub(super) fn reads_body(&self) -> bool {
        match self.endpoint.does {
            Does::Create | Does::Update(_) | Does::Replace | Does::Patch => true,
            Does::Bulk | Does::Token | Does::Revoke => true,
            Does::List | Does::ListAll => self.is_search(),
            Does::Fetch | Does::Delete | Does::Describe(_) | Does::Refuse(_) => false,
        }
    }

    /// Whether it is a query in a body (SCIM).
    fn is_search(&self) -> bool {
        self.api.kind == ApiKind::Scim && self.endpoint.method == http::Method::POST
    }
}

/// The operation.
pub(super) fn operation(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    let Part { profile, api, endpoint } = *part;
    let about = explain::does(profile, endpoint);
    let mut operation = json!({
        "operationId": endpoint.name,
        "summary": capital(&about),
        "tags": [api.name],
        "parameters": parameters(part),
    });
    let description = description(part);
    if !description.is_empty() {
        operation["description"] = json!(description);
    }
    if let Some(body) = body(part, schemas) {
        operation["requestBody"] = body;
    }
    operation["responses"] = Value::Object(reply::replies(part, schemas));
    operation["security"] = security(part);
    let mut rules: Vec<&Rule> = vec![&api.rule, &endpoint.rule];
    if matches!(endpoint.does, Does::List | Does::ListAll) {
        rules.push(&endpoint.paging.rule);
        rules.extend(endpoint.filters.iter().map(|filter| &filter.rule));
        rules.extend(api.resources.get(endpoint.of).map(|resource| &resource.filter_rule));
    }
    if !api.requires.plans.is_empty() {
        rules.push(&api.plans_rule);
    }
    if !api.requires.prerequisites.is_empty() {
        rules.push(&api.prerequisites_rule);
    }
    name_facts(profile, &rules, &mut operation);
    operation
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn description(part: &Part<'_>) -> String {
    let endpoint = part.endpoint;
    let mut sentences = Vec::new();
    if let Some(scope) = &endpoint.scope {
        sentences.push(format!("Needs the scope `{scope}`."));
    }
    if matches!(endpoint.does, Does::List | Does::ListAll) {
        sentences.push(format!("Paging: {}.", surface::paging(&endpoint.paging)));
    }
    sentences.join(" ")
}

/// Who may call.
fn security(part: &Part<'_>) -> Value {
    let Some(credential) = part.profile.credentials.get(part.api.credential) else { return json!([]) };
    match (part.endpoint.does, &part.api.token) {
        (Does::Token | Does::Revoke, Some(token)) => {
            let ways = token.authentication;
            let basic = ways.basic.then(|| json!({basic_scheme(&credential.name): []}));
            // In the form, which no scheme describes.
            let in_body = ways.body.then(|| json!({}));
            Value::Array(basic.into_iter().chain(in_body).collect())
        }
        _ => {
            let scopes: Vec<&String> = part.endpoint.scope.iter().collect();
            json!([{credential.name.as_str(): scopes}])
        }
    }
}

fn parameters(part: &Part<'_>) -> Vec<Value> {
    let Part { profile, api, endpoint } = *part;
    let mut parameters = Vec::new();
    if api.base.contains(&None) {
        parameters.push(json!({
            "name": "organization", "in": "path", "required": true,
            "description": format!("The organization: {} in the sandbox default.", ORGANIZATIONS.join(" or ")),
            "schema": {"type": "string", "default": ORGANIZATIONS[0]},
        }));
    }
    if endpoint.path.contains("{id}") {
        let (about, schema) = match endpoint.does {
            Does::Describe(Document::Schema) => ("The URN of the schema.", json!({"type": "string"})),
            Does::Describe(_) => ("The name of the resource type.", json!({"type": "string"})),
            _ => ("The id of the record.", id(profile, part)),
        };
        parameters.push(json!({
            "name": "id", "in": "path", "required": true, "description": about, "schema": schema,
        }));
    }
    match api.kind {
        ApiKind::Rest if endpoint.does == Does::List => rest_query(part, &mut parameters),
        ApiKind::Scim if !part.is_search() => scim_query(part, &mut parameters),
        ApiKind::Rest | ApiKind::Scim | ApiKind::OAuth => {}
    }
    let is_on_one = matches!(endpoint.does, Does::Fetch | Does::Replace | Does::Patch | Does::Delete);
    if api.offers.etag && is_on_one {
        let known = if endpoint.does == Does::Fetch { 304 } else { 412 };
        let headers = [
            ("If-Match", "The version that is meant, as in `ETag`; another is 412.".to_owned()),
            ("If-None-Match", format!("The version that is not meant; it is answered with {known}.")),
        ];
        parameters.extend(headers.map(|(name, about)| {
            json!({"name": name, "in": "header", "description": about, "schema": {"type": "string"}})
        }));
    }
    parameters
}

/// A record's id, as this api shows it.
pub(super) fn id(profile: &Profile, part: &Part<'_>) -> Value {
    let shape = part.api.shapes.iter().find(|shape| shape.record == part.endpoint.record);
    let resource = part.api.resources.iter().find(|resource| resource.record == part.endpoint.record);
    match shape.map(|shape| &shape.id).or_else(|| resource.map(|resource| &resource.id)) {
        Some(form) => id_schema(profile, part.endpoint.record, form),
        None => json!({"type": "string"}),
    }
}

/// Ids of a form; some of the first are as the vendor's documents print them, whatever the form.
pub(super) fn id_schema(profile: &Profile, record: usize, form: &IdForm) -> Value {
    let record = profile.records.get(record);
    let (core, example) = match form.core {
        IdCore::Number => ("[0-9]+", record.map_or(1, |record| record.numbers.0).to_string()),
        IdCore::Uuid => (
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "2819c223-7f76-453a-919d-413861904646".to_owned(),
        ),
        IdCore::Hex => ("[0-9a-f]{16}", "1f0c33d2a86e4b57".to_owned()),
    };
    let printed = record.map_or(&[][..], |record| &record.printed_ids);
    if !printed.is_empty() {
        return json!({"type": "string", "examples": printed});
    }
    let escaped = |text: &str| {
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\{c}") };
        // Outside of classes a hyphen and an underscore are themselves.
        text.chars()
            .map(|c| if matches!(c, '-' | '_') { c.to_string() } else { letter(c) })
            .collect::<String>()
    };
    let (prefix, suffix) = (escaped(&form.prefix), escaped(&form.suffix));
    json!({
        "type": "string",
        "pattern": format!("^{prefix}{core}{suffix}$"),
        "examples": [format!("{}{example}{}", form.prefix, form.suffix)],
    })
}

fn query(name: &str, about: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": about, "schema": schema})
}

fn rest_query(part: &Part<'_>, parameters: &mut Vec<Value>) {
    paging(&part.endpoint.paging, parameters);
    let Some(shape) = part.api.shapes.get(part.endpoint.of) else { return };
    for filter in &part.endpoint.filters {
        let Some(field) = shape.fields.get(filter.field) else { continue };
        let how = match filter.matching {
            Matching::Equals => "is",
            Matching::Contains => "holds",
            Matching::StartsWith => "begins with",
        };
        let case = if filter.case_exact { "; case counts" } else { "" };
        let about = format!("Only records whose {} {how} this{case}.", field.name);
        let schema = shape::sought(part.profile, shape, field, filter.matching);
        let mut parameter = query(&filter.parameter, &about, &schema);
        name_facts(part.profile, &[&filter.rule], &mut parameter);
        parameters.push(parameter);
    }
}

/// The parameters of paging.
fn paging(paging: &Paging, parameters: &mut Vec<Value>) {
    let whole = |least: u64| json!({"type": "integer", "minimum": least});
    let with_default = |mut schema: Value, default: usize| {
        schema["default"] = json!(default);
        schema
    };
    let (about, number) = match paging.style {
        PagingStyle::None => return,
        PagingStyle::Page => ("The page.", with_default(whole(1), 1)),
        PagingStyle::Offset => ("How many records to leave out in front.", with_default(whole(0), 0)),
        PagingStyle::Cursor => ("The cursor of the page, from the page before.", json!({"type": "string"})),
        PagingStyle::Index => ("The number of the first record, from 1.", with_default(whole(1), 1)),
    };
    parameters.push(query(&paging.number, about, &number));
    let least = u64::from(paging.style != PagingStyle::Index);
    let mut size = with_default(whole(least), paging.default);
    let above = if paging.refuse_above_max { "more is refused" } else { "more gets as many" };
    if paging.refuse_above_max {
        size["maximum"] = json!(paging.max);
    }
    let about = format!("The most records of a page: {} at most, {above}.", paging.max);
    parameters.push(query(&paging.size, &about, &size));
}

/// The parameters of RFC 7644 sections 3.4.2 and 3.9, as far as they are looked at.
fn scim_query(part: &Part<'_>, parameters: &mut Vec<Value>) {
    if matches!(part.endpoint.does, Does::Describe(_) | Does::Delete | Does::Bulk) {
        return;
    }
    for (name, about, schema) in message::query_members(part) {
        let is_list = schema["type"] == "array";
        let mut parameter = query(name, &about, &schema);
        // In a URL a list has commas in between.
        if is_list {
            parameter["explode"] = json!(false);
        }
        parameters.push(parameter);
    }
}

fn body(part: &Part<'_>, schemas: &mut Schemas) -> Option<Value> {
    if !part.reads_body() {
        return None;
    }
    let Part { api, endpoint, .. } = *part;
    let content = match (api.kind, endpoint.does) {
        (ApiKind::Rest, _) => {
            let fields = shape::sent(part, schemas);
            let mut content = Map::new();
            if api.accepts_json {
                let json = match &endpoint.wrapped_in {
                    Some(key) => {
                        json!({"type": "object", "properties": {key.as_str(): fields.clone()}, "required": [key]})
                    }
                    None => fields.clone(),
                };
                content.insert("application/json".to_owned(), json!({"schema": json}));
            }
            if api.accepts_form {
                content.insert(message::FORM.to_owned(), json!({"schema": fields}));
            }
            Value::Object(content)
        }
        (ApiKind::OAuth, _) => message::content(&[message::FORM], &message::token_form(part)),
        (ApiKind::Scim, Does::Patch) => {
            message::content(message::SCIM_MEDIA, &message::patch_op(part, schemas))
        }
        (ApiKind::Scim, Does::Bulk) => {
            message::content(message::SCIM_MEDIA, &message::bulk_request(part, schemas))
        }
        (ApiKind::Scim, Does::List | Does::ListAll) => {
            message::content(message::SCIM_MEDIA, &message::search_request(part, schemas))
        }
        (ApiKind::Scim, _) => message::content(message::SCIM_MEDIA, &resource::sent(part, schemas)),
    };
    Some(json!({"required": true, "content": content}))
}
