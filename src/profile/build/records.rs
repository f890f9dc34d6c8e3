//! Types of record: the schema with the vendor's fields worked in, and the rules that a schema cannot hold.

use super::Builder;
use super::attributes::{attribute, attribute_mut, hide, prune};
use super::characteristics::only_what_is_held;
use super::part::Part;
use crate::profile::keys;
use crate::profile::model::{
    CreateInactive, Deactivate, FieldRule, Format, RecordType, Rule, SeedSlot, Unique, VendorData,
};
use crate::profile::node::Node;
use crate::profile::path::RecordPath;
use crate::profile::suggest::nearest;
use crate::scim::schema::{Mutability, ResourceSchema, Uniqueness};
use crate::seed::TRAITS;

/// The traits of a made-up group.
const GROUP_TRAITS: &[(&str, &str)] = &[("name", "its name"), ("description", "what it is for")];

impl Builder<'_> {
    pub(super) fn all_records(&mut self, root: &Part<'_>) -> Vec<RecordType> {
        let parts = root.parts("records", &keys::RECORD);
        let names: Vec<String> = parts.iter().map(|part| part.name("records")).collect();
        parts.iter().map(|part| self.record(part, &names)).collect()
    }

    fn record(&mut self, part: &Part<'_>, names: &[String]) -> RecordType {
        let resource_type = if part.word("type") == "Group" { "Group" } else { "User" };
        let mut schema = self.schema(part);
        let fields = part.parts("fields", &keys::FIELD);
        for field in &fields {
            self.work_in(&mut schema, field, &part.path_of("fields"));
        }
        let mut rules = Vec::new();
        for field in &fields {
            self.check_characteristics(&schema, field, &part.path_of("fields"));
            rules.extend(self.field_rule(field, &part.path_of("fields"), &schema, names));
        }
        let unique = part.parts("unique", &keys::UNIQUE);
        let unique: Vec<Unique> =
            unique.iter().map(|unique| self.unique(unique, part, &mut schema)).collect();
        only_what_is_held(&mut schema, &unique);
        let keeps = part.node.get("keeps").map(|node| self.paths_in(Some(node), &schema));
        if let Some(keeps) = &keeps {
            prune(&mut schema, keeps, &rules);
        }
        if let Some(seed) = part.node.get("seed") {
            self.check_seed(seed, &schema);
        }
        let traits = if resource_type == "Group" { GROUP_TRAITS } else { TRAITS };
        let seed = self.template(part.node.get("seed"), &mut |name| seed_slot(name, traits));
        let data = part.parts("vendor_data", &keys::VENDOR_DATA);
        let of_data = |builder: &Self, key: &str, rule: Rule| {
            let names = data.iter().map(|data| data.name(&part.path_of("vendor_data")));
            let rules = names.map(|name| builder.rule_within(part, "vendor_data", &format!("{name}.{key}")));
            rules.fold(rule, Rule::and)
        };
        let deactivation =
            of_data(self, "deactivated", self.rule_of_keys(part, &["deactivate", "deactivated_reply"]));
        let deletion = of_data(self, "deleted", self.rule_where(&part.place, |_| false));
        let active = self.paths_in(part.node.get("active"), &schema).pop();
        let scim_schema = over_scim(&schema, &fields, &part.path_of("fields"));
        RecordType {
            name: part.name("records"),
            resource_type,
            keeps_external_id: keeps
                .as_ref()
                .is_none_or(|keeps| keeps.iter().any(|path| path.name == "externalId")),
            keeps: keeps.map(|keeps| keeps.into_iter().filter(|path| path.element.is_some()).collect()),
            schema,
            scim_schema,
            rules,
            unique,
            numbers: numbers(part),
            printed_ids: part.texts("printed_ids"),
            active,
            deactivate: match part.word("deactivate").as_str() {
                "delete" => Deactivate::Delete,
                "suspend" => Deactivate::Suspend,
                _ => Deactivate::Keep,
            },
            deactivated_no_content: part.word("deactivated_reply") == "no_content",
            create_inactive: match part.word("create_inactive").as_str() {
                "refuse" => CreateInactive::Refuse,
                "discard" => CreateInactive::Discard,
                _ => CreateInactive::Allow,
            },
            vendor_data: data.iter().map(|data| self.data(data, part)).collect(),
            visible_after_ms: part.duration_ms("visible_after").unwrap_or_default(),
            seed,
            attributes_rule: self.rule_of_keys(part, &["schemas", "keeps"]),
            deactivation,
            create_inactive_rule: self.rule_of_key(part, "create_inactive"),
            deletion,
            visibility_rule: self.rule_of_key(part, "visible_after"),
        }
    }

    fn unique(&mut self, unique: &Part<'_>, part: &Part<'_>, schema: &mut ResourceSchema) -> Unique {
        let at = self.paths_in(unique.node.get("at"), schema);
        let platform = unique.word("within") == "platform";
        let case_exact = unique.word("case") == "exact";
        if let Some(attribute) = at.first().and_then(|path| attribute_mut(schema, path)) {
            attribute.uniqueness = if platform { Uniqueness::Global } else { Uniqueness::Server };
            attribute.case_exact = case_exact;
        }
        Unique {
            name: unique.name(&part.path_of("unique")),
            at,
            format: Format::of(&unique.word("format")),
            platform,
            case_exact,
            rule: self.rule(unique),
        }
    }

    fn data(&mut self, data: &Part<'_>, part: &Part<'_>) -> VendorData {
        let bounds = data.node.get("amount").map(|node| {
            let bounds: Vec<u32> =
                node.items().iter().filter_map(|item| u32::try_from(item.as_int()?).ok()).collect();
            if bounds.len() != 2 || bounds[0] > bounds[1] {
                let help = "write the least and the most, such as `[0, 20]`";
                self.mistake("P035", &node.place, "an amount is two numbers, the smaller first", help);
            }
            (bounds.first().copied().unwrap_or(0), bounds.last().copied().unwrap_or(0))
        });
        VendorData {
            name: data.name(&part.path_of("vendor_data")),
            about: data.word("about"),
            amount: bounds.unwrap_or((0, 20)),
            erased_when_deactivated: data.word("deactivated") == "erased",
            erased_when_deleted: data.word("deleted") == "erased",
        }
    }

    fn field_rule(
        &mut self,
        field: &Part<'_>,
        parent: &str,
        schema: &ResourceSchema,
        names: &[String],
    ) -> Option<FieldRule> {
        let path = RecordPath::parse(&field.name(parent)).ok()?;
        let refers_to = self.named(field, "refers_to", "record", names);
        let assigned = self.template(field.node.get("assigned"), &mut |name| {
            let path = RecordPath::parse(name)?;
            match attribute(schema, &path) {
                Some(_) => Ok(path),
                None => Err(format!("no attribute is called `{name}`")),
            }
        });
        if let (Some(value), Some(attribute)) = (field.node.get("default"), attribute(schema, &path)) {
            self.check_value(value, attribute, false);
        }
        let given = field.text("mutability").and_then(|word| Mutability::parse(&word));
        let format = field.text("format").and_then(|word| Format::of(&word));
        if let Some(attribute) = attribute(schema, &path) {
            self.idle_field(field, attribute, format);
        }
        Some(FieldRule {
            format,
            required: field.flag_if_given("required").unwrap_or(false),
            ignore_late_change: field.word("late_change") == "ignore",
            immutable: given == Some(Mutability::Immutable),
            default: field.node.get("default").map(Node::to_json),
            assigned,
            refers_to,
            refuse_unknown: field.word("unknown_reference") == "refuse",
            at_most: field
                .node
                .get("at_most")
                .map(|_| usize::try_from(field.number("at_most")).unwrap_or(usize::MAX)),
            rule: self.rule(field),
            path,
        })
    }
}

