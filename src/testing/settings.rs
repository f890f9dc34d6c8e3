//! A vendor's plan, prerequisites and variants, and its rate limits: they hold from the next call on.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::link::{duration, segment};
use super::{Error, Sandbox};

/// What can be set of a vendor in a sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'s> {
    pub(super) sandbox: &'s Sandbox,
    pub(super) vendor: &'s str,
}

impl Settings<'_> {
    /// As they are: `{"plan", "prerequisites": {…}, "variants": {…}}`.
    ///
    /// # Errors
    /// Which vendors there are.
    pub fn read(&self) -> Result<Value, Error> {
        self.ask(Method::GET, &Value::Null)
    }

    /// Puts every organization on a plan.
    ///
    /// # Errors
    /// Which plans there are.
    pub fn plan(&self, plan: &str) -> Result<(), Error> {
        self.ask(Method::PATCH, &json!({"plan": plan})).map(drop)
    }

    /// Does what an administrator has to do first, or undoes it, in every organization.
    ///
    /// # Errors
    /// Which prerequisites there are.
    pub fn prerequisite(&self, name: &str, is_done: bool) -> Result<(), Error> {
        self.ask(Method::PATCH, &json!({"prerequisites": {name: is_done}})).map(drop)
    }

    /// Picks a value of a variant.
    ///
    /// # Errors
    /// Which variants and values there are.
    pub fn variant(&self, name: &str, value: &str) -> Result<(), Error> {
        self.ask(Method::PATCH, &json!({"variants": {name: value}})).map(drop)
    }

    fn ask(&self, method: Method, body: &Value) -> Result<Value, Error> {
        self.sandbox.ask(method, &format!("/vendors/{}/settings", segment(self.vendor)), body)
    }
}

/// The rate limits of a vendor in a sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'s> {
    pub(super) sandbox: &'s Sandbox,
    pub(super) vendor: &'s str,
}

impl Limits<'_> {
    /// As they stand: `{"enabled", "limits": [{"name", "buckets": [{"key", "limit", "remaining", "resets_at"}]}]}`.
    ///
    /// # Errors
    /// Which vendors there are.
    pub fn read(&self) -> Result<Value, Error> {
        self.ask(Method::GET, &Value::Null)
    }

    /// Puts all limits in force, or lifts them.
    ///
    /// # Errors
    /// Which vendors there are.
    pub fn enable(&self, in_force: bool) -> Result<(), Error> {
        self.ask(Method::PATCH, &json!({"enabled": in_force})).map(drop)
    }

    /// Leaves every caller so many calls of a limit; 0 is exhausted.
    ///
    /// # Errors
    /// Which limits there are.
    pub fn leave(&self, limit: &str, remaining: u32) -> Result<(), Error> {
        self.ask(Method::PATCH, &json!({"limit": limit, "remaining": remaining})).map(drop)
    }

    /// Gives a limit another rate.
    ///
    /// # Errors
    /// Which limits there are.
    pub fn rate(&self, limit: &str, calls: u32, per: Duration) -> Result<(), Error> {
        let rate = json!({"limit": calls, "per": duration(per)});
        self.ask(Method::PATCH, &json!({"limit": limit, "rate": rate})).map(drop)
    }

    fn ask(&self, method: Method, body: &Value) -> Result<Value, Error> {
        self.sandbox.ask(method, &format!("/vendors/{}/limits", segment(self.vendor)), body)
    }
}
