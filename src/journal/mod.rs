//! The journal of a sandbox: what was called, what was found out about it, what was answered.
//!
//! | file | does |
//! |---|---|
//! | `mask` | takes secrets out, before anything is kept |
//! | [`mod@entry`] | a call as it is kept |
//! | [`mod@matching`] | which calls somebody means, and how another differs from them |
//! | [`mod@verify`] | whether there were as many as there should be |
//! | [`mod@render`] | a call as JSON: in a list, and explained |
//! | [`mod@coverage`] | which facts a client has met |
//! | [`mod@har`] | calls as browsers' developer tools read them |
//! | [`mod@stream`] | calls as they come in |
//! | [`mark`] | what happened beside calls |
//!
//! A call is made ready outside the lock, and entered in a few additions under it. What is rendered or matched is
//! rendered and matched when somebody asks.
//!
//! **Invariant:** a journal is bounded in entries and in bytes, and the oldest goes first; it holds no secret in full; it
//! decides nothing about a call. It is always on.

pub mod coverage;
pub mod entry;
pub mod har;
pub mod mark;
pub mod matching;
pub mod render;
pub mod stream;
pub mod verify;

mod mask;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

pub use entry::Entry;
pub use mark::{Mark, MarkKind};
pub use matching::Match;

/// How many calls a journal holds: more than a test makes, and few enough to look at each when asked.
pub const ENTRIES_MAX: usize = 10_000;

/// How many bytes its calls take together, about: a usual one takes 1.5 KB.
pub const BYTES_MAX: usize = 16 * 1024 * 1024;

/// How many bytes the calls of all journals take together, about, before each has to make do with [`BYTES_LEAST`].
pub const BYTES_OF_ALL_MAX: usize = 256 * 1024 * 1024;

/// How many bytes a journal may take however much the others do.
pub const BYTES_LEAST: usize = 64 * 1024;

/// How many calls a page shows when nobody says.
pub const PAGE_ENTRIES: usize = 100;

/// How many calls a page shows at most.
pub const PAGE_ENTRIES_MAX: usize = 1_000;

/// The calls of one sandbox.
#[derive(Debug, Default)]
pub struct Journal {
    book: Mutex<Book>,
    /// How many bytes all journals take that share this count.
    of_all: Arc<AtomicUsize>,
}

#[derive(Debug, Default)]
struct Book {
    /// In the order of their numbers, without gaps.
    entries: VecDeque<Arc<Entry>>,
    /// The number of the next.
    next: u64,
    bytes: usize,
    /// How many were let go to make room since it was last cleared.
    forgotten: u64,
    met: Vec<Met>,
    marks: VecDeque<Mark>,
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.of_all.fetch_sub(self.book.get_mut().bytes, Ordering::Relaxed);
    }
}

/// How often facts of a vendor were behind an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The vendor.
    pub vendor: Box<str>,
    /// How often, by the index of the fact.
    pub counts: Vec<u64>,
}

/// A part of the journal, the newest first.
#[derive(Debug)]
pub struct Page {
    /// The calls.
    pub calls: Vec<Arc<Entry>>,
    /// Where the next page begins: before this number. `None` at the end.
    pub next: Option<u64>,
}

impl Journal {
    /// An empty journal, one of those that share a count of their bytes.
    pub fn beside(of_all: &Arc<AtomicUsize>) -> Self {
        Self { book: Mutex::default(), of_all: Arc::clone(of_all) }
    }

    /// Enters a call; the oldest go to make room for it.
    pub fn enter(&self, mut entry: Entry) {
        let bytes = entry.bytes();
        // Dropped after the lock is gone.
        let mut gone = Vec::new();
        let mut book = self.book.lock();
        let book = &mut *book;
        entry.number = book.next;
        book.next += 1;
        book.bytes += bytes;
        let of_all = self.of_all.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let bytes_max = if of_all > BYTES_OF_ALL_MAX { BYTES_LEAST } else { BYTES_MAX };
        book.count(&entry);
        book.entries.push_back(Arc::new(entry));
        // The newest stays, however large it is: bodies and heads are bounded.
        while book.entries.len() > 1 && (book.entries.len() > ENTRIES_MAX || book.bytes > bytes_max) {
            if let Some(oldest) = book.entries.pop_front() {
                let bytes = oldest.bytes().min(book.bytes);
                book.bytes -= bytes;
                self.of_all.fetch_sub(bytes, Ordering::Relaxed);
                book.forgotten += 1;
                gone.push(oldest);
            }
        }
    }

