//! What a template writes, as JSON Schema.

use serde_json::{Map, Value, json};

use super::{Part, Template};

/// What a slot writes.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotSchema {
    /// Its schema.
    pub schema: Value,
    /// Whether it always has a value.
    pub is_always: bool,
}

impl SlotSchema {
    /// A slot that always has a value.
    pub fn always(schema: Value) -> Self {
        Self { schema, is_always: true }
    }

    /// A slot that may have none, and takes its key away then.
    pub fn at_times(schema: Value) -> Self {
        Self { schema, is_always: false }
    }
}

impl<S> Template<S> {
    /// The schema of what is written, by what each slot writes.
    pub fn json_schema(&self, of: &mut dyn FnMut(&S) -> SlotSchema) -> Value {
        schema(&self.0, of).schema
    }
}

fn schema<S>(part: &Part<S>, of: &mut dyn FnMut(&S) -> SlotSchema) -> SlotSchema {
    match part {
        Part::Fixed(bytes) => {
            let fixed: Value = serde_json::from_slice(bytes).unwrap_or_default();
            SlotSchema::always(json!({"const": fixed}))
        }
        Part::Slot(slot) => of(slot),
        Part::Text(_) => SlotSchema::always(json!({"type": "string"})),
        Part::List(parts) => {
            let items: Vec<SlotSchema> = parts.iter().map(|part| schema(part, of)).collect();
            let is_always = items.is_empty() || items.iter().any(|item| item.is_always);
            let mut items: Vec<Value> = items.into_iter().map(|item| item.schema).collect();
            items.dedup();
            let items = match (items.pop(), items.is_empty()) {
                (None, _) => json!({}),
                (Some(only), true) => only,
                (Some(last), false) => {
                    items.push(last);
                    json!({"anyOf": items})
                }
            };
            SlotSchema { schema: json!({"type": "array", "items": items}), is_always }
        }
        Part::Map(entries) => {
            let mut properties = Map::new();
            let mut required = Vec::new();
            let (mut has_slots, mut is_filled) = (false, false);
            for entry in entries {
                let key: String = serde_json::from_slice(&entry.key).unwrap_or_default();
                let inside = schema(&entry.part, of);
                has_slots |= entry.has_slots;
                is_filled |= entry.has_slots && inside.is_always;
                if inside.is_always {
                    required.push(key.clone());
                }
                properties.insert(key, inside.schema);
            }
            let mut schema = json!({"type": "object", "properties": properties});
            if !required.is_empty() {
                schema["required"] = json!(required);
            }
            SlotSchema { schema, is_always: is_filled || !has_slots }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::SlotSchema;
    use crate::profile::node;
    use crate::profile::source::Source;
    use crate::profile::template::Template;

    fn check(yaml: &str, wanted: &Value) {
        let node = node::parse(&Source::new("t.yaml", yaml), &mut Vec::new()).expect("YAML");
        let template =
            Template::compile(&node, &mut |name| Ok(name.to_owned()), &mut |_, what| panic!("{what}"));
        let mut of = |slot: &String| match slot.as_str() {
            "number" => SlotSchema::always(json!({"type": "integer"})),
            _ => SlotSchema::at_times(json!({"type": "string"})),
        };
        assert_eq!(template.expect("a template").json_schema(&mut of), *wanted, "{yaml}");
    }

    #[test]
    fn what_is_always_written_is_required() {
        check("'${number}'", &json!({"type": "integer"}));
        check("'no ${number}'", &json!({"type": "string"}));
        check(
            "{ok: false}",
            &json!({"type": "object", "properties": {"ok": {"const": false}}, "required": ["ok"]}),
        );
        let text = json!({"type": "string"});
        check(
            "{a: {b: '${word}', c: 1}, d: ['${number}']}",
            &json!({
                "type": "object",
                "properties": {
                    "a": {
                        "type": "object",
                        "properties": {"b": text, "c": {"const": 1}},
                        "required": ["c"],
                    },
                    "d": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["d"],
            }),
        );
    }
}
