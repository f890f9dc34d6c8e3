//! The algorithms: what was spent of a rate, and when there is room again.
//!
//! **Invariant:** asking changes nothing. Times never run backwards here: the bucket sees to that.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::law::{Algorithm, DAY_MS, Rate};

/// Into how many moments the calls of a sliding window are told apart. Up to so many calls its law is exact; above, a
/// call is forgotten up to one such part of the window late, never early.
const MOMENTS_MAX: u64 = 256;

/// How a count is kept at a moment: its limit may differ from call to call, with the caller's plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) algorithm: Algorithm,
    pub(super) rate: Rate,
}

/// What was spent.
#[derive(Debug, Clone)]
pub(super) enum Count {
    /// In the window that began then; over when it is longer ago than the window is long.
    Window { began_ms: i64, used: u32 },
    /// At these moments, the oldest first.
    Log { moments: VecDeque<(i64, u32)>, used: u64 },
    /// What is missing from a full bucket: calls times the milliseconds in which the whole bucket refills. GCRA's
    /// theoretical arrival time is `at_ms` and as long as that takes to refill.
    Debt { debt: u128, at_ms: i64 },
    /// Calls that run now, and so many more that are said to.
    Running { calls: Arc<AtomicU32>, said: u32 },
}

/// What a running call holds, where calls at the same time are limited. Dropped, it gives that back.
#[derive(Debug, Default)]
pub struct Permit {
    held: Vec<(Arc<AtomicU32>, u32)>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        for (calls, cost) in &self.held {
            calls.fetch_sub(*cost, Ordering::Relaxed);
        }
    }
}

/// When there is room for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Now.
    Now,
    /// From then on, in milliseconds since 1970.
    At(i64),
    /// When other calls end.
    Unknown,
}

impl Pace {
    /// In what time, in milliseconds; of calls at the same time nobody asks.
    fn per_ms(self) -> u64 {
        match self.algorithm {
            Algorithm::DailyQuota => DAY_MS,
            _ => self.rate.per_ms.unwrap_or(1).max(1),
        }
    }
}

impl Count {
    /// Nothing spent.
    pub(super) fn nothing(algorithm: Algorithm, now_ms: i64) -> Self {
        match algorithm {
            Algorithm::FixedWindow | Algorithm::ClockWindow | Algorithm::DailyQuota => {
                Self::Window { began_ms: now_ms, used: 0 }
            }
            Algorithm::SlidingWindow => Self::Log { moments: VecDeque::new(), used: 0 },
            Algorithm::TokenBucket => Self::Debt { debt: 0, at_ms: now_ms },
            Algorithm::Concurrent => Self::Running { calls: Arc::default(), said: 0 },
        }
    }

    /// What is left of a rate.
    pub(super) fn left(&self, pace: Pace, now_ms: i64) -> u32 {
        let limit = pace.rate.limit;
        match self {
            Self::Window { .. } => limit.saturating_sub(self.in_window(pace, now_ms).1),
            Self::Log { moments, used } => {
                let gone: u64 = moments
                    .iter()
                    .take_while(|(at_ms, _)| after(*at_ms, pace.per_ms()) <= now_ms)
                    .map(|(_, calls)| u64::from(*calls))
                    .sum();
                limit.saturating_sub(u32::try_from(used - gone).unwrap_or(u32::MAX))
            }
            Self::Debt { .. } => {
                let debt = self.debt(pace, now_ms).div_ceil(u128::from(pace.per_ms()));
                limit.saturating_sub(u32::try_from(debt).unwrap_or(u32::MAX))
            }
            Self::Running { calls, said } => {
                limit.saturating_sub(calls.load(Ordering::Relaxed).saturating_add(*said))
            }
        }
    }

    /// When there is room for a call that costs so much, which is no more than the whole limit.
    pub(super) fn room(&self, pace: Pace, cost: u32, now_ms: i64) -> Room {
        if cost <= self.left(pace, now_ms) {
            return Room::Now;
        }
        match self {
            Self::Window { .. } => Room::At(after(self.in_window(pace, now_ms).0, pace.per_ms())),
            Self::Log { moments, used } => {
                let mut over = (used + u64::from(cost)).saturating_sub(u64::from(pace.rate.limit));
                let mut at_ms = now_ms;
                for (moment_ms, calls) in moments {
                    at_ms = after(*moment_ms, pace.per_ms());
                    over = over.saturating_sub(u64::from(*calls));
                    if over == 0 {
                        break;
                    }
                }
                Room::At(at_ms)
            }
            Self::Debt { .. } => {
                let room = u128::from(pace.rate.limit - cost) * u128::from(pace.per_ms());
                Room::At(after(now_ms, refill_ms(self.debt(pace, now_ms) - room, pace.rate.limit)))
            }
            Self::Running { .. } => Room::Unknown,
        }
    }

    /// When all of it is there again.
    pub(super) fn resets_at_ms(&self, pace: Pace, now_ms: i64) -> Option<i64> {
        match self {
            Self::Window { .. } => {
                let (began_ms, used) = self.in_window(pace, now_ms);
                let is_open = used > 0 || pace.algorithm != Algorithm::FixedWindow;
                Some(if is_open { after(began_ms, pace.per_ms()) } else { now_ms })
            }
            Self::Log { moments, .. } => {
                let last = moments.back().map_or(now_ms, |(at_ms, _)| after(*at_ms, pace.per_ms()));
                Some(last.max(now_ms))
            }
            Self::Debt { .. } => Some(after(now_ms, refill_ms(self.debt(pace, now_ms), pace.rate.limit))),
            Self::Running { .. } => None,
        }
    }

