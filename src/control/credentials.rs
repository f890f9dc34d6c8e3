//! Credentials: listed, shown in full, issued, replaced, ended.

use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, json as reply, ok};
use super::sandboxes::token_url;
use super::shape::{Field, Kind};
use super::{Desk, settings};
use crate::call::Reply;
use crate::engine::{CLOCK_MS_MAX, Minted, Sandbox, Vendor};
use crate::fault::Stranger;
use crate::profile::model::{Carrier, Credential};
use crate::record::text::rfc3339;
use crate::secret::masked;
use crate::vault::{Holds, Listed};

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/credentials",
        name: "list_credentials",
        about: "What a vendor has issued, the oldest first, the dead with the living. Secrets are masked.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(LIST)))],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/credentials",
        name: "issue_credential",
        about: "Issues a credential as the vendor would. The answer has its secret.",
        query: &[],
        takes: Takes::Object(WISH),
        gives: &[(201, Gives::Json(Kind::Object(ISSUED)))],
        refuses: &[409],
        is_open: false,
        run: issue,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/credentials/{id}/secret",
        name: "reveal_credential",
        about: "A credential with its secret, dead or alive: a chaos rule or a scenario that rotates one tells nobody the new one.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(ISSUED)))],
        refuses: &[],
        is_open: false,
        run: reveal,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/credentials/{id}/rotate",
        name: "rotate_credential",
        about: "Replaces a credential by a new one; the old one is dead at the next call, or when the vendor's overlap ends.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(201, Gives::Json(Kind::Object(ISSUED)))],
        refuses: &[],
        is_open: false,
        run: rotate,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/credentials/{id}/revoke",
        name: "revoke_credential",
        about: "Ends a credential: it is dead at the next call, and with a client its access tokens.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(ENTRY)))],
        refuses: &[],
        is_open: false,
        run: revoke,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/credentials/{id}/expire",
        name: "expire_credential",
        about: "Lets a token expire now.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(ENTRY)))],
        refuses: &[],
        is_open: false,
        run: expire,
    },
];

const ID: Field = Field::required("id", Kind::Whole { min: 0, max: u64::MAX }, "Its number in the sandbox.");
const CREDENTIAL: Field =
    Field::required("credential", Kind::Text, "The kind of credential, as the profile has it.");
const ORGANIZATION: Field = Field::required("organization", Kind::Text, "Whose it is.");
const CALLED: Field = Field::optional("name", Kind::Text, "What somebody called it.");
const SCOPES: Field = Field::required("scopes", Kind::List(&Kind::Text), "The scopes that it carries.");
const EXPIRES_AT: Field =
    Field::optional("expires_at", Kind::Time, "When it expires, by the sandbox's clock.");
const CLIENT_ID: Field = Field::optional(
    "client_id",
    Kind::Text,
    "The id of an OAuth client, or the id that the token comes with.",
);

const LIST: &[Field] = &[Field::required("credentials", Kind::List(&Kind::Object(ENTRY)), "Each of them.")];

const ENTRY: &[Field] = &[
    ID,
    CREDENTIAL,
    ORGANIZATION,
    CALLED,
    Field::optional("token", Kind::Text, "How the token begins, and a digest that tells it from others."),
    CLIENT_ID,
    SCOPES,
    Field::optional("issued_at", Kind::Time, "When it was issued."),
    EXPIRES_AT,
    Field::optional(
        "ends_at",
        Kind::Time,
        "When it ends for another reason than its age: one that was replaced may live a little longer.",
    ),
    Field::optional(
        "uses_left",
        Kind::Whole { min: 0, max: u64::MAX },
        "How many calls it is still good for.",
    ),
    Field::required(
        "state",
        Kind::Word(&["alive", "rotated", "revoked", "expired", "used_up"]),
        "Whether it lives.",
    ),
];

