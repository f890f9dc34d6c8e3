//! One kind of record, of all organizations: found by serial, by unique key and by place in the order.
//!
//! **Invariant:** knows nothing of other tables; links are the state's.

use std::collections::VecDeque;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::lag::{Recent, Stamp};
use super::order::Order;
use super::record::{Draft, OrganizationId, Record, RecordId, TableId};
use super::unique::{Scope, Unique};

/// Departed records remembered per table: enough for whoever looks for what a test has just removed. When more go,
/// the oldest is forgotten.
pub const DEPARTED_MAX: usize = 1_000;

/// What a table must know before its first record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableRules {
    /// How far each unique key reaches; the position is the number of the unique index.
    pub uniques: Vec<Scope>,
}

/// A unique key is held by another record already; nothing was changed.
#[derive(Debug, Clone)]
pub struct Clash {
    /// The number of the unique index.
    pub unique: usize,
    /// Who holds the key. With [`Scope::Platform`] it may belong to another organization.
    pub holder: Arc<Record>,
}

/// Why a record was not replaced; nothing was changed.
#[derive(Debug, Clone)]
pub enum ReplaceError {
    /// There is no such record (any more).
    Missing,
    /// Another record holds one of the new keys.
    Clash(Clash),
}

/// A record that was removed, and what the vendor still knows of it.
#[derive(Debug, Clone)]
pub struct Departed {
    /// Its last version.
    pub record: Arc<Record>,
    /// When it was removed, in milliseconds as the caller counts them.
    pub removed_ms: i64,
    /// The vendor's amounts kept beside it from then on.
    pub aside: Box<[u32]>,
}

/// Where a record stands: whose order, and which slot of it.
#[derive(Debug, Clone, Copy)]
struct Place {
    organization: OrganizationId,
    /// Memory for 2³² records of one table ends long before this number does.
    slot: u32,
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Table {
    id: TableId,
    next_serial: u64,
    /// By serial; the serial itself stands in the record.
    places: HashTable<Place>,
    seed: DefaultHashBuilder,
    /// By organization.
    orders: Vec<Order<Arc<Record>>>,
    uniques: Vec<Unique>,
    /// By organization: the record that stands for whoever calls, its first unless another is named.
    callers: Vec<Option<u64>>,
    /// What does not show as it is.
    recent: Recent<(OrganizationId, u64), Arc<Record>>,
    /// Oldest first.
    departed: VecDeque<Departed>,
}

impl Table {
    pub(super) fn new(id: TableId, rules: &TableRules) -> Self {
        let uniques = rules.uniques.iter().enumerate();
        Self {
            id,
            next_serial: 0,
            places: HashTable::new(),
            seed: DefaultHashBuilder::default(),
            orders: Vec::new(),
            uniques: uniques.map(|(number, scope)| Unique::new(number, *scope)).collect(),
            callers: Vec::new(),
            recent: Recent::default(),
            departed: VecDeque::new(),
        }
    }

    pub(super) fn next_serial(&self) -> u64 {
        self.next_serial
    }

    /// A record of any organization.
    pub(super) fn record(&self, serial: u64) -> Option<&Arc<Record>> {
        self.place(serial).and_then(|place| standing(&self.orders, place))
    }

    /// A record of this organization.
    pub(super) fn get(&self, organization: OrganizationId, serial: u64) -> Option<&Arc<Record>> {
        let place = self.place(serial).filter(|place| place.organization == organization)?;
        standing(&self.orders, place)
    }

    pub(super) fn find(
        &self,
        organization: OrganizationId,
        unique: usize,
        key: &str,
    ) -> Option<&Arc<Record>> {
        let holder = self.uniques.get(unique)?.holder(organization, key.as_bytes())?;
        (holder.organization == organization).then_some(holder)
    }

    pub(super) fn count(&self, organization: OrganizationId) -> usize {
        self.order(organization).map_or(0, Order::len)
    }

    pub(super) fn scan(&self, organization: OrganizationId) -> impl Iterator<Item = &Arc<Record>> {
        self.order(organization).into_iter().flat_map(Order::iter)
    }

    /// For how many slots an organization's order takes up memory.
    #[cfg(test)]
    pub(super) fn room(&self, organization: OrganizationId) -> usize {
        self.order(organization).map_or(0, Order::room)
    }

    pub(super) fn page(&self, organization: OrganizationId, skip: usize, take: usize) -> Vec<Arc<Record>> {
        let Some(order) = self.order(organization) else { return Vec::new() };
        let mut page = Vec::with_capacity(take.min(order.len().saturating_sub(skip)));
        page.extend(order.iter_from(skip).take(take).cloned());
        page
    }

