//! A vendor: a profile brought to life in one sandbox, and the way of a call through it.

use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::sandbox::Sandbox;
use crate::call::{Call, Reply};
use crate::fault::{Fault, FaultName, Stranger};
use crate::notes::Notes;
use crate::operation::{self, Scene};
use crate::profile::model::{Absent, Api, Does, Endpoint, IdForm, Profile};
use crate::record::id::Ids;
use crate::representation::{self, Surface, answer, failure};
use crate::stage::access::{self, Standing};
use crate::stage::identity::{self, Place};
use crate::stage::routing::{self, Routes, Sight};
use crate::stage::selection::Addressed;
use crate::store::{OrganizationId, Scope, Store, TableRules};
use crate::vault::{Issued, Vault};
use crate::world::Dice;

/// The longest request line and headers that a vendor reads. Tokens of 8 KiB exist; eight of them do not.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A profile brought to life.
#[derive(Debug)]
pub struct Vendor {
    /// Its index among the vendors.
    pub index: usize,
    /// Its behaviour.
    pub profile: Arc<Profile>,
    /// Its records.
    pub store: Store,
    /// What its ids are drawn from, by record type.
    pub keys: Vec<u64>,
    routes: Arc<Routes>,
    standings: RwLock<Vec<Standing>>,
    forced: Mutex<Option<FaultName>>,
}

/// A call that has reached its vendor.
#[derive(Debug)]
pub struct Visit<'a> {
    /// The call.
    pub call: &'a Call,
    /// Where it was sent.
    pub addressed: &'a Addressed<'a>,
    /// The credential that it shows.
    pub shown: Option<&'a str>,
    /// Whose that is.
    pub issued: Option<&'a Issued>,
    /// The sandbox.
    pub sandbox: &'a Sandbox,
    /// All credentials.
    pub vault: &'a Vault,
}

/// Whoever has passed the gates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    /// Whose records it works with.
    pub organization: OrganizationId,
    /// Its credential's scopes; `None` for all.
    pub scopes: Option<&'a [String]>,
}

impl Vendor {
    /// Brings a profile to life, without records.
    pub fn open(
        index: usize,
        profile: &Arc<Profile>,
        routes: &Arc<Routes>,
        dice: Dice,
        organizations: &[String],
    ) -> Self {
        let rules: Vec<TableRules> = profile
            .records
            .iter()
            .map(|record| {
                let scope = |platform| if platform { Scope::Platform } else { Scope::Organization };
                TableRules { uniques: record.unique.iter().map(|unique| scope(unique.platform)).collect() }
            })
            .collect();
        let store = Store::new(&rules);
        let key = |record: &crate::profile::model::RecordType| {
            dice.draw(&format!("id/{}/{}", profile.vendor, record.name), 0)
        };
        let done = profile.prerequisites.iter().map(|prerequisite| prerequisite.at_start).collect();
        let standing = Standing { plan: 0, done };
        Self {
            index,
            keys: profile.records.iter().map(key).collect(),
            profile: Arc::clone(profile),
            store,
            routes: Arc::clone(routes),
            standings: RwLock::new(vec![standing; organizations.len()]),
            forced: Mutex::new(None),
        }
    }

    /// Puts every organization on a plan, or does or undoes a prerequisite for it.
    ///
    /// # Errors
    /// One sentence that names what there is.
    pub fn set_standing(&self, name: &str, value: &str) -> Result<(), String> {
        let profile = &self.profile;
        let mut standings = self.standings.write();
        if name == "plan" {
            let plan = profile.plans.iter().position(|plan| plan == value);
            let known = profile.plans.join(", ");
            let plan = plan
                .ok_or_else(|| format!("{} has no plan `{value}`; its plans are {known}", profile.vendor))?;
            standings.iter_mut().for_each(|standing| standing.plan = plan);
            return Ok(());
        }
        let index = profile.prerequisites.iter().position(|prerequisite| prerequisite.name == name);
        let index =
            index.ok_or_else(|| format!("{} has no variant or prerequisite `{name}`", profile.vendor))?;
        let done = value
            .parse()
            .map_err(|_| format!("the prerequisite `{name}` is true or false, not `{value}`"))?;
        standings.iter_mut().for_each(|standing| standing.done[index] = done);
        Ok(())
    }

