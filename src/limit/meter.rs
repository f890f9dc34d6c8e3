//! All buckets of one limit.
//!
//! **Invariant:** there are at most [`KEYS_MAX`] of them; those that were touched longest ago give way.

use std::sync::Arc;

use hashbrown::HashMap;

use super::bucket::{Bucket, Left};
use super::count::{Pace, Permit, Room};
use super::key::{Asked, Claim, Key};
use super::law::{Law, Rate};
use super::{BucketSeen, LimitSeen};

/// How many buckets a limit has, so that a client which comes from ever new addresses does not fill the memory. Whoever
/// gives way begins anew, as after a long absence.
pub(super) const KEYS_MAX: usize = 10_000;

/// How many give way together: so seldom is looked for the oldest.
const KEYS_AWAY: usize = KEYS_MAX / 10;

/// One limit at work.
#[derive(Debug)]
pub(super) struct Meter {
    pub(super) law: Arc<Law>,
    pub(super) enabled: bool,
    /// The rate in place of the declared one.
    rate: Option<Rate>,
    buckets: HashMap<Key, Bucket>,
    /// What is said to be left to those who have not called yet, and since when.
    fresh: Option<(u32, i64)>,
    touches: u64,
}

impl Meter {
    pub(super) fn new(law: Arc<Law>) -> Self {
        Self { law, enabled: true, rate: None, buckets: HashMap::new(), fresh: None, touches: 0 }
    }

    /// The same buckets under another law.
    pub(super) fn under(&self, law: &Arc<Law>) -> Self {
        let mut buckets = self.buckets.clone();
        if self.rate.is_none() {
            let pace = |rate| Pace { algorithm: law.algorithm, rate };
            buckets.values_mut().for_each(|bucket| {
                let (old, new) = (self.law.rate_on(bucket.plan), law.rate_on(bucket.plan));
                bucket.rescale(pace(old), pace(new), bucket.seen_ms);
            });
        }
        Self {
            law: Arc::clone(law),
            enabled: self.enabled,
            rate: self.rate,
            buckets,
            fresh: self.fresh,
            touches: self.touches,
        }
    }

    /// The rate on a plan.
    pub(super) fn rate(&self, plan: usize) -> Rate {
        self.rate.unwrap_or_else(|| self.law.rate_on(plan))
    }

    /// What is left to a caller before its call, and whether there is room for it; `None` when the limit is not for it.
    pub(super) fn look(&mut self, claim: &Claim<'_>, now_ms: i64) -> Option<(u32, bool)> {
        let cost = self.cost(claim);
        if !self.enabled || cost == 0 {
            return None;
        }
        let asked = Asked::of(&self.law, claim)?;
        let pace = self.pace(claim.plan);
        if !self.buckets.contains_key(&asked) {
            self.admit(&asked, pace, claim.plan, now_ms);
        }
        let bucket = self.buckets.get_mut(&asked)?;
        self.touches += 1;
        (bucket.touched, bucket.plan) = (self.touches, claim.plan);
        bucket.settle(pace, now_ms);
        let left = bucket.left(pace, cost, now_ms);
        Some((left.remaining, left.room == Room::Now))
    }

    /// Charges a call that passes.
    pub(super) fn pass(&mut self, claim: &Claim<'_>, now_ms: i64, permit: &mut Permit) -> Left {
        self.settle(claim, now_ms, |bucket, _, pace, cost| bucket.pass(pace, cost, permit))
    }

    /// Deals with a call that is refused, by this limit or by another.
    pub(super) fn refuse(&mut self, claim: &Claim<'_>, now_ms: i64, has_refused: bool) -> Left {
        self.settle(claim, now_ms, |bucket, law, pace, cost| bucket.refuse(law, pace, cost, has_refused))
    }

    pub(super) fn read(&self, now_ms: i64) -> LimitSeen {
        let seen = |(key, bucket): (&Key, &Bucket)| {
            let pace = self.pace(bucket.plan);
            let left = bucket.left(pace, 1, now_ms);
            BucketSeen {
                key: key.text(&self.law.by),
                limit: pace.rate.limit,
                remaining: left.remaining,
                resets_at_ms: left.resets_at_ms,
                barred_until_ms: left.barred_until_ms,
            }
        };
        let mut buckets: Vec<BucketSeen> = self.buckets.iter().map(seen).collect();
        buckets.sort_by(|one, other| one.key.cmp(&other.key));
        LimitSeen { name: self.law.name.clone(), enabled: self.enabled, rate: self.rate, buckets }
    }

