//! Templates: JSON whose texts hold `${slots}`.
//!
//! A text that is one slot alone takes the slot's value with its type; in a longer text slots are interpolated. A slot
//! without a value takes its key away, and with it the object of which it was the only hope: `{"value": "${phone}",
//! "type": "work"}` is not written for someone without a phone.
//!
//! **Invariant:** a template knows which slots it holds, not what they mean: whoever compiles it resolves their names
//! (an unknown name is a mistake of the profile), whoever writes it hands in their values. It cannot write invalid JSON.

use std::io::Write as _;

use super::node::{Node, Tree};

mod schema;

pub use schema::SlotSchema;

/// A compiled template over slots of type `S`.
#[derive(Debug, Clone)]
pub struct Template<S>(Part<S>);

#[derive(Debug, Clone)]
enum Part<S> {
    Fixed(Box<[u8]>),
    Slot(S),
    Text(Vec<Piece<S>>),
    List(Vec<Part<S>>),
    Map(Vec<Entry<S>>),
}

#[derive(Debug, Clone)]
struct Entry<S> {
    key: Box<[u8]>,
    part: Part<S>,
    has_slots: bool,
}

#[derive(Debug, Clone)]
enum Piece<S> {
    Fixed(Box<str>),
    Slot(S),
}

/// The values of slots.
pub trait Slots<S> {
    /// Writes a slot's value as JSON; `false`, having written nothing, when it has none.
    fn json(&self, slot: &S, out: &mut Vec<u8>) -> bool;
    /// Appends a slot's value as text; nothing when it has none.
    fn text(&self, slot: &S, out: &mut String);
}

impl<S> Template<S> {
    /// Compiles a node; `resolve` turns a slot's name into a slot, or says what is wrong with it. Every mistake goes to
    /// `mistake` with the node that holds it.
    pub fn compile(
        node: &Node,
        resolve: &mut dyn FnMut(&str) -> Result<S, String>,
        mistake: &mut dyn FnMut(&Node, String),
    ) -> Option<Self> {
        compile(node, resolve, mistake).map(Template)
    }

    /// A template that writes `null`.
    pub fn nothing() -> Self {
        Self(Part::Fixed(Box::from(&b"null"[..])))
    }

    /// Writes the template as JSON; `false`, having written nothing, when no slot in it has a value.
    pub fn write(&self, slots: &dyn Slots<S>, out: &mut Vec<u8>) -> bool {
        write(&self.0, slots, out)
    }

    /// Writes the template as bare text, where it is one text; JSON otherwise.
    pub fn text(&self, slots: &dyn Slots<S>) -> String {
        match &self.0 {
            Part::Text(pieces) => interpolate(pieces, slots),
            Part::Slot(slot) => {
                let mut text = String::new();
                slots.text(slot, &mut text);
                text
            }
            Part::Fixed(bytes) => match serde_json::from_slice(bytes) {
                Ok(serde_json::Value::String(text)) => text,
                _ => String::from_utf8_lossy(bytes).into_owned(),
            },
            other => {
                let mut out = Vec::new();
                write(other, slots, &mut out);
                String::from_utf8_lossy(&out).into_owned()
            }
        }
    }

    /// The slot that alone stands at a path of keys, if one does.
    pub fn slot_at(&self, path: &[&str]) -> Option<&S> {
        let mut part = &self.0;
        for key in path {
            let Part::Map(entries) = part else { return None };
            let key = json_text(key);
            part = &entries.iter().find(|entry| entry.key == key)?.part;
        }
        match part {
            Part::Slot(slot) => Some(slot),
            Part::Fixed(_) | Part::Text(_) | Part::List(_) | Part::Map(_) => None,
        }
    }
}

fn has_slots<S>(part: &Part<S>) -> bool {
    match part {
        Part::Fixed(_) => false,
        // A text without slots is fixed.
        Part::Slot(_) | Part::Text(_) => true,
        Part::List(parts) => parts.iter().any(has_slots),
        Part::Map(entries) => entries.iter().any(|entry| entry.has_slots),
    }
}

