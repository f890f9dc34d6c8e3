//! How many calls a test wants to have been made.

use serde_json::{Value, json};

use super::Error;

/// How many calls are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// So many or more.
    AtLeast(u64),
    /// So many or fewer.
    AtMost(u64),
}

impl Count {
    pub(super) fn told(self) -> Value {
        match self {
            Self::Exactly(count) => json!({"exactly": count}),
            Self::AtLeast(count) => json!({"at_least": count}),
            Self::AtMost(count) => json!({"at_most": count}),
        }
    }

    fn in_words(self) -> String {
        match self {
            Self::Exactly(count) => format!("exactly {count}"),
            Self::AtLeast(count) => format!("at least {count}"),
            Self::AtMost(count) => format!("at most {count}"),
        }
    }
}

/// Reads what a verification came to.
pub(super) fn judge(verdict: &Value, wanted: Count) -> Result<(), Error> {
    if verdict["passed"] == json!(true) {
        return Ok(());
    }
    let nearest = match &verdict["nearest"] {
        Value::Array(calls) if !calls.is_empty() => format!("; the nearest: {:#}", verdict["nearest"]),
        _ => String::new(),
    };
    Err(Error::new(format!("{} calls match, {} are wanted{nearest}", verdict["count"], wanted.in_words())))
}
