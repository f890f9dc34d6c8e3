//! Who calls: the credential that was shown, and whether it is good here.

use http::header::AUTHORIZATION;

use crate::call::{Body, Call};
use crate::fault::Stranger;
use crate::oauth;
use crate::profile::model::{Api, Carrier, Profile};
use crate::vault::Issued;

/// The credential that a call shows, in the way that the api takes; where the path leads to no api, in any way that the
/// vendor has. What is shown in another way is not looked at. A scheme other than `Bearer` shows none.
pub fn shown(profile: &Profile, api: Option<&Api>, call: &Call) -> Option<String> {
    let taken = |index: usize| api.is_none_or(|api| api.credential == index);
    let credentials = profile.credentials.iter().enumerate().filter(|(index, _)| taken(*index));
    credentials.map(|(_, credential)| credential).find_map(|credential| match &credential.carrier {
        Carrier::Bearer | Carrier::Client => {
            let (scheme, token) = call.header(&AUTHORIZATION)?.split_once(' ')?;
            let token = token.trim();
            (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.to_owned())
        }
        Carrier::Header(name) => call.header(name).filter(|key| !key.is_empty()).map(str::to_owned),
        Carrier::Query(name) => {
            let mut pairs = form_urlencoded::parse(call.query.as_deref()?.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        }
    })
}

/// The OAuth client that a call to a token endpoint says it is: in HTTP Basic, or in its form.
pub fn client(api: &Api, call: &Call) -> Option<String> {
    let token = api.token.as_ref()?;
    let Body::Whole(body) = &call.body else { return None };
    oauth::client_id(call.header(&AUTHORIZATION), body, token.authentication)
}

/// What a credential must be good for.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The vendor's index.
    pub vendor: usize,
    /// The sandbox that the URL names, if it does.
    pub sandbox: Option<&'a str>,
    /// The organization that the path names, if it does.
    pub organization: Option<&'a str>,
}

/// Whether the credential is good for an api of a vendor in a sandbox; that is a use of it, where uses are counted.
///
/// # Errors
/// Why nobody known calls.
pub fn admit(
    api: &Api,
    place: &Place<'_>,
    shown: Option<&str>,
    issued: Option<&Issued>,
    organizations: &[String],
    now_ms: i64,
) -> Result<(), Stranger> {
    let Some(issued) = issued else {
        return Err(if shown.is_some() { Stranger::Unknown } else { Stranger::Missing });
    };
    if let Some(flaw) = issued.flaw(now_ms) {
        return Err(flaw);
    }
    let owner = &issued.owner;
    let organization = organizations.get(owner.organization).map(String::as_str);
    let here = owner.vendor == place.vendor
        && owner.credential == api.credential
        && place.sandbox.is_none_or(|sandbox| *owner.sandbox == *sandbox)
        && place.organization.is_none_or(|named| Some(named) == organization);
    match here {
        false => Err(Stranger::Elsewhere),
        true if issued.use_once() => Ok(()),
        true => Err(Stranger::UsedUp),
    }
}
