//! The recipients of a sandbox's organizations, as each vendor would keep them.

use std::cell::RefCell;

use crate::operation::table;
use crate::profile::model::{RecordType, SeedSlot, Unique};
use crate::profile::template::{Slots, Template, write_text};
use crate::record::law::key;
use crate::record::text::folded;
use crate::record::{self, link};
use crate::seed::chance::below;
use crate::seed::{self, Manager, Recipient, SeedGroup};
use crate::store::{Draft, OrganizationId, RecordId, State};
use crate::world::Dice;

use super::Setup;
use super::vendor::Vendor;

/// Fills a vendor's store.
///
/// # Errors
/// One sentence that names a recipient whom this vendor would not keep.
pub fn populate(
    vendor: &Vendor,
    setup: &Setup,
    organizations: &[String],
    dice: Dice,
    now_ms: i64,
) -> Result<(), String> {
    for (index, organization) in organizations.iter().enumerate() {
        let id = OrganizationId(u16::try_from(index).unwrap_or(u16::MAX));
        let place = Place { vendor, organization, id, dice, now_ms };
        let own = setup.people.as_deref().filter(|_| index == 0);
        // The second organization is there to be a stranger to; a tenth of the people is plenty.
        let count = if index == 0 { setup.recipients } else { setup.recipients / 10 };
        vendor.store.write(|state| match own {
            Some(people) => place.given(state, people),
            None => {
                let domain = format!("{organization}.example.com");
                let people = |nth: u64| seed::recipient(setup.seed, organization, nth, &domain);
                place.people(state, count, people)?;
                let groups = if setup.recipients == 0 { 0 } else { setup.groups };
                let groups =
                    seed::groups(setup.seed, organization, groups, u64::try_from(count).unwrap_or(u64::MAX));
                place.groups(state, &groups, count)
            }
        })?;
    }
    // Where lists lag behind writes, these first records were there long before.
    let lags = vendor.profile.records.iter().any(|record| record.visible_after_ms > 0);
    vendor.store.write(|state| state.keep_recent(lags));
    Ok(())
}

/// Where recipients are put.
struct Place<'a> {
    vendor: &'a Vendor,
    organization: &'a str,
    id: OrganizationId,
    dice: Dice,
    now_ms: i64,
}

/// A type of record that recipients or groups become, with what is the same for all of them.
struct Mould<'a> {
    index: usize,
    kind: &'a RecordType,
    template: &'a Template<SeedSlot>,
    picks: Dice,
    uuids: Dice,
    amounts: Vec<Dice>,
    /// Where each body is written before it is kept at its exact size.
    scratch: RefCell<Vec<u8>>,
    /// For each uniqueness rule the slot that is its key, where the template shows that without being written.
    keys: Vec<Option<&'a SeedSlot>>,
}

impl Place<'_> {
    /// The mould of recipients, or of groups.
    fn mould(&self, group: bool) -> Option<Mould<'_>> {
        let mut records = self.vendor.profile.records.iter().enumerate();
        let (index, kind) =
            records.find(|(_, record)| record.is_group() == group && record.seed.is_some())?;
        let template = kind.seed.as_ref()?;
        let dice = |what: &str| {
            self.dice.of(&format!(
                "seed/{}/{}/{}/{what}",
                self.vendor.profile.vendor, kind.name, self.organization
            ))
        };
        Some(Mould {
            index,
            kind,
            template,
            picks: dice("pick"),
            uuids: dice("uuid"),
            scratch: RefCell::default(),
            amounts: kind.vendor_data.iter().map(|data| dice(&data.name)).collect(),
            keys: kind.unique.iter().map(|unique| key_slot(unique, template)).collect(),
        })
    }

    /// Recipients from a file, and the groups that they name.
    fn given(&self, state: &mut State, people: &[Recipient]) -> Result<(), String> {
        self.people(state, people.len(), |nth| {
            usize::try_from(nth)
                .ok()
                .and_then(|nth| people.get(nth))
                .cloned()
                .unwrap_or_else(|| Recipient::new(""))
        })?;
        let mut groups: indexmap::IndexMap<&str, Vec<u64>> = indexmap::IndexMap::new();
        for (nth, person) in (0..).zip(people) {
            for name in &person.groups {
                groups.entry(name).or_default().push(nth);
            }
        }
        let of = |(name, members): (&str, Vec<u64>)| SeedGroup {
            name: name.to_owned(),
            description: String::new(),
            members,
        };
        let groups: Vec<SeedGroup> = groups.into_iter().map(of).collect();
        self.groups(state, &groups, people.len())
    }

    fn people(
        &self,
        state: &mut State,
        count: usize,
        person: impl Fn(u64) -> Recipient,
    ) -> Result<(), String> {
        let Some(mould) = self.mould(false) else { return Ok(()) };
        state.reserve(table(mould.index), self.id, count);
        let first = state.next_serial(table(mould.index));
        // Managers in a file are addresses; whoever stands later in it has a serial all the same.
        let mut by_address: Option<std::collections::HashMap<String, u64>> = None;
        for nth in 0..u64::try_from(count).unwrap_or(u64::MAX) {
            let recipient = person(nth);
            let manager = match &recipient.manager {
                None => None,
                Some(Manager::Index(manager)) => Some(first + manager),
                Some(Manager::Email(email)) => {
                    let known = by_address.get_or_insert_with(|| {
                        (0..).take(count).map(|nth| (person(nth).email.to_lowercase(), first + nth)).collect()
                    });
                    known.get(&email.to_lowercase()).copied()
                }
            };
            let traits = Traits { mould: &mould, nth, recipient: Some(&recipient), group: None, manager };
            self.put(state, &traits, recipient.active, &recipient.email)?;
        }
        Ok(())
    }

    fn groups(&self, state: &mut State, groups: &[SeedGroup], people: usize) -> Result<(), String> {
        let (Some(mould), Some(of_people)) = (self.mould(true), self.mould(false)) else { return Ok(()) };
        let first = state
            .next_serial(table(of_people.index))
            .saturating_sub(u64::try_from(people).unwrap_or(u64::MAX));
        for (nth, group) in (0..).zip(groups) {
            let traits = Traits { mould: &mould, nth, recipient: None, group: Some(group), manager: None };
            let id = self.put(state, &traits, true, &group.name)?;
            let member = |member: &u64| RecordId { table: table(of_people.index), serial: first + member };
            state.set_members(id, group.members.iter().map(member).collect());
        }
        Ok(())
    }

    /// One record from the profile's `seed` template.
    fn put(
        &self,
        state: &mut State,
        traits: &Traits<'_>,
        active: bool,
        name: &str,
    ) -> Result<RecordId, String> {
        let mould = traits.mould;
        let mut body = mould.scratch.borrow_mut();
        body.clear();
        mould.template.write(traits, &mut body);
        let amounts = mould.kind.vendor_data.iter().zip(&mould.amounts).map(|(data, dice)| {
            let amount = dice.between("amount", traits.nth, data.amount.0, data.amount.1);
            if data.erased_when_deactivated && !active { 0 } else { amount }
        });
        let draft =
            Draft { keys: traits.keys(&body), aside: amounts.collect(), body: body.as_slice().into() };
        let record = state.insert(table(mould.index), self.id, draft, self.now_ms);
        record.map(|record| record.id()).map_err(|clash| {
            let unique = mould.kind.unique.get(clash.unique).map_or("", |unique| &unique.name);
            format!("{}: two recipients have the {unique} of {name}", self.vendor.profile.vendor)
        })
    }
}

