//! Chaos carried out: the ready-made rules at every vendor that ships, and walks through pages that are shorter than
//! documented.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::Method;
use serde_json::Value;
use standin::call::{Call, Ending};
use standin::chaos::ready_made::ReadyMade;
use standin::chaos::{read, ready_made};
use standin::engine::{Engine, Setup, Turn};
use standin::notes::Notes;
use standin::profile::model::{ApiKind, Does, PagingStyle, Profile};
use standin::profile::source::Source;

use crate::engine::{PROFILES, call, json};

/// An engine of one vendor whose clock stands, and whose delays are noted and not waited.
fn engine(profile: &Arc<Profile>, recipients: usize) -> Engine {
    engine_of(std::slice::from_ref(profile), recipients)
}

fn engine_of(profiles: &[Arc<Profile>], recipients: usize) -> Engine {
    let mut setup = Setup::new(profiles.to_vec());
    (setup.recipients, setup.groups, setup.clock_ms) = (recipients, 1, Some(0));
    let engine = Engine::start(setup).expect("an engine that starts");
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    engine.turn(&sandbox, &Turn { virtual_delays: Some(true), ..Turn::default() }).expect("a clock");
    engine
}

fn arm(engine: &Engine, rules: &str) {
    let sandbox = engine.sandbox("default").expect("the default sandbox");
    let rules = read::read_sent(&Source::new("rules", rules), Some(engine.profiles()), &mut Vec::new());
    engine.arm(&sandbox, rules.expect("good rules")).expect("room for them");
}

/// A list and a write at each surface of a vendor, with a credential that is good there.
fn calls(profile: &Profile) -> Vec<Call> {
    let mut calls = Vec::new();
    for api in profile.apis.iter().filter(|api| api.kind != ApiKind::OAuth) {
        let credential = &profile.credentials[api.credential];
        let token = format!("{}-{}-token", profile.vendor, credential.name);
        let base = format!("/{}{}", profile.vendor, api.base_of("acme"));
        for endpoint in &api.endpoints {
            let is_meant = match endpoint.does {
                Does::List => endpoint.method == Method::GET,
                Does::Create => true,
                _ => false,
            };
            if is_meant {
                let path = format!("{base}{}", endpoint.path);
                calls.push(call(endpoint.method.as_str(), &path, &token, "{}"));
            }
        }
    }
    assert!(!calls.is_empty(), "{} has nothing to call", profile.vendor);
    calls
}

/// What twenty-five calls of each kind met.
fn met(profile: &Arc<Profile>, set: &str) -> Vec<(u16, Option<Ending>, Notes)> {
    let engine = engine(profile, 12);
    arm(&engine, &format!("{{use: {set}}}"));
    let calls = calls(profile);
    let answer = |nth: usize| {
        let (reply, notes) = engine.answer_with_notes(&calls[nth % calls.len()]);
        (reply.status.as_u16(), reply.delivery.map(|delivery| delivery.ending), notes)
    };
    (0..25 * calls.len()).map(answer).collect()
}

#[test]
fn every_ready_made_set_strikes_every_vendor_as_it_says() {
    for (profile, set) in
        PROFILES.iter().flat_map(|profile| ready_made::all().into_iter().map(move |set| (profile, set)))
    {
        let met = met(profile, set.name);
        let case = format!("{} at {}", set.name, profile.vendor);
        let struck: Vec<_> = met.iter().filter(|(_, _, notes)| notes.chaos.is_some()).collect();
        assert!(!struck.is_empty(), "{case} strikes nobody");
        for (status, ending, notes) in struck {
            let chaos = notes.chaos.as_deref().expect("one that was struck");
            let is_so = match set.name {
                "flaky" => *status == 503 || *ending == Some(Ending::Reset),
                "slow" => chaos.delay_ms > 0 && chaos.is_virtual,
                "brownout" => *status == 503 || chaos.delay_ms > 0,
                "outage" => *status == 503,
                "rate-limit-storm" => *status == 429,
                "token-rotation-midway" => *status == 401 && chaos.token == Some("rotate"),
                "lost-responses" => *ending == Some(Ending::Close) && chaos.lost_status.is_some(),
                "eventual-consistency" => chaos.visible_after_ms == Some(5_000),
                "page-cap-surprise" => chaos.page_items_max == Some(10),
                other => panic!("this test does not know {other}"),
            };
            assert!(is_so, "{case}: {status} {ending:?} {chaos:?}");
        }
    }
}

