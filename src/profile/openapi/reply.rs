//! What comes of a call: success, faults, and the header fields of both.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fault::{self, BEFORE_LIMITS};
use super::{Part, Schemas, message, name_facts, resource, shape};
use crate::fault::FaultName;
use crate::profile::model::{
    ApiKind, Deactivate, Does, LevelHeaders, Profile, ReplySlot, Reset, RetryAfter, Rule,
};
use crate::profile::template::SlotSchema;

const REQUEST_ID: &str = "Standin-Request-Id";

/// The header fields that many replies have.
pub(super) fn headers(profile: &Profile) -> Map<String, Value> {
    let header = |about: &str, schema: Value| json!({"description": about, "schema": schema});
    let (text, number) = (json!({"type": "string"}), json!({"type": "integer"}));
    let mut headers = Map::new();
    headers.insert(REQUEST_ID.to_owned(), header("The key into the journal.", text.clone()));
    let limits = &profile.limits;
    let reset = match limits.reset {
        Reset::Epoch => header("When all of it is there again, in seconds since 1970.", number.clone()),
        Reset::Seconds => header("In how many seconds all of it is there again.", number.clone()),
        Reset::HttpDate => header("When all of it is there again.", text.clone()),
    };
    for (name, tells) in level_headers(profile) {
        let told = match tells {
            Tells::Limit => header("How many calls there may be.", number.clone()),
            Tells::Remaining => header("How many calls are left.", number.clone()),
            Tells::Reset => reset.clone(),
            Tells::Service => header("What is left of each limit.", text.clone()),
            Tells::Policy => header("The limits.", text.clone()),
        };
        headers.insert(name, told);
    }
    headers
}

/// What a header tells of rate limits.
enum Tells {
    Limit,
    Remaining,
    Reset,
    Service,
    Policy,
}

/// The header fields that tell what the limits have for a call.
fn level_headers(profile: &Profile) -> Vec<(String, Tells)> {
    if profile.limits.rates.is_empty() {
        return Vec::new();
    }
    let named = |name: &str, tells| (name.to_owned(), tells);
    match &profile.limits.headers {
        LevelHeaders::None => Vec::new(),
        LevelHeaders::XRateLimit => vec![
            named("X-RateLimit-Limit", Tells::Limit),
            named("X-RateLimit-Remaining", Tells::Remaining),
            named("X-RateLimit-Reset", Tells::Reset),
        ],
        LevelHeaders::Ietf => {
            vec![named("RateLimit", Tells::Service), named("RateLimit-Policy", Tells::Policy)]
        }
        LevelHeaders::Own { limit, remaining, reset } => {
            let told = [(limit, Tells::Limit), (remaining, Tells::Remaining), (reset, Tells::Reset)];
            let own = told.into_iter().filter_map(|(name, tells)| Some((name.as_ref()?, tells)));
            own.map(|(name, tells)| named(name.as_str(), tells)).collect()
        }
    }
}

/// All replies to a call, by status.
pub(super) fn replies(part: &Part<'_>, schemas: &mut Schemas) -> Map<String, Value> {
    let mut replies = Map::new();
    for (status, reply) in successes(part, schemas) {
        replies.insert(status.to_string(), reply);
    }
    let mut by_status: BTreeMap<u16, Vec<FaultName>> = BTreeMap::new();
    for one in fault::possible(part) {
        let names = by_status.entry(one.status).or_default();
        if !names.contains(&one.name) {
            names.push(one.name);
        }
    }
    for (status, names) in by_status {
        replies.insert(status.to_string(), refusal(part, status, &names, schemas));
    }
    let about = "Any other fault: one that was asked for, or a server that fails.";
    let content = fault::content(part, schemas);
    replies.insert("default".to_owned(), json!({"description": about, "content": content}));
    replies
}

/// How a call ends well.
fn successes(part: &Part<'_>, schemas: &mut Schemas) -> Vec<(u16, Value)> {
    let Part { profile, api, endpoint } = *part;
    let does = endpoint.does;
    let shows_record =
        matches!(does, Does::Fetch | Does::Create | Does::Update(_) | Does::Replace | Does::Patch);
    let mut fields = common_headers(part, true);
    let mut field = |name: &str, about: &str| {
        fields.insert(name.to_owned(), json!({"description": about, "schema": {"type": "string"}}));
    };
    if does == Does::Create || endpoint.is_own && shows_record {
        field("Location", "The URL of the record.");
    }
    if api.offers.etag && shows_record {
        field("ETag", "The version of the record.");
    }
    if matches!(does, Does::List) && endpoint.paging.link_header {
        field("Link", "The pages around this one (RFC 8288).");
    }
    if matches!(does, Does::Token | Does::Revoke) {
        field("Cache-Control", "`no-store`");
    }
    if does == Does::Token {
        field("Pragma", "`no-cache`");
    }
    let about = crate::profile::explain::does(profile, endpoint);
    let mut reply = json!({"description": format!("Done: {about}."), "headers": fields.clone()});
    if let Some(schema) = body(part, schemas) {
        let media = if api.kind == ApiKind::Scim { message::SCIM_MEDIA } else { message::JSON_MEDIA };
        reply["content"] = message::content(media, &schema);
    }
    let mut replies = vec![(endpoint.status, reply)];
    if does == Does::Fetch && api.offers.etag {
        let about = "The record is in a version that `If-None-Match` names.";
        replies.push((304, json!({"description": about, "headers": fields})));
    }
    let record = profile.records.get(endpoint.record);
    let lets_go =
        record.is_some_and(|record| record.deactivate == Deactivate::Delete && record.deactivated_no_content);
    if matches!(does, Does::Update(_) | Does::Replace | Does::Patch) && lets_go && endpoint.status != 204 {
        let about = "The record was deactivated, and so deleted.";
        replies.push((204, json!({"description": about, "headers": common_headers(part, true)})));
    }
    replies
}