    /// Notes what happened beside calls.
    pub fn mark(&self, at_ms: i64, kind: MarkKind, vendor: Option<&str>, says: String) {
        let mut book = self.book.lock();
        if book.marks.len() == mark::MARKS_MAX {
            book.marks.pop_front();
        }
        let before = book.next;
        book.marks.push_back(Mark { at_ms, before, kind, vendor: vendor.map(Arc::from), says });
    }

    /// What happened beside calls, the oldest first.
    pub fn marks(&self) -> Vec<Mark> {
        self.book.lock().marks.iter().cloned().collect()
    }

    /// Forgets all calls, and which facts were met.
    pub fn clear(&self) {
        let mut book = self.book.lock();
        // Numbers go on, so that whoever follows misses nothing.
        let cleared = Book { next: book.next, ..Book::default() };
        let before = std::mem::replace(&mut *book, cleared);
        self.of_all.fetch_sub(before.bytes, Ordering::Relaxed);
        drop(book);
        drop(before);
    }

    /// The calls that match, the newest first: those before a number, so many at most.
    pub fn page(&self, wanted: &Match, before: Option<u64>, size: usize) -> Page {
        let mut calls = Vec::new();
        let all = self.all();
        let older = all.iter().rev().filter(|entry| before.is_none_or(|before| entry.number < before));
        let mut matching = older.filter(|entry| wanted.is_met_by(entry));
        calls.extend(matching.by_ref().take(size).map(Arc::clone));
        let next = matching.next().and_then(|_| calls.last()).map(|last| last.number);
        Page { calls, next }
    }

    /// The call of a request id.
    pub fn find(&self, request_id: &str) -> Option<Arc<Entry>> {
        self.all().into_iter().rev().find(|entry| entry.request_id() == request_id)
    }

    /// All calls, the oldest first.
    pub fn all(&self) -> Vec<Arc<Entry>> {
        self.book.lock().entries.iter().map(Arc::clone).collect()
    }

    /// The calls from a number on, the oldest first, so many at most; and the number after them.
    pub fn from(&self, number: u64, size: usize) -> (Vec<Arc<Entry>>, u64) {
        let book = self.book.lock();
        let first = book.entries.front().map_or(book.next, |entry| entry.number);
        let skip = usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
        let calls: Vec<Arc<Entry>> = book.entries.iter().skip(skip).take(size).map(Arc::clone).collect();
        let next = calls.last().map_or(number.max(first), |last| last.number + 1);
        (calls, next)
    }

    /// The number that the next call will have.
    pub fn next_number(&self) -> u64 {
        self.book.lock().next
    }

    /// How many calls were let go to make room, since it was last cleared.
    pub fn forgotten(&self) -> u64 {
        self.book.lock().forgotten
    }

    /// How often facts were behind an answer since it was last cleared, those of calls let go included; by vendor.
    pub fn met(&self) -> Vec<Met> {
        self.book.lock().met.clone()
    }
}

impl Book {
    fn count(&mut self, entry: &Entry) {
        let notes = &entry.notes;
        let Some(profile) = &notes.profile else { return };
        let index = self.met.iter().position(|met| *met.vendor == *profile.vendor);
        let index = index.unwrap_or_else(|| {
            self.met.push(Met { vendor: profile.vendor.as_str().into(), counts: Vec::new() });
            self.met.len() - 1
        });
        let counts = &mut self.met[index].counts;
        counts.resize(counts.len().max(profile.facts.len()), 0);
        for fact in &notes.facts {
            if let Some(count) = counts.get_mut(usize::from(*fact)) {
                *count += 1;
            }
        }
    }
}
