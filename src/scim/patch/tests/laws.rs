//! What holds for every PATCH.

use super::{apply, babs, users};
use crate::scim::leniency::Leniency;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use serde_json::{Value, json};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        "(work|home|True||b@example.com|x)".prop_map(Value::from),
    ];
    let key = "(value|type|primary|display|givenName|userName|title|emails|name|id|active|manager|\\$ref)";
    leaf.prop_recursive(3, 12, 3, move |part| {
        prop_oneof![
            proptest::collection::vec(part.clone(), 0..3).prop_map(Value::from),
            proptest::collection::vec((key, part), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn operation() -> impl Strategy<Value = Value> {
    let path = prop_oneof![
        Just(None),
        proptest::sample::select(vec![
            "title",
            "userName",
            "name",
            "name.givenName",
            "emails",
            "emails.type",
            "emails[type eq \"work\"]",
            "emails[type eq \"other\"].value",
            "emails[primary eq true].primary",
            "badge",
            "tags",
            "id",
            "active",
            "manager",
            "manager.value",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "addresses",
            "tags[value eq \"x\"]",
            "shoeSize",
        ])
        .prop_map(Some),
    ];
    (proptest::sample::select(vec!["add", "remove", "replace"]), path, value()).prop_map(
        |(op, path, value)| {
            let mut operation = json!({"op": op, "value": value});
            if let Some(path) = path {
                operation["path"] = json!(path);
            }
            operation
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_patch_does_all_or_nothing_and_tells_whether_it_did(
        operations in proptest::collection::vec(operation(), 1..5),
        is_lenient in any::<bool>(),
    ) {
        let leniency = if is_lenient { Leniency::all() } else { Leniency::default() };
        let mut resource = babs();
        match apply(&users(), &mut resource, &json!(operations), &leniency) {
            Err(_) => prop_assert_eq!(resource, babs()),
            Ok(applied) => {
                prop_assert_eq!(applied.changed, resource != babs());
                prop_assert_eq!(&resource["id"], &babs()["id"]);
                prop_assert!(resource["userName"].as_str().is_some_and(|name| !name.is_empty()));
                let primaries = resource["emails"].as_array().into_iter().flatten().filter(|email| email["primary"] == true);
                prop_assert!(primaries.count() <= 1, "{}", resource);
                let empty = |value: &Value| value.is_null() || *value == json!([]) || *value == json!({});
                prop_assert!(!resource.as_object().into_iter().flatten().any(|(_, value)| empty(value)), "{}", resource);
            }
        }
    }
}
