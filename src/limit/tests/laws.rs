//! The laws of the algorithms, against models that remember every call.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::test_runner::Config;
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::super::law::DAY_MS;
use super::super::{Algorithm, Law, Limiter, Penalty, Rate};
use super::{START_MS, by, limiter};

/// A client's calls: how long after the one before, at what cost.
type Calls = Vec<(i64, u32)>;

const TIMED: [Algorithm; 5] = [
    Algorithm::FixedWindow,
    Algorithm::ClockWindow,
    Algorithm::SlidingWindow,
    Algorithm::TokenBucket,
    Algorithm::DailyQuota,
];

fn algorithms() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(&TIMED[..])
}

fn laws() -> impl Strategy<Value = Law> {
    let penalty = prop_oneof![
        2 => Just(None),
        1 => (1..500u64, 1..4u32, 1..2_000u64)
            .prop_map(|(first_ms, factor, max_ms)| Some(Penalty { first_ms, factor, max_ms })),
    ];
    (algorithms(), 1..8u32, 1..300u64, any::<bool>(), penalty).prop_map(
        |(algorithm, limit, per_ms, charges_refused, penalty)| {
            let rate = Rate { limit, per_ms: algorithm.takes_time().then_some(per_ms) };
            Law { rate, charges_refused, penalty, ..super::law(algorithm) }
        },
    )
}

/// Pauses about as long as a window, for a day as much longer.
fn calls(law: &Law) -> impl Strategy<Value = Calls> + use<> {
    let unit_ms =
        if law.algorithm == Algorithm::DailyQuota { i64::try_from(DAY_MS).unwrap_or(0) / 100 } else { 1 };
    let pause =
        prop_oneof![3 => Just(0), 3 => 0..10i64, 2 => 0..150i64].prop_map(move |pause| pause * unit_ms);
    prop::collection::vec((pause, 1..4u32), 1..60)
}

/// A law and calls that meet it.
fn scenes() -> impl Strategy<Value = (Law, Calls)> {
    laws().prop_flat_map(|law| {
        let calls = calls(&law);
        (Just(law), calls)
    })
}

/// Plays calls, each told by what became of it: its time, its cost and, refused, how long to wait.
fn play(limiter: &Limiter, law: &Law, calls: &[(i64, u32)]) -> Vec<(i64, u32, Option<u64>)> {
    let mut at_ms = START_MS;
    let told = calls.iter().map(|(pause_ms, cost)| {
        at_ms += pause_ms;
        (at_ms, (*cost).min(law.rate.limit), spend(limiter, *cost, at_ms))
    });
    told.collect()
}

/// One call, by an operation of that name, since a cost is an operation's.
fn spend(limiter: &Limiter, cost: u32, at_ms: i64) -> Option<u64> {
    let name = ["", "one", "two", "three"][usize::try_from(cost).unwrap_or(0)];
    let claim = super::Claim { operation: Some(name), ..by("a") };
    limiter
        .spend(&claim, at_ms, &mut Vec::new())
        .err()
        .map(|refused| refused.retry_after_ms.expect("time tells"))
}

fn costly(law: &Law) -> Law {
    let costs = [("one", 1), ("two", 2), ("three", 3)].map(|(name, cost)| (name.to_owned(), cost));
    Law { costs: costs.into(), ..law.clone() }
}

/// Whether a call may pass, as the law says it, from all that passed before.
fn may_pass(law: &Law, passed: &[(i64, u32)], at_ms: i64, cost: u32) -> bool {
    let per_ms = i64::try_from(law.rate.per_ms.unwrap_or(DAY_MS)).expect("short");
    let sum_of = |is_in: &dyn Fn(i64) -> bool| -> u32 {
        passed.iter().filter(|(then_ms, _)| is_in(*then_ms)).map(|(_, cost)| cost).sum()
    };
    let spent = match law.algorithm {
        Algorithm::FixedWindow => {
            let mut began_ms = i64::MIN;
            for (then_ms, _) in passed {
                if began_ms == i64::MIN || *then_ms >= began_ms + per_ms {
                    began_ms = *then_ms;
                }
            }
            let is_over = began_ms == i64::MIN || at_ms >= began_ms + per_ms;
            if is_over { 0 } else { sum_of(&|then_ms| then_ms >= began_ms) }
        }
        Algorithm::SlidingWindow => sum_of(&|then_ms| then_ms > at_ms - per_ms),
        Algorithm::ClockWindow | Algorithm::DailyQuota => {
            sum_of(&|then_ms| then_ms.div_euclid(per_ms) == at_ms.div_euclid(per_ms))
        }
        Algorithm::TokenBucket => {
            // Tokens in parts of which one takes a millisecond for each call of the limit.
            let (full, each) = (i64::from(law.rate.limit) * per_ms, i64::from(law.rate.limit));
            let (mut tokens, mut then_ms) = (full, START_MS);
            for (next_ms, cost) in passed.iter().copied().chain([(at_ms, 0)]) {
                for _ in then_ms..next_ms {
                    tokens = (tokens + each).min(full);
                }
                tokens -= i64::from(cost) * per_ms;
                then_ms = next_ms;
            }
            return tokens >= i64::from(cost) * per_ms;
        }
        Algorithm::Concurrent => unreachable!("time does not tell"),
    };
    spent + cost <= law.rate.limit
}

