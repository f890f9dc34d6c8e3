//! SCIM: the optional parts of the protocol, and the calls that stand beside those on a resource.

use super::Builder;
use super::apis::bare_endpoint;
use super::part::Part;
use crate::profile::keys;
use crate::profile::model::{Api, BulkBounds, Document, Does, Endpoint, Offers, Paging, Rule};

/// A part of the protocol that a service may offer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Offer {
    Discovery(&'static str),
    Search,
    Bulk,
    Me,
}

/// The calls of RFC 7644 that are on no resource: name, method, path, what it does, what it is part of.
const CALLS: &[(&str, http::Method, &str, Does, Offer)] = {
    use Document as D;
    use Does::{Bulk, Create, Delete, Describe, Fetch, ListAll, Patch, Replace};
    use Offer::{Discovery, Me, Search};
    use http::Method;
    const CONFIG: Offer = Discovery("service_provider_config");
    const TYPES: Offer = Discovery("resource_types");
    const SCHEMAS: Offer = Discovery("schemas");
    &[
        (
            "ServiceProviderConfig.get",
            Method::GET,
            "/ServiceProviderConfig",
            Describe(D::ServiceProviderConfig),
            CONFIG,
        ),
        ("ResourceTypes.list", Method::GET, "/ResourceTypes", Describe(D::ResourceTypes), TYPES),
        ("ResourceTypes.get", Method::GET, "/ResourceTypes/{id}", Describe(D::ResourceType), TYPES),
        ("Schemas.list", Method::GET, "/Schemas", Describe(D::Schemas), SCHEMAS),
        ("Schemas.get", Method::GET, "/Schemas/{id}", Describe(D::Schema), SCHEMAS),
        ("list", Method::GET, "/", ListAll, Search),
        ("search", Method::POST, "/.search", ListAll, Search),
        ("bulk", Method::POST, "/Bulk", Bulk, Offer::Bulk),
        ("Me.get", Method::GET, "/Me", Fetch, Me),
        ("Me.create", Method::POST, "/Me", Create, Me),
        ("Me.replace", Method::PUT, "/Me", Replace, Me),
        ("Me.patch", Method::PATCH, "/Me", Patch, Me),
        ("Me.delete", Method::DELETE, "/Me", Delete, Me),
    ]
};

impl Builder<'_> {
    /// What is offered, but for what endpoints say themselves.
    pub(super) fn offers(&mut self, part: &Part<'_>) -> Offers {
        let paging = part.part("paging", &keys::PAGING);
        let cursors = paging.as_ref().filter(|paging| paging.flag("cursors"));
        let bulk = part.part("bulk", &keys::BULK).filter(|bulk| bulk.flag("enabled"));
        let as_usize = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Offers {
            refuses_versions: part.word("other_versions") == "refuse",
            versions_rule: self.rule_of_key(part, "other_versions"),
            sort: part.flag("sort"),
            sort_rule: self.rule_of_key(part, "sort"),
            etag: part.flag("etag"),
            etag_rule: self.rule_of_key(part, "etag"),
            bulk: bulk.map(|bulk| BulkBounds {
                operations_max: as_usize(bulk.number("max_operations")),
                payload_bytes_max: as_usize(bulk.number("max_payload_bytes")),
            }),
            cursors_expire_ms: cursors.and_then(|paging| paging.duration_ms("cursors_expire")),
        }
    }

    /// Adds the calls that are on no resource, and the searches of each.
    pub(super) fn beside_resources(&mut self, part: &Part<'_>, api: &mut Api, paging: &Paging) {
        let own = self.own(part, api);
        let discovery = part.texts("discovery");
        let is_offered = |offer: Offer, api: &Api| match offer {
            Offer::Discovery(word) => discovery.iter().any(|one| one == word),
            Offer::Search => part.flag("search"),
            Offer::Bulk => api.offers.bulk.is_some(),
            Offer::Me => own.is_some(),
        };
        for index in 0..api.resources.len() {
            let listed = api.endpoints.iter().find(|one| one.of == index && one.does == Does::List);
            let search = listed.filter(|_| part.flag("search")).cloned();
            let resource = &api.resources[index].name;
            let path = format!("/{resource}/.search");
            let name = format!("{}.{resource}.search", api.name);
            let rule = self.rule_of_key(part, "search");
            let endpoint = match search {
                Some(list) => Endpoint {
                    name,
                    method: http::Method::POST,
                    path,
                    rule: rule.and(list.rule.clone()),
                    ..list
                },
                None => self.refusal(part, api, name, http::Method::POST, path),
            };
            api.endpoints.push(endpoint);
        }
        for (name, method, path, does, offer) in CALLS {
            let name = format!("{}.{name}", api.name);
            let path = (*path).to_owned();
            if !is_offered(*offer, api) {
                let refused = self.refusal(part, api, name, method.clone(), path);
                // A root that lists nothing is no part of the protocol that is missing: it is no path at all.
                if *does != Does::ListAll || *method != http::Method::GET {
                    api.endpoints.push(refused);
                }
                continue;
            }
            let key = match offer {
                Offer::Discovery(_) => "discovery",
                Offer::Search => "search",
                Offer::Bulk => "bulk",
                Offer::Me => "me",
            };
            let rule = self.rule_of_key(part, key);
            let endpoint = match own.filter(|_| *offer == Offer::Me) {
                Some(resource) => alias(api, resource, name, method, path, *does, rule),
                None => {
                    let endpoint = bare_endpoint(name, method.clone(), path, *does, 200, rule);
                    Endpoint { paging: paging.clone(), ..endpoint }
                }
            };
            api.endpoints.push(endpoint);
        }
    }

    /// The endpoint that `/Me` is an alias into.
    fn own(&mut self, part: &Part<'_>, api: &Api) -> Option<usize> {
        let names: Vec<String> = api.resources.iter().map(|resource| resource.name.clone()).collect();
        self.named(part, "me", "resource", &names)
    }

    /// An endpoint that refuses.
    pub(super) fn refusal(
        &self,
        part: &Part<'_>,
        api: &Api,
        name: String,
        method: http::Method,
        path: String,
    ) -> Endpoint {
        let rule = self.rule_of_key(part, "unsupported");
        bare_endpoint(name, method, path, Does::Refuse(api.unsupported), api.unsupported, rule)
    }
}

/// A call on `/Me`: as the same call on the resource, but that no id is in the path.
fn alias(
    api: &Api,
    resource: usize,
    name: String,
    method: &http::Method,
    path: String,
    does: Does,
    rule: Rule,
) -> Endpoint {
    let same =
        |one: &&Endpoint| one.of == resource && one.method == *method && !one.path.ends_with("/.search");
    let on_one = |one: &&Endpoint| one.path.ends_with("/{id}") || does == Does::Create;
    let of = api.endpoints.iter().filter(same).find(on_one).cloned();
    match of {
        Some(endpoint) => {
            Endpoint { name, path, is_own: true, rule: rule.and(endpoint.rule.clone()), ..endpoint }
        }
        None => {
            bare_endpoint(name, method.clone(), path, Does::Refuse(api.unsupported), api.unsupported, rule)
        }
    }
}
