//! What went wrong, in the words of RFC 7644 section 3.12.
//!
//! The status is here because it is part of the SCIM message; nothing else of HTTP is.

use std::fmt;

use serde_json::{Map, Value, json};

use super::message;

/// An error of the protocol: what the body of an Error message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The HTTP status, which the message repeats as a string.
    pub status: u16,
    /// The keyword, for those statuses that have one (RFC 7644 table 9).
    pub scim_type: Option<ScimType>,
    /// One sentence for a person.
    pub detail: String,
    /// The attribute that it is about, in attribute notation. It is not sent; it serves logs and tests.
    pub path: Option<String>,
}

/// The detail error keywords (RFC 7644 table 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScimType {
    /// The filter is malformed, or compares in a way that its attribute does not allow.
    InvalidFilter,
    /// The filter yields more than the service is willing to answer.
    TooMany,
    /// A value is taken already, or reserved.
    Uniqueness,
    /// The change does not fit the attribute's mutability or present state.
    Mutability,
    /// The body is malformed or does not fit the request's schema.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names nothing.
    InvalidPath,
    /// The path of a PATCH operation selects nothing to work on.
    NoTarget,
    /// A required value is missing, or a value does not fit its attribute.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request would put personal information into a URL.
    Sensitive,
    /// The cursor is none that the service gave for this query (RFC 9865 section 2.1).
    InvalidCursor,
    /// The cursor was given too long ago (RFC 9865 section 2.1).
    ExpiredCursor,
    /// The size of the page is not that of the pages before (RFC 9865 section 2.1).
    InvalidCount,
}

impl ScimType {
    /// The type of a keyword.
    pub fn parse(word: &str) -> Option<ScimType> {
        use ScimType as T;
        let all = [
            T::InvalidFilter,
            T::TooMany,
            T::Uniqueness,
            T::Mutability,
            T::InvalidSyntax,
            T::InvalidPath,
            T::NoTarget,
            T::InvalidValue,
            T::InvalidVers,
            T::Sensitive,
            T::InvalidCursor,
            T::ExpiredCursor,
            T::InvalidCount,
        ];
        all.into_iter().find(|one| one.as_str() == word)
    }

    /// The keyword as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            ScimType::InvalidFilter => "invalidFilter",
            ScimType::TooMany => "tooMany",
            ScimType::Uniqueness => "uniqueness",
            ScimType::Mutability => "mutability",
            ScimType::InvalidSyntax => "invalidSyntax",
            ScimType::InvalidPath => "invalidPath",
            ScimType::NoTarget => "noTarget",
            ScimType::InvalidValue => "invalidValue",
            ScimType::InvalidVers => "invalidVers",
            ScimType::Sensitive => "sensitive",
            ScimType::InvalidCursor => "invalidCursor",
            ScimType::ExpiredCursor => "expiredCursor",
            ScimType::InvalidCount => "invalidCount",
        }
    }
}

impl Error {
    /// An error that has no keyword, such as 404 or 413.
    pub fn plain(status: u16, detail: impl Into<String>) -> Error {
        Error { status, scim_type: None, detail: detail.into(), path: None }
    }

    /// The filter is malformed or cannot be evaluated.
    pub fn invalid_filter(detail: impl Into<String>) -> Error {
        Error::typed(400, ScimType::InvalidFilter, detail)
    }

    /// A value is taken: the one keyword that goes with 409 (RFC 7644 section 3.3).
    pub fn uniqueness(detail: impl Into<String>) -> Error {
        Error::typed(409, ScimType::Uniqueness, detail)
    }

    /// The attribute does not allow this change.
    pub fn mutability(detail: impl Into<String>) -> Error {
        Error::typed(400, ScimType::Mutability, detail)
    }

    /// The body is malformed.
    pub fn invalid_syntax(detail: impl Into<String>) -> Error {
        Error::typed(400, ScimType::InvalidSyntax, detail)
    }

    /// The path is malformed or names nothing.
    pub fn invalid_path(detail: impl Into<String>) -> Error {
        Error::typed(400, ScimType::InvalidPath, detail)
    }

    /// The path selects nothing.
    pub fn no_target(detail: impl Into<String>) -> Error {
        Error::typed(400, ScimType::NoTarget, detail)
    }

    /// A value is missing or does not fit.
    pub fn invalid_value(detail: impl Into<String>) -> Error {
        Error::typed(400, ScimType::InvalidValue, detail)
    }

    /// The same error, about this attribute.
    #[must_use]
    pub fn at(self, path: impl fmt::Display) -> Error {
        Error { path: Some(path.to_string()), ..self }
    }

    /// The Error message. `status` is a string, as RFC 7644 section 3.12 has it.
    pub fn to_json(&self) -> Value {
        let mut message = Map::new();
        message.insert("schemas".into(), json!([message::ERROR]));
        message.insert("status".into(), Value::String(self.status.to_string()));
        if let Some(scim_type) = self.scim_type {
            message.insert("scimType".into(), Value::String(scim_type.as_str().into()));
        }
        message.insert("detail".into(), Value::String(self.detail.clone()));
        Value::Object(message)
    }

    /// An error with a keyword.
    pub fn typed(status: u16, scim_type: ScimType, detail: impl Into<String>) -> Error {
        Error { status, scim_type: Some(scim_type), detail: detail.into(), path: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scim_type {
            Some(scim_type) => write!(f, "{} {}: {}", self.status, scim_type.as_str(), self.detail),
            None => write!(f, "{}: {}", self.status, self.detail),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn the_message_has_schemas_first_and_the_status_as_a_string() {
        let check = |error: Error, text: &str| assert_eq!(error.to_json().to_string(), text);
        check(
            Error::mutability("Attribute 'id' is readOnly").at("id"),
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"mutability","detail":"Attribute 'id' is readOnly"}"#,
        );
        check(
            Error::plain(404, "Resource 2819c223 not found"),
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"Resource 2819c223 not found"}"#,
        );
    }

    #[test]
    fn each_keyword_has_the_status_of_the_rfc() {
        let check = |error: Error, status: u16, word: &str| {
            assert_eq!((error.status, error.scim_type.map(super::ScimType::as_str)), (status, Some(word)));
        };
        check(Error::invalid_filter(""), 400, "invalidFilter");
        check(Error::uniqueness(""), 409, "uniqueness");
        check(Error::mutability(""), 400, "mutability");
        check(Error::invalid_syntax(""), 400, "invalidSyntax");
        check(Error::invalid_path(""), 400, "invalidPath");
        check(Error::no_target(""), 400, "noTarget");
        check(Error::invalid_value(""), 400, "invalidValue");
    }
}
