//! The small grammars inside single texts of a profile: calls, host names, paths, ids.
//!
//! **Invariant:** each check looks at one text alone and says in a clause what it should have been.

use crate::fault::FaultName;
use crate::scim::path::PatchPath;

/// The methods that an operation may answer.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Anything at all.
///
/// # Errors
/// Never.
pub fn anything(_: &str) -> Result<(), String> {
    Ok(())
}

/// A SCIM path as in a PATCH (RFC 7644 section 3.5.2), its filter at most one `eq`.
///
/// # Errors
/// What is wrong with the path, with its position.
pub fn record_path(text: &str) -> Result<(), String> {
    crate::profile::path::RecordPath::parse(text).map(|_| ())
}

/// A method and a path: `GET /users/{id}`.
///
/// # Errors
/// What a call looks like.
pub fn call(text: &str) -> Result<(), String> {
    let wanted = || "a method in capitals, a blank and a path, such as `GET /users/{id}`".to_owned();
    let (method, rest) = text.split_once(' ').ok_or_else(wanted)?;
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(wanted());
    }
    if !METHODS.contains(&method) {
        return Err(match super::suggest::nearest(method, METHODS.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a method is one of {}", METHODS.join(", ")),
        });
    }
    path(rest)?;
    for part in rest.split('/').filter(|part| part.contains(['{', '}'])) {
        if part != "{id}" {
            return Err(format!("only `{{id}}` may stand in a path, alone between slashes, not `{part}`"));
        }
    }
    if rest.matches("{id}").count() > 1 {
        return Err("`{id}` may stand only once: a call is about one record".to_owned());
    }
    Ok(())
}

/// A path that begins with a slash and does not end with one.
///
/// # Errors
/// What a path looks like.
pub fn path(text: &str) -> Result<(), String> {
    if !text.starts_with('/') || text.len() > 1 && text.ends_with('/') {
        return Err("a path begins with `/` and does not end with one".to_owned());
    }
    if text.contains(['?', '#', '%', ' ']) || text.contains("//") {
        return Err("a path has no query, no blank, no `%` and no empty segment".to_owned());
    }
    Ok(())
}

/// The path of a token endpoint, which is about no record.
///
/// # Errors
/// What such a path looks like.
pub fn token_path(text: &str) -> Result<(), String> {
    path(text)?;
    if text.contains(['{', '}']) {
        return Err("a token endpoint has one path, without `{` and `}`".to_owned());
    }
    Ok(())
}

/// The name of a SCIM endpoint: a segment of its path.
///
/// # Errors
/// What such a name looks like.
pub fn resource(text: &str) -> Result<(), String> {
    if ["Bulk", "Me", "ResourceTypes", "Schemas", "ServiceProviderConfig"].contains(&text) {
        return Err("the protocol has an endpoint of that name itself".to_owned());
    }
    if super::grammar::is_name(text) {
        return Ok(());
    }
    Err("a letter, then letters, digits, `_` and `-`".to_owned())
}

/// A base path; one segment may be `{organization}`.
///
/// # Errors
/// What a base looks like.
pub fn base(text: &str) -> Result<(), String> {
    path(text)?;
    let mut placeholders = text.split('/').filter(|part| part.contains(['{', '}']));
    match (placeholders.next(), placeholders.next()) {
        (None | Some("{organization}"), None) => Ok(()),
        (Some("{organization}"), Some(_)) => Err("`{organization}` may stand only once".to_owned()),
        (Some(other), _) => Err(format!("only `{{organization}}` may stand in a base, not `{other}`")),
        (None, Some(_)) => Ok(()),
    }
}

/// A host name whose labels may be `*`.
///
/// # Errors
/// What a host name looks like.
pub fn host(text: &str) -> Result<(), String> {
    let label = |part: &str| {
        part == "*"
            || !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if text.split('.').all(label) {
        return Ok(());
    }
    Err("a host name is lower case labels between dots; `*` stands for one whole label".to_owned())
}

/// Text around one placeholder.
fn around(text: &str, placeholders: &[&str], what: &str) -> Result<(), String> {
    let found: usize = placeholders.iter().map(|one| text.matches(one).count()).sum();
    let braces = text.matches(['{', '}']).count();
    if found == 1 && braces == 2 { Ok(()) } else { Err(what.to_owned()) }
}

/// An id form: text around `{n}`, `{uuid}` or `{hex}`.
///
/// # Errors
/// What an id form looks like.
pub fn id_form(text: &str) -> Result<(), String> {
    around(text, &["{n}", "{uuid}", "{hex}"], "an id form is text around one of `{n}`, `{uuid}`, `{hex}`")?;
    id(&text.replace(['{', '}'], ""))
}

/// An id, or a part of one: what stands in a URL and in JSON as it is.
///
/// # Errors
/// What an id is made of.
pub fn id(text: &str) -> Result<(), String> {
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte)) {
        return Ok(());
    }
    Err("an id is made of letters, digits and `-`, `.`, `_`, `~`, `:`, `@`".to_owned())
}

