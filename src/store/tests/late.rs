//! What somebody sees who lags behind, as one would work it out on a napkin: for each thing, the first change that does not
//! show yet, and what the world was before it.

use std::collections::BTreeSet;

use proptest::prelude::{Just, Strategy, prop, prop_oneof};

use super::model::{Model, Step, plain, steps};
use super::{ACME, GLOBEX, TABLES};
use crate::store::{Lag, RecordId, Seen, Stamp, View};

/// Steps, some of which show late.
pub(super) fn late_steps() -> impl Strategy<Value = Vec<(Step, Lag)>> {
    let ms = || prop_oneof![Just(0), 1..20u64];
    let lag = (ms(), ms()).prop_map(|(lists_ms, by_id_ms)| Lag { lists_ms, by_id_ms });
    (steps(), prop::collection::vec(lag, 40)).prop_map(|(steps, lags)| steps.into_iter().zip(lags).collect())
}

impl Model {
    /// What the model shows, by its past: what it was before each step that was taken.
    pub(super) fn seen(&self, history: &[(Stamp, Self)], view: View) -> Self {
        let afters = history.iter().skip(1).map(|(_, before)| before).chain([self]);
        let steps: Vec<(&Stamp, &Self, &Self)> =
            history.iter().zip(afters).map(|((stamp, before), after)| (stamp, before, after)).collect();
        let late = |is_changed: &dyn Fn(&Self, &Self) -> bool| {
            let mut steps = steps.iter().filter(|(stamp, ..)| is_late(stamp, view));
            steps.find(|(_, before, after)| is_changed(before, after)).map_or(self, |(_, before, _)| *before)
        };
        let all = || history.iter().map(|(_, before)| before).chain([self]);
        let mut seen = Self::default();
        for id in all().flat_map(Self::ids).collect::<BTreeSet<RecordId>>() {
            let shown = late(&|before, after| before.record(id) != after.record(id)).record(id);
            if let Some(record) = shown {
                seen.tables.entry(id.table).or_default().insert(id.serial, record.clone());
            }
        }
        for link in all().flat_map(|model| model.links.iter().copied()).collect::<BTreeSet<_>>() {
            let has = |model: &Self| model.links.contains(&link);
            if has(late(&|before, after| has(before) != has(after))) {
                seen.links.push(link);
            }
        }
        seen
    }

    /// Holds what somebody sees against this; the order of members is another test's.
    pub(super) fn compare(&self, seen: Seen<'_>, skip: usize, many: usize) {
        for table in TABLES {
            for organization in [ACME, GLOBEX] {
                let list = self.list(table, organization);
                let page = |skip, many| plain(&seen.page(table, organization, skip, many));
                assert_eq!(
                    (page(0, usize::MAX), seen.count(table, organization)),
                    (list.clone(), list.len())
                );
                assert_eq!(page(skip, many), list.iter().skip(skip).take(many).cloned().collect::<Vec<_>>());
                let serial = skip as u64;
                let after = list.iter().filter(|one| one.0 > serial).take(many).cloned().collect::<Vec<_>>();
                assert_eq!(plain(&seen.after(table, organization, Some(serial), many)), after);
                assert_eq!(plain(&seen.after(table, organization, None, many)), page(0, many));
                for serial in 0..14 {
                    let got = seen.get(table, organization, serial).cloned();
                    let expected = list.iter().find(|one| one.0 == serial).cloned();
                    assert_eq!(plain(&Vec::from_iter(got)), Vec::from_iter(expected));
                }
                for (unique, key) in (0..2).flat_map(|unique| ["a", "b", "c"].map(|key| (unique, key))) {
                    let holds = |one: &&(u64, _)| Self::holds(&one.1, unique, key);
                    let expected: Vec<_> = list.iter().filter(holds).cloned().collect();
                    assert_eq!(plain(&seen.find(table, organization, unique, key)), expected);
                }
            }
            for serial in 0..14 {
                let id = RecordId { table, serial };
                let members = self.members(id);
                assert_eq!(seen.members(id).collect::<BTreeSet<_>>(), members.iter().copied().collect());
                assert_eq!(seen.member_count(id), members.len());
                let mut groups = Vec::new();
                seen.each_group_of(id, |group| groups.push(group));
                assert_eq!(groups, self.groups_of(id), "{id:?}");
            }
        }
    }
}

fn is_late(stamp: &Stamp, view: View) -> bool {
    let shows_ms = |lag_ms: u64| stamp.now_ms + lag_ms as i64;
    match view {
        View::Present => false,
        View::ById(now_ms) => now_ms < shows_ms(stamp.lag.by_id_ms),
        View::Lists(now_ms) => now_ms < shows_ms(stamp.lag.lists_ms),
    }
}
