//! What a service forgives its clients beyond the letter of RFC 7644.

/// Each field is one tolerance; all are off by default, which is the RFC.
///
/// They are generic on purpose: every one has been seen with more than one client or service, none names any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leniency {
    /// `op` may be written in any case: `Add`, `REPLACE`.
    pub op_case: bool,
    /// A boolean may be the string `true` or `false` in any case, in a value and in the filter of a PATCH path.
    pub string_booleans: bool,
    /// A `replace` whose value path matches no element makes one that satisfies the filter, instead of `noTarget`.
    pub create_on_value_path: bool,
    /// A `remove` of a multi-valued attribute that has a `value` removes the elements listed there. Without this it
    /// is an `invalidValue`: the RFC's letter would remove every element, which no such client means.
    pub members_by_value: bool,
    /// The keys of a PATCH value without a path may be whole paths: `name.givenName`, `urn:…:User:employeeNumber`.
    pub dotted_keys: bool,
    /// Attributes and schemas that nobody defined are left out instead of refused.
    pub ignore_unknown: bool,
    /// A PATCH of a readOnly attribute is left out instead of refused.
    pub ignore_read_only: bool,
    /// A value may come in a neighbouring shape: an array of one for a single-valued attribute, one value for a
    /// multi-valued attribute, a simple value `v` for a complex attribute that has a `value` (meaning
    /// `{"value": v}`), `{"value": ""}` for an unassigned complex attribute, and several `primary` elements, of which
    /// the first counts.
    pub loose_shapes: bool,
    /// The body may come without `schemas`, or with ones that do not name its schema.
    pub schemas_optional: bool,
    /// `schemas` may name the schema of a resource as SCIM 1.1 and the drafts of 2.0 did, for every type of resource
    /// alike: `urn:scim:schemas:core:1.0`, `urn:scim:schemas:core:2.0`.
    pub old_schemas: bool,
}

impl Leniency {
    /// Everything forgiven.
    pub fn all() -> Leniency {
        Leniency {
            op_case: true,
            string_booleans: true,
            create_on_value_path: true,
            members_by_value: true,
            dotted_keys: true,
            ignore_unknown: true,
            ignore_read_only: true,
            loose_shapes: true,
            schemas_optional: true,
            old_schemas: true,
        }
    }
}
