//! A call as it is kept: what came, what was found out, what left, without secrets.
//!
//! All heads are written into one text and bodies are copied, because the buffers that they came in are far larger and
//! belong to the connection.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::mask::{self, Carriers, Found};
use crate::call::{Body, Call, Ending, Reply};
use crate::notes::{Notes, Shown};
use crate::profile::model::{ApiKind, Carrier, Profile};

/// How much of a body is kept, in bytes: a page of a hundred records is told by its first forty.
pub const BODY_BYTES_KEPT_MAX: usize = 16 * 1024;

/// How much of a request's or a reply's header fields is kept, in bytes.
pub const HEADERS_BYTES_KEPT_MAX: usize = 8 * 1024;

/// How much of a path or a query is kept, in bytes.
pub const TARGET_BYTES_KEPT_MAX: usize = 4 * 1024;

/// One call, as kept.
#[derive(Debug)]
pub struct Entry {
    /// The how-many-th call of its sandbox it was.
    pub number: u64,
    /// When it was answered, in milliseconds since 1970, by the sandbox's clock.
    pub at_ms: i64,
    /// The method.
    pub method: Method,
    /// The status; `None` where no reply left.
    pub status: Option<StatusCode>,
    /// What was found out, without the texts that `head` has.
    pub(super) notes: Notes,
    /// The request's body.
    pub sent: Kept,
    /// The reply's body.
    pub answered: Kept,
    /// Host, path, query, the request's header fields, the reply's, the request id, the operation, and who called: one
    /// after the other, so that to let a call go is to let go of little.
    head: Box<str>,
    /// Where each of them but the last ends.
    ends: [usize; 7],
    has_query: bool,
}

/// A body, as kept.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// How it begins.
    pub bytes: Bytes,
    /// How long it was as sent, in bytes; `None` where it was not read to its end.
    pub whole_bytes: Option<usize>,
    /// Why there is less of it than there was, if so.
    pub lacks: Option<&'static str>,
}

const TOO_LARGE: &str = "longer than the server reads";
const BROKEN: &str = "broken off";
const CUT: &str = "cut: it is longer than the journal keeps";
const TOO_LONG: &str = "not kept: it may hold a secret and is too long to be looked into";
const WITHHELD: &str = "not kept: it may hold a secret and is neither JSON nor a form";

impl Entry {
    /// Takes a call in.
    pub fn new(at_ms: i64, call: &Call, reply: &Reply, mut notes: Notes) -> Self {
        let profile = notes.profile.clone();
        let (headers, parameters) = profile.as_deref().map(carried).unwrap_or_default();
        let carriers = Carriers { headers: &headers, parameters: &parameters };
        let mut found = Found::default();

        let query = call.query.as_deref().and_then(|query| mask::pairs(query, carriers, &mut found));
        let sent = keep_sent(call, carriers, &mut found);
        let is_oauth = profile.as_deref().zip(notes.api).is_some_and(|(profile, api)| {
            profile.apis.get(api).is_some_and(|api| api.kind == ApiKind::OAuth)
        });
        // Nothing else repeats what was sent, or gives a secret out.
        let is_wary = !found.is_empty() || is_oauth || !reply.status.is_success();
        if is_wary {
            found.take_headers(&call.headers, carriers);
        }

        let mut head = String::with_capacity(HEAD_BYTES_USUAL);
        head.push_str(&found.hide(&call.host));
        let host_end = head.len();
        push_cut(&found.hide(&call.path), &mut head);
        let path_end = head.len();
        push_cut(&found.hide(query.as_deref().or(call.query.as_deref()).unwrap_or_default()), &mut head);
        let query_end = head.len();
        mask::write_headers(&call.headers, carriers, HEADERS_BYTES_KEPT_MAX, &mut head);
        let request_end = head.len();
        let answered = if is_wary {
            let mut own = String::new();
            mask::write_headers(&reply.headers, carriers, HEADERS_BYTES_KEPT_MAX, &mut own);
            head.push_str(&found.hide(&own));
            clean_notes(&mut notes, &found);
            keep_answered(&reply.body, &mut found)
        } else {
            mask::write_headers(&reply.headers, carriers, HEADERS_BYTES_KEPT_MAX, &mut head);
            // The reply's own buffer holds nothing but the reply.
            Kept::cut(reply.body.clone())
        };
        let reply_end = head.len();
        head.push_str(&notes.request_id);
        let id_end = head.len();
        head.push_str(notes.operation.as_deref().or(notes.missed_operation.as_deref()).unwrap_or_default());
        let operation_end = head.len();
        let owner = notes.credential.as_ref().and_then(|shown| shown.organization.as_deref());
        head.push_str(notes.organization.as_deref().or(owner).unwrap_or_default());
        let notes = without_texts(notes);
        Self {
            number: 0,
            at_ms,
            method: call.method.clone(),
            status: has_left(reply).then_some(reply.status),
            notes,
            sent,
            answered,
            head: head.into(),
            ends: [host_end, path_end, query_end, request_end, reply_end, id_end, operation_end],
            has_query: call.query.is_some(),
        }
    }