/// The body of success; `None` for none.
fn body(part: &Part<'_>, schemas: &mut Schemas) -> Option<Value> {
    let Part { api, endpoint, .. } = *part;
    if let Some(template) = &endpoint.reply {
        return Some(template.json_schema(&mut |slot| reply_slot(part, *slot, schemas)));
    }
    match endpoint.does {
        Does::List if api.kind == ApiKind::Rest => {
            Some(json!({"type": "array", "items": record(part, schemas)}))
        }
        Does::List => {
            let name = resource::name(part.profile, api, endpoint.of);
            let one = record(part, schemas);
            Some(message::list(part, &format!("{name}.list"), &one, schemas))
        }
        Does::ListAll => {
            let all = (0..api.resources.len())
                .map(|of| resource::shown(part.profile, api, of, schemas))
                .collect::<Vec<_>>();
            Some(message::list(part, "list", &json!({"anyOf": all}), schemas))
        }
        Does::Fetch | Does::Create | Does::Update(_) | Does::Replace | Does::Patch => {
            Some(record(part, schemas))
        }
        Does::Describe(document) => Some(message::document(part, document, schemas)),
        Does::Bulk => Some(message::bulk_response(part, schemas)),
        Does::Token => Some(message::access_token(part, schemas)),
        Does::Delete | Does::Revoke | Does::Refuse(_) => None,
    }
}

/// One record, as it is shown.
fn record(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    match part.api.kind {
        ApiKind::Scim => resource::shown(part.profile, part.api, part.endpoint.of, schemas),
        ApiKind::Rest | ApiKind::OAuth => shape::shown(part, schemas),
    }
}

fn reply_slot(part: &Part<'_>, slot: ReplySlot, schemas: &mut Schemas) -> SlotSchema {
    let does = part.endpoint.does;
    let is_list = matches!(does, Does::List | Does::ListAll);
    let number = || SlotSchema { schema: json!({"type": "integer", "minimum": 0}), is_always: is_list };
    match slot {
        ReplySlot::Item => {
            SlotSchema { schema: record(part, schemas), is_always: !is_list && does != Does::Delete }
        }
        ReplySlot::Items => {
            let items = json!({"type": "array", "items": record(part, schemas)});
            SlotSchema { schema: items, is_always: is_list }
        }
        ReplySlot::Total | ReplySlot::Page | ReplySlot::Size | ReplySlot::Offset | ReplySlot::Count => {
            number()
        }
        ReplySlot::NextCursor => SlotSchema {
            schema: json!({"type": ["string", "null"], "description": "Null behind the last page."}),
            is_always: is_list,
        },
        ReplySlot::Status => SlotSchema::always(json!({"type": "string"})),
    }
}

/// The reply to a call that failed in one of these ways.
fn refusal(part: &Part<'_>, status: u16, names: &[FaultName], schemas: &mut Schemas) -> Value {
    let Part { profile, api, .. } = *part;
    let clauses: Vec<String> = names.iter().map(|name| fault::clause(part, *name)).collect();
    let mut fields = common_headers(part, names.iter().any(|name| !BEFORE_LIMITS.contains(name)));
    let mut field = |name: &str, about: &str| {
        fields.insert(name.to_owned(), json!({"description": about, "schema": {"type": "string"}}));
    };
    if matches!(status, 401 | 403) && names.iter().any(|name| asks_who(*name)) {
        field("WWW-Authenticate", "How to say who calls.");
    }
    let waits = names.contains(&FaultName::RateLimited);
    match profile.limits.retry_after {
        RetryAfter::Seconds if waits => field("Retry-After", "How many seconds to wait."),
        RetryAfter::HttpDate if waits => field("Retry-After", "When to come back."),
        _ => {}
    }
    if waits && !profile.limits.on_success {
        fields.extend(level_headers(profile).into_iter().map(|(name, _)| refer(name)));
    }
    let looks = names.iter().filter_map(|name| api.errors.faults.get(name));
    for (name, value) in looks.clone().flat_map(|look| &look.headers) {
        let is_known = fields.keys().any(|known| known.eq_ignore_ascii_case(name.as_str()));
        if !is_known {
            let about = format!("`{}`", value.to_str().unwrap_or_default());
            fields.insert(
                name.as_str().to_owned(),
                json!({"description": about, "schema": {"type": "string"}}),
            );
        }
    }
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let mut reply = json!({
        "description": clauses.join("; "),
        "headers": fields,
        "content": fault::content(part, schemas),
        "x-standin-faults": names,
    });
    let mut rules: Vec<&Rule> = looks.filter_map(|look| look.rule.as_ref()).collect();
    if waits {
        rules.extend(&profile.limits.rule);
        rules.extend(&profile.limits.rate_rules);
    }
    name_facts(profile, &rules, &mut reply);
    reply
}

fn asks_who(name: FaultName) -> bool {
    matches!(name, FaultName::Unauthenticated | FaultName::ScopeMissing | FaultName::BadTokenRequest)
}

/// The header fields that every reply has, and where limits come before it those that tell of them.
fn common_headers(part: &Part<'_>, is_behind_limits: bool) -> Map<String, Value> {
    let mut fields: Map<String, Value> = [refer(REQUEST_ID.to_owned())].into_iter().collect();
    if is_behind_limits && part.profile.limits.on_success {
        fields.extend(level_headers(part.profile).into_iter().map(|(name, _)| refer(name)));
    }
    fields
}

fn refer(name: String) -> (String, Value) {
    let reference = json!({"$ref": format!("#/components/headers/{name}")});
    (name, reference)
}
