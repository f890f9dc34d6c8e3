use serde_json::{Value, json};

use super::{json_schema, json_schema_of_change};
use crate::profile::grammar::sample::VENDOR;
use crate::profile::grammar::validate;
use crate::profile::node::parse;
use crate::profile::source::Source;

fn sample() -> Value {
    json_schema(&VENDOR, "Vendor files")
}

fn value_of(text: &str) -> (Value, bool) {
    let mut out = Vec::new();
    let node = parse(&Source::new("x", text), &mut out).expect("it is YAML");
    validate(&node, &VENDOR, &mut out);
    (node.to_json(), out.is_empty())
}

#[test]
fn the_schema_is_a_schema_of_draft_7() {
    let schema = sample();
    assert!(jsonschema::draft7::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(schema["title"], "Vendor files");
}

#[test]
fn the_schema_and_the_checks_agree() {
    let schema = jsonschema::draft7::new(&sample()).expect("it is a schema");
    let check = |text: &str, wanted: bool| {
        let (value, is_valid) = value_of(text);
        assert_eq!(is_valid, wanted, "the checks, for {text}");
        assert_eq!(schema.is_valid(&value), wanted, "the schema, for {text}");
    };
    for right in [
        "name: acme",
        "{name: a, $schema: x, title: null, is_open: null, hosts: null, limits: ~, endpoints: ~, when: ~}",
        "{name: a, limits: {x y: {max: 10000, window: 250ms, algorithm: null}}}",
        "{name: a, endpoints: [{call: GET /, action: get, limit: fast}, {call: GET /, action: get, limit: {max: 1, window: 1s}}]}",
        "{name: a, when: {not: {any: [{}, {not: {method: GET}}]}}, replies: {200: [null, {a: 1.5}]}, settings: [1]}",
    ] {
        check(right, true);
    }
    for wrong in [
        "{}",
        "[]",
        "name: null",
        "name: 2a",
        "{name: a, nmae: b}",
        "{name: a, title: 1}",
        "{name: a, is_open: yes}",
        "{name: a, hosts: [null]}",
        "{name: a, limits: {x: {max: 0, window: 1s}}}",
        "{name: a, limits: {x: {max: 1.5, window: 1s}}}",
        "{name: a, limits: {x: {max: 1, window: 1y}}}",
        "{name: a, limits: {x: {max: 1}}}",
        "{name: a, limits: {x: {max: 1, window: 1s, algorithm: slow}}}",
        "{name: a, endpoints: [{call: GET /, action: null}]}",
        "{name: a, endpoints: [{call: GET /, action: get, limit: [1]}]}",
        "{name: a, when: {not: {any: [{not: {colour: red}}]}}}",
        "{name: a, when: {$schema: x}}",
    ] {
        check(wrong, false);
    }
}

#[test]
fn the_schema_of_a_change_requires_nothing_else_is_the_same() {
    let schema = jsonschema::draft7::new(&json_schema_of_change(&VENDOR, "Changes")).expect("it is a schema");
    assert!(schema.is_valid(&json!({"limits": {"fast": {"max": 5}, "slow": null}})));
    assert!(!schema.is_valid(&json!({"limits": {"fast": {"mx": 5}}})));
}

#[test]
fn a_property_says_what_it_means_and_what_holds_without_it() {
    let schema = sample();
    assert_eq!(
        schema["definitions"]["limit"]["properties"]["algorithm"],
        json!({
            "description": "How it counts.\n\n- `fixed`: counts in fixed windows\n- `sliding`: counts the time before a call",
            "default": "fixed",
            "enum": ["fixed", "sliding", null],
            "enumDescriptions": [
                "counts in fixed windows", "counts the time before a call", "as if the key were absent",
            ],
        })
    );
    assert_eq!(
        schema["definitions"]["endpoint"]["properties"]["call"],
        json!({
            "description": "The call it answers.\n\nWants a method and a path: a method, a blank, a path. Example: `GET /users`",
            "type": "string",
            "examples": ["GET /users"],
        })
    );
    assert_eq!(
        schema["definitions"]["condition"]["properties"]["not"],
        json!({
            "description": "What must not hold.",
            "anyOf": [{ "$ref": "#/definitions/condition" }, { "type": "null" }],
        })
    );
}
