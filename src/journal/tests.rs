use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use proptest::prelude::{Strategy, prop, proptest};
use proptest::prop_assert;
use proptest::test_runner::Config;
use serde_json::{Value, json};

use super::entry::{BODY_BYTES_KEPT_MAX, Entry};
use super::matching::{Match, StatusMatch};
use super::verify::{Count, NEAREST_MAX};
use super::{BYTES_LEAST, BYTES_MAX, BYTES_OF_ALL_MAX, ENTRIES_MAX, Journal, har, render};
use crate::call::{Body, Call, Follow as _, Reply};
use crate::notes::Notes;

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn call(method: Method, target: &str, headers: &[(&str, &str)], body: &str) -> Call {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let mut fields = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::try_from(*name).expect("a name");
        fields.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
    }
    Call {
        method,
        host: "localhost".to_owned(),
        path: path.to_owned(),
        query,
        headers: fields,
        body: Body::Whole(Bytes::copy_from_slice(body.as_bytes())),
        listener_vendor: None,
        peer: None,
    }
}

fn reply(status: u16, body: &str) -> Reply {
    let status = StatusCode::from_u16(status).expect("a status");
    Reply::new(status).with_body("application/json", body.to_owned())
}

fn entry(call: &Call, reply: &Reply) -> Entry {
    Entry::new(0, call, reply, Notes { request_id: "id".to_owned(), ..Notes::default() })
}

/// All that is ever shown of a call.
fn shown(entry: Entry) -> String {
    let journal = std::sync::Arc::new(Journal::default());
    journal.enter(entry);
    let all = journal.all();
    let stream = super::stream::Stream::new(&journal, None);
    let (events, _) = stream.next(0).expect("the journal is there");
    let wanted = Match { body: Some(json!({"no": "such"})), ..Match::default() };
    let verdict = journal.verify(&wanted, Count::AtLeast(1));
    let differs: Vec<Value> = verdict.nearest[0].1.iter().map(render::difference).collect();
    format!(
        "{} {} {} {} {} {differs:?}",
        render::line_with_bodies(&all[0]),
        render::explained(&all[0]),
        har::archive(&all),
        String::from_utf8_lossy(&events[0]),
        json!(verdict.nearest[0].0.request_headers().collect::<Vec<_>>()),
    )
}

