//! A profile as a person would describe it, as text and as JSON.
//!
//! **Invariant:** everything said is read from the [`Profile`] and the files that it came from; no call is answered, and
//! nothing is known of what runs. What is documented, what is assumed and what varies are never mixed.

mod json;
mod limits;
mod page;
pub(super) mod surface;
mod text;

pub use json::json;
pub use text::text;

use super::keys;
use super::model::{Api, ApiKind, Credential, Does, Endpoint, Fact, Profile};
use super::overlay;
use super::source::Place;
use crate::scim::leniency::Leniency;

/// The header that carries a key, as the file spells it: the model has it in lower case.
pub(super) fn header(profile: &Profile, credential: &Credential) -> Option<String> {
    let setting = format!("credentials.{}.header", credential.name);
    overlay::entry_at(&profile.tree, &setting)?.value.as_text().map(str::to_owned)
}

/// The path in front of everything an api serves, where no host name says whose it is.
pub(super) fn base(profile: &Profile, api: &Api) -> String {
    format!("/{}{}", profile.vendor, api.base_text())
}

/// What an endpoint does, as a clause: "lists users".
pub(super) fn does(profile: &Profile, endpoint: &Endpoint) -> String {
    let record = profile.records.get(endpoint.record).map_or("record", |record| record.name.as_str());
    match endpoint.does {
        Does::List if endpoint.method == http::Method::POST => format!("searches {record} records"),
        Does::List => format!("lists {record} records"),
        Does::ListAll if endpoint.method == http::Method::POST => "searches records of all types".to_owned(),
        Does::ListAll => "lists records of all types".to_owned(),
        Does::Describe(_) => "describes the service".to_owned(),
        Does::Bulk => "does many operations".to_owned(),
        Does::Fetch | Does::Replace | Does::Patch | Does::Delete if endpoint.is_own => {
            format!("the same for the caller's own {record}")
        }
        Does::Fetch => format!("reads one {record}"),
        Does::Create => format!("creates a {record}"),
        Does::Update(_) => format!("changes a {record}"),
        Does::Replace => format!("replaces a {record}"),
        Does::Patch => format!("patches a {record}"),
        Does::Delete => format!("deletes a {record}"),
        Does::Token => "issues an access token".to_owned(),
        Does::Revoke => "ends an access token".to_owned(),
        Does::Refuse(_) => "refused".to_owned(),
    }
}

/// The word of a protocol.
fn kind(api: &Api) -> &'static str {
    match api.kind {
        ApiKind::Rest => "rest",
        ApiKind::Scim => "scim",
        ApiKind::OAuth => "oauth",
    }
}

/// What of an api's clients is let pass: the words of `lenient`, each with what it means.
fn lenient(api: &Api) -> impl Iterator<Item = (&'static str, &'static str)> {
    let Leniency {
        op_case,
        string_booleans,
        create_on_value_path,
        members_by_value,
        dotted_keys,
        ignore_unknown,
        ignore_read_only,
        loose_shapes,
        schemas_optional,
        old_schemas,
    } = api.leniency;
    let let_pass = move |word: &str| match word {
        "op_case" => op_case,
        "string_booleans" => string_booleans,
        "create_on_value_path" => create_on_value_path,
        "members_by_value" => members_by_value,
        "dotted_keys" => dotted_keys,
        "unknown_attributes" => ignore_unknown,
        "read_only_attributes" => ignore_read_only,
        "loose_shapes" => loose_shapes,
        "schemas_optional" => schemas_optional,
        "old_schemas" => old_schemas,
        _ => false,
    };
    keys::LENIENT.iter().copied().filter(move |(word, _)| let_pass(word))
}

/// A setting and where it is written; nowhere where the file leaves it open.
fn fixes<'a>(profile: &'a Profile, fact: &'a Fact) -> impl Iterator<Item = (&'a str, Option<&'a Place>)> {
    let place = |setting: &str| overlay::entry_at(&profile.tree, setting).map(|entry| &entry.key_place);
    fact.fixes.iter().map(move |setting| (setting.as_str(), place(setting)))
}

/// The facts that decide something of a part of the file.
fn facts_on<'a>(profile: &'a Profile, part: &'a str) -> impl Iterator<Item = &'a Fact> {
    profile.facts.iter().filter(move |fact| fact.fixes.iter().any(|setting| overlay::overlaps(setting, part)))
}
