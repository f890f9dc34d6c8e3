//! One rehearsal for each value of each variant: the vendor's undocumented corners, tried one by one.

use std::sync::Arc;

use super::client::Clients;
use super::replay;
use super::run::{Rehearsal, Run};
use crate::cli::complain;
use crate::profile::model::{Profile, Variant};
use crate::profile::suggest::instead;
use crate::report::Conduct;
use crate::serve::{Pick, Refusal};

/// Runs the client as the vendors are, then once for each other value of each variant that is named; where none is, of all that
/// the vendors have which it called.
///
/// # Errors
/// A name that there is not, or why it could not run.
pub(super) fn run(
    rehearsal: &Rehearsal<'_>,
    clients: &mut Clients,
    named: &[String],
) -> Result<Vec<Run>, Refusal> {
    let named: Vec<&str> = named.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    // Before the first run: a slip of the pen should not cost one.
    let picks = picks(rehearsal, &named)?;
    let first = rehearsal.run(clients, &[], &rehearsal.title())?;
    complain(&format!("  {}\n", outcome(&first)));
    let called = |vendor: &str| first.report.clients.iter().any(|client| client.vendor == vendor);
    let picks: Vec<Pick> =
        picks.into_iter().filter(|pick| !named.is_empty() || called(&pick.vendor)).collect();
    let count = picks.len() + 1;
    let mut all = vec![first];
    for pick in picks {
        let title = format!("\n{} of {count}: {pick}", all.len() + 1);
        let run = rehearsal.run(clients, std::slice::from_ref(&pick), &title);
        let run =
            run.map_err(|refusal| Refusal { sentence: format!("{pick}: {}", refusal.sentence), ..refusal })?;
        complain(&format!("  {}\n", outcome(&run)));
        all.push(run);
    }
    complain("\n");
    Ok(all)
}

/// What is picked for each run after the first.
fn picks(rehearsal: &Rehearsal<'_>, named: &[&str]) -> Result<Vec<Pick>, Refusal> {
    let met = rehearsal.vendors();
    let is_met = |profile: &&Arc<Profile>| met.is_empty() || met.contains(&profile.vendor);
    let all: Vec<(&Profile, &Variant)> = (rehearsal.profiles.iter().filter(is_met))
        .flat_map(|profile| profile.variants.iter().map(|variant| (&**profile, variant)))
        .collect();
    let names = |(profile, variant): &(&Profile, &Variant)| {
        [profile.vendor.clone(), format!("{}.{}", profile.vendor, variant.name)]
    };
    let known: Vec<String> = all.iter().flat_map(names).collect();
    if let Some(unknown) = named.iter().find(|name| !known.iter().any(|known| known == *name)) {
        let why = format!("--matrix: there is no variant {unknown}; {}", instead(unknown, &known));
        return Err(Refusal::new(why));
    }
    let is_named = |one: &(&Profile, &Variant)| {
        named.is_empty() || names(one).iter().any(|name| named.contains(&name.as_str()))
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

/// What a run is called.
pub(super) fn name(run: &Run) -> String {
    match run.picks.as_slice() {
        [] => "as the vendors are".to_owned(),
        picks => picks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// Which variants the client survives, and how to see again what it does not.
pub(super) fn table(rehearsal: &Rehearsal<'_>, all: &[Run]) -> String {
    let width = all.iter().map(|run| name(run).chars().count()).max().unwrap_or(0);
    let mut shown = String::new();
    for run in all {
        shown += &format!("{:width$}  {}\n", name(run), outcome(run));
    }
    let failed: Vec<&Run> = all.iter().filter(|run| !run.report.passed()).collect();
    shown += &format!("\n{} of {} survived\n", all.len() - failed.len(), all.len());
    for run in failed {
        shown += &format!("Again: {}\n", replay::command(rehearsal.args, &run.picks));
    }
    shown
}

fn outcome(run: &Run) -> String {
    let mut failed: Vec<Conduct> = run.report.failed().map(|(_, verdict)| verdict.conduct).collect();
    failed.sort_unstable();
    failed.dedup();
    match failed.as_slice() {
        [] => "survives".to_owned(),
        failed => {
            let words: Vec<&str> = failed.iter().map(|conduct| conduct.as_str()).collect();
            format!("fails: {}", words.join(", "))
        }
    }
}
