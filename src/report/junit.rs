//! A report as JUnit XML, for the build servers that read it: a suite for each client, a case for each rule of conduct.
//!
//! There are two schemas in use, Jenkins' (`junit-10.xsd`) and that of Apache Ant; this is valid by both. What Ant's requires is
//! always there, if empty; what it does not know is not there: so `testsuites` has no attributes.
//!
//! **Invariant:** times stand in `time` and `timestamp` of a suite alone.

use super::escape::{markup, name, sentence};
use super::text::{calls_shown, fact_shown};
use super::{Client, Ended, Report, Verdict};

/// The document; of several reports, the suites of each bear the name of its sandbox.
pub fn junit(reports: &[&Report]) -> String {
    let named: Vec<(&str, &Report)> =
        reports.iter().map(|report| (report.sandbox.as_str(), *report)).collect();
    junit_of(&named)
}

/// The document, with a name for each report; of several, their suites bear it.
pub fn junit_of(reports: &[(&str, &Report)]) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n".to_owned();
    let mut id = 0;
    for (named, report) in reports {
        for mut suite in suites(report) {
            if reports.len() > 1 {
                let named = name(named);
                suite.name = format!("{named}: {}", suite.name);
                suite.class = format!("{named}.{}", suite.class);
            }
            suite.write(id, report, &mut xml);
            id += 1;
        }
    }
    xml + "</testsuites>\n"
}

/// A suite for each client, and one for what was expected, if something was.
fn suites(report: &Report) -> impl Iterator<Item = Suite<'_>> {
    let of_clients =
        report.clients.iter().enumerate().map(|(index, client)| Suite::of(report, index, client));
    let expected = Suite {
        name: "what was expected".to_owned(),
        package: "expected".to_owned(),
        class: "expected".to_owned(),
        calls: report.calls,
        span_ms: report.span_ms.unwrap_or_default(),
        verdicts: &report.expected,
    };
    of_clients.chain(Some(expected).filter(|suite| !suite.verdicts.is_empty()))
}

struct Suite<'a> {
    name: String,
    package: String,
    /// The name of the class that its cases stand in: build servers make a tree of its dots.
    class: String,
    calls: u64,
    span_ms: (i64, i64),
    verdicts: &'a [Verdict],
}

impl<'a> Suite<'a> {
    fn of(report: &'a Report, index: usize, client: &'a Client) -> Self {
        let own = report.timeline.iter().filter(|event| event.client == Some(index)).map(|event| event.at_ms);
        let span_ms = own.clone().min().zip(own.max()).or(report.span_ms).unwrap_or_default();
        let parts = [Some(&client.vendor), client.credential.as_ref(), client.organization.as_ref()];
        let parts: Vec<String> = parts.into_iter().flatten().map(|part| name(part)).collect();
        let package = name(&client.vendor);
        Self {
            name: name(&client.name()),
            package,
            class: parts.join("."),
            calls: client.calls,
            span_ms,
            verdicts: &client.verdicts,
        }
    }

    fn write(&self, id: usize, report: &Report, xml: &mut String) {
        let count = |shown| self.verdicts.iter().filter(|verdict| ended(report, verdict) == shown).count();
        let (from_ms, to_ms) = self.span_ms;
        let ms = to_ms.saturating_sub(from_ms).max(0);
        *xml += &format!(
            "  <testsuite id=\"{id}\" name=\"{}\" package=\"{}\" hostname=\"localhost\" timestamp=\"{}\" \
             tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}.{:03}\">\n    <properties>\n",
            markup(&self.name),
            markup(&self.package),
            timestamp(from_ms),
            self.verdicts.len(),
            count(Ended::Fail),
            count(Ended::NotMet),
            ms / 1_000,
            ms % 1_000,
        );
        let mut property = |name: &str, value: &str| {
            *xml += &format!("      <property name=\"{name}\" value=\"{}\"/>\n", markup(value));
        };
        property("standin.sandbox", &name(&report.sandbox));
        property("standin.seed", &report.seed.to_string());
        property("standin.calls", &self.calls.to_string());
        property("standin.forgotten", &report.forgotten.to_string());
        *xml += "    </properties>\n";
        for (index, verdict) in self.verdicts.iter().enumerate() {
            // A rule may be judged several times of what was expected; a case needs a name of its own.
            let before = self.verdicts.iter().take(index);
            let nth = 1 + before.filter(|earlier| earlier.conduct == verdict.conduct).count();
            self.write_case(nth, verdict, report, xml);
        }
        *xml += "    <system-out/>\n    <system-err/>\n  </testsuite>\n";
    }

    fn write_case(&self, nth: usize, verdict: &Verdict, report: &Report, xml: &mut String) {
        let nth = if nth == 1 { String::new() } else { format!(" {nth}") };
        let conduct = verdict.conduct.as_str();
        let class = markup(&self.class);
        *xml += &format!("    <testcase name=\"{conduct}{nth}\" classname=\"{class}\" time=\"0\"");
        let mut says = markup(&sentence(&verdict.says));
        let shown = ended(report, verdict);
        if shown != verdict.ended {
            says = format!("broken, but not required: {says}");
        }
        match shown {
            Ended::Pass => *xml += "/>\n",
            Ended::NotMet => *xml += &format!(">\n      <skipped message=\"{says}\"/>\n    </testcase>\n"),
            Ended::Fail => {
                let text = markup(&failure_text(verdict));
                *xml += &format!(
                    ">\n      <failure type=\"{conduct}\" message=\"{says}\">{text}</failure>\n    </testcase>\n"
                );
            }
        }
    }
}

/// How a verdict ended, for a build server, to which a failure is one of the build: what is not required is none.
fn ended(report: &Report, verdict: &Verdict) -> Ended {
    match verdict.ended {
        Ended::Fail if !report.requires(verdict.conduct) => Ended::NotMet,
        ended => ended,
    }
}

/// What a build server shows below the message.
fn failure_text(verdict: &Verdict) -> String {
    let mut lines = vec![sentence(&verdict.says), format!("rule: {}", verdict.conduct.about())];
    if !verdict.evidence.is_empty() {
        lines.push(format!("calls: {}", calls_shown(verdict)));
    }
    lines.extend(verdict.facts.iter().map(|fact| format!("fact: {}", fact_shown(fact))));
    lines.push(format!("advice: {}", verdict.conduct.advice()));
    lines.join("\n")
}

/// A moment in UTC to the second: Ant's schema allows no zone and no more.
fn timestamp(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