const ISSUED: &[Field] = &[
    ID,
    CREDENTIAL,
    ORGANIZATION,
    CALLED,
    Field::optional("token", Kind::Text, "The token or key."),
    CLIENT_ID,
    Field::optional("client_secret", Kind::Text, "The secret of an OAuth client."),
    Field::optional("token_url", Kind::Text, "Where it gets its access tokens."),
    SCOPES,
    EXPIRES_AT,
];

const WISH: &[Field] = &[
    CREDENTIAL,
    Field::optional("organization", Kind::Text, "For whom; without it for the first."),
    Field::optional("scopes", Kind::List(&Kind::Text), "Its scopes; without it all of its kind."),
    Field::optional("expires_in", Kind::Duration, "How long it lives; without it as long as its kind does."),
    Field::optional("name", Kind::Text, "What to call it."),
];

fn list(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let all = desk.engine.credentials(&sandbox, vendor.index);
    ok(&json!({"credentials": all.iter().map(|one| entry(&sandbox, &vendor, one)).collect::<Vec<_>>()}))
}

fn issue(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let body = ask.body();
    let organization = settings::organization(&sandbox, body)?.unwrap_or(0);
    let name = sandbox.organizations.get(organization).map_or("", String::as_str);
    let credential = body.text("credential").unwrap_or_default();
    let mut wish = desk.engine.wish(&sandbox, &vendor.profile.vendor, credential, name)?;
    let kind = kind(&vendor, wish.credential);
    let is_client = kind.is_some_and(|kind| kind.carrier == Carrier::Client);
    if is_client && (body.value("scopes").is_some() || body.value("expires_in").is_some()) {
        let what = "a client has no `scopes` and no `expires_in`, its access tokens have; leave them out";
        return Err(Problem::invalid(what));
    }
    wish.scopes = body.texts("scopes").map(|scopes| scopes.into_iter().map(str::to_owned).collect());
    wish.lives_ms = body.duration_ms("expires_in");
    wish.label = body.text("name").map(str::to_owned);
    let left_ms = CLOCK_MS_MAX.saturating_sub(sandbox.clock.now_ms());
    if wish
        .lives_ms
        .is_some_and(|lives_ms| i64::try_from(lives_ms).map_or(true, |lives_ms| lives_ms > left_ms))
    {
        return Err(Problem::invalid("`expires_in` goes beyond the year 9999; shorten it, or leave it out"));
    }
    let minted = desk.engine.issue(&sandbox, &wish)?;
    issued(desk, ask, &sandbox, &vendor, &minted, StatusCode::CREATED)
}

fn reveal(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let minted = desk.engine.reveal(&sandbox, vendor.index, number(ask)?)?;
    issued(desk, ask, &sandbox, &vendor, &minted, StatusCode::OK)
}

fn rotate(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let minted = desk.engine.rotate(&sandbox, vendor.index, number(ask)?)?;
    issued(desk, ask, &sandbox, &vendor, &minted, StatusCode::CREATED)
}

fn revoke(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    desk.engine.revoke(&sandbox, vendor.index, number(ask)?)?;
    ok(&entry(&sandbox, &vendor, &listed(desk, &sandbox, &vendor, number(ask)?)?))
}

fn expire(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    desk.engine.expire(&sandbox, vendor.index, number(ask)?)?;
    ok(&entry(&sandbox, &vendor, &listed(desk, &sandbox, &vendor, number(ask)?)?))
}

/// The number in the path.
fn number(ask: &Ask<'_>) -> Result<u64, Problem> {
    let text = ask.segment("id");
    text.parse().map_err(|_| {
        let what = format!("there is no credential `{text}`; the list has the number of each");
        Problem::new(StatusCode::NOT_FOUND, what)
    })
}

fn listed(desk: &Desk, sandbox: &Sandbox, vendor: &Vendor, number: u64) -> Result<Listed, Problem> {
    let all = desk.engine.credentials(sandbox, vendor.index);
    let found = all.into_iter().find(|one| one.number == number);
    found.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, format!("there is no credential {number}")))
}

