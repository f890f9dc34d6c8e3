//! Records held against a file: at every vendor, whoever was read from a file is as that file has them.

use std::fs;
use std::sync::Arc;

use standin::engine::{Engine, Sandbox, Setup};
use standin::report::{Ended, Verdict};
use standin::seed::{self, Format, Recipient};

use crate::engine::PROFILES;

const FILES: &[(&str, Format)] = &[
    ("seed/example.csv", Format::Csv),
    ("seed/example.json", Format::Json),
    ("seed/example.ndjson", Format::Ndjson),
];

fn people(file: &str, format: Format) -> Vec<Recipient> {
    let text = fs::read(file).expect("a file");
    seed::read(file, &text, format).expect("people").recipients
}

/// An engine with nobody but the people of a file, at one vendor.
fn imported(vendor: usize, file: &str) -> (Engine, Arc<Sandbox>) {
    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.groups) = (0, 0);
    let engine = Engine::start(setup).expect("an engine that starts");
    let sandbox = engine.sandbox("default").expect("it is there");
    let staff = engine.staff(&sandbox, vendor, None).expect("staff");
    staff.import(file, &fs::read(file).expect("a file")).expect("all are taken in");
    (engine, sandbox)
}

fn passes(verdict: &Verdict) -> bool {
    verdict.ended == Ended::Pass
}

#[test]
fn whoever_is_read_from_a_file_is_as_that_file_has_them_whatever_the_vendor_and_the_format() {
    for (vendor, profile) in PROFILES.iter().enumerate() {
        for (file, format) in FILES {
            let (engine, sandbox) = imported(vendor, file);
            let verdict = engine.compare(&sandbox, vendor, file, &people(file, *format));
            assert!(passes(&verdict), "{}: {}", profile.vendor, verdict.says);
        }
    }
}

#[test]
fn each_difference_is_named_and_what_is_none_is_not() {
    let (file, format) = FILES[0];
    for (vendor, profile) in PROFILES.iter().enumerate() {
        let (engine, sandbox) = imported(vendor, file);
        let check = |change: &dyn Fn(&mut Vec<Recipient>), says: &str| {
            let mut people = people(file, format);
            change(&mut people);
            let verdict = engine.compare(&sandbox, vendor, file, &people);
            let as_wanted = if says.is_empty() {
                passes(&verdict)
            } else {
                verdict.ended == Ended::Fail && verdict.says.contains(says)
            };
            assert!(as_wanted, "{}: {says:?} is wanted: {}", profile.vendor, verdict.says);
        };
        check(&|people| people[1].email = people[1].email.to_uppercase(), "");
        check(&|people| people.reverse(), "");
        check(&|people| people[0].title = None, "");
        check(&|people| drop(people.remove(0)), "ada.okafor@example.com is too much");
        check(&|people| people.push(Recipient::new("new@example.com")), "new@example.com is missing");
        let other = |people: &mut Vec<Recipient>| {
            people[0].full_name = Some("Someone Else".into());
            people[0].given_name = Some("Someone".into());
        };
        check(&other, "ada.okafor@example.com has not ");
        // Cosafe keeps nobody who is not active, and so not whether somebody is.
        if profile.vendor != "cosafe" {
            check(&|people| people[0].active = false, "ada.okafor@example.com has not active false");
        }
        // Who is listed is active, unless the file says otherwise; all else is as it may.
        let bare = |person: &Recipient| Recipient { active: person.active, ..Recipient::new(&person.email) };
        // The made-up vendor writes letters around a number, and so also around none.
        if profile.vendor != "rookery" {
            check(&|people| *people = people.iter().map(bare).collect(), "");
        }
    }
}
