//! What is refused, and how that is said.

use super::{ENTERPRISE, babs, check, check_with, flight, message, refused, unchanged};
use crate::scim::leniency::Leniency;
use crate::scim::patch::{PATCH_OPERATIONS_MAX, Patch};
use serde_json::{Value, json};

#[test]
fn read_only_attributes_are_refused_or_left_out() {
    let check_path = |path: &str, value: Value| {
        let operation = json!({"op": "replace", "path": path, "value": value});
        refused(babs(), operation.clone(), &format!("400 mutability: Operations[0]: {path} is readOnly"));
        let lenient = Leniency { ignore_read_only: true, ..Leniency::default() };
        let ignored = check_with(lenient, babs(), operation, "", babs());
        assert_eq!(ignored, [path]);
    };
    check_path("id", json!("x"));
    check_path("meta.created", json!("2011-05-13T04:42:34Z"));
    check_path("groups", json!([{"value": "g"}]));
    check_path(&format!("{ENTERPRISE}:manager.displayName"), json!("Max"));
    refused(
        babs(),
        json!({"op": "remove", "path": "meta"}),
        "400 mutability: Operations[0]: meta is readOnly",
    );
    refused(
        babs(),
        json!({"op": "replace", "value": {"groups": []}}),
        "400 mutability: Operations[0]: groups is readOnly",
    );
}

#[test]
fn immutable_attributes_are_set_once() {
    let set = |op: &str, value: Value| json!({"op": op, "path": "badge", "value": value});
    let mut start = babs();
    start["badge"] = json!("1");
    check(babs(), set("add", json!("1")), "/badge", json!("1"));
    check(babs(), set("replace", json!("1")), "/badge", json!("1"));
    unchanged(start.clone(), set("replace", json!("1")));
    let message = "400 mutability: Operations[0]: badge is immutable and has another value";
    refused(start.clone(), set("replace", json!("2")), message);
    refused(start.clone(), set("add", json!("2")), message);
    refused(start.clone(), set("replace", Value::Null), message);
    refused(start, set("remove", Value::Null), message);
    let value = json!({"op": "replace", "path": "members[value eq \"a\"].value", "value": "z"});
    refused(
        flight(),
        value,
        "400 mutability: Operations[0]: members.value is immutable and has another value",
    );
    let element = json!({"op": "replace", "path": "members[value eq \"a\"]", "value": {"value": "z"}});
    refused(
        flight(),
        element,
        "400 mutability: Operations[0]: members.value is immutable and has another value",
    );
    let display = json!({"op": "add", "path": "members[value eq \"a\"].display", "value": "Ada"});
    check(flight(), display, "/members/0/display", json!("Ada"));
}

#[test]
fn required_attributes_stay() {
    let message = "400 mutability: Operations[0]: userName is required, so it cannot be removed";
    refused(babs(), json!({"op": "remove", "path": "userName"}), message);
    refused(babs(), json!({"op": "replace", "path": "userName", "value": null}), message);
    refused(
        babs(),
        json!({"op": "replace", "path": "userName", "value": ""}),
        "400 invalidValue: Operations[0]: userName is required, so it cannot be empty",
    );
}