fn kind(vendor: &Vendor, credential: usize) -> Option<&Credential> {
    vendor.profile.credentials.get(credential)
}

/// What every answer has of a credential.
fn told(sandbox: &Sandbox, vendor: &Vendor, one: &Listed) -> Map<String, Value> {
    let kind = kind(vendor, one.owner.credential);
    let all = || kind.iter().flat_map(|kind| &kind.scopes).map(|(scope, _)| scope.clone()).collect();
    let mut told = Map::new();
    told.insert("id".to_owned(), one.number.into());
    told.insert("credential".to_owned(), kind.map(|kind| kind.name.as_str()).into());
    told.insert("organization".to_owned(), json!(sandbox.organizations.get(one.owner.organization)));
    if let Some(label) = &one.label {
        told.insert("name".to_owned(), label.as_str().into());
    }
    told.insert("scopes".to_owned(), one.scopes.clone().unwrap_or_else(all).into());
    if let Some(expires_ms) = one.expires_ms {
        told.insert("expires_at".to_owned(), rfc3339(expires_ms).into());
    }
    told
}

fn entry(sandbox: &Sandbox, vendor: &Vendor, one: &Listed) -> Value {
    let mut told = told(sandbox, vendor, one);
    match &one.holds {
        Holds::Token(token) => {
            told.insert("token".to_owned(), masked(token).into());
            told.extend(one.client_id.iter().map(|id| ("client_id".to_owned(), id.as_str().into())));
        }
        Holds::Client(id) => {
            told.insert("client_id".to_owned(), (**id).into());
        }
    }
    if let Some(issued_ms) = one.issued_ms {
        told.insert("issued_at".to_owned(), rfc3339(issued_ms).into());
    }
    // A client's end has no time: it was dead from then on.
    if let Some((end_ms, _)) = one.ends.filter(|(end_ms, _)| *end_ms > i64::MIN) {
        told.insert("ends_at".to_owned(), rfc3339(end_ms).into());
    }
    if let Some(uses_left) = one.uses_left {
        told.insert("uses_left".to_owned(), uses_left.into());
    }
    let state = match one.flaw(sandbox.clock.now_ms()) {
        None | Some(Stranger::Missing | Stranger::Unknown | Stranger::Elsewhere) => "alive",
        Some(Stranger::Rotated) => "rotated",
        Some(Stranger::Revoked) => "revoked",
        Some(Stranger::Expired) => "expired",
        Some(Stranger::UsedUp) => "used_up",
    };
    told.insert("state".to_owned(), state.into());
    Value::Object(told)
}

/// The answer with a secret.
fn issued(
    desk: &Desk,
    ask: &Ask<'_>,
    sandbox: &Sandbox,
    vendor: &Vendor,
    minted: &Minted,
    status: StatusCode,
) -> Result<Reply, Problem> {
    let one = listed(desk, sandbox, vendor, minted.number)?;
    let mut told = told(sandbox, vendor, &one);
    match &minted.secret {
        None => {
            told.insert("token".to_owned(), minted.token.as_str().into());
            told.extend(minted.client_id.iter().map(|id| ("client_id".to_owned(), id.as_str().into())));
        }
        Some(secret) => {
            told.insert("client_id".to_owned(), minted.token.as_str().into());
            told.insert("client_secret".to_owned(), secret.as_str().into());
            let organization = sandbox.organizations.get(one.owner.organization).map_or("", String::as_str);
            let profile = &vendor.profile;
            let urls = desk.engine.base_urls(&ask.root(), &profile.vendor, &sandbox.name, organization);
            let url = token_url(profile, one.owner.credential, &urls);
            told.extend(url.map(|url| ("token_url".to_owned(), url.into())));
        }
    }
    Ok(reply(status, &Value::Object(told)))
}
