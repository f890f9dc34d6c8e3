//! Carries out the operations of a PATCH on a copy of the resource: finds the attributes that they mean.

use serde_json::{Map, Value};

use super::{Applied, Op, Operation, Patch};
use crate::scim::error::Error;
use crate::scim::filter::Filter;
use crate::scim::leniency::Leniency;
use crate::scim::message::in_operation;
use crate::scim::path::{AttrPath, PatchPath};
use crate::scim::resource::check_urns;
use crate::scim::schema::{Found, Mutability, ResourceSchema, Schema, extension_attribute};
use crate::scim::value::{Reader, Source};

impl Patch {
    /// Applies the operations in order. If one fails, `resource` is as it was.
    ///
    /// `resource` must be an object with its keys in the schema's spelling, as [`crate::scim::resource::clean`]
    /// leaves them.
    pub fn apply(
        &self,
        schema: &ResourceSchema,
        resource: &mut Value,
        leniency: &Leniency,
    ) -> Result<Applied, Error> {
        let Value::Object(before) = &*resource else {
            return Err(Error::invalid_syntax("a resource is a JSON object"));
        };
        let mut after = before.clone();
        let mut editor = Editor { schema, reader: Reader::new(leniency, Source::Patch) };
        for (index, operation) in self.operations.iter().enumerate() {
            editor.run(&mut after, operation).map_err(|error| in_operation(index, error))?;
        }
        editor.follow_schemas(before, &mut after);
        let changed = *before != after;
        if changed {
            *resource = Value::Object(after);
        }
        Ok(Applied { changed, ignored: editor.reader.ignored })
    }
}

pub(super) struct Editor<'a> {
    schema: &'a ResourceSchema,
    pub(super) reader: Reader<'a>,
}

impl<'a> Editor<'a> {
    fn run(&mut self, resource: &mut Map<String, Value>, operation: &Operation) -> Result<(), Error> {
        let value = operation.value.clone().unwrap_or(Value::Null);
        match &operation.path {
            Some(path) => self.at_path(resource, path, operation.op, value),
            None => self.at_resource(resource, operation.op, value),
        }
    }

    fn at_path(
        &mut self,
        resource: &mut Map<String, Value>,
        path: &PatchPath,
        op: Op,
        value: Value,
    ) -> Result<(), Error> {
        let schema = self.schema;
        if let Some(found) = schema.find(&path.attr) {
            return self.edit(resource, found, path.filter.as_ref(), op, value);
        }
        match schema.whole_extension(&path.attr) {
            Some(extension) if path.filter.is_none() => self.edit_extension(resource, extension, op, value),
            Some(_) | None => self.unknown_path(path.attr.to_string()),
        }
    }

    /// An operation without a path: its value holds attributes.
    fn at_resource(&mut self, resource: &mut Map<String, Value>, op: Op, value: Value) -> Result<(), Error> {
        let Value::Object(attributes) = value else {
            return Err(Error::invalid_value(format!(
                "`{}` without a path wants an object of attributes",
                op.as_str()
            )));
        };
        for (name, value) in attributes {
            if name.eq_ignore_ascii_case("id") && resource.get("id") == Some(&value) {
                self.reader.ignored.push("id".to_owned());
            } else if let Some(extension) = self.schema.extension(&name) {
                self.edit_extension(resource, extension, op, value)?;
            } else if let Some(found) = self.schema.find(&AttrPath::of(&name)) {
                self.edit(resource, found, None, op, value)?;
            } else {
                self.at_key(resource, name, op, value)?;
            }
        }
        Ok(())
    }

    /// A key that is no attribute name: perhaps a whole path.
    fn at_key(
        &mut self,
        resource: &mut Map<String, Value>,
        key: String,
        op: Op,
        value: Value,
    ) -> Result<(), Error> {
        match PatchPath::parse(&key) {
            Ok(path) if self.reader.leniency.dotted_keys => self.at_path(resource, &path, op, value),
            Ok(_) | Err(_) => self.reader.unknown(key),
        }
    }

