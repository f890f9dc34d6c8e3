//! How one record names another in its body: `~` and the serial. A text that only looks so gets another `~` in front.

use serde_json::Value;

/// What a reference in a body says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A record of the type that the attribute refers to.
    Serial(u64),
    /// A text that named no record when it was written.
    Text(&'a str),
}

/// The sub-attribute beside a reference that keeps what a client wrote, where it was no id.
pub const AS_SENT: &str = "~sent";

/// A reference to a record.
pub fn to_serial(serial: u64) -> Value {
    Value::String(format!("~{serial}"))
}

/// A reference to nobody known.
pub fn to_text(text: &str) -> Value {
    Value::String(if text.starts_with('~') { format!("~{text}") } else { text.to_owned() })
}

/// What a text in a body says.
pub fn read(text: &str) -> Reference<'_> {
    match text.strip_prefix('~') {
        None => Reference::Text(text),
        Some(rest) => rest.parse().map_or(Reference::Text(rest), Reference::Serial),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reference, read, to_serial, to_text};

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(read(to_serial(7).as_str().unwrap_or_default()), Reference::Serial(7));
        for text in ["", "7", "~7", "~~7", "~x"] {
            assert_eq!(read(to_text(text).as_str().unwrap_or_default()), Reference::Text(text));
        }
    }
}
