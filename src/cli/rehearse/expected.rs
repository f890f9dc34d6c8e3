//! `--expect [VENDOR=]FILE`: recipients as they should be at the end.

use std::path::Path;
use std::sync::Arc;

use crate::engine::{Engine, Sandbox};
use crate::profile::model::Profile;
use crate::profile::suggest::instead;
use crate::report::{Conduct, Report, Verdict};
use crate::seed::{self, Format, Recipient};
use crate::serve::Refusal;

/// Recipients as they should be at the end.
pub(super) struct Expected {
    /// Of which vendor; `None` for each that was called.
    vendor: Option<String>,
    file: String,
    recipients: Vec<Recipient>,
}

impl Expected {
    /// Reads `[VENDOR=]FILE`; `met` are the vendors that the client meets, empty for all.
    ///
    /// # Errors
    /// A vendor that there is not, or what is wrong with the file.
    pub fn read(text: &str, profiles: &[Arc<Profile>], met: &[String]) -> Result<Self, Refusal> {
        let (vendor, file) = match text.split_once('=') {
            // A file may have such a name.
            Some((vendor, file)) if !Path::new(text).exists() => (Some(vendor.to_owned()), file),
            Some(_) | None => (None, text),
        };
        let served = profiles.iter().map(|profile| profile.vendor.as_str());
        let known: Vec<&str> =
            served.filter(|name| met.is_empty() || met.iter().any(|one| one == name)).collect();
        if let Some(vendor) = vendor.as_deref().filter(|vendor| !known.contains(vendor)) {
            let near = instead(vendor, &known);
            return Err(Refusal::new(format!(
                "--expect {text}: the client meets no vendor `{vendor}`; {near}"
            )));
        }
        let format = Format::of(Path::new(file)).ok_or_else(|| {
            Refusal::new(format!(
                "--expect {file}: the name does not tell the format; call it .csv, .json or .ndjson"
            ))
        })?;
        let bytes = std::fs::read(file)
            .map_err(|error| Refusal::new(format!("--expect: cannot read {file}: {error}")))?;
        let loaded = seed::read(file, &bytes, format).map_err(|problems| {
            let details = problems.iter().map(|problem| format!("{problem}\n")).collect();
            Refusal { details, sentence: format!("--expect {file} has mistakes; correct them") }
        })?;
        Ok(Self { vendor, file: file.to_owned(), recipients: loaded.recipients })
    }

    /// Holds the records against the file: of the vendor that is named, or of each that was called.
    pub fn compare(&self, engine: &Engine, sandbox: &Sandbox, report: &Report) -> Vec<Verdict> {
        let is_meant = |name: &str| match &self.vendor {
            Some(vendor) => vendor == name,
            None => report.clients.iter().any(|client| client.vendor == name),
        };
        let all = engine.profiles().iter().enumerate();
        let meant = all.filter(|(index, profile)| sandbox.has(*index) && is_meant(&profile.vendor));
        let verdicts: Vec<Verdict> =
            meant.map(|(index, _)| engine.compare(sandbox, index, &self.file, &self.recipients)).collect();
        if verdicts.is_empty() {
            let says = format!("no vendor was called whose records could be as {}", self.file);
            return vec![Verdict::fail(Conduct::EndsAsExpected, says)];
        }
        verdicts
    }
}