    /// Lets the next call end in a fault.
    pub fn force(&self, fault: FaultName) {
        *self.forced.lock() = Some(fault);
    }

    /// Answers a call.
    pub fn answer(&self, visit: &Visit<'_>, notes: &mut Notes) -> Reply {
        let profile = &*self.profile;
        notes.vendor.clone_from(&profile.vendor);
        let Some(sight) = self.routes.find(profile, visit.addressed.path) else {
            notes.rule(&profile.bases_rule);
            self.hint(None, visit.addressed.path, notes);
            let Some(api) = routing::api_of_other_version(profile, visit.addressed.path) else {
                return failure::write(profile, None, None, &Fault::UnknownPath, &notes.request_id);
            };
            notes.rule(&api.offers.versions_rule);
            let fault = Fault::UnknownVersion { served: api.base_text() };
            return failure::write(profile, Some(api), None, &fault, &notes.request_id);
        };
        let api = &profile.apis[sight.api];
        notes.rule(&api.rule);
        let ids = self.ids(api);
        let organization =
            visit.issued.and_then(|issued| visit.sandbox.organizations.get(issued.owner.organization));
        let organization = organization.map(String::as_str).unwrap_or_default();
        let named = sight.organization.as_deref().unwrap_or(organization);
        let base_url = format!("http://{}{}{}", visit.call.host, visit.addressed.prefix, api.base_of(named));
        let now_ms = visit.sandbox.clock.now_ms();
        let call = visit.call;
        let surface = Surface { profile, api, ids: &ids, call, organization, now_ms, base_url: &base_url };
        let ended = self.stages(visit, &surface, &sight, notes);
        self.conclude(visit, &surface, &sight, ended, notes)
    }

    /// The reply to a call, however it ended, and what there is to note of that.
    pub(super) fn conclude(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        ended: Result<Reply, Fault>,
        notes: &mut Notes,
    ) -> Reply {
        let api = surface.api;
        let endpoint = sight.endpoint(api, &visit.call.method);
        self.advise(endpoint, ended.as_ref().err(), notes);
        ended.unwrap_or_else(|fault| {
            if let Some(rule) = api.errors.faults.get(&fault.name()).and_then(|look| look.rule.as_ref()) {
                notes.rule(rule);
            }
            self.name_rules(surface, endpoint, &fault, notes);
            if fault == Fault::UnknownRoute {
                self.hint(Some(api), visit.addressed.path, notes);
            }
            failure::write(surface.profile, Some(api), Some(surface), &fault, &notes.request_id)
        })
    }

    /// The path of a call: the stages in the order that a caller can observe.
    fn stages(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        notes: &mut Notes,
    ) -> Result<Reply, Fault> {
        let (api, call) = (surface.api, visit.call);
        if call.head_bytes() > HEAD_BYTES_MAX {
            return Err(Fault::HeadTooLarge);
        }
        if api.unknown_route_first {
            sight.settle(api, &call.method)?;
        }
        self.strike()?;
        let organization = self.identify(visit, api, sight, surface.now_ms, notes)?;
        if let Some(organization) = organization {
            self.allow(visit, api, organization, notes)?;
        }
        // Rate limits are spent here, once they are in force.
        let organization = u16::try_from(organization.unwrap_or_default()).unwrap_or(u16::MAX);
        let scopes = visit.issued.and_then(|issued| issued.scopes.as_deref());
        let caller = Caller { organization: OrganizationId(organization), scopes };
        self.carry_out(visit, surface, sight, caller, notes)
    }

