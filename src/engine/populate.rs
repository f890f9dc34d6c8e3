//! The recipients of a sandbox's organizations, as each vendor would keep them.

use crate::operation::table;
use crate::profile::model::{RecordType, SeedSlot};
use crate::profile::template::{Slots, write_text};
use crate::record::law::key;
use crate::record::{self, link};
use crate::seed::chance::{below, mix};
use crate::seed::{self, Manager, Recipient, SeedGroup};
use crate::store::{Draft, OrganizationId, RecordId, State};
use crate::world::Dice;

use super::Setup;
use super::vendor::Vendor;

/// Fills a vendor's store.
///
/// # Errors
/// One sentence that names a recipient whom this vendor would not keep.
pub fn populate(vendor: &Vendor, setup: &Setup, organizations: &[String], dice: Dice, now_ms: i64) -> Result<(), String> {
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
                let groups = seed::groups(setup.seed, organization, groups, u64::try_from(count).unwrap_or(u64::MAX));
                place.groups(state, &groups, count)
            }
        })?;
    }
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

impl Place<'_> {
    /// The type of record that recipients become, or groups, with its index.
    fn kind(&self, group: bool) -> Option<(usize, &RecordType)> {
        let mut records = self.vendor.profile.records.iter().enumerate();
        records.find(|(_, record)| record.is_group() == group && record.seed.is_some())
    }

    /// Recipients from a file, and the groups that they name.
    fn given(&self, state: &mut State, people: &[Recipient]) -> Result<(), String> {
        self.people(state, people.len(), |nth| usize::try_from(nth).ok().and_then(|nth| people.get(nth)).cloned().unwrap_or_else(|| Recipient::new("")))?;
        let mut groups: indexmap::IndexMap<&str, Vec<u64>> = indexmap::IndexMap::new();
        for (nth, person) in (0..).zip(people) {
            for name in &person.groups {
                groups.entry(name).or_default().push(nth);
            }
        }
        let of = |(name, members): (&str, Vec<u64>)| SeedGroup { name: name.to_owned(), description: String::new(), members };
        let groups: Vec<SeedGroup> = groups.into_iter().map(of).collect();
        self.groups(state, &groups, people.len())
    }

    fn people(&self, state: &mut State, count: usize, person: impl Fn(u64) -> Recipient) -> Result<(), String> {
        let Some((index, kind)) = self.kind(false) else { return Ok(()) };
        state.reserve(table(index), self.id, count);
        let first = state.next_serial(table(index));
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
            let traits = Traits { place: self, kind, nth, recipient: Some(&recipient), group: None, manager };
            self.put(state, index, kind, &traits, recipient.active, &recipient.email)?;
        }
        Ok(())
    }

    fn groups(&self, state: &mut State, groups: &[SeedGroup], people: usize) -> Result<(), String> {
        let Some((index, kind)) = self.kind(true) else { return Ok(()) };
        let Some((people_index, _)) = self.kind(false) else { return Ok(()) };
        let first = state.next_serial(table(people_index)).saturating_sub(u64::try_from(people).unwrap_or(u64::MAX));
        for (nth, group) in (0..).zip(groups) {
            let traits = Traits { place: self, kind, nth, recipient: None, group: Some(group), manager: None };
            let id = self.put(state, index, kind, &traits, true, &group.name)?;
            let member = |member: &u64| RecordId { table: table(people_index), serial: first + member };
            state.set_members(id, group.members.iter().map(member).collect());
        }
        Ok(())
    }

    /// One record from the profile's `seed` template.
    fn put(&self, state: &mut State, index: usize, kind: &RecordType, traits: &Traits<'_>, active: bool, name: &str) -> Result<RecordId, String> {
        let mut body = Vec::with_capacity(512);
        if let Some(template) = &kind.seed {
            template.write(traits, &mut body);
        }
        let attributes = record::attributes(&body);
        let keys = kind.unique.iter().map(|unique| key(unique, &attributes)).collect();
        let aside = kind.vendor_data.iter().map(|data| {
            let amount = self.dice.between(&format!("{}/{}", self.organization, data.name), traits.nth, data.amount.0, data.amount.1);
            if data.erased_when_deactivated && !active { 0 } else { amount }
        });
        let draft = Draft { body: body.into(), keys, aside: aside.collect() };
        let record = state.insert(table(index), self.id, draft, self.now_ms);
        record.map(|record| record.id()).map_err(|clash| {
            let unique = kind.unique.get(clash.unique).map_or("", |unique| &unique.name);
            format!("{}: two recipients have the {unique} of {name}", self.vendor.profile.vendor)
        })
    }
}

/// What is known of a recipient or a group, as the slots of the template.
struct Traits<'a> {
    place: &'a Place<'a>,
    kind: &'a RecordType,
    nth: u64,
    recipient: Option<&'a Recipient>,
    group: Option<&'a SeedGroup>,
    manager: Option<u64>,
}

impl Traits<'_> {
    fn with_text(&self, slot: &SeedSlot, use_it: &mut dyn FnMut(&str)) -> bool {
        let draw = |what: &str| {
            let what = format!("seed/{}/{}/{}/{what}", self.place.vendor.profile.vendor, self.kind.name, self.place.organization);
            self.place.dice.draw(&what, self.nth)
        };
        match slot {
            SeedSlot::Pick(choices) => {
                let index = below(draw("pick"), u64::try_from(choices.len()).unwrap_or(1));
                let choice = usize::try_from(index).ok().and_then(|index| choices.get(index));
                choice.map(|choice| use_it(choice)).is_some()
            }
            SeedSlot::Uuid => {
                let (high, low) = (draw("uuid") & !0xf000 | 0x4000, mix(draw("uuid"), "low", 0) & !(0b11 << 62) | 1 << 63);
                use_it(&format!(
                    "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
                    high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & 0xffff_ffff_ffff
                ));
                true
            }
            SeedSlot::Trait("name") => self.group.map(|group| use_it(&group.name)).is_some(),
            SeedSlot::Trait("description") => {
                self.group.filter(|group| !group.description.is_empty()).map(|group| use_it(&group.description)).is_some()
            }
            SeedSlot::Trait("manager") => {
                let manager = self.manager.map(link::to_serial);
                manager.as_ref().and_then(serde_json::Value::as_str).map(|text| use_it(text)).is_some()
            }
            SeedSlot::Trait(name) => {
                self.recipient.and_then(|recipient| recipient.trait_text(name)).map(|text| use_it(text)).is_some()
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
