//! `standin check FILE…`: every mistake of profiles, chaos rules, scenarios and recipient files, at once.
//!
//! A profile is read as `--profiles` would: with those built in, and with the other files named, so that it may extend
//! any of them; and with every value of each of its variants. Chaos rules and scenarios are held against the same profiles, and
//! since others may be served, a name that none of them has is only worth a look.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::CheckArgs;
use crate::chaos;
use crate::profile::diagnostic::{self, Diagnostic, Severity};
use crate::profile::model::Profile;
use crate::profile::node::parse;
use crate::profile::source::Source;
use crate::profile::{Library, files};
use crate::scenario;
use crate::seed::{self, Format};

pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let mut found = Found::default();
    for path in &args.files {
        found.sort_in(path);
    }
    let mut report = Report::default();
    for (name, text, format) in &found.recipients {
        report.recipients(name, text, *format);
    }
    report.profiles(&found.profiles);
    if !found.chaos.is_empty() || !found.scenarios.is_empty() {
        let known = known(&found.profiles);
        report.rules(&found.chaos, &known);
        report.scenarios(&found.scenarios, &known);
    }
    super::complain(&report.mistakes);
    for why in &found.unreadable {
        super::complain(&format!("error: {why}\n"));
    }
    let printed = super::print(&report.good);
    match (found.unreadable.is_empty(), report.is_bad) {
        (false, _) => ExitCode::from(2),
        (true, true) => ExitCode::FAILURE,
        (true, false) => printed,
    }
}

/// The files by what they are.
#[derive(Default)]
struct Found {
    profiles: Vec<Arc<Source>>,
    chaos: Vec<Arc<Source>>,
    scenarios: Vec<Arc<Source>>,
    recipients: Vec<(String, Vec<u8>, Format)>,
    /// What could not be read, a sentence each.
    unreadable: Vec<String>,
}

impl Found {
    fn sort_in(&mut self, path: &Path) {
        if !path.is_dir() {
            return self.sort_in_file(path);
        }
        match inside(path) {
            Ok(files) if files.is_empty() => {
                self.unreadable.push(format!("{} holds nothing that can be checked", path.display()));
            }
            Ok(files) => files.iter().for_each(|file| self.sort_in_file(file)),
            Err(error) => self.unreadable.push(format!("cannot read {}: {error}", path.display())),
        }
    }

    fn sort_in_file(&mut self, path: &Path) {
        let name = path.display().to_string();
        let format = match Format::of(path) {
            // A profile may be JSON too.
            Some(Format::Json) => match std::fs::read(path) {
                Ok(text) => is_recipients(&text).then_some(Format::Json),
                Err(error) => return self.unreadable.push(format!("cannot read {name}: {error}")),
            },
            other => other,
        };
        match (format, files::is_profile(path)) {
            (Some(format), _) => match std::fs::read(path) {
                Ok(text) => self.recipients.push((name, text, format)),
                Err(error) => self.unreadable.push(format!("cannot read {name}: {error}")),
            },
            (None, true) => match files::at(path) {
                Ok(sources) => sources.into_iter().for_each(|source| self.sort_in_text(source)),
                Err(why) => self.unreadable.push(why),
            },
            (None, false) if !path.exists() => self.unreadable.push(format!("there is no file {name}")),
            (None, false) => self.unreadable.push(format!(
                "{name} is neither a profile (.yaml, .yml, .json) nor recipients (.csv, .json, .ndjson)"
            )),
        }
    }
}

impl Found {
    /// Sorts in what is written in a language of ours, by its keys.
    fn sort_in_text(&mut self, source: Arc<Source>) {
        match parse(&source, &mut Vec::new()) {
            Some(tree) if chaos::read::is_file(&tree) => self.chaos.push(source),
            Some(tree) if scenario::read::is_file(&tree) => self.scenarios.push(source),
            Some(_) | None => self.profiles.push(source),
        }
    }
}

/// The vendors that rules and scenarios may be about: those built in, and those of the profiles that are checked too.
fn known(profiles: &[Arc<Source>]) -> Vec<Arc<Profile>> {
    let sources: Vec<_> = files::built_in().into_iter().chain(profiles.iter().cloned()).collect();
    let library = Library::read(&sources, &mut Vec::new());
    let vendors = library.vendors();
    vendors.filter_map(|vendor| library.profile(vendor, &[]).ok()).map(Arc::new).collect()
}

