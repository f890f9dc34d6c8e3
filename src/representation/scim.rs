//! SCIM messages to what they ask (RFC 7644 section 3).

mod listing;

use serde_json::{Map, Value};

use self::listing::Asked;
use super::answer::{JSON, SCIM_JSON};
use super::{Echo, Reading, Surface, media_type, name_twice, note_sent, object_of, version, whole};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::operation::{Input, Links, Target, Want, Who};
use crate::profile::model::{Does, Endpoint, RecordType, Resource};
use crate::scim::error::Error;
use crate::scim::patch::Patch;
use crate::scim::resource::{self, Situation};

/// Reads a call to a SCIM endpoint.
pub(super) fn read(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    id: Option<String>,
    notes: &mut Notes,
) -> Result<Reading, Fault> {
    let resource = &surface.api.resources[endpoint.of];
    let kind = &surface.profile.records[endpoint.record];
    if matches!(endpoint.does, Does::List | Does::ListAll) {
        return Asked::read(surface, endpoint, notes)?.list(surface, endpoint, notes);
    }
    let (projection, want) = Asked::read(surface, endpoint, notes)?.projection(kind)?;
    let want = Want { nested: resource.nested_groups, ..want };
    if want.groups {
        notes.rule(&resource.nested_groups_rule);
    }
    let reading = |input| {
        let echo = Echo { projection, ..Echo::default() };
        Ok(Reading { input, echo, scopes: Vec::new() })
    };
    let condition = version::condition(surface, notes);
    let target = || {
        let target = surface.target(endpoint.record, id, want);
        if endpoint.is_own {
            return Target { who: Who::Caller, id: "Me".to_owned(), condition, ..target };
        }
        Target { condition, ..target }
    };
    match endpoint.does {
        Does::Fetch => reading(Input::Fetch(target())),
        Does::Delete => reading(Input::Delete(target())),
        Does::Create => {
            let (attributes, links) = cleaned(surface, resource, kind, Situation::Create, notes)?;
            let record = endpoint.record;
            reading(Input::Create { record, attributes, links, want, is_own: endpoint.is_own })
        }
        Does::Replace => {
            let (attributes, links) = cleaned(surface, resource, kind, Situation::Replace, notes)?;
            reading(Input::Replace { target: target(), attributes, links })
        }
        Does::Patch => {
            let body = body(surface)?;
            notes.rule(&kind.attributes_rule);
            notes.rule(&surface.api.leniency_rule);
            note_patched(surface, &body, notes);
            let leniency = surface.api.leniency;
            let patch = Patch::parse(&Value::Object(body), &leniency).map_err(Fault::Scim)?;
            let forgiven = patch.check_paths(&listing::is_member_address, &leniency);
            notes.dropped.extend(forgiven.map_err(Fault::Scim)?);
            let target = target();
            let ignore_unknown_members = resource.ignore_unknown_members;
            reading(Input::Patch { target, patch, leniency, ignore_unknown_members })
        }
        Does::List | Does::ListAll | Does::Describe(_) | Does::Bulk => Err(Fault::UnknownRoute),
        Does::Update(_) | Does::Token | Does::Revoke | Does::Refuse(_) => Err(Fault::UnknownRoute),
    }
}

/// The JSON object in a body, which is SCIM's own media type or plain JSON (RFC 7644 section 3.1).
pub(super) fn body(surface: &Surface<'_>) -> Result<Map<String, Value>, Fault> {
    if let Some(sent) = media_type(surface.call)
        && sent != SCIM_JSON
        && sent != JSON
    {
        return Err(Fault::UnsupportedMediaType { sent });
    }
    let bytes = whole(surface.call)?;
    let object = object_of(&bytes)?;
    match name_twice(&bytes) {
        Some(name) => Err(Fault::Scim(Error::invalid_syntax(format!("{name} is there twice")).at(name))),
        None => Ok(object),
    }
}

/// A POST's or PUT's body, its members apart.
fn cleaned(
    surface: &Surface<'_>,
    resource: &Resource,
    kind: &RecordType,
    situation: Situation,
    notes: &mut Notes,
) -> Result<(Map<String, Value>, Links), Fault> {
    let body = body(surface)?;
    notes.rule(&kind.attributes_rule);
    notes.rule(&surface.api.leniency_rule);
    note_sent(surface.profile, &body, notes);
    // An empty list is as good as none (RFC 7643 section 2.5), but a group that is emptied is not one that says nothing.
    let says_members = kind.is_group()
        && body.iter().any(|(name, value)| name.eq_ignore_ascii_case("members") && !value.is_null());
    let cleaned = resource::clean(&kind.scim_schema, Value::Object(body), situation, &surface.api.leniency)
        .map_err(Fault::Scim)?;
    notes.dropped.extend(cleaned.ignored);
    let Value::Object(mut attributes) = cleaned.attributes else { return Ok((Map::new(), Links::default())) };
    attributes.shift_remove("schemas");
    if !kind.keeps_external_id && attributes.shift_remove("externalId").is_some() {
        notes.dropped.push("externalId".to_owned());
    }
    let members = attributes.shift_remove("members").unwrap_or(Value::Array(Vec::new()));
    let elements = members.as_array().map_or(&[][..], Vec::as_slice);
    let ids = elements.iter().map(|element| element.get("value").and_then(Value::as_str).map(str::to_owned));
    // Whom such a member means nobody can tell, and to leave it out would empty a group by a slip.
    let ids = ids.collect::<Option<Vec<String>>>().ok_or_else(|| Fault::missing("members.value"))?;
    let links = Links {
        members: says_members.then_some(ids),
        members_field: "members".to_owned(),
        ignore_unknown: resource.ignore_unknown_members,
        ..Links::default()
    };
    Ok((attributes, links))
}

/// Notes the advisories that wait for attributes which a PATCH names.
fn note_patched(surface: &Surface<'_>, body: &Map<String, Value>, notes: &mut Notes) {
    let operations =
        body.iter().find(|(name, _)| name.eq_ignore_ascii_case("operations")).map(|(_, value)| value);
    for operation in operations.and_then(Value::as_array).into_iter().flatten() {
        match (operation.get("path").and_then(Value::as_str), operation.get("value")) {
            (None, Some(Value::Object(value))) => note_sent(surface.profile, value, notes),
            (Some(path), _) => {
                let name = path.split(['[', '.']).next().unwrap_or(path);
                for (index, advisory) in surface.profile.advisories.iter().enumerate() {
                    if advisory.sent.iter().any(|sent| sent.name.eq_ignore_ascii_case(name)) {
                        notes.sent.push(index);
                    }
                }
            }
            _ => {}
        }
    }
}
