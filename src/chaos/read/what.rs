//! What a rule does to a call.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Reader;
use crate::chaos::delay::{DELAY_MS_MAX, Delay, Shape};
use crate::chaos::keys::{DELAY, ENDING, LOGNORMAL, NORMAL, RESPOND, VISIBILITY};
use crate::chaos::rule::{
    Commit, Ending, HANG_MS, HANG_MS_MAX, Respond, TokenEnd, VISIBILITY_MS_MAX, Visibility, What,
};
use crate::fault::FaultName;
use crate::profile::build::Part;
use crate::profile::grammar::{duration_ms, duration_text};
use crate::profile::node::{Node, Tree};
use crate::profile::source::Place;
use crate::profile::suggest::quoted;

/// The header fields that say where a message ends: the server writes them itself.
const FRAMING: &[&str] =
    &["connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// Statuses of replies that never have a body (RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5).
const WITHOUT_BODY: &[u16] = &[204, 205, 304];

impl Reader<'_> {
    pub(super) fn what(&mut self, rule: &Part<'_>) -> What {
        let what = What {
            delay: self.delay(rule),
            respond: self.respond(rule),
            ending: self.ending(rule),
            commit: match rule.text("commit").as_deref() {
                Some("before") => Some(Commit::Before),
                Some("never") => Some(Commit::Never),
                Some(_) | None => None,
            },
            visibility: self.visibility(rule),
            page_items_max: rule.node.get("page_items_max").and_then(|_| {
                match rule.number("page_items_max") {
                    0 => None,
                    items => Some(items),
                }
            }),
            token: rule.text("token").and_then(|word| TokenEnd::parse(&word)),
        };
        let is_lost = rule.node.get("respond").is_some() || rule.node.get("ending").is_some();
        if rule.node.get("commit").is_some() && !is_lost {
            let message = "`commit` means something only where the reply is another or ends badly";
            self.mistake("C003", rule.place_of("commit"), message, "add `ending` or `respond`, or remove it");
        }
        what
    }

    fn delay(&mut self, rule: &Part<'_>) -> Option<Delay> {
        let node = rule.node.get("delay")?;
        if let Some(text) = node.as_text() {
            return Some(Delay::fixed(self.at_most(&node.place, duration_ms(text)?, DELAY_MS_MAX)));
        }
        let part = rule.part("delay", &DELAY).filter(|part| matches!(part.node.value, Tree::Map(_)))?;
        let key = self.one_of(&part, &["uniform", "normal", "lognormal"])?;
        let shape = match key {
            "uniform" => self.uniform(part.node.get(key)?)?,
            "normal" => {
                let normal = part.part(key, &NORMAL)?;
                Shape::Normal(self.length(&normal, "mean")?, self.length(&normal, "deviation")?)
            }
            _ => self.lognormal(&part.part(key, &LOGNORMAL)?)?,
        };
        let max_ms = match part.node.get("max") {
            Some(_) => self.length(&part, "max")?,
            None => DELAY_MS_MAX,
        };
        Some(Delay { shape, max_ms })
    }

    fn uniform(&mut self, node: &Node) -> Option<Shape> {
        let Tree::List(items) = &node.value else { return None };
        let [least, most] = items.as_slice() else {
            let help = "write `[100ms, 2s]`, or whatever they are";
            self.mistake("C004", &node.place, "`uniform` wants two durations: the least and the most", help);
            return None;
        };
        let mut length =
            |node: &Node| Some(self.at_most(&node.place, duration_ms(node.as_text()?)?, DELAY_MS_MAX));
        let (least, most) = (length(least)?, length(most)?);
        if most < least {
            self.mistake("C004", &node.place, "the least is above the most", "write the shorter one first");
        }
        Some(Shape::Uniform(least, most))
    }

    fn lognormal(&mut self, part: &Part<'_>) -> Option<Shape> {
        let (median, p99) = (self.length(part, "median")?, self.length(part, "p99")?);
        if p99 < median || median == 0 {
            let message = "a lognormal delay has a median above 0 and a `p99` of at least that";
            let help = "one call in a hundred is later than `p99`, half are later than `median`";
            self.mistake("C004", part.place_of("p99"), message, help);
        }
        Some(Shape::Lognormal(median, p99))
    }

    fn respond(&mut self, rule: &Part<'_>) -> Option<Respond> {
        let node = rule.node.get("respond")?;
        if node.as_int().is_some() {
            return Some(Respond { status: rule.status("respond"), ..Respond::default() });
        }
        let part = rule.part("respond", &RESPOND).filter(|part| matches!(part.node.value, Tree::Map(_)))?;
        let has = |key: &str| part.node.get(key).is_some();
        if !has("status") && !has("fault") && !has("body") {
            let help = "add `status: 503`, `fault: internal` or a `body`";
            self.mistake("C003", &part.place, "`respond` does not say what the reply is", help);
        }
        let status = part.status("status");
        let fault = part.text("fault").and_then(|word| FaultName::parse(&word));
        let is_fault = !has("body") && (fault.is_some() || status.is_none_or(|status| status >= 400));
        if has("retry_after") && !is_fault {
            let message = "`retry_after` means something only where the reply is the vendor's own error";
            let help = "write it as a header: `headers: {Retry-After: \"2\"}`";
            self.mistake("C003", part.place_of("retry_after"), message, help);
        }
        if has("body") && status.is_some_and(|status| WITHOUT_BODY.contains(&status)) {
            let message = format!("a reply of status {} has no body", status.unwrap_or_default());
            self.mistake("C004", part.place_of("body"), message, "remove the body, or take another status");
        }
        Some(Respond {
            status,
            fault,
            retry_after_ms: part.node.get("retry_after").and_then(|_| part.duration_ms("retry_after")),
            headers: self.headers(&part),
            body: part.node.get("body").map(|body| match body.as_text() {
                Some(text) => Bytes::from(text.to_owned()),
                None => Bytes::from(body.to_json().to_string()),
            }),
        })
    }

    fn headers(&mut self, part: &Part<'_>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for entry in part.node.get("headers").map_or(&[][..], Node::entries) {
            let name = entry.key.to_ascii_lowercase();
            if FRAMING.contains(&name.as_str()) {
                let message = format!("`{}` says where a message ends, which Standin says itself", entry.key);
                let help = "for a reply that is cut short, write `ending: {truncate: 20}`";
                self.mistake("C004", &entry.key_place, message, help);
                continue;
            }
            let value = entry.value.as_text().and_then(|text| HeaderValue::try_from(text).ok());
            if let (Ok(name), Some(value)) = (HeaderName::try_from(name), value) {
                headers.insert(name, value);
            }
        }
        headers
    }

    fn ending(&mut self, rule: &Part<'_>) -> Option<Ending> {
        let node = rule.node.get("ending")?;
        if let Some(word) = node.as_text() {
            return match word {
                "reset" => Some(Ending::Reset),
                "close" => Some(Ending::Close),
                "garbage" => Some(Ending::Garbage),
                "malformed_json" => Some(Ending::MalformedJson),
                "hang" => Some(Ending::Hang(HANG_MS)),
                _ => None,
            };
        }
        let part = rule.part("ending", &ENDING).filter(|part| matches!(part.node.value, Tree::Map(_)))?;
        let key = self.one_of(&part, &["truncate", "drip", "hang"])?;
        let value = part.node.get(key)?;
        match key {
            "truncate" => value.as_int().and_then(|bytes| usize::try_from(bytes).ok()).map(Ending::Truncate),
            "drip" => value.as_int().and_then(|bytes| u32::try_from(bytes).ok()).map(Ending::Drip),
            _ => Some(Ending::Hang(self.at_most(&value.place, duration_ms(value.as_text()?)?, HANG_MS_MAX))),
        }
    }

    fn visibility(&mut self, rule: &Part<'_>) -> Option<Visibility> {
        let node = rule.node.get("visibility")?;
        if let Some(text) = node.as_text() {
            let after_ms = self.at_most(&node.place, duration_ms(text)?, VISIBILITY_MS_MAX);
            return Some(Visibility { after_ms, by_id: false });
        }
        let part = rule.part("visibility", &VISIBILITY)?;
        let after = part.node.get("after")?;
        let after_ms = self.at_most(&after.place, duration_ms(after.as_text()?)?, VISIBILITY_MS_MAX);
        Some(Visibility { after_ms, by_id: part.flag("by_id") })
    }

    /// The one key that a block has, of those that exclude each other.
    fn one_of(&mut self, part: &Part<'_>, keys: &[&'static str]) -> Option<&'static str> {
        let mut there = keys.iter().filter(|key| part.node.get(key).is_some());
        match (there.next(), there.next()) {
            (Some(one), None) => Some(one),
            (None, _) => {
                let message = format!("`{}` wants one of {}", part.block.name, quoted(keys));
                self.mistake("C007", &part.place, message, "add one of them");
                None
            }
            (Some(_), Some(second)) => {
                let message = format!("`{}` wants one of {}, not several", part.block.name, quoted(keys));
                self.mistake("C007", part.place_of(second), message, "remove all but one");
                None
            }
        }
    }

    /// A delay under a key.
    fn length(&mut self, part: &Part<'_>, key: &str) -> Option<u64> {
        let node = part.node.get(key)?;
        Some(self.at_most(&node.place, duration_ms(node.as_text()?)?, DELAY_MS_MAX))
    }

    /// A length of time that is not above a bound; one that is above is reported.
    fn at_most(&mut self, place: &Place, ms: u64, ms_max: u64) -> u64 {
        if ms > ms_max {
            let message = format!("this is at most `{}`, not `{}`", duration_text(ms_max), duration_text(ms));
            self.mistake("C006", place, message, format!("write `{}` or less", duration_text(ms_max)));
        }
        ms.min(ms_max)
    }
}
