//! Shapes: how records look over REST.

use super::Builder;
use super::attributes::attribute;
use super::part::Part;
use crate::profile::diagnostic::Diagnostic;
use crate::profile::keys;
use crate::profile::model::{
    Api, Format, IdCore, IdForm, RecordType, Rule, Shape, ShapeField, Shows, TimeForm, Write,
};
use crate::profile::node::{Entry, Node};
use crate::profile::path::RecordPath;
use crate::scim::schema::ResourceSchema;

impl Builder<'_> {
    /// Whether a create through a shape can make a record that the vendor would keep.
    pub(super) fn can_create(&mut self, operation: &Part<'_>, shape: &Shape) {
        let Some(record) = self.records.get(shape.record) else { return };
        let sends = |path: &RecordPath| {
            let holds = |field: &ShapeField| match &field.shows {
                Shows::At(at) => at.contains(path),
                Shows::Members => path.name == "members",
                Shows::Id | Shows::Created | Shows::Modified | Shows::Groups | Shows::MemberCount => false,
            };
            shape.fields.iter().any(|field| field.required && holds(field))
        };
        let lacking = record.rules.iter().filter(|rule| {
            rule.required && rule.default.is_none() && rule.assigned.is_none() && !sends(&rule.path)
        });
        for rule in lacking {
            let message =
                format!("the record needs `{}`, and no required field of the shape holds it", rule.path);
            let mistake =
                Diagnostic::error("P033", &operation.place, message).label("so no create can succeed");
            let mistake =
                mistake.also(&rule.rule.place, "required here").also(&shape.rule.place, "the shape");
            self.out.push(
                mistake
                    .help("give the shape a field with `required: true`, or the record's field a `default`"),
            );
        }
    }

    pub(super) fn shape(&mut self, part: &Part<'_>, parent: &str, api: &Api) -> Option<Shape> {
        let records: Vec<String> = self.records.iter().map(|record| record.name.clone()).collect();
        let record = self.named(part, "record", "record", &records)?;
        let entries = part.node.get("fields").map_or(&[][..], Node::entries);
        let mut fields = Vec::new();
        for entry in entries.iter().filter(|entry| !entry.value.is_null()) {
            let path = format!("{}.{}", part.path_of("fields"), entry.key);
            let field = Part::under(entry, &keys::SHAPE_FIELD, path);
            let rule = self.rule_within(part, "fields", &entry.key);
            fields.extend(self.shape_field(&entry.key, &field, record, api, rule));
        }
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let brief = part.node.get("brief").map_or(&[][..], Node::items);
        Some(Shape {
            name: part.name(parent),
            path: part.path.clone(),
            record,
            id: IdForm::of(&part.word("id")),
            absent_null: part.word("absent") == "as_null",
            face: 0,
            brief: brief
                .iter()
                .filter_map(|item| self.index_of(item, "field", item.as_text()?, &names))
                .collect(),
            fields,
            rule: self.rule(part),
        })
    }

    fn shape_field(
        &mut self,
        name: &str,
        part: &Part<'_>,
        record: usize,
        api: &Api,
        rule: Rule,
    ) -> Option<ShapeField> {
        let short = part.node.as_text().is_some();
        let at = if short { Some(part.node) } else { part.node.get("at") };
        let shows = part.text("shows").filter(|_| !short);
        let schema = self.records.get(record).map(|record| record.schema.clone())?;
        let shows = match (at, shows) {
            (Some(at), None) => Shows::At(self.paths_in(Some(at), &schema)),
            (None, Some(word)) => match word.as_str() {
                "id" => Shows::Id,
                "created" => Shows::Created,
                "modified" => Shows::Modified,
                "groups" => Shows::Groups,
                "members" => Shows::Members,
                _ => Shows::MemberCount,
            },
            _ => {
                let message =
                    format!("the field `{name}` must be `at` a place or `shows` something, one of the two");
                self.mistake(
                    "P033",
                    &part.place,
                    message,
                    "write the place alone, or `{at: …}`, or `{shows: …}`",
                );
                return None;
            }
        };
        let scope = self.scope(part, api);
        let record = self.records.get(record)?;
        let (format, refers_to) = match &shows {
            Shows::At(at) => rules_at(record, at),
            _ => (None, None),
        };
        let writable = matches!(shows, Shows::At(_) | Shows::Groups | Shows::Members);
        let write = |key: &str| match part.word(key).as_str() {
            _ if !writable => Write::Ignored,
            "ignored" => Write::Ignored,
            "refused" => Write::Refused,
            _ => Write::Accepted,
        };
        let words = part.node.get("words").map_or(&[][..], Node::entries);
        self.check_words(words, &shows, &schema);
        Some(ShapeField {
            name: name.to_owned(),
            shows,
            required: part.flag("required"),
            on_create: write("on_create"),
            on_update: write("on_update"),
            words: words.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect(),
            time: match part.word("time").as_str() {
                "epoch_s" => TimeForm::EpochSeconds,
                "epoch_ms" => TimeForm::EpochMs,
                _ => TimeForm::Iso8601,
            },
            format,
            refers_to,
            scope,
            rule,
        })
    }

    /// Words stand for values that the attribute can have, and for one value there is one word.
    fn check_words(&mut self, words: &[Entry], shows: &Shows, schema: &ResourceSchema) {
        let Shows::At(at) = shows else { return };
        let leaf = at.first().and_then(|path| attribute(schema, path));
        for (index, word) in words.iter().enumerate() {
            if let Some(leaf) = leaf {
                self.check_value(&word.value, leaf, true);
            }
            let same = |other: &&Entry| other.value.to_json() == word.value.to_json();
            if let Some(first) = words[..index].iter().find(same) {
                let message = format!("`{}` and `{}` stand for the same value", first.key, word.key);
                let mistake = Diagnostic::error("P038", &word.key_place, message)
                    .label("this word could never be shown");
                self.out.push(
                    mistake.also(&first.key_place, "this one would be").help("give each value one word"),
                );
            }
        }
    }
}

/// What the record's rules say of the first of several places.
fn rules_at(record: &RecordType, at: &[RecordPath]) -> (Option<Format>, Option<usize>) {
    let rule = at.first().and_then(|path| record.rules.iter().find(|rule| rule.path == *path));
    let unique = record.unique.iter().find(|unique| unique.at == at).and_then(|unique| unique.format);
    let known = at.first().and_then(|path| attribute(&record.schema, path)).is_some();
    (rule.and_then(|rule| rule.format).or(unique).filter(|_| known), rule.and_then(|rule| rule.refers_to))
}

impl IdForm {
    /// The form that a checked text stands for.
    pub(super) fn of(text: &str) -> Self {
        for (placeholder, core) in [("{n}", IdCore::Number), ("{uuid}", IdCore::Uuid), ("{hex}", IdCore::Hex)]
        {
            if let Some((prefix, suffix)) = text.split_once(placeholder) {
                return Self { prefix: prefix.to_owned(), core, suffix: suffix.to_owned() };
            }
        }
        Self { prefix: text.to_owned(), core: IdCore::Number, suffix: String::new() }
    }
}
