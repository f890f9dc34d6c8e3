//! Schemas: which attributes a resource has, and how each behaves (RFC 7643 sections 2, 3 and 7).
//!
//! **Invariant:** this is description only. It knows no resource, no value and no client.

use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::message;
use super::path::AttrPath;

/// An attribute and its characteristics (RFC 7643 section 2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The name in its canonical spelling; comparing ignores case.
    pub name: String,
    /// The data type.
    pub kind: Kind,
    /// A list of values.
    pub multi_valued: bool,
    /// Must always have a value.
    pub required: bool,
    /// Suggested values; they are described, not enforced (RFC 7643 section 7 leaves that to the service).
    pub canonical_values: Vec<String>,
    /// Whether case matters when strings are compared. References and binaries are always exact, whatever stands here
    /// (RFC 7643 sections 2.3.6 and 2.3.7).
    pub case_exact: bool,
    /// Who may set it, and when.
    pub mutability: Mutability,
    /// When it is sent.
    pub returned: Returned,
    /// Within what no two resources may share a value. Whoever keeps the resources enforces it.
    pub uniqueness: Uniqueness,
    /// What a reference may point to: names of resource types, `external`, `uri`.
    pub reference_types: Vec<String>,
    /// A sentence or two for people.
    pub description: String,
    /// The parts of a complex attribute.
    pub sub_attributes: Vec<Attribute>,
}

impl Attribute {
    /// An attribute with the characteristics that RFC 7643 section 2.2 gives where nothing is said.
    pub fn new(name: &str, kind: Kind) -> Attribute {
        Attribute {
            name: name.to_string(),
            kind,
            multi_valued: false,
            required: false,
            canonical_values: Vec::new(),
            case_exact: matches!(kind, Kind::Reference | Kind::Binary),
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            reference_types: Vec::new(),
            description: String::new(),
            sub_attributes: Vec::new(),
        }
    }

    /// The sub-attribute of this name, in any case.
    pub fn sub(&self, name: &str) -> Option<&Attribute> {
        named(&self.sub_attributes, name)
    }

    /// Whether two strings that differ in case differ.
    pub fn is_case_exact(&self) -> bool {
        self.case_exact || matches!(self.kind, Kind::Reference | Kind::Binary)
    }

    fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("name".into(), json!(self.name));
        json.insert("type".into(), json!(self.kind.as_str()));
        if self.kind == Kind::Complex {
            let subs = self.sub_attributes.iter().map(Attribute::to_json).collect();
            json.insert("subAttributes".into(), Value::Array(subs));
        }
        json.insert("multiValued".into(), json!(self.multi_valued));
        if !self.description.is_empty() {
            json.insert("description".into(), json!(self.description));
        }
        json.insert("required".into(), json!(self.required));
        if !self.canonical_values.is_empty() {
            json.insert("canonicalValues".into(), json!(self.canonical_values));
        }
        json.insert("caseExact".into(), json!(self.is_case_exact()));
        json.insert("mutability".into(), json!(self.mutability.as_str()));
        json.insert("returned".into(), json!(self.returned.as_str()));
        json.insert("uniqueness".into(), json!(self.uniqueness.as_str()));
        if self.kind == Kind::Reference && !self.reference_types.is_empty() {
            json.insert("referenceTypes".into(), json!(self.reference_types));
        }
        Value::Object(json)
    }
}

/// Writes an enum whose variants are words of the RFC, with `as_str` and `parse`.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// The RFC's word.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// What the RFC's word means; `None` for any other word.
            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// The data types (RFC 7643 section 2.3).
    Kind {
        /// Text.
        String = "string",
        /// `true` or `false`.
        Boolean = "boolean",
        /// A number.
        Decimal = "decimal",
        /// A whole number.
        Integer = "integer",
        /// A date and a time (xsd:dateTime) as a string.
        DateTime = "dateTime",
        /// A URI as a string.
        Reference = "reference",
        /// Base64 as a string.
        Binary = "binary",
        /// An object of simple attributes.
        Complex = "complex",
    }
}

words! {
    /// Who may set an attribute, and when (RFC 7643 section 7).
    Mutability {
        /// The service alone sets it.
        ReadOnly = "readOnly",
        /// Clients may change it at any time.
        ReadWrite = "readWrite",
        /// Clients may set it once.
        Immutable = "immutable",
        /// Clients may set it, and nobody may read it.
        WriteOnly = "writeOnly",
    }
}

words! {
    /// When an attribute is sent (RFC 7643 section 7).
    Returned {
        /// In every representation.
        Always = "always",
        /// In none.
        Never = "never",
        /// Unless the client names others, or excludes it.
        Default = "default",
        /// Only when the client names it.
        Request = "request",
    }
}

words! {
    /// Within what a value is unique (RFC 7643 section 7).
    Uniqueness {
        /// Nowhere.
        None = "none",
        /// Within the service.
        Server = "server",
        /// Everywhere.
        Global = "global",
    }
}

/// A named set of attributes, as `/Schemas` lists them (RFC 7643 section 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// A short name for people.
    pub name: String,
    /// A sentence for people.
    pub description: String,
    /// The attributes, in the order in which resources are written.
    pub attributes: Vec<Attribute>,
}

impl Schema {
    /// The entry of `/Schemas` (RFC 7643 section 8.7.1), without the `meta` that only its server can add.
    pub fn to_json(&self) -> Value {
        let mut json = Map::new();
        json.insert("schemas".into(), json!([message::SCHEMA]));
        json.insert("id".into(), json!(self.id));
        json.insert("name".into(), json!(self.name));
        if !self.description.is_empty() {
            json.insert("description".into(), json!(self.description));
        }
        json.insert("attributes".into(), self.attributes.iter().map(Attribute::to_json).collect());
        Value::Object(json)
    }
}

