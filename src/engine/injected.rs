//! The fault that a chaos rule asks for, as the vendor would mean it: about the very record, scope or client of the call that
//! it strikes, so that it reads as the vendor's own.

use http::StatusCode;
use serde_json::Value;

use super::vendor::{Passage, Vendor, Visit};
use crate::call::Body;
use crate::chaos::Respond;
use crate::fault::{Fault, FaultName, Stranger};
use crate::notes::Notes;
use crate::oauth;
use crate::profile::model::{ApiKind, Endpoint};
use crate::representation::Surface;
use crate::stage::routing::Sight;

/// Where a body has what must not be there twice.
const UNIQUE_FIELDS: [&str; 4] = ["userName", "email", "displayName", "name"];

impl Vendor {
    /// The fault of a rule that struck a call.
    pub(super) fn injected(
        &self,
        respond: &Respond,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        passage: &mut Passage,
        notes: &mut Notes,
    ) -> Fault {
        let endpoint = sight.endpoint(surface.api, &visit.call.method);
        let name = respond.fault.unwrap_or_else(|| {
            name_of(respond.status.unwrap_or_default(), sight.id.is_some() && endpoint.is_some())
        });
        if name == FaultName::RateLimited {
            self.exhaust(visit, surface, sight, passage, notes);
        }
        let resets_ms =
            notes.levels.iter().find(|level| level.has_refused).and_then(|level| level.resets_at_ms);
        let until_ms =
            resets_ms.map(|at_ms| u64::try_from(at_ms.saturating_sub(surface.now_ms)).unwrap_or(0));
        let like = match surface.api.kind {
            ApiKind::OAuth => like_of_oauth(name),
            ApiKind::Rest | ApiKind::Scim => self.like(name, visit, surface, sight, endpoint),
        };
        let like = match name {
            FaultName::RateLimited => {
                Some(Fault::RateLimited { retry_after_ms: respond.retry_after_ms.or(until_ms) })
            }
            _ => like,
        };
        Fault::Injected {
            name: like.as_ref().map_or(name, Fault::name),
            like: like.map(Box::new),
            status: respond.status,
            retry_after_ms: respond.retry_after_ms,
        }
    }

    /// The fault of a name, about what the call is about; `None` where there is no more to it than its name.
    fn like(
        &self,
        name: FaultName,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        endpoint: Option<&Endpoint>,
    ) -> Option<Fault> {
        let kind = endpoint.and_then(|endpoint| self.profile.records.get(endpoint.record));
        let record = || kind.map_or_else(String::new, |kind| kind.resource_type.to_owned());
        Some(match name {
            FaultName::Unauthenticated if visit.shown.is_none() => Fault::Unauthenticated(Stranger::Missing),
            FaultName::Unauthenticated => Fault::Unauthenticated(Stranger::Unknown),
            FaultName::ScopeMissing => {
                Fault::ScopeMissing { scope: endpoint.and_then(|endpoint| endpoint.scope.clone())? }
            }
            FaultName::PlanRequired => Fault::PlanRequired { plans: self.profile.plans.clone() },
            // No endpoint takes TRACE: what the path takes is told.
            FaultName::MethodNotAllowed => sight.settle(surface.api, &http::Method::TRACE).err()?,
            FaultName::NoSuchRecord => {
                Fault::NoSuchRecord { record: record(), id: sight.id.clone().unwrap_or_default() }
            }
            FaultName::NotUnique => {
                let unique = kind.and_then(|kind| kind.unique.first())?;
                Fault::NotUnique { unique: unique.name.clone(), record: record(), value: sent(visit) }
            }
            FaultName::UnknownRoute => Fault::UnknownRoute,
            FaultName::ConditionFailed => Fault::ConditionFailed,
            FaultName::BodyTooLarge => Fault::BodyTooLarge,
            FaultName::ClientRefused => Fault::ClientRefused,
            FaultName::Internal => Fault::Internal,
            _ => return None,
        })
    }

    /// Spends the call as the limits count it, and tells that the tightest has nothing left: a refusal for too many calls
    /// says what refusals say.
    fn exhaust(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        passage: &mut Passage,
        notes: &mut Notes,
    ) {
        // A stranger, whom no limit knows, is refused all the same; that is not what this call is told.
        let mut aside = notes.clone();
        let Ok(organization) = self.identify(visit, surface.api, sight, surface.now_ms, &mut aside) else {
            return;
        };
        if let Ok(running) = self.spend(visit, surface, sight, organization, notes) {
            passage.running = running;
        }
        if let Some(tightest) = notes.levels.iter_mut().min_by_key(|level| level.remaining) {
            tightest.remaining = 0;
            tightest.has_refused = true;
        }
    }
}

/// The errors of RFC 6749 section 5.2, where it has one.
fn like_of_oauth(name: FaultName) -> Option<Fault> {
    let (code, description) = match name {
        FaultName::Unauthenticated => {
            (oauth::ErrorCode::InvalidClient, "the client is unknown, or its secret is wrong")
        }
        FaultName::BadBody | FaultName::BadTokenRequest => {
            (oauth::ErrorCode::InvalidRequest, "the request is malformed")
        }
        FaultName::ScopeMissing => (oauth::ErrorCode::InvalidScope, "the client may not have this scope"),
        FaultName::Internal => return Some(Fault::Internal),
        _ => return None,
    };
    Some(Fault::OAuth(oauth::Error { code, description: description.to_owned() }))
}

/// What a body says that must not be there twice.
fn sent(visit: &Visit<'_>) -> String {
    let Body::Whole(body) = &visit.call.body else { return String::new() };
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut said = UNIQUE_FIELDS.iter().filter_map(|field| body[*field].as_str());
    said.next().unwrap_or_default().to_owned()
}

/// The fault whose look fits a status best.
fn name_of(status: u16, is_of_record: bool) -> FaultName {
    match StatusCode::from_u16(status).unwrap_or_default() {
        StatusCode::UNAUTHORIZED => FaultName::Unauthenticated,
        StatusCode::FORBIDDEN => FaultName::ScopeMissing,
        StatusCode::NOT_FOUND if is_of_record => FaultName::NoSuchRecord,
        StatusCode::NOT_FOUND => FaultName::UnknownRoute,
        StatusCode::METHOD_NOT_ALLOWED => FaultName::MethodNotAllowed,
        StatusCode::CONFLICT => FaultName::NotUnique,
        StatusCode::PRECONDITION_FAILED => FaultName::ConditionFailed,
        StatusCode::PAYLOAD_TOO_LARGE => FaultName::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => FaultName::UnsupportedMediaType,
        StatusCode::TOO_MANY_REQUESTS => FaultName::RateLimited,
        StatusCode::NOT_IMPLEMENTED => FaultName::NotSupported,
        status if status.is_client_error() => FaultName::BadBody,
        _ => FaultName::Internal,
    }
}
