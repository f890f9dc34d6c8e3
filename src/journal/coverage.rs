//! Which facts of the vendors a client has met, and which it has not.

use serde_json::{Value, json};

use super::Met;
use crate::profile::model::Profile;

/// The facts of vendors, met and not met, as JSON.
pub fn json<'p>(profiles: impl Iterator<Item = &'p Profile>, met: &[Met]) -> Value {
    let vendors: Vec<Value> = profiles.map(|profile| of_vendor(profile, met)).collect();
    json!({ "vendors": vendors })
}

fn of_vendor(profile: &Profile, met: &[Met]) -> Value {
    let counts = met.iter().find(|met| *met.vendor == *profile.vendor).map_or(&[][..], |met| &met.counts);
    let count = |index: usize| counts.get(index).copied().unwrap_or_default();
    let fact = |index: usize| {
        let fact = &profile.facts[index];
        let mut value = json!({ "id": fact.id, "mark": fact.mark.as_str(), "says": fact.says });
        if count(index) > 0 {
            value["count"] = count(index).into();
        }
        value
    };
    let (met, not_met): (Vec<usize>, Vec<usize>) =
        (0..profile.facts.len()).partition(|index| count(*index) > 0);
    json!({
        "vendor": profile.vendor,
        "facts": profile.facts.len(),
        "met": met.into_iter().map(fact).collect::<Vec<_>>(),
        "not_met": not_met.into_iter().map(fact).collect::<Vec<_>>(),
    })
}
