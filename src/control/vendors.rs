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
use crate::profile::openapi;

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
    Row {
        method: Method::GET,
        path: "/v1/vendors/{vendor}/openapi.json",
        name: "get_vendor_openapi",
        about: "An OpenAPI 3.1 document of the vendor's surface as emulated: what `standin openapi VENDOR` prints.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Map(&Kind::Any)))],
        refuses: &[],
        is_open: false,
        run: describe,
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
    ok(&explain::json(find(desk, ask)?))
}

fn describe(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    ok(&openapi::document(find(desk, ask)?, &ask.root()))
}

/// The vendor that the path names.
fn find<'d>(desk: &'d Desk, ask: &Ask<'_>) -> Result<&'d Profile, Problem> {
    let name = ask.segment("vendor");
    let profiles = desk.engine.profiles();
    profiles.iter().find(|profile| profile.vendor == name).map(|profile| &**profile).ok_or_else(|| {
        let known: Vec<&str> = profiles.iter().map(|profile| profile.vendor.as_str()).collect();
        Problem::unknown("vendor", name, &known)
    })
}
