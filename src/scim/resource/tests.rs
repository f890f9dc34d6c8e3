#![expect(clippy::needless_pass_by_value, reason = "tables read better without borrows")]

use super::{Situation, clean, in_schema_order, replace};
use crate::scim::core::{enterprise_user, group, user};
use crate::scim::leniency::Leniency;
use crate::scim::schema::{Attribute, Kind, Mutability, ResourceSchema};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Map, Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn users() -> ResourceSchema {
    let mut core = user();
    core.attributes
        .push(Attribute { mutability: Mutability::Immutable, ..Attribute::new("badge", Kind::String) });
    ResourceSchema { core, extensions: vec![enterprise_user()] }
}

fn groups() -> ResourceSchema {
    ResourceSchema { core: group(), extensions: vec![] }
}

#[track_caller]
fn check(body: Value, leniency: Leniency, kept: Value, ignored: &[&str]) {
    let cleaned =
        clean(&users(), body, Situation::Create, &leniency).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(cleaned.attributes.to_string(), kept.to_string());
    assert_eq!(cleaned.ignored, ignored);
}

#[track_caller]
fn refused(body: Value, message: &str) {
    let error = clean(&users(), body, Situation::Create, &Leniency::default()).expect_err("it should fail");
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_body_is_brought_into_the_spelling_and_order_of_the_schema() {
    let body = json!({"ACTIVE": true, "Name": {"GIVENNAME": "Ada", "familyName": "Byron"}, "schemas": [USER.to_uppercase()],
        ENTERPRISE.to_lowercase(): {"Manager": {"VALUE": "m"}, "EMPLOYEENUMBER": "7"}, "externalid": "e", "username": "ada"});
    let kept = json!({"schemas": [USER, ENTERPRISE], "externalId": "e", "userName": "ada",
        "name": {"familyName": "Byron", "givenName": "Ada"}, "active": true,
        ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m"}}});
    check(body, Leniency::default(), kept, &[]);
}

// RFC 7643 section 2.5.
#[test]
fn what_is_unassigned_is_absent() {
    let body = json!({"schemas": [USER, ENTERPRISE], "userName": "ada", "title": null, "phoneNumbers": null, "roles": [],
        "name": {"givenName": null}, "emails": [null, {}, {"value": null, "type": null}], "nickName": "",
        "addresses": [{"type": "work", "region": null}], ENTERPRISE: {"division": null}});
    let kept = json!({"schemas": [USER], "userName": "ada", "nickName": "", "addresses": [{"type": "work"}]});
    check(body, Leniency::default(), kept, &[]);
}

// RFC 7644 sections 3.3 and 3.5.1.
#[test]
fn read_only_attributes_are_left_out() {
    let body = json!({"schemas": [USER], "id": "x", "userName": "ada", "meta": {"resourceType": "User"},
        "groups": [{"value": "g"}], ENTERPRISE: {"manager": {"value": "m", "displayName": "Max"}}});
    let kept =
        json!({"schemas": [USER, ENTERPRISE], "userName": "ada", ENTERPRISE: {"manager": {"value": "m"}}});
    let name = format!("{ENTERPRISE}:manager.displayName");
    check(body, Leniency::default(), kept, &["id", "meta", "groups", &name]);
}

// RFC 7643 section 3.
#[test]
fn an_extension_may_name_its_schema_too() {
    let body = json!({"schemas": [USER, ENTERPRISE], "userName": "ada",
        ENTERPRISE: {"schemas": [ENTERPRISE], "division": "D"}});
    let kept = json!({"schemas": [USER, ENTERPRISE], "userName": "ada", ENTERPRISE: {"division": "D"}});
    check(body, Leniency::default(), kept, &[]);
}

#[test]
fn what_nobody_defined_is_refused_or_left_out() {
    let body = |name: &str, value: Value| json!({"schemas": [USER], "userName": "ada", name: value});
    let lenient = Leniency { ignore_unknown: true, ..Leniency::default() };
    let check_unknown = |body: Value, kept: Value, path: &str| {
        refused(body.clone(), &format!("400 invalidSyntax: there is no attribute {path}"));
        check(body, lenient, kept, &[path]);
    };
    let plain = json!({"schemas": [USER], "userName": "ada"});
    check_unknown(body("shoeSize", json!(7)), plain.clone(), "shoeSize");
    check_unknown(body("urn:example:2.0:x", json!({"a": 1})), plain.clone(), "urn:example:2.0:x");
    check_unknown(body("name", json!({"nick": "A"})), plain.clone(), "name.nick");
    check_unknown(body(ENTERPRISE, json!({"shoes": 7})), plain.clone(), &format!("{ENTERPRISE}:shoes"));
    check_unknown(body("division", json!("D")), plain.clone(), "division");
    let schemas = json!({"schemas": [USER, "http://example.com/2.0/User"], "userName": "ada"});
    refused(
        schemas.clone(),
        "400 invalidSyntax: schemas names `http://example.com/2.0/User`, which is not a schema of this resource",
    );
    check(schemas, lenient, plain, &["http://example.com/2.0/User"]);
}

#[test]
fn a_body_needs_its_schema_unless_that_is_forgiven() {
    let message = format!("400 invalidSyntax: schemas is a list that names {USER}");
    for schemas in [Value::Null, json!([]), json!(USER), json!([7]), json!([ENTERPRISE])] {
        let body = json!({"schemas": schemas, "userName": "ada"});
        refused(body.clone(), &message);
        let lenient = Leniency { schemas_optional: true, ignore_unknown: true, ..Leniency::default() };
        let cleaned = clean(&users(), body, Situation::Create, &lenient).unwrap();
        assert_eq!(cleaned.attributes, json!({"schemas": [USER], "userName": "ada"}));
    }
    refused(json!({"userName": "ada"}), &message);
    refused(json!(["userName"]), "400 invalidSyntax: the body is not a JSON object");
}

#[test]
fn the_schema_may_go_by_an_old_name_if_that_is_forgiven() {
    let lenient = Leniency { old_schemas: true, ..Leniency::default() };
    let check = |urn: &str, taken: bool| {
        let body = json!({"schemas": [urn], "userName": "ada"});
        refused(body.clone(), &format!("400 invalidSyntax: schemas is a list that names {USER}"));
        let cleaned = clean(&users(), body, Situation::Create, &lenient).ok();
        let ada = json!({"schemas": [USER], "userName": "ada"});
        assert_eq!(
            cleaned.map(|cleaned| (cleaned.attributes, cleaned.ignored)),
            taken.then(|| (ada, vec![])),
            "{urn}"
        );
    };
    check("urn:scim:schemas:core:1.0", true);
    check("URN:SCIM:schemas:core:2.0:User", true);
    check("urn:scim:schemas:extension:enterprise:1.0", false);
    check("urn:ietf:params:scim:schemas:core:2.0:Group", false);
}

// RFC 7643 section 2.3, RFC 7644 table 9.
#[test]
fn values_must_fit_their_attributes() {
    let check = |name: &str, value: Value, message: &str| {
        refused(
            json!({"schemas": [USER], "userName": "ada", name: value}),
            &format!("400 invalidValue: {message}"),
        );
    };
    check("active", json!("true"), "active wants true or false, not a string");
    check("title", json!({"a": 1}), "title wants a string, not an object");
    check("emails", json!({"value": "x@x"}), "emails wants a list, not an object");
    check("emails", json!([{"value": ["x"]}]), "emails.value wants a string, not a list");
    check(
        "x509Certificates",
        json!([{"value": "a b"}]),
        "x509Certificates.value wants a string of base64, not this one",
    );
    let base64 = "x509Certificates.value wants a string of base64, not this one";
    for text in ["ABCDE", "AB=C", "A===", "ÄBCD"] {
        check("x509Certificates", json!([{"value": text}]), base64);
    }
    check("name", json!([{"givenName": "A"}]), "name wants an object, not a list");
    check(ENTERPRISE, json!([]), &format!("{ENTERPRISE} wants an object"));
    check(
        "emails",
        json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]),
        "only one of emails can be primary",
    );
}

#[test]
fn no_message_repeats_a_value() {
    let body = json!({"schemas": [USER], "userName": "ada", "password": ["s3cret"]});
    refused(body, "400 invalidValue: password wants a string, not a list");
}

#[test]
fn the_same_attribute_twice_is_refused() {
    refused(
        json!({"schemas": [USER], "userName": "ada", "USERNAME": "eve"}),
        "400 invalidSyntax: userName is there twice",
    );
    refused(
        json!({"schemas": [USER], "userName": "a", "name": {"givenName": "A", "GivenName": "B"}}),
        "400 invalidSyntax: name.givenName is there twice",
    );
}

#[test]
fn required_attributes_have_values() {
    refused(json!({"schemas": [USER]}), "400 invalidValue: userName is required");
    refused(json!({"schemas": [USER], "userName": null}), "400 invalidValue: userName is required");
    refused(
        json!({"schemas": [USER], "userName": ""}),
        "400 invalidValue: userName is required, so it cannot be empty",
    );
    let mut schema = groups();
    schema.core.attributes.push(Attribute {
        required: true,
        mutability: Mutability::Immutable,
        ..Attribute::new("realm", Kind::String)
    });
    let mut members = schema.core.attributes.remove(1);
    members.sub_attributes[0].required = true;
    schema.core.attributes.push(members);
    let check = |body: Value, situation, message: Option<&str>| {
        let result = clean(&schema, body, situation, &Leniency::default());
        assert_eq!(result.err().map(|error| error.to_string()).as_deref(), message);
    };
    let body = json!({"schemas": [GROUP], "displayName": "G"});
    check(body.clone(), Situation::Create, Some("400 invalidValue: realm is required"));
    check(body, Situation::Replace, None);
    let members =
        json!({"schemas": [GROUP], "displayName": "G", "realm": "r", "members": [{"type": "User"}]});
    check(members, Situation::Create, Some("400 invalidValue: members.value is required"));
}

#[test]
fn what_is_forgiven_is_put_right() {
    let body = json!({"userName": "ada", "active": "False", "emails": {"value": "a@x", "primary": "TRUE"}, "title": ["T"],
        "roles": ["admin", {"value": "b", "primary": true}, {"value": "c", "primary": true}],
        ENTERPRISE: {"manager": {"value": ""}}});
    let kept = json!({"schemas": [USER], "userName": "ada", "title": "T", "active": false,
        "emails": [{"value": "a@x", "primary": true}],
        "roles": [{"value": "admin"}, {"value": "b", "primary": true}, {"value": "c", "primary": false}]});
    check(body, Leniency::all(), kept, &[]);
}

// The bodies of clients that are known to send them, with other values.
#[test]
fn what_clients_send_is_taken() {
    let lenient = Leniency { ignore_unknown: true, ..Leniency::default() };
    let check = |schema: &ResourceSchema, body: Value, kept: Value, ignored: &[&str]| {
        let cleaned = clean(schema, body, Situation::Create, &lenient).unwrap();
        assert_eq!(cleaned.attributes, kept);
        assert_eq!(cleaned.ignored, ignored);
    };
    let with_nulls = json!({"schemas": [USER, ENTERPRISE], "externalId": "9f3c", "userName": "ada@example.com",
        "active": true, "emails": [{"primary": true, "type": "work", "value": "ada@example.com"}],
        "meta": {"resourceType": "User"}, "name": {"familyName": "Byron"}, "roles": [], "title": null});
    let kept = json!({"schemas": [USER], "externalId": "9f3c", "userName": "ada@example.com",
        "name": {"familyName": "Byron"}, "active": true,
        "emails": [{"value": "ada@example.com", "type": "work", "primary": true}]});
    check(&users(), with_nulls, kept, &["meta"]);
    let with_groups =
        json!({"schemas": [USER], "userName": "g@x", "groups": [], "password": "p", "active": true});
    let kept = json!({"schemas": [USER], "userName": "g@x", "active": true, "password": "p"});
    check(&users(), with_groups, kept, &["groups"]);
    let foreign = "http://schemas.example.com/2006/11/2.0/Group";
    let group = json!({"schemas": [GROUP, foreign], "externalId": "8aa1", "displayName": "G", "members": []});
    check(
        &groups(),
        group,
        json!({"schemas": [GROUP], "externalId": "8aa1", "displayName": "G"}),
        &[foreign],
    );
}

#[test]
fn equal_elements_become_one() {
    let body = json!({"schemas": [USER], "userName": "ada", "emails": [{"value": "a@x", "type": "work"},
        {"value": "A@X", "type": "WORK"}, {"value": "a@x", "type": "home"}]});
    let kept = json!({"schemas": [USER], "userName": "ada", "emails": [{"value": "a@x", "type": "work"}, {"value": "a@x", "type": "home"}]});
    check(body, Leniency::default(), kept, &[]);
    let members = json!({"schemas": [GROUP], "displayName": "G", "members": [{"value": "a"}, {"value": "A"}, {"value": "a"}]});
    let cleaned = clean(&groups(), members, Situation::Create, &Leniency::default()).unwrap();
    assert_eq!(cleaned.attributes["members"], json!([{"value": "a"}, {"value": "A"}]));
}

fn stored() -> Value {
    json!({"schemas": [USER, ENTERPRISE], "id": "1", "externalId": "e", "userName": "ada", "name": {"givenName": "Ada"},
        "title": "T", "password": "hash", "groups": [{"value": "g"}], "badge": "7", "meta": {"resourceType": "User"},
        ENTERPRISE: {"division": "D", "manager": {"value": "m", "displayName": "Max"}}, "lastSeen": "here"})
}

#[track_caller]
fn check_replace(body: Value, after: Result<Value, &str>) {
    let cleaned = clean(&users(), body, Situation::Replace, &Leniency::default()).unwrap();
    let result = replace(&users(), &stored(), cleaned.attributes).map_err(|error| error.to_string());
    assert_eq!(result, after.map_err(str::to_string));
}

// RFC 7644 section 3.5.1.
#[test]
fn put_clears_what_is_not_sent_and_keeps_what_is_not_the_clients() {
    let kept = json!({"schemas": [USER], "id": "1", "userName": "eve", "password": "hash", "groups": [{"value": "g"}],
        "badge": "7", "meta": {"resourceType": "User"}, "lastSeen": "here"});
    check_replace(json!({"schemas": [USER], "userName": "eve"}), Ok(kept));
    let mut echo = stored();
    echo.as_object_mut().unwrap().shift_remove("lastSeen");
    check_replace(echo, Ok(stored()));
    let mut password = stored();
    password["password"] = json!("new");
    let mut body = password.clone();
    body.as_object_mut().unwrap().shift_remove("lastSeen");
    check_replace(body, Ok(password));
}

#[test]
fn put_keeps_immutable_values_and_refuses_others() {
    let body = |badge: Value| json!({"schemas": [USER], "userName": "ada", "badge": badge});
    check_replace(body(json!("8")), Err("400 mutability: badge is immutable and has another value"));
    let cleaned = clean(&users(), body(Value::Null), Situation::Replace, &Leniency::default()).unwrap();
    assert_eq!(replace(&users(), &stored(), cleaned.attributes).unwrap()["badge"], "7");
    let first = clean(&users(), body(json!("8")), Situation::Replace, &Leniency::default()).unwrap();
    assert_eq!(replace(&users(), &json!({"userName": "x"}), first.attributes).unwrap()["badge"], "8");
}

#[test]
fn put_forgets_the_name_of_a_manager_who_is_replaced() {
    let check = |manager: &str, after: Value| {
        let body = json!({"schemas": [USER], "userName": "ada", ENTERPRISE: {"manager": {"value": manager}}});
        let cleaned = clean(&users(), body, Situation::Replace, &Leniency::default()).unwrap();
        assert_eq!(replace(&users(), &stored(), cleaned.attributes).unwrap()[ENTERPRISE]["manager"], after);
    };
    check("m", json!({"value": "m", "displayName": "Max"}));
    check("n", json!({"value": "n"}));
}

#[test]
fn put_replaces_members_although_their_parts_are_immutable() {
    let old = json!({"schemas": [GROUP], "displayName": "G", "members": [{"value": "a", "$ref": "/Users/a", "display": "A"}, {"value": "b"}]});
    let body = json!({"schemas": [GROUP], "displayName": "G", "members": [{"value": "c"}, {"value": "a"}, {"value": "b", "display": "B"}]});
    let cleaned = clean(&groups(), body, Situation::Replace, &Leniency::default()).unwrap();
    assert_eq!(
        replace(&groups(), &old, cleaned.attributes).unwrap()["members"],
        json!([{"value": "c"}, {"value": "a", "$ref": "/Users/a", "display": "A"}, {"value": "b", "display": "B"}])
    );
    let body =
        json!({"schemas": [GROUP], "displayName": "G", "members": [{"value": "a", "display": "Other"}]});
    let cleaned = clean(&groups(), body, Situation::Replace, &Leniency::default()).unwrap();
    assert_eq!(
        replace(&groups(), &old, cleaned.attributes).unwrap()["members"],
        json!([{"value": "a", "display": "Other"}])
    );
}

/// The same with the members of all objects the other way round.
fn backwards(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().map(|(name, value)| (name, backwards(value)));
            Value::Object(members.collect::<Vec<_>>().into_iter().rev().collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements.into_iter().map(backwards).collect(),
        simple => simple,
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        "(work|Work|home|true||a@x|A@X)".prop_map(Value::from),
    ];
    let key = "(value|TYPE|type|primary|display|givenName|formatted|\\$ref|x)";
    leaf.prop_recursive(3, 12, 4, move |part| {
        prop_oneof![
            proptest::collection::vec(part.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key, part), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn cleaning_twice_is_cleaning_once(
        members in proptest::collection::vec(
            ("(title|EMAILS|emails|name|active|password|addresses|roles|badge|manager|id|schemas|groups)", value()), 0..6
        ),
        is_lenient in any::<bool>(),
    ) {
        let leniency = if is_lenient { Leniency::all() } else { Leniency::default() };
        let mut body = json!({"schemas": [USER], "userName": "ada"});
        body.as_object_mut().unwrap().extend(members);
        if let Ok(once) = clean(&users(), body, Situation::Create, &leniency) {
            let twice = clean(&users(), once.attributes.clone(), Situation::Create, &Leniency::default()).unwrap();
            prop_assert_eq!(twice.attributes.to_string(), once.attributes.to_string());
            prop_assert_eq!(twice.ignored, Vec::<String>::new());
            let shuffled = backwards(once.attributes.clone()).as_object().cloned().unwrap_or_default();
            let ordered = Value::Object(in_schema_order(&users(), shuffled));
            prop_assert_eq!(ordered.to_string(), once.attributes.to_string());
        }
    }
}
