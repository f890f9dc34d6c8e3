//! Rate limits, and what is said of them.

use std::sync::Arc;

use http::HeaderName;

use super::Builder;
use super::part::Part;
use crate::limit::law::DAY_MS;
use crate::limit::{Algorithm, By, Law, Penalty, Rate};
use crate::profile::keys;
use crate::profile::model::{LevelHeaders, Limits, Reset, RetryAfter};
use crate::profile::node::{Entry, Node, Tree};

impl Builder<'_> {
    /// Reads the limits; `operations` are the names of all there are, of those too that are not served.
    pub(super) fn limits(&mut self, root: &Part<'_>, operations: &[String]) -> Limits {
        let Some(part) = root.part("limits", &keys::LIMITS) else { return Limits::default() };
        let rates = part.parts("rates", &keys::RATE);
        let headers = self.level_headers(&part);
        Limits {
            in_force: part.flag("in_force"),
            rates: rates.iter().map(|rate| Arc::new(self.rate(rate, operations))).collect(),
            rate_rules: rates.iter().map(|rate| self.rule(rate)).collect(),
            retry_after: match part.word("retry_after").as_str() {
                "seconds" => RetryAfter::Seconds,
                "http_date" => RetryAfter::HttpDate,
                _ => RetryAfter::None,
            },
            headers,
            reset: match part.word("reset").as_str() {
                "seconds" => Reset::Seconds,
                "http_date" => Reset::HttpDate,
                _ => Reset::Epoch,
            },
            on_success: part.flag("on_success"),
            headers_rule: Some(self.rule_of_keys(&part, &["headers", "names", "reset", "on_success"])),
            rule: Some(self.rule_without(&part, "rates")),
        }
    }

    fn level_headers(&mut self, part: &Part<'_>) -> LevelHeaders {
        let names = part.part("names", &keys::HEADER_NAMES);
        match (part.word("headers").as_str(), names) {
            ("x-ratelimit", _) => LevelHeaders::XRateLimit,
            ("ietf", _) => LevelHeaders::Ietf,
            ("own", Some(names)) => {
                let name = |key| HeaderName::try_from(names.text(key)?.to_ascii_lowercase()).ok();
                LevelHeaders::Own { limit: name("limit"), remaining: name("remaining"), reset: name("reset") }
            }
            ("own", None) => {
                let help = "write `names: {limit: …, remaining: …, reset: …}`";
                self.mistake(
                    "P033",
                    part.place_of("headers"),
                    "the vendor's own headers have no names",
                    help,
                );
                LevelHeaders::None
            }
            _ => LevelHeaders::None,
        }
    }

    fn rate(&mut self, part: &Part<'_>, operations: &[String]) -> Law {
        let algorithm = Algorithm::parse(&part.word("algorithm")).unwrap_or(Algorithm::FixedWindow);
        let per_ms = self.per_ms(part, algorithm);
        let declared = self.plans.clone();
        let mut plans = vec![None; declared.len()];
        for entry in part.node.get("plans").map_or(&[][..], Node::entries) {
            let index = self.index_of(&key_of(entry), "plan", &entry.key, &declared);
            if let Some(plan) = index.and_then(|index| plans.get_mut(index)) {
                *plan = entry.value.as_int().and_then(|limit| u32::try_from(limit).ok());
            }
        }
        let costs = part.node.get("costs").map_or(&[][..], Node::entries);
        for entry in costs {
            self.index_of(&key_of(entry), "operation", &entry.key, operations);
        }
        let cost = |node: &Node| node.as_int().and_then(|cost| u32::try_from(cost).ok()).unwrap_or(1);
        let as_u32 = |key| u32::try_from(part.number(key)).unwrap_or(u32::MAX);
        Law {
            name: part.name("limits.rates"),
            algorithm,
            by: part.texts("by").iter().filter_map(|word| By::parse(word)).collect(),
            rate: Rate { limit: as_u32("limit"), per_ms },
            plans,
            cost: as_u32("cost"),
            costs: costs.iter().map(|entry| (entry.key.clone(), cost(&entry.value))).collect(),
            charges_refused: part.flag("charge_refused"),
            penalty: part.part("penalty", &keys::PENALTY).map(|penalty| self.penalty(&penalty)),
        }
    }

    /// The time that a limit counts in, where it counts in one.
    fn per_ms(&mut self, part: &Part<'_>, algorithm: Algorithm) -> Option<u64> {
        match algorithm {
            Algorithm::DailyQuota => return Some(DAY_MS),
            Algorithm::Concurrent => return None,
            _ => {}
        }
        match part.duration_ms("per") {
            Some(0) => {
                self.mistake(
                    "P035",
                    part.place_of("per"),
                    "a limit counts in some time",
                    "write at least `1ms`",
                );
            }
            None if part.node.get("per").is_none() => {
                let help = "write `per: 60s`, or whatever it is";
                self.mistake("P033", &part.place, "the limit does not say in what time it counts", help);
            }
            _ => {}
        }
        part.duration_ms("per")
    }

    fn penalty(&mut self, part: &Part<'_>) -> Penalty {
        let penalty = Penalty {
            first_ms: part.duration_ms("first").unwrap_or_default(),
            factor: u32::try_from(part.number("factor")).unwrap_or(u32::MAX),
            max_ms: part.duration_ms("max").unwrap_or_default(),
        };
        if penalty.max_ms < penalty.first_ms {
            let message = "the first penalty is longer than the longest";
            self.mistake("P035", part.place_of("first"), message, "raise `max`, or lower `first`");
        }
        penalty
    }
}

/// The key of an entry, as something that a mistake can be at.
fn key_of(entry: &Entry) -> Node {
    Node { value: Tree::Text(entry.key.clone()), place: entry.key_place.clone() }
}
