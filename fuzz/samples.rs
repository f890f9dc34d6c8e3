//! A kind of resource with every type and mutability, and one such resource, as [`clean`] leaves it.

#![allow(dead_code, reason = "each target uses a part")]

use serde_json::{Value, json};
use standin::scim::ResourceSchema;
use standin::scim::core::{enterprise_user, user as core_user};
use standin::scim::schema::{Attribute, Kind, Mutability, Returned};

/// RFC 7643's User with the enterprise extension, and attributes of the types and mutabilities that it lacks.
pub fn users() -> ResourceSchema {
    let mut core = core_user();
    let text = |name| Attribute::new(name, Kind::String);
    core.attributes.extend([
        Attribute { mutability: Mutability::Immutable, ..text("badge") },
        Attribute { mutability: Mutability::ReadOnly, ..text("score") },
        Attribute { mutability: Mutability::WriteOnly, returned: Returned::Never, ..text("pin") },
        Attribute { multi_valued: true, ..text("tags") },
        Attribute::new("shoes", Kind::Integer),
        Attribute::new("height", Kind::Decimal),
        Attribute::new("born", Kind::DateTime),
    ]);
    ResourceSchema { core, extensions: vec![enterprise_user()] }
}

/// One of them.
pub fn user() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "id": "2819c223", "externalId": "BJ-1", "userName": "bjensen", "displayName": "Größe 42",
        "name": {"familyName": "O'Malley", "givenName": "Barbara"},
        "title": "Guide", "active": true, "badge": "B1", "score": "high", "pin": "1234", "tags": ["Red", "blue"],
        "shoes": 41, "height": 1.75, "born": "1990-02-03T04:05:06.500+02:00",
        "emails": [{"value": "b@example.com", "type": "work", "primary": true},
                   {"value": "babs@jensen.org", "type": "home"}],
        "addresses": [{"type": "work", "locality": "Hollywood"}],
        "groups": [{"value": "g1", "display": "Guides"}],
        "x509Certificates": [{"value": "MIIDQzCC"}],
        "meta": {"resourceType": "User", "lastModified": "2011-05-13T04:42:34Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
            {"employeeNumber": "701984", "manager": {"value": "26118915", "displayName": "John Smith"}}
    })
}
