use super::{Node, parse};
use crate::profile::source::Source;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};
use serde_json::{Map, Value, json};

fn read(text: &str) -> Node {
    let mut out = Vec::new();
    let node = parse(&Source::new("x", text), &mut out);
    assert_eq!(out, [], "for {text:?}");
    node.expect("it was read")
}

const SAMPLE: &str = "
a: {b: [1, {c: deep}], gone: null}
hosts: {api.example.com: {port: 80}, api: {example: {com: {port: 81, path: /}}}}
";

#[test]
fn a_path_leads_through_keys_and_items_even_where_keys_have_dots() {
    let node = read(SAMPLE);
    let check =
        |path: &str, wanted: Option<Value>| assert_eq!(node.at(path).map(Node::to_json), wanted, "{path}");
    check("a.b.0", Some(json!(1)));
    check("a.b.1.c", Some(json!("deep")));
    check("a.gone", Some(Value::Null));
    check("hosts.api.example.com.port", Some(json!(80)));
    check("hosts.api.example.com.path", Some(json!("/")));
    check("", Some(node.to_json()));
    for wrong in ["x", "a.", "a.b.", "a.b.0.", "a.b.2", "a.b.-1", "a.b.1.c.d", ".a", "a.bb", "."] {
        check(wrong, None);
    }
}

#[test]
fn a_null_is_absent_for_get_but_not_for_entry() {
    let node = read(SAMPLE);
    let a = node.get("a").expect("it is there");
    assert!(a.get("gone").is_none() && a.entry("gone").is_some() && a.get("never").is_none());
    assert!(node.items().is_empty() && a.get("b").expect("a list").entries().is_empty());
}

#[test]
fn merging_goes_key_by_key_and_null_removes() {
    let check = |base: &str, over: &str, wanted: Value| {
        assert_eq!(Node::merge(&read(base), &read(over)).to_json(), wanted, "{over} over {base}");
    };
    check(
        "{a: 1, b: {c: 2, d: 3}}",
        "{b: {c: 4, e: 5}, f: 6}",
        json!({"a": 1, "b": {"c": 4, "d": 3, "e": 5}, "f": 6}),
    );
    check("{a: 1, b: 2}", "{a: null}", json!({"b": 2}));
    check("{a: [1, 2]}", "{a: [3]}", json!({"a": [3]}));
    check("{a: {b: 1}}", "{a: text}", json!({"a": "text"}));
    check("{a: text}", "{a: {b: null}}", json!({"a": {"b": null}}));
    check("1", "{a: 1}", json!({"a": 1}));
}

#[test]
fn a_merged_value_keeps_the_place_where_it_was_written() {
    let mut out = Vec::new();
    let base = parse(&Source::new("base", "a: {b: 1, c: 2}"), &mut out).expect("it is YAML");
    let over = parse(&Source::new("over", "a: {c: 3}"), &mut out).expect("it is YAML");
    let merged = Node::merge(&base, &over);
    let place = |path: &str| merged.at(path).map(|node| node.place.to_string());
    assert_eq!(place("a.b").as_deref(), Some("base:1:8"));
    assert_eq!(place("a.c").as_deref(), Some("over:1:8"));
    assert_eq!(place("a").as_deref(), Some("over:1:4"));
}

#[test]
fn what_a_value_is_can_be_said() {
    for (text, word) in [
        ("", "nothing"),
        ("true", "true or false"),
        ("1", "a number"),
        ("1.5", "a number"),
        ("x", "text"),
        ("[]", "a list"),
        ("{}", "a map"),
    ] {
        assert_eq!(read(text).kind_word(), word, "{text}");
    }
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-d]{1,2}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn json_is_read_as_json_reads_it(value in tree()) {
        assert_eq!(read(&value.to_string()).to_json(), value);
        assert_eq!(read(&format!("{value:#}")).to_json(), value);
    }

    #[test]
    fn merging_nothing_changes_nothing(value in tree()) {
        let node = read(&value.to_string());
        if value.is_object() {
            assert_eq!(Node::merge(&node, &read("{}")).to_json(), value);
            assert_eq!(Node::merge(&read("{}"), &node).to_json(), value);
        }
    }
}
