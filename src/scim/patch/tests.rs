//! What operations do, by the examples of RFC 7644 section 3.5.2 and beyond.

#![expect(clippy::needless_pass_by_value, reason = "tables read better without borrows")]

use super::{Applied, Patch};
use crate::scim::core::{enterprise_user, group, user};
use crate::scim::error::Error;
use crate::scim::leniency::Leniency;
use crate::scim::schema::{Attribute, Kind, Mutability, ResourceSchema};
use serde_json::{Value, json};

mod forgiven;
mod laws;
mod refused;
mod same;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn users() -> ResourceSchema {
    let mut core = user();
    core.attributes
        .push(Attribute { mutability: Mutability::Immutable, ..Attribute::new("badge", Kind::String) });
    core.attributes.push(Attribute { multi_valued: true, ..Attribute::new("tags", Kind::String) });
    core.attributes.push(Attribute::new("shoes", Kind::Integer));
    core.attributes.push(Attribute::new("born", Kind::DateTime));
    ResourceSchema { core, extensions: vec![enterprise_user()] }
}

fn groups() -> ResourceSchema {
    ResourceSchema { core: group(), extensions: vec![] }
}

fn babs() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "2819c223", "userName": "bjensen", "name": {"familyName": "Jensen", "givenName": "Barbara"},
        "active": true, "title": "Guide",
        "emails": [{"value": "b@example.com", "type": "work", "primary": true},
                   {"value": "babs@jensen.org", "type": "home"}],
        "addresses": [{"type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood"},
                      {"type": "home", "streetAddress": "456 Hollywood Blvd", "primary": true}],
        "meta": {"resourceType": "User"}
    })
}

fn flight() -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "acbf3ae7", "displayName": "Flight",
           "members": [{"value": "a", "$ref": "/Users/a", "type": "User"}, {"value": "b"}, {"value": "c"}]})
}

fn message(operations: &Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
}

fn apply(
    schema: &ResourceSchema,
    resource: &mut Value,
    operations: &Value,
    leniency: &Leniency,
) -> Result<Applied, Error> {
    Patch::parse(&message(operations), leniency)?.apply(schema, resource, leniency)
}

/// Applies `operations`, all or one, and compares what is at `pointer` afterwards; null is absent.
#[track_caller]
fn check_with(
    leniency: Leniency,
    start: Value,
    operations: Value,
    pointer: &str,
    after: Value,
) -> Vec<String> {
    let schema = if start.get("userName").is_some() { users() } else { groups() };
    let operations = if operations.is_array() { operations } else { json!([operations]) };
    let mut resource = start.clone();
    let applied =
        apply(&schema, &mut resource, &operations, &leniency).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(resource.pointer(pointer).unwrap_or(&Value::Null), &after, "{operations}");
    assert_eq!(applied.changed, resource != start, "{operations}");
    applied.ignored
}

#[track_caller]
fn check(start: Value, operations: Value, pointer: &str, after: Value) {
    check_with(Leniency::default(), start, operations, pointer, after);
}

#[track_caller]
fn unchanged(start: Value, operations: Value) {
    check(start.clone(), operations, "", start);
}

#[track_caller]
fn refused_with(leniency: Leniency, start: Value, operations: Value, message: &str) {
    let schema = if start.get("userName").is_some() { users() } else { groups() };
    let operations = if operations.is_array() { operations } else { json!([operations]) };
    let mut resource = start.clone();
    let error = apply(&schema, &mut resource, &operations, &leniency).expect_err("it should fail");
    assert_eq!(error.to_string(), message, "{operations}");
    assert_eq!(resource, start, "{operations}");
}

#[track_caller]
fn refused(start: Value, operations: Value, message: &str) {
    refused_with(Leniency::default(), start, operations, message);
}

// RFC 7644 section 3.5.2.1.
#[test]
fn add_by_the_examples_of_the_rfc() {
    let james = json!({"display": "James", "$ref": "https://example.com/v2/Users/j", "value": "j"});
    check(
        flight(),
        json!({"op": "add", "path": "members", "value": [james]}),
        "/members/3/value",
        json!("j"),
    );
    let add = json!({"op": "add", "value": {"emails": [{"value": "babs2@jensen.org", "type": "home"}], "nickname": "Babs"}});
    check(babs(), add.clone(), "/emails/2", json!({"value": "babs2@jensen.org", "type": "home"}));
    check(babs(), add, "/nickName", json!("Babs"));
    check(babs(), json!({"op": "add", "path": "title", "value": "Chief"}), "/title", json!("Chief"));
    check(
        babs(),
        json!({"op": "add", "path": "name", "value": {"middleName": "Jane"}}),
        "/name",
        json!({"familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane"}),
    );
    check(
        babs(),
        json!({"op": "add", "path": "name.givenName", "value": "Babs"}),
        "/name/givenName",
        json!("Babs"),
    );
}

