//! The attributes of a type of record: the schemas with the vendor's fields worked in, and the paths that lead to them.

use super::part::{Part, scalar};
use super::{Builder, characteristics};
use crate::profile::diagnostic::Diagnostic;
use crate::profile::keys;
use crate::profile::model::FieldRule;
use crate::profile::node::{Node, Tree};
use crate::profile::path::RecordPath;
use crate::profile::pattern;
use crate::profile::source::Place;
use crate::profile::suggest::{nearest, quoted};
use crate::scim::core;
use crate::scim::path::AttrPath;
use crate::scim::schema::{Attribute, Found, Kind, ResourceSchema, Schema};

impl Builder<'_> {
    /// The schemas that a record is made of, as the RFCs have them.
    pub(super) fn schema(&mut self, part: &Part<'_>) -> ResourceSchema {
        let mut schemas: Vec<Schema> = part.texts("schemas").iter().map(|name| schema_named(name)).collect();
        let kind = part.word("type");
        if let Some(first) = part.node.get("schemas").and_then(|node| node.items().first())
            && first
                .as_text()
                .is_some_and(|name| ["User", "Group", "EnterpriseUser"].contains(&name) && name != kind)
        {
            let message = format!(
                "a record of type `{kind}` begins with the schema `{kind}`, not `{}`",
                first.place.text()
            );
            self.mistake("P035", &first.place, message, format!("put `{kind}` first, or change `type`"));
        }
        if schemas.is_empty() {
            schemas.push(core::user());
        }
        let urns: Vec<String> = schemas.iter().map(|schema| schema.id.clone()).collect();
        for own in part.parts("own_schemas", &keys::OWN_SCHEMA) {
            let urn = own.name(&part.path_of("own_schemas"));
            if pattern::urn(&urn).is_err() {
                continue; // The grammar says so.
            }
            let key = Node { place: own.place.clone(), value: Tree::Text(urn.clone()) };
            let Some(index) = self.index_of(&key, "schema", &urn, &urns) else { continue };
            let schema = &mut schemas[index];
            schema.name = own.text("name").unwrap_or_else(|| std::mem::take(&mut schema.name));
            schema.description = own.text("about").unwrap_or_default();
        }
        let core = schemas.remove(0);
        ResourceSchema { core, extensions: schemas }
    }

    /// The paths in a node (a text or a list of texts), each an attribute of the schema.
    pub(super) fn paths_in(&mut self, node: Option<&Node>, schema: &ResourceSchema) -> Vec<RecordPath> {
        let Some(node) = node else { return Vec::new() };
        let items = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
        let mut paths = Vec::new();
        for item in items {
            let Some(Ok(path)) = scalar(item).map(|text| RecordPath::parse(&text)) else { continue };
            match lookup(schema, &path) {
                Ok(_) => paths.push(path),
                Err(help) => self.no_attribute(&item.place, &path.to_string(), help),
            }
        }
        paths
    }

    /// The paths in a node, each an attribute of some record.
    pub(super) fn paths_in_any(&mut self, node: Option<&Node>) -> Vec<RecordPath> {
        let Some(node) = node else { return Vec::new() };
        let items = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
        let mut paths = Vec::new();
        for item in items {
            let Some(Ok(path)) = scalar(item).map(|text| RecordPath::parse(&text)) else { continue };
            let found: Vec<_> =
                self.records.iter().map(|record| lookup(&record.schema, &path).map(|_| ())).collect();
            if found.is_empty() || found.iter().any(Result::is_ok) {
                paths.push(path);
                continue;
            }
            let help = found.into_iter().find_map(|result| result.err().flatten());
            let help = help.unwrap_or_else(|| "name an attribute of one of the records".to_owned());
            self.mistake("P029", &item.place, format!("no record has an attribute `{path}`"), help);
        }
        paths
    }

    /// Works a declared field into the schema, making the attribute where the schema lacks it and a type is given.
    pub(super) fn work_in(&mut self, schema: &mut ResourceSchema, field: &Part<'_>, parent: &str) {
        let Ok(path) = RecordPath::parse(&field.name(parent)) else { return };
        if let (Err(help), None) = (lookup(schema, &path), field.node.get("type")) {
            let help = help.unwrap_or_else(|| "give it a `type`, so that the record has it".to_owned());
            return self.no_attribute(&field.place, &path.to_string(), Some(help));
        }
        if home_mut(schema, &path).is_none() {
            let help = "name the schema that it belongs to under `schemas`".to_owned();
            return self.no_attribute(&field.place, &path.to_string(), Some(help));
        }
        characteristics::work_in(schema, &path, field);
    }

    /// Checks that a made-up record has no attribute that the record lacks.
    pub(super) fn check_seed(&mut self, seed: &Node, schema: &ResourceSchema) {
        for entry in seed.entries().iter().filter(|entry| entry.key != "schemas") {
            match schema.extension(&entry.key) {
                Some(extension) => {
                    self.check_members(&entry.value, &extension.attributes, &format!("{}:", extension.id))
                }
                None => match schema
                    .core_attribute(&entry.key)
                    .filter(|found| found.attribute.name == entry.key)
                {
                    Some(found) => self.check_subs(&entry.value, found.attribute, &format!("{}.", entry.key)),
                    None => self.no_attribute(&entry.key_place, &entry.key, near(&entry.key, &names(schema))),
                },
            }
        }
    }

    fn check_members(&mut self, node: &Node, known: &[Attribute], prefix: &str) {
        for entry in node.entries() {
            match known.iter().find(|attribute| attribute.name == entry.key) {
                Some(attribute) => {
                    self.check_subs(&entry.value, attribute, &format!("{prefix}{}.", entry.key))
                }
                None => {
                    let names: Vec<String> = known.iter().map(|attribute| attribute.name.clone()).collect();
                    let help = near(&entry.key, &names);
                    self.no_attribute(&entry.key_place, &format!("{prefix}{}", entry.key), help);
                }
            }
        }
    }

    fn check_subs(&mut self, node: &Node, attribute: &Attribute, prefix: &str) {
        if attribute.sub_attributes.is_empty() {
            return;
        }
        let items = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
        for item in items {
            self.check_members(item, &attribute.sub_attributes, prefix);
        }
    }

    /// Reports a value that is not of its attribute's type.
    pub(super) fn check_value(&mut self, node: &Node, attribute: &Attribute, is_one_of_many: bool) {
        let wants_list = attribute.multi_valued && !is_one_of_many;
        let items = if wants_list { node.items() } else { std::slice::from_ref(node) };
        let is_list = matches!(node.value, Tree::List(_));
        if is_list == wants_list && items.iter().all(|item| suits(attribute.kind, item)) {
            return;
        }
        let wanted = if wants_list { "a list" } else { wanted(attribute.kind) };
        let message = format!("the attribute `{}` wants {wanted}, not {}", attribute.name, node.kind_word());
        self.out.push(Diagnostic::error("P026", &node.place, message));
    }

    fn no_attribute(&mut self, place: &Place, path: &str, help: Option<String>) {
        let help = help.unwrap_or_else(|| "add it under the record's `fields` with its `type`".to_owned());
        self.mistake("P029", place, format!("the record has no attribute `{path}`"), help);
    }
}

