//! Records: what the vendor keeps, as attributes on SCIM paths, whatever surface they came by.
//!
//! * [`law`] is what the vendor insists on before it is kept, [`id`] its name on each
//!   surface, [`link`] how one record names another.
//!
//! **Invariant:** nothing here knows a call, a surface's names or a status. A body is a JSON object in the schema's
//! spelling; ids of other records stand in it as serials, so that every surface can show them in its own form.

pub mod id;
pub mod law;
pub mod link;
pub mod text;

use serde_json::{Map, Value};

/// A record's attributes as kept.
pub fn attributes(body: &[u8]) -> Map<String, Value> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(attributes)) => attributes,
        _ => Map::new(),
    }
}

/// A record's name for people: its display name, else the name it logs in by.
pub fn display_name(attributes: &Map<String, Value>) -> Option<&str> {
    attributes.get("displayName").or_else(|| attributes.get("userName")).and_then(Value::as_str)
}

/// Attributes as they are kept.
pub fn body(attributes: &Map<String, Value>) -> Box<[u8]> {
    let mut out = Vec::with_capacity(512);
    let written = serde_json::to_writer(&mut out, attributes);
    debug_assert!(written.is_ok(), "a Vec takes every write");
    out.into_boxed_slice()
}
