//! Decides whether a resource, or an element of a multi-valued attribute, passes a filter.
//!
//! An attribute that is null, `[]`, absent or defined nowhere has no value (RFC 7643 section 2.5): only `eq null`, and
//! `ne` with anything but null, are true of it. A comparison between different types of value is like one with
//! another value: only `ne` is true.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Filter, Literal, Operator};
use crate::scim::error::Error;
use crate::scim::instant;
use crate::scim::path::AttrPath;
use crate::scim::schema::{Attribute, Found, Kind, ResourceSchema};

impl Filter {
    /// Whether `resource` passes. Its keys must be in the schema's spelling; those of the filter may be in any case.
    pub fn matches(&self, schema: &ResourceSchema, resource: &Value) -> bool {
        self.holds(&Scope::Resource(schema, resource))
    }

    /// Whether `element` of `attribute` passes a filter that stood in brackets. In a simple attribute the one
    /// sub-attribute is `value`, the element itself.
    pub fn matches_element(&self, attribute: &Attribute, element: &Value) -> bool {
        self.holds(&Scope::Element(attribute, element))
    }

    /// Refuses, with `invalidFilter`, comparisons that the type of their attribute does not have: the order of
    /// booleans and binaries, parts of booleans (RFC 7644 table 3), and a dateTime with what is none.
    /// [`Filter::matches`] takes them as false.
    pub fn check(&self, schema: &ResourceSchema) -> Result<(), Error> {
        self.check_found(&|within, path| match within {
            None => schema.find(path),
            Some(outer) => schema.find(outer).and_then(|found| part(found, path)),
        })
    }

    /// The same for a filter that stood in brackets behind `whole`.
    pub fn check_element(&self, whole: Found<'_>) -> Result<(), Error> {
        self.check_found(&|_, path| part(whole, path))
    }

    fn check_found<'s>(
        &self,
        find: &dyn Fn(Option<&AttrPath>, &AttrPath) -> Option<Found<'s>>,
    ) -> Result<(), Error> {
        let mut result = Ok(());
        self.visit(None, &mut |within, part| {
            let Filter::Compare { path, op, value } = part else { return };
            if let (Ok(()), Some(found)) = (&result, find(within, path)) {
                result = check_comparison(found, *op, value);
            }
        });
        result
    }

    fn holds(&self, scope: &Scope<'_>) -> bool {
        match self {
            Filter::And(parts) => parts.iter().all(|part| part.holds(scope)),
            Filter::Or(parts) => parts.iter().any(|part| part.holds(scope)),
            Filter::Not(part) => !part.holds(scope),
            Filter::Present(path) => scope.find(path).any(&|_, value| is_present(value)),
            Filter::Compare { path, op, value: literal } => {
                scope.find(path).any(&|attribute, value| compare(attribute, value, *op, literal))
            }
            Filter::ValuePath { path, filter } => {
                let target = scope.find(path);
                match (target.attribute, target.value) {
                    (Some(attribute), Some(Value::Array(elements))) => {
                        elements.iter().any(|element| filter.matches_element(attribute, element))
                    }
                    (Some(attribute), Some(element)) => filter.matches_element(attribute, element),
                    (None, _) | (_, None) => false,
                }
            }
        }
    }
}

/// What a path in the brackets behind `whole` leads to. In a simple attribute `value` is the element itself.
fn part<'s>(whole: Found<'s>, path: &AttrPath) -> Option<Found<'s>> {
    match whole.attribute.sub(&path.name) {
        Some(sub) => Some(whole.with_sub(sub)),
        None if whole.attribute.kind == Kind::Complex => None,
        None => path.name.eq_ignore_ascii_case("value").then_some(whole),
    }
}

fn check_comparison(found: Found<'_>, op: Operator, literal: &Literal) -> Result<(), Error> {
    let kind = compared(found.leaf()).kind;
    let is_ordering = matches!(op, Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le);
    let is_part = matches!(op, Operator::Co | Operator::Sw | Operator::Ew);
    if kind == Kind::Boolean && (is_ordering || is_part) || kind == Kind::Binary && is_ordering {
        let detail = format!("{found} is {}, which `{}` cannot compare", kind.as_str(), op.as_str());
        return Err(Error::invalid_filter(detail).at(found));
    }
    let is_moment = match literal {
        Literal::String(text) => instant::nanoseconds(text).is_some(),
        Literal::Null => true,
        Literal::Number(_) | Literal::Bool(_) => false,
    };
    if kind == Kind::DateTime && !is_part && !is_moment {
        let detail = format!("{found} is {}, which can only be compared with another", kind.as_str());
        return Err(Error::invalid_filter(detail).at(found));
    }
    Ok(())
}

