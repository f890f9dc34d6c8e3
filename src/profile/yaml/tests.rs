use proptest::prelude::{ProptestConfig, any, proptest};
use serde_json::{Value, json};

use super::{DEPTH_MAX, NODES_MAX, parse};
use crate::profile::diagnostic::{Diagnostic, render};
use crate::profile::node::Node;
use crate::profile::source::Source;

fn read(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut out = Vec::new();
    let node = parse(&Source::new("x", text), &mut out);
    (node, out)
}

fn check(text: &str, wanted: &Value) {
    let (node, out) = read(text);
    assert_eq!(out, [], "for {text:?}");
    assert_eq!(node.map(|node| node.to_json()).as_ref(), Some(wanted), "for {text:?}");
}

/// Checks the mistakes of a text, each as "line:column code message".
fn check_mistakes(text: &str, wanted: &[&str]) {
    let (_, out) = read(text);
    let line = |one: &Diagnostic| {
        let at = one.place.position();
        format!("{}:{} {} {}", at.line, at.column, one.code, one.message)
    };
    assert_eq!(out.iter().map(line).collect::<Vec<_>>(), wanted, "for {text:?}");
}

#[test]
fn plain_scalars_follow_the_cautious_core_schema() {
    for text in ["", "~", "null", "Null", "NULL", "# only a comment\n", "---\n"] {
        check(text, &Value::Null);
    }
    check("[true, True, FALSE]", &json!([true, true, false]));
    check("[0, -7, 9223372036854775807]", &json!([0, -7, i64::MAX]));
    check("[1.10, -0.5, 1e3, 2.5E-1]", &json!([1.1, -0.5, 1000.0, 0.25]));
    for text in [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "tRUE",
        "01234",
        "00",
        "-01",
        "+46701234567",
        "0x1F",
        "0o17",
        "1_000",
        ".5",
        "5.",
        ".inf",
        ".nan",
        "1e",
        "1.",
        "1.2.3",
        "60s",
        "2024-01-01",
        "12:30",
        "nan",
        "inf",
    ] {
        check(&format!("v: {text}"), &json!({ "v": text }));
    }
    for text in ["true", "null", "1", "~", ""] {
        check(&format!("'{text}'"), &json!(text));
        check(&format!("\"{text}\""), &json!(text));
    }
    check("v: |\n  12\n  x\n", &json!({"v": "12\nx\n"}));
}

#[test]
fn a_number_that_does_not_fit_is_a_mistake() {
    let message = "1:6 P008 a number fits into 64 bits, but `9223372036854775808` does not";
    check_mistakes("big: 9223372036854775808", &[message]);
    check_mistakes("1e999", &["1:1 P008 a number fits into 64 bits, but `1e999` does not"]);
}

#[test]
fn maps_keep_their_order_and_take_any_scalar_as_key() {
    check(
        "z: 1\na: 2\n200: x\ntrue: y\n'': empty",
        &json!({"z": 1, "a": 2, "200": "x", "true": "y", "": "empty"}),
    );
    let (node, _) = read("z: 1\na: 2");
    let keys: Vec<String> = node.expect("a map").entries().iter().map(|entry| entry.key.clone()).collect();
    assert_eq!(keys, ["z", "a"]);
}

#[test]
fn aliases_repeat_and_merge_keys_fill_in() {
    check("a: &x {b: [1]}\nc: *x", &json!({"a": {"b": [1]}, "c": {"b": [1]}}));
    check("a: &x 7\nb: [*x, *x]", &json!({"a": 7, "b": [7, 7]}));
    check("&k a: 1\nb: {*k : 2}", &json!({"a": 1, "b": {"a": 2}}));
    check("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", &json!({"a": {"b": 1, "c": 2}, "d": {"c": 3, "b": 1}}));
    check("d: {c: 3, <<: [{b: 1, c: 0}, {b: 2, e: 4}]}", &json!({"d": {"c": 3, "b": 1, "e": 4}}));
    check("d: {'<<': 1}", &json!({"d": {"<<": 1}}));
    check_mistakes("d: {<<: 1}", &["1:9 P005 `<<` wants a map or a list of maps, not a number"]);
}

#[test]
fn an_aliased_value_is_placed_at_its_anchor() {
    let (node, _) = read("a: &x {b: 1}\nc: {<<: *x}\nd: [*x]\n");
    let node = node.expect("it is YAML");
    let place = |path: &str| node.at(path).map(|node| node.place.to_string());
    assert_eq!(place("c.b").as_deref(), Some("x:1:11"));
    assert_eq!(place("d.0").as_deref(), Some("x:1:7"));
    assert_eq!(node.at("d").map(|node| node.place.text()), Some("[*x]"));
    assert_eq!(node.at("c").map(|node| node.place.text()), Some("{<<: *x}"));
}

#[test]
fn a_place_covers_the_value_and_nothing_else() {
    let text = "\u{feff}é: &k 'ü'\r\nm:\r\n  a: b   # c\r\n  t: |\r\n    x\r\n    y\r\n\r\nl:\r\n- 1\r\n- {a: [2]}\r\ne:\r\nf: &b\r\n  - q\r\n";
    let (node, out) = read(text);
    assert_eq!(out, []);
    let node = node.expect("it is YAML");
    let check = |path: &str, wanted: &str| {
        assert_eq!(node.at(path).map(|node| node.place.text()), Some(wanted), "at {path}");
    };
    check("é", "'ü'");
    check("m", "a: b   # c\r\n  t: |\r\n    x\r\n    y");
    check("m.t", "x\r\n    y");
    check("l", "1\r\n- {a: [2]}");
    check("l.1", "{a: [2]}");
    check("l.1.a.0", "2");
    check("e", "e");
    check("f", "q");
    assert_eq!(node.entry("é").map(|entry| entry.key_place.text()), Some("é"));
    assert_eq!(node.place.text(), text.trim_start_matches('\u{feff}').trim_end());
}