/// The files of a folder that can be checked, in the order of their names.
fn inside(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?;
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.is_file() && (files::is_profile(path) || Format::of(path).is_some()));
    files.sort();
    Ok(files)
}

/// Whether JSON is recipients: an array, or an object that holds one. Everything else is read as a profile.
fn is_recipients(text: &[u8]) -> bool {
    let start = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let holds_list = || match serde_json::from_slice(text) {
        Ok(serde_json::Value::Object(members)) => members.contains_key("recipients"),
        Ok(_) | Err(_) => false,
    };
    start == Some(&b'[') || holds_list()
}

/// What is said of the files.
#[derive(Default)]
struct Report {
    /// A line for each good file.
    good: String,
    mistakes: String,
    is_bad: bool,
}

impl Report {
    fn recipients(&mut self, name: &str, text: &[u8], format: Format) {
        let problems = match seed::read(name, text, format) {
            Ok(loaded) => {
                let count = loaded.recipients.len();
                self.good += &format!("ok {name}: {count} recipient{}\n", if count == 1 { "" } else { "s" });
                loaded.warnings.iter().map(|warning| format!("warning: {warning}\n")).collect()
            }
            Err(problems) => {
                self.is_bad = true;
                problems.iter().map(|problem| format!("error: {problem}\n")).collect::<String>()
            }
        };
        self.mistakes += &problems;
    }

    fn rules(&mut self, files: &[Arc<Source>], known: &[Arc<Profile>]) {
        self.files(files, known, chaos::read::read, |rules| {
            let (count, s) = (rules.len(), if rules.len() == 1 { "" } else { "s" });
            format!("{count} chaos rule{s}")
        });
    }

    fn scenarios(&mut self, files: &[Arc<Source>], known: &[Arc<Profile>]) {
        self.files(files, known, scenario::read::read, |scenario| {
            let (count, s) = (scenario.steps.len(), if scenario.steps.len() == 1 { "" } else { "s" });
            format!("the scenario {}, {count} step{s}", scenario.name)
        });
    }

    fn files<T>(
        &mut self,
        files: &[Arc<Source>],
        known: &[Arc<Profile>],
        read: impl Fn(&Arc<Source>, Option<&[Arc<Profile>]>, &mut Vec<Diagnostic>) -> Option<T>,
        what: impl Fn(&T) -> String,
    ) {
        let mut all: Vec<Diagnostic> = Vec::new();
        for file in files {
            let mut mistakes = Vec::new();
            // Without a name that none of these vendors has, it may still be right.
            match read(file, None, &mut mistakes) {
                None => self.is_bad = true,
                Some(found) => {
                    self.good += &format!("ok {}: {}\n", file.name, what(&found));
                    mistakes.clear();
                    read(file, Some(known), &mut mistakes);
                    mistakes.iter_mut().for_each(|mistake| mistake.severity = Severity::Warning);
                }
            }
            all.append(&mut mistakes);
        }
        self.mistakes += &diagnostic::render(&all);
    }

    fn profiles(&mut self, profiles: &[Arc<Source>]) {
        let mut all: Vec<Diagnostic> = Vec::new();
        for profile in profiles {
            // Last, because the last file of a vendor is the one that counts.
            let others = profiles.iter().filter(|other| !Arc::ptr_eq(other, profile));
            let sources: Vec<_> =
                files::built_in().into_iter().chain(others.cloned()).chain([Arc::clone(profile)]).collect();
            let mut mistakes = Vec::new();
            let library = Library::read(&sources, &mut mistakes);
            library.check(&mut mistakes);
            let is_of_another = |mistake: &Diagnostic| {
                let place = &mistake.place.source;
                !Arc::ptr_eq(place, profile) && profiles.iter().any(|other| Arc::ptr_eq(other, place))
            };
            mistakes.retain(|mistake| !is_of_another(mistake));
            match mistakes.iter().any(|mistake| mistake.severity == Severity::Error) {
                true => self.is_bad = true,
                false => {
                    let vendor = library.vendors().last().unwrap_or_default();
                    self.good += &format!("ok {}: the profile of {vendor}\n", profile.name);
                }
            }
            all.append(&mut mistakes);
        }
        self.mistakes += &diagnostic::render(&all);
    }
}
