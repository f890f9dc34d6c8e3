//! The recipients of a sandbox's organizations, as each vendor would keep them.

use std::cell::RefCell;

use crate::fault::Problem;
use crate::operation::table;
use crate::profile::model::{RecordType, SeedSlot, Unique};
use crate::profile::template::{Slots, Template, write_text};
use crate::record::law::{self, key};
use crate::record::text::folded;
use crate::record::{self, link};
use crate::seed::chance::below;
use crate::seed::{self, Manager, PROBLEMS_MAX, Recipient, SeedGroup};
use crate::store::{Draft, Lag, OrganizationId, RecordId, Stamp, State};
use crate::world::Dice;

use super::sandbox::Birth;
use super::vendor::Vendor;

/// Fills a vendor's store.
///
/// # Errors
/// One sentence that names a recipient whom this vendor would not keep.
pub fn populate(
    vendor: &Vendor,
    birth: &Birth,
    people: Option<&[Recipient]>,
    dice: Dice,
    now_ms: i64,
) -> Result<(), String> {
    for (index, organization) in birth.organizations.iter().enumerate() {
        let id = OrganizationId(u16::try_from(index).unwrap_or(u16::MAX));
        let place =
            Place { vendor, organization, id, dice, now_ms, first: 0, is_otherwise: false, is_import: false };
        let own = people.filter(|_| index == 0);
        // The second organization is there to be a stranger to; a tenth of the people is plenty.
        let count = if index == 0 { birth.recipients } else { birth.recipients / 10 };
        vendor.store.write(|state| match own {
            Some(people) => first_of(place.given(state, people)),
            None => {
                let domain = format!("{organization}.example.com");
                let people = |nth: u64| seed::recipient(birth.seed, organization, nth, &domain);
                first_of(place.people(state, count, people))?;
                let groups = if birth.recipients == 0 { 0 } else { birth.groups };
                let groups =
                    seed::groups(birth.seed, organization, groups, u64::try_from(count).unwrap_or(u64::MAX));
                place.groups(state, &groups, count)
            }
        })?;
    }
    Ok(())
}

/// The first thing that is wrong, as a sentence.
fn first_of(wrong: Vec<Wrong>) -> Result<(), String> {
    wrong.into_iter().next().map_or(Ok(()), |wrong| Err(wrong.sentence))
}

/// A recipient, or a group, that a vendor would not keep.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Which recipient, counted from 0; `None` for a group.
    pub nth: Option<u64>,
    /// Why.
    pub sentence: String,
}

/// Where recipients are put.
pub(super) struct Place<'a> {
    /// The vendor.
    pub vendor: &'a Vendor,
    /// The organization's name.
    pub organization: &'a str,
    /// The organization.
    pub id: OrganizationId,
    /// Chance.
    pub dice: Dice,
    /// The time.
    pub now_ms: i64,
    /// The how-many-th the first is of all that were ever put here, so that no two are drawn alike.
    pub first: u64,
    /// Whether what is drawn is another than usual: what that changes is nothing that recipients have by themselves.
    pub is_otherwise: bool,
    /// Whether they come to others: then the vendor's laws are looked at, and groups that are there are joined.
    pub is_import: bool,
}