// RFC 7644 section 3.5.2.1, last two points.
#[test]
fn adding_what_is_there_changes_nothing() {
    unchanged(
        flight(),
        json!({"op": "add", "path": "members", "value": [{"value": "a", "display": "Ada"}, {"value": "b"}]}),
    );
    unchanged(
        babs(),
        json!({"op": "add", "path": "emails", "value": {"value": "B@EXAMPLE.com".to_lowercase(), "type": "work"}}),
    );
    unchanged(babs(), json!({"op": "add", "path": "title", "value": "Guide"}));
    unchanged(babs(), json!({"op": "add", "path": "emails", "value": []}));
    unchanged(babs(), json!({"op": "add", "path": "emails", "value": null}));
    unchanged(
        babs(),
        json!({"op": "add", "path": "addresses",
        "value": {"TYPE": "home", "streetAddress": "456 Hollywood Blvd"}}),
    );
    unchanged(babs(), json!({"op": "replace", "value": {}}));
}

#[test]
fn one_value_may_be_there_once_for_each_type() {
    let add = |value: Value| json!({"op": "add", "path": "emails", "value": value});
    check(babs(), add(json!({"value": "b@example.com", "type": "home"})), "/emails/2/type", json!("home"));
    check(babs(), add(json!([{"value": "x@x"}, {"value": "x@x"}])), "/emails/3", Value::Null);
    check(
        babs(),
        add(json!({"value": "babs@jensen.org", "primary": true})),
        "/emails",
        json!([
        {"value": "b@example.com", "type": "work", "primary": false},
        {"value": "babs@jensen.org", "type": "home", "primary": true}]),
    );
    let tags = json!([{"op": "add", "path": "tags", "value": ["a", "B"]}, {"op": "add", "path": "tags", "value": "b"}]);
    check(babs(), tags, "/tags", json!(["a", "B"]));
}

// RFC 7644 section 3.5.2.2.
#[test]
fn remove_by_the_examples_of_the_rfc() {
    let remove = |path: &str| json!({"op": "remove", "path": path});
    check(
        flight(),
        remove("members[value eq \"b\"]"),
        "/members",
        json!([flight()["members"][0], {"value": "c"}]),
    );
    check(flight(), remove("members[value eq\"b\"]"), "/members/1/value", json!("c"));
    check(flight(), remove("members"), "/members", Value::Null);
    check(
        babs(),
        remove("emails[type eq \"work\" and value ew \"example.com\"]"),
        "/emails",
        json!([{"value": "babs@jensen.org", "type": "home"}]),
    );
    check(babs(), remove("title"), "/title", Value::Null);
    check(babs(), remove("name.givenName"), "/name", json!({"familyName": "Jensen"}));
    check(
        babs(),
        remove("emails[type eq \"work\"].primary"),
        "/emails/0",
        json!({"value": "b@example.com", "type": "work"}),
    );
    check(babs(), remove("emails.type"), "/emails/1", json!({"value": "babs@jensen.org"}));
    check(babs(), remove("emails[value pr]"), "/emails", Value::Null);
    check(babs(), json!([remove("name.givenName"), remove("name.familyName")]), "/name", Value::Null);
    let swap = json!([remove("members[value eq \"a\"]"), {"op": "add", "path": "members", "value": [{"value": "d"}]}]);
    check(flight(), swap, "/members", json!([{"value": "b"}, {"value": "c"}, {"value": "d"}]));
}

#[test]
fn removing_what_is_not_there_changes_nothing() {
    for path in ["members[value eq \"z\"]", "externalId", "members[value eq \"z\"].display"] {
        unchanged(flight(), json!({"op": "remove", "path": path}));
    }
    unchanged(babs(), json!({"op": "remove", "path": format!("{ENTERPRISE}:manager.value")}));
    unchanged(babs(), json!({"op": "remove", "path": ENTERPRISE}));
}

// RFC 7644 section 3.5.2.3.
#[test]
fn replace_by_the_examples_of_the_rfc() {
    let replace = |path: &str, value: Value| json!({"op": "replace", "path": path, "value": value});
    check(
        flight(),
        replace("members", json!([{"value": "x"}, {"value": "y"}])),
        "/members",
        json!([{"value": "x"}, {"value": "y"}]),
    );
    let work = json!({"type": "work", "streetAddress": "911 Universal City Plaza", "locality": "Hollywood", "primary": true});
    let start = babs();
    check(
        start.clone(),
        replace("addresses[type eq \"work\"]", work.clone()),
        "/addresses",
        json!([work, {"type": "home", "streetAddress": "456 Hollywood Blvd", "primary": false}]),
    );
    check(
        start.clone(),
        replace("addresses[type eq \"work\"].streetAddress", json!("1010 Broadway Ave")),
        "/addresses/0",
        json!({"type": "work", "streetAddress": "1010 Broadway Ave", "locality": "Hollywood"}),
    );
    let emails = json!([{"value": "bjensen@example.com", "type": "work", "primary": true}, {"value": "babs@jensen.org", "type": "home"}]);
    let pathless = json!({"op": "replace", "value": {"emails": emails, "nickname": "Babs"}});
    check(start.clone(), pathless.clone(), "/emails", emails);
    check(start.clone(), pathless, "/nickName", json!("Babs"));
    check(
        start.clone(),
        replace("name", json!({"givenName": "Babs"})),
        "/name",
        json!({"familyName": "Jensen", "givenName": "Babs"}),
    );
    check(start.clone(), replace("locale", json!("en-US")), "/locale", json!("en-US"));
    check(start, replace("TITLE", json!("Chief")), "/title", json!("Chief"));
}

