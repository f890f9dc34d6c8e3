//! A scenario by its name or its file, and how the default sandbox begins with one.

use std::path::Path;
use std::sync::Arc;

use super::Refusal;
use crate::engine::Setup;
use crate::profile::diagnostic;
use crate::profile::files;
use crate::profile::model::Profile;
use crate::scenario::{self, Scenario};

/// The scenario of a name or a file.
///
/// # Errors
/// That there is none of it, or its mistakes.
pub fn scenario(named: &str, known: &[Arc<Profile>]) -> Result<Scenario, Refusal> {
    let source = match scenario::ready::find(named) {
        Ok(source) => source,
        Err(instead) if !Path::new(named).exists() && !named.contains(['/', '.']) => {
            let why = format!("no scenario and no file is called {named}; {instead}");
            return Err(Refusal::new(why));
        }
        Err(_) => files::file(Path::new(named)).map_err(Refusal::new)?,
    };
    let mut mistakes = Vec::new();
    let read = scenario::read::read(&source, Some(known), &mut mistakes);
    read.ok_or_else(|| {
        let sentence = format!("{named} has mistakes; correct them, see `standin check {named}`");
        Refusal { details: diagnostic::render(&mistakes) + "\n", sentence }
    })
}

/// Has the default sandbox made as a scenario wants it, and begin with it.
pub(super) fn begin_with(scenario: &Arc<Scenario>, setup: &mut Setup) {
    setup.recipients = scenario.setup.recipients.unwrap_or(setup.recipients);
    setup.groups = scenario.setup.groups.unwrap_or(setup.groups);
    setup.scenario = Some(Arc::clone(scenario));
}
