//! Outcomes to replies: the status, the header fields, and the body in the vendor's frame.

use http::StatusCode;
use http::header::{CACHE_CONTROL, ETAG, HeaderName, HeaderValue, LINK, LOCATION, PRAGMA};

use super::cursor::{self, Stop};
use super::face::{Page, write_list, write_resource, write_shape};
use super::links::{Links, location};
use super::query::{Place, Query, link_header};
use super::version::tag;
use super::{Echo, Surface, discovery, scim_json};
use crate::call::Reply;
use crate::operation::{Listed, One, Outcome, Shown};
use crate::profile::model::{ApiKind, Does, Endpoint, ReplySlot};
use crate::profile::template::{Slots, write_number, write_text};

/// The media type of SCIM (RFC 7644 section 8.1).
pub const SCIM_JSON: &str = "application/scim+json";
/// The media type of everything else.
pub const JSON: &str = "application/json";

/// Writes an outcome.
pub fn write(surface: &Surface<'_>, endpoint: &Endpoint, echo: &Echo, outcome: &Outcome) -> Reply {
    let status = StatusCode::from_u16(endpoint.status).unwrap_or(StatusCode::OK);
    let media_type = if surface.api.kind == ApiKind::Scim { scim_json(surface.call) } else { JSON };
    let body = |item: Option<&Shown>, listed: Option<&Listed>| {
        let frame = Frame { surface, endpoint, echo, item, listed, status };
        frame.body().map_or_else(|| Reply::new(status), |body| Reply::new(status).with_body(media_type, body))
    };
    match outcome {
        Outcome::Shown(shown) if endpoint.is_own => {
            with_location(surface, shown, with_tag(surface, shown, body(Some(shown), None)))
        }
        Outcome::Shown(shown) => with_tag(surface, shown, body(Some(shown), None)),
        Outcome::Unchanged(shown) => with_tag(surface, shown, Reply::new(StatusCode::NOT_MODIFIED)),
        Outcome::Made(shown) => {
            with_location(surface, shown, with_tag(surface, shown, body(Some(shown), None)))
        }
        Outcome::Described => {
            Reply::new(status).with_body(media_type, discovery::write(surface, endpoint, echo))
        }
        Outcome::Deleted => body(None, None),
        Outcome::LetGo { no_content: true, .. } => Reply::new(StatusCode::NO_CONTENT),
        Outcome::LetGo { last, .. } => body(Some(last), None),
        Outcome::Listed(listed) => {
            let reply = body(None, Some(listed));
            match link(surface, endpoint, echo, listed) {
                Some(link) => reply.with_header(LINK, link),
                None => reply,
            }
        }
        Outcome::Granted(granted) => {
            let mut out = Vec::with_capacity(128);
            out.extend_from_slice(b"{\"access_token\":");
            write_text(&granted.token, &mut out);
            out.extend_from_slice(b",\"token_type\":\"Bearer\",\"expires_in\":");
            write_number(i64::try_from(granted.expires_s).unwrap_or(i64::MAX), &mut out);
            if !granted.scopes.is_empty() {
                out.extend_from_slice(b",\"scope\":");
                write_text(&granted.scopes.join(" "), &mut out);
            }
            out.push(b'}');
            // RFC 6749 section 5.1: an answer with a token must not be kept by anybody.
            let reply = Reply::new(status).with_body(JSON, out);
            reply
                .with_header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
                .with_header(PRAGMA, HeaderValue::from_static("no-cache"))
        }
        // The body is ignored by the client: the code says it all (RFC 7009 section 2.2).
        Outcome::Revoked => {
            Reply::new(status).with_header(CACHE_CONTROL, HeaderValue::from_static("no-store"))
        }
    }
}

/// The same reply with the URL of the record.
fn with_location(surface: &Surface<'_>, shown: &Shown, reply: Reply) -> Reply {
    let url = shown.first().and_then(|one| location(surface, one.record.id()));
    match url.and_then(|url| HeaderValue::try_from(url).ok()) {
        Some(url) => reply.with_header(LOCATION, url),
        None => reply,
    }
}

/// The same reply with the version of the record, where the api has versions.
fn with_tag(surface: &Surface<'_>, shown: &Shown, reply: Reply) -> Reply {
    let version = shown.first().filter(|_| surface.api.offers.etag).map(|one| one.record.version);
    match version.and_then(|version| HeaderValue::try_from(tag(version)).ok()) {
        Some(tag) => reply.with_header(ETAG, tag),
        None => reply,
    }
}

fn link(surface: &Surface<'_>, endpoint: &Endpoint, echo: &Echo, listed: &Listed) -> Option<HeaderValue> {
    if !endpoint.paging.link_header {
        return None;
    }
    let query = Query::read(surface.call).ok()?;
    let url = format!("{}{}", surface.base_url, endpoint.path);
    let place = Place {
        total: listed.total,
        skip: listed.skip,
        shown: listed.shown.records.len(),
        next: listed.next.as_ref().map(|mark| mark.serial),
    };
    HeaderValue::try_from(link_header(&endpoint.paging, &url, &query, echo, place)?).ok()
}

