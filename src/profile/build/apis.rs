//! Surfaces: what all protocols share, and OAuth's token endpoint.

use super::Builder;
use super::part::Part;
use crate::oauth::ClientAuthentication;
use crate::profile::diagnostic::Diagnostic;
use crate::profile::keys;
use crate::profile::model::{
    Api, ApiKind, Carrier, Clients, Does, Endpoint, Errors, Meta, Paging, PagingStyle, Rule, Token,
};

/// Keys that only one kind of api has.
const OF_ONE_KIND: &[(&str, ApiKind, &str)] = &[
    ("shapes", ApiKind::Rest, "rest"),
    ("operations", ApiKind::Rest, "rest"),
    ("accepts", ApiKind::Rest, "rest"),
    ("resources", ApiKind::Scim, "scim"),
    ("lenient", ApiKind::Scim, "scim"),
    ("meta", ApiKind::Scim, "scim"),
    ("unsupported", ApiKind::Scim, "scim"),
    ("discovery", ApiKind::Scim, "scim"),
    ("sort", ApiKind::Scim, "scim"),
    ("etag", ApiKind::Scim, "scim"),
    ("search", ApiKind::Scim, "scim"),
    ("other_versions", ApiKind::Scim, "scim"),
    ("bulk", ApiKind::Scim, "scim"),
    ("me", ApiKind::Scim, "scim"),
    ("token", ApiKind::OAuth, "oauth"),
];

