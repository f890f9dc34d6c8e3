//! What a client finds in its environment: where the vendors are, and what to show them.

use crate::control::token_url;
use crate::engine::{Engine, Sandbox};
use crate::profile::fixed::Fixed;

/// The names and values of the variables.
pub(super) fn of(engine: &Engine, sandbox: &Sandbox, url: &str) -> Vec<(String, String)> {
    let mut all = vec![
        ("STANDIN_URL".to_owned(), url.to_owned()),
        ("STANDIN_SANDBOX".to_owned(), sandbox.name.to_string()),
    ];
    let organization = sandbox.organizations.first().map_or("", String::as_str);
    all.push(("STANDIN_ORGANIZATION".to_owned(), organization.to_owned()));
    let served = engine.profiles().iter().enumerate().filter(|(index, _)| sandbox.has(*index));
    let mut vendors = Vec::new();
    for (_, profile) in served {
        vendors.push(profile.vendor.as_str());
        let urls = engine.base_urls(url, &profile.vendor, &sandbox.name, organization);
        for (api, url) in &urls {
            all.push((name(&[&profile.vendor, api, "URL"]), url.clone()));
        }
        for (index, credential) in profile.credentials.iter().enumerate() {
            let named = |what: &str| name(&[&profile.vendor, &credential.name, what]);
            match sandbox.first_credential(profile, credential, 0) {
                Fixed::Token(token) => all.push((named("TOKEN"), token)),
                Fixed::Client { id, secret } => {
                    all.push((named("CLIENT_ID"), id));
                    all.push((named("CLIENT_SECRET"), secret));
                    all.extend(token_url(profile, index, &urls).map(|url| (named("TOKEN_URL"), url)));
                }
            }
        }
    }
    all.push(("STANDIN_VENDORS".to_owned(), vendors.join(",")));
    all
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
