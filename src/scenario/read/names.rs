//! What a scenario names, looked up: in itself, and in the profiles where these are known.

use std::sync::Arc;

use super::Reader;
use crate::chaos::Where;
use crate::profile::build::scalar;
use crate::profile::model::{Ask, Profile};
use crate::profile::node::{Entry, Node};
use crate::profile::overlay::has_form;
use crate::profile::source::Place;
use crate::profile::suggest::instead;

impl Reader<'_> {
    /// The vendor of a name; `None` where it is not known, and then that is told unless there is nothing to know it by.
    pub(super) fn vendor(&mut self, node: &Node) -> Option<Arc<Profile>> {
        self.vendor_named(node.as_text()?, &node.place)
    }

    pub(super) fn vendor_named(&mut self, name: &str, at: &Place) -> Option<Arc<Profile>> {
        if let Some(profiles) = self.known
            && profiles.iter().all(|profile| profile.vendor != name)
        {
            let known: Vec<&str> = profiles.iter().map(|profile| &*profile.vendor).collect();
            self.mistake("S001", at, format!("there is no vendor `{name}`"), instead(name, &known));
            return None;
        }
        self.is_about(name, at);
        self.known?.iter().find(|profile| profile.vendor == name).cloned()
    }

    /// The profiles that are meant: that of the vendor named, or those of all that the scenario is about. None where they are
    /// not known.
    pub(super) fn meant(&mut self, vendor: Option<&Node>) -> Vec<Arc<Profile>> {
        match vendor {
            Some(vendor) => self.vendor(vendor).into_iter().collect(),
            None => {
                let is_meant = |profile: &&Arc<Profile>| {
                    self.vendors.is_empty() || self.vendors.contains(&profile.vendor)
                };
                self.known.unwrap_or_default().iter().filter(is_meant).cloned().collect()
            }
        }
    }

    /// That a name is one of those known. Where none are, nothing is said: a vendor that is not known was told already.
    pub(super) fn name(&mut self, node: &Node, what: &str, mut known: Vec<String>) {
        let Some(name) = node.as_text().filter(|_| self.known.is_some()) else { return };
        if !known.iter().any(|one| one == name) {
            known.sort_unstable();
            known.dedup();
            self.mistake("S001", &node.place, format!("there is no {what} `{name}`"), instead(name, &known));
        }
    }

    /// That an organization is one of those that there are, where that is said.
    pub(super) fn organization(&mut self, node: Option<&Node>) {
        let Some((node, name)) = node.and_then(|node| Some((node, node.as_text()?))) else { return };
        self.organization_named(name, &node.place);
    }

    /// That vendor and organization of a place are of this scenario; whether they exist is looked up by whoever read it.
    pub(super) fn of_scenario(&mut self, place: &Where, at: &Place) {
        if let Some(vendor) = &place.vendor {
            self.is_about(vendor, at);
        }
        if let Some(organization) = &place.organization {
            self.organization_named(organization, at);
        }
    }

    fn is_about(&mut self, vendor: &str, at: &Place) {
        if !self.vendors.is_empty() && self.vendors.iter().all(|known| known != vendor) {
            let message = format!("the scenario is not about the vendor `{vendor}`");
            self.mistake("S001", at, message, "add it to `vendors`, or leave `vendors` out");
        }
    }

    fn organization_named(&mut self, name: &str, at: &Place) {
        if !self.organizations.is_empty() && self.organizations.iter().all(|known| known != name) {
            let help = instead(name, &self.organizations);
            self.mistake("S001", at, format!("there is no organization `{name}`"), help);
        }
    }

    /// That a vendor has a setting, and that it takes a value.
    pub(super) fn setting(&mut self, profile: &Profile, name: &str, value: &str, entry: &Entry) {
        let vendor = &profile.vendor;
        let variant = profile.variants.iter().find(|variant| variant.name == name);
        let form = variant.and_then(|variant| variant.accepts.as_deref());
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let has_limits = !profile.limits.rates.is_empty();
        let values: Vec<String> = match (variant, name) {
            (Some(variant), _) => variant.values.clone(),
            (None, "plan") if !profile.plans.is_empty() => profile.plans.clone(),
            (None, "limits") if has_limits => words(&["on", "off"]),
            (None, _) if profile.prerequisites.iter().any(|one| one.name == name) => {
                words(&["true", "false"])
            }
            (None, _) => {
                let plan = (!profile.plans.is_empty()).then_some("plan");
                let known = plan.into_iter().chain(has_limits.then_some("limits"));
                let known = known.chain(profile.prerequisites.iter().map(|one| &*one.name));
                let known: Vec<&str> =
                    known.chain(profile.variants.iter().map(|variant| &*variant.name)).collect();
                let help = instead(name, &known);
                self.mistake("S001", &entry.key_place, format!("{vendor} has no setting `{name}`"), help);
                return;
            }
        };
        if !values.iter().any(|known| known == value) && !form.is_some_and(|form| has_form(form, value)) {
            let or = form.map_or_else(String::new, |form| format!(", or take any {form}"));
            let message = format!("`{}` cannot be `{value}`", entry.key);
            self.mistake("S007", &entry.value.place, message, instead(value, &values) + &or);
        }
    }

    /// That what an action asks is answered, and nothing else.
    pub(super) fn answers(&mut self, asks: &[Ask], act: &Node) {
        let given = act.get("answers").map_or(&[][..], Node::entries);
        for entry in given {
            if asks.iter().all(|ask| ask.name != entry.key) {
                let known: Vec<&str> = asks.iter().map(|ask| &*ask.name).collect();
                let message = format!("the action does not ask for `{}`", entry.key);
                let help = match known.as_slice() {
                    [] => "leave it out; it asks for nothing".to_owned(),
                    known => instead(&entry.key, known),
                };
                self.mistake("S001", &entry.key_place, message, help);
            } else if scalar(&entry.value).is_none() && !entry.value.is_null() {
                let message = format!("`{}` is answered by a text, a number or a truth", entry.key);
                self.mistake("S007", &entry.value.place, message, "write one value");
            }
        }
        let is_given = |ask: &&Ask| given.iter().any(|entry| entry.key == ask.name && !entry.value.is_null());
        for ask in asks.iter().filter(|ask| ask.required && !is_given(ask)) {
            let message = format!("the action asks for `{}`: {}", ask.name, ask.about);
            let help = format!("add `answers: {{{}: …}}`", ask.name);
            self.mistake("S002", &act.place, message, help);
        }
    }
}
