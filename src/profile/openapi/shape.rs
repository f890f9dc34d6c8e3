//! Records over REST: what is shown of them, and what a call may say of them.

use serde_json::{Map, Value, json};

use super::operation::id_schema;
use super::{Part, Schemas, name_facts, resource};
use crate::profile::model::{
    AbsentFields, Does, Format, Matching, Profile, RecordType, Rule, Shape, ShapeField, Shows, TimeForm,
    Write,
};
use crate::scim::path::AttrPath;
use crate::scim::schema::Attribute;

/// A record as an endpoint shows it.
pub(super) fn shown(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    let Part { profile, api, endpoint } = *part;
    let Some(shape) = api.shapes.get(endpoint.of) else { return json!({}) };
    let is_brief = endpoint.brief && !shape.brief.is_empty();
    let form = if is_brief { ".brief" } else { "" };
    schemas.refer(&format!("{}.{}{form}", api.name, shape.name), |_| {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (index, field) in shape.fields.iter().enumerate() {
            if is_brief && !shape.brief.contains(&index) {
                continue;
            }
            let mut schema = value(profile, shape, field);
            if shape.absent_null && matches!(field.shows, Shows::At(_)) {
                schema = or_null(schema);
            }
            let is_written = field.on_create == Write::Accepted || field.on_update == Write::Accepted;
            if !is_written {
                schema["readOnly"] = json!(true);
            }
            name_own_facts(profile, shape, field, &mut schema);
            if shape.absent_null || is_always(&profile.records[shape.record], field) {
                required.push(field.name.as_str());
            }
            properties.insert(field.name.clone(), schema);
        }
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        name_facts(profile, &[&shape.rule], &mut schema);
        schema
    })
}

/// Whether a record always has something to show in a field: what follows from the record itself, or what each surface
/// insists on.
fn is_always(kind: &RecordType, field: &ShapeField) -> bool {
    match &field.shows {
        Shows::At(at) => match at.as_slice() {
            [only] => kind.rules.iter().any(|rule| rule.path == *only && rule.required),
            _ => false,
        },
        Shows::Id
        | Shows::Created
        | Shows::Modified
        | Shows::Groups
        | Shows::Members
        | Shows::MemberCount => true,
    }
}

/// The fields that a call may send.
pub(super) fn sent(part: &Part<'_>, schemas: &mut Schemas) -> Value {
    let Part { profile, api, endpoint } = *part;
    let Some(shape) = api.shapes.get(endpoint.of) else { return json!({}) };
    let kind = &profile.records[shape.record];
    schemas.refer(&format!("{}.body", endpoint.name), |_| {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for field in &shape.fields {
            let write = if endpoint.does == Does::Create { field.on_create } else { field.on_update };
            if write != Write::Accepted {
                continue;
            }
            let is_required = match endpoint.does {
                Does::Update(AbsentFields::Refuse) => true,
                Does::Update(AbsentFields::Keep) => false,
                _ => field.required,
            };
            if is_required {
                required.push(field.name.as_str());
            }
            properties.insert(field.name.clone(), written(profile, kind, shape, field));
        }
        let mut schema = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        name_facts(profile, &[&shape.rule], &mut schema);
        schema
    })
}

/// What a call may say in a field.
fn written(profile: &Profile, kind: &RecordType, shape: &Shape, field: &ShapeField) -> Value {
    let mut schema = value(profile, shape, field);
    if let Shows::At(at) = &field.shows {
        match field.format {
            Some(Format::Email) => schema["format"] = json!("email"),
            Some(Format::TimeZone) => schema["description"] = json!("An IANA time zone."),
            Some(Format::Phone) => schema["description"] = json!("An E.164 number."),
            Some(Format::Locale) => schema["description"] = json!("A BCP 47 tag."),
            None => {}
        }
        let rule = at.first().and_then(|path| kind.rules.iter().find(|rule| rule.path == *path));
        if let Some(default) = rule.and_then(|rule| rule.default.as_ref()) {
            let word = field.words.iter().find(|(_, value)| value == default);
            schema["default"] = word.map_or_else(|| default.clone(), |(word, _)| json!(word));
        }
        if !field.required && !kind.has_default(at) {
            schema = or_null(schema);
        }
    }
    if let Some(scope) = &field.scope {
        schema["description"] = json!(format!("Needs the scope `{scope}`."));
    }
    name_own_facts(profile, shape, field, &mut schema);
    schema
}

/// Says which facts are behind a field, beside those behind the whole shape.
fn name_own_facts(profile: &Profile, shape: &Shape, field: &ShapeField, schema: &mut Value) {
    let of_shape = &shape.rule.facts;
    let own = field.rule.facts.iter().copied().filter(|fact| !of_shape.contains(fact)).collect();
    name_facts(profile, &[&Rule { facts: own, place: field.rule.place.clone() }], schema);
}

/// What a filter by a field may be.
pub(super) fn sought(profile: &Profile, shape: &Shape, field: &ShapeField, matching: Matching) -> Value {
    match (&field.shows, matching) {
        (Shows::At(_), Matching::Equals) => {
            let mut schema = value(profile, shape, field);
            // Of several values one is sought.
            if let Some(items) = schema.get_mut("items") {
                schema = items.take();
            }
            schema
        }
        _ => json!({"type": "string"}),
    }
}

/// The value of a field that has one.
fn value(profile: &Profile, shape: &Shape, field: &ShapeField) -> Value {
    let ids = json!({"type": "array", "items": {"type": "string"}});
    match &field.shows {
        Shows::Id => id_schema(profile, shape.record, &shape.id),
        Shows::Created | Shows::Modified => match field.time {
            TimeForm::Iso8601 => json!({"type": "string", "format": "date-time"}),
            TimeForm::EpochSeconds => json!({"type": "integer", "description": "Seconds since 1970."}),
            TimeForm::EpochMs => json!({"type": "integer", "description": "Milliseconds since 1970."}),
        },
        Shows::Groups => with(ids, "description", "The ids of its groups."),
        Shows::Members => with(ids, "description", "The ids of its members."),
        Shows::MemberCount => json!({"type": "integer", "minimum": 0}),
        Shows::At(_) if !field.words.is_empty() => {
            let words: Vec<&str> = field.words.iter().map(|(word, _)| word.as_str()).collect();
            json!({"type": "string", "enum": words})
        }
        Shows::At(_) if field.refers_to.is_some() => {
            let name = field.refers_to.and_then(|index| profile.records.get(index));
            let about = format!("The id of a {}.", name.map_or("record", |record| &record.name));
            json!({"type": "string", "description": about})
        }
        Shows::At(at) => {
            let kind = &profile.records[shape.record];
            let path = at.first().map(|path| AttrPath {
                urn: path.urn.clone(),
                name: path.name.clone(),
                sub: path.sub.clone(),
            });
            let found = path.as_ref().and_then(|path| kind.schema.find(path));
            let Some(leaf) = found.map(|found| found.leaf()) else { return json!({"type": "string"}) };
            // A part of one of several values is one value.
            let is_part = path.is_some_and(|path| path.sub.is_some());
            let one = Attribute { multi_valued: leaf.multi_valued && !is_part, ..leaf.clone() };
            resource::value(&one)
        }
    }
}

fn with(mut schema: Value, key: &str, value: &str) -> Value {
    schema[key] = json!(value);
    schema
}

/// The same, or null.
fn or_null(mut schema: Value) -> Value {
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    schema
}
