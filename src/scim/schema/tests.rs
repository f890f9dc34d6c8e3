use super::{Attribute, Kind, Mutability, ResourceSchema, Returned, Uniqueness};
use crate::scim::core::{builtin, enterprise_user, group, user};
use crate::scim::path::AttrPath;
use serde_json::json;

fn schema() -> ResourceSchema {
    ResourceSchema { core: user(), extensions: vec![enterprise_user()] }
}

#[test]
fn attributes_are_found_in_any_case_with_or_without_their_urn() {
    let schema = schema();
    let check = |path: &str, found: Option<&str>| {
        let path = AttrPath::parse(path).unwrap();
        assert_eq!(schema.find(&path).map(|found| found.to_string()).as_deref(), found, "{path}");
    };
    const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
    check("USERNAME", Some("userName"));
    check("Name.FAMILYname", Some("name.familyName"));
    check("urn:ietf:params:scim:schemas:core:2.0:user:USERNAME", Some("userName"));
    check("urn:ietf:params:scim:schemas:core:2.0:User:meta.lastModified", Some("meta.lastModified"));
    check("URN:IETF:params:scim:schemas:extension:enterprise:2.0:User:Manager.Value", Some(MANAGER));
    check("manager.value", Some(MANAGER));
    check("ID", Some("id"));
    check("externalid", Some("externalId"));
    check("meta", Some("meta"));
    check("schemas", Some("schemas"));
    check("shoeSize", None);
    check("name.shoeSize", None);
    check("userName.value", None);
    check("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName", None);
    check("urn:example:2.0:Nobody:userName", None);
    check("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", None);
}

#[test]
fn a_urn_alone_names_its_extension() {
    let schema = schema();
    let check = |path: &str, found: bool| {
        assert_eq!(schema.whole_extension(&AttrPath::parse(path).unwrap()).is_some(), found, "{path}");
    };
    check("urn:ietf:params:scim:schemas:extension:Enterprise:2.0:user", true);
    check("urn:ietf:params:scim:schemas:core:2.0:User", false);
    check("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", false);
    check("User", false);
}

#[test]
fn the_definition_of_the_core_schema_holds_over_the_common_one() {
    let mut schema = schema();
    let external_id = Attribute { required: true, ..Attribute::new("externalId", Kind::String) };
    schema.core.attributes.push(external_id);
    assert!(schema.find(&AttrPath::of("externalid")).unwrap().attribute.required);
    let names: Vec<_> = schema.top_attributes().map(|attribute| attribute.name.as_str()).collect();
    assert_eq!(names.iter().filter(|name| **name == "externalId").count(), 1);
    assert_eq!((names.first(), names.last()), (Some(&"schemas"), Some(&"meta")));
}

#[test]
fn a_word_and_its_meaning_belong_together() {
    for kind in ["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"] {
        assert_eq!(Kind::parse(kind).map(Kind::as_str), Some(kind));
    }
    for mutability in ["readOnly", "readWrite", "immutable", "writeOnly"] {
        assert_eq!(Mutability::parse(mutability).map(Mutability::as_str), Some(mutability));
    }
    for returned in ["always", "never", "default", "request"] {
        assert_eq!(Returned::parse(returned).map(Returned::as_str), Some(returned));
    }
    for uniqueness in ["none", "server", "global"] {
        assert_eq!(Uniqueness::parse(uniqueness).map(Uniqueness::as_str), Some(uniqueness));
    }
    assert_eq!(Kind::parse("String"), None);
}

// RFC 7643 sections 7 and 8.7.1.
#[test]
fn a_schema_is_written_as_the_rfc_has_it() {
    let user = user().to_json();
    assert_eq!(user["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"]));
    assert_eq!(user["id"], "urn:ietf:params:scim:schemas:core:2.0:User");
    let attribute = |name: &str| {
        user["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|attribute| attribute["name"] == name)
            .unwrap()
            .clone()
    };
    let user_name = json!({"name": "userName", "type": "string", "multiValued": false,
        "description": "The name the user signs in with, unique within the service.", "required": true,
        "caseExact": false, "mutability": "readWrite", "returned": "default", "uniqueness": "server"});
    assert_eq!(attribute("userName"), user_name);
    assert_eq!(attribute("active")["type"], "boolean");
    assert_eq!(attribute("password")["mutability"], "writeOnly");
    assert_eq!(attribute("password")["returned"], "never");
    assert_eq!(attribute("profileUrl")["referenceTypes"], json!(["external"]));
    assert_eq!(attribute("emails")["subAttributes"][2]["canonicalValues"], json!(["work", "home", "other"]));
    assert_eq!(attribute("groups")["mutability"], "readOnly");
    assert_eq!(user["attributes"].as_array().unwrap().len(), 21);
}

#[test]
fn the_built_in_schemas_are_found_by_urn() {
    for schema in [user(), group(), enterprise_user()] {
        assert_eq!(builtin(&schema.id.to_uppercase()), Some(schema));
    }
    assert_eq!(builtin("urn:example:2.0:Nobody"), None);
}
