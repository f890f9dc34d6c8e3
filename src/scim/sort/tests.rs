use super::{Key, Order};
use crate::scim::core;
use crate::scim::schema::ResourceSchema;
use proptest::prelude::{any, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};
use serde_json::{Value, json};

fn users() -> ResourceSchema {
    ResourceSchema { core: core::user(), extensions: vec![core::enterprise_user()] }
}

/// The `userName`s of three resources in this order.
fn check(by: &str, order: &str, resources: &[Value; 3], wanted: [&str; 3]) {
    let schema = users();
    let order = Order::parse(by, Some(order)).unwrap();
    order.check(&schema).unwrap();
    let mut resources = resources.to_vec();
    resources.sort_by(|one, other| order.compare(&order.key(&schema, one), &order.key(&schema, other)));
    let names: Vec<&str> = resources.iter().filter_map(|one| one["userName"].as_str()).collect();
    assert_eq!(names, wanted, "{by}");
}

#[test]
fn text_is_ordered_as_its_attribute_compares_case() {
    let users = [json!({"userName": "b"}), json!({"userName": "A"}), json!({"userName": "C"})];
    check("userName", "ascending", &users, ["A", "b", "C"]);
    check("USERNAME", "Descending", &users, ["C", "b", "A"]);
    let ids = [
        json!({"userName": "1", "externalId": "b"}),
        json!({"userName": "2", "externalId": "A"}),
        json!({"userName": "3", "externalId": "C"}),
    ];
    check("externalId", "", &ids, ["2", "3", "1"]);
}

#[test]
fn no_value_is_last_or_first_when_descending() {
    let users = [
        json!({"userName": "1"}),
        json!({"userName": "2", "title": "b"}),
        json!({"userName": "3", "title": "a"}),
    ];
    check("title", "ascending", &users, ["3", "2", "1"]);
    check("title", "descending", &users, ["1", "2", "3"]);
    check("noSuchAttribute", "ascending", &users, ["1", "2", "3"]);
}

#[test]
fn of_several_values_the_primary_counts_or_the_first() {
    let users = [
        json!({"userName": "1", "emails": [{"value": "a"}, {"value": "z", "primary": true}]}),
        json!({"userName": "2", "emails": [{"value": "m", "primary": false}, {"value": "b"}]}),
        json!({"userName": "3", "emails": [{"value": "c"}]}),
    ];
    check("emails.value", "ascending", &users, ["3", "2", "1"]);
    check("emails", "ascending", &users, ["3", "2", "1"]);
}

#[test]
fn times_are_ordered_as_moments_and_truth_after_falsehood() {
    let users = [
        json!({"userName": "1", "active": true, "meta": {"created": "2011-05-13T06:00:00+02:00"}}),
        json!({"userName": "2", "active": false, "meta": {"created": "2011-05-13T05:00:00Z"}}),
        json!({"userName": "3", "meta": {"created": "2011-05-13T04:00:00.5Z"}}),
    ];
    check("meta.created", "ascending", &users, ["1", "3", "2"]);
    check("active", "ascending", &users, ["2", "1", "3"]);
}

#[test]
fn an_extensions_attribute_is_named_by_its_urn() {
    const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let user = |name: &str, department: &str| json!({"userName": name, URN: {"department": department}});
    let users = [user("1", "b"), user("2", "c"), user("3", "a")];
    check(&format!("{URN}:department"), "ascending", &users, ["3", "1", "2"]);
}

#[test]
fn what_has_no_order_is_refused() {
    let check = |by: &str, order: Option<&str>, message: &str| {
        let refused = Order::parse(by, order).and_then(|order| order.check(&users())).unwrap_err();
        assert_eq!(refused.to_string(), message, "{by}");
    };
    check("9", None, "400 invalidPath: sortBy is malformed at 0: an attribute name begins with a letter");
    check(
        "name",
        None,
        "400 invalidPath: name is complex; order by one of its parts, such as name.formatted",
    );
    check("userName", Some("up"), "400 invalidValue: sortOrder is `ascending` or `descending`, not `up`");
}

proptest! {
    #[test]
    fn a_key_comes_back_from_a_cursor(key in prop_oneof![
        any::<bool>().prop_map(Key::Bool),
        (-1e9..1e9).prop_map(Key::Number),
        any::<i128>().prop_map(Key::Time),
        ".{0,20}".prop_map(Key::Text),
        Just(Key::Nothing),
    ]) {
        let text = key.to_json().to_string();
        prop_assert_eq!(Key::from_json(&serde_json::from_str(&text).unwrap()), Some(key));
    }
}
