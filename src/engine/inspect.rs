//! A vendor's records as its own staff sees them: past every gate, with what no api shows.

use serde_json::{Map, Value, json};

use super::Engine;
use crate::operation::table;
use crate::profile::model::{Deactivate, RecordType};
use crate::record;
use crate::record::law::is_active;
use crate::store::OrganizationId;

impl Engine {
    /// Whoever has, or had, a uniquely kept value in an organization: the attributes as kept, what the vendor keeps beside
    /// them, whether a login works, and whether the record is gone. `None` when nobody ever had it, or too long ago.
    pub fn inspect(
        &self,
        sandbox: &str,
        vendor: &str,
        organization: &str,
        record: &str,
        value: &str,
    ) -> Option<Value> {
        let sandbox = self.sandboxes.get(sandbox).map(|sandbox| std::sync::Arc::clone(&sandbox))?;
        let vendor = sandbox.vendor(self.index_of(vendor)?);
        let organization = sandbox.organizations.iter().position(|name| name == organization)?;
        let organization = OrganizationId(u16::try_from(organization).ok()?);
        let index = vendor.profile.records.iter().position(|kind| kind.name == record)?;
        let kind = &vendor.profile.records[index];
        let value = value.to_lowercase();
        vendor.store.read(|state| {
            let holds = |record: &crate::store::Record| {
                (0..kind.unique.len()).any(|unique| record.key(unique) == Some(&value))
            };
            let living = state.scan(table(index), organization).find(|record| holds(record));
            if let Some(record) = living {
                return Some(describe(kind, record.body(), &record.aside, false));
            }
            let gone = state
                .departed(table(index), organization)
                .filter(|departed| holds(&departed.record))
                .last()?;
            Some(describe(kind, gone.record.body(), &gone.aside, true))
        })
    }
}

fn describe(kind: &RecordType, body: &[u8], aside: &[u32], gone: bool) -> Value {
    let attributes = record::attributes(body);
    let active = is_active(kind, &attributes);
    let login = match (gone, active, kind.deactivate) {
        (true, _, _) => "none",
        (false, false, Deactivate::Suspend) => "suspended",
        (false, _, _) => "open",
    };
    let amounts: Map<String, Value> = kind
        .vendor_data
        .iter()
        .zip(aside)
        .map(|(data, amount)| (data.name.clone(), Value::from(*amount)))
        .collect();
    json!({"gone": gone, "active": active && !gone, "login": login, "vendor_data": amounts})
}
