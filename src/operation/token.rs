//! Issuing an access token to an OAuth client (RFC 6749 section 4.4).

use super::{Outcome, Scene, is_for};
use crate::fault::Fault;
use crate::oauth::{Error, ErrorCode, TokenRequest};
use crate::vault::Issued;

/// An access token as issued.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The token.
    pub token: String,
    /// How long it lives, in seconds.
    pub expires_s: u64,
    /// The scopes it carries, where they are not those asked for (RFC 6749 section 5.1); empty for none to tell.
    pub scopes: Vec<String>,
}

/// Issues an access token, if the client is known and has the scopes.
pub(super) fn grant(
    scene: &Scene<'_>,
    request: &TokenRequest,
    vendor: usize,
    credential: usize,
    expires_ms: u64,
) -> Result<Outcome, Fault> {
    let stranger =
        || Fault::OAuth(Error::new(ErrorCode::InvalidClient, "the client is unknown or its secret is wrong"));
    let owner = scene.vault.client(&request.client_id, &request.client_secret).ok_or_else(stranger)?;
    if !is_for(&owner, vendor, credential) {
        return Err(stranger());
    }
    let kind = &scene.profile.credentials[credential];
    let known = |scope: &String| kind.scopes.iter().any(|(known, _)| known == scope);
    if let Some(unknown) = request.scopes.iter().flatten().find(|scope| !known(scope)) {
        let what = format!("the client does not have the scope {unknown}");
        return Err(Fault::OAuth(Error::new(ErrorCode::InvalidScope, what)));
    }
    let scopes = request.scopes.clone();
    let token = scene.dice.credential(&kind.form, "access token", scene.vault.next());
    let issued = Issued::now(owner, scopes.clone(), scene.now_ms, Some(expires_ms));
    scene.vault.issue_access(&request.client_id, &token, issued);
    let all = || kind.scopes.iter().map(|(scope, _)| scope.clone()).collect();
    Ok(Outcome::Granted(Granted { token, expires_s: expires_ms / 1000, scopes: scopes.unwrap_or_else(all) }))
}
