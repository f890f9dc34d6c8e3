//! The organizations and credentials that are the same on every machine, so that compose files can hold them.
//!
//! **Invariant:** this is the only place that spells them; whoever issues, shows or explains one asks here.

use super::model::{Carrier, Credential};

/// The organizations of the sandbox that is there from the start; the first is the one that examples use.
pub const ORGANIZATIONS: [&str; 2] = ["acme", "globex"];

/// What a client shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fixed {
    /// A token or key.
    Token(String),
    /// An OAuth client.
    Client {
        /// Its id.
        id: String,
        /// Its secret.
        secret: String,
    },
}

/// A vendor's fixed credential of an organization: `VENDOR-CREDENTIAL-token`, or `…-client` and `…-secret`, with the
/// organization behind it in all but the first.
pub fn fixed(vendor: &str, credential: &Credential, organization: &str) -> Fixed {
    let end = if organization == ORGANIZATIONS[0] { String::new() } else { format!("-{organization}") };
    let text = |what: &str| format!("{vendor}-{}-{what}{end}", credential.name);
    match credential.carrier {
        Carrier::Client => Fixed::Client { id: text("client"), secret: text("secret") },
        Carrier::Bearer | Carrier::Header(_) | Carrier::Query(_) => Fixed::Token(text("token")),
    }
}
