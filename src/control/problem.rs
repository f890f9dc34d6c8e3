//! Why something was not done: problem details (RFC 9457), in one sentence that says what to send instead.

use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::call::{Reply, problem};
use crate::engine::Refused;
use crate::profile::diagnostic::{Diagnostic, SHOWN_MAX, Severity, sorted};
use crate::profile::suggest::instead;

/// A call that was not done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    status: StatusCode,
    sentence: String,
    /// Mostly none, and boxed, as every row carries a place for a problem.
    more: Box<Map<String, Value>>,
    header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl Problem {
    /// A problem of a status.
    pub fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into(), more: Box::default(), header: None }
    }

    /// 400: what was sent cannot be.
    pub fn invalid(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, sentence)
    }

    /// 400: a file of ours that was sent has mistakes; each is told with its place in what was sent.
    pub fn mistakes(found: &[Diagnostic]) -> Self {
        // Without an excerpt under which it could stand, what is said of the place says what to do.
        let help = |mistake: &Diagnostic| {
            mistake.help.clone().or_else(|| Some(mistake.label.clone())).filter(|help| !help.is_empty())
        };
        let told = |mistake: &Diagnostic| {
            let at = mistake.place.position();
            json!({"line": at.line, "column": at.column, "message": mistake.message, "help": help(mistake)})
        };
        let all = sorted(found).into_iter();
        let errors = all.filter(|mistake| mistake.severity == Severity::Error);
        let mistakes: Vec<Value> = errors.clone().take(SHOWN_MAX).map(told).collect();
        let sentence = errors.clone().next().map_or_else(String::new, |first| {
            let at = first.place.position();
            let help = help(first).map_or_else(String::new, |help| format!("; {help}"));
            format!("line {}, column {}: {}{help}", at.line, at.column, first.message)
        });
        Self::invalid(sentence).with("mistakes", mistakes.into())
    }

    /// 404: the path names something that is not there.
    pub fn unknown<T: AsRef<str>>(what: &str, name: &str, known: &[T]) -> Self {
        let sentence = format!("there is no {what} `{name}`; {}", instead(name, known));
        Self::new(StatusCode::NOT_FOUND, sentence)
    }

    /// 401: no token, or not the one that was agreed on.
    pub fn unauthenticated(sentence: &str) -> Self {
        let challenge = HeaderValue::from_static("Bearer realm=\"standin\"");
        Self {
            header: Some(Box::new((WWW_AUTHENTICATE, challenge))),
            ..Self::new(StatusCode::UNAUTHORIZED, sentence)
        }
    }

    /// 405: the path is there, and takes other methods.
    pub fn method(sentence: String, allowed: &str) -> Self {
        let allow = HeaderValue::try_from(allowed).ok().map(|allowed| Box::new((ALLOW, allowed)));
        Self { header: allow, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, sentence) }
    }

    /// The same problem with a member more.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// As it is told.
    pub fn into_reply(self) -> Reply {
        let reply = problem(self.status, &self.sentence, *self.more);
        match self.header.map(|header| *header) {
            Some((name, value)) => reply.with_header(name, value),
            None => reply,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let status = match &refused {
            Refused::Unknown(_) => StatusCode::NOT_FOUND,
            Refused::Invalid(_) => StatusCode::BAD_REQUEST,
            Refused::Taken(_) | Refused::Full(_) | Refused::NotYet(_) => StatusCode::CONFLICT,
        };
        Self::new(status, refused.sentence())
    }
}
