//! A sandbox's clock, by the types of the standard library.

use std::time::{Duration, SystemTime};

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::link::duration;
use super::{Error, Sandbox};

/// The clock of a sandbox. Whatever it does, it does for tokens, limits and timestamps in the same instant.
#[derive(Debug, Clone, Copy)]
pub struct SandboxClock<'s> {
    pub(super) sandbox: &'s Sandbox,
}

impl SandboxClock<'_> {
    /// What it shows, to the millisecond.
    ///
    /// # Errors
    /// That the sandbox is gone.
    pub fn now(&self) -> Result<SystemTime, Error> {
        time(&self.sandbox.ask(Method::GET, "/clock", &Value::Null)?)
    }

    /// Whether it stands still.
    ///
    /// # Errors
    /// That the sandbox is gone.
    pub fn is_frozen(&self) -> Result<bool, Error> {
        let clock = self.sandbox.ask(Method::GET, "/clock", &Value::Null)?;
        Ok(clock["frozen"].as_bool().unwrap_or_default())
    }

    /// Goes ahead by so many milliseconds; gives what it shows then.
    ///
    /// # Errors
    /// That it would go beyond the year 9999.
    pub fn advance(&self, by: Duration) -> Result<SystemTime, Error> {
        self.turn(&json!({"advance": duration(by)}))
    }

    /// Goes to a time, ahead or back.
    ///
    /// # Errors
    /// That this is before 1970 or after 9999.
    pub fn set(&self, to: SystemTime) -> Result<SystemTime, Error> {
        let to = Timestamp::try_from(to).map_err(|error| Error::new(error.to_string()))?;
        self.turn(&json!({"set": to.to_string()}))
    }

    /// Stands still from now on.
    ///
    /// # Errors
    /// That the sandbox is gone.
    pub fn freeze(&self) -> Result<SystemTime, Error> {
        self.turn(&json!({"freeze": true}))
    }

    /// Goes on from where it stands.
    ///
    /// # Errors
    /// That the sandbox is gone.
    pub fn resume(&self) -> Result<SystemTime, Error> {
        self.turn(&json!({"freeze": false}))
    }

    fn turn(&self, how: &Value) -> Result<SystemTime, Error> {
        time(&self.sandbox.ask(Method::PATCH, "/clock", how)?)
    }
}

fn time(clock: &Value) -> Result<SystemTime, Error> {
    let shown = clock["now"].as_str().and_then(|now| now.parse::<Timestamp>().ok());
    shown.map(SystemTime::from).ok_or_else(|| Error::new(format!("the clock shows no time but {clock}")))
}