fn compile<S>(
    node: &Node,
    resolve: &mut dyn FnMut(&str) -> Result<S, String>,
    mistake: &mut dyn FnMut(&Node, String),
) -> Option<Part<S>> {
    match &node.value {
        Tree::Text(text) => match pieces(text, resolve) {
            Ok(mut pieces) => Some(match (pieces.len(), pieces.pop()) {
                (1, Some(Piece::Slot(slot))) => Part::Slot(slot),
                (1, Some(Piece::Fixed(text))) => Part::Fixed(json_text(&text)),
                (_, None) => Part::Fixed(json_text("")),
                (_, Some(last)) => {
                    pieces.push(last);
                    Part::Text(pieces)
                }
            }),
            Err(what) => {
                mistake(node, what);
                None
            }
        },
        Tree::List(items) => {
            let parts: Vec<_> = items.iter().map(|item| compile(item, resolve, mistake)).collect();
            Some(Part::List(parts.into_iter().collect::<Option<_>>()?))
        }
        Tree::Map(entries) => {
            let mut parts = Vec::new();
            let mut whole = true;
            for entry in entries {
                match compile(&entry.value, resolve, mistake) {
                    Some(part) => {
                        let has_slots = has_slots(&part);
                        parts.push(Entry { key: json_text(&entry.key), part, has_slots });
                    }
                    None => whole = false,
                }
            }
            whole.then_some(Part::Map(parts))
        }
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => {
            Some(Part::Fixed(node.to_json().to_string().into_bytes().into()))
        }
    }
}

fn pieces<S>(
    text: &str,
    resolve: &mut dyn FnMut(&str) -> Result<S, String>,
) -> Result<Vec<Piece<S>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        if start > 0 {
            pieces.push(Piece::Fixed(rest[..start].into()));
        }
        let inside = &rest[start + 2..];
        let end = inside.find('}').ok_or_else(|| "`${` has no `}`".to_owned())?;
        pieces.push(Piece::Slot(resolve(&inside[..end])?));
        rest = &inside[end + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Fixed(rest.into()));
    }
    Ok(pieces)
}

fn json_text(text: &str) -> Box<[u8]> {
    serde_json::Value::from(text).to_string().into_bytes().into()
}

fn write<S>(part: &Part<S>, slots: &dyn Slots<S>, out: &mut Vec<u8>) -> bool {
    match part {
        Part::Fixed(bytes) => {
            out.extend_from_slice(bytes);
            true
        }
        Part::Slot(slot) => slots.json(slot, out),
        Part::Text(pieces) => {
            write_text(&interpolate(pieces, slots), out);
            true
        }
        Part::List(parts) => {
            let begin = out.len();
            out.push(b'[');
            for part in parts {
                let before = out.len();
                if before > begin + 1 {
                    out.push(b',');
                }
                if !write(part, slots, out) {
                    out.truncate(before);
                }
            }
            let hopeless = !parts.is_empty() && out.len() == begin + 1;
            out.push(b']');
            if hopeless {
                out.truncate(begin);
            }
            !hopeless
        }
        Part::Map(entries) => {
            let begin = out.len();
            out.push(b'{');
            let (mut slots_all, mut slots_filled) = (0, 0);
            for entry in entries {
                let before = out.len();
                if before > begin + 1 {
                    out.push(b',');
                }
                out.extend_from_slice(&entry.key);
                out.push(b':');
                let written = write(&entry.part, slots, out);
                if !written {
                    out.truncate(before);
                }
                slots_all += usize::from(entry.has_slots);
                slots_filled += usize::from(entry.has_slots && written);
            }
            let hopeless = slots_all > 0 && slots_filled == 0;
            out.push(b'}');
            if hopeless {
                out.truncate(begin);
            }
            !hopeless
        }
    }
}

