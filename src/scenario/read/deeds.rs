//! What a step does, or the setup.

use super::{AHEAD_MS_MAX, Armed, Reader, text, texts, whole};
use crate::chaos::read::rules;
use crate::chaos::{Rule, TokenEnd};
use crate::profile::build::scalar;
use crate::profile::diagnostic::Diagnostic;
use crate::profile::grammar::duration_ms;
use crate::profile::node::{Entry, Node, Tree};
use crate::record::text::{rfc3339, time_ms};
use crate::scenario::model::{Credentials, Deed, Due, Expect, LimitStep};

/// The latest that a clock shows, in milliseconds since 1970: the last of the year 9999.
const CLOCK_MS_MAX: i64 = 253_402_300_799_999;

impl Reader<'_> {
    /// What a step does, in the order in which it is done: the clock goes first, so that all else is at its new time, and what
    /// is lifted goes before what comes into force.
    pub(super) fn deeds(&mut self, node: &Node, by: Option<(&Due, usize)>) -> Vec<Deed> {
        let mut deeds = Vec::new();
        if let Some(clock) = node.get("clock") {
            deeds.push(self.clock(clock));
        }
        if let Some(set) = node.get("set") {
            if set.entries().is_empty() {
                self.mistake("S002", &set.place, "nothing is set", "write `VENDOR.NAME: VALUE`");
            }
            deeds.extend(set.entries().iter().filter_map(|entry| self.set(entry)));
        }
        if let Some(limits) = node.get("limits") {
            let one = std::slice::from_ref(limits);
            let each = if matches!(limits.value, Tree::List(_)) { limits.items() } else { one };
            deeds.extend(each.iter().map(|limit| Deed::Limits(self.limit(limit))));
        }
        if let Some(act) = node.get("act") {
            deeds.push(self.act(act));
        }
        if let Some(credentials) = node.get("credentials") {
            deeds.extend(self.credentials(credentials).map(Deed::Credentials));
        }
        if let Some(lift) = node.get("lift") {
            deeds.push(Deed::Lift(lift.as_text().is_none().then(|| texts(Some(lift)))));
        }
        if let Some(chaos) = node.get("chaos") {
            deeds.push(Deed::Arm(self.rules(chaos, by)));
        }
        match (node.get("checkpoint"), node.get("expect")) {
            (Some(name), expect) => deeds.push(self.checkpoint(name, expect)),
            (None, Some(expect)) => {
                let help = "add `checkpoint: NAME`, or move `expect` to the end of the file";
                self.mistake("S002", &expect.place, "`expect` of a step belongs to a checkpoint", help);
            }
            (None, None) => {}
        }
        deeds
    }

    fn rules(&mut self, node: &Node, by: Option<(&Due, usize)>) -> Vec<Rule> {
        let armed = rules(node, self.known, self.out);
        for rule in &armed {
            let by = by.map(|(due, index)| (due.clone(), index));
            self.armed.push(Armed { name: rule.name.clone(), set: rule.set.clone(), by });
            if let Some(at) = &rule.at {
                self.of_scenario(&rule.place, at);
            }
        }
        armed
    }

    fn checkpoint(&mut self, node: &Node, expect: Option<&Node>) -> Deed {
        let name = node.as_text().unwrap_or_default().to_owned();
        if let Some((_, first)) = self.checkpoints.iter().find(|(known, _)| *known == name) {
            let message = format!("two checkpoints are called `{name}`");
            let mistake = Diagnostic::error("S005", &node.place, message);
            self.out.push(mistake.also(first, "the other").help("give one of them another name"));
        }
        self.checkpoints.push((name.clone(), node.place.clone()));
        if let Some(required) = expect.and_then(|expect| expect.entry("required")) {
            let message = "the rules of conduct are judged once, at the end";
            self.mistake("S003", &required.key_place, message, "move `required` to `expect` of the file");
        }
        let expect: Expect = expect.map(|expect| self.expect(expect)).unwrap_or_default();
        Deed::Checkpoint { name, expect: Box::new(expect) }
    }

    fn clock(&mut self, node: &Node) -> Deed {
        let advance_ms = node.get("advance").map(|advance| self.ahead(advance));
        let set_ms = node.get("set").and_then(|set| {
            let ms = set.as_text().and_then(time_ms);
            if !ms.is_some_and(|ms| (0..=CLOCK_MS_MAX).contains(&ms)) {
                let message = "a clock goes to a time from 1970 to 9999, as RFC 3339 writes it";
                self.mistake("S006", &set.place, message, "write it as `\"2026-01-01T00:00:00Z\"`");
            }
            ms
        });
        // So that what it comes to can be said and told.
        let ends_ms =
            set_ms.unwrap_or(0).saturating_add(advance_ms.unwrap_or(0).try_into().unwrap_or(i64::MAX));
        if set_ms.is_some_and(|ms| ms <= CLOCK_MS_MAX) && ends_ms > CLOCK_MS_MAX {
            let message = format!("the clock would go beyond {}", rfc3339(CLOCK_MS_MAX));
            self.mistake("S006", &node.place, message, "set it to an earlier time");
        }
        let freeze = node.get("freeze").and_then(Node::as_bool);
        let virtual_delays = text(node, "delays").map(|delays| delays == "virtual");
        if advance_ms.unwrap_or(0) == 0
            && node.get("set").is_none()
            && freeze.is_none()
            && virtual_delays.is_none()
        {
            let help = "add `advance: 61s`, `set`, `freeze` or `delays`";
            self.mistake("S002", &node.place, "the clock goes nowhere", help);
        }
        Deed::Clock { advance_ms, set_ms, freeze, virtual_delays }
    }

    fn set(&mut self, entry: &Entry) -> Option<Deed> {
        let value = scalar(&entry.value).unwrap_or_default();
        let Some((vendor, name)) = entry.key.split_once('.') else {
            let help = format!("write `VENDOR.{}`", entry.key);
            self.mistake("S001", &entry.key_place, format!("`{}` names no vendor", entry.key), help);
            return None;
        };
        if let Some(profile) = self.vendor_named(vendor, &entry.key_place) {
            self.setting(&profile, name, &value, entry);
        }
        Some(Deed::Set { vendor: vendor.to_owned(), name: name.to_owned(), value })
    }

    fn limit(&mut self, node: &Node) -> LimitStep {
        let number = |node: Option<&Node>| whole(node).and_then(|number| u32::try_from(number).ok());
        let vendor = node.get("vendor");
        let profiles = self.meant(vendor);
        match (vendor, node.get("limit")) {
            (_, Some(limit)) => {
                let known = profiles.iter().flat_map(|profile| &profile.limits.rates);
                self.name(limit, "limit", known.map(|law| law.name.clone()).collect());
            }
            (Some(vendor), None) if profiles.iter().any(|profile| profile.limits.rates.is_empty()) => {
                let name = vendor.as_text().unwrap_or_default();
                let help = "leave `limits` out, or name another vendor";
                self.mistake("S001", &vendor.place, format!("{name} has no rate limits"), help);
            }
            (Some(_) | None, None) => {}
        }
        let rate = node.get("rate").map(|rate| {
            let per_ms = rate.get("per").map(|per| {
                let per_ms = per.as_text().and_then(duration_ms).unwrap_or_default();
                if !(1..=AHEAD_MS_MAX).contains(&per_ms) {
                    let help = "write `per: 60s`, or leave it out to keep the time";
                    self.mistake("S006", &per.place, "a rate is per some length of time", help);
                }
                per_ms
            });
            (number(rate.get("limit")).unwrap_or(1), per_ms)
        });
        let enabled = node.get("enabled").and_then(Node::as_bool);
        let remaining = number(node.get("remaining"));
        if enabled.is_none() && remaining.is_none() && rate.is_none() {
            let help = "add `enabled`, `remaining` or `rate`";
            self.mistake("S002", &node.place, "nothing is said of the limit", help);
        }
        if remaining.is_some() && rate.is_some() {
            let message = "`remaining` and `rate` are set one after the other";
            self.mistake("S003", &node.place, message, "write two limits");
        }
        LimitStep { vendor: text(node, "vendor"), enabled, limit: text(node, "limit"), remaining, rate }
    }

    fn act(&mut self, node: &Node) -> Deed {
        self.organization(node.get("organization"));
        let vendor = node.get("vendor").and_then(|vendor| self.vendor(vendor));
        if let (Some(profile), Some(action)) = (vendor, node.get("action")) {
            let found = profile.actions.iter().find(|one| Some(&*one.name) == action.as_text());
            match found {
                Some(found) => self.answers(&found.asks, node),
                None => {
                    let known = profile.actions.iter().map(|one| one.name.clone());
                    self.name(action, "action", known.collect());
                }
            }
        }
        let answers = node.get("answers").map(Node::to_json);
        Deed::Act {
            vendor: text(node, "vendor").unwrap_or_default(),
            action: text(node, "action").unwrap_or_default(),
            organization: text(node, "organization"),
            answers: answers.and_then(|answers| answers.as_object().cloned()).unwrap_or_default(),
        }
    }

    fn credentials(&mut self, node: &Node) -> Option<Credentials> {
        let ways = [("rotate", TokenEnd::Rotate), ("revoke", TokenEnd::Revoke), ("expire", TokenEnd::Expire)];
        // `rotate: {}` and `rotate:` alone both mean every credential.
        let mut said = ways.iter().filter_map(|(key, how)| Some((node.entry(key)?, *how)));
        let (Some((entry, how)), second) = (said.next(), said.next()) else {
            let help = "write `rotate`, `revoke` or `expire`";
            self.mistake("S002", &node.place, "nothing says how credentials end", help);
            return None;
        };
        if let Some((second, _)) = second {
            let message = "a step ends credentials in one way";
            self.mistake("S003", &second.key_place, message, "write two steps");
        }
        let whose = &entry.value;
        let profiles = self.meant(whose.get("vendor"));
        if let Some(credential) = whose.get("credential") {
            let known = profiles.iter().flat_map(|profile| &profile.credentials);
            self.name(credential, "credential", known.map(|kind| kind.name.clone()).collect());
        }
        self.organization(whose.get("organization"));
        Some(Credentials {
            how,
            vendor: text(whose, "vendor"),
            credential: text(whose, "credential"),
            organization: text(whose, "organization"),
        })
    }
}
