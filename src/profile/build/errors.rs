//! How faults look.

use std::sync::Arc;

use super::Builder;
use super::part::{Part, scalar};
use crate::fault::FaultName;
use crate::profile::diagnostic::Diagnostic;
use crate::profile::keys;
use crate::profile::model::{ErrorSlot, Errors, FaultLook, MessageSlot};
use crate::profile::node::Node;
use crate::profile::suggest::nearest;
use crate::profile::template::Template;

const ERROR_SLOTS: &[(&str, ErrorSlot)] = &[
    ("status", ErrorSlot::Status),
    ("status_text", ErrorSlot::StatusText),
    ("code", ErrorSlot::Code),
    ("message", ErrorSlot::Message),
    ("field", ErrorSlot::Field),
    ("record", ErrorSlot::Record),
    ("problems", ErrorSlot::Problems),
    ("request_id", ErrorSlot::RequestId),
];

const MESSAGE_SLOTS: &[(&str, MessageSlot)] = &[
    ("field", MessageSlot::Field),
    ("record", MessageSlot::Record),
    ("unique", MessageSlot::Unique),
    ("value", MessageSlot::Value),
    ("detail", MessageSlot::Detail),
];

impl Builder<'_> {
    /// Reads an `errors` block; nothing is written, nothing differs.
    pub(super) fn errors(&mut self, part: Option<&Part<'_>>) -> Errors {
        let Some(part) = part else {
            return Errors { media_type: "application/json".to_owned(), ..Errors::default() };
        };
        let mut errors = Errors {
            body: self.slots(part.node.get("body"), ERROR_SLOTS).map(Arc::new),
            problem: self.slots(part.node.get("problem"), ERROR_SLOTS).map(Arc::new),
            media_type: part.word("media_type"),
            faults: std::collections::HashMap::new(),
            rule: Some(self.rule_without(part, "faults")),
        };
        for fault in part.parts("faults", &keys::FAULT) {
            let Some(name) = FaultName::parse(&fault.name(&part.path_of("faults"))) else { continue };
            let headers = fault.node.get("headers").map_or(&[][..], Node::entries);
            let header = |name: &str, value: &Node| {
                let name = http::HeaderName::try_from(name.to_ascii_lowercase()).ok()?;
                Some((name, http::HeaderValue::try_from(scalar(value)?).ok()?))
            };
            let look = FaultLook {
                status: fault.status("status"),
                code: fault.text("code"),
                message: self.slots(fault.node.get("message"), MESSAGE_SLOTS).map(Arc::new),
                headers: headers.iter().filter_map(|entry| header(&entry.key, &entry.value)).collect(),
                rule: Some(self.rule(&fault)),
            };
            errors.faults.insert(name, look);
        }
        errors
    }

    /// Compiles a template over a closed table of slots.
    pub(super) fn slots<S: Copy>(&mut self, node: Option<&Node>, table: &[(&str, S)]) -> Option<Template<S>> {
        let mut resolve = |name: &str| {
            let found = table.iter().find(|(known, _)| *known == name).map(|(_, slot)| *slot);
            found.ok_or_else(|| {
                let known = table.iter().map(|(known, _)| *known);
                match nearest(name, known.clone()) {
                    Some(near) => format!("no slot is called `${{{name}}}`; did you mean `${{{near}}}`?"),
                    None => format!(
                        "no slot is called `${{{name}}}`; here are {}",
                        known.collect::<Vec<_>>().join(", ")
                    ),
                }
            })
        };
        self.template(node, &mut resolve)
    }

    /// Compiles a template over slots that `resolve` knows.
    pub(super) fn template<S>(
        &mut self,
        node: Option<&Node>,
        resolve: &mut dyn FnMut(&str) -> Result<S, String>,
    ) -> Option<Template<S>> {
        let mut mistakes = Vec::new();
        let made = Template::compile(node?, resolve, &mut |node, what| mistakes.push((node.clone(), what)));
        for (node, what) in mistakes {
            let what = Diagnostic::error("P027", &node.place, what);
            self.out.push(what);
        }
        made
    }
}
