//! Rate limits through the engine: what is spent where, and what stays when settings change.

use std::sync::Arc;

use http::StatusCode;
use standin::call::Call;
use standin::engine::{DEFAULT_SANDBOX, Engine, Setup};
use standin::limit::{Algorithm, LimitSeen};
use standin::profile::{Library, files};

use crate::engine::call;

const TOKEN: &str = "cofense-api-token";
const LIMIT: &str = "per_token";

fn engine(variants: &[(&str, &str)]) -> Engine {
    let library = Arc::new(Library::read(&files::built_in(), &mut Vec::new()));
    let picks: Vec<(String, String)> =
        variants.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let profile = library.profile("cofense", &picks).expect("a profile without mistakes");
    let mut setup = Setup::new(vec![Arc::new(profile)]);
    (setup.recipients, setup.groups, setup.clock_ms) = (3, 2, Some(0));
    setup.standing = vec![("cofense".to_owned(), "limits".to_owned(), "on".to_owned())];
    setup.library = Some(Arc::clone(&library));
    Engine::start(setup).expect("an engine that starts")
}

fn ask(engine: &Engine, token: &str) -> http::Response<()> {
    let reply = engine.answer(&call("GET", "/cofense/v2/groups", token, ""));
    let mut response = http::Response::new(());
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

fn status(engine: &Engine) -> StatusCode {
    ask(engine, TOKEN).status()
}

fn read(engine: &Engine, sandbox: &str) -> Vec<LimitSeen> {
    let sandbox = engine.sandbox(sandbox).expect("a sandbox");
    engine.limits(&sandbox, 0, |limiter, now_ms| Ok(limiter.read(now_ms))).expect("a vendor")
}

fn set_remaining(engine: &Engine, remaining: u32) {
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("the default sandbox");
    engine
        .limits(&sandbox, 0, |limiter, now_ms| limiter.set_remaining(LIMIT, None, remaining, now_ms))
        .expect("the limit is there");
}

#[test]
fn threads_on_one_token_get_what_there_is_and_no_more() {
    let engine = engine(&[]);
    let passed: usize = std::thread::scope(|scope| {
        let thread = || (0..60).filter(|_| status(&engine) == StatusCode::OK).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(thread)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    });
    assert_eq!(passed, 100);
}

#[test]
fn what_one_sandbox_spends_another_has_and_a_reset_gives_it_back() {
    let engine = engine(&[]);
    let other = engine.make_sandbox(Some("other"), engine.usual_birth()).expect("a sandbox");
    let wish = engine.wish(&other, "cofense", "api", "acme").expect("a kind of token");
    let of_other = engine.issue(&other, &wish).expect("a token").token;
    set_remaining(&engine, 0);
    assert_eq!(status(&engine), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask(&engine, &of_other).status(), StatusCode::OK);
    assert_eq!(read(&engine, "other")[0].buckets[0].remaining, 99);
    assert!(!read(&engine, "other")[0].buckets[0].key.contains(&of_other));

    engine.reset_sandbox(DEFAULT_SANDBOX).expect("the default sandbox");
    assert_eq!(status(&engine), StatusCode::OK);
    assert_eq!(read(&engine, DEFAULT_SANDBOX)[0].buckets[0].remaining, 99);
}

#[test]
fn a_variant_picked_at_run_time_changes_what_is_said_and_not_what_was_spent() {
    let engine = engine(&[("retry_after", "none")]);
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("the default sandbox");
    set_remaining(&engine, 1);
    assert_eq!(status(&engine), StatusCode::OK);
    assert!(!ask(&engine, TOKEN).headers().contains_key("retry-after"));
    engine.pick(&sandbox, 0, "retry_after", "seconds").expect("a variant");
    engine.pick(&sandbox, 0, "headers", "x-ratelimit").expect("a variant");
    let refused = ask(&engine, TOKEN);
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "60");
    assert_eq!(refused.headers()["x-ratelimit-remaining"], "0");
    engine.advance(DEFAULT_SANDBOX, 60_000);
    assert_eq!(ask(&engine, TOKEN).headers()["x-ratelimit-remaining"], "99");
}

#[test]
fn a_plan_set_at_run_time_has_its_limit_from_the_next_call_on() {
    let engine = engine(&[("headers", "x-ratelimit")]);
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("the default sandbox");
    assert_eq!(ask(&engine, TOKEN).headers()["x-ratelimit-limit"], "100");
    let vendor = sandbox.vendor(0).expect("it opens").expect("it is there");
    vendor.set_standing(Some(0), "plan", "essentials").expect("a plan");
    let on_essentials = ask(&engine, TOKEN);
    assert_eq!(on_essentials.headers()["x-ratelimit-limit"], "30");
    assert_eq!(on_essentials.headers()["x-ratelimit-remaining"], "28");
    assert_eq!(ask(&engine, "cofense-api-token-globex").headers()["x-ratelimit-limit"], "100");
}

#[test]
fn every_algorithm_has_a_word_that_profiles_may_use() {
    for (algorithm, word) in Algorithm::ALL {
        let per = if algorithm.takes_time() { ", per: 1s" } else { "" };
        let text = format!(
            "standin: 1\nvendor: case\nextends: cofense\nhosts: []\nlimits: {{rates: {{own: {{algorithm: {word}, limit: 1{per}}}}}}}\n"
        );
        let mut sources = files::built_in();
        sources.push(standin::profile::source::Source::new("case.yaml", &text));
        let library = crate::support::faultless(&sources);
        let profile = library.profile("case", &[]).expect("a profile without mistakes");
        let own = profile.limits.rates.iter().find(|law| law.name == "own").expect("it is there");
        assert_eq!(own.algorithm, *algorithm);
    }
}

#[test]
fn an_address_is_limited_and_one_from_within_is_one_more() {
    let text = "standin: 1\nvendor: case\nextends: cofense\nhosts: []\nlimits: {in_force: true, rates: {own: {by: [address], limit: 1, per: 1s}}}\n";
    let mut sources = files::built_in();
    sources.push(standin::profile::source::Source::new("case.yaml", text));
    let library = crate::support::faultless(&sources);
    let profile = library.profile("case", &[]).expect("a profile without mistakes");
    let mut setup = Setup::new(vec![Arc::new(profile)]);
    setup.clock_ms = Some(0);
    let engine = Engine::start(setup).expect("an engine that starts");
    for peer in [None, Some([10, 0, 0, 1].into()), Some([10, 0, 0, 2].into())] {
        let call = Call { peer, ..call("GET", "/case/v2/groups", "case-api-token", "") };
        assert_eq!(engine.answer(&call).status, StatusCode::OK);
        assert_eq!(engine.answer(&call).status, StatusCode::TOO_MANY_REQUESTS);
    }
}
