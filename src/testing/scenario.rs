//! The scenario of a sandbox.

use http::Method;
use serde_json::Value;

use super::{Error, Sandbox};

/// The scenario under way in a sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Scenario<'s> {
    pub(super) sandbox: &'s Sandbox,
}

impl Scenario<'_> {
    /// Where it stands: `{"scenario", "about", "began", "steps", "done": [{"step", "at", "did"}], "to_come": [{"step", …}]}`; of
    /// a step that could not be done, `failed` says why.
    ///
    /// # Errors
    /// That none is under way.
    pub fn read(&self) -> Result<Value, Error> {
        self.sandbox.ask(Method::GET, "/scenario", &Value::Null)
    }

    /// Ends it; what it did stays. What it expects is in the report as long as it is under way.
    ///
    /// # Errors
    /// That none is under way.
    pub fn end(&self) -> Result<(), Error> {
        self.sandbox.ask(Method::DELETE, "/scenario", &Value::Null).map(drop)
    }
}