// RFC 7643 section 2.5.
#[test]
fn null_and_the_empty_list_remove() {
    let replace = |path: &str, value: Value| json!({"op": "replace", "path": path, "value": value});
    check(babs(), replace("title", Value::Null), "/title", Value::Null);
    check(babs(), replace("emails", json!([])), "/emails", Value::Null);
    check(babs(), replace("emails", Value::Null), "/emails", Value::Null);
    check(babs(), replace("name.givenName", Value::Null), "/name", json!({"familyName": "Jensen"}));
    check(babs(), replace("name", json!({"givenName": null})), "/name", json!({"familyName": "Jensen"}));
    check(
        babs(),
        replace("emails[type eq \"home\"].value", Value::Null),
        "/emails/1",
        json!({"type": "home"}),
    );
    check(
        babs(),
        json!({"op": "replace", "value": {"title": null, "active": false}}),
        "/active",
        json!(false),
    );
}

#[test]
fn only_matching_elements_change() {
    let replace = json!({"op": "replace", "path": "emails[type eq \"home\"].value", "value": "h@x"});
    check(babs(), replace, "/emails", json!([babs()["emails"][0], {"value": "h@x", "type": "home"}]));
    let add = json!({"op": "add", "path": "emails[type eq \"home\"]", "value": {"display": "Home"}});
    check(babs(), add, "/emails/1", json!({"value": "babs@jensen.org", "type": "home", "display": "Home"}));
    let all = json!({"op": "replace", "path": "emails.display", "value": "D"});
    check(babs(), all, "/emails/1/display", json!("D"));
}

// RFC 7644 section 3.5.2.
#[test]
fn one_element_at_most_is_primary() {
    let path =
        |primary| json!({"op": "replace", "path": "emails[type eq \"home\"].primary", "value": primary});
    check(babs(), path(true), "/emails/0/primary", json!(false));
    check(babs(), path(true), "/emails/1/primary", json!(true));
    check(babs(), path(false), "/emails/0/primary", json!(true));
    let add = json!({"op": "add", "path": "emails", "value": [{"value": "n@x", "primary": true}]});
    check(babs(), add, "/emails/0/primary", json!(false));
    let two = json!({"op": "replace", "path": "emails", "value": [{"value": "1", "primary": true}, {"value": "2", "primary": true}]});
    refused(babs(), two.clone(), "400 invalidValue: Operations[0]: only one of emails can be primary");
    check_with(
        Leniency::all(),
        babs(),
        two,
        "/emails",
        json!([{"value": "1", "primary": true}, {"value": "2", "primary": false}]),
    );
    let both = json!({"op": "replace", "path": "emails[value pr].primary", "value": true});
    refused(babs(), both, "400 invalidValue: Operations[0]: only one of emails can be primary");
}

#[test]
fn a_value_path_that_matches_nothing() {
    let at = |op: &str| json!({"op": op, "path": "phoneNumbers[type eq \"work\"].value", "value": "+1"});
    let made = json!([{"type": "work", "value": "+1"}]);
    check(babs(), at("add"), "/phoneNumbers", made.clone());
    let missing = "400 noTarget: Operations[0]: no element of phoneNumbers passes the filter of the path";
    refused(babs(), at("replace"), missing);
    let creating = Leniency { create_on_value_path: true, ..Leniency::default() };
    check_with(creating, babs(), at("replace"), "/phoneNumbers", made);
    let odd = json!({"op": "add", "path": "phoneNumbers[type ne \"work\"].value", "value": "+1"});
    refused_with(Leniency::all(), babs(), odd, missing);
    let whole = json!({"op": "add", "path": "phoneNumbers[type eq \"fax\" and primary eq true]", "value": {"VALUE": "+2"}});
    check(babs(), whole, "/phoneNumbers", json!([{"value": "+2", "type": "fax", "primary": true}]));
    let nothing = json!({"op": "add", "path": "phoneNumbers[type eq \"work\"].value", "value": null});
    check(babs(), nothing, "/phoneNumbers", Value::Null);
    let first = json!({"op": "replace", "path": "ims.value", "value": "x"});
    check(babs(), first, "/ims", json!([{"value": "x"}]));
}