    fn unknown_path(&mut self, path: String) -> Result<(), Error> {
        if !self.reader.leniency.ignore_unknown {
            return Err(Error::invalid_path(format!("there is no attribute {path}")).at(path));
        }
        self.reader.ignored.push(path);
        Ok(())
    }

    /// An operation on everything that an extension defines.
    fn edit_extension(
        &mut self,
        resource: &mut Map<String, Value>,
        extension: &'a Schema,
        op: Op,
        value: Value,
    ) -> Result<(), Error> {
        match value {
            value if op == Op::Remove || value.is_null() => {
                for attribute in &extension.attributes {
                    let has_value = resource
                        .get(&extension.id)
                        .is_some_and(|within| within.get(&attribute.name).is_some());
                    if has_value && attribute.mutability != Mutability::ReadOnly {
                        let found = Found { schema: Some(&extension.id), attribute, sub: None };
                        self.edit(resource, found, None, Op::Remove, Value::Null)?;
                    }
                }
                Ok(())
            }
            Value::Object(attributes) => {
                for (name, value) in attributes {
                    match extension_attribute(extension, &name) {
                        Some(found) => self.edit(resource, found, None, op, value)?,
                        // Any structure may name its schemas (RFC 7643 section 3); here they go without saying.
                        None if name.eq_ignore_ascii_case("schemas") => {}
                        None => self.at_key(resource, format!("{}:{name}", extension.id), op, value)?,
                    }
                }
                Ok(())
            }
            _ => Err(Error::invalid_value(format!("{} wants an object", extension.id)).at(&extension.id)),
        }
    }

    /// An operation on one attribute, in the object where it lives.
    fn edit(
        &mut self,
        resource: &mut Map<String, Value>,
        found: Found<'_>,
        filter: Option<&Filter>,
        op: Op,
        value: Value,
    ) -> Result<(), Error> {
        if found.schema.is_none() && found.attribute.name == "schemas" {
            return self.edit_schemas(found, op, &value);
        }
        let is_read_only = |found: Found<'_>| found.leaf().mutability == Mutability::ReadOnly;
        if is_read_only(Found { sub: None, ..found }) || is_read_only(found) {
            return self.reader.read_only(found);
        }
        let Some(urn) = found.schema else {
            return self.edit_in(resource, found, filter, op, value);
        };
        let within = resource.entry(urn).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(within) = within {
            self.edit_in(within, found, filter, op, value)?;
            if within.is_empty() {
                resource.shift_remove(urn);
            }
        }
        Ok(())
    }

    /// An operation on `schemas`, which follows from what else is there: it may say what is true anyway.
    fn edit_schemas(&mut self, found: Found<'_>, op: Op, value: &Value) -> Result<(), Error> {
        let leniency = self.reader.leniency;
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        match value {
            _ if leniency.ignore_read_only => {}
            _ if op == Op::Remove || is_empty && !leniency.schemas_optional => {
                let detail = format!("{found} is required, so it cannot be removed");
                return Err(Error::mutability(detail).at(found));
            }
            Value::Null => {}
            Value::Array(urns) => check_urns(self.schema, urns, &mut self.reader)?,
            one if leniency.loose_shapes => {
                check_urns(self.schema, std::slice::from_ref(one), &mut self.reader)?;
            }
            _ => return Err(Error::invalid_value(format!("{found} wants a list")).at(found)),
        }
        self.reader.ignored.push(found.to_string());
        Ok(())
    }

    /// Adds the URNs of extensions that are now in use to `schemas`, and takes off those that no longer are.
    fn follow_schemas(&self, before: &Map<String, Value>, after: &mut Map<String, Value>) {
        for extension in &self.schema.extensions {
            let is_used = after.contains_key(&extension.id);
            if is_used == before.contains_key(&extension.id) {
                continue;
            }
            if let Some(Value::Array(urns)) = after.get_mut("schemas") {
                urns.retain(|urn| !urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(&extension.id)));
                if is_used {
                    urns.push(Value::String(extension.id.clone()));
                }
            }
        }
    }
}
