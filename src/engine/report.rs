//! The report on a sandbox's clients.

use super::Engine;
use super::sandbox::Sandbox;
use crate::report::{Kept, Report, draw_up};

impl Engine {
    /// Draws up the report on the clients of a sandbox from its journal, with what the scenario under way
    /// expects.
    pub fn report(&self, sandbox: &Sandbox) -> Report {
        let journal = &sandbox.journal;
        let kept = Kept {
            sandbox: &sandbox.name,
            seed: sandbox.birth.seed,
            calls: &journal.all(),
            marks: &journal.marks(),
            forgotten: journal.forgotten(),
        };
        let required = self.playing(sandbox, |timeline| {
            timeline.and_then(|timeline| timeline.scenario.expect.required.clone())
        });
        Report { expected: self.expected(sandbox), required, ..draw_up(&kept) }
    }
}
