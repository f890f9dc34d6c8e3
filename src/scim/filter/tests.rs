use super::{FILTER_BYTES_MAX, FILTER_DEPTH_MAX, Filter, Literal, Operator};
use crate::scim::core::{enterprise_user, user};
use crate::scim::path::AttrPath;
use crate::scim::schema::{Attribute, Kind, ResourceSchema};
use proptest::prelude::{
    BoxedStrategy, Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest,
};
use serde_json::{Value, json};

fn schema() -> ResourceSchema {
    let mut core = user();
    core.attributes.push(Attribute::new("height", Kind::Decimal));
    core.attributes.push(Attribute::new("shoes", Kind::Integer));
    core.attributes.push(Attribute::new("born", Kind::DateTime));
    core.attributes.push(Attribute { multi_valued: true, ..Attribute::new("tags", Kind::String) });
    ResourceSchema { core, extensions: vec![enterprise_user()] }
}

fn bjensen() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "id": "2819c223-7f76", "externalId": "BJ-1", "userName": "bjensen@example.com", "displayName": "Größe 42",
        "name": {"familyName": "O'Malley", "givenName": "Barbara", "formatted": ""},
        "title": "Vice President", "userType": "Employee", "nickName": null, "active": true,
        "profileUrl": "https://example.com/BJ", "roles": [], "height": 1.75, "shoes": 41,
        "born": "1990-02-03T04:05:06.500+02:00", "tags": ["Red", "blue"],
        "emails": [{"value": "bjensen@example.com", "type": "work", "primary": true},
                   {"value": "Babs@Jensen.org", "type": "home"}],
        "x509Certificates": [{"value": "MIIDQzCC"}],
        "meta": {"resourceType": "User", "lastModified": "2011-05-13T04:42:34Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
            {"employeeNumber": "701984", "manager": {"value": "26118915", "displayName": "John Smith"}}
    })
}

#[track_caller]
fn check(filter: &str, matches: bool) {
    let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    assert_eq!(parsed.matches(&schema(), &bjensen()), matches, "{filter}");
    assert_eq!(Filter::parse(&parsed.to_string()), Ok(parsed), "{filter}");
}