proptest! {
    #![proptest_config(Config::with_cases(256))]

    #[test]
    fn exactly_the_calls_pass_that_the_law_lets_pass((law, calls) in scenes()) {
        let law = Law { charges_refused: false, penalty: None, ..costly(&law) };
        let mut passed = Vec::new();
        for (at_ms, cost, wait_ms) in play(&limiter([law.clone()]), &law, &calls) {
            prop_assert_eq!(wait_ms.is_none(), may_pass(&law, &passed, at_ms, cost), "{:?}", passed);
            if wait_ms.is_none() {
                passed.push((at_ms, cost));
            }
        }
    }

    #[test]
    fn who_waits_as_long_as_told_passes_and_one_millisecond_earlier_does_not(
        (law, calls) in scenes(),
        (other, _) in scenes(),
    ) {
        let both = || limiter([costly(&law), Law { name: "other".to_owned(), ..costly(&other) }]);
        let told = play(&both(), &law, &calls);
        let Some(index) = told.iter().rposition(|(_, _, wait_ms)| wait_ms.is_some()) else { return Ok(()) };
        let (at_ms, wait_ms) = (told[index].0, told[index].2.unwrap_or(0));
        let cost = calls[index].1;
        let after = |wait_ms: u64| {
            let limiter = both();
            play(&limiter, &law, &calls[..=index]);
            spend(&limiter, cost, at_ms + i64::try_from(wait_ms).expect("short"))
        };
        prop_assert!(wait_ms > 0);
        prop_assert_eq!(after(wait_ms), None);
        if wait_ms > 1 {
            prop_assert!(after(wait_ms - 1).is_some());
        }
    }

    #[test]
    fn reading_changes_nothing((law, calls) in scenes()) {
        let law = costly(&law);
        let (read, unread) = (limiter([law.clone()]), limiter([law.clone()]));
        let mut at_ms = START_MS;
        for (pause_ms, cost) in &calls {
            at_ms += pause_ms;
            prop_assert_eq!(read.read(at_ms), read.read(at_ms));
            read.read(at_ms + 1_000_000);
            prop_assert_eq!(spend(&read, *cost, at_ms), spend(&unread, *cost, at_ms));
        }
        prop_assert_eq!(read.read(at_ms), unread.read(at_ms));
    }

    #[test]
    fn all_of_it_is_there_again_when_it_is_said_to_reset((law, calls) in scenes()) {
        let law = costly(&law);
        let limiter = limiter([law.clone()]);
        let last_ms = play(&limiter, &law, &calls).last().map_or(START_MS, |(at_ms, _, _)| *at_ms);
        let seen = &limiter.read(last_ms)[0].buckets[0];
        let resets_at_ms = seen.resets_at_ms.expect("time tells");
        let left_at = |at_ms| limiter.read(at_ms)[0].buckets[0].remaining;
        prop_assert_eq!(left_at(resets_at_ms), law.rate.limit);
        if seen.remaining < law.rate.limit {
            prop_assert!(left_at(resets_at_ms - 1) < law.rate.limit);
        }
    }
}

proptest! {
    #![proptest_config(Config::with_cases(16))]

    #[test]
    fn a_sliding_window_of_many_calls_is_never_exceeded_and_refills_soon(
        pauses in prop::collection::vec(0..4i64, 2_000..4_000),
    ) {
        let rate = Rate { limit: 600, per_ms: Some(1_000) };
        let limiter = limiter([Law { rate, ..super::law(Algorithm::SlidingWindow) }]);
        let (mut at_ms, mut passed) = (START_MS, Vec::new());
        for pause_ms in pauses {
            at_ms += pause_ms;
            if super::call(&limiter, &by("a"), at_ms - START_MS).is_none() {
                passed.push(at_ms);
                let within = passed.iter().rev().take_while(|then_ms| **then_ms > at_ms - 1_000).count();
                prop_assert!(within <= 600);
            } else {
                // At most one part of the window late: a 256th, and the call itself.
                let within = passed.iter().rev().take_while(|then_ms| **then_ms > at_ms - 1_000 - 4).count();
                prop_assert!(within >= 600);
            }
        }
    }
}