/// The slot of a template that is always the key of a uniqueness rule: it stands alone at the first place, and is a
/// recipient's address where an address is asked for.
fn key_slot<'t>(unique: &Unique, template: &'t Template<SeedSlot>) -> Option<&'t SeedSlot> {
    let first = unique.at.first().filter(|path| path.element.is_none())?;
    let path: Vec<&str> =
        first.urn.iter().chain([&first.name]).chain(&first.sub).map(String::as_str).collect();
    let slot = template.slot_at(&path)?;
    let fits = unique.format.is_none() || matches!(slot, SeedSlot::Trait("email"));
    fits.then_some(slot)
}

/// What is known of a recipient or a group, as the slots of the template.
struct Traits<'a> {
    mould: &'a Mould<'a>,
    nth: u64,
    recipient: Option<&'a Recipient>,
    group: Option<&'a SeedGroup>,
    manager: Option<u64>,
}

impl Traits<'_> {
    /// The keys of a record, from its slots where they show them, else from its body.
    fn keys(&self, body: &[u8]) -> Vec<Option<String>> {
        let rules = self.mould.kind.unique.iter().zip(&self.mould.keys);
        let of = |(unique, slot): (&Unique, &Option<&SeedSlot>)| {
            let mut found = None;
            let shown = slot.is_some_and(|slot| {
                self.with_text(slot, &mut |text| found = Some(folded(text, unique.case_exact).into_owned()))
            });
            if shown { found } else { key(unique, &record::attributes(body)) }
        };
        rules.map(of).collect()
    }

    fn with_text(&self, slot: &SeedSlot, use_it: &mut dyn FnMut(&str)) -> bool {
        match slot {
            SeedSlot::Pick(choices) => {
                let index =
                    below(self.mould.picks.draw("pick", self.nth), u64::try_from(choices.len()).unwrap_or(1));
                let choice = usize::try_from(index).ok().and_then(|index| choices.get(index));
                choice.map(|choice| use_it(choice)).is_some()
            }
            SeedSlot::Uuid => {
                let high = self.mould.uuids.draw("high", self.nth) & !0xf000 | 0x4000;
                let low = self.mould.uuids.draw("low", self.nth) & !(0b11 << 62) | 1 << 63;
                use_it(&format!(
                    "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                    high >> 32,
                    high >> 16 & 0xffff,
                    high & 0xffff,
                    low >> 48,
                    low & 0xffff_ffff_ffff
                ));
                true
            }
            SeedSlot::Trait("name") => self.group.map(|group| use_it(&group.name)).is_some(),
            SeedSlot::Trait("description") => self
                .group
                .filter(|group| !group.description.is_empty())
                .map(|group| use_it(&group.description))
                .is_some(),
            SeedSlot::Trait("manager") => {
                let manager = self.manager.map(link::to_serial);
                manager.as_ref().and_then(serde_json::Value::as_str).map(use_it).is_some()
            }
            SeedSlot::Trait(name) => {
                self.recipient.and_then(|recipient| recipient.trait_text(name)).map(use_it).is_some()
            }
        }
    }
}

impl Slots<SeedSlot> for Traits<'_> {
    fn json(&self, slot: &SeedSlot, out: &mut Vec<u8>) -> bool {
        if let (SeedSlot::Trait("active"), Some(recipient)) = (slot, self.recipient) {
            out.extend_from_slice(if recipient.active { b"true" } else { b"false" });
            return true;
        }
        self.with_text(slot, &mut |text| write_text(text, out))
    }

    fn text(&self, slot: &SeedSlot, out: &mut String) {
        self.with_text(slot, &mut |text| out.push_str(text));
    }
}
