//! SCIM messages to what they ask (RFC 7644 section 3).

use serde_json::{Map, Value};

use super::query::{self, Query};
use super::{Echo, Reading, Surface, is_json, json_object, media_type, note_sent};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::operation::{Input, Links, Listing, Selection, Want};
use crate::profile::model::{Does, Endpoint, RecordType, Resource};
use crate::record::text::folded;
use crate::scim::error::Error;
use crate::scim::filter::{Filter, Literal};
use crate::scim::patch::Patch;
use crate::scim::path::AttrPath;
use crate::scim::projection::Projection;
use crate::scim::resource::{self, Situation};

/// The parameters that SCIM knows (RFC 7644 sections 3.4.2 and 3.9).
const PARAMETERS: &[&str] = &["filter", "startIndex", "count", "attributes", "excludedAttributes"];

/// Reads a call to a SCIM endpoint.
pub(super) fn read(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    id: Option<String>,
    notes: &mut Notes,
) -> Result<Reading, Fault> {
    let resource = &surface.api.resources[endpoint.of];
    let kind = &surface.profile.records[endpoint.record];
    let (query, broken) = Query::decode(surface.call);
    match broken.as_deref() {
        // Whether a filter that cannot be read is refused or ignored is the vendor's to say.
        None | Some("filter") => {}
        Some(name) if name == endpoint.paging.number || name == endpoint.paging.size => {
            return Err(Fault::BadParameter { name: name.to_owned(), detail: query::ENCODED.to_owned() });
        }
        Some(name) => {
            let what = if name.contains('\u{fffd}') { "the name of a parameter" } else { name };
            return Err(Fault::Scim(Error::invalid_value(format!("{what} must be {}", query::ENCODED))));
        }
    }
    notes
        .dropped
        .extend(query.names().filter(|name| !PARAMETERS.contains(name)).map(|name| format!("?{name}")));
    let (projection, want) = projection(kind, &query)?;
    let reading = |input| {
        Ok(Reading {
            input,
            echo: Echo { projection: projection.clone(), ..Echo::default() },
            scopes: Vec::new(),
        })
    };
    match endpoint.does {
        Does::List => {
            let (window, mut echo) = query::window(&endpoint.paging, &query, notes)?;
            echo.projection = projection;
            let is_text = broken.is_none();
            let filter = query
                .get("filter")
                .map(|text| if is_text { Ok(text) } else { Err(format!("it must be {}", query::ENCODED)) });
            let selection = selection(surface, resource, kind, filter, notes)?;
            let input = Input::List(Listing { record: endpoint.record, selection, window, want });
            Ok(Reading { input, echo, scopes: Vec::new() })
        }
        Does::Fetch => reading(Input::Fetch(surface.target(endpoint.record, id, want))),
        Does::Delete => reading(Input::Delete(surface.target(endpoint.record, id, want))),
        Does::Create => {
            let (attributes, links) = cleaned(surface, resource, kind, Situation::Create, notes)?;
            reading(Input::Create { record: endpoint.record, attributes, links, want })
        }
        Does::Replace => {
            let (attributes, links) = cleaned(surface, resource, kind, Situation::Replace, notes)?;
            let target = surface.target(endpoint.record, id, want);
            reading(Input::Replace { target, attributes, links })
        }
        Does::Patch => {
            let body = body(surface)?;
            notes.rule(&kind.attributes_rule);
            notes.rule(&surface.api.leniency_rule);
            note_patched(surface, &body, notes);
            let leniency = surface.api.leniency;
            let patch = Patch::parse(&Value::Object(body), &leniency).map_err(Fault::Scim)?;
            let target = surface.target(endpoint.record, id, want);
            let ignore_unknown_members = resource.ignore_unknown_members;
            reading(Input::Patch { target, patch, leniency, ignore_unknown_members })
        }
        Does::Update(_) | Does::Token | Does::Refuse(_) => Err(Fault::UnknownRoute),
    }
}

