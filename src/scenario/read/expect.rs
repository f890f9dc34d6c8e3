//! What is expected.

use super::{Reader, text, whole};
use crate::journal::Match;
use crate::journal::matching::StatusMatch;
use crate::journal::verify::Count;
use crate::profile::build::scalar;
use crate::profile::node::Node;
use crate::report::Conduct;
use crate::scenario::model::{Expect, RecordsExpected, Seen};

impl Reader<'_> {
    pub(super) fn expect(&mut self, node: &Node) -> Expect {
        if node.entries().is_empty() {
            let help = "add `calls`, `records`, `no_duplicates` or `verify`, or leave `expect` out";
            self.mistake("S002", &node.place, "nothing is expected", help);
        }
        let items = |key: &str| node.get(key).map_or(&[][..], Node::items);
        let calls = node.get("calls").and_then(|calls| self.amount(calls));
        let records = items("records").iter().map(|item| self.records(item)).collect();
        let seen = items("verify").iter().filter_map(|item| self.seen(item)).collect();
        let required = node.get("required").and_then(|required| match required.as_text() {
            Some("none") => Some(Vec::new()),
            Some(_) => None,
            None => {
                let words = required.items().iter().filter_map(Node::as_text);
                Some(words.filter_map(Conduct::parse).collect())
            }
        });
        let no_duplicates = node.get("no_duplicates").and_then(Node::as_bool).unwrap_or(false);
        Expect { calls, records, no_duplicates, seen, required }
    }

    fn records(&mut self, node: &Node) -> RecordsExpected {
        let profiles = self.meant(node.get("vendor"));
        if let Some(kind) = node.get("type") {
            let known = profiles.iter().flat_map(|profile| &profile.records);
            self.name(kind, "type of record", known.map(|kind| kind.name.clone()).collect());
        }
        self.organization(node.get("organization"));
        RecordsExpected {
            vendor: text(node, "vendor"),
            kind: text(node, "type"),
            organization: text(node, "organization"),
            count: node.get("count").and_then(|count| self.amount(count)),
            like: node.get("like").map(Node::to_json),
            at: node.place.clone(),
        }
    }

    fn seen(&mut self, node: &Node) -> Option<Seen> {
        let wanted = node.get("match")?;
        let profiles = self.meant(wanted.get("vendor"));
        let apis = || profiles.iter().flat_map(|profile| &profile.apis);
        if let Some(api) = wanted.get("api") {
            self.name(api, "api", apis().map(|api| api.name.clone()).collect());
        }
        if let Some(operation) = wanted.get("operation") {
            let is_whole = operation.as_text().is_some_and(|name| name.contains('.'));
            let last = |name: &str| name.split_once('.').map_or(name, |(_, last)| last).to_owned();
            let endpoints = apis().flat_map(|api| &api.endpoints).map(|endpoint| &endpoint.name);
            let known = endpoints.map(|name| if is_whole { name.clone() } else { last(name) });
            self.name(operation, "operation", known.collect());
        }
        if let Some(credential) = wanted.get("credential") {
            let known = profiles.iter().flat_map(|profile| &profile.credentials);
            self.name(credential, "credential", known.map(|kind| kind.name.clone()).collect());
        }
        let status = wanted.get("status").and_then(scalar);
        let calls = Match {
            vendor: text(wanted, "vendor"),
            api: text(wanted, "api"),
            operation: text(wanted, "operation"),
            method: text(wanted, "method"),
            path: text(wanted, "path"),
            status: status.as_deref().and_then(StatusMatch::parse),
            credential: text(wanted, "credential"),
            body: wanted.get("body").map(Node::to_json),
        };
        let count = node.get("count").and_then(|count| self.amount(count))?;
        Some(Seen { calls, count, at: node.place.clone() })
    }

    fn amount(&mut self, node: &Node) -> Option<Count> {
        if let Some(exactly) = whole(Some(node)) {
            return Some(Count::Exactly(exactly));
        }
        let of = |key: &str, make: fn(u64) -> Count| whole(node.get(key)).map(make);
        let all =
            [of("exactly", Count::Exactly), of("at_least", Count::AtLeast), of("at_most", Count::AtMost)];
        let mut said = all.into_iter().flatten();
        let help = "write one of `exactly`, `at_least`, `at_most`";
        match (said.next(), said.next()) {
            (Some(amount), None) => Some(amount),
            (Some(_), Some(_)) => {
                self.mistake("S003", &node.place, "a count is said in one way", help);
                None
            }
            (None, _) => {
                self.mistake("S002", &node.place, "nothing says how many", help);
                None
            }
        }
    }
}
