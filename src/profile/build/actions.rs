//! Actions: what is asked, what happens, and that the two fit together.

use super::Builder;
use super::part::Part;
use crate::profile::keys;
use crate::profile::model::{Action, Ask, Gives, OfCredential, Step};
use crate::profile::node::Node;

impl Builder<'_> {
    pub(super) fn all_actions(&mut self, root: &Part<'_>) -> Vec<Action> {
        root.parts("actions", &keys::ACTION).iter().map(|part| self.action(part)).collect()
    }

    fn action(&mut self, part: &Part<'_>) -> Action {
        let parts = part.parts("asks", &keys::ASK);
        let asks: Vec<Ask> = parts.iter().map(|ask| self.ask(ask, &part.path_of("asks"))).collect();
        let steps = part.node.get("does").map_or(&[][..], Node::items);
        let does = steps.iter().filter_map(|step| Some((step, self.step(step)?))).collect::<Vec<_>>();
        // What is said of a type of record that does not exist has been said.
        if parts.iter().zip(&asks).all(|(part, ask)| part.node.get("names").is_some() == ask.names.is_some())
        {
            self.suits(&asks, &does);
        }
        let words = part.texts("gives");
        let gives = Gives::ALL.iter().filter(|(word, _)| words.iter().any(|given| given == word));
        Action {
            name: part.name("actions"),
            about: part.word("about"),
            requires: self.requires(part.part("requires", &keys::REQUIRES).as_ref()),
            asks,
            does: does.into_iter().map(|(_, step)| step).collect(),
            gives: gives.map(|(_, gives)| *gives).collect(),
            rule: self.rule(part),
        }
    }

    fn ask(&mut self, part: &Part<'_>, parent: &str) -> Ask {
        let records: Vec<String> = self.records.iter().map(|one| one.name.clone()).collect();
        let is = part.text("is").map(|word| match word.as_str() {
            "expiry" => OfCredential::Expiry,
            "scopes" => OfCredential::Scopes,
            _ => OfCredential::Label,
        });
        let of_record = ["at", "names"].into_iter().find(|key| part.node.get(key).is_some());
        if let (Some(key), true) = (of_record, is.is_some()) {
            let message = format!("the answer is of a record (`{key}`) and of a credential (`is`)");
            self.mistake("P035", part.place_of("is"), message, "ask for the two one by one");
        }
        Ask {
            name: part.name(parent),
            about: part.word("about"),
            required: part.flag("required"),
            at: self.paths_in_any(part.node.get("at")).pop(),
            names: self.named(part, "names", "record", &records),
            is,
        }
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        let [entry] = node.entries() else {
            self.mistake("P032", &node.place, "a step has exactly one key", "make one step of each key");
            return None;
        };
        let name = entry.value.as_text()?;
        let credentials: Vec<String> = self.credentials.iter().map(|one| one.name.clone()).collect();
        let records: Vec<String> = self.records.iter().map(|one| one.name.clone()).collect();
        let prerequisites: Vec<String> = self.prerequisites.iter().map(|one| one.name.clone()).collect();
        let at = &entry.value;
        match entry.key.as_str() {
            "satisfy" => self.index_of(at, "prerequisite", name, &prerequisites).map(Step::Satisfy),
            "issue" => self.index_of(at, "credential", name, &credentials).map(Step::Issue),
            "rotate" => self.index_of(at, "credential", name, &credentials).map(Step::Rotate),
            "revoke" => self.index_of(at, "credential", name, &credentials).map(Step::Revoke),
            "show" => self.index_of(at, "credential", name, &credentials).map(Step::Show),
            "create" => self.index_of(at, "record", name, &records).map(Step::Create),
            "erase" => self.index_of(at, "record", name, &records).map(Step::Erase),
            "assign" => self.paths_in_any(Some(at)).pop().map(Step::Assign),
            _ => None,
        }
    }

    /// Whether the asks tell what the steps have to know. All steps that work on records work on one, so that an action can
    /// be done whole or not at all.
    fn suits(&mut self, asks: &[Ask], does: &[(&Node, Step)]) {
        let mut first: Option<&Step> = None;
        for (index, (node, step)) in does.iter().enumerate() {
            let earlier = does[..index].iter().filter_map(|(_, step)| credential_of(step));
            if credential_of(step).is_some_and(|one| earlier.clone().any(|other| other == one)) {
                let message = "an action works on each credential once";
                self.mistake("P035", &node.place, message, "make two actions of it");
            }
            let named = asks.iter().filter_map(|ask| ask.names);
            let (names_one, of) = match step {
                Step::Erase(record) => (named.clone().any(|named| named == *record), "erased"),
                Step::Assign(_) => (named.clone().count() == 1, "assigned to"),
                Step::Create(_) => (true, ""),
                Step::Satisfy(_) | Step::Issue(_) | Step::Rotate(_) | Step::Revoke(_) | Step::Show(_) => {
                    continue;
                }
            };
            if !names_one {
                let message = format!("nothing asks which record is {of}");
                self.mistake(
                    "P033",
                    &node.place,
                    message,
                    "let one of `asks` say with `names` which type of record it names",
                );
            }
            if let Step::Assign(path) = step
                && !asks.iter().any(|ask| ask.at.as_ref() == Some(path))
            {
                let message = format!("nothing asks for the value of `{path}`");
                self.mistake("P033", &node.place, message, format!("let one of `asks` have `at: {path}`"));
            }
            match (first, step) {
                (None, _) => first = Some(step),
                (Some(Step::Assign(_)), Step::Assign(_)) => {}
                (Some(_), _) => {
                    let message = "an action works on one record";
                    self.mistake("P035", &node.place, message, "make two actions of it");
                }
            }
        }
    }
}

/// The credential that a step works on.
fn credential_of(step: &Step) -> Option<usize> {
    match step {
        Step::Issue(one) | Step::Rotate(one) | Step::Revoke(one) | Step::Show(one) => Some(*one),
        Step::Satisfy(_) | Step::Create(_) | Step::Erase(_) | Step::Assign(_) => None,
    }
}
