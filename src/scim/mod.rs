//! SCIM 2.0 as a library: schemas, filters, paths, PATCH, the bodies of POST and PUT, and what is sent of a resource,
//! over `serde_json::Value`.
//!
//! **Invariant:** this module imports nothing of ours, and knows no HTTP (but for the status that is part of an Error
//! message), no store, no clock and no vendor. A resource is a JSON object with its keys in the spelling of its
//! schema, as [`resource::clean`] leaves it; every function here keeps it so.
//!
//! The usual way of a resource:
//!
//! | call | goes through |
//! |---|---|
//! | POST | [`resource::clean`], then the service adds `id` and `meta` and checks uniqueness |
//! | PUT | [`resource::clean`], [`resource::replace`] |
//! | PATCH | [`patch::Patch::parse`], [`patch::Patch::apply`] |
//! | GET with a filter | [`filter::Filter::parse`], [`filter::Filter::check`], [`filter::Filter::matches`] |
//! | every answer | [`projection::Projection::apply`] |
//!
//! What clients may do beyond the RFC is one switch each in [`Leniency`].
//!
//! # Covered
//!
//! | RFC 7643 | |
//! |---|---|
//! | 2.1 to 2.5 | attribute names, characteristics, types, lists and their primary, unassigned values |
//! | 3, 3.1, 3.3 | `schemas`, common attributes, extensions under their URN |
//! | 4, 8.7.1 | User, Group, enterprise User ([`core`]) |
//! | 5, 6 | `/ServiceProviderConfig` and `/ResourceTypes` ([`discovery`]) |
//! | 7, 8.7.2 | entries of `/Schemas` ([`schema::Schema::to_json`]), those of the service's own documents ([`configuration`]) |
//!
//! | RFC 7644 | |
//! |---|---|
//! | 3.3, 3.5.1 | bodies of POST and PUT ([`resource`]) |
//! | 3.4.2.2 | filters, all of them ([`filter`]) |
//! | 3.4.2.3 | sorting ([`sort`]) |
//! | 3.4.3 | the SearchRequest message ([`search`]) |
//! | 3.5.2 | PATCH, all of it ([`patch`]) |
//! | 3.7 | bulk jobs: their order, references and response ([`bulk`]) |
//! | 3.9 | `attributes` and `excludedAttributes` ([`projection`]) |
//! | 3.10 | attribute notation ([`path`]) |
//! | 3.12 | errors ([`error`]) |
//!
//! # For whoever keeps the resources
//!
//! Pages and cursors, versions, `uniqueness`, and whether a reference leads anywhere. `canonicalValues` are described and not
//! enforced, as RFC 7643 section 7 leaves them to the service.

pub mod bulk;
pub mod configuration;
pub mod core;
pub mod discovery;
mod element;
pub mod error;
pub mod filter;
mod instant;
pub mod leniency;
pub mod message;
pub mod patch;
pub mod path;
pub mod projection;
pub mod resource;
pub mod schema;
pub mod search;
pub mod sort;
mod value;

pub use error::{Error, ScimType};
pub use filter::Filter;
pub use leniency::Leniency;
pub use patch::Patch;
pub use path::{AttrPath, PatchPath};
pub use projection::Projection;
pub use schema::{Attribute, ResourceSchema, Schema};
