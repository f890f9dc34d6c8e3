//! The vendors' consoles and staff, beyond what a conversation can show: races, and laws over all vendors.

use std::path::Path;
use std::sync::{Arc, Barrier};

use serde_json::{Map, Value};
use standin::engine::{Engine, Entry, Setup};
use standin::profile::Library;

use crate::support::{faultless, source};

/// How many come at once.
const AT_ONCE: usize = 16;

fn engine(library: &Library) -> Engine {
    let profiles = library.vendors().map(|vendor| {
        Arc::new(library.profile(vendor, &[]).unwrap_or_else(|found| panic!("{vendor}: {found:?}")))
    });
    let mut setup = Setup::new(profiles.collect());
    (setup.recipients, setup.groups, setup.clock_ms) = (12, 3, Some(0));
    Engine::start(setup).expect("an engine that starts")
}

fn jackdaw() -> Engine {
    engine(&faultless(&[source(Path::new("tests/vendors/jackdaw.yaml"))]))
}

/// Does something with several threads at the same moment.
fn at_once<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(AT_ONCE);
    std::thread::scope(|scope| {
        let start = |nth| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(nth)
            })
        };
        let threads: Vec<_> = (0..AT_ONCE).map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// How many credentials of a kind live.
fn living(engine: &Engine, name: &str) -> usize {
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    let kind = engine.profiles()[0].credentials.iter().position(|kind| kind.name == name).expect("a kind");
    let all = engine.credentials(&sandbox, 0);
    let of_it = all.iter().filter(|one| one.owner.credential == kind && one.owner.organization == 0);
    of_it.filter(|one| one.ends.is_none() && one.flaw(0).is_none()).count()
}

#[test]
fn however_many_come_at_once_no_more_live_than_can() {
    let engine = jackdaw();
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    let got = at_once(|_| {
        let staff = engine.staff(&sandbox, 0, None).expect("the first organization");
        let none = Map::new();
        let pass = engine.act(&staff, "get_pass", &none, "").is_ok();
        engine.act(&staff, "get_badge", &none, "").expect("a badge is always there");
        pass
    });
    // One of the two lives from the start.
    assert_eq!(got.iter().filter(|got| **got).count(), 1);
    assert_eq!((living(&engine, "pass"), living(&engine, "badge")), (2, 2));
}

#[test]
fn two_credentials_of_one_name_never_live() {
    let engine = jackdaw();
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    let mut wish = engine.wish(&sandbox, "jackdaw", "ticket", "acme").expect("a wish");
    wish.label = Some("one".to_owned());
    let issued = at_once(|_| engine.issue(&sandbox, &wish).is_ok());
    assert_eq!(issued.iter().filter(|issued| **issued).count(), 1);
}

#[test]
fn whoever_edits_nothing_changes_nothing() {
    let engine = engine(&faultless(&standin::profile::files::built_in()));
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    for (index, profile) in engine.profiles().iter().enumerate() {
        let staff = engine.staff(&sandbox, index, None).expect("the first organization");
        for kind in &profile.records {
            let (records, total) = staff.list(&kind.name, 0, 100).expect("a type of record");
            assert_eq!(records.len(), total, "{} {}", profile.vendor, kind.name);
            for before in records {
                let id = before["id"].as_str().expect("an id");
                let after = staff.change(&kind.name, id, Entry::default());
                assert_eq!(after.as_ref(), Ok(&before), "{} {} {id}", profile.vendor, kind.name);
            }
        }
    }
}

#[test]
fn what_staff_sees_of_a_record_makes_another_like_it() {
    let engine = engine(&faultless(&standin::profile::files::built_in()));
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    for (index, profile) in engine.profiles().iter().enumerate() {
        let staff = engine.staff(&sandbox, index, None).expect("the first organization");
        for kind in &profile.records {
            for before in staff.list(&kind.name, 0, 100).expect("a type of record").0 {
                let id = before["id"].as_str().expect("an id");
                staff
                    .remove(&kind.name, id)
                    .unwrap_or_else(|refused| panic!("{} {refused:?}", profile.vendor));
                let attributes = before["attributes"].as_object().cloned().unwrap_or_default();
                let made = staff.create(&kind.name, Entry { attributes, ..Entry::default() });
                let made = made.unwrap_or_else(|refused| panic!("{} {} {refused:?}", profile.vendor, before));
                // A manager who was removed before is nobody now.
                let plain = |seen: &Value| {
                    let mut seen = seen["attributes"].clone();
                    let extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
                    if let Some(extension) = seen.get_mut(extension).and_then(Value::as_object_mut) {
                        extension.shift_remove("manager");
                    }
                    seen
                };
                assert_eq!(plain(&made), plain(&before), "{}", profile.vendor);
            }
        }
    }
}
