//! The chaos rules of a sandbox.

use http::Method;
use serde_json::Value;

use super::link::segment;
use super::{Error, Sandbox};

/// The chaos rules of a sandbox: what happens to which calls, from the next one on.
#[derive(Debug, Clone, Copy)]
pub struct Chaos<'s> {
    pub(super) sandbox: &'s Sandbox,
}

impl Chaos<'_> {
    /// Puts rules into force: one, as `&json!({"when": {"nth": 2}, "ending": "reset"})`, or several, as
    /// `&json!({"chaos": […]})`. Gives them as they are then: `{"rules": [{"number", "name", "since", "met", "struck", "rule"}]}`.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn add(&self, rules: &Value) -> Result<Value, Error> {
        self.sandbox.ask(Method::POST, "/chaos", rules)
    }

    /// Puts ready-made rules into force by their name, such as `flaky`.
    ///
    /// # Errors
    /// Which there are.
    pub fn use_ready_made(&self, name: &str) -> Result<Value, Error> {
        self.sandbox.ask(Method::PUT, &format!("/chaos/{}", segment(name)), &Value::Null)
    }

    /// The rules in force, each with how many calls met it and how many it struck.
    ///
    /// # Errors
    /// That the sandbox is gone.
    pub fn rules(&self) -> Result<Vec<Value>, Error> {
        match self.sandbox.ask(Method::GET, "/chaos", &Value::Null)?["rules"].take() {
            Value::Array(rules) => Ok(rules),
            _ => Ok(Vec::new()),
        }
    }

    /// Takes a rule out of force by its name, or all rules of a ready-made set.
    ///
    /// # Errors
    /// That there is none.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        self.sandbox.ask(Method::DELETE, &format!("/chaos/{}", segment(name)), &Value::Null).map(drop)
    }

    /// Takes all rules out of force.
    ///
    /// # Errors
    /// That the sandbox is gone.
    pub fn clear(&self) -> Result<(), Error> {
        self.sandbox.ask(Method::DELETE, "/chaos", &Value::Null).map(drop)
    }
}
