//! Types of record.

use serde_json::Value;

use super::Rule;
use crate::profile::path::RecordPath;
use crate::profile::template::Template;
use crate::scim::schema::ResourceSchema;

/// A type of record.
#[derive(Debug)]
pub struct RecordType {
    /// Its name.
    pub name: String,
    /// Its name for people and SCIM: `User`, `Group`.
    pub resource_type: &'static str,
    /// The schema, with this vendor's fields worked in.
    pub schema: ResourceSchema,
    /// Of attributes with several values, which are kept (`emails[type eq "work"].value`); the schema holds all else
    /// that is. `None` for all.
    pub keeps: Option<Vec<RecordPath>>,
    /// Whether `externalId`, which no schema lists, is kept.
    pub keeps_external_id: bool,
    /// The schema as SCIM clients see it: without what the vendor shows over other surfaces only.
    pub scim_schema: ResourceSchema,
    /// Rules that the schema cannot hold.
    pub rules: Vec<FieldRule>,
    /// Uniqueness.
    pub unique: Vec<Unique>,
    /// The first number in ids, and the step.
    pub numbers: (u64, u64),
    /// Ids of the first records.
    pub printed_ids: Vec<String>,
    /// Where it is said whether the record is in use.
    pub active: Option<RecordPath>,
    /// What deactivating does.
    pub deactivate: Deactivate,
    /// Whether a call that deleted by deactivating answers 204.
    pub deactivated_no_content: bool,
    /// What a create with `active` false does.
    pub create_inactive: CreateInactive,
    /// What the vendor keeps beside it.
    pub vendor_data: Vec<VendorData>,
    /// How long a write takes to show in lists, in milliseconds.
    pub visible_after_ms: u64,
    /// The attributes of a made-up record.
    pub seed: Option<Template<SeedSlot>>,
    /// Where it is written which attributes it has.
    pub attributes_rule: Rule,
    /// Where it is written what a deactivation does (deactivate, deactivated_reply, vendor data).
    pub deactivation: Rule,
    /// Where it is written what a create with `active` false does.
    pub create_inactive_rule: Rule,
    /// Where it is written what a deletion does to what is kept beside it.
    pub deletion: Rule,
    /// Where it is written how long a write takes to show.
    pub visibility_rule: Rule,
}

impl RecordType {
    /// Whether the attribute at the first of these places has a default.
    pub fn has_default(&self, at: &[RecordPath]) -> bool {
        let rule = at.first().and_then(|path| self.rules.iter().find(|rule| rule.path == *path));
        rule.is_some_and(|rule| rule.default.is_some())
    }

    /// Whether records of this type have members.
    pub fn is_group(&self) -> bool {
        self.resource_type == "Group"
    }
}

/// A slot of a `seed` template.
#[derive(Debug, Clone)]
pub enum SeedSlot {
    /// A recipient's (or a group's) trait.
    Trait(&'static str),
    /// A UUID, drawn.
    Uuid,
    /// One of several texts, drawn.
    Pick(Vec<Box<str>>),
}

/// What a vendor insists on beyond the schema.
#[derive(Debug)]
pub struct FieldRule {
    /// The attribute.
    pub path: RecordPath,
    /// What its text must be.
    pub format: Option<Format>,
    /// Whether a record must have it.
    pub required: bool,
    /// For what is set once: whether a later change is ignored rather than refused.
    pub ignore_late_change: bool,
    /// Whether it is set once.
    pub immutable: bool,
    /// The value of a record created without one.
    pub default: Option<Value>,
    /// The value that the vendor gives it after every write.
    pub assigned: Option<Template<RecordPath>>,
    /// The type of record whose id it holds.
    pub refers_to: Option<usize>,
    /// Whether a value that names no record is refused.
    pub refuse_unknown: bool,
    /// How many values it may have.
    pub at_most: Option<usize>,
    /// Where it is written.
    pub rule: Rule,
}

/// What a text must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An e-mail address.
    Email,
    /// An IANA time zone.
    TimeZone,
    /// An E.164 number.
    Phone,
    /// A BCP 47 tag.
    Locale,
}

/// A uniqueness rule.
#[derive(Debug)]
pub struct Unique {
    /// Its name.
    pub name: String,
    /// Where the value stands; the first that has the format counts.
    pub at: Vec<RecordPath>,
    /// What a value must be to count.
    pub format: Option<Format>,
    /// Whether all organizations share it.
    pub platform: bool,
    /// Whether case counts.
    pub case_exact: bool,
    /// Where it is written.
    pub rule: Rule,
}

/// What deactivating a record does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deactivate {
    /// It stays.
    Keep,
    /// It stays, its login suspended.
    Suspend,
    /// It is deleted.
    Delete,
}

/// What creating a record that is not active does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreateInactive {
    /// It is created.
    Allow,
    /// It is refused.
    Refuse,
    /// It is answered as created and is gone at once.
    Discard,
}

/// What the vendor keeps beside a record.
#[derive(Debug, Clone)]
pub struct VendorData {
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: String,
    /// Least and most that a made-up record has.
    pub amount: (u32, u32),
    /// Whether deactivating erases it.
    pub erased_when_deactivated: bool,
    /// Whether deleting erases it.
    pub erased_when_deleted: bool,
}
