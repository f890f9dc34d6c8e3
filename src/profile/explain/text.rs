//! The profile as plain text.

use super::page::{Page, listed, sentence, unbroken};
use super::surface::api;
use super::{base, fixes, header, limits};
use crate::profile::fixed::{Fixed, ORGANIZATIONS, fixed};
use crate::profile::grammar::duration_text;
use crate::profile::model::{
    Carrier, CreateInactive, Credential, Deactivate, Fact, FieldRule, Mark, Profile, RecordType, Requires,
    Step,
};

/// Labels up to this width share a column with the others.
pub(super) const LABEL_CHARS_MAX: usize = 26;

/// The profile, with the variants that are in force.
pub fn text(profile: &Profile) -> String {
    let mut page = Page::default();
    page.heading(&format!("{} ({})", profile.title, profile.vendor));
    if !profile.about.is_empty() {
        page.paragraph(2, &sentence(&profile.about));
    }
    reached(&mut page, profile);
    credentials(&mut page, profile);
    standing(&mut page, profile);
    for one in &profile.apis {
        api(&mut page, profile, one);
    }
    for one in &profile.records {
        record(&mut page, profile, one);
    }
    limits::text(&mut page, profile);
    actions(&mut page, profile);
    variants(&mut page, profile);
    facts(&mut page, profile);
    advisories(&mut page, profile);
    absent(&mut page, profile);
    page.finish()
}

fn reached(page: &mut Page, profile: &Profile) {
    page.heading("HOW IT IS REACHED");
    let vendor = &profile.vendor;
    let stands =
        if profile.hosts.iter().any(|host| host.contains('*')) { "; * stands for one label" } else { "" };
    let by_host = match profile.hosts.as_slice() {
        [] => format!("{vendor}.localhost; its real host names are not known"),
        hosts => format!("{vendor}.localhost, {}{stands}", listed(hosts)),
    };
    let by_path = format!("/{vendor} in front of every path, as below");
    let ways = [("by host".to_owned(), by_host), ("by path".to_owned(), by_path)];
    page.entries(2, LABEL_CHARS_MAX, &ways);
    page.gap();
    let bases = profile.apis.iter().map(|api| (api.name.clone(), base(profile, api)));
    page.entries(2, LABEL_CHARS_MAX, &bases.collect::<Vec<_>>());
    if profile.apis.iter().any(|api| api.base.contains(&None)) {
        let names = ORGANIZATIONS.join(" or ");
        page.paragraph(2, &format!("{{organization}} is {names} in the sandbox default."));
    }
}

fn credentials(page: &mut Page, profile: &Profile) {
    if profile.credentials.is_empty() {
        return;
    }
    page.heading("CREDENTIALS");
    for (index, credential) in profile.credentials.iter().enumerate() {
        if index > 0 {
            page.gap();
        }
        let shown = match &credential.carrier {
            Carrier::Bearer => "a bearer token (Authorization: Bearer TOKEN)".to_owned(),
            Carrier::Header(_) => {
                format!("a key in the header {}", header(profile, credential).unwrap_or_default())
            }
            Carrier::Query(name) => format!("a key in the query parameter {name}"),
            Carrier::Client => {
                "an OAuth client, which asks for access tokens and shows them as bearer".to_owned()
            }
        };
        page.entry(2, &credential.name, 8, &shown);
        if !credential.about.is_empty() {
            page.paragraph(12, &sentence(&credential.about));
        }
        let life = life(credential);
        if !life.is_empty() {
            page.paragraph(12, &life);
        }
        let scopes: Vec<_> =
            credential.scopes.iter().map(|(name, about)| (format!("scope {name}"), about.clone())).collect();
        page.entries(12, LABEL_CHARS_MAX, &scopes);
        let tokens = ORGANIZATIONS.map(|organization| {
            let name = organization.to_owned();
            match fixed(&profile.vendor, credential, organization) {
                Fixed::Token(token) => vec![name, token],
                Fixed::Client { id, secret } => vec![name, id, secret],
            }
        });
        page.table(12, &tokens);
    }
}

