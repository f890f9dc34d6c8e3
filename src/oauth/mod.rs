//! OAuth 2.0, the server's side, as data: the client credentials grant (RFC 6749 section 4.4) and the revocation of what
//! it gave (RFC 7009).
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

/// What a client asks of a revocation endpoint (RFC 7009 section 2.1). The hint, which says what kind of token it is, is
/// not needed to find one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationRequest {
    /// The client's id.
    pub client_id: String,
    /// The client's secret, as shown.
    pub client_secret: String,
    /// The token to end.
    pub token: String,
}

/// How clients may show their secret (RFC 6749 section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAuthentication {
    /// HTTP Basic.
    pub basic: bool,
    /// `client_id` and `client_secret` in the form.
    pub body: bool,
}

/// The errors of RFC 6749 section 5.2 and RFC 7009 section 2.2.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The error code.
    pub code: ErrorCode,
    /// `error_description`.
    pub description: String,
}

/// The codes of RFC 6749 section 5.2 and RFC 7009 section 2.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request lacks a parameter, repeats one, or is otherwise malformed.
    InvalidRequest,
    /// The client is unknown, or its secret is wrong.
    InvalidClient,
    /// The client may not do this: the token is another client's.
    UnauthorizedClient,
    /// The grant type is not served.
    UnsupportedGrantType,
    /// A scope is unknown or more than the client has.
    InvalidScope,
    /// Tokens of this kind are not ended here.
    UnsupportedTokenType,
}

impl ErrorCode {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::UnsupportedTokenType => "unsupported_token_type",
        }
    }

    /// The status that RFC 6749 section 5.2 gives it.
    pub fn status(self) -> u16 {
        if self == Self::InvalidClient { 401 } else { 400 }
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
        let fields = read_form(form)?;
        let (client_id, client_secret) = authenticate(authorization, &fields, allowed)?;
        match fields.get("grant_type").map(String::as_str) {
            Some("client_credentials") => {}
            Some(other) => {
                let what = format!("the grant type {other} is not served; use client_credentials");
                return Err(Error::new(ErrorCode::UnsupportedGrantType, what));
            }
            None => return Err(missing("grant_type")),
        }
        let scopes = fields
            .get("scope")
            .map(|scope| scope.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect());
        Ok(Self { client_id, client_secret, scopes })
    }
}

impl RevocationRequest {
    /// Reads a revocation request from its `Authorization` header and its form body.
    ///
    /// # Errors
    /// As for a token request; `invalid_request` when no token is named.
    pub fn read(
        authorization: Option<&str>,
        form: &[u8],
        allowed: ClientAuthentication,
    ) -> Result<Self, Error> {
        let mut fields = read_form(form)?;
        let (client_id, client_secret) = authenticate(authorization, &fields, allowed)?;
        let token = fields.remove("token").ok_or_else(|| missing("token"))?;
        Ok(Self { client_id, client_secret, token })
    }
}

/// The client that a request says it is from, whatever else is wrong with it.
pub fn client_id(authorization: Option<&str>, form: &[u8], allowed: ClientAuthentication) -> Option<String> {
    authenticate(authorization, &read_form(form).ok()?, allowed).ok().map(|(client_id, _)| client_id)
}

fn missing(parameter: &str) -> Error {
    Error::new(ErrorCode::InvalidRequest, format!("the parameter {parameter} is missing"))
}

/// The parameters of a form. One without a value is as good as none, and none may be repeated (RFC 6749 section 3.2).
fn read_form(form: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    let mut fields: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(form) {
        if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
            return Err(Error::new(ErrorCode::InvalidRequest, "the form is not UTF-8"));
        }
        if fields.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            return Err(Error::new(ErrorCode::InvalidRequest, format!("the parameter {name} is repeated")));
        }
    }
    fields.retain(|_, value| !value.is_empty());
    Ok(fields)
}

/// The id and the secret that a client shows (RFC 6749 section 2.3.1).
fn authenticate(
    authorization: Option<&str>,
    fields: &BTreeMap<String, String>,
    allowed: ClientAuthentication,
) -> Result<(String, String), Error> {
    let basic = authorization.map(read_basic).transpose()?.filter(|_| allowed.basic);
    let in_body = fields.get("client_secret").filter(|_| allowed.body);
    let named = fields.get("client_id");
    match (basic, in_body) {
        (Some(_), Some(_)) => {
            let both = "the client authenticates in the header and in the body; use one";
            Err(Error::new(ErrorCode::InvalidRequest, both))
        }
        (Some((id, _)), None) if named.is_some_and(|named| *named != id) => {
            let two = "the client_id in the body is not the one in the header";
            Err(Error::new(ErrorCode::InvalidRequest, two))
        }
        (Some(basic), None) => Ok(basic),
        (None, Some(secret)) => Ok((named.cloned().unwrap_or_default(), secret.clone())),
        (None, None) => {
            let how = match (allowed.basic, allowed.body) {
                (true, false) => "the client must authenticate with HTTP Basic",
                (false, _) => "the client must authenticate with client_id and client_secret in the body",
                (true, true) => "the client must authenticate, with HTTP Basic or in the body",
            };
            Err(Error::new(ErrorCode::InvalidClient, how))
        }
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
mod tests;
