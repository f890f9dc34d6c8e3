//! The characteristics of attributes (RFC 7643 section 7) as a vendor declares them, and what cannot be so.

use super::Builder;
use super::attributes::{attribute, home_mut};
use super::part::Part;
use crate::profile::model::Unique;
use crate::profile::path::RecordPath;
use crate::scim::schema::{Attribute, Kind, Mutability, ResourceSchema, Returned, Uniqueness};

impl Builder<'_> {
    /// Reports what no attribute can be, once all of them are known: simple with parts, complex without, or complex
    /// within another (RFC 7643 section 2.3.8).
    pub(super) fn check_characteristics(&mut self, schema: &ResourceSchema, field: &Part<'_>, parent: &str) {
        let Ok(path) = RecordPath::parse(&field.name(parent)) else { return };
        let whole = RecordPath { sub: None, element: None, ..path.clone() };
        let (Some(outer), Some(found)) = (attribute(schema, &whole), attribute(schema, &path)) else {
            return;
        };
        if path.sub.is_some() && outer.kind != Kind::Complex {
            let message =
                format!("`{whole}` is of type `{}`, and has no sub-attributes", outer.kind.as_str());
            let help = format!("make `{whole}` of `type: complex`, or give this attribute another name");
            self.mistake("P035", &field.place, message, help);
        } else if path.sub.is_some() && found.kind == Kind::Complex {
            let help = "give it a simple type, or make it an attribute of its own";
            self.mistake("P035", field.place_of("type"), "a sub-attribute cannot be complex itself", help);
        } else if found.kind == Kind::Complex && found.sub_attributes.is_empty() {
            let message = format!("`{path}` is complex and has no sub-attributes");
            let help = format!("declare them beside it: `{path}.NAME: {{type: string}}`");
            self.mistake("P033", &field.place, message, help);
        }
    }
}

/// Takes back what the RFC says of uniqueness where the vendor does not hold it: what stands under `unique` is unique, and
/// nothing else.
pub(super) fn only_what_is_held(schema: &mut ResourceSchema, unique: &[Unique]) {
    for attribute in &mut schema.core.attributes {
        let is_held = unique.iter().flat_map(|rule| &rule.at).any(|path| {
            path.urn.is_none() && path.sub.is_none() && path.name.eq_ignore_ascii_case(&attribute.name)
        });
        if !is_held {
            attribute.uniqueness = Uniqueness::None;
        }
    }
}

/// Works a declared field into the schema, making the attribute where the schema lacks it.
pub(super) fn work_in(schema: &mut ResourceSchema, path: &RecordPath, field: &Part<'_>) {
    let kind = field.text("type").and_then(|word| Kind::parse(&word));
    // `externalId`, which no schema lists, keeps its own characteristics (RFC 7643 section 3.1).
    let common =
        schema.core_attribute(&path.name).filter(|_| path.urn.is_none()).map(|found| found.attribute.clone());
    let Some(home) = home_mut(schema, path) else { return };
    if !home.attributes.iter().any(|one| one.name == path.name) {
        let kind_of_whole = if path.sub.is_some() { Kind::Complex } else { kind.unwrap_or(Kind::String) };
        home.attributes.push(common.unwrap_or_else(|| Attribute::new(&path.name, kind_of_whole)));
    }
    let Some(mut attribute) = home.attributes.iter_mut().find(|one| one.name == path.name) else { return };
    if let Some(sub) = &path.sub {
        if attribute.sub(sub).is_none() {
            attribute.sub_attributes.push(Attribute::new(sub, kind.unwrap_or(Kind::String)));
        }
        match attribute.sub_attributes.iter_mut().find(|one| one.name == *sub) {
            Some(found) => attribute = found,
            None => return,
        }
    }
    if let Some(kind) = kind {
        attribute.kind = kind;
    }
    if let Some(value) = field.flag_if_given("multi_valued") {
        attribute.multi_valued = value;
    }
    if let Some(value) = field.flag_if_given("case_exact") {
        attribute.case_exact = value;
    }
    if let Some(value) = field.flag_if_given("required") {
        attribute.required = value;
    }
    if let Some(value) = field.text("mutability").and_then(|word| Mutability::parse(&word)) {
        // What is set once and silently kept afterwards is no error of the protocol: the rule, not the schema, holds it.
        let kept_silently = value == Mutability::Immutable && field.word("late_change") == "ignore";
        attribute.mutability = if kept_silently { Mutability::ReadWrite } else { value };
    }
    if field.node.get("assigned").is_some() {
        attribute.mutability = Mutability::ReadOnly;
    }
    if let Some(value) = field.text("about") {
        attribute.description = value;
    }
    if field.node.get("canonical_values").is_some() {
        attribute.canonical_values = field.texts("canonical_values");
    }
    if field.node.get("reference_types").is_some() {
        attribute.reference_types = field.texts("reference_types");
    }
    if let Some(value) = field.text("returned").and_then(|word| Returned::parse(&word)) {
        attribute.returned = value;
    }
}
