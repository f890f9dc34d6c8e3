//! Rate limits, and what is said of them, as text and as JSON.

use serde_json::{Map, Value, json};

use super::facts_on;
use super::page::{Page, listed, sentence};
use super::text::LABEL_CHARS_MAX;
use crate::limit::{Algorithm, Law};
use crate::profile::grammar::duration_text;
use crate::profile::model::{LevelHeaders, Mark, Profile, RetryAfter};

/// The limits as plain text.
pub(super) fn text(page: &mut Page, profile: &Profile) {
    let limits = &profile.limits;
    if limits.rates.is_empty() {
        return;
    }
    page.heading("LIMITS");
    let guessed =
        facts_on(profile, "limits").filter(|fact| fact.mark == Mark::Assumed || fact.assumed.is_some());
    let guessed: Vec<&str> = guessed.map(|fact| &*fact.id).collect();
    let numbers = if guessed.is_empty() {
        String::new()
    } else {
        format!(" The numbers are assumed ({}).", listed(&guessed))
    };
    let vendor = &profile.vendor;
    let switch = match limits.in_force {
        true => format!("In force from the start, unless --set {vendor}.limits=off."),
        false => format!("Declared, and off until asked for: --set {vendor}.limits=on."),
    };
    page.paragraph(2, &format!("{switch}{numbers}"));
    let rates: Vec<(String, String)> =
        limits.rates.iter().map(|law| (law.name.clone(), rate_text(profile, law))).collect();
    page.entries(2, LABEL_CHARS_MAX, &rates);
    let retry = match limits.retry_after {
        RetryAfter::Seconds => "Retry-After says how many seconds to wait",
        RetryAfter::HttpDate => "Retry-After says when to come back",
        RetryAfter::None => "no Retry-After is sent",
    };
    let left = match &limits.headers {
        LevelHeaders::XRateLimit => "X-RateLimit-Limit, -Remaining and -Reset tell what is left".to_owned(),
        LevelHeaders::Ietf => "RateLimit and RateLimit-Policy tell what is left".to_owned(),
        LevelHeaders::Own { limit, remaining, reset } => {
            let names: Vec<&str> =
                [limit, remaining, reset].into_iter().flatten().map(|name| name.as_str()).collect();
            format!("{} tell what is left", listed(&names))
        }
        LevelHeaders::None => "no header tells what is left".to_owned(),
    };
    let always = limits.on_success && limits.headers != LevelHeaders::None;
    let always = if always { ", on every reply behind the limits" } else { "" };
    page.paragraph(2, &sentence(&format!("a call above a limit is 429; {retry}; {left}{always}")));
}

fn rate_text(profile: &Profile, law: &Law) -> String {
    let by: Vec<&str> = law.by.iter().map(|by| by.as_str()).collect();
    let by =
        if by.is_empty() { " for all together".to_owned() } else { format!(" for each {}", listed(&by)) };
    let time = match (law.algorithm, law.rate.per_ms) {
        (Algorithm::DailyQuota, _) => " a day".to_owned(),
        (Algorithm::Concurrent, _) => " at the same time".to_owned(),
        (_, per_ms) => format!(" in {}", duration_text(per_ms.unwrap_or_default())),
    };
    let counted = match law.algorithm {
        Algorithm::DailyQuota | Algorithm::Concurrent => String::new(),
        other => format!(", counted by {}", other.as_str().replace('_', " ")),
    };
    let mut text = format!("{}{time}{by}{counted}", law.rate.limit);
    let plans = profile.plans.iter().zip(&law.plans);
    let plans: Vec<String> =
        plans.filter_map(|(plan, limit)| Some(format!("{} on {plan}", (*limit)?))).collect();
    let mut costs: Vec<String> =
        law.costs.iter().map(|(operation, cost)| format!("{operation} costs {cost}")).collect();
    costs.sort();
    if law.cost != 1 {
        costs.push(format!("any other call costs {}", law.cost));
    }
    let refused = law.charges_refused.then(|| "refused calls are charged too".to_owned());
    let penalty = law.penalty.map(|penalty| {
        let (first, most) = (duration_text(penalty.first_ms), duration_text(penalty.max_ms));
        format!(
            "who is refused is shut out for {first}, {} times as long with each further call, {most} at most",
            penalty.factor
        )
    });
    let lists = [listed(&plans), listed(&costs)].into_iter().filter(|list| !list.is_empty());
    for clause in lists.chain(refused).chain(penalty) {
        text.push_str("; ");
        text.push_str(&clause);
    }
    text
}

/// The limits as JSON.
pub(super) fn json(profile: &Profile) -> Value {
    let limits = &profile.limits;
    let names = |headers: &LevelHeaders| match headers {
        LevelHeaders::Own { limit, remaining, reset } => {
            let name = |name: &Option<http::HeaderName>| name.as_ref().map(|name| name.as_str().to_owned());
            json!({"limit": name(limit), "remaining": name(remaining), "reset": name(reset)})
        }
        _ => Value::Null,
    };
    json!({
        "in_force": limits.in_force,
        "retry_after": limits.retry_after.as_str(),
        "headers": limits.headers.as_str(),
        "names": names(&limits.headers),
        "reset": limits.reset.as_str(),
        "on_success": limits.on_success,
        "rates": limits.rates.iter().map(|law| rate_json(profile, law)).collect::<Vec<_>>(),
    })
}

fn rate_json(profile: &Profile, law: &Law) -> Value {
    let plans = profile.plans.iter().zip(&law.plans);
    let plans: Map<String, Value> =
        plans.filter_map(|(plan, limit)| Some((plan.clone(), json!((*limit)?)))).collect();
    let mut costs: Vec<(&String, &u32)> = law.costs.iter().collect();
    costs.sort();
    let costs = costs.into_iter().map(|(operation, cost)| json!({ "operation": operation, "cost": cost }));
    json!({
        "name": law.name,
        "by": law.by.iter().map(|by| by.as_str()).collect::<Vec<_>>(),
        "algorithm": law.algorithm.as_str(),
        "limit": law.rate.limit,
        "per_ms": law.rate.per_ms,
        "plans": plans,
        "cost": law.cost,
        "costs": costs.collect::<Vec<_>>(),
        "charge_refused": law.charges_refused,
        "penalty": law.penalty.map(|penalty| json!({
            "first_ms": penalty.first_ms, "factor": penalty.factor, "max_ms": penalty.max_ms,
        })),
    })
}