fn interpolate<S>(pieces: &[Piece<S>], slots: &dyn Slots<S>) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Fixed(fixed) => text.push_str(fixed),
            Piece::Slot(slot) => slots.text(slot, &mut text),
        }
    }
    text
}

/// Writes a text as JSON.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    // A `Vec` takes every write, and a text is always JSON.
    let written = serde_json::to_writer(&mut *out, text);
    debug_assert!(written.is_ok(), "a Vec takes every write");
}

/// Writes a JSON value.
pub fn write_value(value: &serde_json::Value, out: &mut Vec<u8>) {
    let written = serde_json::to_writer(&mut *out, value);
    debug_assert!(written.is_ok(), "a Vec takes every write");
}

/// Writes a whole number.
pub fn write_number(number: i64, out: &mut Vec<u8>) {
    let written = write!(out, "{number}");
    debug_assert!(written.is_ok(), "a Vec takes every write");
}

#[cfg(test)]
mod tests {
    use super::{Slots, Template, write_text};
    use crate::profile::node;
    use crate::profile::source::Source;

    struct Named;

    impl Slots<String> for Named {
        fn json(&self, slot: &String, out: &mut Vec<u8>) -> bool {
            match slot.as_str() {
                "none" => return false,
                "seven" => out.push(b'7'),
                other => write_text(other, out),
            }
            true
        }

        fn text(&self, slot: &String, out: &mut String) {
            if slot != "none" {
                out.push_str(slot);
            }
        }
    }

    fn check(yaml: &str, wanted: Option<&str>) {
        let source = Source::new("t.yaml", yaml);
        let node = node::parse(&source, &mut Vec::new()).expect("YAML");
        let template =
            Template::compile(&node, &mut |name| Ok(name.to_owned()), &mut |_, what| panic!("{what}"));
        let mut out = b"before".to_vec();
        let written = template.expect("a template").write(&Named, &mut out);
        let out = String::from_utf8(out).expect("UTF-8");
        assert_eq!(written.then_some(out.trim_start_matches("before")), wanted, "{yaml}");
        assert!(written || out == "before", "{yaml}: what is not written leaves nothing behind");
    }

    #[test]
    fn a_slot_keeps_its_type_and_takes_its_hopeless_surroundings_away() {
        check("'${seven}'", Some("7"));
        check("'no ${seven}: ${a}\"'", Some(r#""no seven: a\"""#));
        check("{a: '${x}', b: '${none}', c: 1}", Some(r#"{"a":"x","c":1}"#));
        check("{a: {type: work, value: '${none}'}, b: '${x}'}", Some(r#"{"b":"x"}"#));
        check(
            "{a: [{type: work, value: '${none}'}, {type: home, value: '${x}'}]}",
            Some(r#"{"a":[{"type":"home","value":"x"}]}"#),
        );
        check("{a: [{value: '${none}'}], b: [], c: '${x}'}", Some(r#"{"b":[],"c":"x"}"#));
        check("{a: '${none}'}", None);
        check("'${none}'", None);
        check("{a: null, b: true, c: 1.5, d: text}", Some(r#"{"a":null,"b":true,"c":1.5,"d":"text"}"#));
    }

    #[test]
    fn a_slot_that_is_not_closed_or_not_known_is_a_mistake() {
        for yaml in ["'${x'", "{a: ['${bad}']}"] {
            let node = node::parse(&Source::new("t.yaml", yaml), &mut Vec::new()).expect("YAML");
            let mut mistakes = Vec::new();
            let mut resolve =
                |name: &str| if name == "bad" { Err("no slot".to_owned()) } else { Ok(name.to_owned()) };
            assert!(Template::compile(&node, &mut resolve, &mut |_, what| mistakes.push(what)).is_none());
            assert_eq!(mistakes.len(), 1, "{yaml}");
        }
    }
}
