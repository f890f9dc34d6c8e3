//! A bulk job (RFC 7644 section 3.7) in a vendor: each operation takes the way of a call of its own, from its endpoint on.
//!
//! The caller is known already, and the time is the same for all. It is no transaction: each operation is whole or not at
//! all by itself, and between two of them other calls may come.

use super::vendor::{Caller, Vendor, Visit};
use crate::call::Reply;
use crate::fault::Fault;
use crate::notes::{Notes, Stage};
use crate::profile::model::Endpoint;
use crate::representation::bulk::{self, Inner, Part};
use crate::representation::{Surface, failure};
use crate::stage::routing::Sight;
use crate::stage::selection::Addressed;
use crate::store::View;

impl Vendor {
    /// Carries a bulk job out.
    pub(super) fn bulk(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        endpoint: &Endpoint,
        caller: Caller<'_>,
        notes: &mut Notes,
    ) -> Result<Reply, Fault> {
        let request = bulk::read(surface, notes)?;
        // What a job has written, its later operations may name, however late that shows to others.
        let caller = Caller { by_id: View::Present, ..caller };
        notes.come_to(Stage::Operation);
        Ok(bulk::answer(surface, endpoint, &request, |asked| {
            let mut own = notes.of_part();
            let reply = match asked {
                Ok(inner) => self.attend(visit, surface, sight, &inner, caller, &mut own),
                Err(fault) => {
                    failure::write(surface.profile, Some(surface.api), Some(surface), &fault, &own.request_id)
                }
            };
            notes.absorb(own);
            reply
        }))
    }

    /// Answers a call that stands for an operation.
    fn attend(
        &self,
        visit: &Visit<'_>,
        surface: &Surface<'_>,
        sight: &Sight<'_>,
        inner: &Inner,
        caller: Caller<'_>,
        notes: &mut Notes,
    ) -> Reply {
        let call = &inner.call;
        let path = call.path.strip_prefix(visit.addressed.prefix).unwrap_or(&call.path);
        let addressed = Addressed { path, ..visit.addressed.clone() };
        let visit = Visit { call, addressed: &addressed, ..*visit };
        let surface = Surface { call, ..*surface };
        let sight = sight.beside(&inner.path);
        let caller = if inner.part == Part::FollowUp { Caller { scopes: None, ..caller } } else { caller };
        let allowed = match sight.endpoint(surface.api, &call.method) {
            Some(endpoint) if !endpoint.is_refusal() => bulk::allow(surface.api, endpoint, inner.part),
            _ => Ok(()),
        };
        let ended = allowed.and_then(|()| self.carry_out(&visit, &surface, &sight, caller, notes));
        self.conclude(&visit, &surface, &sight, ended, notes)
    }
}
