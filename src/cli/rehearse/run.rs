//! One rehearsal: a server of its own, a sandbox, the client in it, and what the report says.
//!
//! **Invariant:** what comes of a run follows from the seed, the vendors, what is picked of them, the scenario and the client
//! alone: so a run of a matrix is the same as the one that its command does again.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use super::client::{Clients, Ended as ClientEnded};
use super::expected::Expected;
use super::progress::Progress;
use super::tokens::Tokens;
use super::{RehearseArgs, SEED, surroundings};
use crate::cli::complain;
use crate::engine::{Birth, DEFAULT_SANDBOX, Engine, Refused, Sandbox};
use crate::profile::grammar::duration_text;
use crate::profile::model::Profile;
use crate::report::{Conduct, Report, Verdict};
use crate::scenario::{Due, Scenario};
use crate::serve::{Access, Background, Choice, Order, Pick, Refusal};
use crate::server::Address;

/// The sandbox that a client is in.
const SANDBOX: &str = "rehearsal";

/// How many recipients and groups there are when the scenario does not say.
const RECIPIENTS: usize = 250;
const GROUPS: usize = 8;

/// What is rehearsed.
pub(super) struct Rehearsal<'a> {
    pub args: &'a RehearseArgs,
    /// The vendors, as they are chosen.
    pub profiles: Vec<Arc<Profile>>,
    pub scenario: Arc<Scenario>,
    pub expected: Vec<Expected>,
}

/// What came of a rehearsal.
#[derive(Debug)]
pub(super) struct Run {
    /// The variants that were picked for it.
    pub picks: Vec<Pick>,
    pub report: Report,
    /// The client's exit code; `None` where a signal ended it, or the time was over.
    pub exit_code: Option<i32>,
}