/// What a success body is made of.
struct Frame<'a> {
    surface: &'a Surface<'a>,
    endpoint: &'a Endpoint,
    echo: &'a Echo,
    item: Option<&'a Shown>,
    listed: Option<&'a Listed>,
    status: StatusCode,
}

/// Room for one rendered record, so that a page is written into one buffer.
const RECORD_BYTES_USUAL: usize = 1024;

impl Frame<'_> {
    /// The body; `None` for none.
    fn body(&self) -> Option<Vec<u8>> {
        let records = self.listed.map_or(1, |listed| listed.shown.records.len());
        let mut out = Vec::with_capacity(records * RECORD_BYTES_USUAL + 128);
        if let Some(template) = &self.endpoint.reply {
            template.write(self, &mut out);
            return Some(out);
        }
        match (self.listed, self.item) {
            (Some(listed), _) if self.surface.api.kind == ApiKind::Scim => {
                let page = match &self.echo.walk {
                    Some(walk) => Page::Cursor(listed.next.as_ref().map(|mark| {
                        let (mark, walk) = (mark.clone(), walk.clone());
                        Stop { mark, walk, at_ms: self.surface.now_ms }.write()
                    })),
                    None => Page::Start(self.echo.page.max(1)),
                };
                write_list(listed.total, &page, records, &mut out, |out| self.items(listed, out));
            }
            (Some(listed), _) => {
                out.push(b'[');
                self.items(listed, &mut out);
                out.push(b']');
            }
            (None, Some(shown)) => self.only(shown, &mut out),
            (None, None) => return None,
        }
        Some(out)
    }

    fn items(&self, listed: &Listed, out: &mut Vec<u8>) {
        let mut links = Links::new(self.surface, &listed.shown);
        for (index, one) in listed.shown.records.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            self.one(one, &mut links, out);
        }
    }

    fn only(&self, shown: &Shown, out: &mut Vec<u8>) {
        if let Some(one) = shown.first() {
            self.one(one, &mut Links::new(self.surface, shown), out);
        }
    }

    fn one(&self, one: &One, links: &mut Links<'_>, out: &mut Vec<u8>) {
        match self.surface.api.kind {
            ApiKind::Scim => {
                let resources = &self.surface.api.resources;
                let mut resource = &resources[self.endpoint.of];
                if self.endpoint.does == Does::ListAll {
                    let table = usize::from(one.record.table.0);
                    resource = resources.iter().find(|other| other.record == table).unwrap_or(resource);
                }
                write_resource(resource, self.echo.projection.as_ref(), one, links, out);
            }
            ApiKind::Rest | ApiKind::OAuth => {
                write_shape(&self.surface.api.shapes[self.endpoint.of], self.endpoint.brief, one, links, out);
            }
        }
    }

    fn number(&self, slot: ReplySlot) -> Option<usize> {
        let listed = self.listed?;
        match slot {
            ReplySlot::Total => Some(listed.total),
            ReplySlot::Page => Some(self.echo.page),
            ReplySlot::Size => Some(self.echo.size),
            ReplySlot::Offset => Some(listed.skip),
            ReplySlot::Count => Some(listed.shown.records.len()),
            ReplySlot::Item | ReplySlot::Items | ReplySlot::NextCursor | ReplySlot::Status => None,
        }
    }
}

impl Slots<ReplySlot> for Frame<'_> {
    fn json(&self, slot: &ReplySlot, out: &mut Vec<u8>) -> bool {
        match (slot, self.item, self.listed) {
            (ReplySlot::Item, Some(shown), _) => self.only(shown, out),
            (ReplySlot::Items, _, Some(listed)) => {
                out.push(b'[');
                self.items(listed, out);
                out.push(b']');
            }
            (ReplySlot::NextCursor, _, Some(listed)) => match &listed.next {
                Some(mark) => write_text(&cursor::plain(mark.serial), out),
                None => out.extend_from_slice(b"null"),
            },
            (ReplySlot::Status, _, _) => write_text(self.status.as_str(), out),
            (slot, _, _) => match self.number(*slot) {
                Some(number) => write_number(i64::try_from(number).unwrap_or(i64::MAX), out),
                None => return false,
            },
        }
        true
    }

    fn text(&self, slot: &ReplySlot, out: &mut String) {
        match (slot, self.listed.and_then(|listed| listed.next.as_ref())) {
            (ReplySlot::Status, _) => out.push_str(self.status.as_str()),
            (ReplySlot::NextCursor, Some(mark)) => out.push_str(&cursor::plain(mark.serial)),
            (slot, _) => {
                if let Some(number) = self.number(*slot) {
                    out.push_str(&number.to_string());
                }
            }
        }
    }
}

/// The header that every reply carries, the key into what is known of a call.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("standin-request-id");
