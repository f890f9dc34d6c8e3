//! Which calls somebody means, in the dimensions of `match`; and how another call differs from them.

use serde_json::{Map, Value, json};

use super::entry::{Entry, Kept};
use crate::glob;

/// How many differences inside a body are told.
const BODY_DIFFERENCES_MAX: usize = 5;

/// The calls that somebody means: those that are as said in every dimension of which something is said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Match {
    /// The vendor's name.
    pub vendor: Option<String>,
    /// The api's name.
    pub api: Option<String>,
    /// The operation, `API.OPERATION` or its last part.
    pub operation: Option<String>,
    /// The method, in any case.
    pub method: Option<String>,
    /// The path, as sent or the vendor's own part of it: `*` stands for what is between two slashes, `**` for anything.
    pub path: Option<String>,
    /// The status.
    pub status: Option<StatusMatch>,
    /// The credential: the name of its kind, or itself as the journal shows it.
    pub credential: Option<String>,
    /// A part of the request's body: the members of an object, and of a list, items that are there, too.
    pub body: Option<Value>,
}

/// A status, or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusMatch {
    /// This one.
    Exactly(u16),
    /// Those that begin with this digit.
    Class(u16),
}

/// One dimension in which a call is not as it should be.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The dimension; of a body with the place in it, `body.emails.0.value`.
    pub dimension: String,
    /// What was wanted.
    pub wanted: Value,
    /// What it is.
    pub got: Value,
}

impl StatusMatch {
    /// Reads `404` or `4xx`.
    pub fn parse(text: &str) -> Option<Self> {
        let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
        let number = class.unwrap_or(text).parse().ok()?;
        match class {
            Some(_) => (1..=5).contains(&number).then_some(Self::Class(number)),
            None => (100..=599).contains(&number).then_some(Self::Exactly(number)),
        }
    }

    fn is_met_by(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => status == wanted,
            Self::Class(class) => status / 100 == class,
        }
    }

    fn to_json(self) -> Value {
        match self {
            Self::Exactly(status) => json!(status),
            Self::Class(class) => json!(format!("{class}xx")),
        }
    }
}

impl Match {
    /// Whether a call is one of them.
    pub fn is_met_by(&self, entry: &Entry) -> bool {
        self.heads(entry).all(|(_, _, is_met)| is_met)
            && self.body.as_ref().is_none_or(|wanted| is_part(wanted, &body(&entry.sent)))
    }

    /// In what a call differs from them; nothing where it is one of them.
    pub fn differences(&self, entry: &Entry) -> Vec<Difference> {
        let missed = self.heads(entry).filter(|(_, _, is_met)| !is_met);
        let mut found: Vec<Difference> = missed
            .map(|(dimension, wanted, _)| Difference {
                dimension: dimension.to_owned(),
                wanted,
                got: value_of(entry, dimension),
            })
            .collect();
        if let Some(wanted) = &self.body {
            let before = found.len();
            differ("body", wanted, &body(&entry.sent), &mut found);
            found.truncate(before + BODY_DIFFERENCES_MAX);
        }
        found
    }

    /// Each dimension but the body of which something is said: what, and whether the call is so.
    fn heads<'m>(&'m self, entry: &'m Entry) -> impl Iterator<Item = (&'static str, Value, bool)> + 'm {
        let same = |wanted: &str, got: Option<&str>| got == Some(wanted);
        let operation = |wanted: &str| {
            entry.operation().is_some_and(|operation| {
                operation == wanted || operation.split_once('.').is_some_and(|(_, last)| last == wanted)
            })
        };
        let credential = |wanted: &str| {
            let shown = entry.notes.credential.as_ref().map(|shown| shown.masked.as_str());
            same(wanted, entry.credential()) || same(wanted, shown)
        };
        let texts = [
            ("vendor", &self.vendor, self.vendor.as_deref().map(|wanted| same(wanted, entry.vendor()))),
            ("api", &self.api, self.api.as_deref().map(|wanted| same(wanted, entry.api()))),
            ("operation", &self.operation, self.operation.as_deref().map(operation)),
            (
                "method",
                &self.method,
                self.method.as_deref().map(|wanted| wanted.eq_ignore_ascii_case(entry.method.as_str())),
            ),
            (
                "path",
                &self.path,
                self.path
                    .as_deref()
                    .map(|glob| glob::fits(glob, entry.path()) || glob::fits(glob, entry.own_path())),
            ),
            ("credential", &self.credential, self.credential.as_deref().map(credential)),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, wanted, is_met)| Some((name, wanted.as_deref().into(), is_met?)));
        let status = self.status.map(|wanted| {
            ("status", wanted.to_json(), entry.status.is_some_and(|status| wanted.is_met_by(status.as_u16())))
        });
        texts.chain(status)
    }
}

