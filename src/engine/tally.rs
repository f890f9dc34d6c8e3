//! How many calls were answered, and how: numbers that only grow, for whoever watches a server.

use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

use super::Engine;

/// `1xx` to `5xx`.
const CLASSES: usize = 5;

/// Counters by vendor and class of status.
#[derive(Debug)]
pub(super) struct Tally {
    started_ms: i64,
    /// By the vendor's index; the last are the calls to nobody.
    calls: Vec<[AtomicU64; CLASSES]>,
}

impl Tally {
    /// Nothing counted yet, for so many vendors.
    pub fn new(vendors: usize, started_ms: i64) -> Self {
        Self { started_ms, calls: (0..=vendors).map(|_| Default::default()).collect() }
    }

    /// Counts a call to a vendor, or to nobody.
    pub fn count(&self, vendor: Option<usize>, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES) - 1;
        let of = vendor.and_then(|vendor| self.calls.get(vendor)).or(self.calls.last());
        if let Some(of) = of {
            of[class].fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Engine {
    /// How many calls were answered: vendor (`None` for those to nobody), first digit of the status, number. Those that
    /// never were are left out.
    pub fn calls(&self) -> Vec<(Option<&str>, usize, u64)> {
        let vendors = self.profiles().iter().map(|profile| Some(profile.vendor.as_str())).chain([None]);
        vendors
            .zip(&self.tally.calls)
            .flat_map(|(vendor, classes)| {
                let counts = classes.iter().map(|count| count.load(Ordering::Relaxed)).zip(1..);
                counts.filter(|(count, _)| *count > 0).map(move |(count, class)| (vendor, class, count))
            })
            .collect()
    }

    /// How long it has been up, in milliseconds.
    pub fn uptime_ms(&self) -> u64 {
        u64::try_from(self.outside.now_ms().saturating_sub(self.tally.started_ms)).unwrap_or(0)
    }
}