/// How long a credential lives, and how it is issued anew.
fn life(credential: &Credential) -> String {
    let mut clauses = Vec::new();
    if credential.pair {
        clauses.push("It comes as a client id and a secret; the secret is the token.".to_owned());
    }
    if credential.shown_once {
        clauses.push("It is shown once, when it is issued.".to_owned());
    }
    if let Some(ms) = credential.expires_ms {
        clauses.push(format!("It lives for {}.", duration_text(ms)));
    }
    match (credential.one_at_a_time, credential.overlap_ms) {
        (false, _) => {}
        (true, 0) => clauses.push("A new one ends the one before at once.".to_owned()),
        (true, ms) => clauses.push(format!("A new one ends the one before after {}.", duration_text(ms))),
    }
    if let Some(most) = credential.at_most {
        let full = if credential.ends_oldest { "one more ends the oldest" } else { "one more is refused" };
        clauses.push(format!("At most {most} live at once; {full}."));
    }
    let skew_ms = credential.expiry_skew_ms;
    if skew_ms != 0 {
        let when = if skew_ms < 0 { "before" } else { "after" };
        clauses.push(format!(
            "It dies {} {when} the time that it tells.",
            duration_text(skew_ms.unsigned_abs())
        ));
    }
    if let Some(uses) = credential.uses_max {
        clauses.push(format!("It is good for {uses} calls."));
    }
    clauses.join(" ")
}

fn standing(page: &mut Page, profile: &Profile) {
    if profile.plans.is_empty() && profile.prerequisites.is_empty() {
        return;
    }
    page.heading("PLANS AND PREREQUISITES");
    if let Some(first) = profile.plans.first() {
        let plans = listed(&profile.plans);
        let vendor = &profile.vendor;
        let pick = unbroken(&format!("--set {vendor}.plan=PLAN"));
        let start = format!("Organizations start on {first}; {pick} picks another.");
        page.paragraph(2, &format!("Plans, the best first: {plans}. {start}"));
    }
    let prerequisites = profile.prerequisites.iter().map(|one| {
        let at_start = if one.at_start { "Done at the start." } else { "Not done at the start." };
        let pick = unbroken(&format!("--set {}.{}={}", profile.vendor, one.name, !one.at_start));
        let other = format!("{pick} starts otherwise.");
        (one.name.clone(), format!("{} {at_start} {other}", sentence(&one.about)))
    });
    page.entries(2, LABEL_CHARS_MAX, &prerequisites.collect::<Vec<_>>());
}

/// What an organization needs, as a clause; empty when it needs nothing.
pub(super) fn needs(profile: &Profile, requires: &Requires) -> String {
    let plans: Vec<&str> =
        requires.plans.iter().filter_map(|index| profile.plans.get(*index)).map(|plan| &**plan).collect();
    let done = requires.prerequisites.iter().filter_map(|index| profile.prerequisites.get(*index));
    let plans = match plans.as_slice() {
        [] => None,
        [one] => Some(format!("the plan {one}")),
        more => Some(format!("one of the plans {}", listed(more))),
    };
    let clauses: Vec<String> = plans.into_iter().chain(done.map(|one| one.name.clone())).collect();
    listed(&clauses)
}

