//! One api as plain text: what it takes, its endpoints, how its lists are cut and narrowed.

use indexmap::IndexMap;

use super::page::{Page, listed, sentence, unbroken};
use super::text::{LABEL_CHARS_MAX, needs};
use super::{base, does, lenient};
use crate::profile::grammar::duration_text;
use crate::profile::model::{Api, ApiKind, Does, Endpoint, Matching, Paging, PagingStyle, Profile, Resource};

/// Describes an api.
pub(super) fn api(page: &mut Page, profile: &Profile, api: &Api) {
    let protocol = match api.kind {
        ApiKind::Rest => "REST",
        ApiKind::Scim => "SCIM 2.0",
        ApiKind::OAuth => "an OAuth 2.0 token endpoint",
    };
    page.heading(&format!("API {}: {protocol} at {}", api.name, base(profile, api)));
    page.paragraph(2, &introduction(profile, api));
    page.gap();
    let served = api.endpoints.iter().filter(|endpoint| !matches!(endpoint.does, Does::Refuse(_)));
    let row = |endpoint: &Endpoint| {
        vec![
            endpoint.method.to_string(),
            format!("{}{}", base(profile, api), endpoint.path),
            does(profile, endpoint),
            endpoint.scope.clone().unwrap_or_default(),
            endpoint.status.to_string(),
        ]
    };
    page.table(2, &served.map(row).collect::<Vec<_>>());
    for clause in refused(api) {
        page.paragraph(2, &clause);
    }
    let rest = lists(api);
    if !rest.is_empty() {
        page.gap();
        page.entries(2, LABEL_CHARS_MAX, &rest);
    }
    let lenient: Vec<_> = lenient(api).map(|(word, about)| (word.to_owned(), about.to_owned())).collect();
    if !lenient.is_empty() {
        page.paragraph(2, "let pass, beyond the protocol's letter:");
        page.entries(4, LABEL_CHARS_MAX, &lenient);
    }
}

/// What it is, what it takes, what it needs.
pub(in crate::profile) fn introduction(profile: &Profile, api: &Api) -> String {
    let mut sentences = vec![sentence(&api.about)];
    let credential = profile.credentials.get(api.credential).map_or("", |one| &*one.name);
    let bodies = match (api.kind, api.accepts_json, api.accepts_form) {
        (ApiKind::Rest, true, true) => "; bodies are JSON or a form",
        (ApiKind::Rest, false, true) => "; bodies are a form",
        _ => "",
    };
    sentences.push(format!("It takes the credential {credential}{bodies}."));
    let needs = needs(profile, &api.requires);
    if !needs.is_empty() {
        sentences.push(format!("It needs {needs}."));
    }
    if let Some(token) = &api.token {
        sentences.push(format!("Access tokens live for {}.", duration_text(token.expires_ms)));
        if token.one_per_client {
            sentences.push("A new one ends the client's one before.".to_owned());
        }
    }
    if let Some(clients) = &api.clients {
        let others =
            if clients.refuse_others { "are refused with 403" } else { "are answered, with an advisory" };
        sentences.push(format!(
            "It is made for {}; other identity providers {others}.",
            listed(&clients.supported)
        ));
    }
    if api.unknown_route_first {
        sentences.push("An unknown path is 404 before the token is looked at.".to_owned());
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// What the protocol has and the vendor does not, a clause for each status; methods of one path together.
pub(in crate::profile) fn refused(api: &Api) -> Vec<String> {
    let mut by_status: IndexMap<u16, IndexMap<&str, Vec<&str>>> = IndexMap::new();
    for endpoint in &api.endpoints {
        if let Does::Refuse(status) = endpoint.does {
            let paths = by_status.entry(status).or_default();
            paths.entry(&endpoint.path).or_default().push(endpoint.method.as_str());
        }
    }
    let told = |(path, methods): (&str, Vec<&str>)| unbroken(&format!("{} {path}", methods.join("/")));
    let clause = |(status, paths): (u16, IndexMap<&str, Vec<&str>>)| {
        format!("refused with {status}: {}", paths.into_iter().map(told).collect::<Vec<_>>().join(", "))
    };
    by_status.into_iter().map(clause).collect()
}

/// Paging and filters, as labelled entries.
fn lists(api: &Api) -> Vec<(String, String)> {
    let mut entries = Vec::new();
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    let is_list = |one: &&Endpoint| one.does == Does::List && one.method == http::Method::GET;
    for endpoint in api.endpoints.iter().filter(is_list) {
        let how = paging(&endpoint.paging);
        match told.iter_mut().find(|(known, _)| *known == how) {
            Some((_, paths)) => paths.push(&endpoint.path),
            None => told.push((how, vec![&endpoint.path])),
        }
    }
    let is_one = told.len() == 1;
    entries.extend(told.into_iter().map(|(how, paths)| {
        let of = if is_one { String::new() } else { format!("{}: ", listed(&paths)) };
        ("paging".to_owned(), format!("{of}{how}"))
    }));
    for endpoint in api.endpoints.iter().filter(|endpoint| !endpoint.filters.is_empty()) {
        let fields = api.shapes.get(endpoint.of).map_or(&[][..], |shape| &shape.fields);
        let clauses = endpoint.filters.iter().map(|filter| {
            let field = fields.get(filter.field).map_or("", |field| &*field.name);
            let how = match filter.matching {
                Matching::Equals => "is all of",
                Matching::Contains => "is a part of",
                Matching::StartsWith => "begins",
            };
            let case = if filter.case_exact { ", case counts" } else { "" };
            format!("{}= {how} {field}{case}", filter.parameter)
        });
        entries.push((
            "filters".to_owned(),
            format!("{}?{}", endpoint.path, clauses.collect::<Vec<_>>().join("; ")),
        ));
    }
    for resource in &api.resources {
        entries.push(("filters".to_owned(), format!("{}: {}", resource.name, filters(resource))));
    }
    entries
}

/// Which filters of SCIM are processed, as a clause.
pub(in crate::profile) fn filters(resource: &Resource) -> String {
    let forms: Vec<String> = resource.filters.iter().map(|(path, op)| format!("{path} {op}")).collect();
    let otherwise = if resource.ignore_other_filters {
        "any other filter returns everything"
    } else {
        "any other filter is 400"
    };
    if forms.is_empty() { "all of RFC 7644".to_owned() } else { format!("{}; {otherwise}", listed(&forms)) }
}

/// How a list is cut, as a clause.
pub(in crate::profile) fn paging(paging: &Paging) -> String {
    let (number, size) = (&paging.number, &paging.size);
    let by = match paging.style {
        PagingStyle::None => return "none, everything comes back".to_owned(),
        PagingStyle::Page => format!("{number} is the page, {size} its size"),
        PagingStyle::Offset => format!("{number} is how many to leave out, {size} how many to send"),
        PagingStyle::Cursor => format!("{number} is the cursor, {size} how many to send"),
        PagingStyle::Index => format!("{number} from 1, {size}"),
    };
    let above = if paging.refuse_above_max { "more is 400" } else { "more gets as many" };
    let invalid = if paging.refuse_invalid {
        "nonsense is 400"
    } else {
        "nonsense counts as the nearest sensible value"
    };
    let link = if paging.link_header { "; a Link header names the other pages" } else { "" };
    format!("{by}; {} by default, {} at most, {above}; {invalid}{link}", paging.default, paging.max)
}
