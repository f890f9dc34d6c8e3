//! A call as JSON: a line of a list, or explained.

use serde_json::{Map, Value, json};

use super::entry::{Entry, Kept};
use super::matching::Difference;
use crate::limit::Level;
use crate::notes::{Stage, Struck};
use crate::profile::model::{Advisory, Api, Endpoint, Fact, Profile, Variant};

/// A moment in milliseconds since 1970, as RFC 3339 has it.
pub(super) fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |time| time.to_string())
}

/// A call in a list: what it was and what came of it, without its bodies.
pub fn line(entry: &Entry) -> Value {
    let notes = &entry.notes;
    let profile = notes.profile.as_deref();
    let facts = notes.facts.iter().filter_map(|index| Some(&*fact_of(profile?, *index)?.id));
    let advisories =
        notes.advisories.iter().filter_map(|index| Some(&*profile?.advisories.get(*index)?.says));
    let credential = notes.credential.as_ref().map(|shown| {
        json!({ "name": entry.credential(), "shown": shown.masked, "organization": entry.organization() })
    });
    json!({
        "id": entry.request_id(),
        "at": time(entry.at_ms),
        "vendor": entry.vendor(),
        "api": entry.api(),
        "operation": entry.operation(),
        "method": entry.method.as_str(),
        "path": entry.path(),
        "query": entry.query(),
        "status": entry.status.map(|status| status.as_u16()),
        "credential": credential,
        "fault": notes.ended.as_ref().map(|ended| ended.fault.as_str()),
        "why": notes.ended.as_ref().map(|ended| &ended.why),
        "facts": facts.collect::<Vec<_>>(),
        "advisories": advisories.collect::<Vec<_>>(),
        "dropped": notes.dropped,
        "hint": notes.hint,
        "chaos": notes.chaos.as_deref().map(chaos),
        "request_bytes": entry.sent.whole_bytes,
        "reply_bytes": entry.answered.whole_bytes,
    })
}

/// A call in a list, with its bodies.
pub fn line_with_bodies(entry: &Entry) -> Value {
    let mut value = line(entry);
    value["request_body"] = body(&entry.sent);
    value["reply_body"] = body(&entry.answered);
    value
}

/// A call with all that is known of it: what each stage found, and what stands behind that.
pub fn explained(entry: &Entry) -> Value {
    let notes = &entry.notes;
    let mut value = line(entry);
    value["stages"] = notes.stages.iter().map(|stage| stage_of(entry, stage)).collect();
    if let Some(profile) = &notes.profile {
        let facts: Vec<&Fact> = notes.facts.iter().filter_map(|index| fact_of(profile, *index)).collect();
        value["facts"] = facts.iter().map(|fact| fact_in_full(profile, fact)).collect();
        let mattered = |variant: &&Variant| facts.iter().any(|fact| fact.id == variant.fact);
        value["variants"] = profile.variants.iter().filter(mattered).map(variant).collect();
        let advisories = notes.advisories.iter().filter_map(|index| profile.advisories.get(*index));
        value["advisories"] = advisories.map(|one| advisory(profile, one)).collect();
    }
    value["request"] = json!({
        "host": entry.host(),
        "headers": fields(entry.request_headers()),
        "body": body(&entry.sent),
        "lacks": entry.sent.lacks,
    });
    value["reply"] = json!({
        "headers": fields(entry.reply_headers()),
        "body": body(&entry.answered),
        "lacks": entry.answered.lacks,
    });
    value
}

/// What chaos rules did to a call.
fn chaos(struck: &Struck) -> Value {
    let rules = struck.strikes.iter().map(|strike| {
        json!({ "name": strike.rule, "nth": strike.nth, "drawn": strike.drawn, "written": strike.written })
    });
    json!({
        "rules": rules.collect::<Vec<_>>(),
        "delay_ms": struck.delay_ms,
        "delayed": if struck.is_virtual { "virtual" } else { "real" },
        "ending": struck.ending,
        "committed": struck.is_committed,
        "lost_status": struck.lost_status,
        "visible_after_ms": struck.visible_after_ms,
        "page_items_max": struck.page_items_max,
        "token": struck.token,
    })
}

/// In what a call differs.
pub fn difference(difference: &Difference) -> Value {
    let Difference { dimension, wanted, got } = difference;
    json!({ "dimension": dimension, "wanted": wanted, "got": got })
}

fn fact_of(profile: &Profile, index: u16) -> Option<&Fact> {
    profile.facts.get(usize::from(index))
}

fn fields<'e>(fields: impl Iterator<Item = (&'e str, &'e str)>) -> Value {
    fields.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// A body as JSON where it is whole and JSON, else as text; `null` for none.
