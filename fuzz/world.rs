//! All vendors with a few records each, and what a caller who has looked around knows of them.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;
use standin::call::{Body, Call};
use standin::engine::{DEFAULT_SANDBOX, Engine, Setup};
use standin::profile::fixed::ORGANIZATIONS;
use standin::profile::model::{Api, ApiKind, Carrier, Credential, Does, Profile};
use standin::profile::source::Source;
use standin::profile::{Library, files};

static PROFILES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    let mut sources = files::built_in();
    sources.push(Source::new("rookery.yaml", include_str!("../tests/vendors/rookery.yaml")));
    let library = Library::read(&sources, &mut Vec::new());
    library.vendors().map(|vendor| library.profile(vendor, &[]).expect("a good profile").into()).collect()
});

/// Every api of every vendor.
pub static DOORS: LazyLock<Vec<Door>> = LazyLock::new(|| {
    let engine = open();
    let apis = PROFILES.iter().flat_map(|profile| profile.apis.iter().map(move |api| (profile, api)));
    apis.map(|(profile, api)| Door::of(&engine, profile, api)).collect()
});

/// One api of one vendor.
#[derive(Debug)]
pub struct Door {
    /// Where it begins, `/acme/scim/v2`.
    pub base: String,
    /// Whether it speaks SCIM.
    pub is_scim: bool,
    /// How the credential is shown.
    pub carrier: Carrier,
    /// A credential of each organization: a token, or id and secret of a client.
    pub credentials: Vec<(String, Option<String>)>,
    /// What it serves, and what it refuses.
    pub operations: Vec<Operation>,
    /// The ids that are shown at first.
    pub ids: Vec<String>,
    /// Names that bodies and queries hold.
    pub names: Vec<String>,
}

/// A call that is served.
#[derive(Debug)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path below the base, `/Users/{id}`.
    pub path: String,
    /// The key that a body is wrapped in.
    pub wrapped_in: Option<String>,
    /// A record as it is shown there.
    pub sample: Option<Value>,
}

/// The vendors as they are at the start of each run.
pub fn open() -> Engine {
    open_with_tokens().0
}

/// The same, and the access tokens that clients have by then: the vendor, the credential's name, the token. They are issued
/// in the same order and are the same each time.
fn open_with_tokens() -> (Engine, Vec<(&'static str, &'static str, String)>) {
    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.groups, setup.clock_ms) = (3, 2, Some(0));
    let engine = Engine::start(setup).expect("an engine that starts");
    let mut tokens = Vec::new();
    for (profile, credential) in clients() {
        let (vendor, name) = (profile.vendor.as_str(), credential.name.as_str());
        for organization in ORGANIZATIONS {
            tokens.extend(
                granted(&engine, profile, credential, organization).map(|token| (vendor, name, token)),
            );
        }
    }
    (engine, tokens)
}

/// The access token that a client is given where it asks for one.
fn granted(
    engine: &Engine,
    profile: &Profile,
    credential: &Credential,
    organization: &str,
) -> Option<String> {
    let of_it = |api: &&Api| {
        api.kind == ApiKind::OAuth && profile.credentials[api.credential].name == credential.name
    };
    let api = profile.apis.iter().find(of_it)?;
    let endpoint = api.endpoints.iter().find(|endpoint| endpoint.does == Does::Token)?;
    let all = engine.default_credentials(&profile.vendor, organization);
    let (_, id, secret) = all.into_iter().find(|(name, _, _)| *name == credential.name)?;
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={}", secret?);
    let call = Call {
        method: Method::POST,
        host: "standin.test".to_owned(),
        path: format!("/{}{}{}", profile.vendor, api.base_of(organization), endpoint.path),
        query: None,
        headers: HeaderMap::new(),
        body: Body::Whole(Bytes::from(form)),
        listener_vendor: None,
        peer: None,
    };
    let reply: Value = serde_json::from_slice(&engine.answer(&call).body).ok()?;
    reply["access_token"].as_str().map(str::to_owned)
}

fn clients() -> impl Iterator<Item = (&'static Profile, &'static Credential)> {
    let all =
        PROFILES.iter().flat_map(|profile| profile.credentials.iter().map(move |one| (&**profile, one)));
    all.filter(|(_, credential)| credential.carrier == Carrier::Client)
}

