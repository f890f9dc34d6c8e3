//! What limits do, one rule a test. The laws of the algorithms stand in [`laws`].

mod laws;

use std::net::IpAddr;
use std::sync::Arc;

use super::law::DAY_MS;
use super::meter::KEYS_MAX;
use super::{Algorithm, By, Claim, Law, Level, Limiter, Penalty, Rate, Refused};

/// 2026-01-01T00:00:00Z.
const START_MS: i64 = 1_767_225_600_000;

/// Three calls in 10 seconds for each credential.
fn law(algorithm: Algorithm) -> Law {
    let per_ms = algorithm.takes_time().then_some(10_000);
    Law {
        name: "per_token".to_owned(),
        algorithm,
        by: vec![By::Credential],
        rate: Rate { limit: 3, per_ms },
        plans: Vec::new(),
        cost: 1,
        costs: std::collections::HashMap::new(),
        charges_refused: false,
        penalty: None,
    }
}

fn limiter(laws: impl IntoIterator<Item = Law>) -> Limiter {
    Limiter::new(laws.into_iter().map(Arc::new), true)
}

fn by(credential: &str) -> Claim<'_> {
    Claim { credential: Some(credential), organization: Some("acme"), ..Claim::default() }
}

/// How long a call so many milliseconds after the start has to wait; `None` when it passes.
fn call(limiter: &Limiter, claim: &Claim<'_>, at_ms: i64) -> Option<u64> {
    match limiter.spend(claim, START_MS + at_ms, &mut Vec::new()) {
        Ok(_) => None,
        Err(Refused { retry_after_ms }) => Some(retry_after_ms.unwrap_or(u64::MAX)),
    }
}

/// Calls of one client at these times, each with how long it has to wait; 0 when it passes.
fn check(limiter: &Limiter, calls: &[(i64, u64)]) {
    for (index, (at_ms, wait_ms)) in calls.iter().enumerate() {
        assert_eq!(call(limiter, &by("a"), *at_ms).unwrap_or(0), *wait_ms, "call {index}, at {at_ms} ms");
    }
}

fn remaining(limiter: &Limiter, at_ms: i64) -> Vec<(String, u32)> {
    let limits = limiter.read(START_MS + at_ms);
    limits.into_iter().flat_map(|limit| limit.buckets).map(|one| (one.key, one.remaining)).collect()
}

#[test]
fn each_algorithm_lets_its_calls_pass_and_says_when_there_is_room_again() {
    let of = |algorithm| limiter([law(algorithm)]);
    check(
        &of(Algorithm::FixedWindow),
        &[
            (4_000, 0),
            (5_000, 0),
            (13_999, 0),
            (13_999, 1),
            (14_000, 0),
            (23_999, 0),
            (23_999, 0),
            (23_999, 1),
        ],
    );
    check(
        &of(Algorithm::ClockWindow),
        &[
            (4_000, 0),
            (5_000, 0),
            (9_000, 0),
            (9_999, 1),
            (10_000, 0),
            (19_000, 0),
            (19_000, 0),
            (19_000, 1_000),
        ],
    );
    check(
        &of(Algorithm::SlidingWindow),
        &[
            (0, 0),
            (4_000, 0),
            (9_000, 0),
            (9_500, 500),
            (10_000, 0),
            (13_999, 1),
            (14_000, 0),
            (14_000, 5_000),
        ],
    );
    // A third of 10 seconds is 3333.3 milliseconds.
    check(
        &of(Algorithm::TokenBucket),
        &[(0, 0), (0, 0), (0, 0), (0, 3_334), (3_333, 1), (3_334, 0), (6_666, 1)],
    );
    let day_ms = i64::try_from(DAY_MS).expect("a day is short");
    check(
        &of(Algorithm::DailyQuota),
        &[(0, 0), (day_ms / 2, 0), (day_ms - 2, 0), (day_ms - 1, 1), (day_ms, 0), (day_ms, 0)],
    );
}

#[test]
fn calls_at_the_same_time_are_given_back_when_they_end() {
    let limiter = limiter([law(Algorithm::Concurrent)]);
    let spend = || limiter.spend(&by("a"), START_MS, &mut Vec::new());
    let running: Vec<_> = (0..3).map(|_| spend().expect("there is room")).collect();
    assert_eq!(spend().err(), Some(Refused { retry_after_ms: None }));
    assert_eq!(remaining(&limiter, 0)[0].1, 0);
    drop(running);
    assert_eq!(remaining(&limiter, 0)[0].1, 3);
    assert!(spend().is_ok());

    limiter.set_remaining("per_token", None, 1, START_MS).expect("the limit is there");
    let held = spend().expect("there is room");
    assert!(spend().is_err());
    drop(held);
    assert!(spend().is_ok());
}