/// A type of record that recipients or groups become, with what is the same for all of them.
pub(super) struct Mould<'a> {
    /// The type's index.
    pub index: usize,
    kind: &'a RecordType,
    template: &'a Template<SeedSlot>,
    is_otherwise: bool,
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
    pub(super) fn mould(&self, group: bool) -> Option<Mould<'_>> {
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
            is_otherwise: self.is_otherwise,
            picks: dice("pick"),
            uuids: dice(if self.is_otherwise { "another uuid" } else { "uuid" }),
            scratch: RefCell::default(),
            amounts: kind.vendor_data.iter().map(|data| dice(&data.name)).collect(),
            keys: kind.unique.iter().map(|unique| key_slot(unique, template)).collect(),
        })
    }

    /// Recipients from a file, and the groups that they name. Says what is wrong with any.
    pub(super) fn given(&self, state: &mut State, people: &[Recipient]) -> Vec<Wrong> {
        let wrong = self.people(state, people.len(), |nth| {
            usize::try_from(nth)
                .ok()
                .and_then(|nth| people.get(nth))
                .cloned()
                .unwrap_or_else(|| Recipient::new(""))
        });
        if !wrong.is_empty() {
            return wrong;
        }
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
        let wrong = self.groups(state, &groups, people.len()).err();
        wrong.map(|sentence| Wrong { nth: None, sentence }).into_iter().collect()
    }

    fn people(&self, state: &mut State, count: usize, person: impl Fn(u64) -> Recipient) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        let Some(mould) = self.mould(false) else { return wrong };
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
            let drawn = self.first + nth;
            let traits =
                Traits { mould: &mould, nth: drawn, recipient: Some(&recipient), group: None, manager };
            if let Err(sentence) = self.put(state, &traits, recipient.active, &recipient.email) {
                wrong.push(Wrong { nth: Some(nth), sentence });
                if wrong.len() == PROBLEMS_MAX {
                    break;
                }
            }
        }
        wrong
    }

    fn groups(&self, state: &mut State, groups: &[SeedGroup], people: usize) -> Result<(), String> {
        let (Some(mould), Some(of_people)) = (self.mould(true), self.mould(false)) else { return Ok(()) };
        let first = state
            .next_serial(table(of_people.index))
            .saturating_sub(u64::try_from(people).unwrap_or(u64::MAX));
        let from = if self.is_import { state.next_serial(table(mould.index)) } else { 0 };
        let stamp = self.stamp(mould.kind);
        for (nth, group) in (from..).zip(groups) {
            let traits = Traits { mould: &mould, nth, recipient: None, group: Some(group), manager: None };
            let id = match self.is_import.then(|| self.group_called(state, &traits)).flatten() {
                Some(known) => known,
                None => self.put(state, &traits, true, &group.name)?,
            };
            let members = group.members.iter();
            let members =
                members.map(|member| RecordId { table: table(of_people.index), serial: first + member });
            if self.is_import {
                for member in members {
                    state.link(id, member, stamp);
                }
                state.touch(id.table, id.serial, stamp);
            } else {
                state.set_members(id, members.collect(), stamp);
            }
        }
        Ok(())
    }

    /// When it comes. Where lists lag behind writes, the first records were there long before.
    fn stamp(&self, kind: &RecordType) -> Stamp {
        let lists_ms = if self.is_import { kind.visible_after_ms } else { 0 };
        Stamp { now_ms: self.now_ms, lag: Lag { lists_ms, by_id_ms: 0 } }
    }

    /// The group that is there already and called as this one would be.
    fn group_called(&self, state: &State, traits: &Traits<'_>) -> Option<RecordId> {
        let mut body = Vec::new();
        traits.mould.template.write(traits, &mut body);
        let wanted = record::attributes(&body);
        let wanted = record::display_name(&wanted)?;
        let mut known = state.scan(table(traits.mould.index), self.id);
        let found =
            known.find(|group| record::display_name(&record::attributes(group.body())) == Some(wanted));
        found.map(|group| group.id())
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
        let mut draft =
            Draft { keys: traits.keys(&body), aside: amounts.collect(), body: body.as_slice().into() };
        if self.is_import {
            let admitted = law::admit(mould.kind, record::attributes(&body), None).map_err(|problems| {
                let sentences: Vec<String> = problems.iter().map(Problem::sentence).collect();
                format!("{}: {name}: {}", self.vendor.profile.vendor, sentences.join("; "))
            })?;
            (draft.keys, draft.body) = (admitted.keys, record::body(&admitted.attributes));
        }
        let record = state.insert(table(mould.index), self.id, draft, self.stamp(mould.kind));
        record.map(|record| record.id()).map_err(|clash| {
            let unique = mould.kind.unique.get(clash.unique).map_or("", |unique| &unique.name);
            let vendor = &self.vendor.profile.vendor;
            if self.is_import {
                return format!("{vendor}: somebody has the {unique} of {name} already");
            }
            format!("{vendor}: two recipients have the {unique} of {name}")
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
                let other = choices.iter().find(|other| self.mould.is_otherwise && Some(*other) != choice);
                let choice = other.or(choice);
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
