//! Which calls a rule is about.

use std::sync::Arc;

use http::Method;

use super::Reader;
use crate::chaos::keys::WHERE;
use crate::chaos::rule::Where;
use crate::profile::build::Part;
use crate::profile::model::{Endpoint, Profile};
use crate::profile::suggest::instead;

/// Whether a text is a glob of paths.
///
/// # Errors
/// What such a text looks like.
pub(in crate::chaos) fn glob_of_path(text: &str) -> Result<(), String> {
    if !text.starts_with(['/', '*']) {
        return Err("a path begins with `/`; `**` stands for anything".to_owned());
    }
    if text.contains('?') {
        return Err("a path has no query".to_owned());
    }
    Ok(())
}

impl Reader<'_> {
    pub(super) fn place(&mut self, rule: &Part<'_>) -> Where {
        let Some(part) = rule.part("where", &WHERE) else { return Where::default() };
        self.not_empty(&part, "method", "the methods, such as `[POST, PUT]`");
        let methods = part.texts("method");
        let place = Where {
            vendor: part.text("vendor"),
            api: part.text("api"),
            operation: part.text("operation"),
            methods: methods.iter().filter_map(|method| Method::from_bytes(method.as_bytes()).ok()).collect(),
            path: part.text("path"),
            credential: part.text("credential"),
            organization: part.text("organization"),
        };
        if let Some(known) = self.known {
            self.names(&part, &place, known);
        }
        place
    }

    /// Holds names against the profiles.
    fn names(&mut self, part: &Part<'_>, place: &Where, known: &[Arc<Profile>]) {
        let vendors: Vec<&str> = known.iter().map(|profile| profile.vendor.as_str()).collect();
        if !self.is_known(part, "vendor", place.vendor.as_deref(), &vendors) {
            return;
        }
        let is_meant =
            |profile: &&Arc<Profile>| place.vendor.as_ref().is_none_or(|vendor| *vendor == profile.vendor);
        let meant: Vec<&Arc<Profile>> = known.iter().filter(is_meant).collect();
        let credentials: Vec<&str> = meant
            .iter()
            .flat_map(|profile| &profile.credentials)
            .map(|credential| credential.name.as_str())
            .collect();
        self.is_known(part, "credential", place.credential.as_deref(), &credentials);
        let apis = || meant.iter().flat_map(|profile| &profile.apis);
        let names: Vec<&str> = apis().map(|api| api.name.as_str()).collect();
        if !self.is_known(part, "api", place.api.as_deref(), &names) {
            return;
        }
        let Some(wanted) = place.operation.as_deref() else { return };
        let endpoints: Vec<&Endpoint> = apis()
            .filter(|api| place.api.as_ref().is_none_or(|name| *name == api.name))
            .flat_map(|api| &api.endpoints)
            .collect();
        let last = |name: &'_ str| name.split_once('.').map_or(name, |(_, last)| last).to_owned();
        let meant: Vec<&&Endpoint> = endpoints
            .iter()
            .filter(|endpoint| endpoint.name == wanted || last(&endpoint.name) == wanted)
            .collect();
        if meant.is_empty() {
            let mut names: Vec<String> = match wanted.contains('.') {
                true => endpoints.iter().map(|endpoint| endpoint.name.clone()).collect(),
                false => endpoints.iter().map(|endpoint| last(&endpoint.name)).collect(),
            };
            names.sort_unstable();
            names.dedup();
            self.unknown(part, "operation", wanted, &names);
        } else if !place.methods.is_empty()
            && !meant.iter().any(|endpoint| place.methods.contains(&endpoint.method))
        {
            let method = meant.first().map(|endpoint| endpoint.method.as_str()).unwrap_or_default();
            let message = format!("no call of `{wanted}` has this method, so the rule never strikes");
            let help = format!("write `method: {method}`, or leave it out");
            self.mistake("C004", part.place_of("method"), message, help);
        }
    }

    /// Whether a name is known, or not there at all; one that is unknown is reported.
    fn is_known(&mut self, part: &Part<'_>, key: &str, name: Option<&str>, known: &[&str]) -> bool {
        match name {
            Some(name) if !known.contains(&name) => {
                let mut known: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
                known.sort_unstable();
                known.dedup();
                self.unknown(part, key, name, &known);
                false
            }
            Some(_) | None => true,
        }
    }

    fn unknown(&mut self, part: &Part<'_>, key: &str, name: &str, known: &[String]) {
        let place = part.node.get(key).map_or(&part.place, |node| &node.place);
        let message = format!("no {key} is called `{name}`");
        self.mistake("C001", place, message, instead(name, known));
    }
}
