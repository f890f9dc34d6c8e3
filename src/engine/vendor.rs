//! A vendor: a profile brought to life in one sandbox, and the way of a call through it.

use std::sync::Arc;

use parking_lot::RwLock;

use super::Engine;
use super::chaos::lag;
use super::limits::LIMITS;
use super::sandbox::Sandbox;
use crate::call::{Call, Reply};
use crate::chaos::Fate;
use crate::fault::{Fault, Stranger};
use crate::limit::{Limiter, Permit};
use crate::notes::{Notes, Stage};
use crate::operation::{self, Scene};
use crate::profile::model::{Api, Does, IdForm, Profile, RecordType};
use crate::record::id::Ids;
use crate::record::{self, law};
use crate::representation::{self, Surface, answer, failure};
use crate::stage::access::{self, Standing};
use crate::stage::identity::{self, Place};
use crate::stage::routing::{self, Routes, Sight};
use crate::stage::selection::Addressed;
use crate::store::{Lag, OrganizationId, Record, Scope, State, Store, TableRules, View};
use crate::vault::{Issued, Owner};
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
    pub store: Arc<Store>,
    /// What its ids are drawn from, by record type.
    pub keys: Vec<u64>,
    /// Its rate limits.
    pub limiter: Limiter,
    routes: Arc<Routes>,
    standings: RwLock<Vec<Standing>>,
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
    /// At a token endpoint, whose the client is who calls.
    pub client: Option<&'a Owner>,
    /// The sandbox.
    pub sandbox: &'a Sandbox,
    /// Everything around it.
    pub engine: &'a Engine,
}

impl Visit<'_> {
    /// Whether the URL names another sandbox or organization than that of the client who calls.
    fn is_elsewhere(&self, sight: &Sight<'_>) -> bool {
        self.client.is_some_and(|owner| {
            let organization = self.sandbox.organizations.get(owner.organization);
            self.addressed.sandbox.is_some_and(|named| *named != *owner.sandbox)
                || sight.organization.as_ref().is_some_and(|named| Some(named) != organization)
        })
    }
}

/// What a call has with it on its way, until its reply leaves.
#[derive(Debug, Default)]
pub(super) struct Passage {
    /// What chaos rules have in store for it.
    pub fate: Option<Box<Fate>>,
    /// What it holds of the limits of calls at the same time.
    pub running: Permit,
    /// How late what it writes shows.
    pub lag: Lag,
}

