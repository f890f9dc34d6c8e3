//! What has changed and does not show yet, so that whoever lags behind sees what stood there before.
//!
//! Changes of one thing show in the order in which they were made: one that would show earlier waits for those before it.
//! A change that shows at once is therefore never kept, and where nothing lags, nothing is.
//!
//! **Invariant:** moments are numbers that the caller compares; nothing here knows how long ago "now" is.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;

/// Changes that do not show yet, remembered per table and for all links: at a hundred writes a second, a lag of a minute
/// and a half. When more come, the oldest shows early.
pub const RECENT_MAX: usize = 10_000;

/// How much later than it is made a change shows, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// To whoever lists or filters.
    pub lists_ms: u64,
    /// To whoever asks for one by its id.
    pub by_id_ms: u64,
}

/// When a change is made, and how late it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The moment, in milliseconds as the caller counts them.
    pub now_ms: i64,
    /// How much later it shows.
    pub lag: Lag,
}

impl Stamp {
    /// A change that shows at once.
    pub fn now(now_ms: i64) -> Self {
        Self { now_ms, lag: Lag::default() }
    }
}

/// How somebody looks, and when, in milliseconds as the caller counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// At what truly is.
    Present,
    /// At one, by its id.
    ById(i64),
    /// At many, listed or filtered.
    Lists(i64),
}

/// The latest changes of some things that show late, each with what stood there before.
#[derive(Debug, Clone)]
pub(super) struct Recent<K, V> {
    /// What changed, oldest first: one key for each change that is kept.
    order: VecDeque<K>,
    /// Of each thing, its changes, oldest first.
    changes: BTreeMap<K, VecDeque<Change<V>>>,
    /// From when on all of them show.
    settled_ms: i64,
}

#[derive(Debug, Clone)]
struct Change<V> {
    lists_from_ms: i64,
    by_id_from_ms: i64,
    /// What stood there before; `None` when the change put the first there.
    before: Option<V>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self { order: VecDeque::new(), changes: BTreeMap::new(), settled_ms: i64::MIN }
    }
}

impl<K: Ord + Copy, V> Recent<K, V> {
    /// Remembers a change, unless it shows at once.
    pub(super) fn note(&mut self, key: K, before: Option<V>, stamp: Stamp) {
        let Stamp { now_ms, lag } = stamp;
        if lag == Lag::default() {
            return;
        }
        while self.order.len() >= RECENT_MAX || self.is_oldest_shown(now_ms) {
            self.forget_oldest();
        }
        let from = |ms: u64| now_ms.saturating_add(i64::try_from(ms).unwrap_or(i64::MAX));
        let change = Change { lists_from_ms: from(lag.lists_ms), by_id_from_ms: from(lag.by_id_ms), before };
        self.settled_ms = self.settled_ms.max(change.lists_from_ms).max(change.by_id_from_ms);
        self.order.push_back(key);
        self.changes.entry(key).or_default().push_back(change);
    }

    /// What stands there for a view that does not see it as it is; `None` when it does.
    pub(super) fn before(&self, key: &K, view: View) -> Option<Option<&V>> {
        if self.is_settled(view) {
            return None;
        }
        before(self.changes.get(key)?, view)
    }

    /// Everything of a range that a view does not see as it is, with what stands there for it.
    pub(super) fn hidden(
        &self,
        range: RangeInclusive<K>,
        view: View,
    ) -> impl Iterator<Item = (&K, Option<&V>)> {
        let changes = (!self.is_settled(view)).then(|| self.changes.range(range));
        changes.into_iter().flatten().filter_map(move |(key, changes)| Some((key, before(changes, view)?)))
    }

    /// Whether a view surely sees everything as it is.
    pub(super) fn is_settled(&self, view: View) -> bool {
        match view {
            View::Present => true,
            View::ById(now_ms) | View::Lists(now_ms) => now_ms >= self.settled_ms,
        }
    }

    fn is_oldest_shown(&self, now_ms: i64) -> bool {
        let oldest = self.order.front().and_then(|key| self.changes.get(key)?.front());
        oldest.is_some_and(|oldest| now_ms >= oldest.lists_from_ms.max(oldest.by_id_from_ms))
    }

    fn forget_oldest(&mut self) {
        let Some(key) = self.order.pop_front() else { return };
        if let Some(changes) = self.changes.get_mut(&key) {
            changes.pop_front();
            if changes.is_empty() {
                self.changes.remove(&key);
            }
        }
    }
}

/// The first change that a view does not see yet is the one that knows what stands there for it.
fn before<V>(changes: &VecDeque<Change<V>>, view: View) -> Option<Option<&V>> {
    let is_late = |change: &&Change<V>| match view {
        View::Present => false,
        View::ById(now_ms) => now_ms < change.by_id_from_ms,
        View::Lists(now_ms) => now_ms < change.lists_from_ms,
    };
    changes.iter().find(is_late).map(|change| change.before.as_ref())
}
