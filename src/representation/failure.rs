//! Faults to replies, in the vendor's own shape where it has one, in its protocol's otherwise.

use http::StatusCode;
use http::header::{ALLOW, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::json;

use super::answer::SCIM_JSON;
use super::{Surface, levels, scim_json};
use crate::call::Reply;
use crate::fault::{Fault, FaultName, Problem, Stranger, Wrong};
use crate::operation::{RECORD_BYTES_MAX, RECORDS_MAX};
use crate::profile::model::{
    Api, ApiKind, Carrier, ErrorSlot, Errors, FaultLook, MessageSlot, Profile, Shape, Shows,
};
use crate::profile::template::{Slots, Template, write_number, write_text};
use crate::scim;

/// Writes a fault of a call to an api, or to none of them.
pub fn write(
    profile: &Profile,
    api: Option<&Api>,
    surface: Option<&Surface<'_>>,
    fault: &Fault,
    request_id: &str,
) -> Reply {
    let errors = match api {
        Some(api) => &api.errors,
        None => profile
            .apis
            .first()
            .filter(|_| profile.errors.body.is_none())
            .map_or(&profile.errors, |api| &api.errors),
    };
    let kind = api.or(profile.apis.first()).map_or(ApiKind::Rest, |api| api.kind);
    let (fault, injected) = match fault {
        Fault::Injected { like, status, retry_after_ms, .. } => {
            (like.as_deref().unwrap_or(fault), Some((*status, *retry_after_ms)))
        }
        fault => (fault, None),
    };
    let (own_status, told_ms) = injected.unwrap_or_default();
    let fault = &in_own_names(surface, fault);
    let name = fault.name();
    let look = errors.faults.get(&name);
    let status = own_status.unwrap_or_else(|| status(fault, name, look));
    let telling = Telling { profile, fault, name, look, errors, status, request_id, problem: None };
    let mut body = Vec::with_capacity(256);
    let media_type = match (&errors.body, kind) {
        (Some(template), _) => {
            template.write(&telling, &mut body);
            errors.media_type.clone()
        }
        (None, ApiKind::Scim) => {
            body = telling.scim().to_json().to_string().into_bytes();
            surface.map_or(SCIM_JSON, |surface| scim_json(surface.call)).to_owned()
        }
        (None, ApiKind::OAuth) => {
            let code = match fault {
                Fault::OAuth(error) => error.code.as_str(),
                _ => telling.code(),
            };
            body = json!({"error": code, "error_description": telling.message()}).to_string().into_bytes();
            "application/json".to_owned()
        }
        (None, ApiKind::Rest) => {
            let problem = json!({"title": telling.message(), "status": status, "code": telling.code()});
            body = problem.to_string().into_bytes();
            "application/problem+json".to_owned()
        }
    };
    let mut reply = Reply::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    reply.body = body.into();
    if let Ok(value) = HeaderValue::try_from(media_type) {
        reply.headers.insert(http::header::CONTENT_TYPE, value);
    }
    add_headers(&mut reply, profile, api, fault);
    if let (Fault::RateLimited { retry_after_ms }, Some(surface)) = (fault, surface)
        && let Some(wait) = levels::retry_after(&profile.limits, *retry_after_ms, surface.now_ms)
    {
        reply.headers.insert(RETRY_AFTER, wait);
    }
    if let Some(told_ms) = told_ms {
        // A rule that says when to come back is heard: as the vendor says it, else in seconds.
        let now_ms = surface.map_or(0, |surface| surface.now_ms);
        let own = levels::retry_after(&profile.limits, Some(told_ms), now_ms);
        reply.headers.insert(RETRY_AFTER, own.unwrap_or_else(|| HeaderValue::from(told_ms.div_ceil(1_000))));
    }
    for (name, value) in look.map_or(&[][..], |look| &look.headers) {
        reply.headers.insert(name.clone(), value.clone());
    }
    reply
}

fn status(fault: &Fault, name: FaultName, look: Option<&FaultLook>) -> u16 {
    let own = match fault {
        Fault::Scim(error) => error.status,
        Fault::OAuth(error) => error.code.status(),
        Fault::NotSupported { status } => *status,
        _ => name.status(),
    };
    look.and_then(|look| look.status).unwrap_or(own)
}

/// The header fields that HTTP asks for with a status (RFC 9110 sections 11.6.1 and 15.5.6).
fn add_headers(reply: &mut Reply, profile: &Profile, api: Option<&Api>, fault: &Fault) {
    let realm = profile.title.replace(['"', '\\'], "");
    let mut insert = |name: http::HeaderName, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            reply.headers.insert(name, value);
        }
    };
    let carrier =
        api.and_then(|api| profile.credentials.get(api.credential)).map(|credential| &credential.carrier);
    let is_key = matches!(carrier, Some(Carrier::Header(_) | Carrier::Query(_)));
    match fault {
        Fault::Unauthenticated(_) if is_key => insert(WWW_AUTHENTICATE, format!("ApiKey realm=\"{realm}\"")),
        Fault::Unauthenticated(Stranger::Missing) => {
            insert(WWW_AUTHENTICATE, format!("Bearer realm=\"{realm}\""))
        }
        Fault::Unauthenticated(_) => {
            insert(WWW_AUTHENTICATE, format!("Bearer realm=\"{realm}\", error=\"invalid_token\""));
        }
        Fault::ScopeMissing { scope } if !is_key => {
            insert(
                WWW_AUTHENTICATE,
                format!("Bearer realm=\"{realm}\", error=\"insufficient_scope\", scope=\"{scope}\""),
            );
        }
        Fault::OAuth(error) if error.code.status() == 401 => {
            insert(WWW_AUTHENTICATE, format!("Basic realm=\"{realm}\""))
        }
        Fault::MethodNotAllowed { allowed } => insert(ALLOW, allowed.join(", ")),
        _ => {}
    }
}