fn record(page: &mut Page, profile: &Profile, record: &RecordType) {
    page.heading(&format!("RECORD {}: what SCIM calls a {}", record.name, record.resource_type));
    let paths = |holds: &dyn Fn(&FieldRule) -> bool| {
        let rules = record.rules.iter().filter(|rule| holds(rule));
        listed(&rules.map(|rule| rule.path.to_string()).collect::<Vec<_>>())
    };
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut add = |label: &str, text: String| {
        if !text.is_empty() {
            entries.push((label.to_owned(), text));
        }
    };
    add("required", paths(&|rule| rule.required));
    for unique in &record.unique {
        let at: Vec<String> = unique.at.iter().map(ToString::to_string).collect();
        let within = if unique.platform { "across all organizations" } else { "in the organization" };
        let case = if unique.case_exact { "case counts" } else { "case does not count" };
        add("unique", format!("{}, from {}; {within}, {case}", unique.name, at.join(" or else ")));
    }
    add("assigned", paths(&|rule| rule.assigned.is_some()));
    add("set once", paths(&|rule| rule.immutable));
    for rule in &record.rules {
        if let Some(to) = rule.refers_to.and_then(|to| profile.records.get(to)) {
            add("refers", format!("{} is the id of a {}", rule.path, to.name));
        }
    }
    if let Some(active) = &record.active {
        add("in use", format!("{active} says so"));
        add("deactivate", deactivation(record));
        add(
            "create inactive",
            match record.create_inactive {
                CreateInactive::Allow => "it is created, inactive".to_owned(),
                CreateInactive::Refuse => "400".to_owned(),
                CreateInactive::Discard => "it is answered as created and is gone at once".to_owned(),
            },
        );
    }
    for data in &record.vendor_data {
        let erased = |erased: bool| if erased { "erased" } else { "kept" };
        let (deactivated, deleted) = (erased(data.erased_when_deactivated), erased(data.erased_when_deleted));
        add(
            "vendor data",
            format!("{}: {}; {deactivated} when deactivated, {deleted} when deleted", data.name, data.about),
        );
    }
    if record.visible_after_ms > 0 {
        add("in lists", format!("{} after a write", duration_text(record.visible_after_ms)));
    }
    page.entries(2, LABEL_CHARS_MAX, &entries);
}

fn deactivation(record: &RecordType) -> String {
    match (record.deactivate, record.deactivated_no_content) {
        (Deactivate::Keep, _) => "the record stays, inactive".to_owned(),
        (Deactivate::Suspend, _) => "the record stays, and its login is suspended".to_owned(),
        (Deactivate::Delete, true) => "the record is deleted, and the answer is 204".to_owned(),
        (Deactivate::Delete, false) => {
            "the record is deleted, and the answer shows it as it last was".to_owned()
        }
    }
}

fn actions(page: &mut Page, profile: &Profile) {
    if profile.actions.is_empty() {
        return;
    }
    page.heading("ACTIONS: what the vendor's console or its staff can do");
    let entries = profile.actions.iter().map(|action| {
        let credential = |index: &usize| profile.credentials.get(*index).map_or("", |one| &*one.name);
        let record = |index: &usize| profile.records.get(*index).map_or("", |one| &*one.name);
        let step = |step: &Step| match step {
            Step::Satisfy(index) => {
                format!("{} is done", profile.prerequisites.get(*index).map_or("", |one| &*one.name))
            }
            Step::Issue(index) => format!("a credential {} is issued", credential(index)),
            Step::Rotate(index) => format!("the credential {} is replaced", credential(index)),
            Step::Revoke(index) => format!("the credential {} is ended", credential(index)),
            Step::Show(index) => format!("the credential {} is shown again", credential(index)),
            Step::Create(index) => format!("a {} is created", record(index)),
            Step::Erase(index) => format!("a {} and all that is kept of it is gone", record(index)),
            Step::Assign(path) => format!("{path} is set"),
        };
        let steps: Vec<String> = action.does.iter().map(step).collect();
        let asks: Vec<&str> = action.asks.iter().map(|ask| &*ask.about).collect();
        let clause = |what: &str, list: String| {
            if list.is_empty() { String::new() } else { format!(" {what} {list}.") }
        };
        let (needs, asks) =
            (clause("Needs", needs(profile, &action.requires)), clause("Asks for", listed(&asks)));
        (
            action.name.clone(),
            format!("{}{needs}{asks} What happens: {}.", sentence(&action.about), listed(&steps)),
        )
    });
    page.entries(2, LABEL_CHARS_MAX, &entries.collect::<Vec<_>>());
}

fn variants(page: &mut Page, profile: &Profile) {
    if profile.variants.is_empty() {
        return;
    }
    page.heading("VARIANTS: what can differ");
    let widest = profile.variants.iter().map(|variant| variant.name.chars().count()).max().unwrap_or(0);
    for variant in &profile.variants {
        let others: Vec<&str> =
            variant.values.iter().map(|value| &**value).filter(|value| *value != variant.in_force).collect();
        let any = variant.accepts.as_deref().map(|what| match what {
            "count" => "any whole number".to_owned(),
            what => format!("any {what}"),
        });
        let others: Vec<String> = others.into_iter().map(str::to_owned).chain(any).collect();
        let example =
            variant.values.iter().find(|value| **value != variant.in_force).map_or("VALUE", |value| value);
        let pick = unbroken(&format!("--set {}.{}={example}", profile.vendor, variant.name));
        page.entry(2, &variant.name, widest, &sentence(&format!("{} ({})", variant.about, variant.fact)));
        let what = format!("{} is in force; also {}: {pick}", variant.in_force, others.join(", "));
        page.entry(2, "", widest, &what);
    }
}

