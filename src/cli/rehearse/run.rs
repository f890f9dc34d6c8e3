//! One rehearsal: a sandbox, the client in it, and what the report says.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use super::client::{self, Ended as ClientEnded};
use super::progress::Progress;
use super::surroundings;
use super::tokens::Tokens;
use crate::engine::{Birth, Engine, Refused, Sandbox};
use crate::report::{Conduct, Report, Verdict};
use crate::scenario::Scenario;
use crate::seed::{self, Format, Recipient};
use crate::serve::{Pick, Refusal};

/// What is rehearsed.
pub(super) struct Rehearsal<'a> {
    pub engine: &'a Engine,
    /// Where all vendors are reached.
    pub url: &'a str,
    pub scenario: &'a Arc<Scenario>,
    pub seed: u64,
    /// The vendors; empty for all.
    pub vendors: &'a [String],
    pub expected: &'a [Expected],
    pub command: &'a [OsString],
    pub timeout_ms: u64,
    pub tokens: &'a Tokens,
}

/// Recipients as they should be at the end.
pub(super) struct Expected {
    /// Of which vendor; `None` for each that was called.
    vendor: Option<String>,
    file: String,
    recipients: Vec<Recipient>,
}

/// What came of a rehearsal.
#[derive(Debug)]
pub(super) struct Run {
    /// The variants that were picked for it.
    pub picks: Vec<Pick>,
    pub report: Report,
    /// The client's exit code; `None` where a signal ended it, or the time was over.
    pub exit_code: Option<i32>,
    required: Option<Vec<Conduct>>,
}

impl Run {
    /// Whether all that is required passed.
    pub fn has_passed(&self) -> bool {
        self.failed().next().is_none()
    }

    /// The verdicts that failed and must not.
    pub fn failed(&self) -> impl Iterator<Item = &Verdict> {
        let is_required = |verdict: &Verdict| {
            verdict.conduct == Conduct::EndsAsExpected
                || self.required.as_ref().is_none_or(|required| required.contains(&verdict.conduct))
        };
        self.report.failed().map(|(_, verdict)| verdict).filter(move |verdict| is_required(verdict))
    }
}

impl Rehearsal<'_> {
    /// Runs the client once, in a sandbox of its own that is gone afterwards.
    ///
    /// # Errors
    /// Why it could not run.
    pub fn run(&self, sandbox: &str, picks: &[Pick]) -> Result<Run, Refusal> {
        let sandbox = self.engine.make_sandbox(Some(sandbox), self.birth()?).map_err(refusal)?;
        let run = self.run_in(&sandbox, picks);
        // What is gone already is as it should be.
        let _ = self.engine.delete_sandbox(&sandbox.name);
        self.tokens.forget(&sandbox);
        run
    }

    fn run_in(&self, sandbox: &Arc<Sandbox>, picks: &[Pick]) -> Result<Run, Refusal> {
        for pick in picks {
            let vendor = self.engine.index_of(&pick.vendor).unwrap_or(usize::MAX);
            self.engine.pick(sandbox, vendor, &pick.name, &pick.value).map_err(refusal)?;
        }
        let mut variables = surroundings::of(self.engine, sandbox, self.url);
        variables.extend(self.tokens.lay_out(self.engine, sandbox)?);
        self.engine.play(sandbox, self.scenario).map_err(refusal)?;
        let mut progress = Progress::new(self.engine, sandbox, self.scenario);
        let ended = client::run(self.command, &variables, self.timeout_ms, &mut progress)?;
        progress.end();
        let mut report = self.engine.report(sandbox);
        report.expected.extend(self.client_ended(ended));
        report.expected.extend(self.compare(sandbox, &report));
        self.engine.end_play(sandbox);
        Ok(Run {
            picks: picks.to_vec(),
            report,
            exit_code: ended.exit_code(),
            required: self.scenario.expect.required.clone(),
        })
    }

    /// What the sandbox is made of.
    fn birth(&self) -> Result<Birth, Refusal> {
        let usual = self.engine.usual_birth();
        let setup = &self.scenario.setup;
        let index = |name: &String| {
            self.engine.index_of(name).ok_or_else(|| Refusal::new(format!("{name} is not served")))
        };
        let vendors = self.vendors.iter().map(index).collect::<Result<Vec<_>, _>>()?;
        Ok(Birth {
            seed: self.seed,
            recipients: setup.recipients.unwrap_or(RECIPIENTS),
            groups: setup.groups.unwrap_or(GROUPS),
            organizations: match setup.organizations.as_slice() {
                [] => usual.organizations.clone(),
                named => named.to_vec(),
            },
            vendors: (!vendors.is_empty()).then_some(vendors),
            ..usual
        })
    }

    /// That the client ended well.
    fn client_ended(&self, ended: ClientEnded) -> Option<Verdict> {
        let says = match ended {
            ClientEnded::Exited(0) => return None,
            ClientEnded::Exited(code) => format!("the client gave up: it exited with {code}"),
            ClientEnded::Killed(signal) => format!("the client was ended by signal {signal}"),
            ClientEnded::TimedOut => format!("the client was not done in {} s", self.timeout_ms / 1_000),
        };
        Some(Verdict::fail(Conduct::EndsAsExpected, says))
    }

    /// Holds the records against the files that were given.
    fn compare(&self, sandbox: &Sandbox, report: &Report) -> Vec<Verdict> {
        let called = |name: &str| report.clients.iter().any(|client| client.vendor == name);
        let mut verdicts = Vec::new();
        for expected in self.expected {
            let profiles = self.engine.profiles().iter().enumerate();
            let meant = profiles.filter(|(index, profile)| {
                sandbox.has(*index)
                    && match &expected.vendor {
                        Some(vendor) => *vendor == profile.vendor,
                        None => called(&profile.vendor),
                    }
            });
            let before = verdicts.len();
            for (index, _) in meant {
                verdicts.push(self.engine.compare(sandbox, index, &expected.file, &expected.recipients));
            }
            if verdicts.len() == before {
                let says = format!("no vendor was called whose records could be as {}", expected.file);
                verdicts.push(Verdict::fail(Conduct::EndsAsExpected, says));
            }
        }
        verdicts
    }
}

/// How many recipients and groups there are when the scenario does not say.
const RECIPIENTS: usize = 250;
const GROUPS: usize = 8;

/// Reads `[VENDOR=]FILE`.
pub(super) fn expected(text: &str) -> Result<Expected, Refusal> {
    let (vendor, file) = match text.split_once('=') {
        Some((vendor, file)) => (Some(vendor.to_owned()), file),
        None => (None, text),
    };
    let format = Format::of(Path::new(file)).ok_or_else(|| {
        Refusal::new(format!("--expect {file}: the name does not tell the format; call it .csv, .json or .ndjson"))
    })?;
    let bytes = std::fs::read(file).map_err(|error| Refusal::new(format!("cannot read {file}: {error}")))?;
    let loaded = seed::read(file, &bytes, format).map_err(|problems| {
        let details = problems.iter().map(|problem| format!("{problem}\n")).collect();
        Refusal { details, sentence: format!("--expect {file} has mistakes; correct them") }
    })?;
    Ok(Expected { vendor, file: file.to_owned(), recipients: loaded.recipients })
}

pub(super) fn refusal(refused: Refused) -> Refusal {
    Refusal::new(refused.sentence())
}
