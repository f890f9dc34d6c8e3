use serde_json::{Map, Value, json};

use super::{Field, Fields, Kind, check, from_text, schema};

const CHILD: &[Field] = &[Field::required("name", Kind::Text, "Its name.")];

const BODY: &[Field] = &[
    Field::required("kind", Kind::Word(&["one", "two"]), "Which."),
    Field::optional("count", Kind::Whole { min: 1, max: 9 }, "How many."),
    Field::optional("late", Kind::Duration, "How late."),
    Field::optional("at", Kind::Time, "When."),
    Field::optional("is_on", Kind::Bool, "Whether."),
    Field::optional("tags", Kind::List(&Kind::Text), "Words."),
    Field::optional("child", Kind::Object(CHILD), "One."),
    Field::optional("sizes", Kind::Map(&Kind::Whole { min: 0, max: u64::MAX }), "By name."),
    Field::optional("either", Kind::Either(&[Kind::Bool, Kind::Text]), "One or the other."),
    Field::optional("any", Kind::Any, "Whatever."),
];

#[track_caller]
fn wrong(body: &Value, wanted: &str) {
    assert_eq!(check("", body, &Kind::Object(BODY)), Err(wanted.to_owned()), "{body}");
}

#[test]
fn what_is_right_passes_whole() {
    let body = json!({"kind": "one", "count": 9, "late": "61s", "at": "2026-01-01T00:00:00+01:00", "is_on": false,
        "tags": ["a", ""], "child": {"name": "b"}, "sizes": {"": 0, "x": 18446744073709551615_u64}, "either": true,
        "any": [null]});
    assert_eq!(check("", &body, &Kind::Object(BODY)), Ok(()));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_to_send() {
    wrong(&json!([]), "the body is an object, not []");
    wrong(&json!({}), "`kind` is missing; it is one of `one`, `two` (Which)");
    wrong(&json!({"kind": "three"}), "`kind` is one of `one`, `two`, not \"three\"");
    wrong(&json!({"kind": null}), "`kind` is one of `one`, `two`, not null");
    wrong(&json!({"kind": "one", "cuont": 1}), "`cuont` is not known here; did you mean `count`?");
    for count in [json!(0), json!(10), json!(-1), json!(1.5), json!("1"), json!(1e300)] {
        let wanted = format!("`count` is a whole number from 1 to 9, not {count}");
        wrong(&json!({"kind": "one", "count": count}), &wanted);
    }
    for late in [json!("61"), json!("1 s"), json!("-1s"), json!(61), json!("999999999999999999999d")] {
        let wanted = format!("`late` is a duration such as \"61s\" (ms, s, m, h or d), not {late}");
        wrong(&json!({"kind": "one", "late": late}), &wanted);
    }
    for at in [
        "2026-01-01",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00",
        "now",
        "1969-12-31T23:59:59Z",
        "2026-01-01T00:00:00Z[UTC]",
    ] {
        let wanted: String = format!("`at` is a time such as \"2026-01-01T00:00:00Z\", not \"{at}\"");
        wrong(&json!({"kind": "one", "at": at}), &wanted);
    }
    wrong(&json!({"kind": "one", "tags": ["a", 1]}), "`tags.1` is a text, not 1");
    wrong(&json!({"kind": "one", "tags": "a"}), "`tags` is a list, not \"a\"");
    wrong(&json!({"kind": "one", "child": {}}), "`child.name` is missing; it is a text (Its name)");
    wrong(
        &json!({"kind": "one", "child": {"name": "b", "x": 1}}),
        "`child.x` is not known here; choose from `name`",
    );
    wrong(&json!({"kind": "one", "sizes": {"x": "1"}}), "`sizes.x` is a whole number, not \"1\"");
    wrong(&json!({"kind": "one", "either": 1}), "`either` is true or false or a text, not 1");
    let long = "x".repeat(100);
    let shown = format!("`is_on` is true or false, not \"{}", "x".repeat(39));
    wrong(&json!({"kind": "one", "is_on": long}), &shown);
}

#[test]
fn what_was_checked_is_read_by_type() {
    let body = json!({"kind": "one", "count": 9, "late": "61s", "at": "1970-01-01T00:00:01.5Z", "is_on": true,
        "tags": ["a"], "child": {"name": "b"}});
    let Value::Object(members) = body else { panic!("an object") };
    let fields = Fields(&members);
    assert_eq!((fields.text("kind"), fields.text("nothing")), (Some("one"), None));
    assert_eq!((fields.whole("count"), fields.count("count")), (Some(9), Some(9)));
    assert_eq!((fields.duration_ms("late"), fields.time_ms("at")), (Some(61_000), Some(1_500)));
    assert_eq!((fields.flag("is_on"), fields.texts("tags")), (Some(true), Some(vec!["a"])));
    assert_eq!(fields.members("child").and_then(|child| child.text("name")), Some("b"));
}

#[test]
fn a_parameter_is_read_as_the_kind_that_it_should_be() {
    let either = Kind::Either(&[Kind::Whole { min: 0, max: 9 }, Kind::Text]);
    for (kind, text, wanted) in [
        (Kind::Bool, "true", json!(true)),
        (Kind::Bool, "yes", json!("yes")),
        (Kind::Whole { min: 0, max: 9 }, "7", json!(7)),
        (Kind::Whole { min: 0, max: 9 }, "-7", json!("-7")),
        (Kind::Text, "7", json!("7")),
        (either, "7", json!(7)),
        (either, "4xx", json!("4xx")),
    ] {
        assert_eq!(from_text(&kind, text), wanted, "{kind:?} {text}");
    }
}

/// What our own check says of a value, an independent validator says of it by the schema.
#[test]
fn the_schema_says_what_the_check_says() {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema(&Kind::Object(BODY)))
        .expect("a schema");
    let members: &[(&str, &[Value])] = &[
        ("kind", &[json!("one"), json!("x"), json!(1)]),
        ("count", &[json!(1), json!(2.0), json!(0), json!(10), json!(-1.0), json!("1"), json!(1.5)]),
        ("late", &[json!("61s"), json!("61"), json!("5 m"), json!(5)]),
        ("at", &[json!("2026-01-01T00:00:00Z"), json!("2026-01-01"), json!(0)]),
        ("is_on", &[json!(true), json!("true"), json!(null)]),
        ("tags", &[json!([]), json!(["a"]), json!([1]), json!({})]),
        ("child", &[json!({"name": "b"}), json!({}), json!({"name": 1}), json!({"name": "b", "x": 1})]),
        ("sizes", &[json!({}), json!({"x": 1}), json!({"x": -1}), json!([])]),
        ("either", &[json!(true), json!("a"), json!(1), json!([])]),
        ("any", &[json!(null), json!({"x": [1]})]),
        ("else", &[json!(1)]),
    ];
    let (mut right, mut wrong) = (0, 0);
    for (name, values) in members {
        for value in *values {
            let mut body = Map::new();
            body.insert("kind".to_owned(), json!("two"));
            body.insert((*name).to_owned(), value.clone());
            let body = Value::Object(body);
            let passes = check("", &body, &Kind::Object(BODY)).is_ok();
            assert_eq!(passes, validator.is_valid(&body), "{body}");
            *(if passes { &mut right } else { &mut wrong }) += 1;
        }
    }
    assert!(right > 10 && wrong > 10);
}
