//! Changes the elements of a list that the filter of a path selects, or makes one that it describes.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Op;
use super::apply::Editor;
use super::values::{check_element, elements};
use crate::scim::element;
use crate::scim::error::Error;
use crate::scim::filter::{Filter, Literal, Operator, values_equal};
use crate::scim::resource::replaced_parts;
use crate::scim::schema::{Attribute, Found, Kind, Mutability};
use crate::scim::value::boolean;

impl Editor<'_> {
    /// Removes the elements that `value` lists, each by its `value`, or by the whole of it in attributes without one.
    pub(super) fn remove_listed(
        &mut self,
        holder: &mut Map<String, Value>,
        found: Found<'_>,
        value: Value,
    ) -> Result<(), Error> {
        if !self.reader.leniency.members_by_value {
            let detail =
                format!("`remove` takes no value; name the elements in the path, as {found}[value eq \"…\"]");
            return Err(Error::invalid_value(detail).at(found));
        }
        let mut wanted = Vec::new();
        for element in if let Value::Array(elements) = value { elements } else { vec![value] } {
            wanted.extend(self.reader.single(found, identified(found.leaf(), element))?);
        }
        let mut list = elements(holder, found);
        let index = element::Index::new(found.leaf(), &wanted);
        let is_given = |element: &Value| index.find(&wanted, element).is_some();
        list.retain(|element| !is_given(element));
        self.put_list(holder, found, list, &[])
    }

    /// An operation on those elements of a list that pass `filter`, or on a sub-attribute of theirs.
    pub(super) fn edit_elements(
        &mut self,
        holder: &mut Map<String, Value>,
        found: Found<'_>,
        filter: Option<&Filter>,
        op: Op,
        value: Value,
    ) -> Result<(), Error> {
        let whole = Found { sub: None, ..found };
        let filter = filter.map(|filter| match self.reader.leniency.string_booleans {
            true => Cow::Owned(with_booleans(filter, found.attribute)),
            false => Cow::Borrowed(filter),
        });
        if let Some(filter) = &filter {
            filter.check_element(whole)?;
        }
        let mut list = elements(holder, whole);
        let passes = |element: &Value| {
            filter.as_ref().is_none_or(|filter| filter.matches_element(found.attribute, element))
        };
        let matched: Vec<usize> = list
            .iter()
            .enumerate()
            .filter(|(_, element)| passes(element))
            .map(|(position, _)| position)
            .collect();
        if matched.is_empty() {
            return match op {
                Op::Remove => Ok(()),
                Op::Replace if filter.is_some() && !self.reader.leniency.create_on_value_path => {
                    Err(no_element(whole))
                }
                Op::Add | Op::Replace => self.create_element(holder, found, filter.as_deref(), value),
            };
        }
        for position in &matched {
            let Some(element) = list.get_mut(*position) else { continue };
            let old = std::mem::take(element);
            *element = self.edited_element(found, old, op, value.clone())?.unwrap_or(Value::Null);
        }
        element::keep_one_primary(whole, &mut list, &matched, self.reader.leniency.loose_shapes)?;
        // What is only shorter has nothing twice that it had not.
        if op != Op::Remove || found.sub.is_some() {
            element::unite(found.attribute, &mut list, &matched);
        }
        list.retain(|element| !element.is_null());
        self.put_list(holder, whole, list, &[])
    }

    /// What an operation makes of one element; `None` if nothing is left of it.
    fn edited_element(
        &mut self,
        found: Found<'_>,
        old: Value,
        op: Op,
        value: Value,
    ) -> Result<Option<Value>, Error> {
        let whole = Found { sub: None, ..found };
        match (op, found.sub, old) {
            (Op::Remove, None, _) => Ok(None),
            (_, Some(_), Value::Object(mut parts)) => {
                self.edit_value(&mut parts, found, op, value)?;
                check_element(whole, parts)
            }
            (Op::Add, None, Value::Object(mut parts)) => {
                if let Some(new) = self.reader.parts(whole, value)? {
                    self.merge_parts(&mut parts, whole, new)?;
                }
                check_element(whole, parts)
            }
            (_, _, old) => match self.reader.single(whole, value)? {
                Some(new @ Value::Object(_)) => replaced_element(whole, &old, new).map(Some),
                new => Ok(new),
            },
        }
    }

    /// Adds an element that passes `filter` and has the value; without a value there is nothing to add.
    fn create_element(
        &mut self,
        holder: &mut Map<String, Value>,
        found: Found<'_>,
        filter: Option<&Filter>,
        value: Value,
    ) -> Result<(), Error> {
        if value.is_null() {
            return Ok(());
        }
        let whole = Found { sub: None, ..found };
        let mut known = Vec::new();
        let element = if found.attribute.kind == Kind::Complex {
            let Some(equalities) = filter.map_or(Some(Vec::new()), equalities) else {
                return Err(no_element(whole));
            };
            let mut parts = Map::new();
            for (name, literal) in equalities {
                let Some(sub) = found.attribute.sub(name) else { return Err(no_element(whole)) };
                parts.insert(sub.name.clone(), literal.to_json());
                known.push((sub, literal.to_json()));
            }
            match found.sub {
                Some(sub) => _ = parts.insert(sub.name.clone(), value),
                None => {
                    for (name, value) in self.reader.parts(whole, value)?.unwrap_or_default() {
                        let name = found.attribute.sub(&name).map_or(name, |sub| sub.name.clone());
                        parts.insert(name, value);
                    }
                }
            }
            Value::Object(parts)
        } else {
            value
        };
        let Some(element) = self.reader.single(whole, element)? else { return Ok(()) };
        for (sub, wanted) in known.iter().filter(|(sub, _)| sub.mutability != Mutability::ReadOnly) {
            if !values_equal(sub, element.get(&sub.name).unwrap_or(&Value::Null), wanted) {
                let part = whole.with_sub(sub);
                let detail = format!("{part} is another in the value than in the filter of the path");
                return Err(Error::invalid_value(detail).at(part));
            }
        }
        let mut list = elements(holder, whole);
        let touched = element::merge(found.attribute, &mut list, vec![element]);
        self.put_list(holder, whole, list, &touched)
    }
}

