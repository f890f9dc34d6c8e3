//! Cursors: where the next page of a list begins, opaque to whoever carries them.
//!
//! **Invariant:** a cursor holds all that is needed to go on, so none is kept; what is not one of ours is no cursor.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::operation::Mark;
use crate::scim::sort::Key;

/// Behind which record, as a REST api writes it.
pub fn plain(serial: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{serial}"))
}

/// The serial in a [`plain`] cursor.
pub fn read_plain(text: &str) -> Option<u64> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    std::str::from_utf8(&bytes).ok()?.strip_prefix("after:")?.parse().ok()
}

/// A walk through the pages of one query (RFC 9865).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// What stands for the query.
    query: u64,
    /// The size of its pages.
    pub count: usize,
}

/// A place in a walk.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// Behind which record the next page begins.
    pub mark: Mark,
    /// The walk.
    pub walk: Walk,
    /// When the page before was read.
    pub at_ms: i64,
}

impl Walk {
    /// The walk of a query: all that decides which resources it yields, in which order, and for which organization.
    pub fn new(query: &[Option<&str>], count: usize) -> Self {
        let mut hasher = DefaultHasher::new();
        query.hash(&mut hasher);
        Self { query: hasher.finish(), count }
    }
}

impl Stop {
    /// The cursor, in characters that a URL takes as they are (RFC 9865 section 2).
    pub fn write(&self) -> String {
        let Mark { record, serial, key } = &self.mark;
        let key = key.as_ref().map(|key| [key.to_json()]);
        let parts = json!([self.walk.query, self.walk.count, self.at_ms, record, serial, key]);
        URL_SAFE_NO_PAD.encode(parts.to_string())
    }

    /// The place that a cursor means; `None` for what [`Stop::write`] has not written.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let parts: Vec<Value> = serde_json::from_slice(&bytes).ok()?;
        let [query, count, at_ms, record, serial, key] = &parts[..] else { return None };
        let key = match key {
            Value::Null => None,
            key => Some(Key::from_json(key.get(0)?)?),
        };
        let as_usize = |number: &Value| usize::try_from(number.as_u64()?).ok();
        Some(Self {
            mark: Mark { record: as_usize(record)?, serial: serial.as_u64()?, key },
            walk: Walk { query: query.as_u64()?, count: as_usize(count)? },
            at_ms: at_ms.as_i64()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Stop, Walk};
    use crate::operation::Mark;
    use crate::scim::sort::Key;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        for key in [None, Some(Key::Nothing), Some(Key::Text("ä\"".to_owned())), Some(Key::Time(-7))] {
            let mark = Mark { record: 1, serial: 42, key };
            let stop =
                Stop { mark, walk: Walk::new(&[Some("title pr"), None], 10), at_ms: 1_767_225_600_000 };
            let text = stop.write();
            assert_eq!(Stop::read(&text), Some(stop));
            let is_plain =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            assert!(text.bytes().all(is_plain), "{text}");
        }
    }

    #[test]
    fn what_nobody_wrote_is_no_cursor() {
        for text in ["", "x", "W10", "WzEsMiwzLDQsNSw2XQ", "e30", "%", "after:1"] {
            assert_eq!(Stop::read(text), None, "{text}");
        }
    }

    #[test]
    fn another_query_is_another_walk() {
        let check =
            |one: &[Option<&str>], other: &[Option<&str>]| assert_ne!(Walk::new(one, 5), Walk::new(other, 5));
        check(&[Some("a"), None], &[None, Some("a")]);
        check(&[Some("ab"), Some("c")], &[Some("a"), Some("bc")]);
        check(&[None], &[Some("")]);
    }
}
