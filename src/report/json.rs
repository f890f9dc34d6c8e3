//! A report for programs. `docs/report.md` has the shape.
//!
//! **Invariant:** what was measured in time stands below `span` and `timeline` alone, so that without these two the reports of
//! two runs with one seed are equal.

use serde_json::{Value, json};

use super::{Client, Ended, Event, EventKind, FactShown, Report, Verdict};

/// The report as JSON.
pub fn json(report: &Report) -> Value {
    json!({
        "sandbox": report.sandbox,
        "seed": report.seed,
        "passed": report.passed(),
        "calls": report.calls,
        "forgotten": report.forgotten,
        "clients": report.clients.iter().map(client).collect::<Vec<_>>(),
        "required": report.required.as_ref().map(|all| all.iter().map(|one| one.as_str()).collect::<Vec<_>>()),
        "expected": report.expected.iter().map(verdict).collect::<Vec<_>>(),
        "span": report.span_ms.map(|(from_ms, to_ms)| json!({ "from": moment(from_ms), "to": moment(to_ms) })),
        "timeline": report.timeline.iter().map(event).collect::<Vec<_>>(),
    })
}

/// A moment in milliseconds since 1970, as RFC 3339 has it.
pub(super) fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |moment| moment.to_string())
}

fn client(client: &Client) -> Value {
    json!({
        "vendor": client.vendor,
        "credential": client.credential,
        "organization": client.organization,
        "calls": client.calls,
        "verdicts": client.verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}

fn verdict(verdict: &Verdict) -> Value {
    json!({
        "conduct": verdict.conduct.as_str(),
        "verdict": verdict.ended.as_str(),
        "says": verdict.says,
        "count": verdict.count,
        "evidence": verdict.evidence,
        "facts": verdict.facts.iter().map(fact).collect::<Vec<_>>(),
        "advice": (verdict.ended == Ended::Fail).then(|| verdict.conduct.advice()),
    })
}

fn fact(fact: &FactShown) -> Value {
    json!({ "id": fact.id, "mark": fact.mark, "says": fact.says })
}

fn event(event: &Event) -> Value {
    let for_ms = match event.kind {
        EventKind::Wait(for_ms) => Some(for_ms),
        EventKind::Call
        | EventKind::Refused
        | EventKind::Limited
        | EventKind::Struck
        | EventKind::Credential
        | EventKind::World => None,
    };
    json!({
        "at": moment(event.at_ms),
        "kind": event.kind.as_str(),
        "for_ms": for_ms,
        "client": event.client,
        "id": event.request_id,
        "says": event.says,
    })
}
