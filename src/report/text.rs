//! A report for a terminal, and for the log of a build.
//!
//! What went wrong comes first for each client, and once more at the very end, where a log is read from.
//!
//! **Invariant:** the same verdicts give the same text: no time stands in it. Without [`Ink::Colour`] it has no control
//! character but the ends of its lines.

use std::fmt;

use super::escape::{name, sentence};
use super::{Conduct, Ended, FactShown, Report, Verdict};

/// What a text may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Characters alone.
    Plain,
    /// Colours of a terminal as well (ECMA-48, SGR).
    Colour,
}

/// How wide a line is, in characters, unless one word is wider.
const LINE_CHARS: usize = 96;

/// Where what was seen begins: behind the verdict and the longest name of a rule.
const SEEN_AT: usize = 35;

/// Where what is told of a failure begins, and its text.
const DETAIL_AT: usize = 8;
const DETAIL_TEXT_AT: usize = 16;

const RED: &str = "31;1";
const GREEN: &str = "32";
const BOLD: &str = "1";
const DIM: &str = "2";

/// The text, each line ended.
pub fn text(report: &Report, ink: Ink) -> String {
    let mut page = Page { text: String::new(), ink };
    let calls = counted(report.calls, "call", "calls");
    page.line(&format!("Report on sandbox {}, seed {}: {calls}", name(&report.sandbox), report.seed));
    if report.forgotten > 0 {
        page.line(&let_go(report.forgotten));
    }
    for client in &report.clients {
        page.line("");
        let head = format!("{}, {}", name(&client.name()), counted(client.calls, "call", "calls"));
        page.line(&page.inked(BOLD, &head));
        page.verdicts(&client.verdicts);
    }
    if !report.expected.is_empty() {
        page.line("");
        page.line(&page.inked(BOLD, "What was expected at the end"));
        page.verdicts(&report.expected);
    }
    page.line("");
    page.sum_up(report);
    page.text
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text(self, Ink::Plain).trim_end())
    }
}

/// `1 call`, `2 calls`.
pub(super) fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// What a report cannot speak of.
pub(super) fn let_go(forgotten: u64) -> String {
    let older = counted(forgotten, "older call", "older calls");
    format!("The journal let go of {older}: nothing here is about them.")
}

/// The verdicts in the order in which they are read: what failed, what passed, what did not come up.
pub(super) fn in_order(verdicts: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    [Ended::Fail, Ended::Pass, Ended::NotMet]
        .into_iter()
        .flat_map(move |ended| verdicts.iter().filter(move |verdict| verdict.ended == ended))
}

/// How many verdicts ended in a way.
pub(super) fn ended(report: &Report, ended: Ended) -> u64 {
    let all = report.clients.iter().flat_map(|client| &client.verdicts).chain(&report.expected);
    all.map(|verdict| u64::from(verdict.ended == ended)).sum()
}

/// The evidence of a verdict: request ids, and how many more there are.
pub(super) fn calls_shown(verdict: &Verdict) -> String {
    let ids: Vec<String> = verdict.evidence.iter().map(|id| name(id)).collect();
    let shown = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    match verdict.count.saturating_sub(shown) {
        0 => ids.join(", "),
        more => format!("{} and {more} more", ids.join(", ")),
    }
}

/// A fact in one line.
pub(super) fn fact_shown(fact: &FactShown) -> String {
    format!("{} ({}): {}", name(&fact.id), fact.mark, sentence(&fact.says))
}

struct Page {
    text: String,
    ink: Ink,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text += line.trim_end();
        self.text.push('\n');
    }

    fn inked(&self, style: &str, text: &str) -> String {
        match self.ink {
            Ink::Plain => text.to_owned(),
            Ink::Colour => format!("\u{1b}[{style}m{text}\u{1b}[0m"),
        }
    }

    fn verdicts(&mut self, verdicts: &[Verdict]) {
        for verdict in in_order(verdicts) {
            self.verdict(verdict);
        }
    }

    fn verdict(&mut self, verdict: &Verdict) {
        let (word, style) = match verdict.ended {
            Ended::Pass => ("PASS", GREEN),
            Ended::Fail => ("FAIL", RED),
            Ended::NotMet => ("–   ", DIM),
        };
        let seen = if verdict.ended == Ended::NotMet && verdict.says.is_empty() {
            "not met".to_owned()
        } else {
            sentence(&verdict.says)
        };
        let head = format!("  {}  {:<26} ", self.inked(style, word), verdict.conduct.as_str());
        for (nth, line) in wrapped(&seen, LINE_CHARS - SEEN_AT).iter().enumerate() {
            let line = if verdict.ended == Ended::NotMet { self.inked(DIM, line) } else { line.clone() };
            let before = if nth == 0 { head.clone() } else { " ".repeat(SEEN_AT) };
            self.line(&format!("{before}{line}"));
        }
        if verdict.ended == Ended::Fail {
            self.detail("rule", verdict.conduct.about());
            if !verdict.evidence.is_empty() {
                self.detail("calls", &calls_shown(verdict));
            }
            for fact in &verdict.facts {
                self.detail("fact", &fact_shown(fact));
            }
            self.detail("advice", verdict.conduct.advice());
        }
    }

    fn detail(&mut self, word: &str, text: &str) {
        let width = DETAIL_TEXT_AT - DETAIL_AT;
        for (nth, line) in wrapped(text, LINE_CHARS - DETAIL_TEXT_AT).iter().enumerate() {
            let word = self.inked(DIM, &format!("{:<width$}", if nth == 0 { word } else { "" }));
            self.line(&format!("{:DETAIL_AT$}{word}{line}", ""));
        }
    }

    /// What a build's log ends with.
    fn sum_up(&mut self, report: &Report) {
        let (passed, failed) = (ended(report, Ended::Pass), ended(report, Ended::Fail));
        let not_met = ended(report, Ended::NotMet);
        if passed + failed + not_met == 0 {
            self.line("Nobody called, and nothing was expected: there is nothing to judge.");
            return;
        }
        let (word, style) = if report.passed() { ("PASSED", GREEN) } else { ("FAILED", RED) };
        let (word, broken) = (self.inked(style, word), counted(failed, "rule", "rules"));
        self.line(&format!("{word}: {broken} broken, {passed} kept, {not_met} not met"));
        for client in &report.clients {
            self.failed_of(report, &name(&client.name()), &client.verdicts);
        }
        self.failed_of(report, "what was expected", &report.expected);
    }

    fn failed_of(&mut self, report: &Report, who: &str, verdicts: &[Verdict]) {
        let failed = verdicts.iter().filter(|verdict| verdict.ended == Ended::Fail);
        let word = |conduct: Conduct| match report.requires(conduct) {
            true => conduct.as_str().to_owned(),
            false => format!("{} (not required)", conduct.as_str()),
        };
        let mut words: Vec<String> = failed.map(|verdict| word(verdict.conduct)).collect();
        words.dedup();
        if words.is_empty() {
            return;
        }
        for (nth, line) in wrapped(&format!("{who}: {}", words.join(", ")), LINE_CHARS - 4).iter().enumerate()
        {
            self.line(&format!("{}{line}", if nth == 0 { "  " } else { "    " }));
        }
    }
}

/// The lines of a text that are at most so wide, but for words that are wider.
fn wrapped(text: &str, chars: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > 0 && line + 1 + word.chars().count() > chars {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            *line += word;
        }
    }
    lines
}
