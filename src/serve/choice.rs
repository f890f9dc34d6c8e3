//! Which vendors are served, from which files, and which of their variants, plans and prerequisites are picked.
//!
//! **Invariant:** what can be picked is read from the profile; nothing is known here of any vendor.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use super::Refusal;
use crate::profile::diagnostic::{self, Diagnostic, Severity};
use crate::profile::model::Profile;
use crate::profile::suggest::nearest;
use crate::profile::{Library, files, overlay};

/// What a pick of the organization's plan is called.
const PLAN: &str = "plan";

/// What a pick of the rate limits is called: whether they are in force.
const LIMITS: &str = "limits";

/// Which vendors, from which files, with which picks.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Files and folders whose profiles are added to those built in, or take their place.
    pub profiles: Vec<PathBuf>,
    /// The vendors to serve, in this order; empty for all.
    pub vendors: Vec<String>,
    /// What is picked.
    pub picks: Vec<Pick>,
}

/// The vendors as chosen.
#[derive(Debug)]
pub struct Chosen {
    /// The files, as read.
    pub library: Arc<Library>,
    /// Their profiles, with the variants picked in force.
    pub profiles: Vec<Arc<Profile>>,
    /// The picks that are no variants, as vendor, name and value: the plan, the limits as `on` or `off`, and prerequisites as
    /// `true` or `false`.
    pub standing: Vec<(String, String, String)>,
}

/// One `--set`: `VENDOR.NAME=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The vendor.
    pub vendor: String,
    /// A variant, `plan`, `limits`, or a prerequisite.
    pub name: String,
    /// The value.
    pub value: String,
}

impl FromStr for Pick {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').and_then(|(left, value)| Some((left.split_once('.')?, value)));
        let ((vendor, name), value) = parts.ok_or("a pick is VENDOR.NAME=VALUE, such as acme.plan=basic")?;
        Ok(Self { vendor: vendor.to_owned(), name: name.to_owned(), value: value.to_owned() })
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}={}", self.vendor, self.name, self.value)
    }
}

impl Choice {
    /// Reads the profiles and sees that everything that was chosen exists.
    ///
    /// # Errors
    /// What is wrong: a file, a name that does not exist, a value that cannot be picked.
    pub fn read(&self) -> Result<Chosen, Refusal> {
        let library = self.library()?;
        let all: Vec<&str> = library.vendors().collect();
        for vendor in &self.vendors {
            known("", vendor, all.iter().copied())?;
        }
        let mut served: Vec<&str> = Vec::new();
        for vendor in
            if self.vendors.is_empty() { all } else { self.vendors.iter().map(String::as_str).collect() }
        {
            if !served.contains(&vendor) {
                served.push(vendor);
            }
        }
        for pick in &self.picks {
            known(&format!("--set {pick}: "), &pick.vendor, served.iter().copied())?;
        }
        let (mut profiles, mut standing) = (Vec::new(), Vec::new());
        for vendor in served {
            let picks: Vec<&Pick> = self.picks.iter().filter(|pick| pick.vendor == vendor).collect();
            let profile = self.vendor(&library, vendor, &picks, &mut standing)?;
            alone_at_its_hosts(&profile, &profiles)?;
            profiles.push(Arc::new(profile));
        }
        let library = Arc::new(library);
        Ok(Chosen { library, profiles, standing })
    }

    fn library(&self) -> Result<Library, Refusal> {
        let mut sources = files::built_in();
        for path in &self.profiles {
            sources.extend(files::at(path).map_err(|why| Refusal::new(format!("--profiles: {why}")))?);
        }
        let mut mistakes = Vec::new();
        let library = Library::read(&sources, &mut mistakes);
        match mistakes.iter().any(|mistake| mistake.severity == Severity::Error) {
            true => Err(bad_file(&mistakes)),
            false => Ok(library),
        }
    }

    /// One vendor's profile; those of its picks that are no variants go to `standing`.
    fn vendor(
        &self,
        library: &Library,
        vendor: &str,
        picks: &[&Pick],
        standing: &mut Vec<(String, String, String)>,
    ) -> Result<Profile, Refusal> {
        let plain = library.profile(vendor, &[]).map_err(|mistakes| bad_file(&mistakes))?;
        let mut variants: Vec<(String, String)> = Vec::new();
        for pick in picks {
            match target(&plain, pick)? {
                Target::Variant => variants.push((pick.name.clone(), pick.value.clone())),
                Target::Standing => standing.push((vendor.to_owned(), pick.name.clone(), pick.value.clone())),
            }
        }
        if variants.is_empty() {
            return Ok(plain);
        }
        // The last of several picks of one variant counts, as the last of any option does.
        variants.reverse();
        library.profile(vendor, &variants).map_err(|mistakes| bad_file(&mistakes))
    }
}

