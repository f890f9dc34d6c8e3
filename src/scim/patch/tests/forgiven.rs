//! What a lenient service takes from clients as they are.

use super::{ENTERPRISE, babs, check, check_with, flight, refused, refused_with, unchanged};
use crate::scim::leniency::Leniency;
use serde_json::{Value, json};

#[test]
fn string_booleans_are_forgiven_in_any_case() {
    let lenient = Leniency { string_booleans: true, op_case: true, ..Leniency::default() };
    for (text, truth) in [("False", false), ("false", false), ("FALSE", false), ("True", true)] {
        let operation = json!({"op": "Replace", "path": "active", "value": text});
        check_with(lenient, babs(), operation, "/active", json!(truth));
    }
    let path = json!({"op": "Add", "path": "emails[primary eq \"True\"].value", "value": "new@x"});
    check_with(lenient, babs(), path, "/emails/0/value", json!("new@x"));
    let made = json!({"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "admin"});
    check_with(lenient, babs(), made, "/roles", json!([{"value": "admin", "primary": true}]));
    refused_with(
        lenient,
        babs(),
        json!({"op": "Replace", "path": "active", "value": "no"}),
        "400 invalidValue: Operations[0]: active wants true or false, not a string",
    );
}

#[test]
fn keys_may_be_paths_where_that_is_forgiven() {
    let operation = json!({"op": "replace", "value": {"displayName": "A", "name.givenName": "G", "name.familyName": "F",
        format!("{ENTERPRISE}:employeeNumber"): "7", format!("{ENTERPRISE}:manager.value"): "m",
        "emails[type eq \"home\"].value": "h@x"}});
    let lenient = Leniency { dotted_keys: true, ..Leniency::default() };
    let mut after = babs();
    after["displayName"] = json!("A");
    after["name"] = json!({"familyName": "F", "givenName": "G"});
    after["emails"][1]["value"] = json!("h@x");
    after[ENTERPRISE] = json!({"employeeNumber": "7", "manager": {"value": "m"}});
    after["schemas"] = json!([after["schemas"][0], ENTERPRISE]);
    check_with(lenient, babs(), operation.clone(), "", after);
    refused(babs(), operation, "400 invalidSyntax: Operations[0]: there is no attribute name.givenName");
}

#[test]
fn members_are_removed_by_value_where_that_is_forgiven() {
    let remove = |value: Value| json!({"op": "Remove", "path": "members", "value": value});
    let lenient = Leniency { members_by_value: true, op_case: true, ..Leniency::default() };
    check_with(
        lenient,
        flight(),
        remove(json!([{"$ref": null, "value": "a"}, {"value": "z"}])),
        "/members",
        json!([{"value": "b"}, {"value": "c"}]),
    );
    check_with(lenient, flight(), remove(json!({"value": "b"})), "/members/2", Value::Null);
    check_with(lenient, flight(), remove(json!("b")), "/members/1", json!({"value": "c"}));
    check_with(lenient, flight(), remove(json!([])), "", flight());
    check_with(lenient, flight(), remove(json!([{"display": "x"}])), "", flight());
    check_with(lenient, flight(), remove(Value::Null), "/members", Value::Null);
    refused(
        flight(),
        json!({"op": "remove", "path": "members", "value": [{"value": "a"}]}),
        "400 invalidValue: Operations[0]: `remove` takes no value; name the elements in the path, as members[value eq \"…\"]",
    );
    check(babs(), json!({"op": "remove", "path": "title", "value": ""}), "/title", Value::Null);
}

#[test]
fn neighbouring_shapes_are_taken_where_that_is_forgiven() {
    let loose = Leniency { loose_shapes: true, ..Leniency::default() };
    let pointer = format!("/{ENTERPRISE}/manager");
    let manager = |value: Value| json!({"op": "add", "path": "manager", "value": value});
    check_with(
        loose,
        babs(),
        manager(json!([{"$ref": "/Users/m", "value": "m"}])),
        &pointer,
        json!({"$ref": "/Users/m", "value": "m"}),
    );
    check_with(loose, babs(), manager(json!("m")), &pointer, json!({"value": "m"}));
    check_with(loose, babs(), json!({"op": "add", "path": "title", "value": ["T"]}), "/title", json!("T"));
    check_with(
        loose,
        flight(),
        json!({"op": "add", "path": "members", "value": ["x", "y"]}),
        "/members/4",
        json!({"value": "y"}),
    );
    let cleared = json!([manager(json!("m")), {"op": "replace", "path": "manager", "value": {"value": ""}}]);
    check_with(loose, babs(), cleared, "", babs());
}

#[test]
fn a_value_that_was_read_may_be_sent_back() {
    let echo = json!({"op": "replace", "value": {"ID": "other", "displayName": "Flight 2", "meta": {}, "schemas": ["x"]}});
    let lenient = Leniency { ignore_read_only: true, ..Leniency::default() };
    let ignored = check_with(lenient, flight(), echo.clone(), "/displayName", json!("Flight 2"));
    assert_eq!(ignored, ["id", "meta", "schemas"]);
    check_with(lenient, flight(), echo.clone(), "/id", json!("acbf3ae7"));
    refused(flight(), echo, "400 mutability: Operations[0]: id is readOnly");
    let meta = json!({"op": "add", "value": {"meta": {"resourceType": "Robot"}}});
    refused(flight(), meta, "400 mutability: Operations[0]: meta is readOnly");
    let own = json!({"op": "replace", "value": {"Id": "acbf3ae7", "displayName": "Flight 2"}});
    let ignored = check_with(Leniency::default(), flight(), own, "/displayName", json!("Flight 2"));
    assert_eq!(ignored, ["id"]);
    let group = json!(["urn:ietf:params:scim:schemas:core:2.0:Group"]);
    unchanged(flight(), json!({"op": "add", "path": "schemas", "value": group}));
    let unknown = Leniency { ignore_unknown: true, ..Leniency::default() };
    let add = json!({"op": "add", "path": "schemas", "value": ["urn:example:2.0:x"]});
    let ignored = check_with(unknown, flight(), add, "", flight());
    assert_eq!(ignored, ["urn:example:2.0:x", "schemas"]);
    let optional = Leniency { schemas_optional: true, ..Leniency::default() };
    check_with(optional, flight(), json!({"op": "replace", "path": "schemas", "value": []}), "", flight());
}

// The messages of clients that are known to send them, with other values.
#[test]
fn what_clients_send_is_taken() {
    let paths = json!([
        {"op": "Replace", "path": "displayName", "value": "Ada L"},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a.l@example.com"},
        {"op": "Replace", "path": "name.familyName", "value": "Lovelace"},
        {"op": "Replace", "path": format!("{ENTERPRISE}:employeeNumber"), "value": "1815"},
        {"op": "Add", "path": "nickName", "value": "Adie"},
        {"op": "Add", "path": "phoneNumbers[type eq \"work\"].value", "value": "+1 555 0100"},
        {"op": "Replace", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1 555 0101"},
        {"op": "Add", "path": "active", "value": "False"},
        {"op": "Add", "path": "manager", "value": [{"$ref": "https://example.com/Users/m", "value": "m"}]},
    ]);
    let mut after = babs();
    after["displayName"] = json!("Ada L");
    after["emails"][0]["value"] = json!("a.l@example.com");
    after["name"]["familyName"] = json!("Lovelace");
    after["nickName"] = json!("Adie");
    after["phoneNumbers"] =
        json!([{"value": "+1 555 0100", "type": "work"}, {"value": "+1 555 0101", "type": "mobile"}]);
    after["active"] = json!(false);
    after[ENTERPRISE] =
        json!({"employeeNumber": "1815", "manager": {"$ref": "https://example.com/Users/m", "value": "m"}});
    after["schemas"] = json!([after["schemas"][0], ENTERPRISE]);
    check_with(Leniency::all(), babs(), paths, "", after);

    check(babs(), json!({"op": "replace", "value": {"active": false}}), "/active", json!(false));
    let membership = json!([
        {"op": "replace", "value": {"id": "acbf3ae7", "displayName": "Flight 2"}},
        {"op": "remove", "path": "members[value eq \"a\"]"},
        {"op": "add", "path": "members", "value": [{"value": "d", "display": "grace@example.com"}]},
    ]);
    let members = json!([{"value": "b"}, {"value": "c"}, {"value": "d", "display": "grace@example.com"}]);
    check(flight(), membership, "/members", members);
}