impl Rehearsal<'_> {
    /// Runs the client once, with some variants picked; says first what that is.
    ///
    /// # Errors
    /// Why it could not run.
    pub fn run(&self, clients: &mut Clients, picks: &[Pick], is_called: &str) -> Result<Run, Refusal> {
        complain(&format!("{is_called}\n"));
        let background = Background::start(self.order(picks))?;
        let engine = background.desk().engine();
        let sandbox =
            engine.make_sandbox(Some(SANDBOX), self.birth(engine)?).map_err(|refused| refusal(&refused))?;
        let tokens = Tokens::lay_out(engine, &sandbox)?;
        engine.play(&sandbox, &self.scenario).map_err(|refused| refusal(&refused))?;
        let variables = surroundings::of(engine, &sandbox, background.url(), &tokens)?;
        let mut progress = Progress::new(engine, &sandbox, &self.scenario);
        let ended = clients.run(&self.args.command, &variables, self.args.timeout, &mut progress);
        progress.end();
        let ended = ended?;
        let mut report = engine.report(&sandbox);
        report.expected.extend(self.client_ended(ended));
        report.expected.extend(called_nobody(engine, &report));
        let compared = self.expected.iter().flat_map(|expected| expected.compare(engine, &sandbox, &report));
        let compared: Vec<Verdict> = compared.collect();
        report.expected.extend(compared);
        report.expected.extend(not_played(engine, &sandbox));
        Ok(Run { picks: picks.to_vec(), report, exit_code: ended.exit_code() })
    }

    /// The server that a client meets.
    fn order(&self, picks: &[Pick]) -> Order {
        Order {
            listen: Address::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            vendor_listen: Vec::new(),
            choice: choice(self.args, picks),
            seed: Some(self.seed()),
            // The default sandbox, which no client of a rehearsal has any business in.
            recipients: Some(0),
            groups: Some(0),
            seed_file: None,
            chaos: Vec::new(),
            scenario: None,
            request_ids: true,
            access: Access::default(),
        }
    }

    /// What the sandbox is made of.
    fn birth(&self, engine: &Engine) -> Result<Birth, Refusal> {
        let usual = engine.usual_birth();
        let setup = &self.scenario.setup;
        let index = |name: &String| {
            let served = engine.index_of(name);
            served.ok_or_else(|| {
                Refusal::new(format!(
                    "the scenario {} is about {name}, which is not served; see --vendors",
                    self.scenario.name
                ))
            })
        };
        let vendors = self.vendors().iter().map(index).collect::<Result<Vec<_>, _>>()?;
        Ok(Birth {
            seed: self.seed(),
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

    /// What the first run is called.
    pub fn title(&self) -> String {
        format!("Rehearsing {}: {}", self.scenario.name, self.scenario.about)
    }

    /// The seed of what is drawn.
    pub fn seed(&self) -> u64 {
        self.args.seed.unwrap_or(SEED)
    }

    /// The vendors that the client meets; empty for all that are served.
    pub fn vendors(&self) -> &[String] {
        if self.args.vendors.is_empty() { &self.scenario.vendors } else { &self.args.vendors }
    }

    /// That the client ended well, unless it did.
    fn client_ended(&self, ended: ClientEnded) -> Option<Verdict> {
        let says = match ended {
            ClientEnded::Exited(0) => return None,
            ClientEnded::Exited(code) => format!("the client exited with {code}"),
            ClientEnded::Killed(signal) => format!("signal {signal} ended the client"),
            ClientEnded::TimedOut => format!(
                "the client was not done in {}, and was ended (see --timeout)",
                duration_text(self.args.timeout)
            ),
        };
        Some(Verdict::fail(Conduct::EndsAsExpected, says))
    }
}

/// Which vendors are served, and how they are.
pub(super) fn choice(args: &RehearseArgs, picks: &[Pick]) -> Choice {
    Choice {
        profiles: args.profiles.profiles.clone(),
        vendors: args.vendors.clone(),
        picks: args.profiles.set.iter().chain(picks).cloned().collect(),
    }
}

/// That a client called somebody: one that did not shows nothing, whatever there is no verdict against.
fn called_nobody(engine: &Engine, report: &Report) -> Option<Verdict> {
    if report.calls > 0 {
        return None;
    }
    let has_strays = engine.sandbox(DEFAULT_SANDBOX).is_ok_and(|sandbox| !sandbox.journal.all().is_empty());
    let says = if has_strays {
        "the client called nobody of this sandbox, though it made calls: it has to take its tokens from its environment as \
         well, such as STANDIN_<VENDOR>_<CREDENTIAL>_TOKEN"
    } else {
        "the client called nobody: it has to take the URLs from its environment, such as STANDIN_URL or \
         STANDIN_<VENDOR>_<API>_URL"
    };
    Some(Verdict::fail(Conduct::EndsAsExpected, says))
}

/// What of the scenario did not happen: its steps that could not be done, and those that the client's work ended before.
fn not_played(engine: &Engine, sandbox: &Sandbox) -> Vec<Verdict> {
    engine.playing(sandbox, |timeline| {
        let Some(timeline) = timeline else { return Vec::new() };
        let failed = timeline.done.iter().filter_map(|done| {
            let why = done.outcome.as_ref().err()?;
            let says = format!("step {} of the scenario could not be done: {why}", done.step + 1);
            Some(Verdict::fail(Conduct::EndsAsExpected, says))
        });
        let missed = timeline.to_come().map(|(step, due, counted)| {
            let due = match due {
                Due::At(at_ms) => format!("due after {}", duration_text(*at_ms)),
                Due::After { calls, .. } => format!("due after {calls} calls of which {counted} came"),
            };
            let says = format!("step {} of the scenario was not reached: it is {due}", step + 1);
            Verdict::not_met(Conduct::EndsAsExpected, says)
        });
        failed.chain(missed).collect()
    })
}

fn refusal(refused: &Refused) -> Refusal {
    Refusal::new(refused.sentence())
}