/// Everything a resource of one type may have: a core schema, extensions, and the common attributes `schemas`, `id`,
/// `externalId` and `meta` (RFC 7643 section 3.1), which are always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSchema {
    /// The base schema. It may define a common attribute anew, for example to make `externalId` required; its
    /// definition then holds. (RFC 7643 section 3.1 would have the common one hold; real services differ.)
    pub core: Schema,
    /// The extensions, whose attributes live in an object under their URN.
    pub extensions: Vec<Schema>,
}

/// An attribute that a path named, and where it lives. `Display` writes it in canonical attribute notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// The URN of the extension under whose object it lives; `None` for a core or common attribute.
    pub schema: Option<&'a str>,
    /// The attribute.
    pub attribute: &'a Attribute,
    /// Its sub-attribute, if the path named one.
    pub sub: Option<&'a Attribute>,
}

impl<'a> Found<'a> {
    /// The sub-attribute if one was named, else the attribute.
    pub fn leaf(&self) -> &'a Attribute {
        self.sub.unwrap_or(self.attribute)
    }

    /// The same attribute with this sub-attribute of it.
    pub fn with_sub(self, sub: &'a Attribute) -> Found<'a> {
        Found { sub: Some(sub), ..self }
    }
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = self.schema {
            write!(f, "{urn}:")?;
        }
        f.write_str(&self.attribute.name)?;
        match self.sub {
            Some(sub) => write!(f, ".{}", sub.name),
            None => Ok(()),
        }
    }
}

impl ResourceSchema {
    /// The attribute that `path` names, whatever its case. A path without a URN is looked up in the core schema, among
    /// the common attributes, and at last in the extensions (a URN there is a SHOULD, RFC 7644 section 3.10).
    pub fn find(&self, path: &AttrPath) -> Option<Found<'_>> {
        let found = match path.urn.as_deref() {
            None => self.core_attribute(&path.name).or_else(|| {
                self.extensions.iter().find_map(|extension| extension_attribute(extension, &path.name))
            }),
            Some(urn) if urn.eq_ignore_ascii_case(&self.core.id) => self.core_attribute(&path.name),
            Some(urn) => self.extension(urn).and_then(|extension| extension_attribute(extension, &path.name)),
        }?;
        match &path.sub {
            None => Some(found),
            Some(sub) => found.attribute.sub(sub).map(|sub| found.with_sub(sub)),
        }
    }

    /// The extension of this URN, whatever its case.
    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.extensions.iter().find(|extension| extension.id.eq_ignore_ascii_case(urn))
    }

    /// The extension that the whole of `path` names, as in the filter `urn:…:enterprise:2.0:User pr`.
    pub fn whole_extension(&self, path: &AttrPath) -> Option<&Schema> {
        path.urn.as_ref()?;
        self.extensions.iter().find(|extension| path.spells(&extension.id))
    }

    /// The attributes that live at the top of a resource in the order in which they are written: the common ones that
    /// come first, the core's, and `meta`.
    pub fn top_attributes(&self) -> impl Iterator<Item = &Attribute> {
        let common = |attribute: &&Attribute| named(&self.core.attributes, &attribute.name).is_none();
        let (first, last) = COMMON.split_at(COMMON.len() - 1);
        first.iter().filter(common).chain(&self.core.attributes).chain(last.iter().filter(common))
    }

    /// The core or common attribute of this name, whatever its case.
    pub fn core_attribute(&self, name: &str) -> Option<Found<'_>> {
        let attribute = named(&self.core.attributes, name).or_else(|| named(&*COMMON, name))?;
        Some(Found { schema: None, attribute, sub: None })
    }
}

/// The attribute of this name that `extension` defines.
pub(super) fn extension_attribute<'a>(extension: &'a Schema, name: &str) -> Option<Found<'a>> {
    let attribute = named(&extension.attributes, name)?;
    Some(Found { schema: Some(&extension.id), attribute, sub: None })
}

fn named<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// RFC 7643 sections 3 and 3.1. `schemas` is readOnly here: it follows from what the resource holds.
static COMMON: LazyLock<[Attribute; 4]> = LazyLock::new(|| {
    let read_only = |name, kind| Attribute { mutability: Mutability::ReadOnly, ..Attribute::new(name, kind) };
    let uri = vec!["uri".to_string()];
    [
        Attribute {
            multi_valued: true,
            required: true,
            returned: Returned::Always,
            reference_types: uri.clone(),
            ..read_only("schemas", Kind::Reference)
        },
        Attribute {
            case_exact: true,
            returned: Returned::Always,
            uniqueness: Uniqueness::Server,
            ..read_only("id", Kind::String)
        },
        Attribute { case_exact: true, ..Attribute::new("externalId", Kind::String) },
        Attribute {
            sub_attributes: vec![
                Attribute { case_exact: true, ..read_only("resourceType", Kind::String) },
                read_only("created", Kind::DateTime),
                read_only("lastModified", Kind::DateTime),
                Attribute { reference_types: uri, ..read_only("location", Kind::Reference) },
                Attribute { case_exact: true, ..read_only("version", Kind::String) },
            ],
            ..read_only("meta", Kind::Complex)
        },
    ]
});

#[cfg(test)]
mod tests;