/// Where the paths of a filter begin.
enum Scope<'a> {
    Resource(&'a ResourceSchema, &'a Value),
    Element(&'a Attribute, &'a Value),
}

/// What a path leads to.
struct Target<'a> {
    attribute: Option<&'a Attribute>,
    sub: Option<&'a Attribute>,
    value: Option<&'a Value>,
}

impl<'a> Scope<'a> {
    fn find(&self, path: &AttrPath) -> Target<'a> {
        match *self {
            Scope::Resource(schema, resource) => match schema.find(path) {
                Some(found) => {
                    let holder = found.schema.map_or(Some(resource), |urn| resource.get(urn));
                    let value = holder.and_then(|holder| holder.get(&found.attribute.name));
                    Target { attribute: Some(found.attribute), sub: found.sub, value }
                }
                None => {
                    let extension = schema.whole_extension(path);
                    let value = extension.and_then(|extension| resource.get(&extension.id));
                    Target { attribute: None, sub: None, value }
                }
            },
            Scope::Element(attribute, element) => match attribute.sub(&path.name) {
                Some(sub) => Target { attribute: Some(sub), sub: None, value: element.get(&sub.name) },
                None if attribute.kind != Kind::Complex && path.name.eq_ignore_ascii_case("value") => {
                    Target { attribute: Some(attribute), sub: None, value: Some(element) }
                }
                None => Target { attribute: None, sub: None, value: None },
            },
        }
    }
}

impl Target<'_> {
    /// Whether one of the values passes `test`; an attribute without values is tested once, as `None`.
    fn any(&self, test: &dyn Fn(Option<&Attribute>, Option<&Value>) -> bool) -> bool {
        let leaf = self.sub.or(self.attribute);
        let value_of = |element| match self.sub {
            Some(sub) => Value::get(element, &sub.name),
            None => Some(element),
        };
        match self.value {
            Some(Value::Array(elements)) if !elements.is_empty() => {
                elements.iter().any(|element| test(leaf, value_of(element)))
            }
            Some(Value::Array(_)) | None => test(leaf, None),
            Some(value) => test(leaf, value_of(value)),
        }
    }
}

/// A non-empty value, or a complex value with a non-empty part (RFC 7644 table 3). An empty string is empty.
fn is_present(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(_) | Value::Number(_)) => true,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(elements)) => elements.iter().any(|element| is_present(Some(element))),
        Some(Value::Object(parts)) => parts.values().any(|part| is_present(Some(part))),
    }
}

/// What a comparison with the whole of `attribute` looks at: for a complex one, its `value` (`emails co "@"`).
fn compared(attribute: &Attribute) -> &Attribute {
    match attribute.kind {
        Kind::Complex => attribute.sub("value").unwrap_or(attribute),
        Kind::String
        | Kind::Boolean
        | Kind::Decimal
        | Kind::Integer
        | Kind::DateTime
        | Kind::Reference
        | Kind::Binary => attribute,
    }
}

fn compare(attribute: Option<&Attribute>, value: Option<&Value>, op: Operator, literal: &Literal) -> bool {
    let Some(attribute) = attribute.map(compared) else {
        return value.map_or_else(|| compare_absent(op, literal), |_| op == Operator::Ne);
    };
    let value = match value {
        Some(Value::Object(parts)) if attribute.kind != Kind::Complex => parts.get(&attribute.name),
        other => other,
    };
    match (value, literal) {
        (None | Some(Value::Null), _) => compare_absent(op, literal),
        (Some(Value::String(text)), Literal::String(wanted)) if attribute.kind == Kind::DateTime => {
            compare_times(text, op, wanted)
        }
        (Some(Value::String(text)), Literal::String(wanted)) => {
            // Binaries have no order.
            let has_order = attribute.kind != Kind::Binary;
            compare_texts(text, op, wanted, attribute.is_case_exact(), has_order)
        }
        (Some(Value::Number(number)), Literal::Number(wanted)) => {
            in_order(compare_numbers(number, wanted), op).unwrap_or(false)
        }
        (Some(Value::Bool(truth)), Literal::Bool(wanted)) => match op {
            Operator::Eq => truth == wanted,
            Operator::Ne => truth != wanted,
            Operator::Co
            | Operator::Sw
            | Operator::Ew
            | Operator::Gt
            | Operator::Ge
            | Operator::Lt
            | Operator::Le => false,
        },
        (Some(_), _) => op == Operator::Ne,
    }
}