/// The part of a listed element by which it is found, so that no immutable or unknown part of it stands in the way.
fn identified(attribute: &Attribute, element: Value) -> Value {
    let Some(sub) = attribute.sub("value") else { return element };
    let value = match element {
        Value::Object(parts) => {
            let value = parts.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(&sub.name));
            value.map_or(Value::Null, |(_, value)| value)
        }
        simple => simple,
    };
    Value::Object(Map::from_iter([(sub.name.clone(), value)]))
}

fn replaced_element(found: Found<'_>, old: &Value, new: Value) -> Result<Value, Error> {
    match old {
        Value::Object(_) => replaced_parts(found, old, new),
        _ => Ok(new),
    }
}

fn no_element(found: Found<'_>) -> Error {
    Error::no_target(format!("no element of {found} passes the filter of the path")).at(found)
}

/// The same filter, with `primary eq "True"` read as `primary eq true`.
fn with_booleans(filter: &Filter, attribute: &Attribute) -> Filter {
    let all = |parts: &[Filter]| parts.iter().map(|part| with_booleans(part, attribute)).collect();
    match filter {
        Filter::Compare { path, op, value: Literal::String(text) }
            if attribute.sub(&path.name).is_some_and(|sub| sub.kind == Kind::Boolean) =>
        {
            let value = boolean(text).map_or_else(|| Literal::String(text.clone()), Literal::Bool);
            Filter::Compare { path: path.clone(), op: *op, value }
        }
        Filter::And(parts) => Filter::And(all(parts)),
        Filter::Or(parts) => Filter::Or(all(parts)),
        Filter::Not(part) => Filter::Not(Box::new(with_booleans(part, attribute))),
        Filter::Compare { .. } | Filter::Present(_) | Filter::ValuePath { .. } => filter.clone(),
    }
}

/// The names and values that an element must have to pass; `None` if the filter does not say.
fn equalities(filter: &Filter) -> Option<Vec<(&str, &Literal)>> {
    match filter {
        Filter::Compare { path, op: Operator::Eq, value } => Some(vec![(&path.name, value)]),
        Filter::And(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(equalities(part)?);
            }
            Some(all)
        }
        Filter::Compare { .. }
        | Filter::Present(_)
        | Filter::Or(_)
        | Filter::Not(_)
        | Filter::ValuePath { .. } => None,
    }
}
