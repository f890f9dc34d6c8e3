//! What is said while a client runs: one line that changes on a terminal, a line for each thing that happens elsewhere.

use std::io::IsTerminal as _;

use crate::cli::complain;
use crate::engine::{Engine, Sandbox};
use crate::scenario::Scenario;

/// How often it is looked, in milliseconds.
const LOOK_MS: u64 = 200;

/// After how many looks without anything new a line is printed all the same: 10 seconds.
const QUIET_LOOKS_MAX: u32 = 50;

/// How many calls are looked at at a time.
const CALLS_AT_A_TIME: usize = 1_000;

/// What was seen so far.
pub(super) struct Progress<'a> {
    engine: &'a Engine,
    sandbox: &'a Sandbox,
    scenario: &'a Scenario,
    is_live: bool,
    next_call: u64,
    seen: Seen,
    /// How many steps were told of.
    told_steps: usize,
    quiet_looks: u32,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    calls: u64,
    limited: u64,
    lost: u64,
    steps: usize,
}

impl<'a> Progress<'a> {
    /// Nothing was seen yet.
    pub fn new(engine: &'a Engine, sandbox: &'a Sandbox, scenario: &'a Scenario) -> Self {
        let is_live = std::io::stderr().is_terminal();
        let next_call = sandbox.journal.next_number();
        let seen = Seen::default();
        Self { engine, sandbox, scenario, is_live, next_call, seen, told_steps: 0, quiet_looks: 0 }
    }

    /// How often to look, in milliseconds.
    pub fn look_ms(&self) -> u64 {
        LOOK_MS
    }

    /// Looks, and says what is new.
    pub fn look(&mut self) {
        let before = self.seen;
        self.take_in();
        let steps = self.new_steps();
        if self.is_live {
            let lines: String = steps.iter().map(|step| format!("{step}\n")).collect();
            // The client writes to the same terminal, behind this line: so it comes anew when it is another alone, and ends in
            // two blanks that keep the two apart.
            if self.seen == before && steps.is_empty() {
                return;
            }
            complain(&format!("\r\x1b[K{lines}{}  ", self.line()));
            return;
        }
        steps.iter().for_each(|step| complain(&format!("{step}\n")));
        self.quiet_looks = if steps.is_empty() { self.quiet_looks + 1 } else { 0 };
        if self.quiet_looks >= QUIET_LOOKS_MAX && self.seen != before {
            self.quiet_looks = 0;
            complain(&format!("{}\n", self.line()));
        }
    }

    /// Says where it ended.
    pub fn end(&mut self) {
        self.look();
        let line = self.line();
        complain(&if self.is_live { format!("\r\x1b[K{line}\n") } else { format!("{line}\n") });
    }

    fn take_in(&mut self) {
        loop {
            let (calls, next) = self.sandbox.journal.from(self.next_call, CALLS_AT_A_TIME);
            for call in &calls {
                self.seen.calls += 1;
                self.seen.limited += u64::from(call.status.is_some_and(|status| status.as_u16() == 429));
                self.seen.lost += u64::from(call.status.is_none());
            }
            self.next_call = next;
            if calls.len() < CALLS_AT_A_TIME {
                return;
            }
        }
    }

    /// A line for each thing that the scenario did since the last look.
    fn new_steps(&mut self) -> Vec<String> {
        let told = self.told_steps;
        let (new, count) = self.engine.playing(self.sandbox, |timeline| {
            let done = timeline.map_or(&[][..], |timeline| &timeline.done);
            let new = done.iter().skip(told).map(|done| match &done.outcome {
                Ok(did) => format!("  step {}: {did}", done.step + 1),
                Err(why) => format!("  step {} failed: {why}", done.step + 1),
            });
            (new.collect::<Vec<_>>(), done.len())
        });
        self.told_steps = count;
        self.seen.steps = self.engine.playing(self.sandbox, |timeline| {
            timeline.map_or(0, |timeline| self.scenario.steps.len() - timeline.to_come().count())
        });
        new
    }

    fn line(&self) -> String {
        let Seen { calls, limited, lost, steps } = self.seen;
        let all = self.scenario.steps.len();
        format!("  {calls} calls, {limited} limited, {lost} lost; {steps} of {all} steps done")
    }
}