/// Whoever has passed the gates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'a> {
    /// Whose records it works with.
    pub organization: OrganizationId,
    /// Its credential's scopes; `None` for all.
    pub scopes: Option<&'a [String]>,
    /// The records: the vendor's, unless the call is to have no effect.
    pub store: &'a Store,
    /// How late what it writes shows.
    pub lag: Lag,
    /// How it sees what it asks for by its id.
    pub by_id: View,
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
        let store = Arc::new(Store::new(&rules(profile)));
        let key = |record: &RecordType| dice.draw(&format!("id/{}/{}", profile.vendor, record.name), 0);
        let done = profile.prerequisites.iter().map(|prerequisite| prerequisite.at_start).collect();
        let standing = Standing { plan: 0, done };
        Self {
            index,
            keys: profile.records.iter().map(key).collect(),
            limiter: Limiter::new(profile.limits.rates.iter().cloned(), profile.limits.in_force),
            profile: Arc::clone(profile),
            store,
            routes: Arc::clone(routes),
            standings: RwLock::new(vec![standing; organizations.len()]),
        }
    }

    /// The same vendor with another profile, another variant in force: its records, and what its organizations have done.
    #[must_use]
    pub fn under(&self, profile: &Arc<Profile>, routes: &Arc<Routes>) -> Self {
        // The store is one and the same: what a call that is still under way writes is not lost.
        self.store.write(|state| *state = under(profile, state));
        Self {
            index: self.index,
            keys: self.keys.clone(),
            limiter: self.limiter_under(profile),
            store: Arc::clone(&self.store),
            profile: Arc::clone(profile),
            routes: Arc::clone(routes),
            standings: RwLock::new(self.standings()),
        }
    }

    /// Makes the records those of a state, which may have been kept under another variant.
    pub fn restore(&self, state: &State) {
        self.store.restore(under(&self.profile, state));
    }

    /// The index of an organization's plan.
    pub(super) fn plan(&self, organization: usize) -> usize {
        self.standings.read().get(organization).map_or(0, |standing| standing.plan)
    }

    /// What each organization has and has done.
    pub fn standings(&self) -> Vec<Standing> {
        self.standings.read().clone()
    }

    /// Makes that something else.
    pub fn set_standings(&self, standings: Vec<Standing>) {
        *self.standings.write() = standings;
    }

    /// Puts an organization, or every one, on a plan, or does or undoes a prerequisite for it; or puts the rate limits in
    /// force, or lifts them.
    ///
    /// # Errors
    /// One sentence that names what there is.
    pub fn set_standing(&self, organization: Option<usize>, name: &str, value: &str) -> Result<(), String> {
        let profile = &self.profile;
        if name == LIMITS {
            return self.set_limits(value);
        }
        let mut standings = self.standings.write();
        let standings = standings
            .iter_mut()
            .enumerate()
            .filter(|(index, _)| organization.is_none_or(|organization| organization == *index))
            .map(|(_, standing)| standing);
        if name == "plan" {
            let plan = profile.plans.iter().position(|plan| plan == value);
            let known = profile.plans.join(", ");
            let plan = plan
                .ok_or_else(|| format!("{} has no plan `{value}`; its plans are {known}", profile.vendor))?;
            standings.for_each(|standing| standing.plan = plan);
            return Ok(());
        }
        let index = profile.prerequisites.iter().position(|prerequisite| prerequisite.name == name);
        let index =
            index.ok_or_else(|| format!("{} has no variant or prerequisite `{name}`", profile.vendor))?;
        let done = value
            .parse()
            .map_err(|_| format!("the prerequisite `{name}` is true or false, not `{value}`"))?;
        standings.for_each(|standing| standing.done[index] = done);
        Ok(())
    }

    /// Answers a call.
    pub fn answer(&self, visit: &Visit<'_>, notes: &mut Notes) -> Reply {
        let profile = &*self.profile;
        notes.vendor.clone_from(&profile.vendor);
        notes.profile = Some(Arc::clone(&self.profile));
        notes.prefix_bytes = visit.addressed.prefix.len();
        notes.come_to(Stage::Api);
        let Some(sight) = self.routes.find(profile, visit.addressed.path) else {
            notes.rule(&profile.bases_rule);
            self.hint(None, visit.addressed.path, notes);
            let api = routing::api_of_other_version(profile, visit.addressed.path);
            let fault = api.map_or(Fault::UnknownPath, |api| {
                notes.rule(&api.offers.versions_rule);
                Fault::UnknownVersion { served: api.base_text() }
            });
            notes.end(&fault);
            return failure::write(profile, api, None, &fault, &notes.request_id);
        };
        let api = &profile.apis[sight.api];
        notes.api = Some(sight.api);
        notes.rule(&api.rule);
        let ids = self.ids(api);
        let organization =
            visit.issued.and_then(|issued| visit.sandbox.organizations.get(issued.owner.organization));
        let organization = organization.map(String::as_str).unwrap_or_default();
        let named = sight.organization.as_deref().unwrap_or(organization);
        let base_url = ["http://", &visit.call.host, visit.addressed.prefix, &api.base_of(named)].concat();
        let now_ms = visit.sandbox.clock.now_ms();
        let call = visit.call;
        let surface = Surface { profile, api, ids: &ids, call, organization, now_ms, base_url: &base_url };
        let mut passage = Passage::default();
        let ended = self.stages(visit, &surface, &sight, &mut passage, notes);
        let reply = self.conclude(visit, &surface, &sight, ended, notes);
        self.deliver(reply, visit, passage, notes)
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
        let mut reply = ended.unwrap_or_else(|fault| {
            notes.end(&fault);
            if notes.operation.is_none() {
                notes.missed_operation = endpoint.map(|endpoint| endpoint.name.clone());
            }
            if let Some(rule) = api.errors.faults.get(&fault.name()).and_then(|look| look.rule.as_ref()) {
                notes.rule(rule);
            }
            self.name_rules(surface, endpoint, &fault, notes);
            if fault == Fault::UnknownRoute {
                self.hint(Some(api), visit.addressed.path, notes);
            }
            failure::write(surface.profile, Some(api), Some(surface), &fault, &notes.request_id)
        });
        self.tell_levels(&mut reply, surface.now_ms, notes);
        reply
    }

    /// The path of a call: the stages in the order that a caller can observe.
    fn stages(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        passage: &mut Passage,
        notes: &mut Notes,
    ) -> Result<Reply, Fault> {
        let (api, call) = (surface.api, visit.call);
        notes.come_to(Stage::Head);
        if call.head_bytes() > HEAD_BYTES_MAX {
            return Err(Fault::HeadTooLarge);
        }
        if api.unknown_route_first {
            notes.come_to(Stage::Route);
            sight.settle(api, &call.method)?;
        }
        notes.come_to(Stage::Chaos);
        if let Some(fate) = self.fate(visit, surface, sight, notes) {
            passage.lag = lag(&fate);
            let ended = self.suffer(&fate, visit, surface, sight, passage, notes);
            passage.fate = Some(fate);
            return ended;
        }
        self.gates(visit, surface, sight, &self.store, passage, notes)
    }

    /// The stages from identity on: the gates, and what is behind them.
    pub(super) fn gates(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        store: &Store,
        passage: &mut Passage,
        notes: &mut Notes,
    ) -> Result<Reply, Fault> {
        let api = surface.api;
        notes.come_to(Stage::Identity);
        let organization = self.identify(visit, api, sight, surface.now_ms, notes)?;
        if let Some(organization) = organization {
            notes.come_to(Stage::Access);
            self.allow(visit, api, organization, notes)?;
        }
        notes.come_to(Stage::Limits);
        passage.running = self.spend(visit, surface, sight, organization, notes)?;
        let organization = u16::try_from(organization.unwrap_or_default()).unwrap_or(u16::MAX);
        let scopes = visit.issued.and_then(|issued| issued.scopes.as_deref());
        let caller = Caller {
            organization: OrganizationId(organization),
            scopes,
            store,
            lag: passage.lag,
            by_id: View::ById(surface.now_ms),
        };
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
        notes.come_to(Stage::Route);
        let endpoint = sight.settle(surface.api, &visit.call.method).map_err(|fault| match fault {
            // `/users/bulk` looks like a user's path, and is one that the profile says nobody has.
            Fault::MethodNotAllowed { .. } if self.absent(visit.addressed.path).is_some() => {
                Fault::UnknownRoute
            }
            fault => fault,
        })?;
        notes.operation = Some(endpoint.name.clone());
        notes.rule(&endpoint.rule);
        notes.come_to(Stage::Scope);
        access::allow_scope(endpoint.scope.as_deref(), caller.scopes)?;
        notes.come_to(Stage::Body);
        if endpoint.does == Does::Bulk {
            return self.bulk(visit, surface, sight, endpoint, caller, notes);
        }
        let reading = representation::read(surface, endpoint, self.index, sight.id.clone(), notes)?;
        notes.come_to(Stage::FieldScope);
        reading.scopes.iter().try_for_each(|scope| access::allow_scope(Some(scope), caller.scopes))?;
        notes.come_to(Stage::Operation);
        let scene = Scene {
            profile: surface.profile,
            store: caller.store,
            ids: surface.ids,
            organization: caller.organization,
            now_ms: surface.now_ms,
            vault: &visit.engine.vault,
            dice: visit.sandbox.dice,
            is_elsewhere: visit.is_elsewhere(sight),
            lag: caller.lag,
            by_id: caller.by_id,
        };
        let outcome = operation::run(&scene, reading.input, notes)?;
        Ok(answer::write(surface, endpoint, &reading.echo, &outcome))
    }

    /// The caller's organization; none at a token endpoint, where the client shows who it is in its own way.
    pub(super) fn identify(
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
            // The default sandbox takes the calls of those that are gone, and knows none of their credentials.
            sandbox: Some(visit.addressed.sandbox.unwrap_or(&visit.sandbox.name)),
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

pub(super) fn rules(profile: &Profile) -> Vec<TableRules> {
    let scope = |platform| if platform { Scope::Platform } else { Scope::Organization };
    let of = |record: &RecordType| TableRules {
        uniques: record.unique.iter().map(|unique| scope(unique.platform)).collect(),
    };
    profile.records.iter().map(of).collect()
}

/// A state whose records have the keys that a profile gives them.
fn under(profile: &Profile, state: &State) -> State {
    let keys = |record: &Record| {
        let kind = profile.records.get(usize::from(record.table.0));
        let attributes = record::attributes(record.body());
        kind.map_or_else(Vec::new, |kind| {
            kind.unique.iter().map(|unique| law::key(unique, &attributes)).collect()
        })
    };
    state.under(&rules(profile), &keys)
}
