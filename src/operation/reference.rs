//! References between records: the surface's ids outside, serials inside.

use serde_json::{Map, Value};

use super::{Links, Scene, table};
use crate::fault::{Fault, Problem, Wrong};
use crate::profile::model::RecordType;
use crate::profile::path::RecordPath;
use crate::record::law::value_at;
use crate::record::link::{self, Reference};
use crate::record::text::folded;
use crate::store::{RecordId, State};

impl Scene<'_> {
    /// A record's attributes as this surface shows them: references as its ids.
    pub fn outward(&self, record: &RecordType, attributes: &mut Map<String, Value>) {
        for (path, refers_to, _) in references(record) {
            let Some(text) = value_at(attributes, path).and_then(Value::as_str).map(str::to_owned) else {
                continue;
            };
            let shown = match link::read(&text) {
                Reference::Serial(serial) => {
                    self.ids.get(refers_to).and_then(Option::as_ref).map(|ids| ids.id(serial))
                }
                Reference::Text(text) => Some(text.to_owned()),
            };
            path.beside(link::AS_SENT).clear(attributes);
            if let Some(shown) = shown {
                path.set(attributes, Value::String(shown));
            }
        }
    }

    /// The reverse: ids, and texts that name a record by a unique key, become serials. What was the same before stays as
    /// it was.
    ///
    /// # Errors
    /// The references to nobody, where the vendor refuses those.
    pub(super) fn inward(
        &self,
        state: &State,
        record: &RecordType,
        attributes: &mut Map<String, Value>,
        old: Option<&Map<String, Value>>,
    ) -> Result<(), Vec<Problem>> {
        let mut unknown = Vec::new();
        for (path, refers_to, refuse_unknown) in references(record) {
            let Some(text) = value_at(attributes, path).and_then(Value::as_str).map(str::to_owned) else {
                continue;
            };
            let sent = path.beside(link::AS_SENT);
            if let Some(old) = old.filter(|old| self.same_reference(record, path, old, &text)) {
                if let Some(value) = value_at(old, path) {
                    path.set(attributes, value.clone());
                }
                if let Some(value) = value_at(old, &sent) {
                    sent.set(attributes, value.clone());
                }
                continue;
            }
            let by_id = self.ids.get(refers_to).and_then(Option::as_ref).and_then(|ids| ids.serial(&text));
            let by_id =
                by_id.filter(|serial| state.get(table(refers_to), self.organization, *serial).is_some());
            match by_id {
                Some(serial) => path.set(attributes, link::to_serial(serial)),
                None => match self.by_key(state, refers_to, &text) {
                    Some(serial) => {
                        path.set(attributes, link::to_serial(serial));
                        sent.set(attributes, Value::String(text));
                    }
                    None if refuse_unknown => {
                        unknown.push(Problem { field: path.to_string(), wrong: Wrong::Reference(text) });
                    }
                    None => path.set(attributes, link::to_text(&text)),
                },
            }
        }
        if unknown.is_empty() { Ok(()) } else { Err(unknown) }
    }

    fn same_reference(
        &self,
        record: &RecordType,
        path: &RecordPath,
        old: &Map<String, Value>,
        text: &str,
    ) -> bool {
        let sent = value_at(old, &path.beside(link::AS_SENT)).and_then(Value::as_str);
        let mut shown = old.clone();
        self.outward(record, &mut shown);
        sent == Some(text) || value_at(&shown, path).and_then(Value::as_str) == Some(text)
    }

    fn by_key(&self, state: &State, refers_to: usize, text: &str) -> Option<u64> {
        let unique = &self.profile.records.get(refers_to)?.unique;
        unique.iter().enumerate().find_map(|(index, unique)| {
            let key = folded(text, unique.case_exact);
            state.find(table(refers_to), self.organization, index, &key).map(|record| record.serial)
        })
    }

    /// The members that were sent, as records.
    pub(super) fn members(&self, state: &State, links: &Links) -> Result<Option<Vec<RecordId>>, Fault> {
        self.linked(state, links.members.as_deref(), &links.members_field, links.ignore_unknown)
    }

    /// The groups that were sent, as records that can have members.
    pub(super) fn groups(&self, state: &State, links: &Links) -> Result<Option<Vec<RecordId>>, Fault> {
        let groups = self.linked(state, links.groups.as_deref(), &links.groups_field, false)?;
        let is_group = |id: &RecordId| {
            self.profile.records.get(usize::from(id.table.0)).is_some_and(RecordType::is_group)
        };
        match (&groups, &links.groups) {
            (Some(records), Some(ids)) => match records.iter().zip(ids).find(|(record, _)| !is_group(record))
            {
                Some((_, id)) => Err(unknown(&links.groups_field, id)),
                None => Ok(groups),
            },
            _ => Ok(groups),
        }
    }

    fn linked(
        &self,
        state: &State,
        ids: Option<&[String]>,
        field: &str,
        ignore: bool,
    ) -> Result<Option<Vec<RecordId>>, Fault> {
        let Some(ids) = ids else { return Ok(None) };
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            match self.resolve(state, id) {
                Some(record) => records.push(record),
                None if ignore => {}
                None => return Err(unknown(field, id)),
            }
        }
        Ok(Some(records))
    }
}

fn unknown(field: &str, id: &str) -> Fault {
    Fault::Invalid(vec![Problem { field: field.to_owned(), wrong: Wrong::Reference(id.to_owned()) }])
}

/// Where a record refers to others: the place, the type of record, and whether it must be there.
fn references(record: &RecordType) -> impl Iterator<Item = (&RecordPath, usize, bool)> {
    record.rules.iter().filter_map(|rule| Some((&rule.path, rule.refers_to?, rule.refuse_unknown)))
}
