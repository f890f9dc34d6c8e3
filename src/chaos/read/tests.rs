use http::Method;

use super::{Rule, Source, read_sent};
use crate::chaos::delay::Shape;
use crate::chaos::{
    Apart, Commit, DELAY_MS_MAX, Delay, Ending, Moment, Respond, TokenEnd, Visibility, What, When, Where,
};
use crate::fault::FaultName;
use crate::profile::diagnostic::render;

/// The one rule of a text; it does something whatever else it says.
fn rule(written: &str) -> Rule {
    let mut found = Vec::new();
    let text = format!("{{{written}}}");
    let rules = read_sent(&Source::new("rule", text), None, &mut found);
    assert!(found.is_empty(), "{written}\n{}", render(&found));
    rules.and_then(|mut rules| rules.pop()).expect("one rule")
}

fn check_where(written: &str, wanted: &Where) {
    assert_eq!(rule(&format!("where: {{{written}}}, delay: 1s")).place, *wanted, "{written}");
}

fn check_when(written: &str, wanted: &When) {
    assert_eq!(rule(&format!("when: {{{written}}}, delay: 1s")).when, *wanted, "{written}");
}

fn check(written: &str, wanted: &What) {
    assert_eq!(rule(written).what, *wanted, "{written}");
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn where_says_which_calls() {
    check_where("", &Where::default());
    check_where("vendor: v, api: rest", &Where { vendor: some("v"), api: some("rest"), ..Where::default() });
    check_where("method: POST", &Where { methods: vec![Method::POST], ..Where::default() });
    check_where(
        "method: [PUT, PATCH], path: /v2/**",
        &Where { methods: vec![Method::PUT, Method::PATCH], path: some("/v2/**"), ..Where::default() },
    );
    check_where(
        "operation: create_user, credential: api, organization: acme",
        &Where {
            operation: some("create_user"),
            credential: some("api"),
            organization: some("acme"),
            ..Where::default()
        },
    );
}

#[test]
fn when_says_which_of_them() {
    check_when("", &When::default());
    check_when("probability: 0.2", &When { probability: Some(0.2), ..When::default() });
    check_when("probability: 1", &When { probability: Some(1.0), ..When::default() });
    check_when("nth: 2", &When { nth: vec![2], ..When::default() });
    check_when("nth: [2, 5], times: 1", &When { nth: vec![2, 5], times: Some(1), ..When::default() });
    check_when(
        "first: 30, after: 10, every: 3",
        &When { first: Some(30), after: Some(10), every: Some(3), ..When::default() },
    );
    let between = |from, to| When { between: Some((from, to)), ..When::default() };
    check_when("between: [10s, 2m]", &between(Moment::In(10_000), Moment::In(120_000)));
    check_when("between: [1s, '1970-01-01T00:01:00+00:00']", &between(Moment::In(1_000), Moment::At(60_000)));
    check_when("each: [kind]", &When { each: vec![Apart::Kind], ..When::default() });
    check_when(
        "each: [vendor, operation, credential, organization]",
        &When {
            each: vec![Apart::Vendor, Apart::Operation, Apart::Credential, Apart::Organization],
            ..When::default()
        },
    );
}

#[test]
fn a_delay_has_a_distribution_and_a_longest() {
    let delay = |shape, max_ms| What { delay: Some(Delay { shape, max_ms }), ..What::default() };
    check("delay: 250ms", &delay(Shape::Fixed(250), DELAY_MS_MAX));
    check("delay: {uniform: [100ms, 2s]}", &delay(Shape::Uniform(100, 2_000), DELAY_MS_MAX));
    check("delay: {normal: {mean: 200ms, deviation: 50ms}, max: 1s}", &delay(Shape::Normal(200, 50), 1_000));
    check("delay: {lognormal: {median: 80ms, p99: 2s}, max: 5s}", &delay(Shape::Lognormal(80, 2_000), 5_000));
}

#[test]
fn another_reply_is_a_status_a_fault_or_a_body() {
    let respond = |respond| What { respond: Some(respond), ..What::default() };
    check("respond: 503", &respond(Respond { status: Some(503), ..Respond::default() }));
    check(
        "respond: {fault: rate_limited, retry_after: 2s}",
        &respond(Respond {
            fault: Some(FaultName::RateLimited),
            retry_after_ms: Some(2_000),
            ..Respond::default()
        }),
    );
    check(
        "respond: {body: {a: [1]}}",
        &respond(Respond { body: Some(r#"{"a":[1]}"#.into()), ..Respond::default() }),
    );
    let what = rule("respond: {status: 502, headers: {X-A: b}, body: gone}, commit: before").what;
    let respond = what.respond.expect("a reply");
    assert_eq!((respond.status, respond.body.as_deref()), (Some(502), Some(&b"gone"[..])));
    assert_eq!(respond.headers.get("x-a").map(|value| value.as_bytes()), Some(&b"b"[..]));
    assert_eq!(what.commit, Some(Commit::Before));
}

#[test]
fn all_else_that_may_happen_is_read() {
    let ending = |ending| What { ending: Some(ending), ..What::default() };
    check("ending: reset", &ending(Ending::Reset));
    check("ending: close", &ending(Ending::Close));
    check("ending: garbage", &ending(Ending::Garbage));
    check("ending: malformed_json", &ending(Ending::MalformedJson));
    check("ending: hang", &ending(Ending::Hang(60_000)));
    check("ending: {hang: 5s}", &ending(Ending::Hang(5_000)));
    check("ending: {truncate: 0}", &ending(Ending::Truncate(0)));
    check("ending: {drip: 100}", &ending(Ending::Drip(100)));
    let visibility =
        |after_ms, by_id| What { visibility: Some(Visibility { after_ms, by_id }), ..What::default() };
    check("visibility: 5s", &visibility(5_000, false));
    check("visibility: {after: 5s, by_id: true}", &visibility(5_000, true));
    check("page_items_max: 10", &What { page_items_max: Some(10), ..What::default() });
    for (word, end) in
        [("rotate", TokenEnd::Rotate), ("revoke", TokenEnd::Revoke), ("expire", TokenEnd::Expire)]
    {
        check(&format!("token: {word}"), &What { token: Some(end), ..What::default() });
    }
    check(
        "ending: close, commit: never, delay: null",
        &What { commit: Some(Commit::Never), ..ending(Ending::Close) },
    );
}
