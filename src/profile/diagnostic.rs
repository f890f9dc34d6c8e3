//! What is wrong with a file, said to its author: a code, a sentence, the place, and what to do.
//!
//! **Invariant:** a diagnostic is facts; drawing it is a function of the diagnostic and the text, without colour, so
//! that its meaning survives a log file. What is right or wrong is decided elsewhere.
//!
//! Wording: lower case, names in backticks, what was wanted before what was found, one sentence without a full stop;
//! help in the imperative.

mod codes;
#[cfg(test)]
mod tests;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

pub use self::codes::CODES;
use super::source::{Place, Source};

/// How many diagnostics are drawn. Nobody works through more in one go, and a bad generated file can have thousands;
/// the summary counts them all and says when some were left out.
pub const SHOWN_MAX: usize = 100;

/// Whether a diagnostic stops the file from being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is used; the author should look.
    Warning,
}

/// One mistake, or one thing worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of mistake, such as `P004`: an entry of [`CODES`].
    pub code: &'static str,
    /// Whether it stops the file from being used.
    pub severity: Severity,
    /// What is wrong, in one sentence that can stand alone.
    pub message: String,
    /// Where.
    pub place: Place,
    /// A few words under the place; may be empty.
    pub label: String,
    /// Other places that belong to the mistake, each with a few words.
    pub also: Vec<(Place, String)>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A mistake that stops the file from being used.
    pub fn error(code: &'static str, place: &Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, place, message.into())
    }

    /// Something worth a look that stops nothing.
    pub fn warning(code: &'static str, place: &Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Warning, place, message.into())
    }

    /// The same, with a few words under the place.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// The same, showing another place too.
    pub fn also(mut self, place: &Place, label: impl Into<String>) -> Diagnostic {
        self.also.push((place.clone(), label.into()));
        self
    }

    /// The same, saying what to do.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    fn new(code: &'static str, severity: Severity, place: &Place, message: String) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message,
            place: place.clone(),
            label: String::new(),
            also: Vec::new(),
            help: None,
        }
    }
}

/// The diagnostics in the order of reading: by file, then position. One that is there twice (an alias repeats the
/// mistakes of its anchor) is listed once.
pub fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut list: Vec<&Diagnostic> = diagnostics.iter().collect();
    list.sort_by(|a, b| order(a, b));
    list.dedup();
    list
}

/// Draws all diagnostics as plain text, each with an excerpt of its file, and ends with a line that counts them.
/// Empty if there are none.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let list = sorted(diagnostics);
    let mut text = String::new();
    for diagnostic in list.iter().take(SHOWN_MAX) {
        text.push_str(&draw(diagnostic));
        text.push_str("\n\n");
    }
    if let Some(summary) = summary(&list) {
        text.push_str(&summary);
        text.push('\n');
    }
    text
}

fn order(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    let key = |x: &Diagnostic| (x.place.span, x.severity, x.code);
    (a.place.source.name.cmp(&b.place.source.name))
        .then_with(|| key(a).cmp(&key(b)))
        .then_with(|| a.message.cmp(&b.message))
}

fn draw(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut own = snippet(&diagnostic.place.source);
    own = own.annotation(annotation(AnnotationKind::Primary, &diagnostic.place, &diagnostic.label));
    let mut others = Vec::new();
    for (place, label) in &diagnostic.also {
        let annotation = annotation(AnnotationKind::Context, place, label);
        if Arc::ptr_eq(&place.source, &diagnostic.place.source) {
            own = own.annotation(annotation);
        } else {
            others.push(snippet(&place.source).annotation(annotation));
        }
    }
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut report = vec![Group::with_title(title).element(own).elements(others)];
    if let Some(help) = &diagnostic.help {
        report.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
    }
    Renderer::plain().render(&report)
}

fn snippet(source: &Source) -> Snippet<'_, Annotation<'_>> {
    Snippet::source(source.text.as_str()).path(source.name.as_str())
}

fn annotation<'a>(kind: AnnotationKind, place: &Place, label: &'a str) -> Annotation<'a> {
    let annotation = kind.span(first_line(place));
    if label.is_empty() { annotation } else { annotation.label(label) }
}

/// The part of a place to underline. What goes on over several lines is shown by its first, and a span that does not
/// fit the text is moved into it, so that no mistake elsewhere can spoil the report.
fn first_line(place: &Place) -> Range<usize> {
    let text = &place.source.text;
    let start = text.floor_char_boundary(place.span.start);
    let end = text.floor_char_boundary(place.span.end.max(start));
    let inside = text.get(start..end).unwrap_or("");
    let line = inside.split(['\n', '\r']).next().unwrap_or("");
    start..start + line.trim_end().len()
}

/// "7 errors, 1 warning in profiles/x.yaml".
fn summary(list: &[&Diagnostic]) -> Option<String> {
    let errors = list.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
    let counts: Vec<String> = [(errors, "error"), (list.len() - errors, "warning")]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    let mut files: Vec<&str> = list.iter().map(|diagnostic| diagnostic.place.source.name.as_str()).collect();
    files.dedup();
    let files = match files.as_slice() {
        [] => return None,
        [one] => (*one).to_owned(),
        [one, two] => format!("{one} and {two}"),
        more => format!("{} files", more.len()),
    };
    let rest =
        if list.len() > SHOWN_MAX { format!("; the first {SHOWN_MAX} are shown") } else { String::new() };
    Some(format!("{} in {files}{rest}", counts.join(", ")))
}
