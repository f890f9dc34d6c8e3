//! The JSON Schema (draft 7) of a table, for editors that complete and check YAML or JSON while it is typed.
//!
//! **Invariant:** the schema never refuses what `validate` accepts. It accepts a little more: what only code can
//! check, such as the grammar of a path, and a `null` wherever a file may take away what another has set.
//!
//! Draft 7, because language servers are safest with it: so nothing stands beside a `$ref`.

#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::grammar::{Block, Key, Kind, Need, SCHEMA_KEY};

/// The schema of whole files.
pub fn json_schema(root: &'static Block, title: &str) -> Value {
    schema(root, title, true)
}

/// The schema of files that change another: the same, but nothing is required.
pub fn json_schema_of_change(root: &'static Block, title: &str) -> Value {
    schema(root, title, false)
}

fn schema(root: &'static Block, title: &str, is_whole: bool) -> Value {
    let mut writer = Writer { is_whole, referred: Vec::new() };
    let mut schema = writer.block(root);
    schema["properties"][SCHEMA_KEY] =
        json!({ "type": "string", "description": "The address of this schema." });
    let mut definitions = Map::new();
    let mut next = 0;
    while let Some(block) = writer.referred.get(next).copied() {
        next += 1;
        definitions.insert(block.name.to_owned(), writer.block(block));
    }
    let mut document = Map::new();
    document.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    document.insert("title".to_owned(), json!(title));
    if let Value::Object(members) = schema {
        document.extend(members);
    }
    document.insert("definitions".to_owned(), Value::Object(definitions));
    Value::Object(document)
}

struct Writer {
    /// Whether required keys are required.
    is_whole: bool,
    /// The blocks that something refers to, each once.
    referred: Vec<&'static Block>,
}

impl Writer {
    fn block(&mut self, block: &'static Block) -> Value {
        let mut properties = Map::new();
        for key in block.keys {
            properties.insert(key.name.to_owned(), self.property(key));
        }
        let mut schema = json!({
            "description": block.about,
            "type": "object",
            "additionalProperties": false,
            "properties": properties,
        });
        let required = block.keys.iter().filter(|key| key.need == Need::Required).map(|key| key.name);
        let required: Vec<&str> = required.filter(|_| self.is_whole).collect();
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }

    fn property(&mut self, key: &'static Key) -> Value {
        let value = self.kind(&key.kind);
        let value = match (key.need, value.get("$ref")) {
            (Need::Required, Some(_)) => json!({ "allOf": [value] }),
            (Need::Required, None) => value,
            (Need::Optional | Need::Default(_), _) => or_null(value),
        };
        let mut property = Map::new();
        property.insert("description".to_owned(), json!(description(key)));
        if let Some(default) = key.default_value() {
            property.insert("default".to_owned(), default.to_json());
        }
        if let Value::Object(members) = value {
            property.extend(members);
        }
        Value::Object(property)
    }

    fn kind(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Text => json!({ "type": "string" }),
            Kind::Bool => json!({ "type": "boolean" }),
            Kind::Int { min, max } => {
                let mut schema = json!({ "type": "integer" });
                if *min != i64::MIN {
                    schema["minimum"] = json!(min);
                }
                if *max != i64::MAX {
                    schema["maximum"] = json!(max);
                }
                schema
            }
            Kind::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
            Kind::Duration => {
                json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$", "examples": ["60s", "5m"] })
            }
            Kind::Name => json!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$" }),
            Kind::Word(words) => json!({
                "enum": words.iter().map(|(word, _)| *word).collect::<Vec<_>>(),
                "enumDescriptions": words.iter().map(|(_, about)| *about).collect::<Vec<_>>(),
            }),
            Kind::Pattern { example, .. } => json!({ "type": "string", "examples": [example] }),
            Kind::List(inner) => json!({ "type": "array", "items": self.kind(inner) }),
            Kind::Map(inner) | Kind::MapOf { value: inner, .. } => {
                json!({ "type": "object", "additionalProperties": or_null(self.kind(inner)) })
            }
            Kind::Block(block) => {
                if self.referred.iter().all(|known| known.name != block.name) {
                    self.referred.push(block);
                }
                json!({ "$ref": format!("#/definitions/{}", block.name) })
            }
            Kind::Either(kinds) => {
                json!({ "anyOf": kinds.iter().map(|kind| self.kind(kind)).collect::<Vec<_>>() })
            }
            Kind::Json | Kind::Any => json!({}),
        }
    }
}

/// The schema that also accepts a null.
fn or_null(mut schema: Value) -> Value {
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
        if let Some(Value::Array(about)) = schema.get_mut("enumDescriptions") {
            about.push(json!("as if the key were absent"));
        }
    } else if let Some(kind) = schema.get("type").cloned() {
        schema["type"] = json!([kind, "null"]);
    } else if let Some(Value::Array(kinds)) = schema.get_mut("anyOf") {
        kinds.push(json!({ "type": "null" }));
    } else if schema.get("$ref").is_some() {
        schema = json!({ "anyOf": [schema, { "type": "null" }] });
    }
    schema
}

/// The sentence of a key, and how its value is written.
fn description(key: &Key) -> String {
    let mut text = key.about.to_owned();
    for note in notes(&key.kind) {
        text.push_str("\n\n");
        text.push_str(&note);
    }
    text
}

fn notes(kind: &Kind) -> Vec<String> {
    match kind {
        Kind::Word(words) => {
            let lines: Vec<String> =
                words.iter().map(|(word, about)| format!("- `{word}`: {about}")).collect();
            vec![lines.join("\n")]
        }
        Kind::Pattern { name, about, example, .. } => {
            vec![format!("Wants {name}: {about}. Example: `{example}`")]
        }
        Kind::Duration => vec!["Wants a duration: a whole number and `ms`, `s`, `m`, `h` or `d`".to_owned()],
        Kind::MapOf { key, value, .. } => {
            let mut list = vec![format!("Each key is {key}")];
            list.extend(notes(value));
            list
        }
        Kind::List(inner) | Kind::Map(inner) => notes(inner),
        Kind::Either(kinds) => {
            let mut list: Vec<String> = kinds.iter().flat_map(notes).collect();
            list.dedup();
            list
        }
        Kind::Text | Kind::Bool | Kind::Int { .. } | Kind::Share | Kind::Name => Vec::new(),
        Kind::Block(_) | Kind::Json | Kind::Any => Vec::new(),
    }
}