#[test]
fn values_must_fit_their_attributes() {
    let check = |path: &str, value: Value, message: &str| {
        let operation = json!({"op": "replace", "path": path, "value": value});
        refused(babs(), operation, &format!("400 invalidValue: Operations[0]: {message}"));
    };
    check("active", json!("False"), "active wants true or false, not a string");
    check("title", json!(7), "title wants a string, not a number");
    check("title", json!(["x"]), "title wants a string, not a list");
    check("name", json!("Babs"), "name wants an object, not a string");
    check("name.givenName", json!({}), "name.givenName wants a string, not an object");
    check("emails", json!(["x@x"]), "emails wants an object, not a string");
    check(
        "emails[type eq \"work\"].primary",
        json!("yes"),
        "emails.primary wants true or false, not a string",
    );
    check("shoes", json!(41.5), "shoes wants a whole number, not a number");
    check(
        "born",
        json!("1990-02-03"),
        "born wants a string with a date and a time such as 2011-05-13T04:42:34Z, not this one",
    );
    check(
        "x509Certificates",
        json!({"value": "ä"}),
        "x509Certificates.value wants a string of base64, not this one",
    );
    check(
        &format!("{ENTERPRISE}:manager"),
        json!("m"),
        &format!("{ENTERPRISE}:manager wants an object, not a string"),
    );
    check(ENTERPRISE, json!("m"), &format!("{ENTERPRISE} wants an object"));
    refused(
        babs(),
        json!({"op": "add", "value": "x"}),
        "400 invalidValue: Operations[0]: `add` without a path wants an object of attributes",
    );
}

#[test]
fn a_member_without_a_name_is_refused() {
    for value in [
        json!([{"value": null}]),
        json!([null]),
        json!([{}]),
        json!({"value": ""}),
        json!([{"type": "User"}]),
    ] {
        for op in ["add", "replace"] {
            let operation = json!({"op": op, "path": "members", "value": value});
            refused(flight(), operation, "400 invalidValue: Operations[0]: members.value is required");
        }
    }
    check_with(
        Leniency::default(),
        babs(),
        json!({"op": "add", "path": "emails", "value": [null, {"value": null}]}),
        "",
        babs(),
    );
}

#[test]
fn a_patch_says_at_what_it_looks() {
    let looks = |path: &str| {
        let operations = json!([{"op": "remove", "path": "title"}, {"op": "remove", "path": path}]);
        Patch::parse(&message(&operations), &Leniency::default()).unwrap().looks_at_sub("display")
    };
    for path in
        ["members.Display", "members[display eq \"x\"]", "members[value pr and not (DISPLAY co \"x\")].type"]
    {
        assert!(looks(path), "{path}");
    }
    for path in ["members", "display", "members[value eq \"display\"]", "members.value"] {
        assert!(!looks(path), "{path}");
    }
}

#[test]
fn an_attribute_nobody_defined_is_refused_or_left_out() {
    let check = |operation: Value, path: &str, scim_type: &str| {
        refused(
            babs(),
            operation.clone(),
            &format!("400 {scim_type}: Operations[0]: there is no attribute {path}"),
        );
        let lenient = Leniency { ignore_unknown: true, ..Leniency::default() };
        assert_eq!(check_with(lenient, babs(), operation, "/title", json!("Guide")), [path]);
    };
    check(json!({"op": "add", "path": "shoeSize", "value": 7}), "shoeSize", "invalidPath");
    check(json!({"op": "remove", "path": "name.shoeSize"}), "name.shoeSize", "invalidPath");
    check(json!({"op": "add", "value": {"shoeSize": 7}}), "shoeSize", "invalidSyntax");
    check(
        json!({"op": "add", "value": {ENTERPRISE: {"shoeSize": 7}}}),
        &format!("{ENTERPRISE}:shoeSize"),
        "invalidSyntax",
    );
    check(json!({"op": "add", "path": "name", "value": {"shoeSize": 7}}), "name.shoeSize", "invalidSyntax");
    check(
        json!({"op": "add", "path": "emails", "value": {"value": "x@x", "x": 7}}),
        "emails.x",
        "invalidSyntax",
    );
}

