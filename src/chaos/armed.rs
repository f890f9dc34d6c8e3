//! The rules of a sandbox: which calls met them, how often, and what is to happen to a call.
//!
//! **Invariant:** while no rule is armed, a call costs one look at a flag.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use http::Method;
use parking_lot::{Mutex, RwLock};

use super::delay::unit;
use super::rule::{Apart, Commit, Ending, Moment, Respond, Rule, TokenEnd, Visibility, When, Where};
use crate::glob;
use crate::world::Dice;

/// How many rules a sandbox has at most: each call is held against each.
pub const RULES_MAX: usize = 100;

/// How many kinds of calls a rule counts apart; those that come later share one count.
const KINDS_MAX: usize = 4_096;

/// The rules of a sandbox, in the order in which they came.
#[derive(Debug, Default)]
pub struct Chaos {
    is_armed: AtomicBool,
    rules: RwLock<Vec<Arc<Armed>>>,
    numbers: AtomicU64,
}

/// A rule in force.
#[derive(Debug)]
pub struct Armed {
    /// Its number in the sandbox, from 1.
    pub number: u64,
    /// The rule.
    pub rule: Rule,
    /// When it came into force, in milliseconds since 1970.
    pub since_ms: i64,
    dice: Dice,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// How many calls met the rule, and how many of them it struck; by what it counts apart.
    met: HashMap<String, (u64, u64)>,
    /// How many draws were made, by kind of call.
    drawn: HashMap<String, u64>,
}

/// A call, as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Meeting<'a> {
    /// The vendor.
    pub vendor: &'a str,
    /// The api.
    pub api: &'a str,
    /// The operation, `API.OPERATION`; `None` where path and method are no operation's.
    pub operation: Option<&'a str>,
    /// The method.
    pub method: &'a Method,
    /// The vendor's own part of the path.
    pub path: &'a str,
    /// The name of the credential's kind; `None` for a stranger's.
    pub credential: Option<&'a str>,
    /// Whose the credential is.
    pub organization: Option<&'a str>,
    /// The sandbox's time, in milliseconds since 1970.
    pub now_ms: i64,
}

/// What is to happen to a call. Where several rules strike, each adds what no earlier one said.
#[derive(Debug, Clone, Default)]
pub struct Fate {
    /// The rules that struck.
    pub strikes: Vec<Strike>,
    /// How late its reply comes, in milliseconds.
    pub delay_ms: Option<u64>,
    /// Another reply.
    pub respond: Option<Respond>,
    /// How its reply ends.
    pub ending: Option<Ending>,
    /// Whether its operation takes effect; told by the rule of the other reply or of the ending.
    pub commit: Option<Commit>,
    /// How late what it writes shows.
    pub visibility: Option<Visibility>,
    /// How many items a page of its has at most.
    pub page_items_max: Option<u64>,
    /// How the credential that it shows ends.
    pub token: Option<TokenEnd>,
}

/// That a rule struck a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Strike {
    /// The rule's name.
    pub rule: String,
    /// The how-many-th call it was that met the rule, of those counted together.
    pub nth: u64,
    /// What was drawn, from 0 to 1, where the rule has a probability: less than that struck.
    pub drawn: Option<f64>,
    /// Where the rule is written.
    pub written: Option<String>,
}

impl Chaos {
    /// Puts rules into force, all or none: each in the place of one of its name, or after the others. A rule that nobody
    /// named takes nobody's place.
    ///
    /// # Errors
    /// One sentence: there would be too many.
    pub fn arm(&self, rules: Vec<Rule>, dice: Dice, now_ms: i64) -> Result<Vec<Arc<Armed>>, String> {
        let mut armed = self.rules.write();
        let is_new = |rule: &&Rule| rule.is_numbered || armed.iter().all(|one| one.rule.name != rule.name);
        let new = rules.iter().filter(is_new).count();
        if armed.len() + new > RULES_MAX {
            return Err(format!("a sandbox has at most {RULES_MAX} chaos rules; remove some first"));
        }
        let mut added = Vec::with_capacity(rules.len());
        for mut rule in rules {
            if rule.is_numbered {
                rule.name = free_name(rule.name, &armed);
            }
            let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
            let dice = dice.of(&format!("chaos/{}", rule.name));
            let place = armed.iter().position(|one| one.rule.name == rule.name);
            let one = Arc::new(Armed { number, rule, since_ms: now_ms, dice, counts: Mutex::default() });
            match place {
                Some(place) => armed[place] = Arc::clone(&one),
                None => armed.push(Arc::clone(&one)),
            }
            added.push(one);
        }
        self.is_armed.store(!armed.is_empty(), Ordering::Release);
        Ok(added)
    }