/// The fault with fields and records by the names that the surface has for them.
fn in_own_names(surface: Option<&Surface<'_>>, fault: &Fault) -> Fault {
    let Some(surface) = surface else { return fault.clone() };
    let named = |record: &String| {
        let is_it = |shape: &&Shape| surface.profile.records[shape.record].resource_type == record;
        surface.api.shapes.iter().find(is_it).map_or_else(|| record.clone(), |shape| shape.name.clone())
    };
    let problems = match fault {
        Fault::Invalid(problems) => problems,
        Fault::NoSuchRecord { record, id } => {
            return Fault::NoSuchRecord { record: named(record), id: id.clone() };
        }
        Fault::NotUnique { unique, record, value } => {
            let rules = surface
                .profile
                .records
                .iter()
                .filter(|kind| kind.resource_type == record)
                .flat_map(|kind| &kind.unique);
            let at: Vec<_> = rules.filter(|rule| rule.name == *unique).flat_map(|rule| &rule.at).collect();
            let shown =
                surface.api.shapes.iter().flat_map(|shape| &shape.fields).find(|field| match &field.shows {
                    Shows::At(places) => places.iter().any(|place| at.contains(&place)),
                    _ => false,
                });
            let unique = shown.map_or(unique, |field| &field.name).clone();
            return Fault::NotUnique { unique, record: named(record), value: value.clone() };
        }
        other => return other.clone(),
    };
    let renamed = problems.iter().map(|problem| {
        let shown =
            surface.api.shapes.iter().flat_map(|shape| &shape.fields).find(|field| match &field.shows {
                Shows::At(at) => at.iter().any(|path| path.to_string() == problem.field),
                _ => false,
            });
        let field = shown.map_or_else(|| problem.field.clone(), |field| field.name.clone());
        Problem { field, wrong: problem.wrong.clone() }
    });
    Fault::Invalid(renamed.collect())
}

