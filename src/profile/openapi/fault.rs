//! Which faults can come of a call, and how they look.

use serde_json::{Value, json};

use super::{Part, Schemas};
use crate::fault::FaultName;
use crate::profile::model::{ApiKind, Document, Does, ErrorSlot, PagingStyle, Shows, Write};
use crate::profile::template::SlotSchema;
use crate::scim::message::ERROR;

/// A fault that can come of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Possible {
    /// Its status.
    pub status: u16,
    /// Which.
    pub name: FaultName,
}

/// The faults before a call has spent of its limits: no header tells what is left.
pub(super) const BEFORE_LIMITS: &[FaultName] = &[
    FaultName::HeadTooLarge,
    FaultName::Unauthenticated,
    FaultName::PlanRequired,
    FaultName::PrerequisiteMissing,
    FaultName::ClientRefused,
];

/// The faults that can come of a call.
pub(super) fn possible(part: &Part<'_>) -> Vec<Possible> {
    use FaultName as F;
    let Part { profile, api, endpoint } = *part;
    let (is_scim, does) = (api.kind == ApiKind::Scim, endpoint.does);
    let is_token = matches!(does, Does::Token | Does::Revoke);
    let is_list = matches!(does, Does::List | Does::ListAll);
    let is_change = matches!(does, Does::Update(_) | Does::Replace | Does::Patch);
    let is_write = is_change || does == Does::Create;
    let reads_body = part.reads_body();
    let record = profile.records.get(endpoint.record);
    let has_rule = |holds: fn(&crate::profile::model::FieldRule) -> bool| {
        record.is_some_and(|record| record.rules.iter().any(holds))
    };
    let has_id = endpoint.path.contains('{');
    let is_own = endpoint.is_own && does != Does::Create;
    let refuses_filters = match does {
        Does::List if is_scim => !api.resources[endpoint.of].ignore_other_filters,
        Does::ListAll => api.resources.iter().any(|resource| !resource.ignore_other_filters),
        _ => false,
    };
    let is_single_document = matches!(does, Does::Describe(Document::ResourceType | Document::Schema));
    let names_record = !matches!(does, Does::Describe(_)) && (has_id || is_own) || is_single_document;
    let is_cut = endpoint.paging.style == PagingStyle::Index;
    let is_on_one = matches!(does, Does::Fetch | Does::Replace | Does::Patch | Does::Delete);
    let can = [
        (F::HeadTooLarge, true),
        (F::Unauthenticated, !is_token),
        (F::PlanRequired, !is_token && !api.requires.plans.is_empty()),
        (F::PrerequisiteMissing, !is_token && !api.requires.prerequisites.is_empty()),
        (F::ClientRefused, !is_token && api.clients.as_ref().is_some_and(|clients| clients.refuse_others)),
        (F::RateLimited, !profile.limits.rates.is_empty() || api.errors.faults.contains_key(&F::RateLimited)),
        (F::BadPath, super::path(api, endpoint).contains('{')),
        (F::ScopeMissing, needs_scope(part)),
        (F::BadBody, reads_body && !is_token),
        (F::UnsupportedMediaType, reads_body && !is_token),
        (F::BodyTooLarge, reads_body && does != Does::Bulk),
        (F::BadParameter, is_list && (!is_scim || is_cut)),
        (F::BadFilter, refuses_filters),
        (F::BadScim, is_scim),
        (F::MissingField, is_write),
        (F::InvalidValue, is_write),
        (F::UnknownReference, is_write && names_others(part)),
        (F::Immutable, is_change && has_rule(|rule| rule.immutable)),
        (F::ConditionFailed, api.offers.etag && is_on_one),
        (F::NotUnique, is_write && record.is_some_and(|record| !record.unique.is_empty())),
        (F::NoSuchRecord, names_record),
        (F::BadTokenRequest, is_token),
        (F::RecordTooLarge, is_write),
        (F::Full, does == Does::Create),
        (F::Internal, api.errors.faults.contains_key(&F::Internal)),
    ];
    let names = can.into_iter().filter_map(|(name, can)| can.then_some(name));
    let own = |name: FaultName| -> Vec<u16> {
        match (name, does) {
            // The protocols have more than one status for what breaks their rules.
            (F::BadScim, Does::Describe(_)) => vec![403],
            (F::BadScim, Does::Bulk) => vec![400, 413],
            (F::BadScim, Does::Create) if endpoint.is_own => vec![400, 409],
            (F::BadTokenRequest, _) => vec![400, 401],
            (name, _) => vec![name.status()],
        }
    };
    let looks = |name: FaultName| api.errors.faults.get(&name).and_then(|look| look.status);
    names
        .flat_map(|name| {
            let statuses = looks(name).map_or_else(|| own(name), |status| vec![status]);
            statuses.into_iter().map(move |status| Possible { status, name })
        })
        .collect()
}

