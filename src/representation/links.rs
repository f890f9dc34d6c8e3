//! Links between records as a surface shows them: bare ids over REST, entries of `members` and `groups` over SCIM.

use hashbrown::HashMap;

use super::Surface;
use super::face::DISPLAY_FACE;
use crate::operation::Shown;
use crate::profile::model::{LinkSlot, Resource};
use crate::profile::template::{Slots, write_text};
use crate::record;
use crate::store::{Face, Record, RecordId};

/// Whether a group is one that a user is in, or is around one (RFC 7643 section 4.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Membership {
    Direct,
    Indirect,
}

/// The links of one reply.
#[derive(Debug)]
pub struct Links<'a> {
    /// The surface.
    pub surface: &'a Surface<'a>,
    /// The records that are shown, with their links.
    pub shown: &'a Shown,
    /// Where in the reply an entry stands already: many users of a page are in the same groups.
    written: HashMap<(RecordId, Membership), (usize, usize)>,
}

impl<'a> Links<'a> {
    /// The links of what is shown.
    pub fn new(surface: &'a Surface<'a>, shown: &'a Shown) -> Self {
        Self { surface, shown, written: HashMap::new() }
    }

    /// Writes `["g1","g2"]`.
    pub fn write_ids(&self, linked: &[RecordId], out: &mut Vec<u8>) {
        out.push(b'[');
        for (index, id) in linked.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            self.surface.write_id(usize::from(id.table.0), id.serial, out);
        }
        out.push(b']');
    }

    /// Writes `,"members":[…]` or `,"groups":[…]`, direct ones and then indirect ones; nothing where there are none, unless
    /// the vendor shows that.
    pub fn write_entries(
        &mut self,
        resource: &Resource,
        name: &str,
        (direct, indirect): (&[RecordId], &[RecordId]),
        out: &mut Vec<u8>,
    ) {
        if direct.is_empty() && !resource.show_empty_links {
            return;
        }
        out.push(b',');
        write_text(name, out);
        out.extend_from_slice(b":[");
        let template = if name == "members" { &resource.member } else { &resource.group };
        let direct = direct.iter().map(|id| (*id, Membership::Direct));
        let all = direct.chain(indirect.iter().map(|id| (*id, Membership::Indirect)));
        for (index, (id, membership)) in all.enumerate() {
            if index > 0 {
                out.push(b',');
            }
            if let Some((from, to)) = self.written.get(&(id, membership)) {
                out.extend_from_within(*from..*to);
                continue;
            }
            let from = out.len();
            template.write(&Linked { links: self, id, membership }, out);
            self.written.insert((id, membership), (from, out.len()));
        }
        out.push(b']');
    }

    /// What has been written is written anew: nothing of it can be copied.
    pub fn forget_written(&mut self) {
        self.written.clear();
    }
}

/// The URL of a record.
pub fn location(surface: &Surface<'_>, id: RecordId) -> Option<String> {
    let index = usize::from(id.table.0);
    let resource = surface.api.resources.iter().find(|resource| resource.record == index)?;
    Some(format!("{}/{}/{}", surface.base_url, resource.name, surface.id(index, id.serial)))
}

/// One linked record as the slots of its template.
struct Linked<'a> {
    links: &'a Links<'a>,
    id: RecordId,
    membership: Membership,
}

impl Linked<'_> {
    fn with_text(&self, slot: LinkSlot, use_it: &mut dyn FnMut(&str)) -> bool {
        let surface = self.links.surface;
        let index = usize::from(self.id.table.0);
        match slot {
            LinkSlot::Id => use_it(&surface.id(index, self.id.serial)),
            LinkSlot::Ref => match location(surface, self.id) {
                Some(url) => use_it(&url),
                None => return false,
            },
            LinkSlot::Type => use_it(surface.profile.records[index].resource_type),
            LinkSlot::Membership => use_it(match self.membership {
                Membership::Direct => "direct",
                Membership::Indirect => "indirect",
            }),
            LinkSlot::Display => {
                let Some(record) = self.links.shown.named(self.id) else { return false };
                let Some(face) = record.faces.get_or_make(DISPLAY_FACE, || display(record)) else {
                    return false;
                };
                match std::str::from_utf8(&face.bytes) {
                    Ok(text) if !text.is_empty() => use_it(text),
                    _ => return false,
                }
            }
        }
        true
    }
}

impl Slots<LinkSlot> for Linked<'_> {
    fn json(&self, slot: &LinkSlot, out: &mut Vec<u8>) -> bool {
        self.with_text(*slot, &mut |text| write_text(text, out))
    }

    fn text(&self, slot: &LinkSlot, out: &mut String) {
        self.with_text(*slot, &mut |text| out.push_str(text));
    }
}

/// A record's name for people, kept with it.
fn display(record: &Record) -> Face {
    let attributes = record::attributes(record.body());
    let name = record::display_name(&attributes).unwrap_or_default();
    Face { bytes: name.as_bytes().into(), marks: Box::default() }
}
