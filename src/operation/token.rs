//! Access tokens of OAuth clients: issued (RFC 6749 section 4.4), and ended by the client itself (RFC 7009).

use super::{Outcome, Scene};
use crate::fault::{Fault, Stranger};
use crate::oauth::{Error, ErrorCode, RevocationRequest, TokenRequest};
use crate::vault::{Holds, Issued, Owner, Room};

/// An access token as issued.
#[derive(Debug, Clone)]
pub struct Granted {
    /// The token.
    pub token: String,
    /// How long it says that it lives, in seconds.
    pub expires_s: u64,
    /// The scopes it carries, where they are not those asked for (RFC 6749 section 5.1); empty for none to tell.
    pub scopes: Vec<String>,
}

/// The clients of one token endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// The vendor's index.
    pub vendor: usize,
    /// The credential's index.
    pub credential: usize,
}

/// Issues an access token, if the client is known and has the scopes.
pub(super) fn grant(
    scene: &Scene<'_>,
    request: &TokenRequest,
    clients: Kind,
    expires_ms: u64,
    one_per_client: bool,
) -> Result<Outcome, Fault> {
    let owner = known(scene, &request.client_id, &request.client_secret, clients)?;
    let kind = &scene.profile.credentials[clients.credential];
    let known = |scope: &String| kind.scopes.iter().any(|(known, _)| known == scope);
    if let Some(unknown) = request.scopes.iter().flatten().find(|scope| !known(scope)) {
        return Err(refused(
            ErrorCode::InvalidScope,
            format!("the client does not have the scope {unknown}"),
        ));
    }
    let scopes = request.scopes.clone();
    let nth = scene.vault.next(&owner.sandbox, owner.vendor);
    let token = scene.dice.credential(&kind.form, &format!("access token/{}", scene.profile.vendor), nth);
    let issued = Issued {
        skew_ms: kind.expiry_skew_ms,
        uses_max: kind.uses_max,
        ..Issued::now(owner, scopes.clone(), scene.now_ms, Some(expires_ms))
    };
    let room = Room {
        at_most: if one_per_client { Some(1) } else { kind.at_most },
        ends_oldest: one_per_client || kind.ends_oldest,
        overlap_ms: kind.overlap_ms,
    };
    scene.vault.issue_access(&request.client_id, &token, issued, &room).map_err(|full| {
        let what =
            format!("the client has {} access tokens already, as many as can live at once", full.living);
        refused(ErrorCode::InvalidRequest, what)
    })?;
    let all = || kind.scopes.iter().map(|(scope, _)| scope.clone()).collect();
    Ok(Outcome::Granted(Granted { token, expires_s: expires_ms / 1000, scopes: scopes.unwrap_or_else(all) }))
}

/// Ends an access token of the client. One that is nobody's, or nobody's here, is as good as ended (RFC 7009 section 2.2);
/// one that the client may know of and not end is refused.
pub(super) fn revoke(
    scene: &Scene<'_>,
    request: &RevocationRequest,
    clients: Kind,
) -> Result<Outcome, Fault> {
    let owner = known(scene, &request.client_id, &request.client_secret, clients)?;
    let Some(issued) = scene.vault.token(&request.token) else { return Ok(Outcome::Revoked) };
    if scene.vault.is_access_of(&request.client_id, &request.token) {
        scene.vault.end(&Holds::Token(request.token.as_str().into()), scene.now_ms, Stranger::Revoked);
        return Ok(Outcome::Revoked);
    }
    let Owner { sandbox, vendor, organization, credential } = &issued.owner;
    let is_near = (sandbox, *vendor, *organization) == (&owner.sandbox, owner.vendor, owner.organization);
    match (is_near, *credential == owner.credential) {
        (false, _) => Ok(Outcome::Revoked),
        (true, true) => Err(refused(ErrorCode::UnauthorizedClient, "the token is another client's")),
        (true, false) => {
            Err(refused(ErrorCode::UnsupportedTokenType, "only access tokens of a client are ended here"))
        }
    }
}

/// The owner of a client that shows its secret, at its own endpoint.
fn known(scene: &Scene<'_>, client_id: &str, secret: &str, clients: Kind) -> Result<Owner, Fault> {
    let owner = scene.vault.client(client_id, secret).filter(|owner| {
        owner.vendor == clients.vendor && owner.credential == clients.credential && !scene.is_elsewhere
    });
    owner.ok_or_else(|| refused(ErrorCode::InvalidClient, "the client is unknown or its secret is wrong"))
}

fn refused(code: ErrorCode, what: impl Into<String>) -> Fault {
    Fault::OAuth(Error::new(code, what))
}
