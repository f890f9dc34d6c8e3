//! The calls of one client, in order, each with what its client can have seen of the answer.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::journal::Entry;
use crate::profile::model::{Does, Endpoint, Profile};

/// Whoever called with one credential of one organization.
#[derive(Debug)]
pub(super) struct Trail<'a> {
    pub vendor: &'a str,
    pub credential: Option<&'a str>,
    pub organization: Option<&'a str>,
    pub steps: Vec<Step<'a>>,
}

/// One of its calls.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub entry: &'a Entry,
    /// What it was for, whether or not it got there.
    pub endpoint: Option<&'a Endpoint>,
    /// What is the same for two calls that ask the same: method, path, query and body.
    pub same: u64,
    /// When the answer left, by the sandbox's clock, in milliseconds since 1970.
    pub left_ms: i64,
    pub answer: Answer,
}

/// An answer, as its client saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was done.
    Well,
    /// It was not, with this status.
    Refused(u16),
    /// No answer came, or none that can be read.
    Lost,
}

/// The clients of some calls, in the order in which they came; and of each call the index of its client.
pub(super) fn trails(entries: &[Arc<Entry>]) -> (Vec<Trail<'_>>, Vec<Option<usize>>) {
    let mut trails: Vec<Trail<'_>> = Vec::new();
    let mut known: HashMap<(&str, Option<&str>, Option<&str>), usize> = HashMap::new();
    let mut whose = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(vendor) = entry.vendor() else {
            whose.push(None);
            continue;
        };
        let credential = entry.credential();
        // Whoever is not known is of no organization.
        let organization = entry.organization().filter(|_| credential.is_some());
        let index = *known.entry((vendor, credential, organization)).or_insert_with(|| {
            trails.push(Trail { vendor, credential, organization, steps: Vec::new() });
            trails.len() - 1
        });
        trails[index].steps.push(Step::new(entry));
        whose.push(Some(index));
    }
    (trails, whose)
}

impl<'a> Step<'a> {
    fn new(entry: &'a Entry) -> Self {
        let notes = entry.notes();
        let struck = notes.chaos.as_deref();
        let waited_ms = struck.filter(|struck| !struck.is_virtual).map_or(0, |struck| struck.delay_ms);
        let waited_ms = i64::try_from(waited_ms).unwrap_or(i64::MAX);
        let mut same = DefaultHasher::new();
        (entry.method.as_str(), entry.path(), entry.query()).hash(&mut same);
        (&entry.sent.bytes, entry.sent.whole_bytes).hash(&mut same);
        Self {
            entry,
            endpoint: endpoint_of(entry),
            same: same.finish(),
            left_ms: entry.at_ms.saturating_add(waited_ms),
            answer: answer_of(entry),
        }
    }

    /// What it asked for.
    pub fn does(&self) -> Option<Does> {
        self.endpoint.map(|endpoint| endpoint.does)
    }

    /// The type of record that it is about.
    pub fn record(&self) -> Option<usize> {
        self.endpoint.map(|endpoint| endpoint.record)
    }

    pub fn is_create(&self) -> bool {
        self.does() == Some(Does::Create)
    }

    pub fn is_list(&self) -> bool {
        matches!(self.does(), Some(Does::List | Does::ListAll))
    }

    /// Whether it changes a record that is there.
    pub fn is_change(&self) -> bool {
        matches!(self.does(), Some(Does::Update(_) | Does::Replace | Does::Patch | Does::Delete))
    }

    /// The last part of the path, which is the id where it names a record.
    pub fn id(&self) -> &'a str {
        self.entry.path().rsplit('/').next().unwrap_or_default()
    }

    /// Whether a client may try the same again: 429, 5xx but 501, or no answer.
    pub fn may_be_retried(&self) -> bool {
        match self.answer {
            Answer::Lost => true,
            Answer::Refused(status) => status == 429 || (status >= 500 && status != 501),
            Answer::Well => false,
        }
    }

    /// Whether the client cannot know whether it took effect: no answer came, or one of somebody in between (502, 504), or
    /// another than the vendor's own.
    pub fn is_in_doubt(&self) -> bool {
        let struck = self.entry.notes().chaos.as_deref();
        match self.answer {
            Answer::Lost => true,
            Answer::Refused(status) => {
                matches!(status, 502 | 504)
                    || status >= 500 && struck.is_some_and(|struck| struck.lost_status.is_some())
            }
            Answer::Well => false,
        }
    }

    /// The moment that Retry-After tells of, in milliseconds since 1970, where the client was refused with one.
    pub fn told_ms(&self) -> Option<i64> {
        if !matches!(self.answer, Answer::Refused(_)) {
            return None;
        }
        let told =
            |(name, value): (&'a str, &'a str)| name.eq_ignore_ascii_case("retry-after").then_some(value);
        let value = self.entry.reply_headers().find_map(told)?.trim();
        match value.parse::<u32>() {
            Ok(seconds) => Some(self.left_ms.saturating_add(i64::from(seconds) * 1000)),
            Err(_) => {
                let date = jiff::fmt::rfc2822::parse(value).ok()?;
                Some(date.timestamp().as_millisecond())
            }
        }
    }

    /// Whether time can have passed since an earlier call without the sandbox's clock telling.
    pub fn is_timeless_after(&self, earlier: &Step<'_>) -> bool {
        let stands = self.entry.notes().clock_stands && earlier.entry.notes().clock_stands;
        stands && self.entry.at_ms == earlier.entry.at_ms
    }

    pub fn profile(&self) -> Option<&'a Profile> {
        self.entry.notes().profile.as_deref()
    }

    /// The parameters, decoded.
    pub fn parameters(&self) -> impl Iterator<Item = (String, String)> + use<'a> {
        let query = self.entry.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
    }

    /// All that it says, in lower case: path, parameters, body.
    pub fn said(&self) -> String {
        let mut said = format!("{}\n{}\n", self.entry.path(), self.entry.sent.text());
        for (_, value) in self.parameters() {
            said.push_str(&value);
            said.push('\n');
        }
        said.to_lowercase()
    }
}

fn endpoint_of(entry: &Entry) -> Option<&Endpoint> {
    let notes = entry.notes();
    let api = notes.profile.as_deref()?.apis.get(notes.api?)?;
    let operation = entry.operation()?;
    api.endpoints.iter().find(|endpoint| endpoint.name == operation)
}

fn answer_of(entry: &Entry) -> Answer {
    let Some(status) = entry.status else { return Answer::Lost };
    let ending = entry.notes().chaos.as_deref().and_then(|struck| struck.ending);
    let is_broken = matches!(ending, Some("truncate" | "malformed_json"));
    match status.as_u16() {
        status @ 400.. => Answer::Refused(status),
        _ if is_broken && entry.answered.whole_bytes != Some(0) => Answer::Lost,
        _ => Answer::Well,
    }
}
