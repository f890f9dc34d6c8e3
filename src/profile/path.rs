//! A place in a record: where an attribute lives.
//!
//! The paths of RFC 7644 figure 7, with at most one `eq` as their filter, so that a place can be written as well as
//! read: `name.givenName`, `emails[type eq "work"].value`, `urn:…:User:manager`.

use std::fmt;

use serde_json::{Map, Value};

use crate::scim::filter::{Filter, Literal, Operator};
use crate::scim::path::PatchPath;

/// Where an attribute lives in a record's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPath {
    /// The extension that it belongs to; `None` for the core schema.
    pub urn: Option<String>,
    /// The attribute.
    pub name: String,
    /// Which of its values: those whose sub-attribute equals the text.
    pub element: Option<(String, String)>,
    /// The sub-attribute.
    pub sub: Option<String>,
}

impl RecordPath {
    /// Reads a path.
    ///
    /// # Errors
    /// A clause on what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let path = PatchPath::parse(text).map_err(|error| error.to_string())?;
        let element = match path.filter {
            None => None,
            Some(Filter::Compare { path, op: Operator::Eq, value: Literal::String(value) })
                if path.urn.is_none() && path.sub.is_none() =>
            {
                Some((path.name, value))
            }
            Some(_) => {
                return Err(
                    "the filter of a record's path is one `eq` on text, `[type eq \"work\"]`".to_owned()
                );
            }
        };
        let sub = path.attr.sub;
        if element.is_some() && sub.is_none() {
            return Err(
                "a path with a filter names a sub-attribute, `emails[type eq \"work\"].value`".to_owned()
            );
        }
        Ok(Self { urn: path.attr.urn, name: path.attr.name, element, sub })
    }

    /// The value at this place; of several values without a filter, the primary one or the first.
    pub fn get_in<'v>(&self, body: &'v Map<String, Value>) -> Option<&'v Value> {
        let attribute = self.attribute(body)?;
        let holder = match (attribute, &self.element) {
            (Value::Array(elements), Some(wanted)) => {
                elements.iter().find(|element| is_meant(element, wanted))?
            }
            (Value::Array(elements), None) if self.sub.is_some() => {
                let primary =
                    elements.iter().find(|element| element.get("primary") == Some(&Value::Bool(true)));
                primary.or(elements.first())?
            }
            (single, _) => single,
        };
        match &self.sub {
            Some(sub) => holder.get(sub),
            None => Some(holder),
        }
    }

    /// All values at this place: one for each element that the path means.
    pub fn all_in<'v>(&self, body: &'v Map<String, Value>) -> Vec<&'v Value> {
        match (self.attribute(body), &self.sub) {
            (Some(Value::Array(elements)), Some(sub)) => {
                let meant =
                    |element: &&Value| self.element.as_ref().is_none_or(|wanted| is_meant(element, wanted));
                elements.iter().filter(meant).filter_map(|element| element.get(sub)).collect()
            }
            _ => self.get_in(body).into_iter().collect(),
        }
    }

    /// Puts a value at this place, making what leads to it.
    pub fn set(&self, body: &mut Map<String, Value>, value: Value) {
        let home = match &self.urn {
            None => body,
            Some(urn) => object_at(body, urn),
        };
        let Some(sub) = &self.sub else {
            home.insert(self.name.clone(), value);
            return;
        };
        match home.get_mut(&self.name) {
            Some(Value::Array(elements)) => self.set_in(elements, sub, value),
            Some(Value::Object(object)) => {
                object.insert(sub.clone(), value);
            }
            Some(_) | None => {
                let made = match &self.element {
                    None => Value::Object(Map::from_iter([(sub.clone(), value)])),
                    Some(wanted) => Value::Array(vec![element_of(wanted, sub, value)]),
                };
                home.insert(self.name.clone(), made);
            }
        }
    }

    fn set_in(&self, elements: &mut Vec<Value>, sub: &str, value: Value) {
        let found = match &self.element {
            Some(wanted) => elements.iter_mut().find(|element| is_meant(element, wanted)),
            None => elements.first_mut(),
        };
        match (found, &self.element) {
            (Some(Value::Object(object)), _) => {
                object.insert(sub.to_owned(), value);
            }
            (_, Some(wanted)) => elements.push(element_of(wanted, sub, value)),
            (_, None) => elements.push(Value::Object(Map::from_iter([(sub.to_owned(), value)]))),
        }
    }

    /// Takes the value at this place away, and what held nothing else.
    pub fn clear(&self, body: &mut Map<String, Value>) {
        let home = match &self.urn {
            None => body,
            Some(urn) => match body.get_mut(urn) {
                Some(Value::Object(extension)) => extension,
                _ => return,
            },
        };
        let emptied = match (home.get_mut(&self.name), &self.sub) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(Value::Object(object)), Some(sub)) => {
                object.shift_remove(sub);
                object.is_empty()
            }
            (Some(Value::Array(elements)), Some(sub)) => {
                elements.retain_mut(|element| {
                    if self.element.as_ref().is_some_and(|wanted| !is_meant(element, wanted)) {
                        return true;
                    }
                    let Some(object) = element.as_object_mut() else { return false };
                    object.shift_remove(sub);
                    object.keys().any(|key| key != "type" && key != "primary")
                });
                elements.is_empty()
            }
            (Some(_), Some(_)) => true,
        };
        if emptied {
            home.shift_remove(&self.name);
        }
    }

    /// The sub-attribute of another name in the same value.
    pub fn beside(&self, sub: &str) -> Self {
        Self { sub: Some(sub.to_owned()), ..self.clone() }
    }

    fn attribute<'v>(&self, body: &'v Map<String, Value>) -> Option<&'v Value> {
        match &self.urn {
            None => body.get(&self.name),
            Some(urn) => body.get(urn)?.get(&self.name),
        }
    }
}

