//! `explain` of the made-up vendor, compared whole; and what must hold of every vendor.

use std::path::Path;

use serde_json::Value;
use standin::profile::explain::{json, text};
use standin::profile::files;
use standin::profile::model::Profile;

use crate::support::golden::golden;
use crate::support::{faultless, source};

fn rookery() -> Profile {
    let library = faultless(&[source(Path::new("tests/vendors/rookery.yaml"))]);
    library.profile("rookery", &[]).expect("it is free of mistakes")
}

/// The shipped vendors and the made-up one.
fn everyone() -> Vec<Profile> {
    let library = faultless(&files::built_in());
    let shipped =
        library.vendors().map(|vendor| library.profile(vendor, &[]).expect("it is free of mistakes"));
    shipped.chain([rookery()]).collect()
}

#[test]
fn a_vendor_is_described_as_a_person_would() {
    golden("tests/explain/rookery.txt", &text(&rookery()));
}

#[test]
fn a_vendor_is_described_for_programs() {
    golden("tests/explain/rookery.json", &format!("{:#}\n", json(&rookery())));
}

#[test]
fn no_line_is_too_long_and_nothing_hides_at_its_end() {
    for profile in everyone() {
        for line in text(&profile).lines() {
            assert!(line.chars().count() <= 110, "{}: {line}", profile.vendor);
            assert_eq!(line, line.trim_end(), "{}", profile.vendor);
            assert!(!line.contains(['\u{1b}', '\t', '\u{a0}']), "{}: {line}", profile.vendor);
        }
    }
}

#[test]
fn every_fact_variant_and_token_is_told() {
    for profile in everyone() {
        let (told, value) = (text(&profile), json(&profile));
        for fact in &profile.facts {
            assert!(told.contains(&format!("  {} ", fact.id)), "{} is not in the text", fact.id);
        }
        for variant in &profile.variants {
            assert!(
                told.contains(&format!("--set {}.{}=", profile.vendor, variant.name)),
                "{}",
                variant.name
            );
        }
        for (index, credential) in profile.credentials.iter().enumerate() {
            for one in value["credentials"][index]["default"].as_array().expect("a list") {
                let secrets = [&one["token"], &one["client_id"], &one["client_secret"]];
                for secret in secrets.into_iter().filter_map(Value::as_str) {
                    assert!(
                        secret.starts_with(&format!("{}-{}-", profile.vendor, credential.name)),
                        "{secret}"
                    );
                    assert!(told.contains(secret), "{secret}");
                }
            }
        }
        assert_eq!(value["facts"].as_array().map(Vec::len), Some(profile.facts.len()));
    }
}

#[test]
fn what_is_documented_and_what_is_assumed_are_apart() {
    let told = text(&rookery());
    let (documented, rest) = told.split_once("\nASSUMED").expect("there is such a heading");
    let (assumed, varying) = rest.split_once("\nVARYING").expect("there is such a heading");
    let documented = documented.split_once("\nDOCUMENTED").expect("there is such a heading").1;
    let guess = "A limit above 200 is 400.";
    assert!(assumed.contains(guess) && !documented.contains(guess) && !varying.contains(guess));
    assert!(assumed.contains("rookery.8") && !documented.contains("rookery.8"));
    assert!(
        varying.contains("rookery.6") && !documented.contains("rookery.6") && !assumed.contains("rookery.6")
    );
}

#[test]
fn the_keys_are_in_snake_case() {
    fn check(value: &Value) {
        match value {
            // Plans are names that the profile chose.
            Value::Object(members) => {
                members.iter().filter(|(key, _)| *key != "plans").for_each(|(key, value)| {
                    assert!(
                        key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                        "{key}"
                    );
                    check(value);
                })
            }
            Value::Array(items) => items.iter().for_each(check),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    everyone().iter().for_each(|profile| check(&json(profile)));
}