    /// The stages behind the gates, from the endpoint on.
    pub(super) fn carry_out(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        caller: Caller<'_>,
        notes: &mut Notes,
    ) -> Result<Reply, Fault> {
        let endpoint = sight.settle(surface.api, &visit.call.method).map_err(|fault| match fault {
            // `/users/bulk` looks like a user's path, and is one that the profile says nobody has.
            Fault::MethodNotAllowed { .. } if self.absent(visit.addressed.path).is_some() => {
                Fault::UnknownRoute
            }
            fault => fault,
        })?;
        notes.operation = Some(endpoint.name.clone());
        notes.rule(&endpoint.rule);
        access::allow_scope(endpoint.scope.as_deref(), caller.scopes)?;
        if endpoint.does == Does::Bulk {
            return self.bulk(visit, surface, sight, endpoint, caller, notes);
        }
        let reading = representation::read(surface, endpoint, self.index, sight.id.clone(), notes)?;
        reading.scopes.iter().try_for_each(|scope| access::allow_scope(Some(scope), caller.scopes))?;
        let scene = Scene {
            profile: surface.profile,
            store: &self.store,
            ids: surface.ids,
            organization: caller.organization,
            now_ms: surface.now_ms,
            vault: visit.vault,
            dice: visit.sandbox.dice,
        };
        let outcome = operation::run(&scene, reading.input, notes)?;
        Ok(answer::write(surface, endpoint, &reading.echo, &outcome))
    }

    /// A fault that was asked for.
    fn strike(&self) -> Result<(), Fault> {
        match self.forced.lock().take() {
            Some(FaultName::Internal) => Err(Fault::Internal),
            Some(name) => Err(Fault::Forced(name)),
            None => Ok(()),
        }
    }

    /// The caller's organization; none at a token endpoint, where the client shows who it is in its own way.
    fn identify(
        &self,
        visit: &Visit<'_>,
        api: &Api,
        sight: &Sight<'_>,
        now_ms: i64,
        notes: &mut Notes,
    ) -> Result<Option<usize>, Fault> {
        if sight.is_token_endpoint(api) {
            return Ok(None);
        }
        let place = Place {
            vendor: self.index,
            sandbox: visit.addressed.sandbox,
            organization: sight.organization.as_deref(),
        };
        let organizations = &visit.sandbox.organizations;
        let admitted = identity::admit(api, &place, visit.shown, visit.issued, organizations, now_ms);
        admitted.map_err(|why: Stranger| {
            notes.stranger = Some(why);
            Fault::Unauthenticated(why)
        })?;
        let organization = visit.issued.map(|issued| issued.owner.organization).unwrap_or_default();
        notes.organization = organizations.get(organization).cloned();
        Ok(Some(organization))
    }

    /// Plan, prerequisites, client.
    fn allow(
        &self,
        visit: &Visit<'_>,
        api: &Api,
        organization: usize,
        notes: &mut Notes,
    ) -> Result<(), Fault> {
        let standings = self.standings.read();
        if let Some(standing) = standings.get(organization) {
            access::allow_organization(&self.profile, &api.requires, standing).inspect_err(|fault| {
                let of_plan = matches!(fault, Fault::PlanRequired { .. });
                notes.rule(if of_plan { &api.plans_rule } else { &api.prerequisites_rule });
            })?;
        }
        access::allow_client(api, visit.call, notes)
    }