#[test]
fn what_does_not_fit_the_message_is_refused() {
    let check = |body: Value, message: &str| {
        assert_eq!(Patch::parse(&body, &Leniency::default()).unwrap_err().to_string(), message, "{body}");
    };
    const URN: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    check(json!([]), "400 invalidSyntax: the body is not a JSON object");
    check(
        json!({"Operations": [{"op": "remove", "path": "title"}]}),
        &format!("400 invalidSyntax: schemas is a list that names {URN}"),
    );
    check(json!({"schemas": [URN]}), "400 invalidSyntax: Operations is a list of at least one operation");
    check(message(&json!([])), "400 invalidSyntax: Operations is a list of at least one operation");
    check(
        message(&json!({"op": "add"})),
        "400 invalidSyntax: Operations is a list of at least one operation",
    );
    check(message(&json!([7])), "400 invalidSyntax: Operations[0]: an operation is an object");
    check(
        message(&json!([{"op": "move"}])),
        "400 invalidSyntax: Operations[0]: op is one of `add`, `remove` and `replace`",
    );
    check(
        message(&json!([{"op": "Add", "path": "title", "value": "x"}])),
        "400 invalidSyntax: Operations[0]: op is one of `add`, `remove` and `replace`",
    );
    check(
        message(&json!([{"op": "remove", "path": "title"}, {"op": "remove"}])),
        "400 noTarget: Operations[1]: `remove` needs a path",
    );
    check(
        message(&json!([{"op": "add", "path": "title"}])),
        "400 invalidValue: Operations[0]: `add` needs a value",
    );
    check(
        message(&json!([{"op": "add", "path": 7, "value": 7}])),
        "400 invalidPath: Operations[0]: a path is a string",
    );
    check(
        message(&json!([{"op": "add", "path": "emails[type", "value": 7}])),
        "400 invalidFilter: Operations[0]: the filter of the path is malformed at 11: expected an operator such as `eq` or `pr`",
    );
    let many = vec![json!({"op": "remove", "path": "title"}); PATCH_OPERATIONS_MAX + 1];
    check(message(&json!(many)), "413: a PATCH has at most 1000 operations, not 1001");
    let filtered = json!({"op": "replace", "path": "name[givenName eq \"x\"].familyName", "value": "y"});
    refused(
        babs(),
        filtered,
        "400 invalidPath: Operations[0]: name is not a list, so its path cannot have a filter",
    );
}