    pub(super) fn after(
        &self,
        organization: OrganizationId,
        serial: Option<u64>,
        take: usize,
    ) -> Vec<Arc<Record>> {
        // The order of insertion is the order of serials.
        let skip = match (serial, self.order(organization)) {
            (Some(serial), Some(order)) => order.partition_point(|record| record.serial <= serial),
            _ => 0,
        };
        self.page(organization, skip, take)
    }

    /// What does not show as it is.
    pub(super) fn recent(&self) -> &Recent<(OrganizationId, u64), Arc<Record>> {
        &self.recent
    }

    pub(super) fn departed(&self, organization: OrganizationId) -> impl Iterator<Item = &Departed> {
        self.departed.iter().filter(move |departed| departed.record.organization == organization)
    }

    pub(super) fn reserve(&mut self, organization: OrganizationId, additional: usize) {
        self.order_mut(organization).reserve(additional);
        let Self { places, seed, orders, uniques, .. } = self;
        places.reserve(additional, |place| hash_of(seed, orders, *place));
        uniques.iter_mut().for_each(|unique| unique.reserve(additional));
    }

    pub(super) fn insert(
        &mut self,
        organization: OrganizationId,
        mut draft: Draft,
        stamp: Stamp,
    ) -> Result<Arc<Record>, Clash> {
        draft.keys.truncate(self.uniques.len());
        self.check(organization, &draft.keys, None)?;
        let id = RecordId { table: self.id, serial: self.next_serial };
        let record = Arc::new(Record::first(id, organization, draft, stamp.now_ms));
        self.next_serial += 1;
        if self.caller(organization).is_none() {
            self.set_caller(organization, id.serial);
        }
        let slot = self.order_mut(organization).push(Arc::clone(&record)) as u32;
        let Self { places, seed, orders, .. } = self;
        let place = Place { organization, slot };
        places.insert_unique(seed.hash_one(id.serial), place, |place| hash_of(seed, orders, *place));
        self.uniques.iter_mut().for_each(|unique| unique.add(&record));
        self.recent.note((organization, id.serial), None, stamp);
        Ok(record)
    }

    pub(super) fn replace(
        &mut self,
        serial: u64,
        mut draft: Draft,
        stamp: Stamp,
    ) -> Result<Arc<Record>, ReplaceError> {
        let old = Arc::clone(self.record(serial).ok_or(ReplaceError::Missing)?);
        draft.keys.truncate(self.uniques.len());
        self.check(old.organization, &draft.keys, Some(serial)).map_err(ReplaceError::Clash)?;
        let new = Arc::new(old.changed(draft, stamp.now_ms));
        Ok(self.exchange(old, new, stamp))
    }

    pub(super) fn touch(&mut self, serial: u64, stamp: Stamp) -> Option<Arc<Record>> {
        let old = Arc::clone(self.record(serial)?);
        let new = Arc::new(old.touched(stamp.now_ms));
        Some(self.exchange(old, new, stamp))
    }

    pub(super) fn remove(&mut self, serial: u64, stamp: Stamp) -> Option<Arc<Record>> {
        let Self { places, seed, orders, .. } = self;
        let found = places.find_entry(seed.hash_one(serial), |place| holds(orders, *place, serial));
        let (place, _) = found.ok()?.remove();
        let order = orders.get_mut(usize::from(place.organization.0))?;
        let record = order.take(place.slot as usize)?;
        if order.is_sparse() {
            self.compact(place.organization);
        }
        self.uniques.iter_mut().for_each(|unique| unique.remove(&record));
        self.recent.note((record.organization, serial), Some(Arc::clone(&record)), stamp);
        Some(record)
    }

    pub(super) fn caller(&self, organization: OrganizationId) -> Option<u64> {
        self.callers.get(usize::from(organization.0)).copied().flatten()
    }

    pub(super) fn set_caller(&mut self, organization: OrganizationId, serial: u64) {
        let index = usize::from(organization.0);
        if self.callers.len() <= index {
            self.callers.resize(index + 1, None);
        }
        self.callers[index] = Some(serial);
    }

    pub(super) fn remember(&mut self, departed: Departed) {
        if self.departed.len() == DEPARTED_MAX {
            self.departed.pop_front();
        }
        self.departed.push_back(departed);
    }

    pub(super) fn forget_departed(
        &mut self,
        organization: OrganizationId,
        serial: u64,
        aside: Box<[u32]>,
    ) -> bool {
        let mut departed = self.departed.iter_mut();
        let found =
            departed.find(|one| one.record.serial == serial && one.record.organization == organization);
        found.map(|found| found.aside = aside).is_some()
    }