/// Whether a value is of a type.
fn suits(kind: Kind, node: &Node) -> bool {
    match kind {
        Kind::String | Kind::DateTime | Kind::Reference | Kind::Binary => matches!(node.value, Tree::Text(_)),
        Kind::Boolean => matches!(node.value, Tree::Bool(_)),
        Kind::Integer => matches!(node.value, Tree::Int(_)),
        Kind::Decimal => matches!(node.value, Tree::Int(_) | Tree::Float(_)),
        Kind::Complex => matches!(node.value, Tree::Map(_)),
    }
}

/// What a type wants, in the words of a message.
fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::String | Kind::Binary => "text",
        Kind::DateTime => "a time such as `2026-01-01T00:00:00Z`",
        Kind::Reference => "a URI",
        Kind::Boolean => "`true` or `false`",
        Kind::Integer => "a whole number",
        Kind::Decimal => "a number",
        Kind::Complex => "a map",
    }
}

/// The attribute at a path that is written as the schema writes it; else what to do, if something comes near.
///
/// The case of a name and the URN in front must be right: a place is read and written as it stands.
fn lookup<'s>(schema: &'s ResourceSchema, path: &RecordPath) -> Result<Found<'s>, Option<String>> {
    let plain = RecordPath { element: None, ..path.clone() };
    let attr = AttrPath { urn: path.urn.clone(), name: path.name.clone(), sub: path.sub.clone() };
    match schema.find(&attr) {
        Some(found) if found.to_string() == plain.to_string() => Ok(found),
        Some(found) => Err(Some(format!("did you mean `{found}`?"))),
        None => match schema.find(&AttrPath { sub: None, ..attr }) {
            Some(found) => {
                let subs = &found.attribute.sub_attributes;
                let names: Vec<String> = subs.iter().map(|sub| sub.name.clone()).collect();
                let sub = path.sub.as_deref().unwrap_or_default();
                let there_are = format!("`{found}` has {}", quoted(&names));
                Err(near(sub, &names).or(Some(there_are).filter(|_| !names.is_empty())))
            }
            None => Err(near(&path.name, &names(schema))),
        },
    }
}

