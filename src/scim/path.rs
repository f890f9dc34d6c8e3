//! Attribute notation (RFC 7644 section 3.10) and the paths of PATCH operations (RFC 7644 figure 7).
//!
//! **Invariant:** a path is only well formed. Whether it names anything is for the schema to say.

use std::fmt;

use super::filter::{Filter, parser};

/// Where a filter or path stops making sense, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The offset in bytes, from 0.
    pub position: usize,
    /// What was expected or is wrong, without a full stop.
    pub message: String,
    /// Whether it stands in the brackets of a path, where a filter does.
    pub in_brackets: bool,
}

impl SyntaxError {
    pub(super) fn new(position: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError { position, message: message.into(), in_brackets: false }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.position, self.message)
    }
}

impl std::error::Error for SyntaxError {}

/// The name of an attribute: `userName`, `name.familyName`, `urn:…:2.0:User:manager.value`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AttrPath {
    /// The schema, if the path begins with one.
    pub urn: Option<String>,
    /// The attribute. For a URN that has no attribute name behind it this is its last segment, see
    /// [`super::schema::ResourceSchema::whole_extension`].
    pub name: String,
    /// The sub-attribute.
    pub sub: Option<String>,
}

impl AttrPath {
    /// Reads a path. The URN ends at the *last* colon, since it contains dots of its own (`2.0`).
    pub fn parse(text: &str) -> Result<AttrPath, SyntaxError> {
        let (urn, rest, start) = match text.rfind(':') {
            Some(colon) => (text.get(..colon), text.get(colon + 1..).unwrap_or_default(), colon + 1),
            None => (None, text, 0),
        };
        if let Some(urn) = urn {
            check_urn(urn)?;
            // A URN alone whose last segment is no attribute name, such as `urn:example:hr:2.0`.
            if rest.starts_with(|first: char| first.is_ascii_digit()) {
                check_urn(text)?;
                return Ok(AttrPath { urn: Some(urn.to_string()), name: rest.to_string(), sub: None });
            }
        }
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (rest, None),
        };
        check_name(name, start)?;
        if let Some(sub) = sub {
            check_name(sub, start + name.len() + 1)?;
        }
        Ok(AttrPath { urn: urn.map(str::to_string), name: name.to_string(), sub: sub.map(str::to_string) })
    }

    /// A path of a single name.
    pub fn of(name: &str) -> AttrPath {
        AttrPath { urn: None, name: name.to_string(), sub: None }
    }

    /// Whether the path, written out, is `text`, whatever the case.
    pub fn spells(&self, text: &str) -> bool {
        let after = |text: &mut &str, part: &str| {
            let matches = text.get(..part.len()).is_some_and(|head| head.eq_ignore_ascii_case(part));
            *text = text.get(part.len()..).unwrap_or_default();
            matches
        };
        let mut rest = text;
        self.urn.as_ref().is_none_or(|urn| after(&mut rest, urn) && after(&mut rest, ":"))
            && after(&mut rest, &self.name)
            && self.sub.as_ref().is_none_or(|sub| after(&mut rest, ".") && after(&mut rest, sub))
            && rest.is_empty()
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.name)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// The target of a PATCH operation: an attribute, or those of its elements that pass a filter, and there perhaps a
/// sub-attribute.
///
/// The sub-attribute always stands in `attr.sub`: `emails[type eq "work"].value` is `emails.value` with a filter on
/// the elements of `emails`.
#[derive(Debug, Clone, PartialEq)]
pub struct PatchPath {
    /// The attribute and sub-attribute.
    pub attr: AttrPath,
    /// Which elements of the multi-valued attribute are meant; its paths name sub-attributes.
    pub filter: Option<Filter>,
}

