use super::sample::VENDOR;
use super::{Block, Key, Kind, Need, blocks, duration_ms, table_mistakes, validate};
use crate::profile::diagnostic::{Diagnostic, render};
use crate::profile::node::parse;
use crate::profile::source::Source;

/// All mistakes of a text as "line:column code message [label] (help)".
fn mistakes(text: &str) -> Vec<String> {
    let mut out: Vec<Diagnostic> = Vec::new();
    let node = parse(&Source::new("x", text), &mut out).expect("the text is YAML");
    validate(&node, &VENDOR, &mut out);
    let line = |one: Diagnostic| {
        let (at, help) = (one.place.position(), one.help.unwrap_or_default());
        format!("{}:{} {} {} [{}] ({help})", at.line, at.column, one.code, one.message, one.label)
    };
    out.into_iter().map(line).collect()
}

fn check(text: &str, wanted: &[&str]) {
    assert_eq!(mistakes(text), wanted, "for:\n{text}");
}

#[test]
fn a_right_tree_has_no_mistakes() {
    check("name: acme", &[]);
    check(
        "$schema: https://example.com/schema.json
name: acme
title: Acme
is_open: false
hosts: [a.example.com]
limits:
  any name at all: {max: 10, window: 1d, algorithm: sliding, burst: 0}
endpoints:
  - {call: GET /users, action: list, limit: fast, max_age: 5m}
  - {call: GET /users/1, action: get, limit: {max: 1, window: 1s}}
replies: {200: null, 404: {error: [1, 2.5, yes]}}
when: {not: {any: [{method: GET}, {not: {}}]}}
settings: 7
",
        &[],
    );
}

#[test]
fn a_null_counts_as_absent() {
    check("name: acme\nlimits: null\nendpoints:\nsettings: ~\n", &[]);
    check("name: null", &["1:7 P005 `name` wants a name, not nothing [] ()"]);
    check("name:", &["1:1 P005 `name` wants a name, not nothing [] ()"]);
}

#[test]
fn an_unknown_key_is_a_mistake_with_the_nearest_one_or_its_home() {
    check("name: a\ntitel: b", &["2:1 P004 unknown key `titel` [did you mean `title`?] ()"]);
    check(
        "name: a\nalgorithm: fixed",
        &[
            "2:1 P004 unknown key `algorithm` [`vendor` has no such key] (move `algorithm` to where it belongs: `limit`)",
        ],
    );
    check(
        "name: a\nwhen: {colour: red}",
        &[
            "2:8 P004 unknown key `colour` [`condition` has no such key] (choose from `method`, `not` and `any`)",
        ],
    );
    check(
        "name: a\nwhen: {$schema: x}",
        &[
            "2:8 P004 unknown key `$schema` [`condition` has no such key] (choose from `method`, `not` and `any`)",
        ],
    );
}

#[test]
fn a_missing_key_is_a_mistake_unless_it_was_only_misspelt() {
    check(
        "title: a",
        &["1:1 P006 missing key `name` [this `vendor` has no `name`] (add `name`: the vendor's name)"],
    );
    check("nmae: acme", &["1:1 P004 unknown key `nmae` [did you mean `name`?] ()"]);
    check(
        "name: a\nlimits:\n  fast:\n    burst: 1",
        &[
            "4:5 P006 missing key `max` [this `limit` has no `max`] (add `max`: how many calls)",
            "4:5 P006 missing key `window` [this `limit` has no `window`] (add `window`: in which time)",
        ],
    );
}

#[test]
fn the_wrong_kind_of_value_is_a_mistake_with_the_right_way_to_write_it() {
    check("name: a\ntitle: 1.10", &["2:8 P005 `title` wants text, not a number [write \"1.10\"] ()"]);
    check(
        "name: a\ntitle: {id}",
        &["2:8 P005 `title` wants text, not a map [write '{id}' to make it text] ()"],
    );
    check(
        "name: a\nis_open: yes",
        &["2:10 P005 `is_open` wants `true` or `false`, not text [write true] ()"],
    );
    check("name: a\nhosts: b.example", &["2:8 P005 `hosts` wants a list, not text [write [b.example]] ()"]);
    check(
        "name: a\nhosts: [b, 7]",
        &["2:12 P005 an item of `hosts` wants text, not a number [write \"7\"] ()"],
    );
    check(
        "name: a\nwhen: GET",
        &[
            "2:7 P005 `when` wants a map, not text [] (write a map with keys such as `method`, `not` and `any`)",
        ],
    );
    check(
        "name: a\nlimits: {fast: {max: \"10\", window: 60}}",
        &[
            "2:22 P005 `max` wants a whole number from 1 to 10000, not text [write 10 without quotes] ()",
            "2:36 P005 `window` wants a duration such as `60s` or `5m`, not a number [write 60s] ()",
        ],
    );
    check(
        "[1]",
        &[
            "1:1 P005 `vendor` wants a map, not a list [] (write a map with keys such as `name`, `title`, `is_open`, \
           `hosts`, `limits`, `endpoints`, `replies`, `when` and `settings`)",
        ],
    );
}

#[test]
fn a_word_must_be_one_of_the_words() {
    check(
        "name: a\nlimits: {x: {max: 1, window: 1s, algorithm: slidng}}",
        &["2:45 P007 `algorithm` wants `fixed` or `sliding`, not `slidng` [did you mean `sliding`?] ()"],
    );
    check(
        "name: a\nendpoints: [{call: GET /, action: burn}]",
        &[
            "2:35 P007 `action` wants one of 6 words, not `burn` [] (choose from `create`, `get`, `list`, `replace`, \
           `patch` and `delete`)",
        ],
    );
}

