//! Taking secrets out of what is kept.
//!
//! Most calls hold a secret in one header and nowhere else. Only where more is to be feared (a secret's name in the query
//! or the body, a reply that may repeat what was sent) is anything parsed.
//!
//! **Invariant:** what cannot be understood and may hold a secret is not kept at all.

use std::borrow::Cow;

use base64::Engine as _;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE,
    ETAG, PROXY_AUTHORIZATION, SET_COOKIE, USER_AGENT,
};
use http::{HeaderMap, HeaderName};
use serde_json::Value;

use crate::secret::{HIDDEN, is_password_name, is_secret_name, masked};

/// A known secret shorter than this is not looked for elsewhere: it would be found in everything.
const SOUGHT_BYTES_MIN: usize = 4;

/// Words before a credential that are not part of it.
const SCHEMES: [&str; 6] = ["basic", "bearer", "digest", "token", "apikey", "key"];

/// Headers of nearly every call, in whose names there is nothing to look for.
static HARMLESS: [HeaderName; 8] =
    [ACCEPT, ACCEPT_ENCODING, USER_AGENT, CONNECTION, CONTENT_TYPE, CONTENT_LENGTH, ETAG, CACHE_CONTROL];

/// Where the profile keeps credentials, beside the places that every client uses.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Carriers<'a> {
    /// Headers.
    pub headers: &'a [&'a HeaderName],
    /// Query parameters.
    pub parameters: &'a [&'a str],
}

/// Secrets that were found in one call, each with what stands in its place, so that they can be found again where they
/// are repeated.
#[derive(Debug, Default)]
pub(super) struct Found {
    pairs: Vec<(String, String)>,
}

impl Carriers<'_> {
    pub(super) fn is_secret_header(&self, name: &HeaderName) -> bool {
        self.headers.contains(&name)
            || !HARMLESS.contains(name) && (is_secret_name(name.as_str()) || is_cookie(name))
    }

    fn is_secret_parameter(&self, name: &str) -> bool {
        is_secret_name(name) || self.parameters.contains(&name)
    }
}

impl Found {
    /// Takes in a secret, and gives what stands in its place.
    fn take(&mut self, secret: &str, is_password: bool) -> String {
        let shown = if is_password { HIDDEN.to_owned() } else { masked(secret) };
        if secret.len() >= SOUGHT_BYTES_MIN {
            let in_json = Value::from(secret).to_string();
            let in_query: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let in_path = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC);
            let forms =
                [secret.to_owned(), in_json.trim_matches('"').to_owned(), in_query, in_path.to_string()];
            for form in forms {
                if self.pairs.iter().all(|(known, _)| *known != form) {
                    self.pairs.push((form, shown.clone()));
                }
            }
            // Of two of which one holds the other, the longer goes first.
            self.pairs.sort_by_key(|(known, _)| std::cmp::Reverse(known.len()));
        }
        shown
    }

    /// Takes in a filter that compares a password, and what it compares it with.
    fn take_filter(&mut self, filter: &str) -> String {
        for (at, _) in filter.match_indices('"') {
            let literal = serde_json::Deserializer::from_str(&filter[at..]).into_iter::<String>().next();
            if let Some(Ok(literal)) = literal {
                self.take(&literal, true);
            }
        }
        self.take(filter, true)
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Takes in what the secret headers of a call hold.
    pub(super) fn take_headers(&mut self, headers: &HeaderMap, carriers: Carriers<'_>) {
        for (name, value) in headers.iter().filter(|(name, _)| carriers.is_secret_header(name)) {
            let Ok(text) = value.to_str() else { continue };
            let (scheme, secret) = without_scheme(name, text);
            self.take(secret, false);
            if scheme.eq_ignore_ascii_case("basic ")
                && let Ok(decoded) = base64::engine::general_purpose::STANDARD.decode(secret.trim())
                && let Some((_, secret)) = String::from_utf8_lossy(&decoded).split_once(':')
            {
                self.take(secret, false);
            }
        }
    }

    /// A text without them.
    pub(super) fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.pairs.iter().fold(Cow::Borrowed(text), |text, (known, shown)| {
            if text.contains(known.as_str()) { Cow::Owned(text.replace(known.as_str(), shown)) } else { text }
        })
    }
}

/// Writes header fields, a line each, without their secrets. What is more than `bytes_max` is left out.
pub(super) fn write_headers(headers: &HeaderMap, carriers: Carriers<'_>, bytes_max: usize, out: &mut String) {
    let end = out.len() + bytes_max;
    for (name, value) in headers {
        if out.len() + name.as_str().len() + value.len() > end {
            break;
        }
        out.push_str(name.as_str());
        out.push_str(": ");
        let text = match value.to_str() {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(value.as_bytes()),
        };
        if is_cookie(name) {
            out.push_str(&cookie(&text));
        } else if carriers.is_secret_header(name) {
            let (scheme, secret) = without_scheme(name, &text);
            out.push_str(scheme);
            out.push_str(&masked(secret));
        } else {
            out.push_str(&text);
        }
        out.push('\n');
    }
}

