//! In what people are not as a file has them.
//!
//! People are the same where a user name or an e-mail address is, whatever its case. What a file does not say of somebody is
//! not compared; whom it refers to is compared as a person, as ids are the vendor's own.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::journal::matching::is_part;
use crate::record::link::{self, Reference};
use crate::record::text::folded;

/// The one member of an object that stands for somebody: a name that the person is known by.
const PERSON: &str = "~person";

/// What people are known by.
const USER_NAME: &str = "userName";
const EMAILS: &str = "emails";

/// Somebody as the vendor has them.
pub(super) struct Person {
    /// The id, by which others refer to them.
    pub id: String,
    pub attributes: Value,
}

/// What is wrong, a clause each: who is missing, who is otherwise and in what, who is too much.
pub(super) fn differences(wanted: &[Value], found: &[Person]) -> Vec<String> {
    let mut by_key: HashMap<String, usize> = HashMap::new();
    let mut by_id: HashMap<&str, &Person> = HashMap::new();
    for (nth, person) in found.iter().enumerate() {
        by_key.extend(keys(&person.attributes).into_iter().map(|key| (key, nth)));
        by_id.insert(&person.id, person);
    }
    let mut is_wanted = vec![false; found.len()];
    let mut wrong = Vec::new();
    for person in wanted {
        let name = name(person);
        let Some(nth) = keys(person).iter().find_map(|key| by_key.get(key).copied()) else {
            wrong.push(format!("{name} is missing"));
            continue;
        };
        is_wanted[nth] = true;
        if let Some((attribute, value)) = difference("", person, &found[nth].attributes, &by_id) {
            wrong.push(format!("{name} has not {attribute} {value}"));
        }
    }
    let surplus = found.iter().zip(&is_wanted).filter(|(_, is_wanted)| !**is_wanted);
    wrong.extend(surplus.map(|(person, _)| format!("{} is too much", name(&person.attributes))));
    wrong
}

/// What a person is known by: the user name, and the e-mail addresses.
pub(super) fn keys(attributes: &Value) -> Vec<String> {
    let emails = attributes[EMAILS].as_array().map_or(&[][..], Vec::as_slice);
    let emails = emails.iter().map(|email| &email["value"]);
    let names = std::iter::once(&attributes[USER_NAME]).chain(emails).filter_map(Value::as_str);
    let mut keys: Vec<String> = names.map(fold).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// What two values have in common, member by member.
pub(super) fn common(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let both = one.iter().filter_map(|(name, value)| Some((name, value, other.get(name)?)));
            let both = both.map(|(name, one, other)| (name.clone(), common(one, other)));
            both.filter(|(_, value)| !value.is_null()).collect()
        }
        (one, other) if one == other => one.clone(),
        _ => Value::Null,
    }
}

/// Attributes as kept, with somebody for each reference: `people` are those that can be referred to, by serial.
pub(super) fn with_people(value: &Value, people: &HashMap<u64, String>) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), with_people(value, people))).collect()
        }
        Value::Array(items) => items.iter().map(|item| with_people(item, people)).collect(),
        Value::String(text) => match link::read(text) {
            Reference::Serial(serial) => {
                let person = people.get(&serial).cloned().unwrap_or_default();
                Value::Object(Map::from_iter([(PERSON.to_owned(), Value::String(person))]))
            }
            Reference::Text(text) => Value::String(text.to_owned()),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The first attribute that is otherwise, and what it should be.
fn difference(
    at: &str,
    wanted: &Value,
    found: &Value,
    people: &HashMap<&str, &Person>,
) -> Option<(String, String)> {
    let shown = || Some((at.to_owned(), wanted.to_string()));
    match wanted {
        Value::Object(members) => match members.get(PERSON) {
            Some(person) => {
                let person = person.as_str().unwrap_or_default();
                let known = found.as_str().and_then(|id| people.get(id));
                let is_it =
                    known.is_some_and(|known| keys(&known.attributes).iter().any(|key| key == person));
                (!is_it).then(|| (at.to_owned(), person.to_owned()))
            }
            None => members.iter().find_map(|(name, wanted)| {
                let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                difference(&at, wanted, &found[name.as_str()], people)
            }),
        },
        // A file has addresses, and not of which sort they are.
        Value::Array(items) if at == EMAILS => {
            let has = |address: &str| keys(&json!({ EMAILS: found })).iter().any(|key| *key == fold(address));
            let mut addresses = items.iter().filter_map(|item| item["value"].as_str());
            let lacks = addresses.find(|address| !has(address));
            lacks.map(|address| (at.to_owned(), address.to_owned()))
        }
        Value::Array(items) => {
            let others = found.as_array().map_or(&[][..], Vec::as_slice);
            let has = |item: &Value| others.iter().any(|other| difference(at, item, other, people).is_none());
            items.iter().find(|item| !has(item)).map(|item| (at.to_owned(), item.to_string()))
        }
        // The same name, however it is written.
        Value::String(text) if at == USER_NAME => {
            let is_same = found.as_str().is_some_and(|found| fold(found) == fold(text));
            if is_same { None } else { shown() }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            if is_part(wanted, found) {
                None
            } else {
                shown()
            }
        }
    }
}

fn name(attributes: &Value) -> String {
    let user_name = attributes[USER_NAME].as_str().map(str::to_owned);
    user_name.or_else(|| keys(attributes).into_iter().next()).unwrap_or_default()
}

fn fold(key: &str) -> String {
    folded(key, false).into_owned()
}
