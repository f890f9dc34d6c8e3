//! A sequence that keeps its order through any removals and finds its n-th member in O(log n).
//!
//! **Invariant:** knows positions only; what stands there is a `T`.
//!
//! A removed member leaves a gap, so that nobody else moves. A Fenwick tree over the number of members in each block
//! of 64 slots says in which block the n-th is; the rest is a short walk. When most slots are gaps they
//! are closed ([`Order::compact`]), so a loop of create and delete does not grow.

/// Slots per counted block: a walk short enough to be free, and a tree of a few bytes per thousand slots.
const BLOCK_SLOTS: usize = 64;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Order<T> {
    slots: Vec<Option<T>>,
    live: usize,
    /// The Fenwick tree: `sums[i]` counts the members of the blocks from `i + 1 - lowest_bit(i + 1)` to `i`.
    sums: Vec<usize>,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), live: 0, sums: Vec::new() }
    }
}

impl<T> Order<T> {
    /// How many members there are; gaps do not count.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    /// For how many slots there is memory.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.slots.capacity()
    }

    /// Makes room for so many more members at once.
    pub(super) fn reserve(&mut self, additional: usize) {
        self.slots.reserve_exact(additional);
    }

    /// Adds a member at the end and says in which slot.
    pub(super) fn push(&mut self, member: T) -> usize {
        let slot = self.slots.len();
        if slot.is_multiple_of(BLOCK_SLOTS) {
            self.open_block();
        }
        self.slots.push(Some(member));
        self.count(slot, |sum| *sum += 1);
        self.live += 1;
        slot
    }

    /// The member in a slot.
    pub(super) fn get(&self, slot: usize) -> Option<&T> {
        self.slots.get(slot)?.as_ref()
    }

    /// The member in a slot, to be exchanged for another.
    pub(super) fn get_mut(&mut self, slot: usize) -> Option<&mut T> {
        self.slots.get_mut(slot)?.as_mut()
    }

    /// Takes a member out; its slot is a gap from then on.
    pub(super) fn take(&mut self, slot: usize) -> Option<T> {
        let member = self.slots.get_mut(slot)?.take()?;
        self.count(slot, |sum| *sum -= 1);
        self.live -= 1;
        Some(member)
    }

    /// All members in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().flatten()
    }

    /// All members in order, each with its slot.
    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, &T)> {
        self.slots.iter().enumerate().filter_map(|(slot, member)| Some((slot, member.as_ref()?)))
    }

    /// The members from the n-th on (the first is the 0th). O(log n) to the first and from block to block, however
    /// many gaps lie between.
    pub(super) fn iter_from(&self, rank: usize) -> impl Iterator<Item = &T> {
        let mut rank = rank;
        std::iter::from_fn(move || {
            let members = self.block_from(rank)?;
            rank += members.clone().count();
            Some(members)
        })
        .flatten()
    }

    /// How many members come before the first that is not `before`; all that are must stand first. O(log² n).
    pub(super) fn partition_point(&self, mut before: impl FnMut(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.live);
        while low < high {
            let middle = low.midpoint(high);
            match self.block_from(middle).and_then(|mut members| members.next()) {
                Some(member) if before(member) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// Whether closing the gaps is worth it: most slots are gaps. Below one block it never is.
    pub(super) fn is_sparse(&self) -> bool {
        self.slots.len() > BLOCK_SLOTS && self.slots.len() > 2 * self.live
    }

    /// Closes the gaps: the order stays, the slots do not. O(n), but paid for by the removals that made the gaps.
    pub(super) fn compact(&mut self) {
        self.slots.retain(Option::is_some);
        self.slots.shrink_to(2 * self.live);
        self.sums.clear();
        for block in 0..self.slots.len().div_ceil(BLOCK_SLOTS) {
            self.open_block();
            let start = block * BLOCK_SLOTS;
            let members = BLOCK_SLOTS.min(self.slots.len() - start);
            self.count(start, |sum| *sum += members);
        }
    }

    /// The members of the block that holds the n-th, beginning with the n-th.
    fn block_from(&self, rank: usize) -> Option<impl Iterator<Item = &T> + Clone> {
        if rank >= self.live {
            return None;
        }
        // Down the tree: `block` whole blocks lie before the one we seek, and `left` members of it before the n-th.
        let (mut block, mut left) = (0, rank);
        let mut step = (self.sums.len() + 1).next_power_of_two() / 2;
        while step > 0 {
            if let Some(&sum) = self.sums.get(block + step - 1)
                && sum <= left
            {
                block += step;
                left -= sum;
            }
            step /= 2;
        }
        let slots = self.slots.iter().skip(block * BLOCK_SLOTS).take(BLOCK_SLOTS);
        Some(slots.flatten().skip(left))
    }

    /// Gives the tree one more block, without members yet.
    fn open_block(&mut self) {
        let node = self.sums.len() + 1;
        let start = node - lowest_bit(node);
        let (mut sum, mut below) = (0, node - 1);
        while below > start {
            sum += self.sums[below - 1];
            below -= lowest_bit(below);
        }
        self.sums.push(sum);
    }

    /// Changes the count of a slot's block, in every sum it is part of.
    fn count(&mut self, slot: usize, change: impl Fn(&mut usize)) {
        let mut node = slot / BLOCK_SLOTS + 1;
        while let Some(sum) = self.sums.get_mut(node - 1) {
            change(sum);
            node += lowest_bit(node);
        }
    }
}

/// The lowest set bit of a number above 0.
fn lowest_bit(number: usize) -> usize {
    number & number.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

    use super::{BLOCK_SLOTS, Order};

    #[derive(Debug, Clone)]
    enum Step {
        Push(usize),
        /// Takes so many, beginning at a position (modulo the slots there are), every so many-th.
        Take {
            at: usize,
            many: usize,
            every: usize,
        },
        Compact,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            3 => (1..300usize).prop_map(Step::Push),
            3 => (any::<usize>(), 1..300usize, 1..4usize)
                .prop_map(|(at, many, every)| Step::Take { at, many, every }),
            1 => Just(Step::Compact),
        ];
        prop::collection::vec(step, 1..12)
    }

    /// Compares everything that can be asked with a plain vector of slots.
    fn check(order: &Order<usize>, slots: &[Option<usize>]) {
        let members: Vec<usize> = slots.iter().flatten().copied().collect();
        assert_eq!(order.len(), members.len());
        assert!(order.iter().eq(&members));
        assert!(order.entries().all(|(slot, member)| order.get(slot) == Some(member)));
        for rank in (0..members.len() + 2).step_by(7).chain([members.len().saturating_sub(1), usize::MAX]) {
            assert!(order.iter_from(rank).eq(members.iter().skip(rank)), "from {rank}");
        }
        for bound in (0..slots.len() + 2).step_by(13) {
            let expected = members.partition_point(|member| *member < bound);
            assert_eq!(order.partition_point(|member| *member < bound), expected, "below {bound}");
        }
        for (slot, member) in slots.iter().enumerate() {
            assert_eq!(order.get(slot), member.as_ref());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn an_order_is_a_list_with_gaps(steps in steps()) {
            let (mut order, mut slots, mut next) = (Order::default(), Vec::new(), 0);
            for step in steps {
                match step {
                    Step::Push(many) => for _ in 0..many {
                        assert_eq!(order.push(next), slots.len());
                        slots.push(Some(next));
                        next += 1;
                    },
                    Step::Take { at, many, every } => for i in 0..many {
                        let slot = at.wrapping_add(i * every) % (slots.len() + 1);
                        assert_eq!(order.take(slot), slots.get_mut(slot).and_then(Option::take));
                    },
                    Step::Compact => {
                        order.compact();
                        slots.retain(Option::is_some);
                    }
                }
                check(&order, &slots);
            }
        }
    }

    #[test]
    fn an_order_is_sparse_only_past_a_block_and_when_most_slots_are_gaps() {
        let mut order = Order::default();
        for member in 0..BLOCK_SLOTS * 2 {
            order.push(member);
        }
        for slot in 0..BLOCK_SLOTS {
            order.take(slot);
            assert!(!order.is_sparse(), "{slot}");
        }
        order.take(BLOCK_SLOTS);
        assert!(order.is_sparse());
        order.compact();
        assert!(!order.is_sparse());
        assert_eq!(order.get(0), Some(&(BLOCK_SLOTS + 1)));
    }
}