// RFC 7644 figure 2, with values that match or do not.
#[test]
fn the_examples_of_the_rfc() {
    check(r#"userName eq "bjensen@example.com""#, true);
    check(r#"name.familyName co "O'Malley""#, true);
    check(r#"userName sw "J""#, false);
    check(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "B""#, true);
    check("title pr", true);
    check(r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, false);
    check(r#"meta.lastModified ge "2011-05-13T04:42:34Z""#, true);
    check(r#"meta.lastModified lt "2011-05-13T04:42:34Z""#, false);
    check(r#"meta.lastModified le "2011-05-13T04:42:34Z""#, true);
    check(r#"title pr and userType eq "Employee""#, true);
    check(r#"title pr or userType eq "Intern""#, true);
    check(r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#, true);
    check(r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#, true);
    check(
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        false,
    );
    check(r#"userType eq "Employee" and (emails.type eq "work")"#, true);
    check(r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#, true);
    check(
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
        true,
    );
}

#[test]
fn names_operators_and_logic_are_read_in_any_case() {
    check(r#"USERNAME Eq "bjensen@example.com""#, true);
    check(r#"Username eq "x" OR TITLE PR"#, true);
    check(r#"NOT (title pr) AND userName pr"#, false);
    check(r#"EMAILS[TYPE EQ "work"]"#, true);
    check(r#"URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER:USERNAME PR"#, true);
}

#[test]
fn case_counts_where_the_attribute_says_so() {
    check(r#"userName eq "BJENSEN@example.com""#, true);
    check(r#"displayName eq "GRÖSSE 42""#, false);
    check(r#"displayName eq "GRÖßE 42""#, true);
    check(r#"displayName sw "GRÖ""#, true);
    check(r#"displayName co "öß""#, true);
    check(r#"displayName ew "SSE 42""#, false);
    check(r#"id eq "2819C223-7f76""#, false);
    check(r#"id eq "2819c223-7f76""#, true);
    check(r#"externalId eq "bj-1""#, false);
    check(r#"externalId eq "BJ-1" and userName eq "BJENSEN@EXAMPLE.COM""#, true);
    check(r#"externalId sw "bj""#, false);
    check(r#"profileUrl ew "/bj""#, false);
    check(r#"x509Certificates eq "MIIDQZCC""#, false);
    check(r#"emails.value eq "babs@jensen.org""#, true);
    check(r#"emails[value eq "BABS@jensen.org"]"#, true);
    check(r#"tags eq "BLUE""#, true);
}

#[test]
fn not_binds_before_and_and_and_before_or() {
    check("title pr or nickName pr and nickName pr", true);
    check("(title pr or nickName pr) and nickName pr", false);
    check("not (title pr) or title pr", true);
    check("not (title pr or title pr)", false);
    check("not(nickName pr) and title pr", true);
    check("nickName pr and nickName pr or title pr", true);
    check("((((title pr))))", true);
}

#[test]
fn no_value_is_null_absent_or_empty() {
    check("nickName pr", false);
    check("roles pr", false);
    check("locale pr", false);
    check("name.formatted pr", false);
    check("name pr", true);
    check("emails pr", true);
    check("active pr", true);
    check("nickName eq null", true);
    check("roles eq null", true);
    check("locale eq null", true);
    check("title eq null", false);
    check("title ne null", true);
    check("locale ne null", false);
    check(r#"locale ne "en""#, true);
    check(r#"locale eq "en""#, false);
    check(r#"locale lt "en""#, false);
    check(r#"name.formatted eq """#, true);
    check("emails.primary eq null", true);
}

#[test]
fn an_attribute_nobody_defined_has_no_value() {
    check("shoeSize pr", false);
    check("shoeSize eq null", true);
    check(r#"name.shoeSize eq "x""#, false);
    check(r#"shoeSize[type eq "x"]"#, false);
    check(r#"emails[shoeSize eq "x"]"#, false);
    check("urn:example:2.0:Nobody:title pr", false);
}

#[test]
fn any_value_of_several_matches() {
    check(r#"emails.type eq "home""#, true);
    check(r#"emails.type eq "other""#, false);
    check(r#"emails.type ne "home""#, true);
    check(r#"emails eq "babs@jensen.org""#, true);
    check(r#"emails[type eq "home" and value co "example"]"#, false);
    check(r#"emails.type eq "home" and emails.value co "example""#, true);
    check(r#"emails[not (type eq "work")]"#, true);
    check(r#"emails[primary eq true].value eq "BJENSEN@example.com""#, true);
    check(r#"emails[type eq "home"].value eq "bjensen@example.com""#, false);
    check(r#"emails[type eq "home" or type eq "work"].value sw "babs""#, true);
    check("emails[type eq \"home\"].primary pr", false);
    check(r#"tags[value eq "red"]"#, true);
    check(r#"tags co "lu""#, true);
    check(r#"manager eq "26118915""#, true);
    check(r#"name eq "O'Malley""#, false);
    check(r#"name ne "O'Malley""#, true);
}

#[test]
fn an_extension_is_reached_by_its_urn() {
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check(&format!("{ENTERPRISE} pr"), true);
    check(&format!("{ENTERPRISE} eq null"), false);
    check(&format!(r#"{ENTERPRISE}:employeeNumber eq "701984""#), true);
    check(&format!(r#"{ENTERPRISE}:manager.displayName sw "john""#), true);
    check(&format!(r#"{ENTERPRISE}:userName pr"#), false);
    check(r#"employeeNumber eq "701984""#, true);
}

#[test]
fn moments_compare_as_moments() {
    check(r#"born eq "1990-02-03T02:05:06.5Z""#, true);
    check(r#"born lt "1990-02-03T02:05:06.501Z""#, true);
    check(r#"born gt "1990-02-03T04:05:06Z""#, false);
    check(r#"born ne "1990-02-03T03:05:06.500+01:00""#, false);
    check(r#"meta.lastModified eq "2011-05-13T06:42:34.000+02:00""#, true);
    check(r#"meta.lastModified sw "2011-05""#, true);
    check(r#"born gt "yesterday""#, false);
    check(r#"born eq "yesterday""#, false);
}

#[test]
fn numbers_compare_as_numbers() {
    check("height eq 1.750", true);
    check("height gt 1.7", true);
    check("shoes ge 41", true);
    check("shoes eq 41.0", true);
    check("shoes lt 100", true);
    check("shoes gt 4.1e1", false);
    check("shoes gt -1", true);
    check(r#"shoes eq "41""#, false);
    check(r#"shoes ne "41""#, true);
    check("shoes co 4", false);
}

#[test]
fn a_moment_is_compared_with_a_moment() {
    check(r#"meta.lastModified lt "9999-12-31T24:00:00Z""#, true);
    check(r#"meta.lastModified gt "9999-12-31T23:59:59-14:00""#, false);
    let test =
        |filter: &str| Filter::parse(filter).unwrap().check(&schema()).map_err(|error| error.to_string());
    for op in ["eq", "ne", "gt", "ge", "lt", "le"] {
        for other in [r#""2011-05-13""#, r#""""#, "7", "true"] {
            let detail = "meta.lastModified is dateTime, which can only be compared with another";
            let filter = format!("meta.lastModified {op} {other}");
            assert_eq!(test(&filter), Err(format!("400 invalidFilter: {detail}")), "{filter}");
        }
    }
    for filter in [r#"born sw "2011""#, "born eq null", "born pr", r#"born gt "2011-05-13T04:42:34""#] {
        assert_eq!(test(filter), Ok(()), "{filter}");
    }
}

#[test]
fn booleans_are_equal_or_not_and_have_no_order() {
    check("active eq true", true);
    check("active eq false", false);
    check("active ne false", true);
    check("active gt false", false);
    check("active ge true", false);
    check(r#"active eq "true""#, false);
    check(r#"x509Certificates gt "A""#, false);
    let refused = |filter: &str| Filter::parse(filter).unwrap().check(&schema()).unwrap_err().to_string();
    assert_eq!(
        refused("title pr or active gt true"),
        "400 invalidFilter: active is boolean, which `gt` cannot compare"
    );
    assert_eq!(
        refused(r#"emails[primary co "t"]"#),
        "400 invalidFilter: emails.primary is boolean, which `co` cannot compare"
    );
    assert_eq!(
        refused(r#"x509Certificates le "A""#),
        "400 invalidFilter: x509Certificates is binary, which `le` cannot compare"
    );
    for filter in
        ["active eq true", "active ne null", r#"title gt "a""#, "nothing gt 4", r#"emails[type gt "a"]"#]
    {
        assert_eq!(Filter::parse(filter).unwrap().check(&schema()), Ok(()), "{filter}");
    }
}

#[test]
fn text_has_an_order() {
    check(r#"title gt "vice""#, true);
    check(r#"title lt "W""#, true);
    check(r#"title lt "w""#, true);
    check(r#"title ge "VICE PRESIDENT""#, true);
    check(r#"externalId lt "a""#, true);
    check(r#"userName ew ".COM""#, true);
    check(r#"userName co """#, true);
}

#[test]
fn literals_are_json() {
    let check = |text: &str, value: Value| {
        let filter = Filter::parse(&format!("a eq {text}")).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(filter.equality().map(|(_, literal)| literal.to_json()), Some(value), "{text}");
    };
    check(r#""a \"b\" \\ \u00e9 \ud83d\ude00 ]) and""#, json!("a \"b\" \\ é 😀 ]) and"));
    check(r#""""#, json!(""));
    check("0", json!(0));
    check("-12", json!(-12));
    check("18446744073709551615", json!(u64::MAX));
    check("1.5E-3", json!(0.0015));
    check("true", json!(true));
    check("null", json!(null));
}

#[test]
fn a_malformed_filter_says_where_and_what_was_expected() {
    let check = |text: &str, message: &str| {
        assert_eq!(
            Filter::parse(text).map_err(|error| error.to_string()),
            Err(message.to_string()),
            "{text}"
        );
    };
    let value = "expected a value: a string in double quotes, a number, `true`, `false` or `null`";
    check("", "at 0: expected an attribute name, `not` or `(`");
    check("  ", "at 2: expected an attribute name, `not` or `(`");
    check("userName", "at 8: expected an operator such as `eq` or `pr`");
    check(
        "userName regex \"j\"",
        "at 9: `regex` is not an operator; there are eq, ne, co, sw, ew, gt, ge, lt, le and pr",
    );
    check("userName eq", &format!("at 11: {value}"));
    check("externalId eq jyoung", &format!("at 14: {value}"));
    check("a eq 'b'", &format!("at 5: {value}"));
    check("a eq True", &format!("at 5: {value}"));
    for number in ["01", "1.", ".5", "+1", "1e", "0x1", "-", "NaN", "1e999"] {
        check(&format!("a eq {number}"), &format!("at 5: {value}"));
    }
    check("a eq \"b", "at 5: this string has no closing `\"`");
    check("a eq \"\\q\"", "at 5: this string has a character or an escape that JSON does not allow");
    check("a eq \"\t\"", "at 5: this string has a character or an escape that JSON does not allow");
    check("a pr b pr", "at 5: expected `and`, `or` or the end of the filter");
    check("a pr)", "at 4: expected `and`, `or` or the end of the filter");
    check("(a pr", "at 5: expected `and`, `or` or `)`");
    check("a pr and", "at 8: expected an attribute name, `not` or `(`");
    check("not a pr", "at 4: expected `(` after `not`");
    check("a[b pr", "at 6: expected `and`, `or` or `]`");
    check("a[b pr)", "at 6: expected `and`, `or` or `]`");
    check("(a pr]", "at 5: expected `and`, `or` or `)`");
    check("ä pr", "at 0: an attribute name begins with a letter");
    check("a [b pr]", "at 2: expected an operator such as `eq` or `pr`");
    check("a pr or 9x pr", "at 8: an attribute name begins with a letter");
}

#[test]
fn an_attribute_may_begin_like_an_operator() {
    check("never pr", false);
    check("notes pr or android eq null and orders eq null", true);
    let filter = Filter::parse("never ne \"x\"").unwrap();
    assert_eq!(filter.paths(), [AttrPath::of("never")]);
}

#[test]
fn a_filter_is_bounded_in_length_and_depth() {
    let check = |text: String, message: &str| {
        assert_eq!(Filter::parse(&text).map_err(|error| error.to_string()), Err(message.to_string()));
    };
    let deep = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    check(deep(100_000), "at 8192: a filter has at most 8192 bytes, this one has 200004");
    check("not ".repeat(100_000), "at 8192: a filter has at most 8192 bytes, this one has 400000");
    check("(".repeat(FILTER_BYTES_MAX), "at 64: parentheses and brackets nest at most 64 deep");
    check("not(".repeat(FILTER_BYTES_MAX / 4), "at 259: parentheses and brackets nest at most 64 deep");
    check(deep(FILTER_DEPTH_MAX + 1), "at 64: parentheses and brackets nest at most 64 deep");
    assert!(Filter::parse(&deep(FILTER_DEPTH_MAX)).is_ok());
    assert!(Filter::parse(&format!("a pr{}", " or a pr".repeat(1_000))).is_ok());
    let side_by_side = format!("{}a pr", "(a pr) and ".repeat(FILTER_DEPTH_MAX * 2));
    assert!(Filter::parse(&side_by_side).is_ok());
}

#[test]
fn what_a_filter_uses_can_be_listed() {
    let filter =
        Filter::parse(r#"not (a.b eq 1 or c[d co "x" and e pr].f sw "y") and a.b ne 2 and g pr"#).unwrap();
    let paths: Vec<_> = filter.paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["a.b", "c.d", "c.e", "c.f", "a.b", "g"]);
}

#[test]
fn only_a_lone_equality_is_one() {
    let check = |filter: &str, equality: bool| {
        assert_eq!(Filter::parse(filter).unwrap().equality().is_some(), equality, "{filter}");
    };
    check("a eq 1", true);
    check("(a.b eq \"x\")", true);
    check("a ne 1", false);
    check("a eq 1 and b eq 1", false);
    check("a[b eq 1]", false);
    check("not (a eq 1)", false);
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z$][a-zA-Z0-9_$-]{0,6}"
        .prop_filter("`not` begins a group", |name| !name.eq_ignore_ascii_case("not"))
}

fn path() -> impl Strategy<Value = AttrPath> {
    let urn = proptest::option::of("urn:[a-z]{1,4}:[0-9]\\.[0-9](:[A-Z][a-z]{0,3})?");
    (urn, name(), proptest::option::of(name())).prop_map(|(urn, name, sub)| AttrPath { urn, name, sub })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<String>().prop_map(Literal::String),
        any::<i64>().prop_map(|number| Literal::Number(number.into())),
        any::<f64>().prop_filter_map("JSON has no infinity", |number| {
            serde_json::Number::from_f64(number).map(Literal::Number)
        }),
        any::<bool>().prop_map(Literal::Bool),
        Just(Literal::Null),
    ]
}

fn logic(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
    leaf.prop_recursive(4, 24, 3, |part| {
        let parts = proptest::collection::vec(part.clone(), 2..4);
        prop_oneof![
            parts.clone().prop_map(Filter::And),
            parts.prop_map(Filter::Or),
            part.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

fn expression(path: BoxedStrategy<AttrPath>) -> impl Strategy<Value = Filter> {
    let op = proptest::sample::select(Operator::ALL.to_vec());
    prop_oneof![
        (path.clone(), op, literal()).prop_map(|(path, op, value)| Filter::Compare { path, op, value }),
        path.prop_map(Filter::Present),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    let within = logic(expression(name().prop_map(|name| AttrPath::of(&name)).boxed()));
    let value_path = (path(), within).prop_map(|(path, filter)| Filter::ValuePath {
        path: AttrPath { sub: None, ..path },
        filter: Box::new(filter),
    });
    logic(prop_oneof![4 => expression(path().boxed()), 1 => value_path])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_filter_that_is_written_reads_the_same(filter in filter()) {
        let text = filter.to_string();
        if text.len() <= FILTER_BYTES_MAX {
            prop_assert_eq!(Filter::parse(&text), Ok(filter), "{}", text);
        }
    }

    #[test]
    fn reading_any_text_ends_in_a_filter_or_an_error(
        text in "(userName|not|and|or|eq|pr|[()\\[\\]\".: ]|\"a\"|1|é){0,24}"
    ) {
        if let Ok(filter) = Filter::parse(&text) {
            filter.matches(&schema(), &bjensen());
        }
    }
}
