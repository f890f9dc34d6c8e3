//! The profile as JSON, for programs: the keys are stable, and what is not known is `null`.

use serde_json::{Value, json};

use super::{base, does, fixes, header, kind, lenient, limits};
use crate::profile::fixed::{Fixed, ORGANIZATIONS, fixed};
use crate::profile::model::{
    Action, Api, Carrier, Clients, CreateInactive, Credential, Deactivate, Does, Endpoint, Fact, Mark,
    Matching, OfCredential, Paging, PagingStyle, Profile, RecordType, Requires, Step, Unique, Variant,
};

/// The profile, with the variants that are in force.
pub fn json(profile: &Profile) -> Value {
    let named = |name: &str, about: &str| json!({ "name": name, "about": about });
    json!({
        "vendor": profile.vendor,
        "title": profile.title,
        "about": profile.about,
        "hosts": profile.hosts,
        "plans": profile.plans,
        "prerequisites": profile.prerequisites.iter().map(|one| json!({
            "name": one.name, "about": one.about, "at_start": one.at_start,
        })).collect::<Vec<_>>(),
        "credentials": profile.credentials.iter().map(|one| credential(profile, one)).collect::<Vec<_>>(),
        "apis": profile.apis.iter().map(|one| api(profile, one)).collect::<Vec<_>>(),
        "records": profile.records.iter().map(|one| record(profile, one)).collect::<Vec<_>>(),
        "limits": limits::json(profile),
        "actions": profile.actions.iter().map(|one| action(profile, one)).collect::<Vec<_>>(),
        "variants": profile.variants.iter().map(variant).collect::<Vec<_>>(),
        "facts": profile.facts.iter().map(|one| fact(profile, one)).collect::<Vec<_>>(),
        "advisories": profile.advisories.iter().map(|one| json!({
            "name": one.name,
            "says": one.says,
            "fact": profile.facts.get(one.fact).map(|fact| &fact.id),
            "conduct": one.conduct,
            "when": {
                "operations": one.operations,
                "faults": one.faults.iter().map(|fault| fault.as_str()).collect::<Vec<_>>(),
                "sent": one.sent.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "notes": one.notes,
            },
        })).collect::<Vec<_>>(),
        "absent": profile.absent.iter().map(|one| {
            let mut value = named(&one.name, &one.about);
            value["path"] = json!(one.path);
            value
        }).collect::<Vec<_>>(),
        "sources": profile.sources.iter().map(|one| json!({
            "name": one.name, "title": one.title, "file": one.file, "url": one.url, "dated": one.dated,
        })).collect::<Vec<_>>(),
    })
}

fn credential(profile: &Profile, credential: &Credential) -> Value {
    let (kind, header, query) = match &credential.carrier {
        Carrier::Bearer => ("bearer", None, None),
        Carrier::Header(_) => ("api_key", header(profile, credential), None),
        Carrier::Query(name) => ("api_key", None, Some(name.clone())),
        Carrier::Client => ("client_credentials", None, None),
    };
    let default =
        ORGANIZATIONS.iter().map(|organization| match fixed(&profile.vendor, credential, organization) {
            Fixed::Client { id, secret } => {
                json!({ "organization": organization, "client_id": id, "client_secret": secret })
            }
            Fixed::Token(token) => json!({ "organization": organization, "token": token }),
        });
    let scopes = credential.scopes.iter().map(|(name, about)| json!({ "name": name, "about": about }));
    json!({
        "name": credential.name,
        "about": credential.about,
        "kind": kind,
        "header": header,
        "query": query,
        "form": credential.form,
        "scopes": scopes.collect::<Vec<_>>(),
        "expires_ms": credential.expires_ms,
        "pair": credential.pair,
        "shown_once": credential.shown_once,
        "one_at_a_time": credential.one_at_a_time,
        "overlap_ms": credential.overlap_ms,
        "at_most": credential.at_most,
        "when_full": credential.at_most.map(|_| if credential.ends_oldest { "end_oldest" } else { "refuse" }),
        "expiry_skew_ms": credential.expiry_skew_ms,
        "uses": credential.uses_max,
        "default": default.collect::<Vec<_>>(),
    })
}