/// Whether a vendor is among those there are.
///
/// # Errors
/// The unknown name, the nearest, and all, behind `option`: what the user wrote, if that needs saying.
pub(super) fn known<'a>(
    option: &str,
    vendor: &str,
    vendors: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Refusal> {
    if vendors.clone().any(|one| one == vendor) {
        return Ok(());
    }
    let all = vendors.clone().collect::<Vec<_>>().join(", ");
    let near = did_you_mean(vendor, vendors);
    Err(Refusal::new(format!("{option}no vendor is called `{vendor}`{near} (served are {all})")))
}

/// Whether no other vendor has a host of this one: a call could not tell them apart.
///
/// # Errors
/// The host, the two, and how to serve one of them.
fn alone_at_its_hosts(profile: &Profile, others: &[Arc<Profile>]) -> Result<(), Refusal> {
    for other in others {
        if let Some(host) = profile.hosts.iter().find(|host| other.hosts.contains(host)) {
            let (one, two) = (&other.vendor, &profile.vendor);
            let why = format!(
                "{one} and {two} both have the host {host}; change `hosts` of one, or serve one: --vendors {two}"
            );
            return Err(Refusal::new(why));
        }
    }
    Ok(())
}

/// What a pick picks.
enum Target {
    Variant,
    Standing,
}

fn target(profile: &Profile, pick: &Pick) -> Result<Target, Refusal> {
    let refuse = |why: String| Err(Refusal::new(format!("--set {pick}: {why}")));
    let one_of = |words: &[&str], or: &str| {
        if words.contains(&&*pick.value) {
            return Ok(Target::Standing);
        }
        let near = did_you_mean(&pick.value, words.iter().copied());
        refuse(format!("`{}` takes {}{or}, not `{}`{near}", pick.name, listed(words), pick.value))
    };
    if let Some(variant) = profile.variants.iter().find(|variant| variant.name == pick.name) {
        if variant.accepts.as_deref().is_some_and(|form| overlay::has_form(form, &pick.value)) {
            return Ok(Target::Variant);
        }
        let values: Vec<&str> = variant.values.iter().map(String::as_str).collect();
        let or = variant.accepts.as_deref().map_or_else(String::new, |kind| format!(" or {}", example(kind)));
        return one_of(&values, &or).map(|_| Target::Variant);
    }
    if pick.name == PLAN && !profile.plans.is_empty() {
        return one_of(&profile.plans.iter().map(String::as_str).collect::<Vec<_>>(), "");
    }
    let limits = (!profile.limits.rates.is_empty()).then_some(LIMITS);
    if limits == Some(&pick.name) {
        return one_of(&["on", "off"], "");
    }
    if profile.prerequisites.iter().any(|one| one.name == pick.name) {
        return one_of(&["true", "false"], "");
    }
    let plan = (!profile.plans.is_empty()).then_some(PLAN);
    let names: Vec<&str> = (profile.variants.iter().map(|variant| variant.name.as_str()))
        .chain(plan)
        .chain(limits)
        .chain(profile.prerequisites.iter().map(|one| one.name.as_str()))
        .collect();
    let near = did_you_mean(&pick.name, names.iter().copied());
    let all = if names.is_empty() { "nothing".to_owned() } else { listed(&names) };
    refuse(format!("{} has no `{}`{near} (it has {all})", pick.vendor, pick.name))
}

/// A value that a variant accepts without listing it, in words.
fn example(kind: &str) -> &str {
    match kind {
        "duration" => "any duration such as `90s`",
        "path" => "any path such as `/oauth/token`",
        "count" => "any whole number",
        other => other,
    }
}

fn did_you_mean<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, words).map_or_else(String::new, |near| format!(", did you mean `{near}`?"))
}

/// `a`, `b or c`, `a, b or c`.
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn bad_file(mistakes: &[Diagnostic]) -> Refusal {
    let worst = diagnostic::sorted(mistakes).into_iter().find(|one| one.severity == Severity::Error);
    let file = worst.map_or("a profile", |mistake| mistake.place.source.name.as_str());
    let sentence = format!("{file} has mistakes; correct them, see `standin check {file}`");
    Refusal { details: diagnostic::render(mistakes) + "\n", sentence }
}

#[cfg(test)]
mod tests;