/// A fault as the slots of its templates.
struct Telling<'a> {
    profile: &'a Profile,
    fault: &'a Fault,
    name: FaultName,
    look: Option<&'a FaultLook>,
    errors: &'a Errors,
    status: u16,
    request_id: &'a str,
    problem: Option<&'a Problem>,
}

impl Telling<'_> {
    /// The name of what is told, and how it looks: one problem's own, among several.
    fn told(&self) -> (FaultName, Option<&FaultLook>) {
        let own = self.problem.map_or(self.name, Problem::name);
        (own, if own == self.name { self.look } else { self.errors.faults.get(&own) })
    }

    fn code(&self) -> &str {
        let (own, look) = self.told();
        look.and_then(|look| look.code.as_deref()).unwrap_or(own.as_str())
    }

    fn message(&self) -> String {
        match self.told().1.and_then(|look| look.message.as_ref()) {
            Some(template) => Template::text(template, self),
            None => self.sentence(),
        }
    }

    fn problem(&self) -> Option<&Problem> {
        match (self.problem, self.fault) {
            (Some(problem), _) => Some(problem),
            (None, Fault::Invalid(problems)) => problems.first(),
            _ => None,
        }
    }

    /// What went wrong, where the vendor has no words of its own.
    fn sentence(&self) -> String {
        match self.fault {
            Fault::UnknownPath => "no api of this vendor serves this path".to_owned(),
            Fault::UnknownVersion { served } => {
                format!("this version of the protocol is not served; {served} is")
            }
            Fault::Unauthenticated(_) => "the credential is missing or not valid".to_owned(),
            Fault::PlanRequired { plans } => format!("this needs the plan {}", plans.join(" or ")),
            Fault::PrerequisiteMissing { name } => {
                let about = self
                    .profile
                    .prerequisites
                    .iter()
                    .find(|one| one.name == *name)
                    .map(|one| one.about.as_str());
                format!("this is not enabled yet: {}", about.unwrap_or(name))
            }
            Fault::ClientRefused => "this client is not supported".to_owned(),
            Fault::RateLimited { .. } => "too many requests".to_owned(),
            Fault::HeadTooLarge => "the request line and headers are too long".to_owned(),
            Fault::UnknownRoute => "there is nothing at this path".to_owned(),
            Fault::MethodNotAllowed { .. } => "this method is not allowed here".to_owned(),
            Fault::NotSupported { .. } => "this operation is not supported".to_owned(),
            Fault::ScopeMissing { scope } => format!("the credential lacks the scope {scope}"),
            Fault::BadBody { detail } => detail.clone(),
            Fault::UnsupportedMediaType { sent } => format!("the media type {sent} is not supported"),
            Fault::BodyTooLarge => "the body is too large".to_owned(),
            Fault::BadPath => "the path is not valid percent-encoded UTF-8".to_owned(),
            Fault::BadParameter { name, detail } => format!("{name} must be {detail}"),
            Fault::Invalid(_) => self.problem().map(Problem::sentence).unwrap_or_default(),
            Fault::BadFilter { detail } => format!("the filter is not supported: {detail}"),
            Fault::Scim(error) => error.detail.clone(),
            Fault::ConditionFailed => "the resource is in another version".to_owned(),
            Fault::NotUnique { unique, record, .. } => {
                format!("a {} with this {unique} exists already", record.to_lowercase())
            }
            Fault::NoSuchRecord { record, id } => format!("{record} {id} does not exist"),
            Fault::OAuth(error) => error.description.clone(),
            Fault::RecordTooLarge => format!("a record has at most {RECORD_BYTES_MAX} bytes here"),
            Fault::Full => format!("an organization has at most {RECORDS_MAX} records of a type here"),
            Fault::Injected { name, .. } => name.as_str().replace('_', " "),
            Fault::Internal if self.status == StatusCode::SERVICE_UNAVAILABLE.as_u16() => {
                "the service is unavailable".to_owned()
            }
            Fault::Internal => "an internal error occurred".to_owned(),
        }
    }

    /// The SCIM error message (RFC 7644 section 3.12).
    fn scim(&self) -> scim::error::Error {
        let own = match self.fault {
            Fault::Scim(error) => error.scim_type.map(scim::error::ScimType::as_str).unwrap_or_default(),
            _ => self.name.scim_type(),
        };
        let word = self.look.and_then(|look| look.code.as_deref()).unwrap_or(own);
        let scim_type = scim::error::ScimType::parse(word).filter(|_| matches!(self.status, 400 | 403 | 409));
        scim::error::Error { status: self.status, scim_type, detail: self.message(), path: None }
    }
}

