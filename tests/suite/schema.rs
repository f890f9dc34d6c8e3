//! The JSON Schema, held against an independent validator.

use serde_json::{Value, json};
use standin::profile::files;
use standin::profile::grammar::table_mistakes;
use standin::profile::keys::PROFILE;
use standin::profile::node::parse;
use standin::profile::schema_json::{json_schema, json_schema_of_change};
use standin::profile::source::Source;

use crate::support::{files_in, source};

fn schema() -> Value {
    json_schema(&PROFILE, "A vendor's profile")
}

fn as_json(source: &std::sync::Arc<Source>) -> Value {
    let mut mistakes = Vec::new();
    let tree =
        parse(source, &mut mistakes).unwrap_or_else(|| panic!("{} is no YAML: {mistakes:?}", source.name));
    tree.to_json()
}

fn complaints(schema: &Value, value: &Value) -> Vec<String> {
    let validator = jsonschema::draft7::new(schema).expect("it is a schema");
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_table_of_keys_is_in_order() {
    assert_eq!(table_mistakes(&PROFILE), Vec::<String>::new());
}

#[test]
fn the_schema_is_one_and_every_profile_follows_it() {
    assert!(jsonschema::draft7::meta::is_valid(&schema()));
    let made_up = files_in("tests/vendors", ".yaml").into_iter().map(|path| source(&path));
    for source in files::built_in().into_iter().chain(made_up) {
        assert_eq!(complaints(&schema(), &as_json(&source)), Vec::<String>::new(), "{}", source.name);
    }
}

#[test]
fn a_file_that_extends_another_follows_the_schema_of_changes() {
    let schema = json_schema_of_change(&PROFILE, "A change of a vendor's profile");
    for path in files_in("profiles/overlays", ".yaml") {
        assert_eq!(complaints(&schema, &as_json(&source(&path))), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let whole = as_json(&source(std::path::Path::new("tests/vendors/rookery.yaml")));
    let check = |pointer: &str, wrong: Value| {
        let mut broken = whole.clone();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let home = broken.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is there");
        match wrong {
            Value::Null => home.remove(key),
            wrong => home.insert(key.to_owned(), wrong),
        };
        assert_ne!(complaints(&schema(), &broken), Vec::<String>::new(), "{pointer}");
    };
    check("/vendor", Value::Null);
    check("/standin", json!(2));
    check("/vender", json!("rookery"));
    check("/apis/directory/kind", json!("soap"));
    check("/apis/directory/base", Value::Null);
    check("/apis/directory/paging/max", json!("many"));
    check("/apis/directory/paging/default", json!(0));
    check("/apis/token/token/expires", json!("15 minutes"));
    check("/apis/directory/operations/list_people/filters/q/match", json!("regex"));
    check("/records/person/fields/badge/multi_valued", json!("no"));
    check("/facts/rookery.1/mark", json!("known"));
    check("/facts/rookery.1/fixes", json!("apis"));
    check("/errors/faults/immutable/status", json!(200));
}