    /// What was found out about it. What [`path`](Self::path), [`request_id`](Self::request_id) and the like tell is not
    /// among it.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// What it takes in memory, in bytes, about.
    pub fn bytes(&self) -> usize {
        let notes = &self.notes;
        let dropped: usize = notes.dropped.iter().map(|text| text.len() + size_of::<String>()).sum();
        let hint = notes.hint.as_ref().map_or(0, String::len);
        let listing = notes.listing.as_ref().map_or(0, |listing| {
            let matching: usize = listing.matching.iter().map(|id| id.len() + size_of::<String>()).sum();
            size_of::<crate::notes::Listing>() + matching
        });
        let chaos = notes.chaos.as_ref().map_or(0, |struck| {
            let strikes = struck
                .strikes
                .iter()
                .map(|one| size_of_val(one) + one.rule.len() + one.written.as_ref().map_or(0, String::len));
            size_of_val(&**struck) + strikes.sum::<usize>()
        });
        let lists =
            listing + chaos + notes.levels.len() * size_of::<crate::limit::Level>() + NOTES_BYTES_USUAL;
        let bodies = self.sent.bytes.len() + self.answered.bytes.len();
        size_of::<Self>() + self.head.len() + bodies + dropped + hint + lists
    }

    /// The authority that the client asked for.
    pub fn host(&self) -> &str {
        self.head.get(..self.ends[0]).unwrap_or_default()
    }

    /// The path as sent.
    pub fn path(&self) -> &str {
        self.head.get(self.ends[0]..self.ends[1]).unwrap_or_default()
    }

    /// The vendor's own part of the path.
    pub fn own_path(&self) -> &str {
        self.path().get(self.notes.prefix_bytes..).unwrap_or_default()
    }

    /// The query.
    pub fn query(&self) -> Option<&str> {
        self.head.get(self.ends[1]..self.ends[2]).filter(|_| self.has_query)
    }

    /// The request's header fields.
    pub fn request_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        fields(self.head.get(self.ends[2]..self.ends[3]).unwrap_or_default())
    }

    /// The reply's header fields.
    pub fn reply_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        fields(self.head.get(self.ends[3]..self.ends[4]).unwrap_or_default())
    }

    /// The request's id.
    pub fn request_id(&self) -> &str {
        self.head.get(self.ends[4]..self.ends[5]).unwrap_or_default()
    }

    /// The vendor's name.
    pub fn vendor(&self) -> Option<&str> {
        self.notes.profile.as_deref().map(|profile| profile.vendor.as_str())
    }

    /// The api's name.
    pub fn api(&self) -> Option<&str> {
        let api = self.notes.profile.as_deref()?.apis.get(self.notes.api?)?;
        Some(&api.name)
    }

    /// The operation, `API.OPERATION`, that the call was for, whether or not it got there.
    pub fn operation(&self) -> Option<&str> {
        self.head.get(self.ends[5]..self.ends[6]).filter(|operation| !operation.is_empty())
    }

    /// The name of the credential's kind.
    pub fn credential(&self) -> Option<&str> {
        let kind = self.notes.credential.as_ref()?.kind?;
        Some(&self.notes.profile.as_deref()?.credentials.get(kind)?.name)
    }

    /// The organization that called, or whose credential was shown.
    pub fn organization(&self) -> Option<&str> {
        self.head.get(self.ends[6]..).filter(|organization| !organization.is_empty())
    }
}

impl Kept {
    /// The first part of a body that may be kept as it is.
    fn cut(bytes: Bytes) -> Self {
        let whole_bytes = Some(bytes.len());
        if bytes.len() <= COPIED_BYTES_MAX {
            // Less to let go of than a share in the reply's own buffer.
            return Self { bytes: Bytes::copy_from_slice(&bytes), whole_bytes, lacks: None };
        }
        if bytes.len() <= BODY_BYTES_KEPT_MAX {
            return Self { bytes, whole_bytes, lacks: None };
        }
        // A slice would hold the whole.
        let bytes = Bytes::copy_from_slice(&bytes[..BODY_BYTES_KEPT_MAX]);
        Self { bytes, whole_bytes, lacks: Some(CUT) }
    }

    fn lacking(whole_bytes: Option<usize>, why: &'static str) -> Self {
        Self { bytes: Bytes::new(), whole_bytes, lacks: Some(why) }
    }