#[test]
fn a_call_passes_only_where_all_limits_have_room_and_is_charged_to_all_or_none() {
    let wide = Law {
        name: "wide".to_owned(),
        rate: Rate { limit: 5, per_ms: Some(60_000) },
        ..law(Algorithm::FixedWindow)
    };
    let both = limiter([law(Algorithm::FixedWindow), wide.clone()]);
    check(
        &both,
        &[(0, 0), (0, 0), (0, 0), (0, 10_000), (9_999, 1), (10_000, 0), (10_000, 0), (10_000, 50_000)],
    );

    // The narrow limit refuses, and the wide one charges that.
    let charging = limiter([law(Algorithm::FixedWindow), Law { charges_refused: true, ..wide }]);
    check(&charging, &[(0, 0), (0, 0), (0, 0), (0, 10_000), (0, 60_000), (10_000, 50_000)]);

    let mut levels = Vec::new();
    both.spend(&by("b"), START_MS, &mut levels).expect("there is room");
    let level = |limit_index, limit, per_ms| Level {
        limit_index,
        rate: Rate { limit, per_ms: Some(per_ms) },
        before: limit,
        remaining: limit - 1,
        resets_at_ms: Some(START_MS + i64::try_from(per_ms).expect("short")),
        has_refused: false,
    };
    assert_eq!(levels, [level(0, 3, 10_000), level(1, 5, 60_000)]);
}

#[test]
fn callers_are_told_apart_by_what_the_limit_says() {
    let address = |text: &str| text.parse::<IpAddr>().ok();
    let one = Claim {
        credential: Some("acme-token-1"),
        organization: Some("acme"),
        address: address("10.0.0.1"),
        operation: Some("rest.list"),
        plan: 0,
    };
    let others = [
        Claim { credential: Some("acme-token-2"), ..one },
        Claim { organization: Some("globex"), ..one },
        Claim { address: address("10.0.0.2"), ..one },
        Claim { operation: Some("rest.get"), ..one },
    ];
    let check = |by: &[By], shared: [bool; 4], key: &str| {
        let limiter = limiter([Law { by: by.to_vec(), ..law(Algorithm::FixedWindow) }]);
        (0..3).for_each(|_| assert_eq!(call(&limiter, &one, 0), None));
        assert_eq!(remaining(&limiter, 0), [(key.to_owned(), 0)]);
        for (other, shared) in others.iter().zip(shared) {
            assert_eq!(call(&limiter, other, 0).is_some(), shared, "{by:?} {other:?}");
        }
    };
    check(&[By::Credential], [false, true, true, true], "credential=acme…#56c95311");
    check(&[By::Organization], [true, false, true, true], "organization=acme");
    check(&[By::Address], [true, true, false, true], "address=10.0.0.1");
    check(&[By::Operation], [true, true, true, false], "operation=rest.list");
    let mix = "organization=acme operation=rest.list";
    check(&[By::Organization, By::Operation], [true, false, true, false], mix);
    check(&[], [true; 4], "all");
}

#[test]
fn where_nobody_is_known_only_limits_by_address_and_operation_count() {
    let nobody = Claim { operation: Some("token.token"), ..Claim::default() };
    let spends = |by: &[By]| {
        let limiter = limiter([Law { by: by.to_vec(), ..law(Algorithm::FixedWindow) }]);
        (0..4).any(|_| call(&limiter, &nobody, 0).is_some())
    };
    assert!(!spends(&[By::Credential]) && !spends(&[By::Organization, By::Address]));
    assert!(spends(&[By::Address]) && spends(&[By::Operation]) && spends(&[]));
}

#[test]
fn a_call_costs_what_its_operation_costs_and_never_more_than_there_can_be() {
    let costs = [("list".to_owned(), 2), ("export".to_owned(), 100), ("ping".to_owned(), 0)];
    let limiter = limiter([Law { costs: costs.into(), ..law(Algorithm::FixedWindow) }]);
    let of = |operation| Claim { operation: Some(operation), ..by("a") };
    (0..9).for_each(|_| assert_eq!(call(&limiter, &of("ping"), 0), None));
    assert_eq!(remaining(&limiter, 0), []);
    assert_eq!(call(&limiter, &of("list"), 0), None);
    assert_eq!(call(&limiter, &of("list"), 0), Some(10_000));
    assert_eq!(call(&limiter, &of("get"), 0), None);
    assert_eq!(call(&limiter, &of("export"), 10_000), None);
    assert_eq!(call(&limiter, &of("get"), 10_000), Some(10_000));
}