impl PatchPath {
    /// Reads a path. The bounds of filters apply.
    pub fn parse(text: &str) -> Result<PatchPath, SyntaxError> {
        parser::patch_path(text)
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(filter) = &self.filter else { return self.attr.fmt(f) };
        if let Some(urn) = &self.attr.urn {
            write!(f, "{urn}:")?;
        }
        write!(f, "{}[{filter}]", self.attr.name)?;
        match &self.attr.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// `ATTRNAME` of RFC 7643 section 2.1, with `$` also in front, as `$ref` has it.
pub(super) fn check_name(name: &str, start: usize) -> Result<(), SyntaxError> {
    let bytes = name.as_bytes();
    let Some(first) = bytes.first() else {
        return Err(SyntaxError::new(start, "expected an attribute name"));
    };
    if !(first.is_ascii_alphabetic() || *first == b'$') {
        return Err(SyntaxError::new(start, "an attribute name begins with a letter"));
    }
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$');
    match bytes.iter().position(|byte| !is_name(byte)) {
        Some(at) => {
            Err(SyntaxError::new(start + at, "an attribute name has letters, digits, `-`, `_` and `$` only"))
        }
        None => Ok(()),
    }
}

/// A URI has a scheme and no characters that would end it in a filter.
fn check_urn(urn: &str) -> Result<(), SyntaxError> {
    if !urn.contains(':') || urn.starts_with(':') {
        return Err(SyntaxError::new(
            0,
            "expected a schema URN such as `urn:…:2.0:User` before the last colon",
        ));
    }
    let ends = |byte: u8| {
        !byte.is_ascii_graphic()
            || matches!(
                byte,
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'(' | b')' | b'[' | b']'
            )
    };
    match urn.bytes().position(ends) {
        Some(at) => Err(SyntaxError::new(at, "this character cannot stand in a schema URN")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{AttrPath, PatchPath};
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn the_urn_ends_at_the_last_colon() {
        let check = |text: &str, urn: Option<&str>, name: &str, sub: Option<&str>| {
            let path = AttrPath::parse(text).unwrap();
            assert_eq!(
                (path.urn.as_deref(), path.name.as_str(), path.sub.as_deref()),
                (urn, name, sub),
                "{text}"
            );
            assert_eq!(path.to_string(), text);
        };
        const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
        check("userName", None, "userName", None);
        check("name.familyName", None, "name", Some("familyName"));
        check("members.$ref", None, "members", Some("$ref"));
        check("$ref", None, "$ref", None);
        check("x-y_z9", None, "x-y_z9", None);
        check(&format!("{USER}:name.familyName"), Some(USER), "name", Some("familyName"));
        check("http://example.com/2.0/hr:age", Some("http://example.com/2.0/hr"), "age", None);
        check(USER, Some("urn:ietf:params:scim:schemas:core:2.0"), "User", None);
        check("urn:example:hr:2.0", Some("urn:example:hr"), "2.0", None);
    }

    #[test]
    fn a_malformed_path_says_where() {
        let check = |text: &str, message: &str| {
            assert_eq!(PatchPath::parse(text).unwrap_err().to_string(), message, "{text}");
        };
        check("", "at 0: expected an attribute name");
        check("9lives", "at 0: an attribute name begins with a letter");
        check("a.b.c", "at 3: an attribute name has letters, digits, `-`, `_` and `$` only");
        check("name.", "at 5: expected an attribute name");
        check("nämé", "at 1: an attribute name has letters, digits, `-`, `_` and `$` only");
        check("User:name", "at 0: expected a schema URN such as `urn:…:2.0:User` before the last colon");
        check("urn:a:", "at 6: expected an attribute name");
        check("emails[type eq \"work\"", "at 21: expected `and`, `or` or `]`");
        check("emails[]", "at 7: expected an attribute name, `not` or `(`");
        check("emails[type eq \"work\"].", "at 23: expected an attribute name");
        check(
            "emails[type eq \"work\"] value",
            "at 22: expected `.` and a sub-attribute, or the end of the path",
        );
        check("emails value", "at 6: expected `[` or the end of the path");
        check("name.x[y pr]", "at 6: only an attribute can have a filter, not a sub-attribute");
        check("emails[phones[type pr]]", "at 13: a filter in brackets cannot hold another one in brackets");
        check("emails[emails.type pr]", "at 7: inside brackets a sub-attribute stands alone, such as `type`");
    }

    // RFC 7644 figure 8, and the forms seen on the wire.
    #[test]
    fn patch_paths_are_read_and_written() {
        let check = |text: &str, attr: &str, filter: Option<&str>| {
            let path = PatchPath::parse(text).unwrap();
            assert_eq!(path.attr.to_string(), attr, "{text}");
            assert_eq!(path.filter.as_ref().map(ToString::to_string).as_deref(), filter, "{text}");
            assert_eq!(PatchPath::parse(&path.to_string()), Ok(path), "{text}");
        };
        check("members", "members", None);
        check("name.familyName", "name.familyName", None);
        check("addresses[type eq \"work\"]", "addresses", Some("type eq \"work\""));
        check(
            "members[value eq \"2819c223\"].displayName",
            "members.displayName",
            Some("value eq \"2819c223\""),
        );
        check("members[value eq\"2819c223\"]", "members", Some("value eq \"2819c223\""));
        check("emails[ type eq \"]\" ].value", "emails.value", Some("type eq \"]\""));
        check(
            "urn:example:2.0:hr:badges[type eq \"a\" or primary eq true].value",
            "urn:example:2.0:hr:badges.value",
            Some("type eq \"a\" or primary eq true"),
        );
    }

    #[test]
    fn a_path_spells_itself_in_any_case() {
        let check = |path: &str, text: &str, spells: bool| {
            assert_eq!(AttrPath::parse(path).unwrap().spells(text), spells, "{path} {text}");
        };
        check("urn:a:2.0:User", "URN:A:2.0:user", true);
        check("urn:a:2.0:User", "urn:a:2.0:User2", false);
        check("urn:a:2.0:User", "urn:a:2.0", false);
        check("urn:a:x.y", "urn:a:x.y", true);
        check("a.b", "A.B", true);
        check("a.b", "a", false);
        check("a", "ä", false);
    }

    proptest! {
        #[test]
        fn reading_any_text_ends_in_a_path_or_an_error(text in ".{0,40}") {
            if let Ok(path) = PatchPath::parse(&text) {
                prop_assert_eq!(PatchPath::parse(&path.to_string()), Ok(path));
            }
        }
    }
}