/// A token form: text around `{random}`.
///
/// # Errors
/// What a token form looks like.
pub fn token_form(text: &str) -> Result<(), String> {
    around(text, &["{random}"], "a token form is text around one `{random}`")
}

/// A duration, or one with a `-` in front: `30s`, `-30s`.
///
/// # Errors
/// What a skew looks like.
pub fn skew(text: &str) -> Result<(), String> {
    let wanted = || "a whole number and one of ms, s, m, h, d, such as `5s`; `-5s` for earlier".to_owned();
    skew_ms(text).map(|_| ()).ok_or_else(wanted)
}

/// The milliseconds of a skew.
pub fn skew_ms(text: &str) -> Option<i64> {
    let (sign, length) = text.strip_prefix('-').map_or((1, text), |length| (-1, length));
    i64::try_from(super::grammar::duration_ms(length)?).ok().map(|ms| sign * ms)
}

/// An attribute and an operator: `userName eq`.
///
/// # Errors
/// What such a form looks like.
pub fn filter_form(text: &str) -> Result<(), String> {
    let wanted = || "an attribute, a blank and one of eq, ne, co, sw, ew, gt, ge, lt, le, pr".to_owned();
    let (attribute, operator) = text.rsplit_once(' ').ok_or_else(wanted)?;
    if !["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"].contains(&operator) {
        return Err(wanted());
    }
    PatchPath::parse(attribute).map(|_| ()).map_err(|error| error.to_string())
}

/// A schema: one of the built-in names, or a URN.
///
/// # Errors
/// What may stand there.
pub fn schema(text: &str) -> Result<(), String> {
    if ["User", "Group", "EnterpriseUser"].contains(&text) || text.starts_with("urn:") {
        return Ok(());
    }
    Err("a schema is `User`, `Group`, `EnterpriseUser` or a URN".to_owned())
}

/// A URN.
///
/// # Errors
/// What a URN looks like.
pub fn urn(text: &str) -> Result<(), String> {
    if text.starts_with("urn:") {
        return Ok(());
    }
    Err("a URN begins with `urn:`".to_owned())
}

/// A scope (RFC 6749 section 3.3).
///
/// # Errors
/// What a scope looks like.
pub fn scope(text: &str) -> Result<(), String> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\') {
        return Ok(());
    }
    Err("a scope is visible ASCII without blanks, quotes or backslashes".to_owned())
}

/// A header field's name.
///
/// # Errors
/// What a name looks like.
pub fn header(text: &str) -> Result<(), String> {
    http::HeaderName::try_from(text)
        .map(|_| ())
        .map_err(|_| "a header's name is letters, digits and hyphens".to_owned())
}

/// A header field's value.
///
/// # Errors
/// What a value looks like.
pub fn header_value(text: &str) -> Result<(), String> {
    http::HeaderValue::try_from(text)
        .map(|_| ())
        .map_err(|_| "a header's value is visible ASCII and blanks".to_owned())
}

/// A vendor's name: it stands in paths and host names.
///
/// # Errors
/// What a name looks like.
pub fn vendor(text: &str) -> Result<(), String> {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(is_part)
    {
        return Ok(());
    }
    Err("a lower-case letter, then lower-case letters, digits and hyphens".to_owned())
}

/// The name of a fault.
///
/// # Errors
/// The names there are.
pub fn fault(text: &str) -> Result<(), String> {
    if FaultName::parse(text).is_some() {
        return Ok(());
    }
    let names = FaultName::ALL.iter().map(|(name, _)| name.as_str());
    let near = super::suggest::nearest(text, names.clone());
    Err(match near {
        Some(near) => format!("no fault is called `{text}`; did you mean `{near}`?"),
        None => format!("a fault is one of {}", names.collect::<Vec<_>>().join(", ")),
    })
}

/// A fact's id: a vendor's name, a dot and a number.
///
/// # Errors
/// What an id looks like.
pub fn fact_id(text: &str) -> Result<(), String> {
    match text.rsplit_once('.') {
        Some((vendor, number)) if !vendor.is_empty() && number.parse::<u16>().is_ok() => Ok(()),
        _ => Err("a fact's id is the vendor's name, a dot and a number, such as `acme.12`".to_owned()),
    }
}

/// An operation of a SCIM endpoint.
///
/// # Errors
/// The operations there are.
pub fn scim_operation(text: &str) -> Result<(), String> {
    if ["create", "get", "list", "replace", "patch", "delete"].contains(&text) {
        return Ok(());
    }
    Err("a SCIM operation is one of create, get, list, replace, patch, delete".to_owned())
}
