//! The vendors, as they are explained.

use http::Method;
use serde_json::{Map, Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, ok};
use super::shape::{Field, Kind};
use crate::call::Reply;
use crate::engine::DEFAULT_SANDBOX;
use crate::profile::explain;
use crate::profile::fixed::ORGANIZATIONS;
use crate::profile::model::Profile;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/vendors",
        name: "list_vendors",
        about: "The vendors, in the order served.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(LIST)))],
        refuses: &[],
        is_open: false,
        run: list,
    },
    Row {
        method: Method::GET,
        path: "/v1/vendors/{vendor}",
        name: "get_vendor",
        about: "What `standin explain VENDOR --json` says: how it is reached, what it serves, its facts and variants.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Map(&Kind::Any)))],
        refuses: &[],
        is_open: false,
        run: get,
    },
];

const LIST: &[Field] = &[Field::required("vendors", Kind::List(&Kind::Object(ENTRY)), "Each of them.")];

const ENTRY: &[Field] = &[
    Field::required("vendor", Kind::Text, "Its name in paths and tokens."),
    Field::required("title", Kind::Text, "Its name as people write it."),
    Field::required("about", Kind::Text, "What it is."),
    Field::required(
        "base_urls",
        Kind::Map(&Kind::Text),
        "The base URL of each api, for the sandbox `default`.",
    ),
];

fn list(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let root = ask.root();
    let vendor = |profile: &std::sync::Arc<Profile>| {
        let urls = desk.engine.base_urls(&root, &profile.vendor, DEFAULT_SANDBOX, ORGANIZATIONS[0]);
        let urls: Map<String, Value> = urls.into_iter().map(|(api, url)| (api, url.into())).collect();
        json!({"vendor": profile.vendor, "title": profile.title, "about": profile.about, "base_urls": urls})
    };
    ok(&json!({"vendors": desk.engine.profiles().iter().map(vendor).collect::<Vec<_>>()}))
}

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let name = ask.segment("vendor");
    match desk.engine.profiles().iter().find(|profile| profile.vendor == name) {
        Some(profile) => ok(&explain::json(profile)),
        None => {
            let known: Vec<&str> =
                desk.engine.profiles().iter().map(|profile| profile.vendor.as_str()).collect();
            Err(Problem::unknown("vendor", name, &known))
        }
    }
}