    pub(super) fn set_remaining(
        &mut self,
        key: Option<&str>,
        remaining: u32,
        now_ms: i64,
    ) -> Result<(), String> {
        let (law, rate) = (Arc::clone(&self.law), self.rate);
        let mut is_known = false;
        for (own, bucket) in &mut self.buckets {
            if key.is_none_or(|key| own.is_named(key, &law.by)) {
                is_known = true;
                let rate = rate.unwrap_or_else(|| law.rate_on(bucket.plan));
                bucket.set_left(Pace { algorithm: law.algorithm, rate }, remaining, now_ms);
            }
        }
        match key {
            None => self.fresh = Some((remaining, now_ms)),
            Some(_) if is_known => {}
            Some(key) => {
                let name = &law.name;
                return Err(format!("nobody called `{key}` has met the limit {name}; read it for its keys"));
            }
        }
        Ok(())
    }

    pub(super) fn set_rate(&mut self, calls: u32, per_ms: Option<u64>, now_ms: i64) -> Result<(), String> {
        let (law, old) = (Arc::clone(&self.law), self.rate);
        let (name, takes_time) = (&law.name, law.algorithm.takes_time());
        if calls == 0 || per_ms == Some(0) {
            return Err(format!(
                "a rate of {name} is 1 call at least, in 1 ms at least; to exhaust it set what remains to 0"
            ));
        }
        if per_ms.is_some() && !takes_time {
            return Err(format!(
                "{name} is a {}: it takes a number of calls, and no time",
                law.algorithm.as_str()
            ));
        }
        let new = Rate { limit: calls, per_ms: per_ms.or(old.unwrap_or(law.rate).per_ms) };
        for bucket in self.buckets.values_mut() {
            let old = old.unwrap_or_else(|| law.rate_on(bucket.plan));
            let pace = |rate| Pace { algorithm: law.algorithm, rate };
            bucket.rescale(pace(old), pace(new), now_ms);
        }
        self.rate = Some(new);
        Ok(())
    }

    /// Changes a caller's bucket, and tells what is left in it. It is there: it was looked at.
    fn settle(
        &mut self,
        claim: &Claim<'_>,
        now_ms: i64,
        change: impl FnOnce(&mut Bucket, &Law, Pace, u32),
    ) -> Left {
        let (pace, cost) = (self.pace(claim.plan), self.cost(claim));
        let bucket = Asked::of(&self.law, claim).and_then(|asked| self.buckets.get_mut(&asked));
        let Some(bucket) = bucket else {
            return Bucket::new(pace, claim.plan, now_ms).left(pace, cost, now_ms);
        };
        change(bucket, &self.law, pace, cost);
        bucket.left(pace, cost, now_ms)
    }

    /// What a call costs: never more than there can be, else it could never pass.
    fn cost(&self, claim: &Claim<'_>) -> u32 {
        self.law.cost_of(claim.operation).min(self.rate(claim.plan).limit)
    }

    fn pace(&self, plan: usize) -> Pace {
        Pace { algorithm: self.law.algorithm, rate: self.rate(plan) }
    }

    /// Takes in somebody who has not called yet; the oldest give way.
    fn admit(&mut self, asked: &Asked<'_>, pace: Pace, plan: usize, now_ms: i64) {
        if self.buckets.len() >= KEYS_MAX {
            let mut touches: Vec<u64> = self.buckets.values().map(|bucket| bucket.touched).collect();
            let (_, youngest, _) = touches.select_nth_unstable(KEYS_AWAY);
            let youngest = *youngest;
            self.buckets.retain(|_, bucket| bucket.touched > youngest);
        }
        let (remaining, since_ms) = self.fresh.unwrap_or((pace.rate.limit, now_ms));
        let mut bucket = Bucket::new(pace, plan, since_ms);
        bucket.set_left(pace, remaining, since_ms);
        self.buckets.insert(Key::from(asked), bucket);
    }
}
