//! Ids in each surface's form, made from a record's serial and back.
//!
//! An id is a pure function of the record type's key and the serial, so no index of ids is kept and every surface shows
//! the same record by its own. Whatever is not the id of some serial under this key is nobody's.

use crate::profile::model::{IdCore, IdForm, RecordType};
use crate::seed::chance::mix;

/// The bits of a UUID's second half that are free, beside its variant.
const FREE_BITS: u64 = (1 << 62) - 1;

/// How one surface names the records of one type.
#[derive(Debug, Clone, Copy)]
pub struct Ids<'a> {
    /// What its ids look like.
    pub form: &'a IdForm,
    /// The record type.
    pub record: &'a RecordType,
    /// Drawn once for the sandbox, vendor and record type.
    pub key: u64,
}

impl Ids<'_> {
    /// The id of a serial.
    pub fn id(&self, serial: u64) -> String {
        if let Some(printed) = usize::try_from(serial).ok().and_then(|index| self.record.printed_ids.get(index)) {
            return printed.clone();
        }
        let IdForm { prefix, core, suffix } = self.form;
        match core {
            IdCore::Number => {
                let (first, step) = self.record.numbers;
                format!("{prefix}{}{suffix}", first.saturating_add(step.saturating_mul(serial)))
            }
            IdCore::Uuid => {
                let (high, low) = uuid(self.key, serial);
                let (a, b, c) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
                format!("{prefix}{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}{suffix}", low >> 48, low & 0xffff_ffff_ffff)
            }
            IdCore::Hex => format!("{prefix}{:016x}{suffix}", scramble(self.key, serial)),
        }
    }

    /// The serial of an id; `None` when no serial has it.
    pub fn serial(&self, id: &str) -> Option<u64> {
        if let Some(index) = self.record.printed_ids.iter().position(|printed| printed == id) {
            return u64::try_from(index).ok();
        }
        let core = id.strip_prefix(&*self.form.prefix)?.strip_suffix(&*self.form.suffix)?;
        let serial = match self.form.core {
            IdCore::Number => {
                let (first, step) = self.record.numbers;
                let distance = core.parse::<u64>().ok()?.checked_sub(first)?;
                (distance % step == 0).then_some(distance / step)?
            }
            IdCore::Uuid => {
                let digits = core.replace('-', "");
                let number = u128::from_str_radix(&digits, 16).ok()?;
                let high = u64::try_from(number >> 64).ok()?;
                let low = u64::try_from(number & u128::from(u64::MAX)).ok()?;
                (low ^ pad(self.key, high)) & FREE_BITS
            }
            IdCore::Hex => unscramble(self.key, u64::from_str_radix(core, 16).ok()?),
        };
        (self.id(serial) == id).then_some(serial)
    }
}

/// A UUID of version 4 whose second half hides the serial and whose first half proves it.
fn uuid(key: u64, serial: u64) -> (u64, u64) {
    let high = mix(key, "uuid", serial) & !0xf000 | 0x4000;
    let low = (serial ^ pad(key, high)) & FREE_BITS | 1 << 63;
    (high, low)
}

fn pad(key: u64, high: u64) -> u64 {
    mix(key, "pad", high)
}

/// A permutation of 64 bits: four rounds of a Feistel network.
fn scramble(key: u64, serial: u64) -> u64 {
    (0..4).fold(serial, |halves, round| {
        let (left, right) = (halves >> 32, halves & 0xffff_ffff);
        right << 32 | left ^ mix(key, "hex", right << 2 | round) & 0xffff_ffff
    })
}

fn unscramble(key: u64, text: u64) -> u64 {
    (0..4).rev().fold(text, |halves, round| {
        let (right, mixed) = (halves >> 32, halves & 0xffff_ffff);
        (mixed ^ mix(key, "hex", right << 2 | round) & 0xffff_ffff) << 32 | right
    })
}
