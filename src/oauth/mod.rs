//! OAuth 2.0, the token endpoint's side, as data: the client credentials grant (RFC 6749 section 4.4).
//!
//! **Invariant:** knows no HTTP beyond what RFC 6749 prints (form fields, the Basic scheme), no clock, and nothing of
//! ours. It reads what a client asks and says which error the RFC has for it; who the client is, others know.

use std::collections::BTreeMap;

use base64::Engine as _;

/// What a client asks of a token endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The client's id.
    pub client_id: String,
    /// The client's secret, as shown.
    pub client_secret: String,
    /// The scopes asked for; `None` when the client leaves it to the server (RFC 6749 section 3.3).
    pub scopes: Option<Vec<String>>,
}

/// How clients may show their secret (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAuthentication {
    /// HTTP Basic.
    pub basic: bool,
    /// `client_id` and `client_secret` in the form.
    pub body: bool,
}

/// The errors of RFC 6749 section 5.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The error code.
    pub code: ErrorCode,
    /// `error_description`.
    pub description: String,
}

/// The codes of RFC 6749 section 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request lacks a parameter, repeats one, or is otherwise malformed.
    InvalidRequest,
    /// The client is unknown, or its secret is wrong.
    InvalidClient,
    /// The grant type is not served.
    UnsupportedGrantType,
    /// A scope is unknown or more than the client has.
    InvalidScope,
}

impl ErrorCode {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
        }
    }

    /// The status that RFC 6749 section 5.2 gives it.
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidClient => 401,
            Self::InvalidRequest | Self::UnsupportedGrantType | Self::InvalidScope => 400,
        }
    }
}

impl Error {
    /// An error with its description. What a description may not hold (RFC 6749 section 5.2), such as a quotation mark
    /// that the client sent, becomes a question mark.
    pub fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        let is_allowed = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
        let description: String = description.into();
        Self { code, description: description.chars().map(|c| if is_allowed(c) { c } else { '?' }).collect() }
    }
}

impl TokenRequest {
    /// Reads a token request from its `Authorization` header and its form body.
    ///
    /// # Errors
    /// The error that RFC 6749 section 5.2 has for what is wrong: a repeated parameter, two ways of client
    /// authentication at once, none at all, another grant type.
    pub fn read(
        authorization: Option<&str>,
        form: &[u8],
        allowed: ClientAuthentication,
    ) -> Result<Self, Error> {
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(form) {
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return Err(Error::new(ErrorCode::InvalidRequest, "the form is not UTF-8"));
            }
            if fields.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                return Err(Error::new(
                    ErrorCode::InvalidRequest,
                    format!("the parameter {name} is repeated"),
                ));
            }
        }
        let basic = authorization.map(read_basic).transpose()?.filter(|_| allowed.basic);
        let in_body = fields.get("client_secret").filter(|_| allowed.body);
        let (client_id, client_secret) = match (basic, in_body) {
            (Some(_), Some(_)) => {
                let both = "the client authenticates in the header and in the body; use one";
                return Err(Error::new(ErrorCode::InvalidRequest, both));
            }
            (Some(basic), None) => basic,
            (None, Some(secret)) => (fields.get("client_id").cloned().unwrap_or_default(), secret.clone()),
            (None, None) => {
                let how = match (allowed.basic, allowed.body) {
                    (true, false) => "the client must authenticate with HTTP Basic",
                    (false, _) => "the client must authenticate with client_id and client_secret in the body",
                    (true, true) => "the client must authenticate, with HTTP Basic or in the body",
                };
                return Err(Error::new(ErrorCode::InvalidClient, how));
            }
        };
        match fields.get("grant_type").map(String::as_str) {
            Some("client_credentials") => {}
            Some(other) => {
                let what = format!("the grant type {other} is not served; use client_credentials");
                return Err(Error::new(ErrorCode::UnsupportedGrantType, what));
            }
            None => return Err(Error::new(ErrorCode::InvalidRequest, "the parameter grant_type is missing")),
        }
        let scopes = fields
            .get("scope")
            .map(|scope| scope.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect());
        Ok(Self { client_id, client_secret, scopes })
    }
}

/// Reads HTTP Basic credentials (RFC 7617), whose halves are form-encoded (RFC 6749 section 2.3.1).
fn read_basic(authorization: &str) -> Result<(String, String), Error> {
    let broken = || Error::new(ErrorCode::InvalidClient, "the Authorization header is not HTTP Basic");
    let (scheme, encoded) = authorization.split_once(' ').ok_or_else(broken)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(broken());
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).map_err(|_| broken())?;
    let text = String::from_utf8(bytes).map_err(|_| broken())?;
    let (id, secret) = text.split_once(':').ok_or_else(broken)?;
    Ok((form_decode(id), form_decode(secret)))
}

fn form_decode(text: &str) -> String {
    form_urlencoded::parse(format!("v={}", text.replace('&', "%26")).as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{ClientAuthentication, Error, ErrorCode, TokenRequest};

    const BOTH: ClientAuthentication = ClientAuthentication { basic: true, body: true };

    fn check(authorization: Option<&str>, form: &str, wanted: Result<(&str, &str), ErrorCode>) {
        let got = TokenRequest::read(authorization, form.as_bytes(), BOTH);
        let got = got.map(|request| (request.client_id, request.client_secret)).map_err(|error| error.code);
        assert_eq!(
            got,
            wanted.map(|(id, secret)| (id.to_owned(), secret.to_owned())),
            "{authorization:?} {form}"
        );
    }

    #[test]
    fn a_token_request_is_read_as_rfc_6749_says() {
        let grant = "grant_type=client_credentials";
        check(None, &format!("{grant}&client_id=a&client_secret=b"), Ok(("a", "b")));
        check(Some("Basic YTpi"), grant, Ok(("a", "b")));
        check(Some("basic YSUzQTE6Yg=="), grant, Ok(("a:1", "b")));
        check(Some("Basic YTpi"), &format!("{grant}&client_id=a"), Ok(("a", "b")));
        check(
            Some("Basic YTpi"),
            &format!("{grant}&client_id=a&client_secret=b"),
            Err(ErrorCode::InvalidRequest),
        );
        check(Some("Basic !"), grant, Err(ErrorCode::InvalidClient));
        check(Some("Bearer x"), grant, Err(ErrorCode::InvalidClient));
        check(None, grant, Err(ErrorCode::InvalidClient));
        check(None, "client_id=a&client_secret=b", Err(ErrorCode::InvalidRequest));
        check(None, "grant_type=password&client_id=a&client_secret=b", Err(ErrorCode::UnsupportedGrantType));
        check(
            None,
            &format!("{grant}&client_id=a&client_id=a&client_secret=b"),
            Err(ErrorCode::InvalidRequest),
        );
        check(None, &format!("{grant}&client_id=a&client_secret=%FF"), Err(ErrorCode::InvalidRequest));
    }

    #[test]
    fn a_description_holds_only_what_rfc_6749_lets_it() {
        let error = Error::new(ErrorCode::InvalidScope, "no scope \"é\\\n\" ~ here");
        assert_eq!(error.description, "no scope ????? ~ here");
    }
}