#[test]
fn member_names_of_the_message_are_read_in_any_case() {
    let body = json!({"operations": [{"OP": "replace", "Path": "title", "Value": "T"}],
                      "Schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]});
    assert!(Patch::parse(&body, &Leniency::default()).is_ok());
    assert!(Patch::parse(&json!({"Operations": [{"op": "remove", "path": "x"}]}), &Leniency::all()).is_ok());
}

#[test]
fn a_failing_patch_leaves_the_record_as_it_was() {
    let operations = json!([{"op": "replace", "path": "title", "value": "T"}, {"op": "remove", "path": "emails"},
                            {"op": "replace", "path": "id", "value": "x"}]);
    refused(babs(), operations, "400 mutability: Operations[2]: id is readOnly");
}

#[test]
fn what_schemas_names_follows_from_the_rest() {
    let check = |operation: Value, message: &str| {
        refused(babs(), operation, &format!("400 {message}"));
    };
    let required = "mutability: Operations[0]: schemas is required, so it cannot be removed";
    check(json!({"op": "remove", "path": "schemas"}), required);
    check(json!({"op": "remove", "path": "schemas[value eq \"urn:x\"]"}), required);
    check(json!({"op": "replace", "path": "schemas", "value": []}), required);
    check(json!({"op": "replace", "value": {"schemas": null}}), required);
    let list = "invalidValue: Operations[0]: schemas wants a list";
    check(json!({"op": "replace", "path": "schemas", "value": "urn:x"}), list);
    check(json!({"op": "add", "value": {"schemas": {"value": "urn:x"}}}), list);
    check(
        json!({"op": "add", "path": "schemas", "value": ["urn:x"]}),
        "invalidSyntax: Operations[0]: schemas names `urn:x`, which is not a schema of this resource",
    );
    let own = "urn:ietf:params:scim:schemas:core:2.0:User";
    unchanged(babs(), json!({"op": "add", "path": "schemas", "value": [own, ENTERPRISE]}));
}

#[test]
fn the_filter_of_a_path_is_checked_as_any_filter_is() {
    let check = |op: &str, path: &str, detail: &str| {
        let operation = json!({"op": op, "path": path, "value": {"display": "x"}});
        refused(babs(), operation, &format!("400 invalidFilter: Operations[0]: {detail}"));
    };
    let order = "emails.primary is boolean, which `gt` cannot compare";
    check("add", "emails[primary gt true]", order);
    check("remove", "emails[primary gt true]", order);
    check("replace", "emails[type eq \"no\" and primary gt true].display", order);
    check(
        "replace",
        "x509Certificates[value lt \"AA==\"]",
        "x509Certificates.value is binary, which `lt` cannot compare",
    );
    check(
        "remove",
        "emails[type eq work]",
        "the filter of the path is malformed at 15: expected a value: a string in double quotes, a number, `true`, \
         `false` or `null`",
    );
}

#[test]
fn a_path_leads_to_nothing_that_is_made_up() {
    let check = |operation: Value, error: Option<&str>| {
        let patch = Patch::parse(&message(&json!([operation])), &Leniency::default()).expect("a patch");
        let found = patch.check_paths(&|path| path.to_string() == "members.$ref", &Leniency::default());
        assert_eq!(found.err().map(|error| error.to_string()).as_deref(), error, "{operation}");
    };
    let filter = Some("400 invalidFilter: Operations[0]: members.$ref cannot be compared");
    check(json!({"op": "remove", "path": "members[$ref eq \"x\"]"}), filter);
    check(json!({"op": "add", "path": "members[value eq \"a\" or $ref pr].type", "value": "User"}), filter);
    let change = Some("400 mutability: Operations[0]: members.$ref follows from the value beside it");
    check(json!({"op": "replace", "path": "members[value eq \"a\"].$ref", "value": "x"}), change);
    check(json!({"op": "remove", "path": "members.$ref"}), change);
    check(json!({"op": "add", "path": "members[value eq \"a\"]", "value": {"$ref": "x"}}), change);
    let shown = json!({"value": "a", "$ref": "x"});
    check(json!({"op": "add", "path": "members[value eq \"a\"]", "value": shown}), None);
    check(json!({"op": "remove", "path": "members[value eq \"a\"]"}), None);
    check(json!({"op": "remove", "path": "photos[$ref eq \"a\"]"}), None);
    let lenient = Leniency { ignore_read_only: true, ..Leniency::default() };
    let change = json!([{"op": "remove", "path": "members.$ref"}]);
    let patch = Patch::parse(&message(&change), &lenient).expect("a patch");
    assert_eq!(patch.check_paths(&|_| true, &lenient), Ok(vec!["members.$ref".to_owned()]));
}

#[test]
fn a_value_does_not_contradict_the_filter_of_its_path() {
    let check = |path: &str, value: Value, part: &str| {
        let detail = format!("{part} is another in the value than in the filter of the path");
        let operation = json!({"op": "add", "path": path, "value": value});
        refused(babs(), operation, &format!("400 invalidValue: Operations[0]: {detail}"));
    };
    check("emails[type eq \"x\"]", json!({"value": "a@b.test", "type": "y"}), "emails.type");
    check("emails[type eq \"x\"]", json!({"value": "a@b.test", "type": null}), "emails.type");
    check("emails[type eq \"x\"].type", json!("y"), "emails.type");
    check("emails[type eq \"x\" and type eq \"y\"].value", json!("a@b.test"), "emails.type");
    check("emails[value eq \"x\" and primary eq true]", json!({"primary": false}), "emails.primary");
    super::check(
        babs(),
        json!({"op": "add", "path": "emails[type eq \"x\"]", "value": {"value": "a@b.test", "type": "X"}}),
        "/emails/2",
        json!({"value": "a@b.test", "type": "X"}),
    );
}