#[test]
fn a_plan_has_a_limit_of_its_own_from_the_next_call_on() {
    for algorithm in [Algorithm::FixedWindow, Algorithm::SlidingWindow, Algorithm::TokenBucket] {
        let limiter = limiter([Law { plans: vec![None, Some(1), Some(5)], ..law(algorithm) }]);
        let on = |plan| Claim { plan, ..by("a") };
        (0..3).for_each(|_| assert_eq!(call(&limiter, &on(0), 0), None, "{algorithm:?}"));
        assert!(call(&limiter, &on(0), 0).is_some() && call(&limiter, &on(1), 0).is_some());
        (0..2).for_each(|_| assert_eq!(call(&limiter, &on(2), 0), None, "{algorithm:?}"));
        assert!(call(&limiter, &on(2), 0).is_some());
    }
}

#[test]
fn who_is_charged_for_refused_calls_has_to_stop_to_get_in() {
    let of = |algorithm| limiter([Law { charges_refused: true, ..law(algorithm) }]);
    check(
        &of(Algorithm::SlidingWindow),
        &[(0, 0), (0, 0), (0, 0), (5_000, 5_000), (10_000, 0), (10_000, 0), (10_000, 10_000)],
    );
    check(
        &of(Algorithm::TokenBucket),
        &[(0, 0), (0, 0), (0, 0), (3_333, 3_334), (6_666, 3_334), (10_000, 0)],
    );
    // However long it hammers, it waits no longer than after an empty bucket, and fills no memory.
    let limiter = of(Algorithm::SlidingWindow);
    (0..50_000).for_each(|at_ms| {
        call(&limiter, &by("a"), at_ms);
    });
    assert_eq!(call(&limiter, &by("a"), 59_999), None);
}

#[test]
fn a_penalty_grows_while_the_client_keeps_hammering_and_ends_with_a_call_that_passes() {
    let penalty = Some(Penalty { first_ms: 20_000, factor: 2, max_ms: 50_000 });
    let limiter = limiter([Law { penalty, ..law(Algorithm::FixedWindow) }]);
    check(
        &limiter,
        &[(0, 0), (0, 0), (0, 0), (1_000, 20_000), (2_000, 40_000), (3_000, 50_000), (4_000, 50_000)],
    );
    let seen = limiter.read(START_MS + 4_000);
    assert_eq!(seen[0].buckets[0].barred_until_ms, Some(START_MS + 54_000));
    assert_eq!(seen[0].buckets[0].remaining, 0);
    check(&limiter, &[(54_000, 0), (54_000, 0), (54_000, 0), (54_000, 20_000)]);
    limiter.set_remaining("per_token", Some("a"), 3, START_MS + 54_000).expect("it has called");
    check(&limiter, &[(54_000, 0)]);

    // Longer than the window: what is told is the end of the penalty, not of the window after.
    let limiter = self::limiter([Law { penalty, ..law(Algorithm::ClockWindow) }]);
    check(&limiter, &[(9_000, 0), (9_000, 0), (9_000, 0), (9_000, 20_000)]);
    assert_eq!(limiter.read(START_MS + 21_000)[0].buckets[0].resets_at_ms, Some(START_MS + 29_000));
}

#[test]
fn what_remains_can_be_set_for_one_caller_or_for_all_and_refills_as_ever() {
    for algorithm in [Algorithm::FixedWindow, Algorithm::SlidingWindow, Algorithm::TokenBucket] {
        let limiter = limiter([law(algorithm)]);
        limiter.set_remaining("per_token", None, 1, START_MS).expect("the limit is there");
        check(&limiter, &[(0, 0)]);
        assert!(call(&limiter, &by("a"), 0).is_some(), "{algorithm:?}");
        assert_eq!(call(&limiter, &by("b"), 0), None);
        let keys: Vec<String> = remaining(&limiter, 0).into_iter().map(|(key, _)| key).collect();
        limiter.set_remaining("per_token", Some(&keys[0]), 3, START_MS).expect("it has called");
        limiter.set_remaining("per_token", Some("b"), 2, START_MS).expect("it has called");
        assert_eq!(remaining(&limiter, 0), [(keys[0].clone(), 3), (keys[1].clone(), 2)], "{algorithm:?}");
        limiter.set_remaining("per_token", None, 0, START_MS).expect("the limit is there");
        assert!(["a", "b", "c"].iter().all(|who| call(&limiter, &by(who), 0).is_some()));
        assert!(["a", "b", "c"].iter().all(|who| call(&limiter, &by(who), 10_000).is_none()));
        let left: Vec<u32> = remaining(&limiter, 30_000).into_iter().map(|(_, left)| left).collect();
        assert_eq!(left, [3, 3, 3], "{algorithm:?}");
    }
}

