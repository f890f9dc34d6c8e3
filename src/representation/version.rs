//! Versions of records as entity tags (RFC 9110 section 8.8.3, RFC 7644 section 3.14).
//!
//! A tag is weak: it stands for the record, and not for the bytes in which it was sent. So does a tag in `If-Match`, which
//! RFC 9110 would compare strongly: RFC 7644 sends weak ones there.

use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};

use super::Surface;
use crate::notes::Notes;
use crate::operation::{Condition, Versions};

/// The tag of a version, as `ETag` and `meta.version` have it.
pub fn tag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// In which version a client wants the record, where the api has versions at all.
pub(super) fn condition(surface: &Surface<'_>, notes: &mut Notes) -> Condition {
    let headers = &surface.call.headers;
    let offers = &surface.api.offers;
    let sent = [IF_MATCH, IF_NONE_MATCH].into_iter().filter(|name| headers.contains_key(name));
    if !offers.etag {
        notes.dropped.extend(sent.map(|name| name.to_string()));
        return Condition::default();
    }
    if sent.count() > 0 {
        notes.rule(&offers.etag_rule);
    }
    Condition { one_of: versions(surface, &IF_MATCH), none_of: versions(surface, &IF_NONE_MATCH) }
}

/// The versions that a header names; a tag that is none of ours is nobody's version.
fn versions(surface: &Surface<'_>, name: &HeaderName) -> Option<Versions> {
    let fields = surface.call.headers.get_all(name);
    let texts: Vec<&str> = fields.iter().map(|value| value.to_str().unwrap_or_default()).collect();
    if texts.is_empty() {
        return None;
    }
    let tags: Vec<&str> = texts.iter().flat_map(|text| text.split(',')).map(str::trim).collect();
    if tags.contains(&"*") {
        return Some(Versions::Any);
    }
    let version = |tag: &&str| {
        let opaque = tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
        // Tags are compared letter by letter: `"01"` is not `"1"`.
        opaque.parse().ok().filter(|version: &u64| version.to_string() == opaque)
    };
    Some(Versions::These(tags.iter().filter_map(version).collect()))
}