    /// The rules in force.
    pub fn rules(&self) -> Vec<Arc<Armed>> {
        self.rules.read().clone()
    }

    /// The rule of a number or a name.
    pub fn find(&self, id: &str) -> Option<Arc<Armed>> {
        self.rules.read().iter().find(|one| one.is(id)).cloned()
    }

    /// Takes the rule of a number or a name out of force, or all of a set's name; what they were.
    pub fn disarm(&self, id: &str) -> Vec<Arc<Armed>> {
        let mut rules = self.rules.write();
        let is_meant = |one: &mut Arc<Armed>| one.is(id) || one.rule.is_called(id);
        let gone: Vec<Arc<Armed>> = rules.extract_if(.., is_meant).collect();
        self.is_armed.store(!rules.is_empty(), Ordering::Release);
        gone
    }

    /// Takes all rules out of force; the next has the number 1 again.
    pub fn clear(&self) {
        let mut rules = self.rules.write();
        rules.clear();
        self.numbers.store(0, Ordering::Relaxed);
        self.is_armed.store(false, Ordering::Release);
    }

    /// Whether there is none in force.
    pub fn is_idle(&self) -> bool {
        !self.is_armed.load(Ordering::Acquire)
    }

    /// The fate of a call; `None` where no rule strikes.
    pub fn meet(&self, call: &Meeting<'_>) -> Option<Box<Fate>> {
        if self.is_idle() {
            return None;
        }
        // Taken out of the lock: a call counts with each rule by itself.
        let rules = self.rules();
        let mut fate = Fate::default();
        for armed in &rules {
            if let Some((strike, draws)) = armed.strike(call) {
                fate.strikes.push(strike);
                fate.add(&armed.rule, draws);
            }
        }
        (!fate.strikes.is_empty()).then(|| Box::new(fate))
    }
}

impl Armed {
    /// How many calls met it, and how many of them it struck.
    pub fn counts(&self) -> (u64, u64) {
        self.counts.lock().met.values().fold((0, 0), |(met, struck), one| (met + one.0, struck + one.1))
    }

    fn is(&self, id: &str) -> bool {
        self.rule.name == id || id.parse() == Ok(self.number)
    }

    /// Whether it strikes a call; with the draws of a delay.
    fn strike(&self, call: &Meeting<'_>) -> Option<(Strike, [u64; 2])> {
        let Rule { place, when, what, .. } = &self.rule;
        if !place.is_met_by(call) || !self.is_time(when, call.now_ms) {
            return None;
        }
        let is_drawn = when.probability.is_some() || what.delay.is_some_and(|delay| delay.is_drawn());
        let mut counts = self.counts.lock();
        let draw = is_drawn.then(|| {
            let kind = kind(call);
            let nth = count(&mut counts.drawn, kind.clone());
            *nth += 1;
            (kind, *nth)
        });
        let (met, struck) = count(&mut counts.met, apart(&when.each, call));
        *met += 1;
        let drawn = |what: &str| {
            draw.as_ref().map_or(0, |(kind, nth)| self.dice.draw(&format!("{kind}/{what}"), *nth))
        };
        let chance = when.probability.map(|probability| (probability, unit(drawn("probability"))));
        let strikes = when.is_turn(*met)
            && when.times.is_none_or(|times| *struck < times)
            && chance.is_none_or(|(probability, drawn)| drawn < probability);
        if !strikes {
            return None;
        }
        *struck += 1;
        let strike = Strike {
            rule: self.rule.name.clone(),
            nth: *met,
            drawn: chance.map(|(_, drawn)| drawn),
            written: self.rule.at.as_ref().map(ToString::to_string),
        };
        Some((strike, [drawn("delay"), drawn("delay again")]))
    }