#[test]
fn several_adds_through_one_value_path_make_one_element() {
    let add = |sub: &str, value: &str| json!({"op": "add", "path": format!("addresses[type eq \"other\"].{sub}"), "value": value});
    let operations = json!([add("locality", "Bern"), add("country", "CH"), add("postalCode", "3000")]);
    let made = json!({"type": "other", "locality": "Bern", "country": "CH", "postalCode": "3000"});
    check(babs(), operations.clone(), "/addresses/2", made);
    check(babs(), operations, "/addresses/3", Value::Null);
}

#[test]
fn attributes_of_an_extension_live_under_its_urn() {
    let number = |op: &str, value: Value| json!({"op": op, "path": format!("{ENTERPRISE}:employeeNumber"), "value": value});
    let pointer = format!("/{ENTERPRISE}");
    check(babs(), number("add", json!("7")), &pointer, json!({"employeeNumber": "7"}));
    check(babs(), number("add", json!("7")), "/schemas/1", json!(ENTERPRISE));
    let back = json!([number("add", json!("7")), number("replace", Value::Null)]);
    unchanged(babs(), back);
    let nested = json!({"op": "replace", "value": {ENTERPRISE.to_uppercase(): {"MANAGER": {"value": "m"}, "division": "D"}}});
    check(babs(), nested, &pointer, json!({"manager": {"value": "m"}, "division": "D"}));
    let manager = json!({"op": "add", "path": format!("{ENTERPRISE}:manager.value"), "value": "m"});
    check(babs(), manager, &pointer, json!({"manager": {"value": "m"}}));
    let bare = json!({"op": "add", "path": "manager", "value": {"value": "m"}});
    check(babs(), bare, &pointer, json!({"manager": {"value": "m"}}));
    let gone = json!([number("add", json!("7")), {"op": "remove", "path": ENTERPRISE}]);
    unchanged(babs(), gone);
    let core = json!({"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", "value": "J"});
    check(babs(), core, "/name/familyName", json!("J"));
}

#[test]
fn an_extension_may_name_its_schema_in_its_value() {
    let value = json!({"schemas": [ENTERPRISE], "division": "D"});
    let at_path = json!({"op": "add", "path": ENTERPRISE, "value": value});
    for operation in [at_path, json!({"op": "replace", "value": {ENTERPRISE: value}})] {
        check(babs(), operation, &format!("/{ENTERPRISE}"), json!({"division": "D"}));
    }
}

#[test]
fn a_new_manager_does_not_keep_the_name_of_the_old() {
    let mut start = babs();
    start[ENTERPRISE] = json!({"manager": {"value": "m", "$ref": "/Users/m", "displayName": "Max"}});
    let pointer = format!("/{ENTERPRISE}/manager");
    let set = |value: &str| json!({"op": "replace", "path": format!("{ENTERPRISE}:manager"), "value": {"value": value}});
    check(start.clone(), set("n"), &pointer, json!({"value": "n"}));
    check(start.clone(), set("m"), &pointer, start[ENTERPRISE]["manager"].clone());
    let sub = json!({"op": "replace", "path": format!("{ENTERPRISE}:manager.value"), "value": "n"});
    check(start.clone(), sub, &pointer, json!({"value": "n"}));
}

#[test]
fn replacing_members_keeps_what_is_known_of_those_that_stay() {
    let replace = json!({"op": "replace", "path": "members", "value": [{"value": "a"}, {"value": "z", "display": "Zoe"}]});
    check(flight(), replace, "/members", json!([flight()["members"][0], {"value": "z", "display": "Zoe"}]));
    unchanged(
        flight(),
        json!({"op": "replace", "path": "members", "value": [{"value": "a"}, {"value": "b"}, {"value": "c"}]}),
    );
    let other = json!({"op": "replace", "path": "members", "value": [{"value": "a", "type": "Group"}]});
    check(flight(), other, "/members", json!([{"value": "a", "type": "Group"}]));
}

#[test]
fn a_large_group_keeps_its_members() {
    let members: Vec<Value> = (0..5_000).map(|id| json!({"value": id.to_string()})).collect();
    let start = json!({"displayName": "Many", "members": members});
    let new: Vec<Value> = (4_990..5_010).map(|id| json!({"value": id.to_string()})).collect();
    let operations = json!([{"op": "add", "path": "members", "value": new}, {"op": "remove", "path": "members[value eq \"7\"]"}]);
    let mut group = start;
    apply(&groups(), &mut group, &operations, &Leniency::default()).unwrap();
    assert_eq!(group["members"].as_array().map(Vec::len), Some(5_009));
}