fn is_meant(element: &Value, (sub, text): &(String, String)) -> bool {
    element.get(sub).and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(text))
}

fn element_of((key, text): &(String, String), sub: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(key.clone(), Value::String(text.clone())), (sub.to_owned(), value)]))
}

fn object_at<'m>(body: &'m mut Map<String, Value>, key: &str) -> &'m mut Map<String, Value> {
    let slot = body.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    match slot {
        Value::Object(object) => object,
        _ => unreachable!("it was made an object just above"),
    }
}

impl fmt::Display for RecordPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(f, "{urn}:")?;
        }
        write!(f, "{}", self.name)?;
        if let Some((sub, text)) = &self.element {
            write!(f, "[{sub} eq {}]", Value::String(text.clone()))?;
        }
        if let Some(sub) = &self.sub {
            write!(f, ".{sub}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::RecordPath;

    fn check(path: &str, before: &Value, value: &Value, after: &Value) {
        let path = RecordPath::parse(path).expect("a path");
        let mut body = before.as_object().expect("an object").clone();
        path.set(&mut body, value.clone());
        assert_eq!(Some(&body), after.as_object(), "set {path}");
        assert_eq!(path.get_in(&body), Some(value), "get {path}");
        path.clear(&mut body);
        assert_eq!(path.get_in(&body), None, "clear {path}");
    }

    #[test]
    fn what_is_set_is_got_and_what_is_cleared_is_gone() {
        check("title", &json!({}), &json!("Nurse"), &json!({"title": "Nurse"}));
        check(
            "name.givenName",
            &json!({"name": {"familyName": "B"}}),
            &json!("A"),
            &json!({"name": {"familyName": "B", "givenName": "A"}}),
        );
        check(
            r#"emails[type eq "work"].value"#,
            &json!({}),
            &json!("a@b.test"),
            &json!({"emails": [{"type": "work", "value": "a@b.test"}]}),
        );
        check(
            r#"emails[type eq "work"].value"#,
            &json!({"emails": [{"type": "home", "value": "h"}]}),
            &json!("w"),
            &json!({"emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "w"}]}),
        );
        check(
            "urn:x:2.0:User:department",
            &json!({}),
            &json!("D"),
            &json!({"urn:x:2.0:User": {"department": "D"}}),
        );
        check(
            "urn:x:2.0:User:manager.value",
            &json!({}),
            &json!("1"),
            &json!({"urn:x:2.0:User": {"manager": {"value": "1"}}}),
        );
    }

    #[test]
    fn a_place_that_cannot_be_written_is_no_record_path() {
        for text in ["", "emails[type eq \"work\"]", "emails[type co \"w\"].value", "a b"] {
            assert!(RecordPath::parse(text).is_err(), "{text}");
        }
    }
}