impl Slots<ErrorSlot> for Telling<'_> {
    fn json(&self, slot: &ErrorSlot, out: &mut Vec<u8>) -> bool {
        match slot {
            ErrorSlot::Status => write_number(i64::from(self.status), out),
            ErrorSlot::Problems => {
                // A fault that is no list of problems is told as the only one.
                let each: Vec<Option<&Problem>> = match self.fault {
                    Fault::Invalid(problems) if !problems.is_empty() => problems.iter().map(Some).collect(),
                    _ => vec![None],
                };
                out.push(b'[');
                for (index, problem) in each.into_iter().enumerate() {
                    if index > 0 {
                        out.push(b',');
                    }
                    let telling = Telling { problem, ..*self };
                    match &self.errors.problem {
                        Some(template) => {
                            template.write(&telling, out);
                        }
                        None => write_text(&telling.message(), out),
                    }
                }
                out.push(b']');
            }
            ErrorSlot::StatusText
            | ErrorSlot::Code
            | ErrorSlot::Message
            | ErrorSlot::Field
            | ErrorSlot::Record
            | ErrorSlot::RequestId => {
                let mut text = String::new();
                self.text(slot, &mut text);
                if text.is_empty() {
                    return false;
                }
                write_text(&text, out);
            }
        }
        true
    }

    fn text(&self, slot: &ErrorSlot, out: &mut String) {
        match slot {
            ErrorSlot::Status | ErrorSlot::StatusText => out.push_str(&self.status.to_string()),
            ErrorSlot::Code => out.push_str(self.code()),
            ErrorSlot::Message => out.push_str(&self.message()),
            ErrorSlot::Field => Slots::<MessageSlot>::text(self, &MessageSlot::Field, out),
            ErrorSlot::Record => Slots::<MessageSlot>::text(self, &MessageSlot::Record, out),
            ErrorSlot::RequestId => out.push_str(self.request_id),
            ErrorSlot::Problems => {}
        }
    }
}

impl Slots<MessageSlot> for Telling<'_> {
    fn json(&self, slot: &MessageSlot, out: &mut Vec<u8>) -> bool {
        let mut text = String::new();
        Slots::<MessageSlot>::text(self, slot, &mut text);
        write_text(&text, out);
        true
    }

    fn text(&self, slot: &MessageSlot, out: &mut String) {
        match (slot, self.fault) {
            (MessageSlot::Field, Fault::BadParameter { name, .. }) => out.push_str(name),
            (MessageSlot::Field | MessageSlot::Unique, Fault::NotUnique { unique, .. }) => {
                out.push_str(unique)
            }
            (MessageSlot::Field, _) => out.push_str(self.problem().map_or("", |problem| &problem.field)),
            (MessageSlot::Record, Fault::NotUnique { record, .. } | Fault::NoSuchRecord { record, .. }) => {
                out.push_str(record)
            }
            (MessageSlot::Value, Fault::NotUnique { value, .. }) => out.push_str(value),
            (MessageSlot::Value, Fault::NoSuchRecord { id, .. }) => out.push_str(id),
            (MessageSlot::Value, _) => {
                if let Some(Problem { wrong: Wrong::Reference(id), .. }) = self.problem() {
                    out.push_str(id);
                }
            }
            (MessageSlot::Detail, _) => out.push_str(&self.sentence()),
            (MessageSlot::Record | MessageSlot::Unique, _) => {}
        }
    }
}
