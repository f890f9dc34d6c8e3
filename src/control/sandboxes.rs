//! Sandboxes: made, shown, listed, reset, deleted.

use http::Method;
use serde_json::{Map, Value, json};

use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, created, done, ok};
use super::shape::{Field, Kind};
use super::{Desk, ROOT};
use crate::call::Reply;
use crate::engine::{Birth, ORGANIZATIONS_MAX, RECIPIENTS_MAX, Sandbox};
use crate::profile::fixed::Fixed;
use crate::profile::grammar::duration_text;
use crate::profile::model::{Does, Profile};
use crate::record::text::rfc3339;
use crate::secret::masked;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes",
        name: "list_sandboxes",
        about: "All sandboxes, by name.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(LIST)))],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes",
        name: "create_sandbox",
        about: "Makes a sandbox. The answer has everything that a test needs, and is the only one with its secrets.",
        query: &[],
        takes: Takes::Object(WISH),
        gives: &[(201, Gives::Json(Kind::Object(SANDBOX)))],
        refuses: &[409],
        is_open: false,
        run: create,
    },
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}",
        name: "get_sandbox",
        about: "A sandbox; its secrets are masked.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(SANDBOX)))],
        refuses: &[],
        is_open: false,
        run: get,
    },
    Row {
        method: Method::DELETE,
        path: "/v1/sandboxes/{sandbox}",
        name: "delete_sandbox",
        about: "Deletes a sandbox with all that is in it. `default` stays; reset it.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: delete,
    },
    Row {
        method: Method::POST,
        path: "/v1/sandboxes/{sandbox}/reset",
        name: "reset_sandbox",
        about: "Makes a sandbox what it was at birth: records, credentials, limits, clock, journal, settings. Its first credentials are good again, whatever was issued later is unknown, and its snapshots are gone.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(204, Gives::Nothing)],
        refuses: &[],
        is_open: false,
        run: reset,
    },
];

const NAMES: Kind = Kind::List(&Kind::Text);

/// What a sandbox is made of.
const WISH: &[Field] = &[
    Field::optional(
        "name",
        Kind::Text,
        "Lower-case letters, digits and hyphens, as in a host name; without it one is drawn.",
    ),
    Field::optional(
        "seed",
        Kind::Whole { min: 0, max: u64::MAX },
        "What its recipients and credentials follow from; without it the server's.",
    ),
    Field::optional(
        "recipients",
        Kind::Whole { min: 0, max: RECIPIENTS_MAX as u64 },
        "How many recipients the first organization has; each other has a tenth. Without it the server's.",
    ),
    Field::optional(
        "groups",
        Kind::Whole { min: 0, max: GROUPS_MAX },
        "How many groups it has; without it the server's.",
    ),
    Field::optional("vendors", NAMES, "The vendors in it; without it all."),
    Field::optional(
        "organizations",
        NAMES,
        "The names of its organizations, 1 to 100; without it `acme` and `globex`.",
    ),
    Field::optional("ttl", Kind::Duration, "After how long, in real time, it is deleted; without it never."),
];

/// The most groups that a sandbox may ask for.
const GROUPS_MAX: u64 = 10_000;

const LIST: &[Field] =
    &[Field::required("sandboxes", Kind::List(&Kind::Object(ENTRY)), "Each of them, in short.")];

const ENTRY: &[Field] =
    &[NAME, SEED, Field::required("vendors", NAMES, "The vendors in it."), ORGANIZATIONS, MADE_AT, TTL];

const SANDBOX: &[Field] = &[
    NAME,
    SEED,
    Field::required(
        "vendors",
        Kind::Map(&Kind::Object(VENDOR)),
        "How each vendor in it is reached, by the first organization.",
    ),
    ORGANIZATIONS,
    MADE_AT,
    TTL,
];

const NAME: Field = Field::required("name", Kind::Text, "Its name.");
const SEED: Field = Field::required(
    "seed",
    Kind::Whole { min: 0, max: u64::MAX },
    "What its recipients and credentials follow from.",
);
const ORGANIZATIONS: Field = Field::required("organizations", NAMES, "The names of its organizations.");
const MADE_AT: Field =
    Field::required("made_at", Kind::Time, "When it was made, by the clock of the server's machine.");
const TTL: Field = Field::optional("ttl", Kind::Duration, "After how long it is deleted.");

const VENDOR: &[Field] = &[
    Field::required("base_urls", Kind::Map(&Kind::Text), "The base URL of each api."),
    Field::required(
        "credentials",
        Kind::Map(&Kind::Object(FIRST)),
        "The credentials that the sandbox began with; masked but in the answer to its creation.",
    ),
    Field::optional(
        "organizations",
        Kind::Map(&Kind::Object(OTHER)),
        "The same for each organization but the first.",
    ),
];

const OTHER: &[Field] = &[
    Field::required("base_urls", Kind::Map(&Kind::Text), "The base URL of each api."),
    Field::required("credentials", Kind::Map(&Kind::Object(FIRST)), "Its credentials."),
];

const FIRST: &[Field] = &[
    Field::optional("token", Kind::Text, "The token or key."),
    Field::optional("client_id", Kind::Text, "The id of an OAuth client."),
    Field::optional("client_secret", Kind::Text, "Its secret."),
    Field::optional("token_url", Kind::Text, "Where it gets its access tokens."),
];