#[test]
fn one_seed_gives_one_fate() {
    for set in ready_made::all() {
        let fates = || -> Vec<_> {
            met(&PROFILES[0], set.name)
                .into_iter()
                .map(|(status, ending, notes)| (status, ending, notes.chaos))
                .collect()
        };
        assert_eq!(fates(), fates(), "{}", set.name);
    }
}

/// The fate of each of 45 calls of a kind, some others coming before each of them: the rules that struck it, its delay, and
/// how it ended.
fn fates(set: &ReadyMade, watched: &Call, beside: &[Call]) -> Vec<Option<String>> {
    let engine = engine_of(&PROFILES[..2], 1);
    arm(&engine, &format!("{{use: {}}}", set.name));
    let fate = |_| {
        beside.iter().for_each(|call| drop(engine.answer(call)));
        let chaos = engine.answer_with_notes(watched).1.chaos?;
        let rules: Vec<&str> = chaos.strikes.iter().map(|strike| strike.rule.as_str()).collect();
        Some(format!("{rules:?} {} {:?} {:?}", chaos.delay_ms, chaos.ending, chaos.token))
    };
    (0..45).map(fate).collect()
}

#[test]
fn no_shipped_set_has_another_fate_for_a_call_because_of_what_runs_beside_it() {
    let own = calls(&PROFILES[0]);
    let of = |call: &Call, whose: &str| {
        let mut call = call.clone();
        let token = call.headers["authorization"].to_str().expect("text").to_owned();
        call.headers.insert("authorization", format!("{token}{whose}").parse().expect("a value"));
        call
    };
    for set in ready_made::all() {
        let mut struck = 0;
        for (index, watched) in own.iter().enumerate() {
            // The same operation by another organization and by a stranger, and another vendor's.
            let mut beside = vec![of(watched, "-globex"), of(watched, "-of-nobody")];
            beside.extend(calls(&PROFILES[1]));
            // What this one counts is the calls with a credential, whatever they do.
            if set.name != "token-rotation-midway" {
                beside.extend(
                    own.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, call)| call.clone()),
                );
            }
            let alone = fates(&set, watched, &[]);
            assert_eq!(fates(&set, watched, &beside), alone, "{} {}", set.name, watched.path);
            struck += alone.iter().flatten().count();
        }
        assert!(struck > 0, "{} strikes nobody", set.name);
    }
}

#[test]
fn an_access_token_dies_as_a_rule_says_and_its_client_gets_another() {
    for how in ["rotate", "revoke", "expire"] {
        let cofense = PROFILES.iter().find(|profile| profile.vendor == "cofense").expect("Cofense");
        let engine = engine(cofense, 1);
        let access_token = || {
            let asked = "grant_type=client_credentials&client_id=cofense-vision-client\
                         &client_secret=cofense-vision-secret";
            let mut call = call("POST", "/cofense/vision/oauth/token", "", asked);
            let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
            call.headers.insert(http::header::CONTENT_TYPE, form);
            json(&engine.answer(&call))["access_token"].as_str().expect("a token").to_owned()
        };
        // What is not there is a 404 to whoever is known, and a 401 to all others.
        let status =
            |token: &str| engine.answer(&call("GET", "/cofense/vision/x", token, "")).status.as_u16();
        let first = access_token();
        arm(&engine, &format!("{{token: {how}, when: {{nth: 2}}}}"));
        assert_eq!([status(&first), status(&first), status(&first)], [404, 401, 401], "{how}");
        let second = access_token();
        assert_eq!(status(&second), 404, "{how}");
        // A step of a scenario ends the tokens of clients, too, and leaves them their secret.
        let steps = format!("scenario: s\nabout: it.\ntimeline: [{{at: 0s, credentials: {{{how}: {{}}}}}}]");
        let source = standin::profile::source::Source::new("s", steps);
        let scenario = standin::scenario::read::read(&source, None, &mut Vec::new()).expect("a scenario");
        let sandbox = engine.sandbox("default").expect("the default sandbox");
        engine.play(&sandbox, &Arc::new(scenario)).expect("it begins");
        assert_eq!([status(&second), status(&access_token())], [401, 404], "{how}");
    }
}