#[test]
fn a_key_that_is_there_twice_is_a_mistake_with_both_places() {
    let (node, out) = read("a: 1\nb: {c: 1, c: 2}\na: 3\n");
    assert_eq!(node.map(|node| node.to_json()), Some(json!({"a": 1, "b": {"c": 1}})));
    let wanted = "error[P002]: `c` is there twice
 --> x:2:11
  |
2 | b: {c: 1, c: 2}
  |     -     ^ and again here
  |     |
  |     first here
  |
help: remove one of the two

error[P002]: `a` is there twice
 --> x:3:1
  |
1 | a: 1
  | - first here
2 | b: {c: 1, c: 2}
3 | a: 3
  | ^ and again here
  |
help: remove one of the two

2 errors in x
";
    assert_eq!(render(&out), wanted, "got:\n{}", render(&out));
}

#[test]
fn what_is_not_used_of_yaml_is_a_mistake_and_reading_goes_on() {
    check_mistakes(
        "a: !foo 1\nb: !!str 2\n",
        &[
            "1:4 P009 a value has no tag, but here is `!foo`",
            "2:4 P009 a value has no tag, but here is `!!str`",
        ],
    );
    check_mistakes(
        "{[a]: 1, {b: 2}: 3, c: 4, c: 5}",
        &[
            "1:2 P009 a key is text, not a list",
            "1:10 P009 a key is text, not a map",
            "1:27 P002 `c` is there twice",
        ],
    );
    check_mistakes("a: 1\n---\nb: 2\n---\nc: 3\n", &["2:1 P009 a file holds one document, not several"]);
    let (node, _) = read("a: !foo 1\n? [x]\n: 2\nb: 3\n---\nc: 4\n");
    assert_eq!(node.map(|node| node.to_json()), Some(json!({"a": 1, "b": 3})));
}

#[test]
fn broken_syntax_is_a_mistake_where_it_is_seen() {
    check_mistakes(
        "a:\n\tb: c\n",
        &["2:2 P001 this is not YAML: tabs disallowed within this context (block indentation)"],
    );
    check_mistakes("a: b: c", &["1:5 P001 this is not YAML: mapping values are not allowed in this context"]);
    check_mistakes(
        "é: 1\nü: *nope",
        &["2:4 P001 this is not YAML: while parsing node, found unknown anchor"],
    );
    check_mistakes("a: \"x\nb: 1\n", &["1:4 P001 this is not YAML: invalid indentation in quoted scalar"]);
    check_mistakes("&x [*x]", &["1:5 P001 `*x` stands for something that it is itself a part of"]);
    check_mistakes(": x", &["1:1 P001 a key is missing before the `:`"]);
}

#[test]
fn what_is_too_large_is_a_mistake() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check_mistakes(&deep(DEPTH_MAX), &[]);
    let message =
        format!("1:{} P003 a file holds at most {DEPTH_MAX} levels of nesting, not more", DEPTH_MAX + 1);
    check_mistakes(&deep(DEPTH_MAX + 1), &[&message]);
    // An alias can stack what is not deep by itself.
    let half = deep(DEPTH_MAX / 2 + 1);
    let (node, out) =
        read(&format!("a: &x {half}\nb: {}*x{}", "[".repeat(DEPTH_MAX / 2), "]".repeat(DEPTH_MAX / 2)));
    assert!(node.is_none() && out.iter().all(|one| one.code == "P003") && out.len() == 1);

    let mut bomb = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for level in 1..9 {
        let below = format!("*a{}, ", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", below.repeat(10)));
    }
    let (node, out) = read(&bomb);
    assert!(node.is_none());
    let message = format!("a file holds at most {NODES_MAX} values, not more");
    assert_eq!(out.iter().map(|one| one.message.as_str()).collect::<Vec<_>>(), [message]);

    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1_000));
    let (node, out) = read(&long);
    assert!(node.is_none() && out.len() == 1 && out.iter().all(|one| one.message.contains("bytes")));
}

fn check_spans(node: &Node, text: &str) {
    let span = node.place.span;
    assert!(span.start <= span.end && text.get(span.start..span.end).is_some(), "{span:?} in {text:?}");
    node.items().iter().for_each(|item| check_spans(item, text));
    for entry in node.entries() {
        let span = entry.key_place.span;
        assert!(span.start <= span.end && text.get(span.start..span.end).is_some(), "{span:?} in {text:?}");
        check_spans(&entry.value, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_is_read_or_refused_and_places_lie_in_it(text in any::<String>()) {
        let (node, out) = read(&text);
        assert!(node.is_some() || !out.is_empty());
        node.iter().for_each(|node| check_spans(node, &text));
        render(&out);
    }

    #[test]
    fn any_likely_text_is_read_or_refused_and_places_lie_in_it(
        text in "([ab1é]|: |- |\n|\n  |[\\[\\]{},#|>?\t!\"'\r]|&a |\\*a|<<: |--- ){0,24}",
    ) {
        let (node, out) = read(&text);
        assert!(node.is_some() || !out.is_empty());
        node.iter().for_each(|node| check_spans(node, &text));
        render(&out);
    }
}
