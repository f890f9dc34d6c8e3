//! REST: shapes and operations.

use super::Builder;
use super::apis::no_paging;
use super::part::Part;
use crate::profile::keys;
use crate::profile::model::{
    AbsentFields, Api, Does, Endpoint, Matching, Paging, PagingStyle, QueryFilter, ReplySlot, Shape, Shows,
    Unique,
};

const REPLY_SLOTS: &[(&str, ReplySlot)] = &[
    ("item", ReplySlot::Item),
    ("items", ReplySlot::Items),
    ("total", ReplySlot::Total),
    ("page", ReplySlot::Page),
    ("size", ReplySlot::Size),
    ("offset", ReplySlot::Offset),
    ("count", ReplySlot::Count),
    ("next_cursor", ReplySlot::NextCursor),
    ("status", ReplySlot::Status),
];

impl Builder<'_> {
    pub(super) fn rest(&mut self, part: &Part<'_>, api: &mut Api) {
        let usual = no_paging(self.rule(part));
        let usual = self.paging(part.part("paging", &keys::PAGING).as_ref(), usual);
        if usual.style == PagingStyle::Index {
            self.mistake(
                "P028",
                part.place_of("paging"),
                "the paging style `index` belongs to SCIM",
                "use `offset` or `page`",
            );
        }
        let shapes = part.parts("shapes", &keys::SHAPE);
        api.shapes =
            shapes.iter().filter_map(|shape| self.shape(shape, &part.path_of("shapes"), api)).collect();
        let mut off = Vec::new();
        for operation in part.parts("operations", &keys::OPERATION) {
            // What is not served is read all the same: a variant may serve it.
            let Some(endpoint) = self.operation(&operation, part, api, &usual) else { continue };
            if operation.flag("enabled") {
                api.endpoints.push(endpoint);
            } else {
                off.push(endpoint);
            }
        }
        // At a path that is served otherwise, what is not served is refused with the facts behind that.
        for endpoint in off {
            let at_path = |other: &&Endpoint| other.path == endpoint.path;
            let taken = api.endpoints.iter().filter(at_path).any(|other| other.method == endpoint.method);
            if !taken && api.endpoints.iter().any(|other| other.path == endpoint.path) {
                api.endpoints.push(Endpoint { does: Does::Refuse(405), ..endpoint });
            }
        }
    }

    /// One operation; none where its shape or its call was wrong.
    fn operation(
        &mut self,
        operation: &Part<'_>,
        part: &Part<'_>,
        api: &Api,
        usual: &Paging,
    ) -> Option<Endpoint> {
        let names: Vec<String> = api.shapes.iter().map(|shape| shape.name.clone()).collect();
        let of = self.named(operation, "shape", "shape", &names)?;
        let shape = api.shapes.get(of)?;
        let call = operation.word("call");
        let (method, path) = call.split_once(' ')?;
        let method = http::Method::try_from(method).ok()?;
        let does = does(operation);
        self.suits_path(operation, does, path);
        if does == Does::Create {
            self.can_create(operation, shape);
        }
        let filters = operation.parts("filters", &keys::QUERY_FILTER);
        let filters =
            filters.iter().filter_map(|filter| self.query_filter(filter, operation, shape)).collect();
        let usual_status = match does {
            Does::Create => 201,
            Does::Delete => 204,
            _ => 200,
        };
        Some(Endpoint {
            name: format!("{}.{}", api.name, operation.name(&part.path_of("operations"))),
            method,
            path: path.to_owned(),
            does,
            of,
            record: shape.record,
            is_own: false,
            scope: self.scope(operation, api),
            status: operation.status("status").unwrap_or(usual_status),
            reply: self.slots(operation.node.get("reply"), REPLY_SLOTS),
            wrapped_in: operation.text("wrapped_in"),
            brief: operation.flag("brief"),
            filters,
            paging: self.paging(operation.part("paging", &keys::PAGING).as_ref(), usual.clone()),
            rule: self
                .rule_without(operation, "filters")
                .and(self.rule_at(&format!("{}.id", shape.path), &shape.rule.place))
                .and(self.rule_at(&format!("{}.absent", shape.path), &shape.rule.place)),
        })
    }

    /// A path has an `{id}` where the call is about one record, and only there.
    fn suits_path(&mut self, operation: &Part<'_>, does: Does, path: &str) {
        let needs_id = !matches!(does, Does::List | Does::Create);
        if needs_id == path.contains("{id}") {
            return;
        }
        let (what, help) = if needs_id {
            ("works on one record, and its path has no `{id}`", "add `/{id}` to the path")
        } else {
            ("does not work on one record, and its path has `{id}`", "take `{id}` out of the path")
        };
        let message = format!("an operation that does `{}` {what}", operation.word("does"));
        let place = operation.node.get("call").map_or(&operation.place, |node| &node.place);
        self.mistake("P034", place, message, help);
    }

    fn query_filter(&mut self, part: &Part<'_>, operation: &Part<'_>, shape: &Shape) -> Option<QueryFilter> {
        let names: Vec<String> = shape.fields.iter().map(|field| field.name.clone()).collect();
        let field = self.named(part, "field", "field", &names)?;
        if !shape.fields.get(field).is_some_and(|field| matches!(field.shows, Shows::At(_) | Shows::Id)) {
            let message = "a filter looks at an attribute or at the id, and this field shows neither";
            self.mistake("P028", part.place_of("field"), message, "name a field that is `at` a place");
            return None;
        }
        let matching = match part.word("match").as_str() {
            "contains" => Matching::Contains,
            "starts_with" => Matching::StartsWith,
            _ => Matching::Equals,
        };
        let case_exact = part.word("case") == "exact";
        let unique = self.records.get(shape.record).and_then(|record| {
            let Shows::At(at) = &shape.fields.get(field)?.shows else { return None };
            let same = |unique: &Unique| unique.at == *at && unique.case_exact == case_exact;
            record.unique.iter().position(same).filter(|_| matching == Matching::Equals)
        });
        Some(QueryFilter {
            parameter: part.name(&operation.path_of("filters")),
            field,
            matching,
            case_exact,
            unique,
            rule: self.rule_within(operation, "filters", &part.name(&operation.path_of("filters"))),
        })
    }
}

fn does(operation: &Part<'_>) -> Does {
    match operation.word("does").as_str() {
        "list" => Does::List,
        "fetch" => Does::Fetch,
        "create" => Does::Create,
        "delete" => Does::Delete,
        _ => Does::Update(match operation.word("absent_fields").as_str() {
            "clear" => AbsentFields::Clear,
            "refuse" => AbsentFields::Refuse,
            _ => AbsentFields::Keep,
        }),
    }
}