impl Builder<'_> {
    pub(super) fn api(&mut self, part: &Part<'_>) -> Option<Api> {
        let name = part.name("apis");
        let kind = match part.word("kind").as_str() {
            "rest" => ApiKind::Rest,
            "scim" => ApiKind::Scim,
            "oauth" => ApiKind::OAuth,
            _ => return None,
        };
        for (key, _, word) in
            OF_ONE_KIND.iter().filter(|(key, of, _)| *of != kind && part.node.get(key).is_some())
        {
            let message = format!(
                "`{key}` belongs to an api of kind `{word}`, and `{name}` is `{}`",
                part.word("kind")
            );
            self.mistake(
                "P028",
                part.place_of(key),
                message,
                format!("remove `{key}`, or make it `kind: {word}`"),
            );
        }
        let credentials: Vec<String> = self.credentials.iter().map(|one| one.name.clone()).collect();
        let credential = self.named(part, "credential", "credential", &credentials);
        self.suits_kind(part, kind, credential);
        let accepts = part.texts("accepts");
        let mut api = Api {
            name,
            about: part.text("about").unwrap_or_default(),
            kind,
            base: base(&part.word("base")),
            credential: credential.unwrap_or_default(),
            requires: self.requires(part.part("requires", &keys::REQUIRES).as_ref()),
            plans_rule: self.rule_within(part, "requires", "plans"),
            prerequisites_rule: self.rule_within(part, "requires", "prerequisites"),
            clients: part.part("clients", &keys::CLIENTS).map(|clients| self.clients(&clients)),
            unknown_route_first: part.word("unknown_route") == "first",
            errors: self.api_errors(part, kind),
            accepts_json: accepts.iter().any(|word| word == "json"),
            accepts_form: accepts.iter().any(|word| word == "form"),
            accepts_rule: self.rule_of_key(part, "accepts"),
            shapes: Vec::new(),
            resources: Vec::new(),
            leniency: super::scim::leniency(part),
            meta: match part.word("meta").as_str() {
                "none" => Meta::None,
                "type_only" => Meta::TypeOnly,
                _ => Meta::Full,
            },
            unsupported: u16::try_from(part.number("unsupported")).unwrap_or(501),
            offers: self.offers(part),
            token: None,
            endpoints: Vec::new(),
            leniency_rule: self.rule_of_key(part, "lenient"),
            rule: self.api_rule(part, credential),
        };
        match kind {
            ApiKind::Rest => self.rest(part, &mut api),
            ApiKind::Scim => self.scim(part, &mut api),
            ApiKind::OAuth => self.token(part, &mut api),
        }
        self.twins(&api);
        Some(api)
    }

    /// A token endpoint is for clients.
    fn suits_kind(&mut self, part: &Part<'_>, kind: ApiKind, credential: Option<usize>) {
        let credential = credential.and_then(|index| self.credentials.get(index));
        if kind == ApiKind::OAuth && credential.is_some_and(|one| one.carrier != Carrier::Client) {
            let name = part.word("credential");
            let message = format!("a token endpoint takes a client, and `{name}` is none");
            let help = "name a credential of `kind: client_credentials`";
            let place = part.node.get("credential").map_or(&part.place, |node| &node.place);
            self.mistake("P028", place, message, help);
        }
    }

    /// The facts behind an api's base and its credential.
    fn api_rule(&self, part: &Part<'_>, credential: Option<usize>) -> Rule {
        let own = self.rule_of_keys(part, &["base", "credential"]);
        match credential.and_then(|index| self.credentials.get(index)) {
            Some(credential) => own.and(credential.rule.clone()),
            None => own,
        }
    }

    /// A REST api without errors of its own has the profile's; SCIM and OAuth have their protocol's.
    fn api_errors(&mut self, part: &Part<'_>, kind: ApiKind) -> Errors {
        let own = part.part("errors", &keys::ERRORS);
        if own.is_none() && kind == ApiKind::Rest {
            let shared = Part::root(self.tree, &keys::PROFILE).part("errors", &keys::ERRORS);
            return self.errors(shared.as_ref());
        }
        self.errors(own.as_ref())
    }

    fn clients(&mut self, part: &Part<'_>) -> Clients {
        let lower = |key: &str| part.texts(key).iter().map(|word| word.to_ascii_lowercase()).collect();
        Clients {
            supported: lower("supported"),
            recognised: lower("recognised"),
            refuse_others: part.word("others") == "refuse",
            rule: self.rule(part),
        }
    }

    /// How a list is cut: the operation's own way, else the api's, else `usual`.
    pub(super) fn paging(&mut self, part: Option<&Part<'_>>, usual: Paging) -> Paging {
        let Some(part) = part else { return usual };
        let style = match part.word("style").as_str() {
            "page" => PagingStyle::Page,
            "offset" => PagingStyle::Offset,
            "cursor" => PagingStyle::Cursor,
            "index" => PagingStyle::Index,
            _ => PagingStyle::None,
        };
        let number = part.text("number");
        let size = part.text("size");
        if !matches!(style, PagingStyle::None | PagingStyle::Index) && (number.is_none() || size.is_none()) {
            let message = format!(
                "paging by `{}` needs the names of its parameters, `number` and `size`",
                part.word("style")
            );
            self.mistake(
                "P033",
                &part.place,
                message,
                "name both, such as `number: page` and `size: per_page`",
            );
        }
        let max = part.number("max");
        // The usual default gives way to a smaller largest page; one that is written does not.
        let default = if part.node.get("default").is_some() {
            part.number("default")
        } else {
            part.number("default").min(max)
        };
        if default > max {
            let message = format!("the default page of {default} is larger than the largest of {max}");
            self.mistake("P035", part.place_of("default"), message, "make `default` at most `max`");
        }
        let as_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Paging {
            style,
            number: number.unwrap_or_else(|| "startIndex".to_owned()),
            size: size.unwrap_or_else(|| "count".to_owned()),
            default: as_usize(default),
            max: as_usize(max),
            refuse_above_max: part.word("above_max") == "refuse",
            refuse_invalid: part.word("invalid") == "refuse",
            link_header: part.flag("link_header"),
            rule: self.rule(part),
        }
    }

    fn token(&mut self, part: &Part<'_>, api: &mut Api) {
        let Some(token) = part.part("token", &keys::TOKEN) else {
            let message = format!("the api `{}` has no token endpoint", api.name);
            self.mistake("P033", &part.place, message, "say under `token` where it answers");
            return;
        };
        let ways = token.texts("client_authentication");
        let has = |word: &str| ways.iter().any(|way| way == word);
        api.token = Some(Token {
            expires_ms: token.duration_ms("expires").unwrap_or(3_600_000),
            authentication: ClientAuthentication { basic: has("basic"), body: has("body") },
            one_per_client: token.flag("one_per_client"),
        });
        let rule = self.rule(&token);
        let name = format!("{}.token", api.name);
        let path = token.word("path");
        let post = http::Method::POST;
        api.endpoints.push(bare_endpoint(name, post.clone(), path, Does::Token, 200, rule.clone()));
        if let Some(path) = token.text("revocation_path") {
            let name = format!("{}.revoke", api.name);
            let rule = self.rule_of_key(&token, "revocation_path").and(rule);
            api.endpoints.push(bare_endpoint(name, post, path, Does::Revoke, 200, rule));
        }
    }

    /// Two endpoints must not answer one call.
    fn twins(&mut self, api: &Api) {
        for (index, endpoint) in api.endpoints.iter().enumerate() {
            let same = |other: &&Endpoint| other.method == endpoint.method && other.path == endpoint.path;
            if let Some(first) = api.endpoints[..index].iter().find(same) {
                let call = format!("{} {}", endpoint.method, endpoint.path);
                let mistake = Diagnostic::error(
                    "P021",
                    &endpoint.rule.place,
                    format!("two operations answer `{call}`"),
                );
                let mistake = mistake
                    .label("so this one is never reached")
                    .also(&first.rule.place, "this one comes first");
                self.out.push(mistake.help("give one another path or method, or remove it"));
            }
        }
    }

    /// A scope that the api's credential can carry.
    pub(super) fn scope(&mut self, part: &Part<'_>, api: &Api) -> Option<String> {
        let node = part.node.get("scope")?;
        let scope = node.as_text()?.to_owned();
        let known: Vec<String> = match self.credentials.get(api.credential) {
            Some(credential) => credential.scopes.iter().map(|(scope, _)| scope.clone()).collect(),
            None => return Some(scope),
        };
        if !known.contains(&scope) {
            self.index_of(node, "scope", &scope, &known);
        }
        Some(scope)
    }
}

/// An endpoint that is about no record.
pub(super) fn bare_endpoint(
    name: String,
    method: http::Method,
    path: String,
    does: Does,
    status: u16,
    rule: Rule,
) -> Endpoint {
    Endpoint {
        name,
        method,
        path,
        does,
        of: 0,
        record: 0,
        is_own: false,
        scope: None,
        status,
        reply: None,
        wrapped_in: None,
        brief: false,
        filters: Vec::new(),
        paging: no_paging(rule.clone()),
        rule,
    }
}

/// A list that is not cut.
pub(super) fn no_paging(rule: Rule) -> Paging {
    Paging {
        style: PagingStyle::None,
        number: String::new(),
        size: String::new(),
        default: usize::MAX,
        max: usize::MAX,
        refuse_above_max: false,
        refuse_invalid: false,
        link_header: false,
        rule,
    }
}

fn base(text: &str) -> Vec<Option<String>> {
    let parts = text.split('/').filter(|part| !part.is_empty());
    parts.map(|part| (part != "{organization}").then(|| part.to_owned())).collect()
}
