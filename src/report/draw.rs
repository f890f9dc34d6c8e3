//! A journal, drawn up as a report: who called, how each behaved, and what happened when.

use std::sync::Arc;

use super::judge;
use super::trail::{Answer, Step, Trail, trails};
use super::{Client, Event, EventKind, Report};
use crate::journal::{Entry, Mark, MarkKind};

/// A pause shorter than this is how long a client takes to make its next call, not a wait, in milliseconds.
const WAIT_MS_MIN: i64 = 100;

/// What a journal holds.
#[derive(Debug)]
pub struct Kept<'a> {
    /// The sandbox's name.
    pub sandbox: &'a str,
    /// Its seed.
    pub seed: u64,
    /// The calls, the oldest first.
    pub calls: &'a [Arc<Entry>],
    /// What happened beside them, the oldest first.
    pub marks: &'a [Mark],
    /// How many calls were let go to make room.
    pub forgotten: u64,
}

/// Draws the report up. What was expected at the end, whoever expects it adds.
pub fn draw_up(kept: &Kept<'_>) -> Report {
    let (trails, whose) = trails(kept.calls);
    let times = || kept.calls.iter().map(|entry| entry.at_ms);
    Report {
        sandbox: kept.sandbox.to_owned(),
        seed: kept.seed,
        span_ms: times().min().zip(times().max()),
        calls: kept.calls.len() as u64,
        forgotten: kept.forgotten,
        clients: trails.iter().map(client).collect(),
        expected: Vec::new(),
        required: None,
        timeline: timeline(kept, &trails, &whose),
    }
}

fn client(trail: &Trail<'_>) -> Client {
    Client {
        vendor: trail.vendor.to_owned(),
        credential: trail.credential.map(str::to_owned),
        organization: trail.organization.map(str::to_owned),
        calls: trail.steps.len() as u64,
        verdicts: judge::all(trail),
    }
}

/// What happened, in the order in which it did.
fn timeline(kept: &Kept<'_>, trails: &[Trail<'_>], whose: &[Option<usize>]) -> Vec<Event> {
    let mut events = Vec::with_capacity(kept.calls.len() + kept.marks.len());
    let mut marks = kept.marks.iter().peekable();
    let mut taken = vec![0_usize; trails.len()];
    for (entry, client) in kept.calls.iter().zip(whose) {
        while let Some(mark) = marks.next_if(|mark| mark.before <= entry.number) {
            events.push(beside(mark));
        }
        let step = client.and_then(|client| {
            let index = taken[client];
            taken[client] += 1;
            let steps = &trails[client].steps;
            let before = index.checked_sub(1).and_then(|before| steps.get(before));
            events.extend(before.and_then(|before| wait(client, before, entry)));
            steps.get(index)
        });
        events.push(called(entry, *client, step));
    }
    events.extend(marks.map(beside));
    events
}

/// The pause between a call that did not go well and the next.
fn wait(client: usize, before: &Step<'_>, entry: &Entry) -> Option<Event> {
    let waited_ms = entry.at_ms.saturating_sub(before.left_ms);
    if before.answer == Answer::Well || waited_ms < WAIT_MS_MIN {
        return None;
    }
    let says = if before.told_ms().is_some() { "waits, having been told to" } else { "waits" };
    Some(Event {
        at_ms: before.left_ms,
        kind: EventKind::Wait(waited_ms.unsigned_abs()),
        client: Some(client),
        request_id: Some(before.entry.request_id().to_owned()),
        says: says.to_owned(),
    })
}

fn called(entry: &Entry, client: Option<usize>, step: Option<&Step<'_>>) -> Event {
    let struck = entry.notes().chaos.as_deref();
    let status = entry.status.map(|status| status.as_u16());
    let is_struck = struck.is_some_and(|struck| !struck.strikes.is_empty());
    let kind = match (status, step.map(|step| step.answer)) {
        (Some(429), _) => EventKind::Limited,
        _ if is_struck => EventKind::Struck,
        (_, Some(Answer::Well)) => EventKind::Call,
        _ => EventKind::Refused,
    };
    let ended = match (status, struck.and_then(|struck| struck.ending)) {
        (Some(status), Some(ending)) => format!("{status}, {ending}"),
        (Some(status), None) => status.to_string(),
        (None, Some(ending)) => ending.to_owned(),
        (None, None) => "no reply".to_owned(),
    };
    Event {
        at_ms: entry.at_ms,
        kind,
        client,
        request_id: Some(entry.request_id().to_owned()),
        says: format!("{} {} {ended}", entry.method, entry.own_path()),
    }
}

fn beside(mark: &Mark) -> Event {
    let kind = match mark.kind {
        MarkKind::Credential => EventKind::Credential,
        MarkKind::Chaos
        | MarkKind::Limits
        | MarkKind::Settings
        | MarkKind::Clock
        | MarkKind::Scenario
        | MarkKind::Checkpoint => EventKind::World,
    };
    Event { at_ms: mark.at_ms, kind, client: None, request_id: None, says: mark.says.clone() }
}