/// Whether a call may fail for a scope: its own, that of a field, or that of a list which is part of it.
fn needs_scope(part: &Part<'_>) -> bool {
    let Part { api, endpoint, .. } = part;
    let lists = || api.endpoints.iter().filter(|one| one.does == Does::List);
    let of_field = || {
        let shape = api.shapes.get(endpoint.of);
        shape.is_some_and(|shape| shape.fields.iter().any(|field| field.scope.is_some()))
    };
    endpoint.scope.is_some()
        || endpoint.does == Does::ListAll && lists().any(|list| list.scope.is_some())
        || matches!(endpoint.does, Does::Create | Does::Update(_)) && of_field()
}

/// Whether what is written may name records that do not exist.
fn names_others(part: &Part<'_>) -> bool {
    let Part { profile, api, endpoint } = part;
    let record = profile.records.get(endpoint.record);
    let refused = record.is_some_and(|record| record.rules.iter().any(|rule| rule.refuse_unknown));
    let links = match api.kind {
        ApiKind::Rest => api.shapes[endpoint.of].fields.iter().any(|field| {
            let write = if endpoint.does == Does::Create { field.on_create } else { field.on_update };
            matches!(field.shows, Shows::Groups | Shows::Members) && write == Write::Accepted
        }),
        ApiKind::Scim => {
            let refuses = !api.resources[endpoint.of].ignore_unknown_members;
            refuses && record.is_some_and(|record| record.is_group())
        }
        ApiKind::OAuth => false,
    };
    refused || links
}

/// A fault of a call, as a clause: the vendor's word for it, and what it is.
pub(super) fn clause(part: &Part<'_>, name: FaultName) -> String {
    let about = FaultName::ALL.iter().find(|(one, _)| *one == name).map_or("", |(_, about)| about);
    let look = part.api.errors.faults.get(&name);
    let own = match part.api.kind {
        ApiKind::Scim if part.api.errors.body.is_none() => name.scim_type(),
        _ => name.as_str(),
    };
    let word = look.and_then(|look| look.code.as_deref()).unwrap_or(own);
    // The protocol's own errors have several words.
    let has_word = !word.is_empty() && !matches!(name, FaultName::BadScim | FaultName::BadTokenRequest);
    if has_word { format!("`{word}`: {about}") } else { about.to_owned() }
}

/// The media types of faults, and their schema.
pub(super) fn content(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    let errors = &part.api.errors;
    let schema = schema(part, schemas);
    let media: &[&str] = match (&errors.body, part.api.kind) {
        (Some(_), _) => &[&errors.media_type],
        (None, ApiKind::Scim) => super::message::SCIM_MEDIA,
        (None, ApiKind::OAuth) => super::message::JSON_MEDIA,
        (None, ApiKind::Rest) => &["application/problem+json"],
    };
    super::message::content(media, &schema)
}

/// The schema of faults.
pub(super) fn schema(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    schemas.refer(&format!("{}.Error", part.api.name), |_| error(part))
}

fn error(part: &Part<'_>) -> Value {
    let errors = &part.api.errors;
    let text = || json!({"type": "string"});
    if let Some(body) = &errors.body {
        return body.json_schema(&mut |slot| match slot {
            ErrorSlot::Problems => {
                let one = errors.problem.as_ref().map_or_else(text, |one| one.json_schema(&mut plain));
                SlotSchema::always(json!({"type": "array", "items": one}))
            }
            other => plain(other),
        });
    }
    match part.api.kind {
        ApiKind::Scim => json!({
            "type": "object",
            "description": "RFC 7644 section 3.12.",
            "properties": {
                "schemas": {"type": "array", "items": {"type": "string", "const": ERROR}},
                "status": {"type": "string", "description": "The status once more."},
                "scimType": {"type": "string", "description": "RFC 7644 table 9."},
                "detail": text(),
            },
            "required": ["schemas", "status", "detail"],
        }),
        ApiKind::OAuth => json!({
            "type": "object",
            "description": "RFC 6749 section 5.2.",
            "properties": {"error": text(), "error_description": text()},
            "required": ["error", "error_description"],
        }),
        ApiKind::Rest => json!({
            "type": "object",
            "description": "RFC 9457.",
            "properties": {"title": text(), "status": {"type": "integer"}, "code": text()},
            "required": ["title", "status", "code"],
        }),
    }
}

/// What a slot of an error body writes, but for a list of problems.
fn plain(slot: &ErrorSlot) -> SlotSchema {
    let text = || json!({"type": "string"});
    match slot {
        ErrorSlot::Status => SlotSchema::always(json!({"type": "integer"})),
        ErrorSlot::Field | ErrorSlot::Record => SlotSchema::at_times(text()),
        ErrorSlot::StatusText
        | ErrorSlot::Code
        | ErrorSlot::Message
        | ErrorSlot::RequestId
        | ErrorSlot::Problems => SlotSchema::always(text()),
    }
}