    /// The same records under other rules, all as they are. Of two that claim one key now, the later one goes without: it was
    /// kept when that was allowed.
    pub(super) fn under(&self, rules: &TableRules, keys: &dyn Fn(&Record) -> Vec<Option<String>>) -> Self {
        let uniques = rules.uniques.iter().enumerate();
        let mut table = Self {
            uniques: uniques.map(|(number, scope)| Unique::new(number, *scope)).collect(),
            recent: Recent::default(),
            ..self.clone()
        };
        let Self { orders, uniques, .. } = &mut table;
        for (index, order) in orders.iter_mut().enumerate() {
            let organization = OrganizationId(u16::try_from(index).unwrap_or(u16::MAX));
            let standing: Vec<(usize, Arc<Record>)> =
                order.entries().map(|(slot, record)| (slot, Arc::clone(record))).collect();
            for (slot, record) in standing {
                let mut keys = keys(&record);
                keys.truncate(uniques.len());
                for (unique, key) in uniques.iter().zip(&mut keys) {
                    key.take_if(|key| unique.holder(organization, key.as_bytes()).is_some());
                }
                let again = Arc::new(record.again(&keys));
                uniques.iter_mut().for_each(|unique| unique.add(&again));
                if let Some(place) = order.get_mut(slot) {
                    *place = again;
                }
            }
        }
        table
    }

    /// Whether somebody else (not `own`) holds one of these keys.
    fn check(
        &self,
        organization: OrganizationId,
        keys: &[Option<String>],
        own: Option<u64>,
    ) -> Result<(), Clash> {
        for (unique, (index, key)) in self.uniques.iter().zip(keys).enumerate() {
            let Some(key) = key else { continue };
            match index.holder(organization, key.as_bytes()) {
                Some(holder) if Some(holder.serial) != own => {
                    return Err(Clash { unique, holder: Arc::clone(holder) });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts a record's next version in its place everywhere.
    fn exchange(&mut self, old: Arc<Record>, new: Arc<Record>, stamp: Stamp) -> Arc<Record> {
        if let Some(place) = self.place(old.serial)
            && let Some(order) = self.orders.get_mut(usize::from(place.organization.0))
            && let Some(standing) = order.get_mut(place.slot as usize)
        {
            *standing = Arc::clone(&new);
        }
        self.uniques.iter_mut().for_each(|unique| unique.exchange(&old, &new));
        self.recent.note((new.organization, new.serial), Some(old), stamp);
        new
    }

    /// Closes the gaps of one order and tells its records' new slots to the index.
    fn compact(&mut self, organization: OrganizationId) {
        let Self { places, seed, orders, .. } = self;
        let Some(order) = orders.get_mut(usize::from(organization.0)) else { return };
        // Slots only go down and are visited from below, so no new slot is mistaken for an old one still to come.
        for (new, (old, record)) in order.entries().enumerate() {
            let moved = places.find_mut(seed.hash_one(record.serial), |place| {
                place.organization == organization && place.slot as usize == old
            });
            if let Some(place) = moved {
                place.slot = new as u32;
            }
        }
        order.compact();
    }

    fn place(&self, serial: u64) -> Option<Place> {
        let hash = self.seed.hash_one(serial);
        self.places.find(hash, |place| holds(&self.orders, *place, serial)).copied()
    }

    fn order(&self, organization: OrganizationId) -> Option<&Order<Arc<Record>>> {
        self.orders.get(usize::from(organization.0))
    }

    /// The order of an organization, which is empty for one that has never inserted anything.
    fn order_mut(&mut self, organization: OrganizationId) -> &mut Order<Arc<Record>> {
        let index = usize::from(organization.0);
        if self.orders.len() <= index {
            self.orders.resize_with(index + 1, Order::default);
        }
        &mut self.orders[index]
    }
}

/// Who stands in a place.
fn standing(orders: &[Order<Arc<Record>>], place: Place) -> Option<&Arc<Record>> {
    orders.get(usize::from(place.organization.0))?.get(place.slot as usize)
}

/// The hash a place is kept under; every place is some record's.
fn hash_of(seed: &DefaultHashBuilder, orders: &[Order<Arc<Record>>], place: Place) -> u64 {
    seed.hash_one(standing(orders, place).map_or(0, |record| record.serial))
}

fn holds(orders: &[Order<Arc<Record>>], place: Place, serial: u64) -> bool {
    standing(orders, place).is_some_and(|record| record.serial == serial)
}
