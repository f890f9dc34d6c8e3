//! A record's unique keys and its body in one allocation.
//!
//! **Invariant:** knows bytes and lengths, not what they mean.
//!
//! Kept apart, the keys of one record would cost 16 bytes of pointer and an allocation of their own: about 35 bytes,
//! of the 600 that a record may take in all.

/// What marks the end of the keys.
const END: usize = 0;
/// What stands for a unique index that the record has no key in.
const NO_KEY: usize = 1;
/// A key is led by its length in bytes plus this.
const KEY: usize = 2;

/// Keys and body: each key as a LEB128 length and its bytes, an end mark, then the body up to the end.
#[derive(Debug, Clone)]
pub(super) struct Packed(Box<[u8]>);

impl Packed {
    pub(super) fn new(keys: &[Option<String>], body: &[u8]) -> Self {
        let keys_len: usize = keys
            .iter()
            .map(|key| key.as_ref().map_or(1, |key| length_len(key.len() + KEY) + key.len()))
            .sum();
        // Exact, so that making it a box does not move it.
        let mut bytes = Vec::with_capacity(keys_len + length_len(END) + body.len());
        for key in keys {
            match key {
                Some(key) => {
                    put_length(&mut bytes, key.len() + KEY);
                    bytes.extend_from_slice(key.as_bytes());
                }
                None => put_length(&mut bytes, NO_KEY),
            }
        }
        put_length(&mut bytes, END);
        bytes.extend_from_slice(body);
        Self(bytes.into_boxed_slice())
    }

    pub(super) fn body(&self) -> &[u8] {
        let mut walk = Walk(&self.0);
        while walk.next().is_some() {}
        walk.0
    }

    /// The key in the given unique index; `None` when it has none there.
    pub(super) fn key(&self, unique: usize) -> Option<&[u8]> {
        Walk(&self.0).nth(unique).flatten()
    }
}

/// Steps over the keys; after the end mark, what is left is the body.
struct Walk<'a>(&'a [u8]);

impl<'a> Iterator for Walk<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = take_length(self.0)?;
        match length {
            END => {
                self.0 = rest;
                None
            }
            NO_KEY => {
                self.0 = rest;
                Some(None)
            }
            _ => {
                let (key, rest) = rest.split_at_checked(length - KEY)?;
                self.0 = rest;
                Some(Some(key))
            }
        }
    }
}

/// How many bytes a length takes, at seven bits each.
fn length_len(length: usize) -> usize {
    let bits = usize::BITS - length.leading_zeros();
    bits.div_ceil(7).max(1) as usize
}

fn put_length(bytes: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
}

fn take_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut length = 0;
    for (at, byte) in bytes.iter().enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return bytes.get(at + 1..).map(|rest| (length, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop, proptest};

    use super::Packed;

    fn check(keys: &[Option<String>], body: &[u8]) {
        let packed = Packed::new(keys, body);
        assert_eq!(packed.body(), body);
        for (unique, key) in keys.iter().enumerate() {
            assert_eq!(packed.key(unique), key.as_ref().map(String::as_bytes), "key {unique} of {keys:?}");
        }
        assert_eq!(packed.key(keys.len()), None);
    }

    #[test]
    fn keys_and_body_come_back_at_every_length_of_a_length() {
        for len in [0, 1, 125, 126, 127, 16_381, 16_382, 16_383, 3_000_000] {
            check(&[Some("k".repeat(len)), None, Some(String::new())], b"body");
        }
        check(&[], b"");
        check(&[None, None], b"\0\x01\x02");
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            keys in prop::collection::vec(prop::option::of(prop::collection::vec(any::<char>(), 0..200)
                .prop_map(String::from_iter)), 0..5),
            body in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            check(&keys, &body);
        }
    }
}