fn near(name: &str, known: &[String]) -> Option<String> {
    nearest(name, known.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
}

fn schema_named(name: &str) -> Schema {
    match name {
        "User" => core::user(),
        "Group" => core::group(),
        "EnterpriseUser" => core::enterprise_user(),
        urn => core::builtin(urn).unwrap_or_else(|| Schema {
            id: urn.to_owned(),
            name: usual_name(urn),
            description: String::new(),
            attributes: Vec::new(),
        }),
    }
}

/// The name of a schema as RFC 7643 section 8.7.1 makes it of a URN: `…:extension:enterprise:2.0:User` is EnterpriseUser.
fn usual_name(urn: &str) -> String {
    let in_extension = urn.split_once(":extension:").and_then(|(_, rest)| rest.split_once(':'));
    let of = in_extension.map(|(of, _)| of).unwrap_or_default();
    let last = urn.rsplit(':').next().unwrap_or(urn);
    let mut letters = of.chars().filter(|letter| letter.is_alphanumeric());
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(last.chars()).collect()
}

/// The attribute (or sub-attribute) at a path.
pub(super) fn attribute<'s>(schema: &'s ResourceSchema, path: &RecordPath) -> Option<&'s Attribute> {
    let path = AttrPath { urn: path.urn.clone(), name: path.name.clone(), sub: path.sub.clone() };
    schema.find(&path).map(|found| found.leaf())
}

pub(super) fn attribute_mut<'s>(
    schema: &'s mut ResourceSchema,
    path: &RecordPath,
) -> Option<&'s mut Attribute> {
    let found = home_mut(schema, path)?.attributes.iter_mut().find(|one| one.name == path.name)?;
    match &path.sub {
        Some(sub) => found.sub_attributes.iter_mut().find(|one| one.name == *sub),
        None => Some(found),
    }
}

pub(super) fn home_mut<'s>(schema: &'s mut ResourceSchema, path: &RecordPath) -> Option<&'s mut Schema> {
    match &path.urn {
        None => Some(&mut schema.core),
        Some(urn) => schema.extensions.iter_mut().find(|extension| extension.id == *urn),
    }
}

/// The names of attributes as paths write them.
fn names(schema: &ResourceSchema) -> Vec<String> {
    let core = schema.top_attributes().map(|attribute| attribute.name.clone());
    let of = |extension: &Schema| -> Vec<String> {
        extension.attributes.iter().map(|attribute| format!("{}:{}", extension.id, attribute.name)).collect()
    };
    core.chain(schema.extensions.iter().flat_map(of)).collect()
}

/// Takes one attribute out of the schema.
pub(super) fn hide(schema: &mut ResourceSchema, path: &str) {
    let Ok(path) = RecordPath::parse(path) else { return };
    let Some(home) = home_mut(schema, &path) else { return };
    match &path.sub {
        None => home.attributes.retain(|one| one.name != path.name),
        Some(sub) => {
            for attribute in home.attributes.iter_mut().filter(|one| one.name == path.name) {
                attribute.sub_attributes.retain(|one| one.name != *sub);
            }
        }
    }
}

/// Takes out of the schema what the vendor does not keep. What the vendor itself declares under `fields` stays; of an attribute
/// whose kept parts are named, what is declared of the whole brings no other part back.
pub(super) fn prune(schema: &mut ResourceSchema, keeps: &[RecordPath], rules: &[FieldRule]) {
    let in_parts = |path: &RecordPath| {
        let same = |kept: &&RecordPath| kept.urn == path.urn && kept.name.eq_ignore_ascii_case(&path.name);
        path.sub.is_none() && keeps.iter().filter(same).any(|kept| kept.sub.is_some())
    };
    let declared = rules.iter().map(|rule| &rule.path).filter(|path| !in_parts(path));
    let wanted: Vec<&RecordPath> = keeps.iter().chain(declared).collect();
    let core_id = schema.core.id.clone();
    for home in std::iter::once(&mut schema.core).chain(&mut schema.extensions) {
        let urn = (home.id != core_id).then(|| home.id.clone());
        home.attributes.retain_mut(|attribute| {
            let of_it: Vec<_> = wanted
                .iter()
                .filter(|path| path.urn == urn && path.name.eq_ignore_ascii_case(&attribute.name))
                .collect();
            let whole = of_it.iter().any(|path| path.sub.is_none());
            // `type` and `primary` tell values apart; without them a kept value would lose its place.
            let structural =
                |sub: &Attribute| attribute.multi_valued && matches!(&*sub.name, "type" | "primary");
            let kept = |sub: &Attribute| of_it.iter().any(|path| path.sub.as_deref() == Some(&sub.name));
            let links = attribute.name == "schemas";
            if !whole && !links {
                let subs = std::mem::take(&mut attribute.sub_attributes);
                attribute.sub_attributes =
                    subs.into_iter().filter(|sub| structural(sub) || kept(sub)).collect();
            }
            !of_it.is_empty() || links
        });
    }
    schema.extensions.retain(|extension| !extension.attributes.is_empty());
}

#[cfg(test)]
mod tests {
    use super::usual_name;

    #[test]
    fn a_schema_is_called_as_the_rfcs_would() {
        let check = |urn: &str, wanted: &str| assert_eq!(usual_name(urn), wanted, "{urn}");
        check("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "EnterpriseUser");
        check("urn:ietf:params:scim:schemas:core:2.0:Group", "Group");
        check("urn:example:params:scim:schemas:extension:door-key:2.0:User", "DoorkeyUser");
        check("urn:example:extension:User", "User");
        check("urn:example:locker", "locker");
        check("urn:", "");
    }
}