fn body(kept: &Kept) -> Value {
    if kept.bytes.is_empty() {
        return Value::Null;
    }
    let value = if kept.lacks.is_none() { serde_json::from_slice(&kept.bytes).ok() } else { None };
    value.unwrap_or_else(|| Value::from(kept.text()))
}

/// What a stage found. The last one that a call came to is the one that it did not pass, if it ended in a fault.
fn stage_of(entry: &Entry, stage: Stage) -> Value {
    let notes = &entry.notes;
    let ended = notes.ended.as_ref().filter(|_| notes.stages.last() == Some(stage));
    let mut value = Map::new();
    let mut set = |name: &str, what: Value| value.insert(name.to_owned(), what);
    set("stage", stage.as_str().into());
    set("about", stage.about().into());
    set("verdict", if ended.is_some() { "refused" } else { "passed" }.into());
    if let Some(ended) = ended {
        set("fault", ended.fault.as_str().into());
        set("why", ended.why.as_str().into());
        let profile = notes.profile.as_deref();
        let api = profile.zip(notes.api).and_then(|(profile, api)| profile.apis.get(api));
        let look = api.and_then(|api| api.errors.faults.get(&ended.fault));
        if let Some(rule) = look.and_then(|look| look.rule.as_ref()) {
            set("written", rule.place.to_string().into());
        }
    }
    if let Some(found) = found_by(entry, stage) {
        set("found", found);
    }
    Value::Object(value)
}

fn found_by(entry: &Entry, stage: Stage) -> Option<Value> {
    let notes = &entry.notes;
    let profile = notes.profile.as_deref()?;
    let api = notes.api.and_then(|api| profile.apis.get(api));
    Some(match stage {
        Stage::Selection => json!({ "vendor": profile.vendor }),
        Stage::Api => json!({ "api": api?.name, "written": api?.rule.place.to_string() }),
        Stage::Identity => match &notes.credential {
            Some(shown) => json!({
                "credential": entry.credential(), "shown": shown.masked, "organization": entry.organization(),
            }),
            None => json!({ "credential": null }),
        },
        Stage::Limits => {
            json!({ "levels": notes.levels.iter().map(|one| level(profile, one)).collect::<Vec<_>>() })
        }
        Stage::Route => {
            let endpoint = endpoint(entry, api?)?;
            json!({ "operation": endpoint.name, "written": endpoint.rule.place.to_string() })
        }
        Stage::Scope => json!({ "needs": endpoint(entry, api?)?.scope }),
        Stage::Body => json!({ "bytes": entry.sent.whole_bytes, "dropped": notes.dropped }),
        Stage::Operation => json!({ "operation": entry.operation() }),
        Stage::Head | Stage::Chaos | Stage::Access | Stage::FieldScope => return None,
    })
}

fn endpoint<'p>(entry: &Entry, api: &'p Api) -> Option<&'p Endpoint> {
    let operation = entry.operation()?;
    api.endpoints.iter().find(|endpoint| endpoint.name == operation)
}

fn level(profile: &Profile, level: &Level) -> Value {
    let law = profile.limits.rates.get(level.limit_index);
    let rule = profile.limits.rate_rules.get(level.limit_index);
    json!({
        "limit": law.map(|law| &law.name),
        "of": level.rate.limit,
        "per_ms": level.rate.per_ms,
        "before": level.before,
        "after": level.remaining,
        "resets_at": level.resets_at_ms.map(time),
        "has_refused": level.has_refused,
        "written": rule.map(|rule| rule.place.to_string()),
    })
}

/// A fact, with the places of what is written about it: itself, and the settings that it fixes.
fn fact_in_full(profile: &Profile, fact: &Fact) -> Value {
    let sources = fact.sources.iter().filter_map(|index| profile.sources.get(*index)).map(
        |source| json!({ "name": source.name, "title": source.title, "file": source.file, "url": source.url }),
    );
    let settings = fact.fixes.iter().filter_map(|setting| {
        let node = profile.tree.at(setting)?;
        Some(json!({ "setting": setting, "written": node.place.to_string() }))
    });
    json!({
        "id": fact.id,
        "mark": fact.mark.as_str(),
        "says": fact.says,
        "assumed": fact.assumed,
        "sources": sources.collect::<Vec<_>>(),
        "written": fact.place.to_string(),
        "settings": settings.collect::<Vec<_>>(),
    })
}

fn variant(variant: &Variant) -> Value {
    json!({
        "name": variant.name,
        "fact": variant.fact,
        "about": variant.about,
        "in_force": variant.in_force,
        "values": variant.values,
    })
}

fn advisory(profile: &Profile, advisory: &Advisory) -> Value {
    let fact = profile.facts.get(advisory.fact).map(|fact| &fact.id);
    json!({ "name": advisory.name, "says": advisory.says, "fact": fact })
}