fn body(surface: &Surface<'_>) -> Result<Map<String, Value>, Fault> {
    match media_type(surface.call) {
        Some(sent) if !is_json(&sent) => Err(Fault::UnsupportedMediaType { sent }),
        _ => json_object(surface.call),
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

/// Which attributes are wanted, and so what has to be looked up beside the record.
fn projection(kind: &RecordType, query: &Query) -> Result<(Option<Projection>, Want), Fault> {
    let only = query.get("attributes").filter(|text| !text.is_empty());
    let without = query.get("excludedAttributes").filter(|text| !text.is_empty());
    let names = |text: Option<&str>, name: &str| {
        text.is_some_and(|text| {
            text.split(',')
                .any(|one| one.trim().split('.').next().is_some_and(|one| one.eq_ignore_ascii_case(name)))
        })
    };
    let whole = |text: Option<&str>, name: &str| {
        text.is_some_and(|text| text.split(',').any(|one| one.trim().eq_ignore_ascii_case(name)))
    };
    let wanted = |name: &str| (only.is_none() || names(only, name)) && !whole(without, name);
    let has = |name: &str| kind.scim_schema.core_attribute(name).is_some() && wanted(name);
    let want = Want { groups: has("groups"), members: has("members"), member_count: false, names: true };
    if only.is_none() && without.is_none() {
        return Ok((None, want));
    }
    let projection = Projection::new(only, without).map_err(Fault::Scim)?;
    Ok((Some(projection), want))
}

/// Which records a filter means, as far as the vendor processes it.
fn selection(
    surface: &Surface<'_>,
    resource: &Resource,
    kind: &RecordType,
    text: Option<Result<&str, String>>,
    notes: &mut Notes,
) -> Result<Selection, Fault> {
    let Some(text) = text else { return Ok(Selection::All) };
    notes.rule(&resource.filter_rule);
    let read =
        text.and_then(|text| Filter::parse(text).map_err(|error| error.to_string())).and_then(|filter| {
            if !resource.filters.is_empty() && !is_processed(resource, &filter) {
                return Err(format!("only these filters are processed: {}", forms(resource)));
            }
            filter.check(&kind.scim_schema).map(|()| filter).map_err(|error| error.detail)
        });
    match read {
        Ok(filter) => Ok(by_index(surface, kind, resource, &filter).unwrap_or(Selection::Filter(filter))),
        Err(_) if resource.ignore_other_filters => {
            notes.word("filter_ignored");
            Ok(Selection::All)
        }
        Err(detail) => Err(Fault::BadFilter { detail }),
    }
}

fn forms(resource: &Resource) -> String {
    let forms: Vec<String> =
        resource.filters.iter().map(|(attribute, operator)| format!("{attribute} {operator}")).collect();
    forms.join(", ")
}

/// Whether a filter is one of those that the vendor processes, each alone.
fn is_processed(resource: &Resource, filter: &Filter) -> bool {
    let (path, operator) = match filter {
        Filter::Compare { path, op, .. } => (path, op.as_str()),
        Filter::Present(path) => (path, "pr"),
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) | Filter::ValuePath { .. } => return false,
    };
    let bare = AttrPath { urn: None, ..path.clone() };
    let names = [path.to_string().to_ascii_lowercase(), bare.to_string().to_ascii_lowercase()];
    resource
        .filters
        .iter()
        .any(|(attribute, known)| known == operator && names.contains(&attribute.to_ascii_lowercase()))
}

/// A filter that an index answers: an id, or a value that no two records share.
fn by_index(
    surface: &Surface<'_>,
    kind: &RecordType,
    resource: &Resource,
    filter: &Filter,
) -> Option<Selection> {
    let (path, literal) = filter.equality()?;
    let Literal::String(text) = literal else { return None };
    if path.urn.is_none() && path.sub.is_none() && path.name.eq_ignore_ascii_case("id") {
        let target = surface.target(resource.record, Some(text.clone()), Want::default());
        return Some(Selection::Serial(target.serial));
    }
    let same = |known: &crate::profile::path::RecordPath| {
        let sub = |sub: &Option<String>| sub.as_deref().map(str::to_ascii_lowercase);
        known.element.is_none()
            && known.name.eq_ignore_ascii_case(&path.name)
            && sub(&known.sub) == sub(&path.sub)
            && path
                .urn
                .as_ref()
                .is_none_or(|urn| known.urn.as_ref().is_none_or(|known| known.eq_ignore_ascii_case(urn)))
    };
    let unique = kind
        .unique
        .iter()
        .position(|unique| unique.format.is_none() && matches!(&unique.at[..], [at] if same(at)))?;
    let key = folded(text, kind.unique[unique].case_exact).into_owned();
    Some(Selection::Key { unique, key })
}