/// The ids in a reply.
pub fn ids(body: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest: Vec<Value> = serde_json::from_slice(body).into_iter().collect();
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(members) => rest.extend(members.into_iter().map(|(name, value)| {
                if let ("id", Some(id)) = (name.as_str(), value.as_str()) {
                    found.push(id.to_owned());
                }
                value
            })),
            Value::Array(elements) => rest.extend(elements),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

impl Door {
    fn of(engine: &Engine, profile: &Profile, api: &Api) -> Door {
        let credential = &profile.credentials[api.credential];
        let fixed = |organization: &&str| {
            let mut all = engine.default_credentials(&profile.vendor, organization).into_iter();
            all.find(|(name, _, _)| *name == credential.name).map(|(_, id, secret)| (id, secret))
        };
        let is_token_wanted = api.kind != ApiKind::OAuth && credential.carrier == Carrier::Client;
        let credentials = match is_token_wanted {
            true => issued(profile, credential),
            false => ORGANIZATIONS.iter().filter_map(fixed).collect(),
        };
        let bases = engine.base_urls("", &profile.vendor, DEFAULT_SANDBOX, ORGANIZATIONS[0]);
        let base = bases.into_iter().find(|(name, _)| *name == api.name).map(|(_, base)| base);
        let mut door = Door {
            base: base.unwrap_or_default(),
            is_scim: api.kind == ApiKind::Scim,
            carrier: credential.carrier.clone(),
            credentials,
            operations: Vec::new(),
            ids: Vec::new(),
            names: names(profile, api),
        };
        let mut samples: Vec<(usize, Value)> = Vec::new();
        for endpoint in api.endpoints.iter().filter(|endpoint| endpoint.does == Does::List) {
            let reply = engine.answer(&door.look(&format!("{}{}", door.base, endpoint.path)));
            door.ids.extend(ids(&reply.body));
            samples.extend(sample(&reply.body).map(|sample| (endpoint.record, sample)));
        }
        let operation = |endpoint: &standin::profile::model::Endpoint| Operation {
            method: endpoint.method.clone(),
            path: endpoint.path.clone(),
            wrapped_in: endpoint.wrapped_in.clone(),
            sample: samples.iter().find(|(of, _)| *of == endpoint.record).map(|(_, sample)| sample.clone()),
        };
        door.operations = api.endpoints.iter().map(operation).collect();
        door
    }

    /// The call that reads a path.
    fn look(&self, path: &str) -> Call {
        let (mut headers, mut query) = (HeaderMap::new(), None);
        let token = self.credentials.first().map_or("", |(token, _)| token);
        match &self.carrier {
            Carrier::Header(name) => {
                headers.insert(name.clone(), token.parse().expect("a token is a header's value"));
            }
            Carrier::Query(name) => query = Some(format!("{name}={token}")),
            Carrier::Bearer | Carrier::Client => {
                let value = format!("Bearer {token}").parse().expect("a token is a header's value");
                headers.insert(http::header::AUTHORIZATION, value);
            }
        }
        let (host, path) = ("standin.test".to_owned(), path.to_owned());
        let body = Body::Whole(Bytes::new());
        Call { method: Method::GET, host, path, query, headers, body, listener_vendor: None, peer: None }
    }
}

/// The access tokens of a client.
fn issued(profile: &Profile, credential: &Credential) -> Vec<(String, Option<String>)> {
    let (_, mut tokens) = open_with_tokens();
    tokens.retain(|(vendor, name, _)| *vendor == profile.vendor && *name == credential.name);
    tokens.into_iter().map(|(_, _, token)| (token, None)).collect()
}

/// The first record of a list.
fn sample(body: &[u8]) -> Option<Value> {
    let list = match serde_json::from_slice(body).ok()? {
        Value::Object(members) => members.into_iter().find_map(|(_, value)| match value {
            Value::Array(list) => list.into_iter().find(Value::is_object),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
        }),
        Value::Array(list) => list.into_iter().next(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    list.filter(Value::is_object)
}

fn names(profile: &Profile, api: &Api) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for endpoint in &api.endpoints {
        names.extend([endpoint.paging.number.clone(), endpoint.paging.size.clone()]);
        names.extend(endpoint.filters.iter().map(|filter| filter.parameter.clone()));
    }
    names.extend(api.shapes.iter().flat_map(|shape| &shape.fields).map(|field| field.name.clone()));
    if api.kind == ApiKind::Scim {
        for schema in profile.records.iter().map(|record| &record.scim_schema) {
            for attribute in schema.top_attributes() {
                let subs = attribute.sub_attributes.iter();
                names.extend(subs.map(|sub| format!("{}.{}", attribute.name, sub.name)));
                names.push(attribute.name.clone());
            }
            for extension in &schema.extensions {
                names.push(extension.id.clone());
                names.extend(extension.attributes.iter().map(|one| format!("{}:{}", extension.id, one.name)));
            }
        }
        names.extend(
            ["filter", "attributes", "excludedAttributes", "sortBy", "sortOrder", "cursor"]
                .map(str::to_owned),
        );
    }
    names.sort();
    names.dedup();
    names
}
