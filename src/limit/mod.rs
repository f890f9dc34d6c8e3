//! Rate limits: how many calls somebody may make in what time, over a time that is handed in.
//!
//! | file | holds |
//! |---|---|
//! | [`mod@law`] | a limit as declared: how it counts, what it tells apart, what calls cost |
//! | `count` | the algorithms: what was spent, when there is room again |
//! | `bucket` | one caller's count, and the penalty of one who keeps hammering |
//! | `key` | whose bucket it is |
//! | `meter` | all buckets of one limit, bounded |
//! | this | all limits of one vendor in one sandbox: spent together, read, and set |
//!
//! Several limits hold at once: a call passes when all of them have room, and is charged to all or, refused, to those
//! that charge refused calls.
//!
//! **Invariant:** nothing here knows a call, a profile, a header or a clock. Reading changes nothing. What [`Refused`]
//! says of the time to wait is exact to the millisecond: after it the same call passes, one millisecond earlier it does
//! not, unless others come between.
//!
//! Why no crate: `governor`, the well-kept one, is GCRA alone, and vendors mostly have fixed windows, whose reset GCRA
//! cannot reproduce. Its state cannot be read or set by key, and it never lets go of a key. The others wait instead of
//! refusing, or ask the system for the time.
//!
//! Why one lock: that several limits are charged together or not at all is then true by construction. It is held for a
//! look-up and a few additions for each limit.

pub mod law;

mod bucket;
mod count;
mod key;
mod meter;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

pub use count::Permit;
use count::Room;
pub use key::Claim;
pub use law::{Algorithm, By, Law, Penalty, Rate};
use meter::Meter;

/// The limits of one vendor in one sandbox.
#[derive(Debug)]
pub struct Limiter {
    in_force: AtomicBool,
    meters: Mutex<Vec<Meter>>,
}

/// What a limit had for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Which limit: its index among the vendor's.
    pub limit_index: usize,
    /// How many calls there may be, in what time.
    pub rate: Rate,
    /// What was left before the call.
    pub before: u32,
    /// What is left after it.
    pub remaining: u32,
    /// When all of it is there again, in milliseconds since 1970; `None` where only the end of calls tells.
    pub resets_at_ms: Option<i64>,
    /// Whether this limit refused the call.
    pub has_refused: bool,
}

/// A call that may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// How long the caller has to wait, in milliseconds; `None` where only the end of other calls tells.
    pub retry_after_ms: Option<u64>,
}

/// A limit as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSeen {
    /// Its name.
    pub name: String,
    /// Whether it counts, once limits are in force.
    pub enabled: bool,
    /// The rate that was set in place of the declared one.
    pub rate: Option<Rate>,
    /// Its buckets, by key.
    pub buckets: Vec<BucketSeen>,
}

/// A bucket as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketSeen {
    /// Whose it is, `credential=acme…#1f0c33d2 operation=rest.list_users`; no secret is in it.
    pub key: String,
    /// How many calls there may be.
    pub limit: u32,
    /// How many are left.
    pub remaining: u32,
    /// When all of it is there again, in milliseconds since 1970; `None` where only the end of calls tells.
    pub resets_at_ms: Option<i64>,
    /// Until when its caller is shut out for having come again and again.
    pub barred_until_ms: Option<i64>,
}

impl Limiter {
    /// Limits of which nothing is spent.
    pub fn new(laws: impl IntoIterator<Item = Arc<Law>>, in_force: bool) -> Self {
        let meters = laws.into_iter().map(Meter::new).collect();
        Self { in_force: AtomicBool::new(in_force), meters: Mutex::new(meters) }
    }

    /// The same callers under other laws: what they have spent of a limit that is still there, and counts and tells apart
    /// as it did, stays spent, and what was set stays set. Calls that run end in both.
    #[must_use]
    pub fn under(&self, laws: impl IntoIterator<Item = Arc<Law>>) -> Self {
        let meters = self.meters.lock();
        let under = |law: Arc<Law>| {
            let before = meters.iter().find(|meter| {
                meter.law.name == law.name && meter.law.algorithm == law.algorithm && meter.law.by == law.by
            });
            before.map_or_else(|| Meter::new(Arc::clone(&law)), |meter| meter.under(&law))
        };
        let meters = laws.into_iter().map(under).collect();
        Self { in_force: AtomicBool::new(self.is_in_force()), meters: Mutex::new(meters) }
    }

