//! A scenario file to what it means, with every mistake at once.
//!
//! What the table of keys cannot say is checked here: names that lead nowhere, values that cannot be set, steps that are never
//! due or do nothing, rules that are lifted before they are there.
//!
//! **Invariant:** kinds of values and unknown keys are the table's business; only a file that keeps to it is looked at further.

mod deeds;
mod expect;
mod names;

use std::sync::Arc;

use super::keys::{AFTER, SCENARIO};
use super::model::{Due, Scenario, Setup, Step};
use crate::chaos::Where;
use crate::chaos::read::place;
use crate::profile::build::Part;
use crate::profile::diagnostic::{Diagnostic, Severity};
use crate::profile::grammar::{duration_ms, duration_text, validate};
use crate::profile::model::Profile;
use crate::profile::node::{self, Node};
use crate::profile::source::{Place, Source};
use crate::profile::suggest::instead;

/// How many steps a scenario has at most: each call is held against each.
pub const STEPS_MAX: usize = 1_000;

/// How far a scenario looks ahead at most, in milliseconds: ten years, more than any token lives.
pub const AHEAD_MS_MAX: u64 = 10 * 366 * 24 * 60 * 60 * 1_000;

/// Reads a scenario. Names of vendors, and of what they have, are looked up in the profiles given; without any they are
/// taken as they are. Every mistake goes to `out`; with one that is an error there is no scenario.
pub fn read(
    source: &Arc<Source>,
    known: Option<&[Arc<Profile>]>,
    out: &mut Vec<Diagnostic>,
) -> Option<Scenario> {
    let mut mistakes = Vec::new();
    let scenario = node::parse(source, &mut mistakes).and_then(|tree| {
        validate(&tree, &SCENARIO, &mut mistakes);
        // What values mean together is looked at once each is what it must be.
        if mistakes.iter().any(is_error) {
            return None;
        }
        Some(Reader::new(known, &mut mistakes).scenario(&tree))
    });
    let is_good = !mistakes.iter().any(is_error);
    out.append(&mut mistakes);
    scenario.filter(|_| is_good)
}

/// Whether a tree is that of a scenario, right or wrong.
pub fn is_file(tree: &Node) -> bool {
    tree.entry("scenario").is_some()
}

fn is_error(mistake: &Diagnostic) -> bool {
    mistake.severity == Severity::Error
}

struct Reader<'a> {
    known: Option<&'a [Arc<Profile>]>,
    /// The vendors that the scenario is about; empty for all.
    vendors: Vec<String>,
    /// The organizations that there are; empty where that is not said.
    organizations: Vec<String>,
    /// The rules that come into force.
    armed: Vec<Armed>,
    /// The checkpoints so far.
    checkpoints: Vec<(String, Place)>,
    out: &'a mut Vec<Diagnostic>,
}

/// A chaos rule that comes into force.
struct Armed {
    name: String,
    /// The ready-made rules that it is one of.
    set: Option<String>,
    /// When, and by which step; `None` for what is so from the start.
    by: Option<(Due, usize)>,
}

impl<'a> Reader<'a> {
    fn new(known: Option<&'a [Arc<Profile>]>, out: &'a mut Vec<Diagnostic>) -> Self {
        let (vendors, organizations) = (Vec::new(), Vec::new());
        Self { known, vendors, organizations, armed: Vec::new(), checkpoints: Vec::new(), out }
    }

    fn scenario(&mut self, tree: &Node) -> Scenario {
        let text = |key: &str| text(tree, key).unwrap_or_default();
        self.list_of_vendors(tree.get("vendors").map_or(&[][..], Node::items));
        let setup = tree.get("setup").map(|setup| self.setup(setup)).unwrap_or_default();
        let steps = tree.get("timeline").map(|timeline| self.timeline(timeline)).unwrap_or_default();
        let expect = tree.get("expect").map(|expect| self.expect(expect)).unwrap_or_default();
        Scenario {
            name: text("scenario"),
            about: text("about"),
            vendors: self.vendors.clone(),
            setup,
            steps,
            expect,
        }
    }

    fn list_of_vendors(&mut self, items: &[Node]) {
        for item in items {
            self.vendor(item);
        }
        self.vendors = items.iter().filter_map(Node::as_text).map(str::to_owned).collect();
    }

    fn setup(&mut self, node: &Node) -> Setup {
        let count = |key: &str| whole(node.get(key)).and_then(|count| usize::try_from(count).ok());
        self.organizations = texts(node.get("organizations"));
        Setup {
            recipients: count("recipients"),
            groups: count("groups"),
            organizations: self.organizations.clone(),
            deeds: self.deeds(node, None),
        }
    }

