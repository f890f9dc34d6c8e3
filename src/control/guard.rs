//! Who may call the control API.
//!
//! Whoever is on this machine may, and a browser's page of another origin never: it is told by `Origin` and
//! `Sec-Fetch-Site`, and one that has its own host name point here (DNS rebinding) by `Host`. With a token only its bearer
//! may, under whatever name: no page knows it.

use std::net::IpAddr;

use http::StatusCode;
use http::header::{AUTHORIZATION, HeaderName, ORIGIN};

use super::problem::Problem;
use crate::call::Call;

/// What a browser says of where a page that calls comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who is given access.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Whoever bears this token, and nobody else; without it whoever can reach the server.
    pub token: Option<String>,
    /// Host names by which it may be called beside `localhost` and IP addresses.
    pub hosts: Vec<String>,
}

/// The same, at the door.
#[derive(Debug)]
pub(super) struct Guard {
    access: Access,
}

impl Guard {
    /// A guard who knows who has access.
    pub fn new(access: Access) -> Self {
        Self { access }
    }

    /// Whether only the bearer of a token is let in.
    pub fn asks_for_token(&self) -> bool {
        self.access.token.is_some()
    }

    /// Lets a call in.
    ///
    /// # Errors
    /// 401 and 403.
    pub fn admit(&self, call: &Call) -> Result<(), Problem> {
        if is_foreign_page(call) {
            let sentence = "a page of another origin may not call the control API; call it from a program";
            return Err(Problem::new(StatusCode::FORBIDDEN, sentence));
        }
        if let Some(token) = &self.access.token {
            return match bearer(call) {
                Some(shown) if same_bytes(shown.as_bytes(), token.as_bytes()) => Ok(()),
                Some(_) => Err(Problem::unauthenticated("this is not the token of `--control-token`")),
                None => Err(Problem::unauthenticated(
                    "the server was started with `--control-token`; send `Authorization: Bearer` with it",
                )),
            };
        }
        let name = call.host_name();
        if is_own(name) || self.access.hosts.iter().any(|host| host.eq_ignore_ascii_case(name)) {
            return Ok(());
        }
        let sentence = format!(
            "the control API is not called by the name `{name}`; use localhost or an IP address, or start with `--control-host {name}`"
        );
        Err(Problem::new(StatusCode::FORBIDDEN, sentence))
    }
}

/// Whether a browser sends this for a page that did not come from here.
fn is_foreign_page(call: &Call) -> bool {
    let is_other = |origin: &str| {
        let authority = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
        authority.is_none_or(|authority| !authority.eq_ignore_ascii_case(&call.host))
    };
    let has_other = |name: HeaderName, is_other: &dyn Fn(&str) -> bool| {
        call.headers.get_all(name).iter().any(|value| value.to_str().map_or(true, is_other))
    };
    has_other(ORIGIN, &is_other) || has_other(SEC_FETCH_SITE, &|site| !matches!(site, "same-origin" | "none"))
}

/// Whether a name leads nowhere but here: no name server is asked for it.
fn is_own(name: &str) -> bool {
    let is_local = |name: &str| name == "localhost" || name.ends_with(".localhost");
    let unwrapped = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    // A browser always sends a name; whoever sends none is a program.
    name.is_empty() || is_local(&name.to_ascii_lowercase()) || unwrapped.parse::<IpAddr>().is_ok()
}

fn bearer(call: &Call) -> Option<&str> {
    let (scheme, token) = call.header(&AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Compares without telling by its time where two secrets differ.
fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests;
