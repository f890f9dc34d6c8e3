//! The rules, each held against the calls of one client. `docs/report.md` has the definitions in words.
//!
//! | file | judges |
//! |---|---|
//! | `waiting` | whether it waited as Retry-After said |
//! | `retries` | how it tried again |
//! | `tokens` | what it did with dead tokens, and with living ones; where it put them |
//! | `paging` | how it read lists |
//! | `writes` | conflicts, writes whose answer was lost, what the vendor's own advice is about |
//! | `under_way` | which calls can have been made before an answer was seen |
//! | `matches` | whether it took a record for one that it was looking for |
//!
//! **Invariant:** no verdict depends on the order of a map, and each looks at a call a bounded number of times.

mod matches;
mod paging;
mod retries;
mod tokens;
mod under_way;
mod waiting;
mod writes;

use super::trail::{Step, Trail};
use super::verdict::Proof;
use super::{Conduct, Ended, Verdict};

/// The verdicts on a client, one for each rule but [`Conduct::EndsAsExpected`], in their order.
pub(super) fn all(trail: &Trail<'_>) -> Vec<Verdict> {
    let chains = retries::chains(trail);
    let walks = paging::walks(trail);
    let judge = |conduct: Conduct| match conduct {
        Conduct::WaitsAsTold => Some(waiting::waits_as_told(trail)),
        Conduct::BacksOff => Some(retries::backs_off(&chains)),
        Conduct::BoundsRetries => Some(retries::bounds_retries(&chains)),
        Conduct::DropsDeadTokens => Some(tokens::drops_dead_tokens(trail)),
        Conduct::ReusesTokens => Some(tokens::reuses_tokens(trail)),
        Conduct::ReadsEveryPage => Some(paging::reads_every_page(&walks)),
        Conduct::HeedsPageCaps => Some(paging::heeds_page_caps(&walks)),
        Conduct::SurvivesConflicts => Some(writes::survives_conflicts(trail)),
        Conduct::LooksBeforeRepeating => Some(writes::looks_before_repeating(trail)),
        Conduct::ChecksMatches => Some(matches::checks_matches(trail)),
        Conduct::Deactivates => Some(writes::deactivates(trail)),
        Conduct::KeepsSecretsOutOfUrls => Some(tokens::keeps_secrets_out_of_urls(trail)),
        Conduct::EndsAsExpected => None,
    };
    Conduct::ALL.iter().filter_map(|conduct| judge(*conduct)).map(|verdict| advised(trail, verdict)).collect()
}

/// The verdict, or that of the vendor's own advice: a call that ran into an advisory which stands for the rule did not keep
/// to it.
fn advised(trail: &Trail<'_>, verdict: Verdict) -> Verdict {
    if verdict.ended == Ended::Fail {
        return verdict;
    }
    let (mut proof, mut says) = (Proof::default(), None);
    for step in &trail.steps {
        for advisory in advisories(step) {
            if advisory.conduct.as_deref() == Some(verdict.conduct.as_str()) {
                proof.take(step);
                says.get_or_insert(advisory.says.as_str());
                if let Some(profile) = step.profile() {
                    proof.name(profile, advisory.fact);
                }
            }
        }
    }
    match says {
        Some(says) => Verdict::fail(verdict.conduct, format!("ran into what the vendor warns of: {says}"))
            .shown_by(proof),
        None => verdict,
    }
}

/// The advisories that a call ran into.
fn advisories<'a>(step: &Step<'a>) -> impl Iterator<Item = &'a crate::profile::model::Advisory> + use<'a> {
    let known = step.profile().map_or(&[][..], |profile| &profile.advisories);
    step.entry.notes().advisories.iter().filter_map(|index| known.get(*index))
}

/// `1 call`, `3 calls`.
fn times(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use crate::profile::keys::CONDUCTS;
    use crate::report::conduct::{Conduct, WORDS};

    #[test]
    fn every_word_of_a_profile_is_a_rule_and_says_the_same() {
        for (word, about) in CONDUCTS {
            assert!(Conduct::parse(word).is_some(), "{word}");
            let says = WORDS.iter().find(|(known, _)| known == word).map_or("", |(_, says)| says);
            assert_eq!(says.trim_end_matches('.').to_lowercase(), about.to_lowercase(), "{word}");
        }
    }
}