    fn timeline(&mut self, node: &Node) -> Vec<Step> {
        let items = node.items();
        if items.is_empty() {
            let help = "add a step, or leave `timeline` out";
            self.mistake("S002", &node.place, "the timeline has no step", help);
        }
        if items.len() > STEPS_MAX {
            let message = format!("these are {} steps, and a scenario has at most {STEPS_MAX}", items.len());
            self.mistake("S006", &node.place, message, "leave some out");
        }
        let steps: Vec<Step> = items.iter().enumerate().map(|(index, item)| self.step(item, index)).collect();
        for (index, (item, step)) in items.iter().zip(&steps).enumerate() {
            self.lifted(item, &step.due, index);
        }
        steps
    }

    fn step(&mut self, node: &Node, index: usize) -> Step {
        let due = self.due(node);
        let deeds = self.deeds(node, Some((&due, index)));
        if deeds.is_empty() && node.entries().iter().all(|entry| matches!(&*entry.key, "at" | "after")) {
            let help = "add what happens: `chaos`, `lift`, `credentials`, `act`, `set`, `limits`, `clock` or `checkpoint`";
            self.mistake("S002", &node.place, "the step does nothing", help);
        }
        Step { due, deeds, at: node.place.clone() }
    }

    fn due(&mut self, node: &Node) -> Due {
        match (node.get("at"), node.get("after")) {
            (Some(at), None) => Due::At(self.ahead(at)),
            (None, Some(after)) => match whole(Some(after)) {
                Some(calls) => Due::After { calls, place: Where::default() },
                None => Due::After {
                    calls: whole(after.get("calls")).unwrap_or_default(),
                    place: self.place(node),
                },
            },
            (Some(_), Some(after)) => {
                let message = "`at` and `after` both say when the step is due";
                self.mistake("S003", &after.place, message, "leave one of them out");
                Due::At(0)
            }
            (None, None) => {
                let message = "nothing says when the step is due";
                let help = "add `at: 10s`, or `after: 20` for a count of calls";
                self.mistake("S002", &node.place, message, help);
                Due::At(0)
            }
        }
    }

    /// The `where` of a step's `after`.
    fn place(&mut self, step: &Node) -> Where {
        let after = step.entry("after").map(|entry| Part::under(entry, &AFTER, "after".to_owned()));
        let place = after.as_ref().map(|after| place(after, self.known, self.out)).unwrap_or_default();
        if let Some(after) = after {
            self.of_scenario(&place, &after.place);
        }
        place
    }

    /// That each rule which a step lifts comes into force somewhere, and not only later.
    fn lifted(&mut self, step: &Node, due: &Due, index: usize) {
        for node in step.get("lift").map_or(&[][..], Node::items) {
            let Some(name) = node.as_text() else { continue };
            let mut meant = self
                .armed
                .iter()
                .filter(|armed| armed.name == name || armed.set.as_deref() == Some(name))
                .peekable();
            if meant.peek().is_none() {
                let names = self.armed.iter().map(|armed| armed.set.as_ref().unwrap_or(&armed.name).as_str());
                let mut names: Vec<&str> = names.collect();
                names.dedup();
                let help = instead(name, &names);
                let message = format!("no chaos rule `{name}` comes into force in this scenario");
                self.mistake("S001", &node.place, message, help);
            } else if meant.all(|armed| armed.comes_after(due, index)) {
                let message = format!("the chaos rule `{name}` comes into force only later");
                self.mistake("S004", &node.place, message, "lift it by a later step");
            }
        }
    }

    /// A length of time, within the bound.
    fn ahead(&mut self, node: &Node) -> u64 {
        let ms = node.as_text().and_then(duration_ms).unwrap_or_default();
        if ms > AHEAD_MS_MAX {
            let most = duration_text(AHEAD_MS_MAX);
            let message = format!("this is at most `{most}`, not `{}`", duration_text(ms));
            self.mistake("S006", &node.place, message, format!("write `{most}` or less"));
        }
        ms.min(AHEAD_MS_MAX)
    }

    fn mistake(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.out.push(Diagnostic::error(code, place, message).help(help));
    }
}

impl Armed {
    /// Whether it certainly comes into force after a step lifts rules: of a time and a count, nobody knows which is first.
    fn comes_after(&self, due: &Due, index: usize) -> bool {
        match (&self.by, due) {
            (Some((Due::At(arms_ms), by)), Due::At(lifts_ms)) => (arms_ms, *by) >= (lifts_ms, index),
            (Some((Due::After { calls: arms, place: of }, by)), Due::After { calls: lifts, place }) => {
                of == place && (arms, *by) >= (lifts, index)
            }
            (Some((Due::At(_), _)), Due::After { .. }) | (Some((Due::After { .. }, _)), Due::At(_)) => false,
            (None, _) => false,
        }
    }
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(Node::as_text).map(str::to_owned)
}

fn texts(node: Option<&Node>) -> Vec<String> {
    let items = node.map_or(&[][..], Node::items);
    items.iter().filter_map(Node::as_text).map(str::to_owned).collect()
}

fn whole(node: Option<&Node>) -> Option<u64> {
    node.and_then(Node::as_int).and_then(|number| u64::try_from(number).ok())
}

#[cfg(test)]
mod tests;