    /// Charges a call that passes, and lets the permit give back what has to be given back.
    pub(super) fn pass(&mut self, pace: Pace, cost: u32, now_ms: i64, permit: &mut Permit) {
        if let Self::Running { calls, .. } = self {
            calls.fetch_add(cost, Ordering::Relaxed);
            permit.held.push((Arc::clone(calls), cost));
        } else {
            self.charge(pace, cost, now_ms);
        }
    }

    /// Charges a call. What is there can be taken, not more: who is charged for refused calls is as far from the next
    /// one as with an empty bucket.
    pub(super) fn charge(&mut self, pace: Pace, cost: u32, now_ms: i64) {
        match self {
            Self::Window { .. } => {
                let (began_ms, used) = self.in_window(pace, now_ms);
                *self = Self::Window { began_ms, used: used.saturating_add(cost) };
            }
            Self::Log { moments, used } => {
                while let Some((_, calls)) =
                    moments.pop_front_if(|(at_ms, _)| after(*at_ms, pace.per_ms()) <= now_ms)
                {
                    *used -= u64::from(calls);
                }
                *used += u64::from(cost);
                let part_ms = match u64::from(pace.rate.limit) <= MOMENTS_MAX {
                    true => 1,
                    false => i64::try_from(pace.per_ms() / MOMENTS_MAX).unwrap_or(i64::MAX).max(1),
                };
                match moments.back_mut() {
                    Some((at_ms, calls)) if at_ms.div_euclid(part_ms) == now_ms.div_euclid(part_ms) => {
                        *at_ms = now_ms;
                        *calls = calls.saturating_add(cost);
                    }
                    _ => moments.push_back((now_ms, cost)),
                }
                // Refused calls may be charged without end: the newest that fill the limit tell all.
                while let Some((_, calls)) =
                    moments.pop_front_if(|(_, calls)| *used - u64::from(*calls) >= u64::from(pace.rate.limit))
                {
                    *used -= u64::from(calls);
                }
            }
            Self::Debt { .. } => {
                let whole = u128::from(pace.rate.limit) * u128::from(pace.per_ms());
                let debt = self.debt(pace, now_ms) + u128::from(cost) * u128::from(pace.per_ms());
                *self = Self::Debt { debt: debt.min(whole), at_ms: now_ms };
            }
            Self::Running { .. } => {}
        }
    }

    /// Sets what is left.
    pub(super) fn set_left(&mut self, pace: Pace, left: u32, now_ms: i64) {
        let spent = pace.rate.limit.saturating_sub(left);
        match self {
            Self::Window { .. } => {
                let began_ms = self.in_window(pace, now_ms).0;
                *self = Self::Window { began_ms, used: spent };
            }
            Self::Log { moments, used } => {
                moments.clear();
                *used = u64::from(spent);
                if spent > 0 {
                    moments.push_back((now_ms, spent));
                }
            }
            Self::Debt { .. } => {
                *self = Self::Debt { debt: u128::from(spent) * u128::from(pace.per_ms()), at_ms: now_ms };
            }
            Self::Running { calls, said } => *said = spent.saturating_sub(calls.load(Ordering::Relaxed)),
        }
    }

    /// Takes over another time of its rate; what was spent stays spent.
    pub(super) fn rescale(&mut self, old: Pace, new: Pace, now_ms: i64) {
        if let Self::Debt { .. } = self {
            let debt = self.debt(old, now_ms) * u128::from(new.per_ms()) / u128::from(old.per_ms());
            *self = Self::Debt { debt, at_ms: now_ms };
        }
    }

    /// When the window that is open began, and what was spent in it. One that is over is followed by an empty one.
    fn in_window(&self, pace: Pace, now_ms: i64) -> (i64, u32) {
        let Self::Window { began_ms, used } = *self else { return (now_ms, 0) };
        let per_ms = i64::try_from(pace.per_ms()).unwrap_or(i64::MAX);
        let begins_ms = match pace.algorithm {
            Algorithm::FixedWindow if used > 0 && after(began_ms, pace.per_ms()) > now_ms => began_ms,
            Algorithm::FixedWindow => return (now_ms, 0),
            _ => now_ms - now_ms.rem_euclid(per_ms),
        };
        (begins_ms, if began_ms >= begins_ms { used } else { 0 })
    }

    /// What is missing from a full bucket now.
    fn debt(&self, pace: Pace, now_ms: i64) -> u128 {
        let Self::Debt { debt, at_ms } = *self else { return 0 };
        let passed_ms = u128::try_from(now_ms.saturating_sub(at_ms)).unwrap_or(0);
        debt.saturating_sub(passed_ms * u128::from(pace.rate.limit))
    }
}

/// In how many milliseconds so much of a debt is refilled, at so many calls in each.
fn refill_ms(debt: u128, limit: u32) -> u64 {
    u64::try_from(debt.div_ceil(u128::from(limit.max(1)))).unwrap_or(u64::MAX)
}

/// A moment so many milliseconds later.
pub(super) fn after(at_ms: i64, by_ms: u64) -> i64 {
    at_ms.saturating_add_unsigned(by_ms)
}
