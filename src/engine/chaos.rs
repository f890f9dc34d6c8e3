//! Chaos in a vendor: what a call meets, and how its fate is carried out.
//!
//! A fate is carried out around the usual way of a call, never in it: before the gates (a token dies, the request is lost),
//! in place of what comes from them (another reply), or behind them (late, cut short, garbled).

use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;

use super::sandbox::{DEFAULT_SANDBOX, Sandbox};
use super::vendor::{Passage, Vendor, Visit};
use super::{Engine, Refused};
use crate::call::{Delivery, Ending as Wire, Reply};
use crate::chaos::{Armed, Ending, Fate, Meeting, Respond, Rule, What, When, Where};
use crate::fault::{Fault, FaultName};
use crate::journal::MarkKind;
use crate::notes::{Notes, Struck};
use crate::profile::suggest::instead;
use crate::representation::Surface;
use crate::stage::routing::Sight;
use crate::store::{Lag, Store};

impl Engine {
    /// Puts chaos rules into force in a sandbox, all or none.
    ///
    /// # Errors
    /// That there would be too many.
    pub fn arm(&self, sandbox: &Sandbox, rules: Vec<Rule>) -> Result<Vec<Arc<Armed>>, Refused> {
        let now_ms = sandbox.clock.now_ms();
        let armed = sandbox.chaos.arm(rules, sandbox.dice, now_ms).map_err(Refused::Full)?;
        for one in &armed {
            let vendor = one.rule.place.vendor.as_deref();
            let says = format!("the rule {} comes into force", one.rule.name);
            sandbox.journal.mark(now_ms, MarkKind::Chaos, vendor, says);
        }
        Ok(armed)
    }

    /// Takes the chaos rule of a number or a name out of force, or all of a ready-made set's name.
    ///
    /// # Errors
    /// That there is none of it.
    pub fn disarm(&self, sandbox: &Sandbox, id: &str) -> Result<Vec<Arc<Armed>>, Refused> {
        let known: Vec<String> = sandbox.chaos.rules().iter().map(|one| one.rule.name.clone()).collect();
        let gone = sandbox.chaos.disarm(id);
        if gone.is_empty() {
            return Err(Refused::Unknown(format!("there is no chaos rule `{id}`; {}", instead(id, &known))));
        }
        gone.iter().for_each(|one| told_gone(sandbox, &one.rule));
        Ok(gone)
    }

    /// Takes all chaos rules of a sandbox out of force.
    pub fn disarm_all(&self, sandbox: &Sandbox) {
        let gone = sandbox.chaos.rules();
        sandbox.chaos.clear();
        gone.iter().for_each(|one| told_gone(sandbox, &one.rule));
    }

    /// What a sandbox begins with: the default one, the rules and the scenario of the command line.
    ///
    /// # Errors
    /// That there are too many rules, or that the sandbox is not one that the scenario can be played in.
    pub(super) fn begin_first(&self, sandbox: &Sandbox) -> Result<(), Refused> {
        if *sandbox.name != *DEFAULT_SANDBOX {
            return Ok(());
        }
        let setup = &self.stock.setup;
        if !setup.chaos.is_empty() {
            self.arm(sandbox, setup.chaos.clone())?;
        }
        setup.scenario.as_ref().map_or(Ok(()), |scenario| self.play(sandbox, scenario))
    }

    /// Lets the next call to a vendor in a sandbox end in a fault, in the vendor's own shape.
    pub fn force_next(&self, sandbox: &str, vendor: &str, fault: FaultName) {
        let respond = Respond { fault: Some(fault), ..Respond::default() };
        let rule = Rule {
            name: format!("next-{vendor}"),
            place: Where { vendor: Some(vendor.to_owned()), ..Where::default() },
            when: When { times: Some(1), ..When::default() },
            what: What { respond: Some(respond), ..What::default() },
            ..Rule::default()
        };
        if let Ok(sandbox) = self.sandbox(sandbox) {
            // One rule more of the same name has room where there was room for it before.
            let _ = self.arm(&sandbox, vec![rule]);
        }
    }
}

fn told_gone(sandbox: &Sandbox, rule: &Rule) {
    let says = format!("the rule {} goes", rule.name);
    sandbox.journal.mark(sandbox.clock.now_ms(), MarkKind::Chaos, rule.place.vendor.as_deref(), says);
}

impl Vendor {
    /// What is to happen to a call.
    pub(super) fn fate(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        notes: &Notes,
    ) -> Option<Box<Fate>> {
        let chaos = &visit.sandbox.chaos;
        if chaos.is_idle() {
            return None;
        }
        let shown = notes.credential.as_ref();
        let kind = shown.and_then(|shown| self.profile.credentials.get(shown.kind?));
        chaos.meet(&Meeting {
            vendor: &self.profile.vendor,
            api: &surface.api.name,
            operation: sight.endpoint(surface.api, &visit.call.method).map(|endpoint| endpoint.name.as_str()),
            method: &visit.call.method,
            path: visit.addressed.path,
            credential: kind.map(|kind| kind.name.as_str()),
            organization: shown.and_then(|shown| shown.organization.as_deref()),
            now_ms: surface.now_ms,
        })
    }

