//! The schemas of the documents by which a service describes itself (RFC 7643 section 8.7.2), with the `pagination` of
//! RFC 9865 section 4. Descriptions are ours, and shorter.

use super::core::{complex, list, reference, schema as named, text};
use super::message;
use super::schema::{Attribute, Kind, Mutability, Schema, Uniqueness};

/// All of them.
pub fn all() -> [Schema; 3] {
    [service_provider_config(), resource_type(), schema()]
}

/// `urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig` (RFC 7643 section 5).
pub fn service_provider_config() -> Schema {
    let supported = || required(flag("supported", "Whether it is."));
    let part = |name, description, subs: Vec<Attribute>| {
        required(complex(name, description, std::iter::once(supported()).chain(subs).collect()))
    };
    let number = |name, description| required(Attribute { kind: Kind::Integer, ..text(name, description) });
    let attributes = vec![
        reference("documentationUri", &["external"], "Where people read about the service."),
        part("patch", "Whether resources can be changed by PATCH.", Vec::new()),
        part(
            "bulk",
            "Whether many operations can go in one request.",
            vec![
                number("maxOperations", "The most operations in one request."),
                number("maxPayloadSize", "The longest request, in bytes."),
            ],
        ),
        part(
            "filter",
            "Whether lists can be filtered.",
            vec![number("maxResults", "The most resources in one answer.")],
        ),
        part("changePassword", "Whether a password can be changed.", Vec::new()),
        part("sort", "Whether lists can be sorted.", Vec::new()),
        part("etag", "Whether resources have versions.", Vec::new()),
        complex(
            "pagination",
            "How lists are paged.",
            vec![
                required(flag("cursor", "Whether by cursor.")),
                required(flag("index", "Whether by startIndex.")),
                Attribute {
                    canonical_values: vec!["cursor".to_owned(), "index".to_owned()],
                    ..text("defaultPaginationMethod", "The way that is taken where neither is asked for.")
                },
                Attribute {
                    kind: Kind::Integer,
                    ..text("defaultPageSize", "The size of a page where none is asked for.")
                },
                Attribute { kind: Kind::Integer, ..text("maxPageSize", "The largest size of a page.") },
                Attribute {
                    kind: Kind::Integer,
                    ..text("cursorTimeout", "For how many seconds a cursor can be used at least.")
                },
            ],
        ),
        required(list(
            "authenticationSchemes",
            "How a client says who it is.",
            vec![
                Attribute {
                    canonical_values: ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"]
                        .map(str::to_owned)
                        .to_vec(),
                    ..required(text("type", "The scheme."))
                },
                required(text("name", "Its name.")),
                required(text("description", "What it is.")),
                reference("specUri", &["external"], "Where it is specified."),
                reference("documentationUri", &["external"], "Where people read about its use."),
                flag("primary", "Whether it is the preferred one; one at most is."),
            ],
        )),
    ];
    let about = "What the service can do.";
    named(
        message::SERVICE_PROVIDER_CONFIG,
        "ServiceProviderConfig",
        about,
        attributes.into_iter().map(read_only).collect(),
    )
}

/// `urn:ietf:params:scim:schemas:core:2.0:ResourceType` (RFC 7643 section 6).
pub fn resource_type() -> Schema {
    let uri = |name, description| required(exact(reference(name, &["uri"], description)));
    let attributes = vec![
        text("id", "The name once more."),
        required(text("name", "The name by which resources and references mean it.")),
        text("description", "What it is."),
        uri("endpoint", "The path of its endpoint below the base, such as '/Users'."),
        uri("schema", "The URI of its core schema."),
        list(
            "schemaExtensions",
            "The extensions of its schema.",
            vec![
                uri("schema", "The URI of the extension."),
                required(flag("required", "Whether a resource must have it.")),
            ],
        ),
    ];
    let about = "A kind of resource and where it is served.";
    named(message::RESOURCE_TYPE, "ResourceType", about, attributes.into_iter().map(read_only).collect())
}

/// `urn:ietf:params:scim:schemas:core:2.0:Schema` (RFC 7643 section 7).
pub fn schema() -> Schema {
    let subs = list("subAttributes", "The parts of a complex attribute.", characteristics());
    let attribute = characteristics().into_iter().chain([subs]).collect();
    let attributes = vec![
        required(Attribute { uniqueness: Uniqueness::Server, ..exact(text("id", "The URI of the schema.")) }),
        text("name", "Its name for people."),
        text("description", "What it describes."),
        required(list("attributes", "The attributes and their characteristics.", attribute)),
    ];
    let about = "The attributes that a resource may have.";
    named(message::SCHEMA, "Schema", about, attributes.into_iter().map(read_only).collect())
}

/// What is said of an attribute, but for its parts.
fn characteristics() -> Vec<Attribute> {
    let word = |name, description, words: &[&str]| Attribute {
        canonical_values: words.iter().map(|word| (*word).to_owned()).collect(),
        ..exact(text(name, description))
    };
    let many = |attribute| Attribute { multi_valued: true, ..attribute };
    let kinds = ["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary", "complex"];
    vec![
        required(exact(text("name", "Its name."))),
        required(word("type", "Its data type.", &kinds)),
        required(flag("multiValued", "Whether it is a list.")),
        text("description", "What it is."),
        flag("required", "Whether a resource must have it."),
        many(exact(text("canonicalValues", "Values that are suggested."))),
        flag("caseExact", "Whether case counts when strings are compared."),
        word("mutability", "Who may set it, and when.", &["readOnly", "readWrite", "immutable", "writeOnly"]),
        word("returned", "When it is sent.", &["always", "never", "default", "request"]),
        word("uniqueness", "Within what no two resources may share a value.", &["none", "server", "global"]),
        many(exact(text("referenceTypes", "What a reference may point to."))),
    ]
}

fn flag(name: &str, description: &str) -> Attribute {
    Attribute { kind: Kind::Boolean, ..text(name, description) }
}

fn required(attribute: Attribute) -> Attribute {
    Attribute { required: true, ..attribute }
}

fn exact(attribute: Attribute) -> Attribute {
    Attribute { case_exact: true, ..attribute }
}

fn read_only(attribute: Attribute) -> Attribute {
    with_mutability(attribute, Mutability::ReadOnly)
}

fn with_mutability(attribute: Attribute, mutability: Mutability) -> Attribute {
    let subs = attribute.sub_attributes.into_iter().map(|sub| with_mutability(sub, mutability)).collect();
    Attribute { mutability, sub_attributes: subs, ..attribute }
}

/// The same attributes as if a client could write them, to hold documents against.
#[cfg(test)]
pub(super) fn writable(attributes: Vec<Attribute>) -> Vec<Attribute> {
    attributes.into_iter().map(|attribute| with_mutability(attribute, Mutability::ReadWrite)).collect()
}