fn list(desk: &Desk, _: &Ask<'_>) -> Result<Reply, Problem> {
    let sandboxes = desk.engine.sandboxes();
    let entry = |sandbox: &std::sync::Arc<Sandbox>| {
        let vendors: Vec<&str> = vendors(desk, sandbox).map(|profile| profile.vendor.as_str()).collect();
        told(sandbox, &json!(vendors))
    };
    ok(&json!({"sandboxes": sandboxes.iter().map(entry).collect::<Vec<_>>()}))
}

fn create(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let body = ask.body();
    let usual = desk.engine.usual_birth();
    let vendors = body.texts("vendors").map(|names| indices(desk, &names)).transpose()?;
    let organizations = body.texts("organizations");
    let organizations = organizations.map(|names| names.into_iter().map(str::to_owned).collect());
    let wish = Birth {
        seed: body.whole("seed").unwrap_or(usual.seed),
        recipients: body.count("recipients").unwrap_or(usual.recipients),
        groups: body.count("groups").unwrap_or(usual.groups),
        organizations: organizations.unwrap_or(usual.organizations),
        vendors,
        ttl_ms: body.duration_ms("ttl"),
        name: usual.name,
    };
    let sandbox = desk.engine.make_sandbox(body.text("name"), wish)?;
    created(&format!("{ROOT}/v1/sandboxes/{}", sandbox.name), &in_full(desk, &sandbox, &ask.root(), false))
}

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let sandbox = desk.sandbox(ask)?;
    ok(&in_full(desk, &sandbox, &ask.root(), true))
}

fn delete(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    desk.engine.delete_sandbox(&desk.sandbox(ask)?.name)?;
    done()
}

fn reset(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    desk.engine.reset_sandbox(&desk.sandbox(ask)?.name)?;
    done()
}

/// The indices of vendors by their names.
fn indices(desk: &Desk, names: &[&str]) -> Result<Vec<usize>, Problem> {
    if names.is_empty() {
        return Err(Problem::invalid("`vendors` is empty; name one at least, or leave it out for all"));
    }
    let index = |name: &&str| {
        desk.engine.index_of(name).ok_or_else(|| {
            let known: Vec<&str> =
                desk.engine.profiles().iter().map(|profile| profile.vendor.as_str()).collect();
            let instead = crate::profile::suggest::instead(name, &known);
            Problem::invalid(format!("`vendors` names `{name}`, which is not served; {instead}"))
        })
    };
    names.iter().map(index).collect()
}

/// The profiles of a sandbox's vendors.
fn vendors<'d>(desk: &'d Desk, sandbox: &Sandbox) -> impl Iterator<Item = &'d Profile> {
    let profiles = desk.engine.profiles().iter().enumerate();
    profiles.filter(|(index, _)| sandbox.has(*index)).map(|(_, profile)| &**profile)
}

/// A sandbox with what is told of its vendors.
fn told(sandbox: &Sandbox, vendors: &Value) -> Value {
    let mut told = json!({
        "name": sandbox.name,
        "seed": sandbox.birth.seed,
        "vendors": vendors,
        "organizations": sandbox.organizations,
        "made_at": rfc3339(sandbox.made_ms),
    });
    if let Some(ttl_ms) = sandbox.birth.ttl_ms {
        told["ttl"] = duration_text(ttl_ms).into();
    }
    told
}

fn in_full(desk: &Desk, sandbox: &Sandbox, root: &str, is_masked: bool) -> Value {
    let of = |profile: &Profile, organization: usize| {
        let name = sandbox.organizations.get(organization).map_or("", String::as_str);
        let urls = desk.engine.base_urls(root, &profile.vendor, &sandbox.name, name);
        let credentials: Map<String, Value> = profile
            .credentials
            .iter()
            .enumerate()
            .map(|(index, credential)| {
                let first = sandbox.first_credential(profile, credential, organization);
                let token_url = token_url(profile, index, &urls);
                (credential.name.clone(), secret(first, token_url, is_masked))
            })
            .collect();
        let urls: Map<String, Value> = urls.into_iter().map(|(api, url)| (api, url.into())).collect();
        json!({"base_urls": urls, "credentials": credentials})
    };
    let vendor = |profile: &Profile| {
        let mut told = of(profile, 0);
        let others = sandbox.organizations.iter().enumerate().skip(1);
        let others: Map<String, Value> =
            others.map(|(index, name)| (name.clone(), of(profile, index))).collect();
        if !others.is_empty() {
            told["organizations"] = Value::Object(others);
        }
        (profile.vendor.clone(), told)
    };
    told(sandbox, &Value::Object(vendors(desk, sandbox).map(vendor).collect()))
}

/// What a client shows, and where an OAuth client gets its tokens.
pub(super) fn secret(secret: Fixed, token_url: Option<String>, is_masked: bool) -> Value {
    let text = |secret: String| if is_masked { masked(&secret) } else { secret };
    match secret {
        Fixed::Token(token) => json!({"token": text(token)}),
        Fixed::Client { id, secret } => {
            let mut told = json!({"client_id": id, "client_secret": text(secret)});
            if let Some(url) = token_url {
                told["token_url"] = url.into();
            }
            told
        }
    }
}

/// Where the clients of a credential get their tokens, below the base URLs of the vendor's apis.
pub fn token_url(profile: &Profile, credential: usize, urls: &[(String, String)]) -> Option<String> {
    profile.apis.iter().filter(|api| api.credential == credential).find_map(|api| {
        let endpoint = api.endpoints.iter().find(|endpoint| endpoint.does == Does::Token)?;
        let (_, base) = urls.iter().find(|(name, _)| *name == api.name)?;
        Some(format!("{base}{}", endpoint.path))
    })
}

// What is told of it in words.
const _: () = assert!(ORGANIZATIONS_MAX == 100);
