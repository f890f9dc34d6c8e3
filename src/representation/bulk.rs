//! Bulk jobs (RFC 7644 section 3.7): the message, each operation as the call that it stands for, and each reply to such a
//! call as a result.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, LOCATION};
use http::{Method, StatusCode};

use super::answer::SCIM_JSON;
use super::query::Query;
use super::{Surface, scim, scim_json, whole};
use crate::call::{Body, Call, Reply};
use crate::fault::Fault;
use crate::notes::Notes;
use crate::profile::model::{Api, Does, Endpoint};
use crate::scim::bulk::{self, Answer, BulkRequest, Operation, Task};
use crate::scim::error::Error;

/// A call that stands for an operation.
#[derive(Debug)]
pub struct Inner {
    /// The call.
    pub call: Call,
    /// Its path below the api's base.
    pub path: String,
    /// Which part of an operation it does.
    pub part: Part,
}

/// Which part of an operation a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// It makes a record, which a later call completes, or removes.
    Begin,
    /// It completes or removes such a record. The client has not sent it, and needs no scope for it.
    FollowUp,
}

/// Reads a bulk request.
///
/// # Errors
/// 413 beyond the bounds of the api, and whatever is wrong with the message.
pub fn read(surface: &Surface<'_>, notes: &mut Notes) -> Result<BulkRequest, Fault> {
    let Some(bounds) = surface.api.offers.bulk else { return Err(Fault::UnknownRoute) };
    let (query, _) = Query::decode(surface.call);
    notes.dropped.extend(query.names().map(|name| format!("?{name}")));
    let bytes = whole(surface.call).map_err(|fault| match fault {
        Fault::BodyTooLarge => Fault::Scim(bulk::too_large(bounds.payload_bytes_max)),
        fault => fault,
    })?;
    bulk::admit(&bytes, bounds.operations_max, bounds.payload_bytes_max).map_err(Fault::Scim)?;
    BulkRequest::parse(&scim::body(surface)?, &surface.api.leniency).map_err(Fault::Scim)
}

/// Has every operation of a job attended to, each as a call or as the fault that it is, and writes what came of them.
pub fn answer(
    surface: &Surface<'_>,
    endpoint: &Endpoint,
    request: &BulkRequest,
    mut attend: impl FnMut(Result<Inner, Fault>) -> Reply,
) -> Reply {
    let path = surface.call.path.trim_end_matches('/');
    let base = path.strip_suffix(&endpoint.path).unwrap_or(path);
    let response = request.run(surface.base_url, |task| {
        let asked = match task {
            Task::Whole(operation) => inner(surface, base, operation, Part::Whole),
            Task::Begin(operation) => inner(surface, base, operation, Part::Begin),
            Task::FollowUp(operation) => inner(surface, base, operation, Part::FollowUp),
            Task::Refuse(error) => Err(Fault::Scim(error)),
        };
        result(&attend(asked))
    });
    Reply::new(StatusCode::OK).with_body(scim_json(surface.call), response.to_string())
}

/// Whether an operation may be a call to an endpoint: one that changes a resource that its path names.
///
/// # Errors
/// 400 for what is served, but not in a bulk job; 409 for a circle that could not be completed.
pub fn allow(api: &Api, endpoint: &Endpoint, part: Part) -> Result<(), Fault> {
    let is_change = matches!(endpoint.does, Does::Create | Does::Replace | Does::Patch | Does::Delete);
    if !is_change || endpoint.is_own {
        let detail = format!(
            "{} {} is no operation of a bulk job: those are on resources, such as /Users and /Users/{{id}}",
            endpoint.method, endpoint.path
        );
        return Err(Fault::Scim(Error::invalid_value(detail)));
    }
    let has = |does: Does| api.endpoints.iter().any(|one| one.of == endpoint.of && one.does == does);
    if part == Part::Begin && !(has(Does::Replace) && has(Does::Delete)) {
        let detail = "the circle of references cannot be resolved: the resource could not be completed later";
        return Err(Fault::Scim(Error::plain(409, detail)));
    }
    Ok(())
}

/// The call that an operation stands for.
fn inner(surface: &Surface<'_>, base: &str, operation: &Operation, part: Part) -> Result<Inner, Fault> {
    let path = &operation.path;
    let mut headers = HeaderMap::new();
    if operation.method != bulk::Method::Post
        && let Some(version) = &operation.version
    {
        let tag = HeaderValue::try_from(version.as_str());
        let tag = tag.map_err(|_| Fault::Scim(Error::invalid_value("version is an entity-tag")))?;
        headers.insert(IF_MATCH, tag);
    }
    let body = match &operation.data {
        Some(data) => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(SCIM_JSON));
            Bytes::from(data.to_string())
        }
        None => Bytes::new(),
    };
    let method = match operation.method {
        bulk::Method::Post => Method::POST,
        bulk::Method::Put => Method::PUT,
        bulk::Method::Patch => Method::PATCH,
        bulk::Method::Delete => Method::DELETE,
    };
    let outer = surface.call;
    let call = Call {
        method,
        host: outer.host.clone(),
        path: format!("{base}{path}"),
        query: None,
        headers,
        body: Body::Whole(body),
        listener_vendor: outer.listener_vendor.clone(),
        peer: outer.peer,
    };
    Ok(Inner { call, path: path.clone(), part })
}

/// What a reply to a single call says of its operation.
fn result(reply: &Reply) -> Answer {
    let text = |name: HeaderName| reply.headers.get(name)?.to_str().ok().map(str::to_owned);
    let is_good = reply.status.is_success();
    Answer {
        status: reply.status.as_u16(),
        location: text(LOCATION),
        version: text(ETAG),
        response: (!is_good).then(|| serde_json::from_slice(&reply.body).ok()).flatten(),
    }
}