fn requires(profile: &Profile, requires: &Requires) -> Value {
    let plans: Vec<&str> =
        requires.plans.iter().filter_map(|index| profile.plans.get(*index)).map(|plan| &**plan).collect();
    let done = requires.prerequisites.iter().filter_map(|index| profile.prerequisites.get(*index));
    json!({ "plans": plans, "prerequisites": done.map(|one| &*one.name).collect::<Vec<_>>() })
}

fn api(profile: &Profile, api: &Api) -> Value {
    let clients = |clients: &Clients| {
        json!({
            "supported": clients.supported,
            "recognised": clients.recognised,
            "others": if clients.refuse_others { "refuse" } else { "advise" },
        })
    };
    let accepts = [("json", api.accepts_json), ("form", api.accepts_form)];
    json!({
        "name": api.name,
        "about": api.about,
        "kind": kind(api),
        "base": api.base_text(),
        "path": base(profile, api),
        "credential": profile.credentials.get(api.credential).map(|one| &one.name),
        "requires": requires(profile, &api.requires),
        "clients": api.clients.as_ref().map(clients),
        "accepts": accepts.iter().filter(|(_, takes)| *takes).map(|(word, _)| *word).collect::<Vec<_>>(),
        "lenient": lenient(api).map(|(word, _)| word).collect::<Vec<_>>(),
        "token_expires_ms": api.token.as_ref().map(|token| token.expires_ms),
        "one_token_per_client": api.token.as_ref().map(|token| token.one_per_client),
        "filters": api.resources.iter().map(|resource| json!({
            "resource": resource.name,
            "only": resource.filters.iter().map(|(path, op)| format!("{path} {op}")).collect::<Vec<_>>(),
            "otherwise": if resource.ignore_other_filters { "ignore" } else { "refuse" },
        })).collect::<Vec<_>>(),
        "endpoints": api.endpoints.iter().map(|one| endpoint(profile, api, one)).collect::<Vec<_>>(),
    })
}

fn endpoint(profile: &Profile, api: &Api, endpoint: &Endpoint) -> Value {
    let field = |index: usize| {
        api.shapes.get(endpoint.of).and_then(|shape| shape.fields.get(index)).map(|field| &field.name)
    };
    let filters = endpoint.filters.iter().map(|filter| {
        let matching = match filter.matching {
            Matching::Equals => "equals",
            Matching::Contains => "contains",
            Matching::StartsWith => "starts_with",
        };
        json!({ "parameter": filter.parameter, "field": field(filter.field), "match": matching })
    });
    let is_list = endpoint.does == Does::List;
    json!({
        "operation": endpoint.name,
        "method": endpoint.method.as_str(),
        "path": format!("{}{}", base(profile, api), endpoint.path),
        "does": does(profile, endpoint),
        "record": profile.records.get(endpoint.record).filter(|_| !matches!(endpoint.does, Does::Token | Does::Revoke | Does::ListAll | Does::Describe(_) | Does::Bulk)).map(|one| &one.name),
        "scope": endpoint.scope,
        "status": endpoint.status,
        "refused": matches!(endpoint.does, Does::Refuse(_)),
        "filters": filters.collect::<Vec<_>>(),
        "paging": is_list.then(|| paging(&endpoint.paging)),
    })
}

fn paging(paging: &Paging) -> Value {
    let style = match paging.style {
        PagingStyle::Page => "page",
        PagingStyle::Offset => "offset",
        PagingStyle::Cursor => "cursor",
        PagingStyle::Index => "index",
        PagingStyle::None => return json!({ "style": "none" }),
    };
    let done = |refuses: bool| if refuses { "refuse" } else { "clamp" };
    json!({
        "style": style,
        "number": paging.number,
        "size": paging.size,
        "default": paging.default,
        "max": paging.max,
        "above_max": done(paging.refuse_above_max),
        "invalid": done(paging.refuse_invalid),
        "link_header": paging.link_header,
    })
}

