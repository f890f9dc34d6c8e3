//! The schemas that RFC 7643 itself defines: User, Group and the enterprise extension (sections 4 and 8.7.1).
//!
//! The example in section 8.7.1 contradicts the text in five places. The text holds here:
//! references and binaries are case exact (2.3.6, 2.3.7), and so are sub-attributes that hold an `id` (3.1);
//! a Group's `displayName` is required (4.2); `addresses` have a `primary` and `members` a `display` (2.4, and the
//! examples of 8.4 and of RFC 7644 section 3.5.2). Descriptions are ours, and shorter.

use super::message;
use super::schema::{Attribute, Kind, Mutability, Returned, Schema, Uniqueness};

/// The built-in schema of this URN, whatever its case.
pub fn builtin(urn: &str) -> Option<Schema> {
    [user, group, enterprise_user]
        .into_iter()
        .map(|schema| schema())
        .find(|schema| schema.id.eq_ignore_ascii_case(urn))
}

/// `urn:ietf:params:scim:schemas:core:2.0:User` (RFC 7643 section 4.1).
pub fn user() -> Schema {
    let attributes = vec![
        Attribute {
            required: true,
            uniqueness: Uniqueness::Server,
            ..text("userName", "The name the user signs in with, unique within the service.")
        },
        complex(
            "name",
            "The parts of the user's name.",
            vec![
                text("formatted", "The full name as it is shown, such as 'Ms. Barbara J Jensen, III'."),
                text("familyName", "The family name, such as 'Jensen'."),
                text("givenName", "The given name, such as 'Barbara'."),
                text("middleName", "The middle names, such as 'Jane'."),
                text("honorificPrefix", "What stands before the name, such as 'Ms.'."),
                text("honorificSuffix", "What stands behind the name, such as 'III'."),
            ],
        ),
        text("displayName", "The name of the user as others see it."),
        text("nickName", "The casual way to address the user, such as 'Babs'."),
        reference("profileUrl", &["external"], "A page about the user."),
        text("title", "The user's position, such as 'Vice President'."),
        text("userType", "How the user relates to the organization, such as 'Contractor' or 'Employee'."),
        text("preferredLanguage", "The language the user prefers, such as 'en-US'."),
        text("locale", "Where the user is, for currency, dates and numbers, such as 'en-US'."),
        text("timezone", "The time zone of the user, such as 'America/Los_Angeles'."),
        Attribute::new("active", Kind::Boolean).described("Whether the user may use the service."),
        Attribute {
            mutability: Mutability::WriteOnly,
            returned: Returned::Never,
            ..text("password", "The password to be set; it is never shown.")
        },
        list("emails", "The user's email addresses.", typed("An email address.", &["work", "home", "other"])),
        list(
            "phoneNumbers",
            "The user's phone numbers.",
            typed(
                "A phone number, such as 'tel:+1-201-555-0123'.",
                &["work", "home", "mobile", "fax", "pager", "other"],
            ),
        ),
        list(
            "ims",
            "The user's instant messaging addresses.",
            typed(
                "An instant messaging address.",
                &["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
            ),
        ),
        list(
            "photos",
            "Pictures of the user.",
            vec![
                reference("value", &["external"], "Where the picture is."),
                display(),
                label(&["photo", "thumbnail"]),
                primary(),
            ],
        ),
        list(
            "addresses",
            "The user's postal addresses.",
            vec![
                text("formatted", "The whole address as it is printed, with line breaks."),
                text("streetAddress", "Street, house number and what else belongs to them."),
                text("locality", "The city."),
                text("region", "The state or region."),
                text("postalCode", "The postal code."),
                text("country", "The country."),
                label(&["work", "home", "other"]),
                primary(),
            ],
        ),
        Attribute {
            mutability: Mutability::ReadOnly,
            ..list(
                "groups",
                "The groups that the user belongs to; change the group to change them.",
                vec![
                    id("value", "The id of the group."),
                    reference("$ref", &["User", "Group"], "The URI of the group."),
                    display(),
                    label(&["direct", "indirect"]),
                ]
                .into_iter()
                .map(|sub| Attribute { mutability: Mutability::ReadOnly, ..sub })
                .collect(),
            )
        },
        list("entitlements", "What the user is entitled to.", typed("An entitlement.", &[])),
        list("roles", "What the user is, such as 'Student' or 'Faculty'.", typed("A role.", &[])),
        list(
            "x509Certificates",
            "The user's certificates.",
            vec![
                Attribute::new("value", Kind::Binary).described("A certificate."),
                display(),
                label(&[]),
                primary(),
            ],
        ),
    ];
    schema(message::USER, "User", "User Account", attributes)
}

/// `urn:ietf:params:scim:schemas:core:2.0:Group` (RFC 7643 section 4.2).
pub fn group() -> Schema {
    let members = vec![
        id("value", "The id of the member."),
        reference("$ref", &["User", "Group"], "The URI of the member."),
        Attribute { mutability: Mutability::ReadOnly, ..display() },
        label(&["User", "Group"]),
    ];
    let members =
        members.into_iter().map(|sub| Attribute { mutability: Mutability::Immutable, ..sub }).collect();
    let attributes = vec![
        Attribute { required: true, ..text("displayName", "The name of the group as people see it.") },
        list("members", "Who belongs to the group.", members),
    ];
    schema(message::GROUP, "Group", "Group", attributes)
}

/// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User` (RFC 7643 section 4.3).
pub fn enterprise_user() -> Schema {
    let attributes = vec![
        text("employeeNumber", "What the organization identifies the person by."),
        text("costCenter", "The name of the cost center."),
        text("organization", "The name of the organization."),
        text("division", "The name of the division."),
        text("department", "The name of the department."),
        complex(
            "manager",
            "The user's manager.",
            vec![
                id("value", "The id of the manager."),
                reference("$ref", &["User"], "The URI of the manager."),
                Attribute {
                    mutability: Mutability::ReadOnly,
                    ..text("displayName", "The manager's displayName.")
                },
            ],
        ),
    ];
    schema(message::ENTERPRISE_USER, "EnterpriseUser", "Enterprise User", attributes)
}

impl Attribute {
    fn described(self, description: &str) -> Attribute {
        Attribute { description: description.to_string(), ..self }
    }
}

pub(super) fn schema(id: &str, name: &str, description: &str, attributes: Vec<Attribute>) -> Schema {
    Schema { id: id.to_string(), name: name.to_string(), description: description.to_string(), attributes }
}

pub(super) fn text(name: &str, description: &str) -> Attribute {
    Attribute::new(name, Kind::String).described(description)
}

fn id(name: &str, description: &str) -> Attribute {
    Attribute { case_exact: true, ..text(name, description) }
}

pub(super) fn reference(name: &str, types: &[&str], description: &str) -> Attribute {
    Attribute {
        reference_types: words(types),
        ..Attribute::new(name, Kind::Reference).described(description)
    }
}

pub(super) fn complex(name: &str, description: &str, sub_attributes: Vec<Attribute>) -> Attribute {
    Attribute { sub_attributes, ..Attribute::new(name, Kind::Complex).described(description) }
}

pub(super) fn list(name: &str, description: &str, sub_attributes: Vec<Attribute>) -> Attribute {
    Attribute { multi_valued: true, ..complex(name, description, sub_attributes) }
}

/// The usual sub-attributes of a list (RFC 7643 section 2.4).
fn typed(value: &str, types: &[&str]) -> Vec<Attribute> {
    vec![text("value", value), display(), label(types), primary()]
}

fn display() -> Attribute {
    text("display", "What it is shown as.")
}

fn label(types: &[&str]) -> Attribute {
    Attribute { canonical_values: words(types), ..text("type", "What it is for.") }
}

fn primary() -> Attribute {
    Attribute::new("primary", Kind::Boolean).described("Whether it is the preferred one; one at most is.")
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