#[test]
fn another_rate_takes_effect_at_the_next_call_and_what_was_spent_stays_spent() {
    for algorithm in [Algorithm::FixedWindow, Algorithm::SlidingWindow, Algorithm::TokenBucket] {
        let limiter = limiter([Law { plans: vec![Some(1)], ..law(algorithm) }]);
        check(&limiter, &[(0, 0)]);
        limiter.set_rate("per_token", 2, Some(20_000), START_MS).expect("a rate");
        assert_eq!(remaining(&limiter, 0)[0].1, 1, "{algorithm:?}");
        check(&limiter, &[(0, 0)]);
        let wait_ms = if algorithm == Algorithm::TokenBucket { 10_000 } else { 20_000 };
        check(&limiter, &[(0, wait_ms)]);
        assert_eq!(limiter.read(START_MS)[0].rate, Some(Rate { limit: 2, per_ms: Some(20_000) }));
        limiter.set_rate("per_token", 4, None, START_MS).expect("a rate");
        check(&limiter, &[(0, 0), (0, 0)]);
    }
}

#[test]
fn limits_are_lifted_and_put_in_force_together_and_alone() {
    let limiter = limiter([law(Algorithm::FixedWindow)]);
    check(&limiter, &[(0, 0), (0, 0), (0, 0), (0, 10_000)]);
    limiter.enable(false);
    assert!(!limiter.is_in_force());
    check(&limiter, &[(0, 0)]);
    limiter.enable(true);
    check(&limiter, &[(0, 10_000)]);
    limiter.enable_one("per_token", false).expect("the limit is there");
    check(&limiter, &[(0, 0)]);
    assert!(!limiter.read(START_MS)[0].enabled);
}

#[test]
fn a_mistake_is_told_in_a_sentence() {
    let day = Law { name: "a_day".to_owned(), ..law(Algorithm::DailyQuota) };
    let limiter = limiter([law(Algorithm::FixedWindow), day]);
    let check = |told: Result<(), String>, sentence: &str| assert_eq!(told, Err(sentence.to_owned()));
    check(limiter.enable_one("per_tokn", true), "there is no limit `per_tokn`; there are per_token, a_day");
    let nobody = "nobody called `x` has met the limit a_day; read it for its keys";
    check(limiter.set_remaining("a_day", Some("x"), 1, START_MS), nobody);
    let least = "a rate of a_day is 1 call at least, in 1 ms at least; to exhaust it set what remains to 0";
    check(limiter.set_rate("a_day", 0, None, START_MS), least);
    let time = "a_day is a daily_quota: it takes a number of calls, and no time";
    check(limiter.set_rate("a_day", 1, Some(1), START_MS), time);
    let none = Limiter::new([], true).enable_one("x", true);
    check(none, "there is no limit `x`: the vendor has none");
}

#[test]
fn a_clock_that_is_set_back_begins_anew_and_one_read_late_does_not() {
    for algorithm in [Algorithm::FixedWindow, Algorithm::SlidingWindow, Algorithm::TokenBucket] {
        let limiter = limiter([law(algorithm)]);
        check(&limiter, &[(5_000, 0), (5_000, 0), (5_000, 0)]);
        assert!(call(&limiter, &by("a"), 4_998).is_some(), "{algorithm:?}");
        check(&limiter, &[(-90_000_000, 0), (-90_000_000, 0), (-90_000_000, 0)]);
        assert!(call(&limiter, &by("a"), -90_000_000).is_some(), "{algorithm:?}");
    }
}

#[test]
fn ever_new_callers_do_not_fill_the_memory_and_the_oldest_give_way() {
    let limiter = limiter([law(Algorithm::FixedWindow)]);
    (0..3).for_each(|_| assert_eq!(call(&limiter, &by("busy"), 0), None));
    for n in 0..KEYS_MAX * 2 {
        call(&limiter, &by(&n.to_string()), 0);
        assert!(call(&limiter, &by("busy"), 0).is_some(), "after {n} others");
    }
    assert!(limiter.read(START_MS)[0].buckets.len() <= KEYS_MAX);
}

#[test]
fn threads_spend_together_what_there_is_and_no_more() {
    let rate = Rate { limit: 1_000, per_ms: Some(10_000) };
    let limiter = limiter([
        Law { rate, ..law(Algorithm::TokenBucket) },
        Law { rate: Rate { limit: 700, ..rate }, ..law(Algorithm::SlidingWindow) },
    ]);
    let passed: usize = std::thread::scope(|scope| {
        let thread = || (0..500).filter(|_| call(&limiter, &by("a"), 0).is_none()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(thread)).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    });
    assert_eq!(passed, 700);
    let left: Vec<u32> = remaining(&limiter, 0).into_iter().map(|(_, left)| left).collect();
    assert_eq!(left, [300, 0]);
}
