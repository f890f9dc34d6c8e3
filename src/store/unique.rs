//! Who holds which unique key.
//!
//! **Invariant:** compares keys as they are given; folding them (case, spaces) is the caller's.
//!
//! The keys stand in the records alone: the index holds records, hashed by the key that they carry.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::record::{OrganizationId, Record};

/// How far a unique key reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// No other record of the same organization may hold it.
    Organization,
    /// No other record of any organization may hold it.
    Platform,
}

/// One unique index of a table.
#[derive(Debug, Clone)]
pub(super) struct Unique {
    /// Which of a record's keys it is about.
    number: usize,
    scope: Scope,
    holders: HashTable<Arc<Record>>,
    seed: DefaultHashBuilder,
}

impl Unique {
    pub(super) fn new(number: usize, scope: Scope) -> Self {
        Self { number, scope, holders: HashTable::new(), seed: DefaultHashBuilder::default() }
    }

    /// Makes room for so many more keys at once.
    pub(super) fn reserve(&mut self, additional: usize) {
        let (number, scope, seed) = (self.number, self.scope, &self.seed);
        self.holders.reserve(additional, |held| hash_of(seed, number, scope, held));
    }

    /// Who holds a key within reach of an organization; with [`Scope::Platform`] it may be another's record.
    pub(super) fn holder(&self, organization: OrganizationId, key: &[u8]) -> Option<&Arc<Record>> {
        self.holders
            .find(hash(&self.seed, self.scope, organization, key), |held| self.holds(held, organization, key))
    }

    /// Notes a record under its key, if it claims one. The key must be free.
    pub(super) fn add(&mut self, record: &Arc<Record>) {
        let Some(key) = record.key_bytes(self.number) else { return };
        let (number, scope, seed) = (self.number, self.scope, &self.seed);
        let hash = hash(seed, scope, record.organization, key);
        self.holders.insert_unique(hash, Arc::clone(record), |held| hash_of(seed, number, scope, held));
    }

    /// Forgets a record and frees its key.
    pub(super) fn remove(&mut self, record: &Record) {
        let Some(key) = record.key_bytes(self.number) else { return };
        let hash = hash(&self.seed, self.scope, record.organization, key);
        if let Ok(entry) = self.holders.find_entry(hash, |held| held.serial == record.serial) {
            entry.remove();
        }
    }

    /// Puts a record's next version in its place, under the next version's key.
    pub(super) fn exchange(&mut self, old: &Record, new: &Arc<Record>) {
        if old.key_bytes(self.number) != new.key_bytes(self.number) {
            self.remove(old);
            self.add(new);
        } else if let Some(key) = old.key_bytes(self.number) {
            let hash = hash(&self.seed, self.scope, old.organization, key);
            if let Some(held) = self.holders.find_mut(hash, |held| held.serial == old.serial) {
                *held = Arc::clone(new);
            }
        }
    }

    fn holds(&self, record: &Record, organization: OrganizationId, key: &[u8]) -> bool {
        (self.scope == Scope::Platform || record.organization == organization)
            && record.key_bytes(self.number) == Some(key)
    }
}

fn hash(seed: &DefaultHashBuilder, scope: Scope, organization: OrganizationId, key: &[u8]) -> u64 {
    match scope {
        Scope::Organization => seed.hash_one((organization, key)),
        Scope::Platform => seed.hash_one(key),
    }
}

/// The hash a record is kept under; every record in an index claims a key there.
fn hash_of(seed: &DefaultHashBuilder, number: usize, scope: Scope, record: &Record) -> u64 {
    hash(seed, scope, record.organization, record.key_bytes(number).unwrap_or_default())
}
