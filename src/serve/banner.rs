//! What a person sees when the server is up: where each vendor is, what to paste, and a first call to make.
//!
//! **Invariant:** for people alone; a program reads the ready line.

use std::fmt::Write as _;

use super::root;
use crate::control::ROOT;
use crate::engine::{DEFAULT_SANDBOX, Engine};
use crate::profile::fixed::ORGANIZATIONS;
use crate::profile::model::{Api, Carrier, Does, Profile};
use crate::server::Address;

/// The organization whose tokens are shown.
const ORGANIZATION: &str = ORGANIZATIONS[0];

/// What curl wants for a host when the way goes through a socket file.
const SOCKET_ROOT: &str = "http://localhost";

/// The banner, each line ended.
pub(super) fn text(engine: &Engine, doors: &[(Address, Option<Box<str>>)]) -> String {
    let shared = doors.iter().find(|(_, vendor)| vendor.is_none()).map(|(address, _)| address);
    let url = shared.and_then(root);
    let at = url.clone().or_else(|| shared.map(ToString::to_string)).unwrap_or_default();
    let root_url = url.as_deref().unwrap_or(SOCKET_ROOT);
    let rows: Vec<Row> =
        engine.profiles().iter().flat_map(|profile| rows(engine, profile, root_url)).collect();
    let width = |text: fn(&Row) -> &str| rows.iter().map(|row| text(row).chars().count()).max().unwrap_or(0);
    let (name_width, url_width) = (width(|row| &row.api), width(|row| &row.url));

    let mut text = format!("Standin {} answers on {at}\n", env!("CARGO_PKG_VERSION"));
    for profile in engine.profiles() {
        let _ = write!(text, "\n{}", profile.title);
        for (address, _) in doors.iter().filter(|(_, vendor)| vendor.as_deref() == Some(&*profile.vendor)) {
            let own = root(address).unwrap_or_else(|| address.to_string());
            let _ = write!(text, ", alone on {own}");
        }
        text.push('\n');
        for row in rows.iter().filter(|row| row.vendor == profile.vendor) {
            let _ = writeln!(text, "  {:name_width$}  {:url_width$}  {}", row.api, row.url, row.credential);
        }
    }
    let example = engine.profiles().iter().find_map(|profile| example(engine, profile, root_url));
    if let Some((vendor, command)) = example {
        let socket = match shared {
            Some(Address::Unix(path)) => format!("--unix-socket {} ", path.display()),
            Some(Address::Tcp(_)) | None => String::new(),
        };
        let _ = write!(text, "\nTry   curl {socket}{command}\nThen  standin explain {vendor}\n");
        if let Some(url) = &url {
            let _ = writeln!(text, "Look  {url}{ROOT}/");
        }
        text.push('\n');
    }
    text
}

struct Row {
    vendor: String,
    api: String,
    url: String,
    /// The token, or the client's id and secret.
    credential: String,
}

fn rows(engine: &Engine, profile: &Profile, root: &str) -> Vec<Row> {
    let urls = engine.base_urls(root, &profile.vendor, DEFAULT_SANDBOX, ORGANIZATION);
    let row = |(name, url): (String, String)| {
        let api = profile.apis.iter().find(|api| api.name == name);
        let credential = api.and_then(|api| shown(engine, profile, api));
        let credential = match credential {
            Some((token, Some(secret))) => format!("{token} {secret}"),
            Some((token, None)) => token,
            None => String::new(),
        };
        Row { vendor: profile.vendor.clone(), api: name, url, credential }
    };
    urls.into_iter().map(row).collect()
}

/// The token, or the client's id and secret, that an api takes.
fn shown(engine: &Engine, profile: &Profile, api: &Api) -> Option<(String, Option<String>)> {
    let name = &profile.credentials.get(api.credential)?.name;
    let credentials = engine.default_credentials(&profile.vendor, ORGANIZATION);
    let found = credentials.into_iter().find(|(credential, _, _)| credential == name);
    found.map(|(_, token, secret)| (token, secret))
}

/// A call that lists something, for a vendor that can: the vendor, and what stands behind `curl`.
fn example(engine: &Engine, profile: &Profile, root: &str) -> Option<(String, String)> {
    let urls = engine.base_urls(root, &profile.vendor, DEFAULT_SANDBOX, ORGANIZATION);
    profile.apis.iter().find_map(|api| {
        let list = api.endpoints.iter().find(|endpoint| endpoint.does == Does::List)?;
        let (_, base) = urls.iter().find(|(name, _)| *name == api.name)?;
        let (token, _) = shown(engine, profile, api)?;
        let path = &list.path;
        let command = match &profile.credentials.get(api.credential)?.carrier {
            Carrier::Bearer => format!("-H 'Authorization: Bearer {token}' '{base}{path}'"),
            Carrier::Header(name) => format!("-H '{name}: {token}' '{base}{path}'"),
            Carrier::Query(name) => format!("'{base}{path}?{name}={token}'"),
            Carrier::Client => return None,
        };
        Some((profile.vendor.clone(), command))
    })
}
