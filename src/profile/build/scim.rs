//! SCIM: the endpoints that the protocol has, and which of them the vendor serves.

use super::Builder;
use super::apis::bare_endpoint;
use super::part::Part;
use crate::profile::keys;
use crate::profile::model::{
    Api, Does, Endpoint, IdForm, LinkSlot, Paging, PagingStyle, ReplySlot, Resource, Rule,
};
use crate::profile::node::{Node, Tree};
use crate::profile::template::Template;
use crate::scim::leniency::Leniency;

/// Every operation on a resource: its name, method, whether it is on one record, what it does, success (RFC 7644 section 3).
const OPERATIONS: &[(&str, http::Method, bool, Does, u16)] = &[
    ("list", http::Method::GET, false, Does::List, 200),
    ("create", http::Method::POST, false, Does::Create, 201),
    ("get", http::Method::GET, true, Does::Fetch, 200),
    ("replace", http::Method::PUT, true, Does::Replace, 200),
    ("patch", http::Method::PATCH, true, Does::Patch, 200),
    ("delete", http::Method::DELETE, true, Does::Delete, 204),
];

const LINK_SLOTS: &[(&str, LinkSlot)] = &[
    ("id", LinkSlot::Id),
    ("ref", LinkSlot::Ref),
    ("display", LinkSlot::Display),
    ("type", LinkSlot::Type),
    ("membership", LinkSlot::Membership),
];

const REPLY_SLOTS: &[(&str, ReplySlot)] = &[("status", ReplySlot::Status)];

impl Builder<'_> {
    pub(super) fn scim(&mut self, part: &Part<'_>, api: &mut Api) {
        let usual = scim_paging(self.rule(part));
        let paging = self.paging(part.part("paging", &keys::PAGING).as_ref(), usual);
        if !matches!(paging.style, PagingStyle::Index | PagingStyle::None) {
            let help = "use `style: index` or `style: none`";
            self.mistake("P028", part.place_of("paging"), "SCIM pages by `index` or not at all", help);
        }
        for resource in part.parts("resources", &keys::RESOURCE) {
            let Some(meant) = self.resource(&resource, &part.path_of("resources")) else { continue };
            let of = api.resources.len();
            self.operations(&resource, api, &meant, of, &paging);
            api.resources.push(meant);
        }
        self.beside_resources(part, api, &paging);
    }

    fn resource(&mut self, part: &Part<'_>, parent: &str) -> Option<Resource> {
        let records: Vec<String> = self.records.iter().map(|record| record.name.clone()).collect();
        let record = self.named(part, "record", "record", &records)?;
        let filter = part.part("filter", &keys::FILTERING);
        let forms = filter.as_ref().map(|filter| filter.texts("only")).unwrap_or_default();
        let split = |form: &String| {
            let (attribute, operator) = form.rsplit_once(' ')?;
            Some((attribute.to_owned(), operator.to_owned()))
        };
        Some(Resource {
            name: part.name(parent),
            record,
            id: IdForm::of(&part.word("id")),
            filters: forms.iter().filter_map(split).collect(),
            ignore_other_filters: filter.as_ref().is_some_and(|filter| filter.word("otherwise") == "ignore"),
            filter_rule: self
                .rule_of_key(part, "filter")
                .and(self.rule_where(&part.place, |it| it == part.path)),
            member: self.link(part, "member"),
            group: self.link(part, "group"),
            ignore_unknown_members: part.word("unknown_member") == "ignore",
            show_empty_links: part.word("empty_links") == "show",
            nested_groups_rule: self.rule_of_key(part, "nested_groups"),
            nested_groups: part.word("nested_groups") == "show",
            face: 0,
            unknown_member_rule: self.rule_of_key(part, "unknown_member"),
        })
    }

    /// One entry of `members` or `groups`: as written, or RFC 7643 section 4.
    fn link(&mut self, part: &Part<'_>, key: &str) -> Template<LinkSlot> {
        let usual = Node { place: part.node.place.clone(), value: usual_link(part.node, key) };
        let node = part.node.get(key).cloned().unwrap_or(usual);
        self.slots(Some(&node), LINK_SLOTS).unwrap_or_else(Template::nothing)
    }

    fn operations(
        &mut self,
        part: &Part<'_>,
        api: &mut Api,
        resource: &Resource,
        of: usize,
        paging: &Paging,
    ) {
        let declared = part.parts("operations", &keys::SCIM_OPERATION);
        let parent = part.path_of("operations");
        for (name, method, on_one, does, usual_status) in OPERATIONS {
            let path =
                if *on_one { format!("/{}/{{id}}", resource.name) } else { format!("/{}", resource.name) };
            let operation = declared.iter().find(|operation| operation.name(&parent) == *name);
            let rule = self.rule_within(part, "operations", name);
            let rule = rule.and(self.rule_of_key(part, "id"));
            let full_name = format!("{}.{}.{name}", api.name, resource.name);
            let Some(operation) = operation.filter(|operation| operation.flag("enabled")) else {
                let refused =
                    operation.and_then(|operation| operation.status("refused")).unwrap_or(api.unsupported);
                let endpoint =
                    bare_endpoint(full_name, method.clone(), path, Does::Refuse(refused), refused, rule);
                api.endpoints.push(Endpoint { record: resource.record, of, ..endpoint });
                continue;
            };
            let endpoint = Endpoint {
                name: full_name,
                method: method.clone(),
                path,
                does: *does,
                of,
                record: resource.record,
                is_own: false,
                scope: self.scope(operation, api),
                status: operation.status("status").unwrap_or(*usual_status),
                reply: self.slots(operation.node.get("reply"), REPLY_SLOTS),
                wrapped_in: None,
                brief: false,
                filters: Vec::new(),
                paging: paging.clone(),
                rule,
            };
            api.endpoints.push(endpoint);
        }
    }
}

/// The leniency that the words of `lenient` stand for.
pub(super) fn leniency(part: &Part<'_>) -> Leniency {
    let words = part.texts("lenient");
    let has = |word: &str| words.iter().any(|one| one == word);
    Leniency {
        op_case: has("op_case"),
        string_booleans: has("string_booleans"),
        create_on_value_path: has("create_on_value_path"),
        members_by_value: has("members_by_value"),
        dotted_keys: has("dotted_keys"),
        ignore_unknown: has("unknown_attributes"),
        ignore_read_only: has("read_only_attributes"),
        loose_shapes: has("loose_shapes"),
        schemas_optional: has("schemas_optional"),
        old_schemas: has("old_schemas"),
    }
}

/// SCIM's own paging (RFC 7644 section 3.4.2.4): nonsense counts as the nearest sensible value.
fn scim_paging(rule: Rule) -> Paging {
    Paging {
        style: PagingStyle::Index,
        number: "startIndex".to_owned(),
        size: "count".to_owned(),
        default: 100,
        max: 1000,
        refuse_above_max: false,
        refuse_invalid: false,
        link_header: false,
        rule,
    }
}

/// An entry of `members`, whose `type` says what the member is, or of `groups`, whose says how the user is in it
/// (RFC 7643 sections 4.1.2 and 4.2).
fn usual_link(near: &Node, key: &str) -> Tree {
    let entry = |key: &str, slot: &str| crate::profile::node::Entry {
        key: key.to_owned(),
        key_place: near.place.clone(),
        value: Node { place: near.place.clone(), value: Tree::Text(slot.to_owned()) },
    };
    Tree::Map(vec![
        entry("value", "${id}"),
        entry("$ref", "${ref}"),
        entry("display", "${display}"),
        entry("type", if key == "member" { "${type}" } else { "${membership}" }),
    ])
}
