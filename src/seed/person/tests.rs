//! What holds of every made-up recipient, and the default worlds as they are kept in `seed/`.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use jiff::tz::TimeZoneDatabase;
use proptest::prelude::*;

use super::super::{Format, read};
use super::*;

/// The organizations that a sandbox starts with: name, how many recipients, domain.
const DEFAULTS: [(&str, u64, &str); 2] =
    [("acme", 250, "acme.example.com"), ("globex", 25, "globex.example.com")];

#[test]
fn addresses_are_unique_lower_case_ascii_and_in_their_domain() {
    let mut seen = HashSet::new();
    for i in 0..200_000 {
        let email = email(1, "acme", i, "acme.example.com");
        let local = email.strip_suffix("@acme.example.com").unwrap_or_default();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.';
        assert!(!local.is_empty() && local.len() <= 64 && local.bytes().all(plain), "{email}");
        assert!(seen.insert(email), "{i}");
    }
}

#[test]
fn every_trait_is_well_formed() {
    let zones = TimeZoneDatabase::bundled();
    let e164 = |number: &str| {
        let digits = number.strip_prefix('+').unwrap_or_default();
        (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    for i in 0..20_000 {
        let person = recipient(1, "acme", i, "example.com");
        let text = |name| person.trait_text(name).unwrap_or_default();
        assert!(zones.get(text("time_zone")).is_ok(), "{person:?}");
        assert!(e164(text("phone")) && person.mobile.as_deref().is_none_or(e164), "{person:?}");
        assert_eq!(text("locale"), format!("{}-{}", text("language"), text("country")));
        assert!(
            text("full_name").contains(text("given_name")) && text("full_name").contains(text("family_name"))
        );
        assert!(
            i == 0 || matches!(person.manager, Some(Manager::Index(manager)) if manager < i),
            "{person:?}"
        );
        for &(name, _) in
            TRAITS.iter().filter(|(name, _)| !["mobile", "manager", "active", "groups"].contains(name))
        {
            let held = text(name);
            assert!(
                !held.is_empty() && held.trim() == held && !held.contains(['#', '{', '\t']),
                "{name}: {held:?}"
            );
        }
    }
}

#[test]
fn the_people_are_as_mixed_as_they_should_be() {
    let people: Vec<Recipient> = (0..10_000).map(|i| recipient(1, "acme", i, "example.com")).collect();
    let share =
        |wanted: &dyn Fn(&Recipient) -> bool| people.iter().filter(|person| wanted(person)).count() / 100;
    let check = |what, percent: usize, range: std::ops::RangeInclusive<usize>| {
        assert!(range.contains(&percent), "{what}: {percent} %");
    };
    check("English", share(&|person| person.language.as_deref() == Some("en")), 57..=63);
    check(
        "not ASCII",
        share(&|person| person.full_name.as_deref().is_some_and(|name| !name.is_ascii())),
        10..=30,
    );
    check("inactive", share(&|person| !person.active), 4..=7);
    check("contractors", share(&|person| person.user_type.as_deref() == Some("Contractor")), 10..=14);
    check("mobile", share(&|person| person.mobile.is_some()), 67..=73);
    assert!(people[..3].iter().all(|person| person.active));
    let locales: HashSet<_> = people.iter().map(|person| &person.locale).collect();
    assert_eq!(locales.len(), 11);
}

#[test]
fn another_seed_or_organization_has_other_people() {
    let names = |seed, organization| -> Vec<Option<Text>> {
        (0..20).map(|i| recipient(seed, organization, i, "example.com").full_name).collect()
    };
    assert_ne!(names(1, "acme"), names(2, "acme"));
    assert_ne!(names(1, "acme"), names(1, "globex"));
}

#[test]
fn every_text_trait_can_be_set_and_asked_for_by_name() {
    for &(name, about) in TRAITS {
        let mut person = Recipient::new("");
        let is_text = !["active", "manager", "groups"].contains(&name);
        assert_eq!(person.set_trait_text(name, name.to_uppercase()), is_text, "{name}");
        assert_eq!(person.trait_text(name), is_text.then(|| name.to_uppercase()).as_deref(), "{name}");
        assert!(about.ends_with('.'), "{name}");
    }
    assert!(!Recipient::new("").set_trait_text("shoe_size", String::new()));
    assert_eq!(Recipient::new("").trait_text("shoe_size"), None);
}

#[test]
fn the_default_worlds_are_byte_for_byte_those_in_the_seed_folder_and_read_back() {
    for (organization, count, domain) in DEFAULTS {
        let email_of = |i| email(1, organization, i, domain);
        let lines = (0..count).map(|i| recipient(1, organization, i, domain).to_json_line(email_of) + "\n");
        let made: String = lines.collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("seed/default-{organization}.ndjson"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &made).expect("the seed folder can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        for (number, (made, kept)) in made.lines().zip(kept.lines()).enumerate() {
            assert_eq!(made, kept, "{}, line {}", path.display(), number + 1);
        }
        assert!(made == kept, "{}: another number of lines", path.display());

        let loaded = read(organization, kept.as_bytes(), Format::Ndjson).expect("a good file");
        assert_eq!(loaded.warnings, []);
        assert_eq!(loaded.recipients.len() as u64, count);
        for (read, made) in loaded.recipients.iter().zip(people(1, organization, count, domain)) {
            assert_eq!(*read, made);
        }
    }
}

/// The first recipients, with their managers' addresses as a file has them.
fn people(seed: u64, organization: &str, count: u64, domain: &str) -> Vec<Recipient> {
    (0..count)
        .map(|i| {
            let mut person = recipient(seed, organization, i, domain);
            if let Some(Manager::Index(manager)) = person.manager {
                person.manager = Some(Manager::Email(email(seed, organization, manager, domain)));
            }
            person
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whoever_is_written_reads_back(seed: u64, organization in "[a-z]{1,12}", count in 1_u64..40) {
        let people = people(seed, &organization, count, "example.test");
        let text: String = people.iter().map(|person| person.to_json_line(|_| String::new()) + "\n").collect();
        let loaded = read("people.ndjson", text.as_bytes(), Format::Ndjson);
        prop_assert_eq!(loaded.map(|loaded| loaded.recipients), Ok(people));
    }

    #[test]
    fn one_recipient_is_the_same_in_any_order_and_its_address_alone_too(seed: u64, i in 0..u64::MAX) {
        let alone = recipient(seed, "acme", i, "example.com");
        recipient(seed, "acme", i / 2, "example.com");
        prop_assert_eq!(email(seed, "acme", i, "example.com"), alone.email.as_str());
        prop_assert_eq!(recipient(seed, "acme", i, "example.com"), alone);
    }
}

#[test]
fn many_share_a_manager_and_most_manage_nobody() {
    let mut spans: HashMap<u64, u32> = HashMap::new();
    for i in 0..5_000 {
        if let Some(Manager::Index(manager)) = recipient(1, "acme", i, "example.com").manager {
            *spans.entry(manager).or_default() += 1;
        }
    }
    assert!(spans.values().any(|&span| span > 12), "{:?}", spans.values().max());
    assert!(spans.len() < 2_000, "{}", spans.len());
}
