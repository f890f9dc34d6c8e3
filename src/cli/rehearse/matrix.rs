//! One rehearsal for each value of each variant: the vendor's undocumented corners, tried one by one.

use super::run::{Rehearsal, Run};
use super::{RehearseArgs, replay};
use crate::profile::model::{Profile, Variant};
use crate::profile::suggest::instead;
use crate::report::Conduct;
use crate::serve::{Pick, Refusal};

/// Runs the client as the vendors are, then once for each other value of each variant that is named; of all where none is.
///
/// # Errors
/// A name that there is not, or why it could not run.
pub(super) fn run(rehearsal: &Rehearsal<'_>, named: &[String]) -> Result<Vec<Run>, Refusal> {
    let picks = picks(rehearsal, named)?;
    let mut all = vec![rehearsal.run("rehearsal", &[])?];
    for (nth, pick) in picks.into_iter().enumerate() {
        crate::cli::complain(&format!("\n{pick}\n"));
        all.push(rehearsal.run(&format!("rehearsal-{}", nth + 1), &[pick])?);
    }
    Ok(all)
}

fn picks(rehearsal: &Rehearsal<'_>, named: &[String]) -> Result<Vec<Pick>, Refusal> {
    let named: Vec<&String> = named.iter().filter(|name| !name.is_empty()).collect();
    let is_met = |vendor: &str| rehearsal.vendors.is_empty() || rehearsal.vendors.iter().any(|one| one == vendor);
    let profiles = rehearsal.engine.profiles().iter().filter(|profile| is_met(&profile.vendor));
    let all: Vec<(&Profile, &Variant)> = profiles
        .flat_map(|profile| profile.variants.iter().map(|variant| (&**profile, variant)))
        .collect();
    let names = |(profile, variant): &(&Profile, &Variant)| {
        [profile.vendor.clone(), format!("{}.{}", profile.vendor, variant.name)]
    };
    let known: Vec<String> = all.iter().flat_map(names).collect();
    if let Some(unknown) = named.iter().find(|name| !known.contains(name)) {
        let why = format!("--matrix: there is no variant {unknown}; {}", instead(unknown, &known));
        return Err(Refusal::new(why));
    }
    let is_named = |one: &(&Profile, &Variant)| {
        named.is_empty() || names(one).iter().any(|name| named.contains(&name))
    };
    let others = all.into_iter().filter(is_named).flat_map(|(profile, variant)| {
        let others = variant.values.iter().filter(|value| **value != variant.in_force);
        others.map(|value| Pick {
            vendor: profile.vendor.clone(),
            name: variant.name.clone(),
            value: value.clone(),
        })
    });
    Ok(others.collect())
}

/// Which variants the client survives, and how to see again what it does not.
pub(super) fn table(args: &RehearseArgs, all: &[Run]) -> String {
    let name = |run: &Run| match run.picks.as_slice() {
        [] => "as the vendors are".to_owned(),
        picks => picks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    };
    let width = all.iter().map(|run| name(run).chars().count()).max().unwrap_or(0);
    let mut shown = String::from("\n");
    for run in all {
        let mut failed: Vec<Conduct> = run.failed().map(|verdict| verdict.conduct).collect();
        failed.sort_unstable();
        failed.dedup();
        let verdict = match failed.as_slice() {
            [] => "survives".to_owned(),
            failed => {
                let words: Vec<&str> = failed.iter().map(|conduct| conduct.as_str()).collect();
                format!("fails: {}", words.join(", "))
            }
        };
        shown += &format!("{:width$}  {verdict}\n", name(run));
    }
    let failed: Vec<&Run> = all.iter().filter(|run| !run.has_passed()).collect();
    shown += &format!("\n{} of {} survived\n", all.len() - failed.len(), all.len());
    for run in failed {
        shown += &format!("Again: {}\n", replay::command(args, &run.picks));
    }
    shown
}