/// The first number in ids, and the step.
fn numbers(part: &Part<'_>) -> (u64, u64) {
    let numbers = part.part("numbers", &keys::NUMBERS);
    numbers.map_or((1, 1), |numbers| (numbers.number("first"), numbers.number("step").max(1)))
}

/// The schema as SCIM clients see it.
fn over_scim(schema: &ResourceSchema, fields: &[Part<'_>], parent: &str) -> ResourceSchema {
    let mut schema = schema.clone();
    for field in fields.iter().filter(|field| !field.flag("over_scim")) {
        hide(&mut schema, &field.name(parent));
    }
    schema.extensions.retain(|extension| !extension.attributes.is_empty());
    // Members live beside the record, and a group that is emptied still says who is in it: nobody. So it is not the
    // protocol's to miss them.
    if let Some(members) = schema.core.attributes.iter_mut().find(|one| one.name == "members") {
        members.required = false;
    }
    schema
}

impl Format {
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "email" => Some(Self::Email),
            "time_zone" => Some(Self::TimeZone),
            "phone" => Some(Self::Phone),
            "locale" => Some(Self::Locale),
            _ => None,
        }
    }
}

fn seed_slot(name: &str, traits: &'static [(&'static str, &'static str)]) -> Result<SeedSlot, String> {
    if let Some(choices) = name.strip_prefix("pick:") {
        return Ok(SeedSlot::Pick(choices.split('|').map(Into::into).collect()));
    }
    if name == "uuid" {
        return Ok(SeedSlot::Uuid);
    }
    let found = traits.iter().find(|(known, _)| *known == name).map(|(known, _)| SeedSlot::Trait(known));
    found.ok_or_else(|| {
        let known = traits.iter().map(|(known, _)| *known);
        match nearest(name, known.clone()) {
            Some(near) => format!("no trait is called `{name}`; did you mean `${{{near}}}`?"),
            None => {
                format!("no trait is called `{name}`; there are {}", known.collect::<Vec<_>>().join(", "))
            }
        }
    })
}
