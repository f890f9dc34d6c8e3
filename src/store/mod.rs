//! The store: all records of one vendor in one sandbox, with their indexes and their links.
//!
//! **Invariant:** the store has never heard of a profile, a protocol, JSON or the time. Whoever opens a table says
//! how many unique keys it has and how far each reaches; whoever inserts says which keys and which moment. A body
//! is bytes, a key is a text that somebody else has folded, the amounts kept aside are numbers.
//!
//! Why one lock: removing a person also leaves their groups, and a unique key is looked up before it is taken. A
//! reader must not see the half of the one, nor two writers both succeed at the other. Readers hold the lock only
//! to clone `Arc`s: a record is immutable once shared, and a change puts a new one in its place.
//!
//! | file | keeps |
//! |---|---|
//! | `record` | one record, with its cached faces |
//! | `packed` | a record's keys and body in one allocation |
//! | `table` | one kind of record: by serial, by unique key, by place in the order |
//! | `order` | a sequence with gaps, that finds its n-th member in O(log n) |
//! | `unique` | who holds which key |
//! | `links` | who is in which group |
//! | `lag` | what has changed and does not show yet |
//! | `state` | the tables and the links together: what the lock guards |
//! | `seen` | a state as somebody sees it who lags behind it |

use parking_lot::RwLock;

mod lag;
mod links;
mod order;
mod packed;
mod record;
mod seen;
mod state;
mod table;
#[cfg(test)]
mod tests;
mod unique;

pub use lag::{Lag, RECENT_MAX, Stamp, View};
pub use record::{Draft, FACES_MAX, Face, Faces, OrganizationId, Record, RecordId, TableId};
pub use seen::Seen;
pub use state::State;
pub use table::{Clash, DEPARTED_MAX, Departed, ReplaceError, TableRules};
pub use unique::Scope;

/// All records of one vendor in one sandbox, behind one lock.
///
/// A closure given to [`read`](Store::read) or [`write`](Store::write) must not call the same store again: the lock
/// is not reentrant.
#[derive(Debug)]
pub struct Store {
    state: RwLock<State>,
}

impl Store {
    /// An empty store with one table per rule, in that order: `TableId(0)` follows `rules[0]`, and there are at most
    /// 256.
    pub fn new(rules: &[TableRules]) -> Self {
        Self { state: RwLock::new(State::new(rules)) }
    }

    /// Looks at the state; other readers may look at the same time.
    pub fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.state.read())
    }

    /// Changes the state; nobody sees it before the closure has returned.
    pub fn write<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.write())
    }

    /// The state as it is now; later changes to the store do not reach it, nor the other way round.
    pub fn snapshot(&self) -> State {
        self.read(State::clone)
    }

    /// Puts a state in the place of the present one.
    pub fn restore(&self, state: State) {
        // The old state may hold a million records: it is dropped after the lock is gone.
        let _old = self.write(|present| std::mem::replace(present, state));
    }
}