fn is_cookie(name: &HeaderName) -> bool {
    *name == COOKIE || *name == SET_COOKIE
}

/// The scheme of an `Authorization` with the blank behind it, and the rest; what is no scheme may be the secret.
fn without_scheme<'t>(name: &HeaderName, text: &'t str) -> (&'t str, &'t str) {
    let has_scheme = *name == AUTHORIZATION || *name == PROXY_AUTHORIZATION;
    let end = text.find(' ').filter(|_| has_scheme).map_or(0, |at| at + 1);
    let (scheme, rest) = text.split_at(end);
    let is_known = SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme.trim_end()));
    if is_known { (scheme, rest) } else { ("", text) }
}

/// Whether a text speaks of passwords: a filter by one holds it.
fn mentions_password(text: &str) -> bool {
    text.as_bytes().windows(b"passw".len()).any(|part| part.eq_ignore_ascii_case(b"passw"))
}

/// A cookie's value is a secret; its name and attributes are not.
fn cookie(text: &str) -> String {
    let attributes = ["path", "domain", "expires", "max-age", "samesite"];
    let part = |part: &str| match part.split_once('=') {
        Some((name, value)) if !attributes.iter().any(|one| one.eq_ignore_ascii_case(name.trim())) => {
            format!("{name}={}", masked(value))
        }
        _ => part.to_owned(),
    };
    text.split(';').map(part).collect::<Vec<_>>().join(";")
}

/// A query or form without its secrets; `None` where it has none.
pub(super) fn pairs(text: &str, carriers: Carriers<'_>, found: &mut Found) -> Option<String> {
    let mut has_secret = false;
    let part = |part: &str| {
        let Some((name, value)) = form_urlencoded::parse(part.as_bytes()).next() else {
            return part.to_owned();
        };
        let is_filter = name.eq_ignore_ascii_case("filter") && mentions_password(&value);
        if !is_filter && !carriers.is_secret_parameter(&name) {
            return part.to_owned();
        }
        has_secret = true;
        let is_password = is_filter || is_password_name(&name);
        // As sent, so that what repeats it is found, too.
        if let Some((_, raw)) = part.split_once('=') {
            found.take(raw, is_password);
        }
        let shown = if is_filter { found.take_filter(&value) } else { found.take(&value, is_password) };
        let shown: String = form_urlencoded::byte_serialize(shown.as_bytes()).collect();
        format!("{name}={shown}")
    };
    let masked = text.split('&').map(part).collect::<Vec<_>>().join("&");
    has_secret.then_some(masked)
}

/// Whether a body may hold a secret: one of the names is in it, or something is written in escapes.
pub(super) fn is_suspect(body: &[u8]) -> bool {
    let begins = |at: usize, word: &[u8]| {
        body.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word))
    };
    let is_part = |(at, byte): (usize, &u8)| match byte | 0x20 {
        b'p' => begins(at, b"passw") || begins(at, b"passph") || begins(at, b"privat"),
        b's' => begins(at, b"secret"),
        b't' => begins(at, b"token"),
        b'a' => begins(at, b"api") || begins(at, b"assertion") || begins(at, b"authorization"),
        b'|' => *byte == b'\\' && begins(at, b"\\u"),
        // A letter of a name in a form.
        b'%' => true,
        _ => false,
    };
    body.iter().enumerate().any(is_part)
}

/// A JSON body without its secrets; `None` where it is not JSON.
pub(super) fn json(body: &[u8], found: &mut Found) -> Option<String> {
    let without_mark = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let mut value: Value = serde_json::from_slice(without_mark).ok()?;
    clean(&mut value, found);
    Some(value.to_string())
}

fn clean(value: &mut Value, found: &mut Found) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, found)),
        Value::Object(fields) => {
            // RFC 7644 section 3.5.2: an operation may name the attribute beside the value.
            let path = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("path"));
            let path = path.and_then(|(_, path)| path.as_str()).unwrap_or_default().to_owned();
            let of_path = is_secret_name(&path).then(|| is_password_name(&path));
            for (name, value) in fields {
                let of_name = is_secret_name(name).then(|| is_password_name(name));
                let beside_path = of_path.filter(|_| name.eq_ignore_ascii_case("value"));
                if let Some(is_password) = of_name.or(beside_path) {
                    conceal(value, is_password, found);
                    continue;
                }
                match value
                    .as_str()
                    .filter(|text| name.eq_ignore_ascii_case("filter") && mentions_password(text))
                {
                    Some(filter) => *value = found.take_filter(filter).into(),
                    None => clean(value, found),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Puts something else in the place of all texts and numbers in a value.
fn conceal(value: &mut Value, is_password: bool, found: &mut Found) {
    match value {
        Value::String(text) => *text = found.take(text, is_password),
        Value::Number(_) => *value = Value::from(HIDDEN),
        Value::Array(items) => items.iter_mut().for_each(|item| conceal(item, is_password, found)),
        Value::Object(fields) => fields.values_mut().for_each(|value| conceal(value, is_password, found)),
        Value::Null | Value::Bool(_) => {}
    }
}