/// A secret as it may be: long enough to be one, with what has to be escaped in JSON and in queries.
fn secret() -> impl Strategy<Value = String> {
    "[A-Za-z0-9+/\"&% é=]{4}[A-Za-z0-9]{12,20}[\"\\\\&]?"
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

proptest! {
    #![proptest_config(Config::with_cases(256))]

    #[test]
    fn no_secret_of_a_call_is_ever_shown(
        token in "[A-Za-z0-9._~+/-]{12,40}",
        password in secret(),
        other in secret(),
        place in 0..9_u8,
        status in prop::sample::select(vec![200_u16, 201, 302, 400, 401, 409, 500]),
    ) {
        let bearer = format!("Bearer {token}");
        let own_header = [("x-rook-api-key", token.as_str()), JSON];
        let headers = [("authorization", bearer.as_str()), JSON];
        let form_headers = [("authorization", bearer.as_str()), FORM];
        let body = match place {
            0 => json!({"userName": "ada", "password": password, "client_secret": other}),
            1 => json!({"Operations": [{"op": "replace", "path": "password", "value": password}]}),
            2 => json!({"Operations": [{"op": "add", "value": {"PASSWORD": password, "apiKey": [other]}}]}),
            3 => json!({"Operations": [{"path": "/Users", "data": {"deep": {"newPassword": password}}}]}),
            4 => json!({"filter": format!("password eq {}", Value::from(password.as_str()))}),
            _ => json!({"userName": "ada"}),
        };
        let made = match place {
            5 => call(Method::POST, "/t", &form_headers, &format!("a=b&client_secret={}&x=y", encoded(&password))),
            6 => call(Method::GET, &format!("/u?a=1&access_token={}", encoded(&password)), &headers, ""),
            7 => call(Method::GET, &format!("/u?filter={}", encoded(&format!("password eq {}", Value::from(password.as_str())))), &headers, ""),
            8 => call(Method::GET, "/u", &own_header, ""),
            _ => call(Method::POST, "/u", &headers, &body.to_string()),
        };
        // A reply that repeats what was sent: all of it when it refuses, else what was in body or query.
        let (mut said, location) = match place {
            5 | 6 => (json!({"detail": password}), format!("/u?access_token={}", encoded(&password))),
            8 => (json!({}), "/u".to_owned()),
            _ => (json!({"detail": [password]}), "/u".to_owned()),
        };
        if !(200..300).contains(&status) {
            said["why"] = json!(format!("{token} is not good"));
        }
        let answer = reply(status, &said.to_string());
        let answer = answer.with_header(http::header::LOCATION, HeaderValue::try_from(location).expect("a value"));
        let shown = shown(entry(&made, &answer));
        prop_assert!(!shown.contains(&token), "{token} in {shown}");
        if place < 8 {
            // Shown inside of JSON, perhaps twice.
            let once = Value::from(password.as_str()).to_string();
            let twice = Value::from(once.trim_matches('"')).to_string();
            for form in [password.as_str(), once.trim_matches('"'), twice.trim_matches('"'), &encoded(&password)] {
                prop_assert!(!shown.contains(form), "{form} in {shown}");
            }
        }
        if matches!(place, 0 | 2) {
            let once = Value::from(other.as_str()).to_string();
            prop_assert!(!shown.contains(once.trim_matches('"')), "{other} in {shown}");
        }
    }
}

#[test]
fn one_token_is_seen_to_be_the_same_in_two_calls() {
    let shown = |token: &str| {
        let made = call(Method::GET, "/u", &[("authorization", token)], "");
        let kept = entry(&made, &reply(200, "{}"));
        kept.request_headers().map(|(_, value)| value.to_owned()).next()
    };
    assert_eq!(shown("Bearer acme-api-token"), shown("Bearer acme-api-token"));
    assert_ne!(shown("Bearer acme-api-token"), shown("Bearer acme-scim-token"));
    assert!(shown("Bearer acme-api-token").is_some_and(|value| value.starts_with("Bearer acme…#")));
    assert!(shown("raw acme-api-token").is_some_and(|value| !value.contains("acme-api-token")));
}

#[test]
fn a_cookie_keeps_its_name_and_its_attributes() {
    let answer = reply(200, "{}").with_header(
        http::header::SET_COOKIE,
        HeaderValue::from_static("session=0123456789abcdef; Path=/; HttpOnly"),
    );
    let kept = entry(&call(Method::GET, "/u", &[], ""), &answer);
    let cookie =
        kept.reply_headers().find(|(name, _)| *name == "set-cookie").map(|(_, value)| value.to_owned());
    let cookie = cookie.expect("a cookie");
    assert!(cookie.starts_with("session=0123…#") && cookie.ends_with("; Path=/; HttpOnly"), "{cookie}");
}

#[test]
fn what_may_hold_a_secret_and_is_not_understood_is_not_kept() {
    let check = |headers: &[(&str, &str)], body: &str, lacks: bool| {
        let kept = entry(&call(Method::POST, "/u", headers, body), &reply(400, "{}")).sent;
        assert_eq!((kept.lacks.is_some(), kept.bytes.is_empty()), (lacks, lacks), "{body}");
        assert_eq!(kept.whole_bytes, Some(body.len()), "{body}");
    };
    check(&[JSON], r#"{"password": "hunter2-hunter2"#, true);
    check(&[JSON], r#"{"pass\u0077ord": "hunter2-hunter2""#, true);
    check(&[JSON], r#"{"name": "ada""#, false);
    check(&[], "password=hunter2", true);
    check(&[FORM], "password=hunter2", false);
}

#[test]
fn a_long_body_is_kept_as_it_begins_and_its_length_whole() {
    let long = format!("{{\"x\":\"{}\"}}", "é".repeat(BODY_BYTES_KEPT_MAX));
    let kept = entry(&call(Method::POST, "/u", &[JSON], &long), &reply(200, &long));
    for kept in [&kept.sent, &kept.answered] {
        assert_eq!((kept.bytes.len(), kept.whole_bytes), (BODY_BYTES_KEPT_MAX, Some(long.len())));
        assert!(kept.lacks.is_some());
    }
    assert!(render::explained(&kept)["reply"]["body"].is_string());
}

#[test]
fn a_journal_is_bounded_and_the_oldest_goes_first() {
    let journal = Journal::default();
    for _ in 0..ENTRIES_MAX + 10 {
        journal.enter(entry(&call(Method::GET, "/u", &[], ""), &reply(200, "{}")));
    }
    let all = journal.all();
    assert_eq!((all.len(), all[0].number, journal.forgotten()), (ENTRIES_MAX, 10, 10));
    let body = "x".repeat(BODY_BYTES_KEPT_MAX);
    for _ in 0..2 * BYTES_MAX / BODY_BYTES_KEPT_MAX {
        journal.enter(entry(&call(Method::POST, "/u", &[], &body), &reply(200, "{}")));
    }
    let bytes: usize = journal.all().iter().map(|entry| entry.bytes()).sum();
    assert!(bytes <= BYTES_MAX && bytes > BYTES_MAX / 2, "{bytes}");
    journal.clear();
    assert_eq!((journal.all().len(), journal.forgotten()), (0, 0));
}

#[test]
fn pages_show_each_call_once_the_newest_first_whatever_comes_meanwhile() {
    let journal = Journal::default();
    let enter = |status| journal.enter(entry(&call(Method::GET, "/u", &[], ""), &reply(status, "{}")));
    (0..10).for_each(|n| enter(if n % 3 == 0 { 404 } else { 200 }));
    let wanted = Match { status: Some(StatusMatch::Class(4)), ..Match::default() };
    let (mut numbers, mut next) = (Vec::new(), None);
    loop {
        let page = journal.page(&wanted, next, 2);
        numbers.extend(page.calls.iter().map(|call| call.number));
        enter(404);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(numbers, [9, 6, 3, 0]);
}

#[test]
fn whoever_follows_gets_each_call_once_also_after_a_clearing() {
    let journal = std::sync::Arc::new(Journal::default());
    let enter = || journal.enter(entry(&call(Method::GET, "/u", &[], ""), &reply(200, "{}")));
    enter();
    let stream = super::stream::Stream::new(&journal, None);
    let (events, from) = stream.next(stream.begins()).expect("the journal is there");
    assert_eq!((events.len(), from), (0, 1));
    enter();
    journal.clear();
    enter();
    let (events, from) = stream.next(from).expect("the journal is there");
    assert_eq!((events.len(), from), (1, 3));
    assert!(events[0].starts_with(b"id: 2\nevent: call\ndata: {"));
    drop(journal);
    assert!(stream.next(from).is_none());
}

#[test]
fn the_nearest_calls_differ_least_and_say_how() {
    let journal = Journal::default();
    let enter = |method: Method, path: &str, body: &str, status| {
        journal.enter(entry(&call(method, path, &[JSON], body), &reply(status, "{}")));
    };
    enter(Method::POST, "/v2/users", r#"{"email":"a@example.com","name":"A"}"#, 409);
    enter(Method::POST, "/v2/users", r#"{"email":"b@example.com","name":"A"}"#, 201);
    (0..9).for_each(|_| enter(Method::GET, "/v2/groups", "", 200));
    let wanted = Match {
        method: Some("post".to_owned()),
        path: Some("/v2/*".to_owned()),
        status: Some(StatusMatch::Exactly(201)),
        body: Some(json!({"email": "a@example.com"})),
        ..Match::default()
    };
    let verdict = journal.verify(&wanted, Count::Exactly(1));
    assert_eq!((verdict.passed, verdict.count, verdict.nearest.len()), (false, 0, NEAREST_MAX));
    let differs =
        |index: usize| -> Vec<Value> { verdict.nearest[index].1.iter().map(render::difference).collect() };
    assert_eq!(
        differs(0),
        [json!({"dimension": "body.email", "wanted": "a@example.com", "got": "b@example.com"})]
    );
    assert_eq!(differs(1), [json!({"dimension": "status", "wanted": 201, "got": 409})]);
    assert_eq!(differs(2).len(), 3);

    let posts = Match { method: Some("POST".to_owned()), ..Match::default() };
    for (count, passed) in [
        (Count::Exactly(2), true),
        (Count::AtLeast(3), false),
        (Count::AtLeast(1), true),
        (Count::AtMost(1), false),
        (Count::AtMost(2), true),
    ] {
        assert_eq!(journal.verify(&posts, count).passed, passed, "{count:?}");
    }
    // Too many: they are the calls to look at.
    let verdict = journal.verify(&posts, Count::AtMost(1));
    assert!(verdict.nearest.len() == 2 && verdict.nearest.iter().all(|(_, differs)| differs.is_empty()));
}

#[test]
fn many_journals_together_are_bounded_and_each_keeps_its_least() {
    let of_all = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(BYTES_OF_ALL_MAX));
    let held = |journal: &Journal| journal.all().iter().map(|entry| entry.bytes()).sum::<usize>();
    let journal = Journal::beside(&of_all);
    for _ in 0..1_000 {
        journal.enter(entry(&call(Method::GET, "/u", &[], ""), &reply(200, "{}")));
    }
    assert!(held(&journal) <= BYTES_LEAST && held(&journal) > BYTES_LEAST / 2, "{}", held(&journal));
    let bytes = held(&journal);
    assert_eq!(of_all.load(std::sync::atomic::Ordering::Relaxed), BYTES_OF_ALL_MAX + bytes);
    drop(journal);
    assert_eq!(of_all.load(std::sync::atomic::Ordering::Relaxed), BYTES_OF_ALL_MAX);
}

#[test]
fn a_long_body_that_may_hold_a_secret_is_not_kept() {
    let body = format!(r#"{{"password":"hunter22","x":"{}"}}"#, "y".repeat(100_000));
    let kept = entry(&call(Method::POST, "/u", &[], &body), &reply(413, "{}"));
    let told = render::explained(&kept).to_string();
    assert!(!told.contains("hunter22") && told.contains("too long to be looked into"), "{told}");
}
