//! What a client did with dead tokens and with living ones, and where it put them.

use std::collections::HashMap;

use super::times;
use super::under_way::{Halt, is_serial};
use crate::fault::Stranger;
use crate::profile::model::{Carrier, Credential, Does};
use crate::report::trail::{Answer, Step, Trail};
use crate::report::verdict::Proof;
use crate::report::{Conduct, Verdict};
use crate::secret::is_secret_name;

/// How often a client may ask for a token while it has one with more than half of its life left: it may have been started
/// anew, or be several.
const ASKED_ANEW_MAX: u64 = 2;

/// What stands in the middle of a masked secret.
const MASKED: &str = "…#";

pub(super) fn drops_dead_tokens(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::DropsDeadTokens;
    // By token: that its client was told that it is dead.
    let mut dead: HashMap<&str, Halt> = HashMap::new();
    let is_serial = is_serial(trail);
    let (mut told, mut again) = (Proof::default(), Proof::default());
    for step in &trail.steps {
        let Some(shown) = &step.entry.notes().credential else { continue };
        let known = dead.get_mut(shown.masked.as_str());
        let is_new = known.is_none();
        if known.is_some_and(|known| !known.excuses(step, is_serial)) {
            again.take(step);
            again.take_facts(step);
        }
        if is_dead(step) {
            dead.entry(&shown.masked).or_insert_with(|| Halt::new(step)).took(step);
            if is_new {
                told.take(step);
                told.take_facts(step);
            }
        }
    }
    if told.is_empty() {
        return Verdict::not_met(conduct, "no token of its was dead when it came");
    }
    if !again.is_empty() {
        let many = times(again.count(), "call");
        return Verdict::fail(conduct, format!("{many} came with a token that a 401 had said is dead"))
            .shown_by(again);
    }
    Verdict::pass(conduct, "did not come again with a token that a 401 had said is dead").shown_by(told)
}

/// Whether the client was told that its token is dead, and the token truly is.
fn is_dead(step: &Step<'_>) -> bool {
    let why = step.entry.notes().stranger;
    step.answer == Answer::Refused(401)
        && matches!(why, Some(Stranger::Revoked | Stranger::Rotated | Stranger::Expired | Stranger::UsedUp))
}

pub(super) fn reuses_tokens(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::ReusesTokens;
    if kind(trail).is_none_or(|kind| kind.carrier != Carrier::Client) {
        return Verdict::not_met(conduct, "it has no tokens to ask for");
    }
    // By the client's id: when it was given the token that it has, and how long that lives.
    let mut has: HashMap<&str, (i64, i64)> = HashMap::new();
    let (mut asked, mut anew) = (Proof::default(), Proof::default());
    for step in &trail.steps {
        if is_dead(step) {
            has.clear();
            continue;
        }
        let (Some(does), Some(shown), Answer::Well) =
            (step.does(), &step.entry.notes().credential, step.answer)
        else {
            continue;
        };
        if does == Does::Revoke {
            has.remove(shown.masked.as_str());
        }
        if does != Does::Token {
            continue;
        }
        asked.take(step);
        let half_over =
            |(since_ms, lives_ms): &(i64, i64)| step.entry.at_ms.saturating_sub(*since_ms) >= lives_ms / 2;
        if has.get(shown.masked.as_str()).is_some_and(|token| !half_over(token)) {
            anew.take(step);
            anew.take_facts(step);
        }
        has.insert(&shown.masked, (step.entry.at_ms, lives_ms(step)));
    }
    if asked.is_empty() {
        return Verdict::not_met(conduct, "it asked for no token");
    }
    if anew.count() > ASKED_ANEW_MAX {
        let many = times(anew.count(), "time");
        let says =
            format!("asked for a token {many} while the one before had more than half of its life left");
        return Verdict::fail(conduct, says).shown_by(anew);
    }
    let many = times(asked.count(), "token");
    Verdict::pass(conduct, format!("asked for {many}, and used each as long as it lives")).shown_by(asked)
}

/// How long a token lives that a call was given.
fn lives_ms(step: &Step<'_>) -> i64 {
    let api = step.entry.notes().api.and_then(|api| step.profile()?.apis.get(api));
    let expires_ms = api.and_then(|api| api.token.as_ref()).map_or(0, |token| token.expires_ms);
    i64::try_from(expires_ms).unwrap_or(i64::MAX)
}

/// The kind of a client's credential.
fn kind<'a>(trail: &Trail<'a>) -> Option<&'a Credential> {
    let first = trail.steps.first()?;
    first.profile()?.credentials.get(first.entry.notes().credential.as_ref()?.kind?)
}

pub(super) fn keeps_secrets_out_of_urls(trail: &Trail<'_>) -> Verdict {
    let conduct = Conduct::KeepsSecretsOutOfUrls;
    let mut proof = Proof::default();
    let mut by_design = Proof::default();
    for step in &trail.steps {
        let in_path = step.entry.path().contains(MASKED);
        let secrets: Vec<String> = step.parameters().filter(is_secret).map(|(name, _)| name).collect();
        let carrier = carrier(step);
        let is_meant = |name: &String| carrier == Some(name.as_str());
        if in_path || secrets.iter().any(|name| !is_meant(name)) {
            proof.take(step);
        } else if secrets.iter().any(is_meant) {
            by_design.take(step);
            if let (Some(profile), Some(rule)) = (step.profile(), credential(step).map(|kind| &kind.rule)) {
                rule.facts.iter().for_each(|fact| by_design.name(profile, usize::from(*fact)));
            }
        }
    }
    if !proof.is_empty() {
        let many = times(proof.count(), "call");
        return Verdict::fail(conduct, format!("{many} had a secret in the URL")).shown_by(proof);
    }
    if !by_design.is_empty() {
        return Verdict::not_met(conduct, "this vendor wants its key in the URL").shown_by(by_design);
    }
    Verdict::pass(conduct, "no call had a secret in the URL")
}

/// Whether a parameter carries a secret: its name says so, or it was masked as one.
fn is_secret((name, value): &(String, String)) -> bool {
    !value.is_empty() && (is_secret_name(name) || value.contains(MASKED))
}

/// The parameter in which the api wants its credential.
fn carrier<'a>(step: &Step<'a>) -> Option<&'a str> {
    match &credential(step)?.carrier {
        Carrier::Query(name) => Some(name),
        Carrier::Bearer | Carrier::Header(_) | Carrier::Client => None,
    }
}

/// The kind of credential that the api of a call takes.
fn credential<'a>(step: &Step<'a>) -> Option<&'a Credential> {
    let profile = step.profile()?;
    let api = profile.apis.get(step.entry.notes().api?)?;
    profile.credentials.get(api.credential)
}
