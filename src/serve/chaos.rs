//! The chaos rules that are in force from the start: from files, or ready-made.

use std::path::Path;
use std::sync::Arc;

use super::Refusal;
use crate::chaos::{Rule, read, ready_made};
use crate::profile::diagnostic;
use crate::profile::files;
use crate::profile::model::Profile;

/// Reads the rules of files and names, in their order.
///
/// # Errors
/// What is wrong: a file that cannot be read or has mistakes, a name that there is not.
pub(super) fn rules(chosen: &[String], profiles: &[Arc<Profile>]) -> Result<Vec<Rule>, Refusal> {
    let mut rules = Vec::new();
    for text in chosen {
        let mut mistakes = Vec::new();
        let found = match ready_made::find(text) {
            Ok(set) => read::read_set(&set, Some(profiles), &mut mistakes),
            Err(instead) if !Path::new(text).exists() && !text.contains(['/', '.']) => {
                let why = format!("--chaos {text}: no ready-made rules and no file are called so; {instead}");
                return Err(Refusal::new(why));
            }
            Err(_) => {
                let source = files::file(Path::new(text));
                let source = source.map_err(|why| Refusal::new(format!("--chaos: {why}")))?;
                read::read(&source, Some(profiles), &mut mistakes)
            }
        };
        rules.extend(found.ok_or_else(|| {
            let sentence = format!("no chaos rule was put into force; correct {text} and start again");
            Refusal { details: diagnostic::render(&mistakes) + "\n", sentence }
        })?);
    }
    Ok(rules)
}