fn record(profile: &Profile, record: &RecordType) -> Value {
    let paths = |holds: &dyn Fn(&crate::profile::model::FieldRule) -> bool| -> Vec<String> {
        record.rules.iter().filter(|rule| holds(rule)).map(|rule| rule.path.to_string()).collect()
    };
    let unique = |unique: &Unique| {
        json!({
            "name": unique.name,
            "at": unique.at.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "within": if unique.platform { "platform" } else { "organization" },
            "case": if unique.case_exact { "exact" } else { "ignore" },
        })
    };
    let refers = record.rules.iter().filter_map(|rule| {
        let to = profile.records.get(rule.refers_to?)?;
        Some(json!({ "at": rule.path.to_string(), "record": to.name }))
    });
    json!({
        "name": record.name,
        "type": record.resource_type,
        "required": paths(&|rule| rule.required),
        "assigned": paths(&|rule| rule.assigned.is_some()),
        "set_once": paths(&|rule| rule.immutable),
        "unique": record.unique.iter().map(unique).collect::<Vec<_>>(),
        "refers_to": refers.collect::<Vec<_>>(),
        "active": record.active.as_ref().map(ToString::to_string),
        "deactivate": match record.deactivate {
            Deactivate::Keep => "keep",
            Deactivate::Suspend => "suspend",
            Deactivate::Delete => "delete",
        },
        "create_inactive": match record.create_inactive {
            CreateInactive::Allow => "allow",
            CreateInactive::Refuse => "refuse",
            CreateInactive::Discard => "discard",
        },
        "visible_after_ms": record.visible_after_ms,
        "vendor_data": record.vendor_data.iter().map(|data| json!({
            "name": data.name,
            "about": data.about,
            "deactivated": if data.erased_when_deactivated { "erased" } else { "kept" },
            "deleted": if data.erased_when_deleted { "erased" } else { "kept" },
        })).collect::<Vec<_>>(),
    })
}

fn action(profile: &Profile, action: &Action) -> Value {
    let prerequisite = |index: &usize| profile.prerequisites.get(*index).map(|one| one.name.clone());
    let credential = |index: &usize| profile.credentials.get(*index).map(|one| one.name.clone());
    let record = |index: &usize| profile.records.get(*index).map(|one| one.name.clone());
    let step = |step: &Step| match step {
        Step::Satisfy(index) => json!({ "satisfy": prerequisite(index) }),
        Step::Issue(index) => json!({ "issue": credential(index) }),
        Step::Rotate(index) => json!({ "rotate": credential(index) }),
        Step::Revoke(index) => json!({ "revoke": credential(index) }),
        Step::Show(index) => json!({ "show": credential(index) }),
        Step::Create(index) => json!({ "create": record(index) }),
        Step::Erase(index) => json!({ "erase": record(index) }),
        Step::Assign(path) => json!({ "assign": path.to_string() }),
    };
    json!({
        "name": action.name,
        "about": action.about,
        "requires": requires(profile, &action.requires),
        "asks": action.asks.iter().map(|ask| json!({
            "name": ask.name, "about": ask.about, "required": ask.required,
            "at": ask.at.as_ref().map(ToString::to_string), "names": ask.names.as_ref().and_then(record),
            "is": ask.is.map(OfCredential::as_str),
        })).collect::<Vec<_>>(),
        "does": action.does.iter().map(step).collect::<Vec<_>>(),
        "gives": action.gives.iter().map(|gives| gives.as_str()).collect::<Vec<_>>(),
    })
}

fn variant(variant: &Variant) -> Value {
    json!({
        "name": variant.name,
        "about": variant.about,
        "values": variant.values,
        "accepts": variant.accepts,
        "in_force": variant.in_force,
        "fact": variant.fact,
    })
}

fn fact(profile: &Profile, fact: &Fact) -> Value {
    let sources = fact.sources.iter().filter_map(|index| profile.sources.get(*index));
    let fixed = fixes(profile, fact).map(|(setting, place)| {
        let file = place.map(|place| &place.source.name);
        json!({ "setting": setting, "file": file, "line": place.map(|place| place.position().line) })
    });
    let variants =
        profile.variants.iter().filter(|variant| variant.fact == fact.id && fact.mark == Mark::Varies);
    json!({
        "id": fact.id,
        "mark": fact.mark.as_str(),
        "says": fact.says,
        "assumed": fact.assumed,
        "sources": sources.map(|one| json!({
            "name": one.name, "title": one.title, "file": one.file,
        })).collect::<Vec<_>>(),
        "variants": variants.map(|variant| &variant.name).collect::<Vec<_>>(),
        "shown_by": fact.shown_by,
        "fixes": fixed.collect::<Vec<_>>(),
    })
}