#[test]
fn a_value_must_have_its_form() {
    check(
        "name: 2a",
        &["1:7 P008 `name` wants a name, not `2a` [a letter, then letters, digits, `_` and `-`] ()"],
    );
    check(
        "name: a\nlimits: {x: {max: 0, window: 1 minute, burst: -1}}",
        &[
            "2:19 P008 `max` wants a whole number from 1 to 10000, not 0 [] ()",
            "2:30 P008 `window` wants a duration such as `60s` or `5m`, not `1 minute` \
             [a whole number and a unit: `ms`, `s`, `m`, `h` or `d`] ()",
            "2:47 P008 `burst` wants a whole number of at least 0, not -1 [] ()",
        ],
    );
    check(
        "name: a\nendpoints: [{call: GET users, action: get}]",
        &["2:20 P008 `call` wants a method and a path, not `GET users` [the path begins with `/`] \
           (write something like `GET /users`)"],
    );
    check(
        "name: a\nreplies: {ok: 1}",
        &["2:11 P008 each key of `replies` is a status code, not `ok` [three digits] ()"],
    );
}

#[test]
fn of_either_kind_the_one_that_was_meant_is_reported() {
    let endpoint = |rest: &str| format!("name: a\nendpoints:\n- call: GET /\n  action: get\n  {rest}");
    check(
        &endpoint("limit: {max: 1}"),
        &["5:10 P006 missing key `window` [this `limit` has no `window`] (add `window`: in which time)"],
    );
    check(
        &endpoint("limit: a b"),
        &["5:10 P008 `limit` wants a name, not `a b` [a letter, then letters, digits, `_` and `-`] ()"],
    );
    check(
        &endpoint("limit: 7"),
        &[
            "5:10 P005 `limit` wants a name or a map, not a number [] (write a map with keys such as `max`, `window`, \
           `algorithm` and `burst`)",
        ],
    );
    check(
        &endpoint("max_age: soon"),
        &[
            "5:12 P008 `max_age` wants a duration such as `60s` or `5m` or a method and a path, not `soon` [] ()",
        ],
    );
}

#[test]
fn a_duration_is_a_whole_number_and_a_unit() {
    let check = |text: &str, wanted: Option<u64>| assert_eq!(duration_ms(text), wanted, "for {text:?}");
    check("250ms", Some(250));
    check("60s", Some(60_000));
    check("5m", Some(300_000));
    check("2h", Some(7_200_000));
    check("1d", Some(86_400_000));
    check("0s", Some(0));
    for wrong in
        ["", "s", "5", "1.5s", "-1s", "+1s", " 1s", "1 s", "1S", "1y", "1m30s", "99999999999999999999s"]
    {
        check(wrong, None);
    }
    check(&format!("{}d", u64::MAX / 1000), None);
}

#[test]
fn the_blocks_of_a_table_are_listed_once_each_in_reading_order() {
    let names: Vec<&str> = blocks(&VENDOR).iter().map(|block| block.name).collect();
    assert_eq!(names, ["vendor", "limit", "endpoint", "condition"]);
}

#[test]
fn a_bad_table_is_told_so() {
    fn never(_: &str) -> Result<(), String> {
        Err("never right".to_owned())
    }
    const ODD: Kind = Kind::Pattern { name: "x", about: "x", example: "e", check: never };
    static TWIN: Block = Block { name: "bad", about: "Another.", keys: &[] };
    static BAD: Block = Block {
        name: "bad",
        about: "",
        keys: &[
            Key { name: "a", kind: ODD, need: Need::Optional, about: "A." },
            Key { name: "a", kind: Kind::Block(&TWIN), need: Need::Optional, about: "A." },
            Key { name: "b", kind: Kind::Bool, need: Need::Default("yes"), about: "" },
            Key { name: "c", kind: Kind::Text, need: Need::Default("[x"), about: "C." },
        ],
    };
    assert_eq!(table_mistakes(&VENDOR), [""; 0]);
    assert_eq!(
        table_mistakes(&BAD),
        [
            "`bad` has no sentence",
            "the example of `bad.a` is wrong: never right",
            "`bad.a` is there twice",
            "two blocks are called `bad`",
            "`bad.b` has no sentence",
            "the default of `bad.b`: `b` wants `true` or `false`, not text",
            "the default of `bad.c` is not YAML: [x",
        ]
    );
}

#[test]
fn one_look_shows_every_mistake_in_the_order_of_the_file() {
    let text = "name: acme
titel: Acme
limits:
  fast:
    max: \"ten\"
    window: 60
    algoritm: fixed
endpoints:
  - call: GET /users
    action: lst
  - action: get
    window: 1s
";
    let mut out = Vec::new();
    let node = parse(&Source::new("profiles/acme.yaml", text), &mut out).expect("it is YAML");
    validate(&node, &VENDOR, &mut out);
    assert_eq!(render(&out), include_str!("sample_mistakes.stderr"));
}

#[test]
fn a_duration_is_written_in_the_largest_whole_unit_and_read_back() {
    let check = |ms: u64, wanted: &str| {
        assert_eq!(super::duration_text(ms), wanted);
        assert_eq!(super::duration_ms(wanted), Some(ms));
    };
    check(0, "0ms");
    check(1_500, "1500ms");
    check(60_000, "1m");
    check(90_000, "90s");
    check(7_200_000, "2h");
    check(86_400_000, "1d");
}
