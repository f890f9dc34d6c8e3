//! Chance without a generator: every random decision is a hash of what is decided.
//!
//! Two draws never depend on the order in which they are asked for, so unrelated or parallel work changes nothing
//! and one seed replays a run on every machine.
//!
//! **Invariant:** pure integer arithmetic, fixed for ever: a change here changes everybody's recipients.

/// 2^64 divided by the golden ratio: splitmix64's step between two states.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
/// FNV-1a's start for 64 bits.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
/// FNV-1a's multiplier for 64 bits.
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The draw for the `n`-th decision about `what` under `seed`: 64 evenly spread bits, the same everywhere.
///
/// Defined as `nth(split(split(seed) ^ fnv1a(what)), n)`, where `fnv1a` is FNV-1a over the bytes of `what`,
/// `split` is one output of splitmix64 and `nth(key, n)` is the output of splitmix64 from the state `key` after
/// `n` steps.
pub fn mix(seed: u64, what: &str, n: u64) -> u64 {
    nth(key(seed, what), n)
}

/// A draw made into a number below `bound` (0 when `bound` is 0), by its high bits; the bias is below
/// `bound` / 2^64.
pub fn below(draw: u64, bound: u64) -> u64 {
    // The product's upper half is smaller than `bound`, which fits.
    ((u128::from(draw) * u128::from(bound)) >> 64) as u64
}

/// What all draws about `what` under `seed` share: `mix(seed, what, n)` is `nth(key(seed, what), n)`.
pub(super) fn key(seed: u64, what: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
    split(split(seed) ^ what.bytes().fold(FNV_OFFSET, fold))
}

/// The `n`-th draw from a key, or from an earlier draw that is to be divided further.
pub(super) fn nth(key: u64, n: u64) -> u64 {
    split(key.wrapping_add(n.wrapping_mul(GOLDEN)))
}

/// One element of a table; `None` when the table is empty.
pub(super) fn pick<T>(draw: u64, table: &[T]) -> Option<&T> {
    table.get(usize::try_from(below(draw, table.len() as u64)).ok()?)
}

/// One output of splitmix64 (Steele, Lea, Flood 2014) from a state: the step, then the finalisers.
fn split(state: u64) -> u64 {
    let mut z = state.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn split_is_splitmix64_as_published() {
        // The first outputs of the reference implementation from state 0.
        assert_eq!(split(0), 0xe220_a839_7b1d_cdaf);
        assert_eq!(split(GOLDEN), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn a_draw_stays_what_it_was() {
        // From an independent implementation; whoever changes these changes everybody's recipients.
        let check =
            |seed, what, n, wanted: u64| assert_eq!(mix(seed, what, n), wanted, "mix({seed}, {what:?}, {n})");
        check(0, "", 0, 0xa6bb_c8dc_be30_928c);
        check(1, "acme", 0, 0x8993_5e32_676b_6d84);
        check(1, "acme", 249, 0x6203_ed75_bec2_f2e5);
        check(u64::MAX, "größe", u64::MAX, 0xf305_d8f6_697c_d871);
    }

    #[test]
    fn below_reaches_every_number_and_no_other() {
        let mut seen = [0_u32; 7];
        for n in 0..7_000 {
            seen[below(mix(3, "below", n), 7) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1_150).contains(&count)), "{seen:?}");
        assert_eq!(below(u64::MAX, 0), 0);
        assert_eq!(below(u64::MAX, 1), 0);
        assert_eq!(below(u64::MAX, u64::MAX), u64::MAX - 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_draw_is_below_its_bound(draw: u64, bound in 1..=u64::MAX) {
            prop_assert!(below(draw, bound) < bound);
        }
    }
}