    fn is_time(&self, when: &When, now_ms: i64) -> bool {
        let at = |moment: Moment| match moment {
            Moment::At(at_ms) => at_ms,
            Moment::In(ms) => self.since_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX)),
        };
        when.between.is_none_or(|(from, to)| (at(from)..at(to)).contains(&now_ms))
    }
}

impl Fate {
    fn add(&mut self, rule: &Rule, draws: [u64; 2]) {
        let what = &rule.what;
        // Whoever gave the reply or its end tells of its commit, too.
        if self.respond.is_none() && self.ending.is_none() {
            self.commit = what.commit;
        }
        self.delay_ms = self.delay_ms.or_else(|| what.delay.map(|delay| delay.ms(draws)));
        self.respond = self.respond.take().or_else(|| what.respond.clone());
        self.ending = self.ending.or(what.ending);
        self.visibility = self.visibility.or(what.visibility);
        self.page_items_max = self.page_items_max.or(what.page_items_max);
        self.token = self.token.or(what.token);
    }

    /// Whether the operation's own reply never leaves.
    pub fn loses_reply(&self) -> bool {
        self.respond.is_some() || self.ending.is_some_and(|ending| !ending.needs_reply())
    }

    /// Whether the operation takes effect.
    pub fn commits(&self) -> bool {
        match (&self.respond, self.ending) {
            (None, None) => true,
            // Its reply arrives, if slowly: what it tells of is so, unless the rule says otherwise.
            (None, Some(Ending::Drip(_))) => self.commit != Some(Commit::Never),
            _ => self.commit == Some(Commit::Before),
        }
    }
}

impl Where {
    /// Whether a call is one of them.
    pub fn is_met_by(&self, call: &Meeting<'_>) -> bool {
        let is = |wanted: &Option<String>, got: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| got == Some(wanted))
        };
        is(&self.vendor, Some(call.vendor))
            && is(&self.api, Some(call.api))
            && is(&self.credential, call.credential)
            && is(&self.organization, call.organization)
            && (self.methods.is_empty() || self.methods.contains(call.method))
            && self.operation.as_deref().is_none_or(|wanted| {
                call.operation.is_some_and(|operation| {
                    operation == wanted || operation.split_once('.').is_some_and(|(_, last)| last == wanted)
                })
            })
            && self.path.as_deref().is_none_or(|wanted| glob::fits(wanted, call.path))
    }
}

impl When {
    /// Whether it is the turn of the how-many-th call.
    pub(super) fn is_turn(&self, nth: u64) -> bool {
        let after = self.after.unwrap_or(0);
        (self.nth.is_empty() || self.nth.contains(&nth))
            && self.first.is_none_or(|first| nth <= first)
            && nth > after
            && self.every.is_none_or(|every| (nth - after).is_multiple_of(every.max(1)))
    }
}

/// The name, or the first of its kind that no rule in force has.
fn free_name(name: String, armed: &[Arc<Armed>]) -> String {
    let is_free = |name: &String| armed.iter().all(|one| one.rule.name != *name);
    let others = (1..).map(|number| format!("rule-{number}"));
    std::iter::once(name.clone()).chain(others).find(is_free).unwrap_or(name)
}

/// The kind of a call: what it is the how-many-th of, however many others run beside it.
fn kind(call: &Meeting<'_>) -> String {
    let operation = call.operation.unwrap_or(call.method.as_str());
    let (credential, organization) =
        (call.credential.unwrap_or_default(), call.organization.unwrap_or_default());
    format!("{}/{operation}/{credential}/{organization}", call.vendor)
}

fn apart(each: &[Apart], call: &Meeting<'_>) -> String {
    let part = |by: &Apart| match by {
        Apart::Kind => kind(call),
        Apart::Vendor => call.vendor.to_owned(),
        Apart::Operation => call.operation.unwrap_or(call.method.as_str()).to_owned(),
        Apart::Credential => call.credential.unwrap_or_default().to_owned(),
        Apart::Organization => call.organization.unwrap_or_default().to_owned(),
    };
    each.iter().map(part).collect::<Vec<_>>().join("/")
}

fn count<V: Default>(counts: &mut HashMap<String, V>, kind: String) -> &mut V {
    let kind = if counts.len() >= KINDS_MAX && !counts.contains_key(&kind) { String::new() } else { kind };
    counts.entry(kind).or_default()
}

#[cfg(test)]
mod tests;