    fn of_text(text: String, whole_bytes: usize) -> Self {
        Self { whole_bytes: Some(whole_bytes), ..Self::cut(text.into()) }
    }

    /// It as text; a part that is cut may end in the middle of a character.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Whether the client gets a status line.
fn has_left(reply: &Reply) -> bool {
    let ending = reply.delivery.as_ref().map_or(Ending::Whole, |delivery| delivery.ending);
    matches!(ending, Ending::Whole | Ending::Truncate { .. } | Ending::Drip { .. })
}

/// How long a body may be that is read for secrets, in bytes: a refusal of a megabyte must not cost more than what it refuses.
const LOOKED_INTO_BYTES_MAX: usize = 64 * 1024;

/// How long a body may be that is copied rather than shared, in bytes.
const COPIED_BYTES_MAX: usize = 1024;

/// How long a head usually is, in bytes.
const HEAD_BYTES_USUAL: usize = 640;

/// What the lists of usual notes take, in bytes.
const NOTES_BYTES_USUAL: usize = 256;

/// Notes without what the head has, and without what only the stages needed.
fn without_texts(notes: Notes) -> Notes {
    let credential = notes.credential.map(|shown| Shown { organization: None, ..shown });
    Notes {
        request_id: String::new(),
        vendor: String::new(),
        sandbox: String::new(),
        organization: None,
        operation: None,
        missed_operation: None,
        sent: Vec::new(),
        credential,
        ..notes
    }
}

fn fields(lines: &str) -> impl Iterator<Item = (&str, &str)> {
    lines.lines().filter_map(|line| line.split_once(": "))
}

fn push_cut(text: &str, out: &mut String) {
    out.push_str(text.get(..text.floor_char_boundary(TARGET_BYTES_KEPT_MAX)).unwrap_or_default());
}

/// Headers and parameters in which a vendor's credentials are shown.
fn carried(profile: &Profile) -> (Vec<&HeaderName>, Vec<&str>) {
    let (mut headers, mut parameters) = (Vec::new(), Vec::new());
    for credential in &profile.credentials {
        match &credential.carrier {
            Carrier::Header(name) => headers.push(name),
            Carrier::Query(name) => parameters.push(name.as_str()),
            Carrier::Bearer | Carrier::Client => {}
        }
    }
    (headers, parameters)
}

fn keep_sent(call: &Call, carriers: Carriers<'_>, found: &mut Found) -> Kept {
    let body = match &call.body {
        Body::Whole(body) => body,
        Body::TooLarge => return Kept::lacking(None, TOO_LARGE),
        Body::Broken => return Kept::lacking(None, BROKEN),
    };
    if body.is_empty() {
        return Kept { whole_bytes: Some(0), ..Kept::default() };
    }
    if !mask::is_suspect(body) {
        // Not the connection's buffer.
        let kept = Bytes::copy_from_slice(&body[..body.len().min(BODY_BYTES_KEPT_MAX)]);
        let lacks = (kept.len() < body.len()).then_some(CUT);
        return Kept { bytes: kept, whole_bytes: Some(body.len()), lacks };
    }
    if body.len() > LOOKED_INTO_BYTES_MAX {
        return Kept::lacking(Some(body.len()), TOO_LONG);
    }
    if let Some(text) = mask::json(body, found) {
        return Kept::of_text(text, body.len());
    }
    let form = std::str::from_utf8(body).ok().filter(|_| is_form(&call.headers));
    match form {
        Some(form) => {
            let masked = mask::pairs(form, carriers, found).unwrap_or_else(|| form.to_owned());
            Kept::of_text(masked, body.len())
        }
        None => Kept::lacking(Some(body.len()), WITHHELD),
    }
}

fn keep_answered(body: &Bytes, found: &mut Found) -> Kept {
    // Written anew, so that what is repeated in escapes is found, too.
    let is_plain = !mask::is_suspect(body) && !body.contains(&b'\\');
    let text = if is_plain { None } else { mask::json(body, found) };
    let text = text.map_or_else(|| String::from_utf8_lossy(body), Cow::Owned);
    Kept::of_text(found.hide(&text).into_owned(), body.len())
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().starts_with("application/x-www-form-urlencoded"))
}

/// What the notes repeat of a call.
fn clean_notes(notes: &mut Notes, found: &Found) {
    let clean = |text: &mut String| {
        if let Cow::Owned(hidden) = found.hide(text) {
            *text = hidden;
        }
    };
    notes.hint.iter_mut().for_each(clean);
    notes.dropped.iter_mut().for_each(clean);
    notes.ended.iter_mut().for_each(|ended| clean(&mut ended.why));
    if let Some(Cow::Owned(hidden)) = notes.taken.as_deref().map(|taken| found.hide(taken)) {
        notes.taken = Some(hidden.into());
    }
}
