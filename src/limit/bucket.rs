//! One caller's count, and the penalty of one who keeps hammering.

use super::count::{Count, Pace, Permit, Room, after};
use super::law::Law;

/// How far a call may come late, in milliseconds: threads read the clock before they come to the bucket. Further back
/// than this, the clock was set back, and counting begins anew.
const LATE_MS_MAX: i64 = 1_000;

/// What somebody has spent of a limit.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    count: Count,
    /// The plan of who called last.
    pub(super) plan: usize,
    /// How many calls were refused in a row.
    refusals: u32,
    barred_until_ms: Option<i64>,
    /// The latest time of a call.
    pub(super) seen_ms: i64,
    /// The how-many-th touch of the limit's buckets the last one of this was.
    pub(super) touched: u64,
}

/// What is left in a bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    pub(super) remaining: u32,
    pub(super) resets_at_ms: Option<i64>,
    pub(super) barred_until_ms: Option<i64>,
    /// When there is room for the call that it was about.
    pub(super) room: Room,
}

impl Bucket {
    /// A bucket of which nothing is spent.
    pub(super) fn new(pace: Pace, plan: usize, now_ms: i64) -> Self {
        let count = Count::nothing(pace.algorithm, now_ms);
        Self { count, plan, refusals: 0, barred_until_ms: None, seen_ms: now_ms, touched: 0 }
    }

    /// Takes notice of the time.
    pub(super) fn settle(&mut self, pace: Pace, now_ms: i64) {
        if now_ms.saturating_add(LATE_MS_MAX) < self.seen_ms {
            *self = Self { touched: self.touched, ..Self::new(pace, self.plan, now_ms) };
        }
        self.seen_ms = self.seen_ms.max(now_ms);
    }

    /// What is left, and when there is room for a call of this cost.
    pub(super) fn left(&self, pace: Pace, cost: u32, now_ms: i64) -> Left {
        let now_ms = now_ms.max(self.seen_ms);
        let barred_until_ms = self.barred_until_ms.filter(|until_ms| *until_ms > now_ms);
        let (remaining, resets_at_ms) =
            (self.count.left(pace, now_ms), self.count.resets_at_ms(pace, now_ms));
        let room = self.count.room(pace, cost, now_ms);
        let Some(until_ms) = barred_until_ms else {
            return Left { remaining, resets_at_ms, barred_until_ms, room };
        };
        let is_whole = remaining == pace.rate.limit;
        let resets_at_ms = if is_whole { barred_until_ms } else { resets_at_ms.max(barred_until_ms) };
        let room = match room {
            Room::At(at_ms) => Room::At(at_ms.max(until_ms)),
            Room::Now | Room::Unknown => Room::At(until_ms),
        };
        Left { remaining: 0, resets_at_ms, barred_until_ms, room }
    }

    /// Charges a call that passes.
    pub(super) fn pass(&mut self, pace: Pace, cost: u32, permit: &mut Permit) {
        self.count.pass(pace, cost, self.seen_ms, permit);
        self.forgive();
    }

    /// Charges a call that is refused, where the limit does, and shuts its caller out if it was this bucket that had no
    /// room.
    pub(super) fn refuse(&mut self, law: &Law, pace: Pace, cost: u32, has_refused: bool) {
        if law.charges_refused {
            self.count.charge(pace, cost, self.seen_ms);
        }
        if let (true, Some(penalty)) = (has_refused, law.penalty) {
            self.refusals = self.refusals.saturating_add(1);
            self.barred_until_ms = Some(after(self.seen_ms, penalty.lasts_ms(self.refusals)));
        }
    }

    /// Sets what is left.
    pub(super) fn set_left(&mut self, pace: Pace, remaining: u32, now_ms: i64) {
        self.settle(pace, now_ms);
        self.count.set_left(pace, remaining, self.seen_ms);
        self.forgive();
    }

    /// Takes over another time of its rate.
    pub(super) fn rescale(&mut self, old: Pace, new: Pace, now_ms: i64) {
        self.settle(old, now_ms);
        self.count.rescale(old, new, self.seen_ms);
    }

    fn forgive(&mut self) {
        (self.refusals, self.barred_until_ms) = (0, None);
    }
}