fn value_of(entry: &Entry, dimension: &str) -> Value {
    match dimension {
        "vendor" => json!(entry.vendor()),
        "api" => json!(entry.api()),
        "operation" => json!(entry.operation()),
        "method" => json!(entry.method.as_str()),
        "path" => json!(entry.path()),
        "credential" => {
            json!(entry.credential().or(entry.notes.credential.as_ref().map(|shown| shown.masked.as_str())))
        }
        _ => json!(entry.status.map(|status| status.as_u16())),
    }
}

/// A body as a value to compare: JSON, a form as an object of texts, `null` where it is neither.
fn body(kept: &Kept) -> Value {
    serde_json::from_slice(&kept.bytes).unwrap_or_else(|_| {
        let is_form = kept.bytes.contains(&b'=') && kept.lacks.is_none();
        let pairs = form_urlencoded::parse(if is_form { &kept.bytes } else { &[] });
        let fields: Map<String, Value> =
            pairs.map(|(name, value)| (name.into_owned(), Value::from(value))).collect();
        if fields.is_empty() { Value::Null } else { Value::Object(fields) }
    })
}

/// Whether a value is a part of another: the members of an object, and of a list, items that are there, too.
pub fn is_part(wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        (Value::Object(wanted), Value::Object(got)) => {
            wanted.iter().all(|(name, wanted)| got.get(name).is_some_and(|got| is_part(wanted, got)))
        }
        (Value::Array(wanted), Value::Array(got)) => {
            wanted.iter().all(|wanted| got.iter().any(|got| is_part(wanted, got)))
        }
        (Value::Number(wanted), Value::Number(got)) => wanted == got || wanted.as_f64() == got.as_f64(),
        (wanted, got) => wanted == got,
    }
}

fn differ(place: &str, wanted: &Value, got: &Value, found: &mut Vec<Difference>) {
    if is_part(wanted, got) {
        return;
    }
    if let (Value::Object(wanted), Value::Object(got)) = (wanted, got) {
        for (name, wanted) in wanted {
            differ(&format!("{place}.{name}"), wanted, got.get(name).unwrap_or(&Value::Null), found);
        }
        return;
    }
    found.push(Difference { dimension: place.to_owned(), wanted: wanted.clone(), got: got.clone() });
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{StatusMatch, differ, is_part};

    #[test]
    fn a_status_is_one_or_a_class() {
        for (text, wanted) in [
            ("404", Some(StatusMatch::Exactly(404))),
            ("4xx", Some(StatusMatch::Class(4))),
            ("9xx", None),
            ("xx", None),
            ("40", None),
        ] {
            assert_eq!(StatusMatch::parse(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_part_of_a_body_is_members_of_objects_and_items_of_lists() {
        let body = json!({"a": 1, "b": {"c": [1, {"d": "x", "e": 2}]}, "f": null});
        for (part, wanted) in [
            (json!({}), true),
            (json!({"a": 1.0}), true),
            (json!({"b": {"c": [{"d": "x"}]}}), true),
            (json!({"b": {"c": [{"d": "y"}]}}), false),
            (json!({"f": null}), true),
            (json!({"g": null}), false),
            (json!([]), false),
        ] {
            assert_eq!(is_part(&part, &body), wanted, "{part}");
        }
        let mut found = Vec::new();
        differ("body", &json!({"a": 2, "b": {"z": 1}}), &body, &mut found);
        let places: Vec<&str> = found.iter().map(|one| one.dimension.as_str()).collect();
        assert_eq!(places, ["body.a", "body.b.z"]);
    }
}
