//! What is declared and does nothing: names that nobody uses, settings that mean nothing where they stand.
//!
//! **Invariant:** only warnings come from here, and only where no variant could bring the thing to life.

use std::collections::HashSet;

use super::Builder;
use super::part::Part;
use crate::limit::Algorithm;
use crate::profile::diagnostic::Diagnostic;
use crate::profile::keys;
use crate::profile::model::{Action, Api, Format};
use crate::profile::node::{Node, Tree};
use crate::profile::overlay;
use crate::scim::schema::{Attribute, Kind};

impl Builder<'_> {
    pub(super) fn idle(&mut self, root: &Part<'_>, apis: &[Api], actions: &[Action]) {
        self.unused(root, apis, actions);
        for credential in root.parts("credentials", &keys::CREDENTIAL) {
            let is_client = credential.word("kind") == "client_credentials";
            self.idle_unless(&credential, !is_client, &["pair"], "a client always has a secret");
            let why = "a client lives on; `token.expires` says how long its access tokens live";
            self.idle_unless(&credential, !is_client, &["expires"], why);
            let expires = is_client || credential.node.get("expires").is_some();
            self.idle_unless(&credential, expires, &["expiry_skew"], "such a token does not expire");
            let is_bounded = credential.node.get("at_most").is_some();
            self.idle_unless(
                &credential,
                is_bounded,
                &["when_full"],
                "there can be any number without `at_most`",
            );
        }
        for action in root.parts("actions", &keys::ACTION) {
            self.idle_asks(&action);
        }
        self.idle_errors(root);
        root.part("limits", &keys::LIMITS).iter().for_each(|limits| self.idle_limits(limits));
        for record in root.parts("records", &keys::RECORD) {
            self.idle_record(&record);
        }
        for api in root.parts("apis", &keys::API) {
            let paging = api.part("paging", &keys::PAGING);
            paging.iter().for_each(|paging| self.idle_paging(paging));
            let has_callers = api.word("kind") != "oauth";
            let why = "a token endpoint lists nothing, and nobody is known there yet";
            self.idle_unless(&api, has_callers, &["requires", "clients", "paging"], why);
            self.idle_errors(&api);
            for shape in api.parts("shapes", &keys::SHAPE) {
                shape
                    .parts("fields", &keys::SHAPE_FIELD)
                    .iter()
                    .for_each(|field| self.idle_shape_field(field));
            }
            api.parts("operations", &keys::OPERATION)
                .iter()
                .for_each(|operation| self.idle_operation(operation));
            api.parts("resources", &keys::RESOURCE).iter().for_each(|resource| self.idle_resource(resource));
        }
    }

    fn idle_asks(&mut self, action: &Part<'_>) {
        let steps = action.node.get("does").map_or(&[][..], Node::items);
        let does =
            |words: &[&str]| steps.iter().any(|step| words.iter().any(|word| step.get(word).is_some()));
        let on_record = does(&["create", "erase", "assign"]);
        let on_named = does(&["erase", "assign"]);
        let on_credential = does(&["issue", "rotate", "revoke", "show"]);
        for ask in action.parts("asks", &keys::ASK) {
            self.idle_unless(&ask, on_record, &["at"], "no step works on a record");
            self.idle_unless(&ask, on_named, &["names"], "no step works on a record that is there");
            self.idle_unless(&ask, on_credential, &["is"], "no step works on a credential");
        }
    }

    fn idle_limits(&mut self, limits: &Part<'_>) {
        let headers = limits.word("headers");
        self.idle_unless(
            limits,
            headers == "own",
            &["names"],
            "only headers of the vendor's `own` take names",
        );
        let tells_reset = matches!(headers.as_str(), "x-ratelimit" | "own");
        self.idle_unless(limits, tells_reset, &["reset"], "no header here can tell it in several ways");
        self.idle_unless(limits, headers != "none", &["on_success"], "there are no headers");
        for rate in limits.parts("rates", &keys::RATE) {
            let algorithm = Algorithm::parse(&rate.word("algorithm")).unwrap_or(Algorithm::FixedWindow);
            let why = "a day is a day, and calls at the same time have none";
            self.idle_unless(&rate, algorithm.takes_time(), &["per"], why);
            let why = "a call that is refused does not run, so nothing can be charged for it";
            self.idle_unless(&rate, algorithm != Algorithm::Concurrent, &["charge_refused"], why);
        }
    }

    fn unused(&mut self, root: &Part<'_>, apis: &[Api], actions: &[Action]) {
        let cited: HashSet<usize> = self.facts.iter().flat_map(|known| known.fact.sources.clone()).collect();
        self.unless_used(&root.parts("sources", &keys::SOURCE), "source", "no fact cites it", |at, _| {
            cited.contains(&at)
        });
        let requires =
            apis.iter().map(|api| &api.requires).chain(actions.iter().map(|action| &action.requires));
        let required: HashSet<usize> = requires.flat_map(|requires| requires.prerequisites.clone()).collect();
        let prerequisites = root.parts("prerequisites", &keys::PREREQUISITE);
        self.unless_used(&prerequisites, "prerequisite", "nothing requires it", |at, _| {
            required.contains(&at)
        });
        let taken: HashSet<usize> = apis.iter().map(|api| api.credential).collect();
        let credentials = root.parts("credentials", &keys::CREDENTIAL);
        self.unless_used(&credentials, "credential", "no api takes it", |at, _| taken.contains(&at));
        let over_rest = apis.iter().flat_map(|api| &api.shapes).map(|shape| shape.record);
        let over_scim = apis.iter().flat_map(|api| &api.resources).map(|resource| resource.record);
        let shown: HashSet<usize> = over_rest.chain(over_scim).collect();
        self.unless_used(&root.parts("records", &keys::RECORD), "record", "no api shows it", |at, _| {
            shown.contains(&at)
        });
        for api in root.parts("apis", &keys::API) {
            let operations = api.parts("operations", &keys::OPERATION);
            let worked_on: HashSet<String> =
                operations.iter().map(|operation| operation.word("shape")).collect();
            let shapes = api.parts("shapes", &keys::SHAPE);
            self.unless_used(&shapes, "shape", "no operation works on it", |_, name| {
                worked_on.contains(name)
            });
        }
    }

    /// Warns of each part that is not used, by its number or its name.
    fn unless_used(
        &mut self,
        parts: &[Part<'_>],
        what: &str,
        why: &str,
        is_used: impl Fn(usize, &str) -> bool,
    ) {
        let spoken_of = names_in_variants(self.tree);
        for (at, part) in parts.iter().enumerate() {
            let name = part.path.rsplit('.').next().unwrap_or(&part.path);
            if !is_used(at, name) && !spoken_of.contains(name) {
                let warning =
                    Diagnostic::warning("P036", &part.place, format!("the {what} `{name}` is not used"));
                self.out.push(warning.label(why).help("use it, or remove it"));
            }
        }
    }

    fn idle_record(&mut self, record: &Part<'_>) {
        let lives = record.node.get("active").is_some();
        let keys = ["deactivate", "deactivated_reply", "create_inactive"];
        self.idle_unless(record, lives, &keys, "no attribute is `active`");
        let deletes = !lives || record.word("deactivate") == "delete";
        self.idle_unless(record, deletes, &["deactivated_reply"], "deactivating deletes nothing");
        for field in record.parts("fields", &keys::FIELD) {
            let is_set_once = field.word("mutability") == "immutable";
            self.idle_unless(&field, is_set_once, &["late_change"], "the attribute is not `immutable`");
            let refers = field.node.get("refers_to").is_some();
            self.idle_unless(
                &field,
                refers,
                &["unknown_reference"],
                "the attribute does not `refers_to` anything",
            );
        }
    }

    /// What a field says of an attribute that is not so.
    pub(super) fn idle_field(&mut self, field: &Part<'_>, attribute: &Attribute, format: Option<Format>) {
        self.idle_unless(field, attribute.multi_valued, &["at_most"], "the attribute has one value");
        let is_text = format.is_none() || attribute.kind == Kind::String;
        self.idle_unless(field, is_text, &["format"], "the attribute is no text");
        let is_reference = attribute.kind == Kind::Reference;
        self.idle_unless(field, is_reference, &["reference_types"], "the attribute is no reference");
        let is_simple = attribute.kind != Kind::Complex;
        self.idle_unless(field, is_simple, &["canonical_values"], "only its sub-attributes have values");
    }

    fn idle_paging(&mut self, paging: &Part<'_>) {
        let keys = ["number", "size", "default", "max", "above_max", "invalid", "link_header"];
        self.idle_unless(paging, paging.word("style") != "none", &keys, "lists are not cut");
        let is_scim = paging.word("style") == "index";
        self.idle_unless(paging, !is_scim, &["link_header"], "SCIM names no other pages");
        self.idle_unless(paging, is_scim, &["cursors"], "`style: cursor` has cursors, and no other has");
        let has_cursors = paging.flag("cursors");
        self.idle_unless(paging, has_cursors, &["cursors_expire"], "there are no cursors that could expire");
    }

    /// The protocol's own errors have no slots and a media type of their own.
    fn idle_errors(&mut self, of: &Part<'_>) {
        let Some(errors) = of.part("errors", &keys::ERRORS) else { return };
        let has_body = errors.node.get("body").is_some();
        self.idle_unless(&errors, has_body, &["problem", "media_type"], "no `body` is written");
    }

    fn idle_shape_field(&mut self, field: &Part<'_>) {
        let shows = field.text("shows").filter(|_| field.node.as_text().is_none());
        let is_attribute = shows.is_none();
        self.idle_unless(field, is_attribute, &["words"], "only an attribute has words");
        let is_time = matches!(shows.as_deref(), Some("created" | "modified"));
        self.idle_unless(field, is_time, &["time"], "it shows neither `created` nor `modified`");
        let is_written = shows.as_deref().is_none_or(|word| matches!(word, "groups" | "members"));
        self.idle_unless(
            field,
            is_written,
            &["required", "on_create", "on_update", "scope"],
            "it cannot be written",
        );
    }

    fn idle_operation(&mut self, operation: &Part<'_>) {
        let does = operation.word("does");
        self.idle_unless(
            operation,
            does == "list",
            &["filters", "paging"],
            "only a list is narrowed and cut",
        );
        self.idle_unless(operation, does == "update", &["absent_fields"], "only an update has absent fields");
        let reads = matches!(&*does, "create" | "update");
        self.idle_unless(operation, reads, &["wrapped_in"], "the call has no body");
        if let Some(paging) = operation.part("paging", &keys::PAGING) {
            self.idle_paging(&paging);
        }
    }

    fn idle_resource(&mut self, resource: &Part<'_>) {
        let record = self.records.iter().find(|record| record.name == resource.word("record"));
        let Some(is_group) = record.map(crate::profile::model::RecordType::is_group) else { return };
        self.idle_unless(resource, is_group, &["member", "unknown_member"], "only a group has members");
        let keys = ["group", "nested_groups"];
        self.idle_unless(resource, !is_group, &keys, "a group is in no groups here");
        for operation in resource.parts("operations", &keys::SCIM_OPERATION) {
            let is_served = operation.flag("enabled");
            self.idle_unless(&operation, !is_served, &["refused"], "the operation is served");
        }
    }

    /// Warns of keys that are written where they mean nothing.
    fn idle_unless(&mut self, part: &Part<'_>, has_effect: bool, keys: &[&str], why: &str) {
        if has_effect || self.varies(&part.path) {
            return;
        }
        for key in keys.iter().filter(|key| part.node.get(key).is_some()) {
            let warning =
                Diagnostic::warning("P037", part.place_of(key), format!("`{key}` has no effect here"));
            self.out.push(warning.label(why).help(format!("remove `{key}`")));
        }
    }

    /// Whether a variant changes something of the part at a path.
    fn varies(&self, path: &str) -> bool {
        let variants = self.tree.get("variants").map_or(&[][..], Node::entries);
        let mut settings = variants.iter().flat_map(|variant| overlay::settings(&variant.value));
        settings.any(|setting| overlay::overlaps(&setting, path))
    }
}

/// All texts in the values of variants: a name among them may be used when another value is in force.
fn names_in_variants(tree: &Node) -> HashSet<String> {
    let mut names = HashSet::new();
    let variants = tree.get("variants").map_or(&[][..], Node::entries);
    let mut rest: Vec<&Node> = variants.iter().filter_map(|variant| variant.value.get("values")).collect();
    while let Some(node) = rest.pop() {
        match &node.value {
            Tree::Text(text) => {
                names.insert(text.clone());
            }
            Tree::List(items) => rest.extend(items),
            Tree::Map(entries) => rest.extend(entries.iter().map(|entry| &entry.value)),
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => {}
        }
    }
    names
}