    /// Names the advisories that the call ran into.
    fn advise(&self, endpoint: Option<&Endpoint>, fault: Option<&Fault>, notes: &mut Notes) {
        for (index, advisory) in self.profile.advisories.iter().enumerate() {
            // A call that was turned away before its operation met only what waits for that fault.
            let reached = notes.operation.is_some() || !advisory.faults.is_empty();
            let operation =
                reached && endpoint.is_some_and(|endpoint| advisory.operations.contains(&endpoint.name));
            let ended = fault.is_some_and(|fault| advisory.faults.contains(&fault.name()));
            let met = (advisory.operations.is_empty() || operation)
                && (advisory.faults.is_empty() || ended)
                && (advisory.sent.is_empty() || notes.sent.contains(&index))
                && (advisory.notes.is_empty()
                    || advisory.notes.iter().all(|word| notes.words.contains(&word.as_str())));
            if met && !notes.advisories.contains(&index) {
                notes.advisories.push(index);
                notes.fact(u16::try_from(advisory.fact).unwrap_or(u16::MAX));
            }
        }
    }

    /// Names the facts behind a fault that the stage which raised it could not know.
    fn name_rules(
        &self,
        surface: &Surface<'_>,
        endpoint: Option<&Endpoint>,
        fault: &Fault,
        notes: &mut Notes,
    ) {
        surface.api.errors.rule.iter().for_each(|rule| notes.rule(rule));
        let of_protocol = if let Fault::Scim(error) = fault { error.path.as_deref() } else { None };
        if let (Some(path), Some(endpoint)) = (of_protocol, endpoint) {
            let rules = surface.profile.records.get(endpoint.record).map_or(&[][..], |kind| &kind.rules);
            let is_of = |place: &str| {
                path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            rules.iter().filter(|rule| is_of(&rule.path.to_string())).for_each(|rule| notes.rule(&rule.rule));
        }
        match (fault.name(), endpoint) {
            (FaultName::MethodNotAllowed | FaultName::NotSupported, Some(endpoint)) => {
                notes.rule(&endpoint.rule)
            }
            (FaultName::RateLimited, _) => self.profile.limits.rule.iter().for_each(|rule| notes.rule(rule)),
            (FaultName::UnknownReference, Some(endpoint)) => {
                surface
                    .api
                    .resources
                    .get(endpoint.of)
                    .iter()
                    .for_each(|resource| notes.rule(&resource.unknown_member_rule));
            }
            _ => {}
        }
    }

    /// Tells what would have been nearer: an absence that the profile explains, the paths of the api that was met, or the
    /// bases of all.
    fn hint(&self, api: Option<&Api>, path: &str, notes: &mut Notes) {
        notes.hint = Some(match (self.absent(path), api) {
            (Some(absent), _) => {
                notes.rule(&absent.rule);
                absent.about.clone()
            }
            (None, Some(api)) => {
                let mut paths: Vec<&str> = Vec::new();
                for endpoint in api.endpoints.iter().filter(|endpoint| !endpoint.is_refusal()) {
                    if !paths.contains(&endpoint.path.as_str()) {
                        paths.push(&endpoint.path);
                    }
                }
                format!("below {} there are {}", api.base_text(), paths.join(", "))
            }
            (None, None) => {
                let bases: Vec<String> = self.profile.apis.iter().map(Api::base_text).collect();
                format!("{} answers below {}", self.profile.title, bases.join(", "))
            }
        });
    }

    /// What the profile says is not served at a path.
    fn absent(&self, path: &str) -> Option<&Absent> {
        self.profile.absent.iter().find(|absent| {
            let below = absent.path.as_deref().and_then(|absent| path.strip_prefix(absent));
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    /// How an api names records, by record type.
    pub fn ids<'p>(&'p self, api: &'p Api) -> Vec<Option<Ids<'p>>> {
        let form = |index: usize| -> Option<&'p IdForm> {
            let shape = api.shapes.iter().find(|shape| shape.record == index).map(|shape| &shape.id);
            shape.or_else(|| {
                api.resources.iter().find(|resource| resource.record == index).map(|resource| &resource.id)
            })
        };
        let records = self.profile.records.iter().zip(&self.keys).enumerate();
        records.map(|(index, (record, key))| Some(Ids { form: form(index)?, record, key: *key })).collect()
    }
}
