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
    /// Writes the id of a serial. Ids need no escaping in JSON: the profile language sees to that.
    pub fn write(&self, serial: u64, out: &mut Vec<u8>) {
        let is_printed = usize::try_from(serial).is_ok_and(|index| index < self.record.printed_ids.len());
        if self.form.core != IdCore::Number || is_printed {
            out.extend_from_slice(self.id(serial).as_bytes());
            return;
        }
        let (first, step) = self.record.numbers;
        out.extend_from_slice(self.form.prefix.as_bytes());
        write_digits(first.saturating_add(step.saturating_mul(serial)), out);
        out.extend_from_slice(self.form.suffix.as_bytes());
    }

    /// The id of a serial.
    pub fn id(&self, serial: u64) -> String {
        if let Some(printed) =
            usize::try_from(serial).ok().and_then(|index| self.record.printed_ids.get(index))
        {
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
                format!(
                    "{prefix}{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}{suffix}",
                    low >> 48,
                    low & 0xffff_ffff_ffff
                )
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
        let mut own = Vec::with_capacity(id.len());
        self.write(serial, &mut own);
        (own == id.as_bytes()).then_some(serial)
    }
}

/// Writes a number without going through a formatter: a page of users names a few hundred groups.
fn write_digits(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::Ids;
    use crate::profile::Library;
    use crate::profile::model::{IdCore, IdForm, Profile};
    use crate::profile::source::Source;

    const VENDOR: &str = "
standin: 1
vendor: v
title: V
credentials: {key: {}}
records:
  user: {schemas: [User], numbers: {first: 123, step: 3}, printed_ids: [user-id]}
apis:
  rest:
    kind: rest
    base: /
    credential: key
    shapes: {user: {record: user, id: 'u{n}', fields: {id: {shows: id}}}}
    operations: {list: {call: GET /users, does: list, shape: user}}
";

    fn profile() -> Profile {
        let library = Library::read(&[Source::new("v.yaml", VENDOR)], &mut Vec::new());
        library.profile("v", &[]).expect("a profile without mistakes")
    }

    fn form(core: IdCore) -> IdForm {
        IdForm { prefix: "a-".to_owned(), core, suffix: "-z".to_owned() }
    }

    proptest! {
        #[test]
        fn an_id_gives_back_its_serial_and_is_nobody_elses(serial in 0_u64..1 << 40, key in any::<u64>(), other in any::<u64>()) {
            let profile = profile();
            let record = &profile.records[0];
            for core in [IdCore::Number, IdCore::Uuid, IdCore::Hex] {
                let form = form(core);
                let ids = Ids { form: &form, record, key };
                let id = ids.id(serial);
                let mut written = Vec::new();
                ids.write(serial, &mut written);
                prop_assert_eq!(&written, id.as_bytes());
                prop_assert_eq!(ids.serial(&id), Some(serial), "{}", id);
                prop_assert_eq!(ids.serial(&id.to_uppercase()), (id == id.to_uppercase()).then_some(serial));
                if core == IdCore::Uuid && other != key {
                    prop_assert_eq!(Ids { form: &form, record, key: other }.serial(&id), (serial == 0).then_some(0));
                }
            }
        }

        #[test]
        fn no_text_is_too_strange_to_be_nobodys_id(text in ".{0,60}", key in any::<u64>()) {
            let profile = profile();
            let form = IdForm { prefix: String::new(), core: IdCore::Uuid, suffix: String::new() };
            let serial = Ids { form: &form, record: &profile.records[0], key }.serial(&text);
            prop_assert_eq!(serial, (text == "user-id").then_some(0));
        }
    }

    #[test]
    fn numbers_count_as_the_profile_says_and_printed_ids_come_first() {
        let profile = profile();
        let form = IdForm { prefix: "u".to_owned(), core: IdCore::Number, suffix: String::new() };
        let ids = Ids { form: &form, record: &profile.records[0], key: 0 };
        assert_eq!(
            (ids.id(0), ids.id(1), ids.id(111)),
            ("user-id".to_owned(), "u126".to_owned(), "u456".to_owned())
        );
        for (id, serial) in [
            ("user-id", Some(0)),
            ("u126", Some(1)),
            ("u127", None),
            ("u0126", None),
            ("126", None),
            ("u-3", None),
        ] {
            assert_eq!(ids.serial(id), serial, "{id}");
        }
    }
}