#[test]
fn the_rules_that_struck_a_call_count_among_the_bytes_of_its_journal() {
    let bytes = |name: &str| {
        let engine = engine(&PROFILES[0], 1);
        arm(&engine, &format!("{{name: {name}, delay: 1s}}"));
        engine.answer(&calls(&PROFILES[0])[0]);
        let sandbox = engine.sandbox("default").expect("the default sandbox");
        sandbox.journal.all().iter().map(|entry| entry.bytes()).sum::<usize>()
    };
    assert_eq!(bytes(&"x".repeat(100)) - bytes("x"), 99);
}

/// The list of items in a reply: the first list of maps, wherever the vendor keeps it.
fn items(reply: &Value) -> &[Value] {
    let lists = reply.as_object().into_iter().flatten().filter(|(name, _)| *name != "schemas");
    lists.filter_map(|(_, value)| value.as_array()).map(Vec::as_slice).next().unwrap_or(&[])
}

#[test]
fn who_reads_on_by_what_came_gets_everybody_once_however_short_the_pages() {
    let mut styles = BTreeSet::new();
    for profile in PROFILES.iter() {
        for (list, style, call) in lists(profile) {
            let engine = engine(profile, 23);
            let sandbox = engine.sandbox("default").expect("the default sandbox");
            let whole: Vec<Value> = items(&json(&engine.answer(&call("")))).to_vec();
            arm(&engine, "{page_items_max: 4}");
            let (mut seen, mut at) = (BTreeMap::new(), 0);
            for nth in 1.. {
                let from = match style {
                    PagingStyle::Page => nth,
                    PagingStyle::Index => at + 1,
                    _ => at,
                };
                let page = json(&engine.answer(&call(&from.to_string())));
                let came = items(&page);
                assert!(came.len() <= 4, "{list} gave {}", came.len());
                if came.is_empty() {
                    break;
                }
                at += came.len();
                for item in came {
                    let twice = seen.insert(item.to_string(), ());
                    assert!(twice.is_none(), "{list} gave {item} twice");
                }
            }
            assert_eq!(seen.len(), whole.len(), "{list}");
            assert!(whole.len() == 23, "{list} has {}", whole.len());
            assert!(!sandbox.chaos.is_idle());
            styles.insert(format!("{style:?}"));
        }
    }
    assert!(styles.len() >= 2, "only {styles:?} were walked");
}

type Page<'p> = Box<dyn Fn(&str) -> Call + 'p>;

/// The lists of users that are walked by numbers, each with how its pages are called.
fn lists(profile: &Arc<Profile>) -> Vec<(String, PagingStyle, Page<'_>)> {
    let mut lists: Vec<(String, PagingStyle, Page<'_>)> = Vec::new();
    for api in &profile.apis {
        let credential = &profile.credentials[api.credential];
        let token = format!("{}-{}-token", profile.vendor, credential.name);
        let base = format!("/{}{}", profile.vendor, api.base_of("acme"));
        let users = api.endpoints.iter().filter(|endpoint| {
            endpoint.does == Does::List
                && endpoint.method == Method::GET
                && endpoint.path.eq_ignore_ascii_case("/users")
        });
        for endpoint in users {
            let style = endpoint.paging.style;
            if !matches!(style, PagingStyle::Page | PagingStyle::Offset | PagingStyle::Index) {
                continue;
            }
            let (path, token) = (format!("{base}{}", endpoint.path), token.clone());
            let (number, size) = (&endpoint.paging.number, &endpoint.paging.size);
            let page = move |from: &str| {
                let query =
                    if from.is_empty() { format!("{size}=50") } else { format!("{number}={from}&{size}=50") };
                call("GET", &format!("{path}?{query}"), &token, "")
            };
            lists.push((endpoint.name.clone(), style, Box::new(page)));
        }
    }
    lists
}