    /// The way of a call that has a fate.
    pub(super) fn suffer(
        &self,
        fate: &Fate,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        passage: &mut Passage,
        notes: &mut Notes,
    ) -> Result<Reply, Fault> {
        notes.chaos = Some(Box::new(struck(fate)));
        // What the call was for is known, whether or not it gets there.
        let endpoint = sight.endpoint(surface.api, &visit.call.method);
        notes.missed_operation = endpoint.map(|endpoint| endpoint.name.clone());
        if let (Some(how), Some(shown), Some(_)) = (fate.token, visit.shown, visit.issued) {
            visit.engine.end_shown(visit.sandbox, self.index, shown, how);
        }
        // A token that has just died is another than the one that was looked up.
        let issued =
            visit.shown.filter(|_| fate.token.is_some()).and_then(|shown| visit.engine.issued(shown));
        let visit = &Visit { issued: issued.as_deref().or(visit.issued), ..*visit };
        // It has died since the call was met, be it by a moment.
        let now_ms = if fate.token.is_some() { visit.sandbox.clock.now_ms() } else { surface.now_ms };
        let surface = &Surface { now_ms, ..*surface };
        if !fate.loses_reply() {
            // A reply that ends badly is the one that would have been; what it tells of need not have taken effect.
            let is_tried_out = !fate.commits() && !visit.call.method.is_safe();
            let scratch = is_tried_out.then(|| self.scratch());
            let store = scratch.as_ref().unwrap_or(&self.store);
            let ended = self.gates(visit, surface, sight, store, passage, notes);
            if is_tried_out && let Ok(reply) = &ended {
                visit.engine.take_back(visit.sandbox, &reply.body);
            }
            return ended;
        }
        if fate.commits() {
            let ended = self.gates(visit, surface, sight, &self.store, passage, notes);
            let own = self.conclude(visit, surface, sight, ended, notes);
            if let Some(struck) = &mut notes.chaos {
                struck.lost_status = Some(own.status.as_u16());
                struck.is_committed = own.status.is_success();
            }
        }
        match &fate.respond {
            Some(respond) => other_reply(respond)
                .ok_or_else(|| self.injected(respond, visit, surface, sight, passage, notes)),
            // It never leaves.
            None => Ok(Reply::new(StatusCode::BAD_GATEWAY)),
        }
    }

    /// Has a reply leave as its call's fate is.
    pub(super) fn deliver(
        &self,
        mut reply: Reply,
        visit: &Visit<'_>,
        passage: Passage,
        notes: &mut Notes,
    ) -> Reply {
        let Passage { fate, running, lag: _ } = passage;
        let (Some(fate), Some(struck)) = (fate, &mut notes.chaos) else { return reply };
        for (name, value) in fate.respond.iter().flat_map(|respond| &respond.headers) {
            reply.headers.insert(name.clone(), value.clone());
        }
        if fate.ending == Some(Ending::MalformedJson) {
            reply.body = malformed(&reply.body).into();
        }
        struck.is_virtual = visit.sandbox.clock.has_virtual_delays();
        let waits = !struck.is_virtual;
        let delay_ms = fate.delay_ms.filter(|_| waits).unwrap_or(0);
        let ending = fate.ending.map_or(Wire::Whole, |ending| on_the_wire(ending, waits));
        if delay_ms > 0 || ending != Wire::Whole {
            // As long as the reply has not left, the call runs: limits of calls at the same time count it.
            reply.delivery = Some(Box::new(Delivery { delay_ms, ending, held: Some(Arc::new(running)) }));
        }
        reply
    }

    /// The records, to be changed without effect.
    fn scratch(&self) -> Arc<Store> {
        let scratch = Store::new(&super::vendor::rules(&self.profile));
        scratch.restore(self.store.snapshot());
        Arc::new(scratch)
    }
}

/// How late what a call writes shows, by its fate.
pub(super) fn lag(fate: &Fate) -> Lag {
    fate.visibility.map_or_else(Lag::default, |visibility| Lag {
        lists_ms: visibility.after_ms,
        by_id_ms: if visibility.by_id { visibility.after_ms } else { 0 },
    })
}

fn struck(fate: &Fate) -> Struck {
    Struck {
        strikes: fate.strikes.clone(),
        delay_ms: fate.delay_ms.unwrap_or(0),
        is_virtual: false,
        ending: fate.ending.map(Ending::as_str),
        lost_status: None,
        is_committed: fate.commits(),
        visible_after_ms: fate.visibility.map(|visibility| visibility.after_ms),
        page_items_max: fate.page_items_max,
        token: fate.token.map(crate::chaos::TokenEnd::as_str),
    }
}

/// A reply that a rule gives in place of the vendor's; `None` where the vendor's own shape of a fault is wanted.
fn other_reply(respond: &Respond) -> Option<Reply> {
    let status = respond.status.and_then(|status| StatusCode::from_u16(status).ok());
    match (&respond.body, status) {
        (Some(body), status) => {
            let is_json = serde_json::from_slice::<Value>(body).is_ok();
            let media_type = if is_json { "application/json" } else { "text/plain; charset=utf-8" };
            let named = respond.fault.and_then(|fault| StatusCode::from_u16(fault.status()).ok());
            Some(Reply::new(status.or(named).unwrap_or_default()).with_body(media_type, body.clone()))
        }
        (None, Some(status)) if respond.fault.is_none() && status.as_u16() < 400 => Some(Reply::new(status)),
        (None, _) => None,
    }
}

/// A body of the same length that is no JSON.
fn malformed(body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    match body.last_mut() {
        // What closed the value opens another.
        Some(last) => *last = b'{',
        None => body.push(b'{'),
    }
    body
}

fn on_the_wire(ending: Ending, waits: bool) -> Wire {
    match ending {
        Ending::Reset => Wire::Reset,
        Ending::Close => Wire::Close,
        Ending::Truncate(after_bytes) => Wire::Truncate { after_bytes },
        Ending::Garbage => Wire::Garbage,
        Ending::Drip(bytes_per_second) if waits => Wire::Drip { bytes_per_second },
        Ending::MalformedJson | Ending::Drip(_) => Wire::Whole,
        Ending::Hang(at_most_ms) if waits => Wire::Hang { at_most_ms },
        Ending::Hang(_) => Wire::Close,
    }
}
