//! What can be set of a vendor in a sandbox while it runs: plans, prerequisites, variants.
//!
//! **Invariant:** everything that is asked for at once is done, or nothing of it.

use std::sync::Arc;

use super::sandbox::Sandbox;
use super::{Engine, Refused};
use crate::journal::MarkKind;
use crate::profile::model::Profile;
use crate::profile::overlay;
use crate::profile::suggest::{instead, quoted};
use crate::stage::routing::Routes;

/// What somebody wants to be different; what is not named stays.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The organization whose plan and prerequisites these are, by its index; `None` for every one.
    pub organization: Option<usize>,
    /// The plan.
    pub plan: Option<String>,
    /// Prerequisites, and whether they are done.
    pub prerequisites: Vec<(String, bool)>,
    /// Variants and the values to be in force, for all organizations.
    pub variants: Vec<(String, String)>,
}

impl Settings {
    /// What is to be different, for people; `None` where nothing is.
    fn told(&self) -> Option<String> {
        let plan = self.plan.iter().map(|plan| format!("plan {plan}"));
        let done = self.prerequisites.iter().map(|(name, done)| format!("{name} {done}"));
        let variants = self.variants.iter().map(|(name, value)| format!("{name} {value}"));
        let all: Vec<String> = plan.chain(done).chain(variants).collect();
        (!all.is_empty()).then(|| all.join(", "))
    }
}

impl Engine {
    /// Sets what is wanted of a vendor in a sandbox; it holds from the next call on.
    ///
    /// # Errors
    /// What there is no such thing as, or that this engine was started without the profiles' files.
    pub fn set(&self, sandbox: &Sandbox, vendor: usize, wanted: &Settings) -> Result<(), Refused> {
        // Two who change variants at once must not undo each other's.
        let _alone = sandbox.console.lock();
        let present = self.vendor_in(sandbox, vendor)?;
        // Variants change neither plans nor prerequisites: what is good under one is good under another.
        known(&present.profile, wanted)?;
        if !wanted.variants.is_empty() {
            let (profile, routes) = self.under(&present.profile, &wanted.variants)?;
            sandbox.exchange(vendor, |present| present.under(&profile, &routes));
        }
        let present = self.vendor_in(sandbox, vendor)?;
        let plan = wanted.plan.iter().map(|plan| ("plan", plan.clone()));
        let done = wanted.prerequisites.iter().map(|(name, done)| (name.as_str(), done.to_string()));
        plan.chain(done)
            .try_for_each(|(name, value)| present.set_standing(wanted.organization, name, &value))
            .map_err(Refused::Invalid)?;
        let name = &present.profile.vendor;
        if let Some(what) = wanted.told() {
            let says = format!("{name} is set: {what}");
            sandbox.journal.mark(sandbox.clock.now_ms(), MarkKind::Settings, Some(name), says);
        }
        Ok(())
    }

    /// Picks another value of one variant.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn pick(&self, sandbox: &Sandbox, vendor: usize, name: &str, value: &str) -> Result<(), Refused> {
        let variants = vec![(name.to_owned(), value.to_owned())];
        self.set(sandbox, vendor, &Settings { variants, ..Settings::default() })
    }

    /// A profile with other values of some variants.
    fn under(
        &self,
        profile: &Profile,
        others: &[(String, String)],
    ) -> Result<(Arc<Profile>, Arc<Routes>), Refused> {
        let library = self.stock.setup.library.as_ref();
        let library =
            library.ok_or_else(|| Refused::Invalid("variants are fixed in this engine".to_owned()))?;
        let mut picks: Vec<(String, String)> =
            profile.variants.iter().map(|variant| (variant.name.clone(), variant.in_force.clone())).collect();
        for (name, value) in others {
            if let Some(pick) = picks.iter_mut().find(|(known, _)| known == name) {
                value.clone_into(&mut pick.1);
            }
        }
        let another = library.profile(&profile.vendor, &picks).map_err(|mistakes| {
            let what = mistakes.first().map(|mistake| mistake.message.clone()).unwrap_or_default();
            Refused::Invalid(format!("these variants do not go together: {what}"))
        })?;
        let routes = Routes::new(&another).map_err(Refused::Invalid)?;
        Ok((Arc::new(another), Arc::new(routes)))
    }
}

/// Whether a vendor has all that is wanted.
fn known(profile: &Profile, wanted: &Settings) -> Result<(), Refused> {
    let vendor = &profile.vendor;
    let check = |what: &str, name: &String, known: &[&str]| match known.contains(&name.as_str()) {
        true => Ok(()),
        false => Err(Refused::Invalid(format!("{vendor} has no {what} `{name}`; {}", instead(name, known)))),
    };
    if let Some(plan) = &wanted.plan {
        check("plan", plan, &profile.plans.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    let prerequisites: Vec<&str> = profile.prerequisites.iter().map(|one| one.name.as_str()).collect();
    wanted.prerequisites.iter().try_for_each(|(name, _)| check("prerequisite", name, &prerequisites))?;
    let variants: Vec<&str> = profile.variants.iter().map(|variant| variant.name.as_str()).collect();
    for (name, value) in &wanted.variants {
        check("variant", name, &variants)?;
        for variant in profile.variants.iter().filter(|variant| variant.name == *name) {
            if variant.accepts.as_deref().is_some_and(|form| overlay::has_form(form, value)) {
                continue;
            }
            let values: Vec<&str> = variant.values.iter().map(String::as_str).collect();
            let or = variant.accepts.as_deref().map_or_else(String::new, |form| format!(" or any {form}"));
            if !values.contains(&value.as_str()) {
                let values = quoted(&values);
                return Err(Refused::Invalid(format!("`{name}` takes {values}{or}, not `{value}`")));
            }
        }
    }
    Ok(())
}