fn facts(page: &mut Page, profile: &Profile) {
    if profile.facts.is_empty() {
        return;
    }
    let of = |mark: Mark| profile.facts.iter().filter(move |fact| fact.mark == mark);
    page.heading("DOCUMENTED: the source says it");
    for fact in of(Mark::Documented) {
        let open = if fact.assumed.is_some() { " (in part; the rest is under ASSUMED)" } else { "" };
        entry(page, profile, fact, &format!("{}{open}", fact.says), true);
    }
    page.heading("ASSUMED: the source is silent, and this is what a client would most plausibly meet");
    for fact in &profile.facts {
        match (fact.mark, &fact.assumed) {
            (Mark::Assumed, assumed) => {
                let chosen =
                    assumed.as_deref().map(|assumed| format!(" Assumed: {assumed}")).unwrap_or_default();
                entry(page, profile, fact, &format!("{}{chosen}", fact.says), true);
            }
            (Mark::Documented | Mark::Varies, Some(assumed)) => entry(page, profile, fact, assumed, false),
            (Mark::Documented | Mark::Varies, None) => {}
        }
    }
    page.heading("VARYING: it can differ");
    for fact in of(Mark::Varies) {
        let variants = profile.variants.iter().filter(|variant| variant.fact == fact.id);
        let shown = variants
            .map(|variant| format!("the variant {} ({} is in force)", variant.name, variant.in_force));
        let shown: Vec<String> = shown.chain(fact.shown_by.clone()).collect();
        entry(page, profile, fact, &format!("{} Shown by {}.", fact.says, listed(&shown)), true);
    }
}

/// A fact; with all that stands behind it, where that has not been said already.
fn entry(page: &mut Page, profile: &Profile, fact: &Fact, says: &str, is_whole: bool) {
    const ID_CHARS: usize = 14;
    page.entry(2, &fact.id, ID_CHARS, says);
    if !is_whole {
        return;
    }
    for source in fact.sources.iter().filter_map(|index| profile.sources.get(*index)) {
        let file = source.file.as_ref().map(|file| format!(" ({file})")).unwrap_or_default();
        page.paragraph(ID_CHARS + 4, &format!("source {}: {}{file}", source.name, source.title));
    }
    let mut files: Vec<(String, Vec<String>)> = Vec::new();
    for (setting, place) in fixes(profile, fact) {
        let file = place.map_or_else(|| "nothing written".to_owned(), |place| place.source.name.clone());
        let setting =
            place.map_or_else(|| setting.to_owned(), |place| format!("{setting}:{}", place.position().line));
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, settings)) => settings.push(setting),
            None => files.push((file, vec![setting])),
        }
    }
    for (file, settings) in files {
        page.paragraph(ID_CHARS + 4, &format!("fixes in {file}: {}", settings.join(", ")));
    }
}

fn advisories(page: &mut Page, profile: &Profile) {
    if profile.advisories.is_empty() {
        return;
    }
    page.heading("ADVISORIES: noted beside the call, never sent");
    let entries = profile.advisories.iter().map(|one| {
        let fact = profile.facts.get(one.fact).map_or("", |fact| &*fact.id);
        (one.name.clone(), sentence(&format!("{} ({fact})", one.says)))
    });
    page.entries(2, LABEL_CHARS_MAX, &entries.collect::<Vec<_>>());
}

fn absent(page: &mut Page, profile: &Profile) {
    if profile.absent.is_empty() {
        return;
    }
    page.heading("ABSENT: not served");
    let entries = profile.absent.iter().map(|one| {
        let path = one.path.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
        (one.name.clone(), format!("{}{path}", sentence(&one.about)))
    });
    page.entries(2, LABEL_CHARS_MAX, &entries.collect::<Vec<_>>());
}
