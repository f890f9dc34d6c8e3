//! What a client finds in its environment: where the vendors are, and what to show them. `docs/scenarios.md` has the list.

use std::fs;

use super::tokens::Tokens;
use crate::control::token_url;
use crate::engine::{Engine, Sandbox};
use crate::profile::model::Carrier;
use crate::serve::Refusal;

/// The names and values of the variables; credentials are those that are good now.
///
/// # Errors
/// That a file of a credential cannot be read.
pub(super) fn of(
    engine: &Engine,
    sandbox: &Sandbox,
    url: &str,
    tokens: &Tokens,
) -> Result<Vec<(String, String)>, Refusal> {
    let organization = sandbox.organizations.first().map_or("", String::as_str);
    let mut all = vec![
        (name(&["URL"]), url.to_owned()),
        (name(&["SANDBOX"]), sandbox.name.to_string()),
        // What a client may draw its waits from, so that they too are the same again.
        (name(&["SEED"]), sandbox.birth.seed.to_string()),
        (name(&["ORGANIZATION"]), organization.to_owned()),
    ];
    let mut vendors = Vec::new();
    for (vendor, profile) in engine.profiles().iter().enumerate().filter(|(index, _)| sandbox.has(*index)) {
        vendors.push(profile.vendor.as_str());
        let urls = engine.base_urls(url, &profile.vendor, &sandbox.name, organization);
        for (api, url) in &urls {
            all.push((name(&[&profile.vendor, api, "URL"]), url.clone()));
        }
        for (index, credential) in profile.credentials.iter().enumerate() {
            let named = |what: &str| name(&[&profile.vendor, &credential.name, what]);
            for (what, file) in tokens.of(vendor, index).into_iter().flat_map(|held| held.told()) {
                let shown = file.display().to_string();
                let now = fs::read_to_string(file);
                let now = now.map_err(|error| Refusal::new(format!("cannot read {shown}: {error}")))?;
                all.push((named(what), now));
                all.push((named(&format!("{what}_FILE")), shown));
            }
            if credential.carrier == Carrier::Client {
                all.extend(token_url(profile, index, &urls).map(|url| (named("TOKEN_URL"), url)));
            }
        }
    }
    all.push((name(&["VENDORS"]), vendors.join(",")));
    Ok(all)
}

/// `STANDIN_ACME_SCIM_URL`: the parts in capitals, and `_` for what a shell does not take in a name.
pub(super) fn name(parts: &[&str]) -> String {
    let mut name = "STANDIN".to_owned();
    for part in parts {
        name.push('_');
        let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        name.extend(part.chars().map(letter));
    }
    name
}