    /// Whether limits are in force: one relaxed load, for the calls of all who have none.
    pub fn is_in_force(&self) -> bool {
        self.in_force.load(Ordering::Relaxed)
    }

    /// Puts all limits in force, or lifts them. What was spent stays counted.
    pub fn enable(&self, in_force: bool) {
        self.in_force.store(in_force, Ordering::Relaxed);
    }

    /// Spends a call. It runs until the permit is dropped. `levels` takes what each limit had for it.
    ///
    /// # Errors
    /// [`Refused`], when one of the limits has no room.
    pub fn spend(&self, claim: &Claim<'_>, now_ms: i64, levels: &mut Vec<Level>) -> Result<Permit, Refused> {
        let mut permit = Permit::default();
        if !self.is_in_force() {
            return Ok(permit);
        }
        let first = levels.len();
        let mut meters = self.meters.lock();
        let mut has_room = true;
        for (limit_index, meter) in meters.iter_mut().enumerate() {
            if let Some((before, has_own_room)) = meter.look(claim, now_ms) {
                has_room &= has_own_room;
                levels.push(Level {
                    limit_index,
                    rate: meter.rate(claim.plan),
                    before,
                    remaining: before,
                    resets_at_ms: None,
                    has_refused: !has_own_room,
                });
            }
        }
        let mut retry_after_ms = None;
        for level in &mut levels[first..] {
            let meter = &mut meters[level.limit_index];
            let left = match has_room {
                true => meter.pass(claim, now_ms, &mut permit),
                false => meter.refuse(claim, now_ms, level.has_refused),
            };
            (level.remaining, level.resets_at_ms) = (left.remaining, left.resets_at_ms);
            if let (false, Room::At(at_ms)) = (has_room, left.room) {
                retry_after_ms = retry_after_ms.max(u64::try_from(at_ms.saturating_sub(now_ms)).ok());
            }
        }
        if has_room { Ok(permit) } else { Err(Refused { retry_after_ms }) }
    }

    /// All limits and their buckets, as they stand.
    pub fn read(&self, now_ms: i64) -> Vec<LimitSeen> {
        self.meters.lock().iter().map(|meter| meter.read(now_ms)).collect()
    }

    /// Puts one limit in force beside the others, or lifts it.
    ///
    /// # Errors
    /// One sentence that names the limits there are.
    pub fn enable_one(&self, limit: &str, enabled: bool) -> Result<(), String> {
        self.change(limit, |meter| {
            meter.enabled = enabled;
            Ok(())
        })
    }

    /// Sets what is left to the callers of one limit: to one of them by its key, or to all, those who have not called yet
    /// included. 0 is exhausted. What is set refills as what was spent does.
    ///
    /// A key is as [`read`](Self::read) shows it; where a limit tells callers apart by one thing, that thing itself will do.
    ///
    /// # Errors
    /// One sentence that names the limits, or the keys, that there are.
    pub fn set_remaining(
        &self,
        limit: &str,
        key: Option<&str>,
        remaining: u32,
        now_ms: i64,
    ) -> Result<(), String> {
        self.change(limit, |meter| meter.set_remaining(key, remaining, now_ms))
    }

    /// Gives a limit another rate, for every plan; what was spent stays spent. Without `per_ms` its time stays.
    ///
    /// # Errors
    /// One sentence that names the limits there are, or says what a rate is.
    pub fn set_rate(&self, limit: &str, calls: u32, per_ms: Option<u64>, now_ms: i64) -> Result<(), String> {
        self.change(limit, |meter| meter.set_rate(calls, per_ms, now_ms))
    }

    fn change(
        &self,
        limit: &str,
        change: impl FnOnce(&mut Meter) -> Result<(), String>,
    ) -> Result<(), String> {
        let mut meters = self.meters.lock();
        if let Some(meter) = meters.iter_mut().find(|meter| meter.law.name == limit) {
            return change(meter);
        }
        let names: Vec<&str> = meters.iter().map(|meter| meter.law.name.as_str()).collect();
        Err(match names.as_slice() {
            [] => format!("there is no limit `{limit}`: the vendor has none"),
            names => format!("there is no limit `{limit}`; there are {}", names.join(", ")),
        })
    }
}
