//! The rate limits of a vendor: read to the last bucket, and set.

use http::Method;
use serde_json::{Value, json};

use super::Desk;
use super::problem::Problem;
use super::row::{Ask, Gives, Row, Takes, ok};
use super::shape::{Field, Fields, Kind};
use crate::call::Reply;
use crate::engine::{LimitChange, Sandbox, Vendor};
use crate::limit::{BucketSeen, LimitSeen, Rate};
use crate::profile::grammar::duration_text;
use crate::record::text::rfc3339;

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/limits",
        name: "get_limits",
        about: "A vendor's rate limits as they stand, with what each caller has left.",
        query: &[],
        takes: Takes::Nothing,
        gives: &[(200, Gives::Json(Kind::Object(LIMITS)))],
        refuses: &[],
        is_open: false,
        run: get,
    },
    Row {
        method: Method::PATCH,
        path: "/v1/sandboxes/{sandbox}/vendors/{vendor}/limits",
        name: "change_limits",
        about: "Puts limits in force or lifts them; sets what is left of one (`remaining`) or how much there is (`rate`).",
        query: &[],
        takes: Takes::Object(CHANGE),
        gives: &[(200, Gives::Json(Kind::Object(LIMITS)))],
        refuses: &[],
        is_open: false,
        run: patch,
    },
];

/// As many calls as a limit can count.
const CALLS: Kind = Kind::Whole { min: 0, max: u32::MAX as u64 };

const LIMITS: &[Field] = &[
    Field::required("enabled", Kind::Bool, "Whether limits are in force."),
    Field::required("limits", Kind::List(&Kind::Object(LIMIT)), "Each of them."),
];

const LIMIT: &[Field] = &[
    Field::required("name", Kind::Text, "Its name."),
    Field::required("enabled", Kind::Bool, "Whether it counts, once limits are in force."),
    Field::optional("rate", Kind::Object(RATE), "The rate that was set in place of the declared one."),
    Field::required(
        "buckets",
        Kind::List(&Kind::Object(BUCKET)),
        "What each caller has left who has called.",
    ),
];

const BUCKET: &[Field] = &[
    Field::required("key", Kind::Text, "Whose it is; secrets are masked."),
    Field::required("limit", CALLS, "How many calls there may be."),
    Field::required("remaining", CALLS, "How many are left."),
    Field::optional("resets_at", Kind::Time, "When all of it is there again, by the sandbox's clock."),
    Field::optional(
        "barred_until",
        Kind::Time,
        "Until when its caller is shut out for having come again and again.",
    ),
];

const RATE: &[Field] = &[
    Field::required("limit", Kind::Whole { min: 1, max: u32::MAX as u64 }, "How many calls."),
    Field::optional("per", Kind::Duration, "In what time; without it the time stays."),
];

const CHANGE: &[Field] = &[
    Field::optional("enabled", Kind::Bool, "In force or lifted: all limits, or the one that `limit` names."),
    Field::optional("limit", Kind::Text, "The limit to change."),
    Field::optional(
        "key",
        Kind::Text,
        "The bucket of which to set `remaining`; without it all, those to come included.",
    ),
    Field::optional("remaining", CALLS, "How many calls are left; 0 is exhausted."),
    Field::optional("rate", Kind::Object(RATE), "How many calls there may be, in what time."),
];

fn get(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    ok(&told(&sandbox, &vendor))
}

fn patch(desk: &Desk, ask: &Ask<'_>) -> Result<Reply, Problem> {
    let (sandbox, vendor) = desk.vendor(ask)?;
    let body = ask.body();
    let count =
        |fields: Fields<'_>, name: &str| fields.whole(name).and_then(|count| u32::try_from(count).ok());
    let rate = body.members("rate");
    let change = LimitChange {
        enabled: body.flag("enabled"),
        limit: body.text("limit").map(str::to_owned),
        key: body.text("key").map(str::to_owned),
        remaining: count(body, "remaining"),
        rate: rate.map(|rate| (count(rate, "limit").unwrap_or(1), rate.duration_ms("per"))),
    };
    desk.engine.change_limits(&sandbox, &vendor, &change)?;
    ok(&told(&sandbox, &vendor))
}

fn told(sandbox: &Sandbox, vendor: &Vendor) -> Value {
    let limits = vendor.limiter.read(sandbox.clock.now_ms());
    json!({
        "enabled": vendor.limiter.is_in_force(),
        "limits": limits.iter().map(limit).collect::<Vec<_>>(),
    })
}

fn limit(seen: &LimitSeen) -> Value {
    let mut told = json!({"name": seen.name, "enabled": seen.enabled});
    if let Some(Rate { limit, per_ms }) = seen.rate {
        told["rate"] = json!({"limit": limit});
        if let Some(per_ms) = per_ms {
            told["rate"]["per"] = duration_text(per_ms).into();
        }
    }
    told["buckets"] = seen.buckets.iter().map(bucket).collect();
    told
}

fn bucket(seen: &BucketSeen) -> Value {
    let mut told = json!({"key": seen.key, "limit": seen.limit, "remaining": seen.remaining});
    for (name, at_ms) in [("resets_at", seen.resets_at_ms), ("barred_until", seen.barred_until_ms)] {
        if let Some(at_ms) = at_ms {
            told[name] = rfc3339(at_ms).into();
        }
    }
    told
}
