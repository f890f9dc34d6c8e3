#![expect(clippy::needless_pass_by_value, reason = "tables read better without borrows")]

use super::Projection;
use crate::scim::core::{enterprise_user, user};
use crate::scim::schema::{Attribute, Kind, ResourceSchema, Returned, Schema};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, proptest};
use serde_json::{Map, Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn schema() -> ResourceSchema {
    let mut core = user();
    for (name, returned) in
        [("always", Returned::Always), ("never", Returned::Never), ("request", Returned::Request)]
    {
        core.attributes.push(Attribute { returned, ..Attribute::new(name, Kind::String) });
    }
    let emails = core.attributes.iter_mut().find(|attribute| attribute.name == "emails").unwrap();
    emails.sub_attributes[0].returned = Returned::Always;
    emails.sub_attributes[1].returned = Returned::Request;
    ResourceSchema { core, extensions: vec![enterprise_user()] }
}

fn resource() -> Value {
    json!({"schemas": ["s"], "id": "1", "userName": "ada", "name": {"familyName": "Byron", "givenName": "Ada"},
        "password": "x", "always": "a", "never": "n", "request": "r", "inner": "i",
        "emails": [{"value": "a@x", "type": "work", "display": "A"}, {"value": "b@x"}],
        ENTERPRISE: {"division": "D", "manager": {"value": "m", "displayName": "Max"}},
        "meta": {"resourceType": "User", "version": "1"}})
}

/// Compares all but `schemas`, `id` and `always`, which must be there.
#[track_caller]
fn check(attributes: Option<&str>, excluded: Option<&str>, expected: Value) {
    let projection = Projection::new(attributes, excluded).unwrap();
    let mut projected = resource();
    projection.apply(&schema(), &mut projected);
    let object = projected.as_object_mut().unwrap();
    assert_eq!(object.shift_remove("schemas"), Some(json!(["s"])));
    assert_eq!(object.shift_remove("id"), Some(json!("1")));
    assert_eq!(object.shift_remove("always"), Some(json!("a")));
    assert_eq!(projected.to_string(), expected.to_string(), "{attributes:?} {excluded:?}");
}

#[test]
fn by_default_everything_but_never_and_request_is_sent() {
    let usual = json!({"userName": "ada", "name": {"familyName": "Byron", "givenName": "Ada"},
        "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}],
        ENTERPRISE: {"division": "D", "manager": {"value": "m", "displayName": "Max"}},
        "meta": {"resourceType": "User", "version": "1"}});
    check(None, None, usual.clone());
    check(Some(""), Some(" , "), usual);
}

// RFC 7644 section 3.9.
#[test]
fn attributes_name_what_is_sent() {
    check(Some("userName"), None, json!({"userName": "ada"}));
    check(Some("USERNAME, name.GivenName"), None, json!({"userName": "ada", "name": {"givenName": "Ada"}}));
    check(
        Some("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName"),
        None,
        json!({"name": {"givenName": "Ada"}}),
    );
    check(Some("never,password,inner,shoeSize"), None, json!({}));
    check(Some("request"), None, json!({"request": "r"}));
    check(Some("emails.type"), None, json!({"emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}]}));
    check(Some("emails"), None, json!({"emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}]}));
    check(
        Some("emails.display"),
        None,
        json!({"emails": [{"value": "a@x", "display": "A"}, {"value": "b@x"}]}),
    );
    check(Some("meta.version"), None, json!({"meta": {"version": "1"}}));
    check(Some("title"), None, json!({}));
}

#[test]
fn attributes_of_an_extension_are_named_by_its_urn() {
    let manager = json!({ENTERPRISE: {"manager": {"value": "m"}}});
    check(Some(&format!("{ENTERPRISE}:manager.value")), None, manager.clone());
    check(Some("manager.value"), None, manager);
    check(Some(&ENTERPRISE.to_uppercase()), None, json!({ENTERPRISE: resource()[ENTERPRISE]}));
    check(Some(&format!("{ENTERPRISE}:costCenter")), None, json!({}));
    let without = |excluded: &str, expected: Value| {
        let mut projected = resource();
        Projection::new(None, Some(excluded)).unwrap().apply(&schema(), &mut projected);
        assert_eq!(projected.get(ENTERPRISE).unwrap_or(&Value::Null), &expected);
    };
    without(ENTERPRISE, Value::Null);
    without(&format!("{ENTERPRISE}:manager"), json!({"division": "D"}));
    without(&format!("{ENTERPRISE}:manager.displayName,division"), json!({"manager": {"value": "m"}}));
    without(&format!("{ENTERPRISE}:userName"), resource()[ENTERPRISE].clone());
}

#[test]
fn excluded_attributes_are_absent() {
    check(
        None,
        Some(
            "EMAILS,meta,name.familyName,id,always,schemas,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ),
        json!({"userName": "ada", "name": {"givenName": "Ada"}}),
    );
    check(
        None,
        Some("userName,name,meta,emails.value,emails.type,manager,division"),
        json!({"emails": [{"value": "a@x"}, {"value": "b@x"}]}),
    );
    check(None, Some("name.familyName,name.givenName,userName,meta,emails,division,manager"), json!({}));
}

#[test]
fn a_wish_that_makes_no_sense_is_refused() {
    let check = |attributes, excluded, message: &str| {
        assert_eq!(Projection::new(attributes, excluded).unwrap_err().to_string(), message);
    };
    check(Some("a"), Some("b"), "400 invalidValue: `attributes` and `excludedAttributes` exclude each other");
    check(
        Some("a,b[c pr]"),
        None,
        "400 invalidValue: `b[c pr]` is no attribute: at 1: an attribute name has letters, digits, `-`, `_` and `$` only",
    );
}

const RETURNED: [(&str, Returned); 4] = [
    ("always", Returned::Always),
    ("default", Returned::Default),
    ("request", Returned::Request),
    ("never", Returned::Never),
];

const HR: &str = "urn:example:2.0:Hr";

/// Attributes of every `returned` with parts of every `returned`: one text, one complex value and one list of each.
fn every_returned() -> Vec<Attribute> {
    let part =
        |(name, returned): (&str, Returned)| Attribute { returned, ..Attribute::new(name, Kind::String) };
    let whole = |(name, returned): (&str, Returned)| {
        let complex = |name: String, multi_valued| Attribute {
            returned,
            multi_valued,
            sub_attributes: RETURNED.map(part).to_vec(),
            ..Attribute::new(&name, Kind::Complex)
        };
        [part((name, returned)), complex(format!("{name}Box"), false), complex(format!("{name}List"), true)]
    };
    RETURNED.into_iter().flat_map(whole).collect()
}

/// A value for each of them: a text is the word of its own `returned`, or `never` where that is what its parent is.
fn values_of(attributes: &[Attribute]) -> Map<String, Value> {
    let value = |attribute: &Attribute| {
        let word = |own: &str| Value::from(if attribute.returned == Returned::Never { "never" } else { own });
        let parts = attribute.sub_attributes.iter().map(|sub| (sub.name.clone(), word(&sub.name)));
        match (attribute.kind, attribute.multi_valued) {
            (Kind::Complex, true) => json!([Value::Object(parts.collect())]),
            (Kind::Complex, false) => Value::Object(parts.collect()),
            _ => word(&attribute.name),
        }
    };
    attributes.iter().map(|attribute| (attribute.name.clone(), value(attribute))).collect()
}

/// The name of an attribute, of one of its parts, of the extension, or of nothing; in any case.
fn wished() -> impl Strategy<Value = String> {
    let names = every_returned().into_iter().flat_map(|attribute| {
        let subs = attribute.sub_attributes.iter().map(|sub| format!("{}.{}", attribute.name, sub.name));
        subs.chain([attribute.name.clone()]).collect::<Vec<_>>()
    });
    let names = names.flat_map(|name| [format!("{HR}:{name}"), format!("urn:example:2.0:Core:{name}"), name]);
    let names: Vec<String> = names.chain([HR.to_owned(), "nobody".to_owned(), "id".to_owned()]).collect();
    let cased = |(name, upper): (String, bool)| if upper { name.to_ascii_uppercase() } else { name };
    (proptest::sample::select(names), any::<bool>()).prop_map(cased)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_wish_brings_out_what_is_never_returned_or_drops_what_always_is(
        wishes in proptest::collection::vec(wished(), 0..5),
        excludes in any::<bool>(),
    ) {
        let of = |id: &str| Schema {
            id: id.to_owned(), name: id.to_owned(), description: String::new(), attributes: every_returned(),
        };
        let schema = ResourceSchema { core: of("urn:example:2.0:Core"), extensions: vec![of(HR)] };
        let mut resource = values_of(&every_returned());
        resource.insert(HR.to_owned(), Value::Object(values_of(&every_returned())));
        let mut resource = Value::Object(resource);
        let list = wishes.join(",");
        let (only, without) = if excludes { (None, Some(&*list)) } else { (Some(&*list), None) };
        Projection::new(only, without).unwrap().apply(&schema, &mut resource);
        let text = resource.to_string();
        prop_assert!(!text.contains("never"), "{list}: {text}");
        let named = |what: &str| wishes.iter().any(|wish| wish.to_ascii_lowercase().contains(what));
        prop_assert!(!text.contains("request") || !excludes && (named("request") || named("hr")), "{list}: {text}");
        for always in [&resource["always"], &resource["alwaysBox"]["always"], &resource["alwaysList"][0]["always"], &resource[HR]["always"]] {
            prop_assert!(*always == "always", "{list}: {text}");
        }
    }
}