fn compare_absent(op: Operator, literal: &Literal) -> bool {
    match op {
        Operator::Eq => *literal == Literal::Null,
        Operator::Ne => *literal != Literal::Null,
        Operator::Co
        | Operator::Sw
        | Operator::Ew
        | Operator::Gt
        | Operator::Ge
        | Operator::Lt
        | Operator::Le => false,
    }
}

/// Moments are compared as such; a text that names none is compared as a text, and has no order.
fn compare_times(text: &str, op: Operator, wanted: &str) -> bool {
    if let (Some(left), Some(right)) = (instant::nanoseconds(text), instant::nanoseconds(wanted))
        && let Some(result) = in_order(Some(left.cmp(&right)), op)
    {
        return result;
    }
    compare_texts(text, op, wanted, false, false)
}

fn compare_texts(text: &str, op: Operator, wanted: &str, is_exact: bool, has_order: bool) -> bool {
    let ordering = match op {
        // The common case of a list, without looking further than the first difference.
        Operator::Eq => return texts_equal(text, wanted, is_exact),
        Operator::Ne => return !texts_equal(text, wanted, is_exact),
        Operator::Co | Operator::Sw | Operator::Ew => return is_part(text, op, wanted, is_exact),
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le if !has_order => None,
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le if is_exact => Some(text.cmp(wanted)),
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => Some(lower(text).cmp(lower(wanted))),
    };
    in_order(ordering, op).unwrap_or(false)
}

fn is_part(text: &str, op: Operator, wanted: &str, is_exact: bool) -> bool {
    let is_plain = text.is_ascii() && wanted.is_ascii();
    if !is_exact && !is_plain {
        return is_part(&folded(text, false), op, &folded(wanted, false), true);
    }
    let (text, wanted) = (text.as_bytes(), wanted.as_bytes());
    let same = |part: &[u8]| if is_exact { part == wanted } else { part.eq_ignore_ascii_case(wanted) };
    let Some(spare) = text.len().checked_sub(wanted.len()) else { return false };
    match op {
        Operator::Sw => text.get(..wanted.len()).is_some_and(same),
        Operator::Ew => text.get(spare..).is_some_and(same),
        Operator::Co => wanted.is_empty() || text.windows(wanted.len()).any(same),
        Operator::Eq | Operator::Ne | Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => false,
    }
}

fn texts_equal(left: &str, right: &str, is_exact: bool) -> bool {
    match is_exact {
        true => left == right,
        false if left.is_ascii() && right.is_ascii() => left.eq_ignore_ascii_case(right),
        false => lower(left).eq(lower(right)),
    }
}

/// Whether two values of `attribute` count as one, as `eq` would have it.
pub(in crate::scim) fn values_equal(attribute: &Attribute, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => texts_equal(left, right, attribute.is_case_exact()),
        _ => left == right,
    }
}

/// A text such that two are equal exactly if their `folded` ones are.
pub(in crate::scim) fn folded(text: &str, is_exact: bool) -> String {
    if is_exact { text.to_string() } else { lower(text).collect() }
}

fn lower(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn compare_numbers(left: &serde_json::Number, right: &serde_json::Number) -> Option<Ordering> {
    // Whole numbers beyond 2^53 would lose their last digits as floats.
    if let (Some(left), Some(right)) = (left.as_i128(), right.as_i128()) {
        return Some(left.cmp(&right));
    }
    left.as_f64()?.partial_cmp(&right.as_f64()?)
}

/// What `op` makes of an ordering; `None` if it is no matter of order, or there is no order.
fn in_order(ordering: Option<Ordering>, op: Operator) -> Option<bool> {
    let ordering = ordering?;
    match op {
        Operator::Eq => Some(ordering.is_eq()),
        Operator::Ne => Some(ordering.is_ne()),
        Operator::Gt => Some(ordering.is_gt()),
        Operator::Ge => Some(ordering.is_ge()),
        Operator::Lt => Some(ordering.is_lt()),
        Operator::Le => Some(ordering.is_le()),
        Operator::Co | Operator::Sw | Operator::Ew => None,
    }
}
