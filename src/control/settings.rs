//! What can be set of a vendor while it runs: plan, prerequisites, variants.

use std::sync::Arc;

use http::Method;
use serde_json::{Map, Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, ok};
use super::shape::{Field, Fields, Kind};
use crate::call::Reply;
use crate::engine::{Sandbox, Settings, Vendor};
use crate::profile::suggest::instead;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/settings",
        name: "get_settings",
        about: "Where an organization stands with a vendor, and how the vendor behaves.",
        query: &[Field::optional(
            "organization",
            Kind::Text,
            "Whose plan and prerequisites; without it the first's.",
        )],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(SETTINGS)))],
        refuses: &[],
        is_open: false,
        run: get,
    },
    Row {
        method: Method::PATCH,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/settings",
        name: "change_settings",
        about: "Sets plan, prerequisites and variants, all of what is sent or nothing; they hold from the next call on.",
        query: &[],
        takes: Takes::Object(CHANGE),
        gives: &[(200, Gives::Json(Kind::Object(SETTINGS)))],
        refuses: &[],
        is_open: false,
        run: patch,
    },
];

const SETTINGS: &[Field] = &[
    Field::required("organization", Kind::Text, "Whose plan and prerequisites these are."),
    Field::optional("plan", Kind::Text, "Its plan, if the vendor has any."),
    Field::required(
        "prerequisites",
        Kind::Map(&Kind::Bool),
        "What has to be done before an api answers, and whether it is.",
    ),
    Field::required(
        "variants",
        Kind::Map(&Kind::Text),
        "Behaviours that can differ, each with the value in force.",
    ),
];

const CHANGE: &[Field] = &[
    Field::optional(
        "organization",
        Kind::Text,
        "Whose plan and prerequisites to set; without it every one's.",
    ),
    Field::optional("plan", Kind::Text, "The plan."),
    Field::optional("prerequisites", Kind::Map(&Kind::Bool), "Those that are done, or no longer."),
    Field::optional(
        "variants",
        Kind::Map(&Kind::Either(&[Kind::Text, Kind::Bool, Kind::Whole { min: 0, max: u64::MAX }])),
        "Values to be in force, for all organizations.",
    ),
];

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let organization = organization(&sandbox, ask.query())?;
    ok(&told(&sandbox, &vendor, organization.unwrap_or(0)))
}

fn patch(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let body = ask.body();
    let pairs = |name: &str| body.members(name).into_iter().flat_map(|members| members.0.iter());
    let wanted = Settings {
        organization: organization(&sandbox, body)?,
        plan: body.text("plan").map(str::to_owned),
        prerequisites: pairs("prerequisites")
            .filter_map(|(name, done)| Some((name.clone(), done.as_bool()?)))
            .collect(),
        // `409` and `true` are names of values like any other.
        variants: pairs("variants")
            .map(|(name, value)| {
                (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            })
            .collect(),
    };
    desk.engine.set(&sandbox, vendor.index, &wanted)?;
    let (sandbox, vendor) = desk.vendor(ask)?;
    ok(&told(&sandbox, &vendor, wanted.organization.unwrap_or(0)))
}

/// The index of the organization that is named, if one is.
pub(super) fn organization(sandbox: &Arc<Sandbox>, fields: Fields<'_>) -> Result<Option<usize>, Problem> {
    let Some(name) = fields.text("organization") else { return Ok(None) };
    match sandbox.organizations.iter().position(|known| known == name) {
        Some(index) => Ok(Some(index)),
        None => {
            let what = instead(name, &sandbox.organizations);
            Err(Problem::invalid(format!("there is no organization `{name}` in this sandbox; {what}")))
        }
    }
}

fn told(sandbox: &Sandbox, vendor: &Vendor, organization: usize) -> Value {
    let profile = &vendor.profile;
    let standings = vendor.standings();
    let standing = standings.get(organization);
    let prerequisites = profile.prerequisites.iter().enumerate().map(|(index, one)| {
        let is_done = standing.and_then(|standing| standing.done.get(index)).copied().unwrap_or(false);
        (one.name.clone(), is_done.into())
    });
    let variants = profile.variants.iter().map(|one| (one.name.clone(), one.in_force.clone().into()));
    let mut told = Map::new();
    told.insert("organization".to_owned(), json!(sandbox.organizations.get(organization)));
    if let Some(plan) = standing.and_then(|standing| profile.plans.get(standing.plan)) {
        told.insert("plan".to_owned(), plan.as_str().into());
    }
    told.insert("prerequisites".to_owned(), Value::Object(prerequisites.collect()));
    told.insert("variants".to_owned(), Value::Object(variants.collect()));
    Value::Object(told)
}
