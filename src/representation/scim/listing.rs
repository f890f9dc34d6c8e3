//! Queries over SCIM: filters, order, pages and which attributes are wanted (RFC 7644 sections 3.4.2 and 3.4.3, RFC 9865).

use serde_json::Value;

use super::body;
use crate::fault::Fault;
use crate::notes::Notes;
use crate::operation::{Input, Listing, OfKind, Selection, Want, Window};
use crate::profile::model::{Does, Endpoint, RecordType, Resource};
use crate::profile::path::RecordPath;
use crate::record::text::folded;
use crate::representation::cursor::{Stop, Walk};
use crate::representation::query::{self, Query};
use crate::representation::{Echo, Reading, Surface};
use crate::scim::error::{Error, ScimType};
use crate::scim::filter::{Filter, Literal};
use crate::scim::path::AttrPath;
use crate::scim::projection::Projection;
use crate::scim::search::SearchRequest;
use crate::scim::sort::Order;

/// The parameters that every SCIM service knows (RFC 7644 sections 3.4.2 and 3.9).
const PARAMETERS: &[&str] = &["filter", "startIndex", "count", "attributes", "excludedAttributes"];
/// Those that only a service that sorts knows.
const SORTING: &[&str] = &["sortBy", "sortOrder"];
/// That which only a service with cursors knows.
const CURSOR: &str = "cursor";

/// What a query asks, from a URL or a SearchRequest.
pub(super) struct Asked {
    query: Query,
    /// The first parameter whose encoding is broken.
    broken: Option<String>,
}

impl Asked {
    /// Reads the parameters; those that are not looked at are noted.
    pub(super) fn read(surface: &Surface<'_>, endpoint: &Endpoint, notes: &mut Notes) -> Result<Self, Fault> {
        let (mut query, mut broken) = Query::decode(surface.call);
        let is_list = matches!(endpoint.does, Does::List | Does::ListAll);
        if is_list && endpoint.method == http::Method::POST {
            let sent = Value::Object(body(surface)?);
            let search = SearchRequest::parse(&sent, &surface.api.leniency).map_err(Fault::Scim)?;
            notes.dropped.extend(query.names().map(|name| format!("?{name}")).chain(search.unknown));
            (query, broken) = (Query::of(search.parameters), None);
        }
        match broken.as_deref() {
            // Whether a filter that cannot be read is refused or ignored is the vendor's to say.
            None | Some("filter") => {}
            Some(name) if name == endpoint.paging.number || name == endpoint.paging.size => {
                let detail = query::ENCODED.to_owned();
                return Err(Fault::BadParameter { name: name.to_owned(), detail });
            }
            Some(name) => {
                let what = if name.contains('\u{fffd}') { "the name of a parameter" } else { name };
                return Err(Fault::Scim(Error::invalid_value(format!("{what} must be {}", query::ENCODED))));
            }
        }
        let offers = &surface.api.offers;
        let is_known = |name: &str| {
            PARAMETERS.contains(&name)
                || offers.sort && SORTING.contains(&name)
                || offers.cursors_expire_ms.is_some() && name == CURSOR
        };
        notes.dropped.extend(query.names().filter(|name| !is_known(name)).map(|name| format!("?{name}")));
        Ok(Self { query, broken })
    }

    /// Which attributes of a type of record are wanted, and so what has to be looked up beside it.
    pub(super) fn projection(&self, kind: &RecordType) -> Result<(Option<Projection>, Want), Fault> {
        let only = self.query.get("attributes").filter(|text| !text.is_empty());
        let without = self.query.get("excludedAttributes").filter(|text| !text.is_empty());
        let names = |text: Option<&str>, name: &str| {
            text.is_some_and(|text| {
                text.split(',').any(|one| {
                    AttrPath::parse(one.trim()).is_ok_and(|path| path.name.eq_ignore_ascii_case(name))
                })
            })
        };
        let whole = |text: Option<&str>, name: &str| {
            text.is_some_and(|text| text.split(',').any(|one| one.trim().eq_ignore_ascii_case(name)))
        };
        let wanted = |name: &str| (only.is_none() || names(only, name)) && !whole(without, name);
        let has = |name: &str| kind.scim_schema.core_attribute(name).is_some() && wanted(name);
        let want = Want { groups: has("groups"), members: has("members"), names: true, ..Want::default() };
        if only.is_none() && without.is_none() {
            return Ok((None, want));
        }
        let projection = Projection::new(only, without).map_err(Fault::Scim)?;
        Ok((Some(projection), want))
    }

    /// The list that is asked for.
    pub(super) fn list(
        &self,
        surface: &Surface<'_>,
        endpoint: &Endpoint,
        notes: &mut Notes,
    ) -> Result<Reading, Fault> {
        // The root shows what each list shows, to whom each list shows it.
        let lists: Vec<&Endpoint> = match endpoint.does {
            Does::ListAll => {
                let is_list = |one: &&Endpoint| one.does == Does::List && one.method == http::Method::GET;
                surface.api.endpoints.iter().filter(is_list).collect()
            }
            _ => vec![endpoint],
        };
        let resources: Vec<&Resource> = lists.iter().map(|list| &surface.api.resources[list.of]).collect();
        let order = self.order(surface, &resources, notes)?;
        let (window, mut echo) = match self.cursor(surface, endpoint, notes)? {
            Some(walking) => walking,
            None => query::window(&endpoint.paging, &self.query, notes)?,
        };
        let mut kinds = Vec::with_capacity(resources.len());
        let mut all = Want::default();
        for resource in &resources {
            let kind = &surface.profile.records[resource.record];
            let (projection, want) = self.projection(kind)?;
            echo.projection = projection;
            if want.groups {
                notes.rule(&resource.nested_groups_rule);
            }
            all.groups |= want.groups;
            all.members |= want.members;
            all.names |= want.names;
            all.nested |= resource.nested_groups;
            let (selection, ignored) = self.selection(surface, resource, notes)?;
            kinds.push(OfKind { record: resource.record, selection, ignored });
        }
        let input = Input::List(Listing { kinds, order, window, want: all });
        Ok(Reading { input, echo, scopes: lists.iter().filter_map(|list| list.scope.clone()).collect() })
    }

    /// By what the list is ordered, where the service sorts.
    fn order(
        &self,
        surface: &Surface<'_>,
        resources: &[&Resource],
        notes: &mut Notes,
    ) -> Result<Option<Order>, Fault> {
        let offers = &surface.api.offers;
        let by = self.query.get("sortBy").filter(|by| offers.sort && !by.is_empty());
        let Some(by) = by else { return Ok(None) };
        notes.rule(&offers.sort_rule);
        let order = Order::parse(by, self.query.get("sortOrder")).map_err(Fault::Scim)?;
        if is_address(&order.by) {
            let detail = format!("a list cannot be ordered by {}", order.by);
            return Err(Fault::Scim(Error::invalid_path(detail)));
        }
        for resource in resources {
            order.check(&surface.profile.records[resource.record].scim_schema).map_err(Fault::Scim)?;
        }
        Ok(Some(order))
    }

    /// The page behind a cursor, where the service has them and the client asks for one (RFC 9865 section 2).
    fn cursor(
        &self,
        surface: &Surface<'_>,
        endpoint: &Endpoint,
        notes: &mut Notes,
    ) -> Result<Option<(Window, Echo)>, Fault> {
        let Some(expire_ms) = surface.api.offers.cursors_expire_ms else { return Ok(None) };
        let Some(text) = self.query.get(CURSOR) else { return Ok(None) };
        let paging = &endpoint.paging;
        notes.rule(&paging.rule);
        let refused = |scim_type, detail: &str| Fault::Scim(Error::typed(400, scim_type, detail));
        let count = query::size(paging, &self.query, 0, notes).map_err(|fault| match fault {
            Fault::BadParameter { detail, .. } => {
                refused(ScimType::InvalidCount, &format!("count must be {detail}"))
            }
            other => other,
        })?;
        let is_sized = self.query.get(&paging.size).is_some();
        let about = ["filter", "sortBy", "sortOrder"].map(|name| self.query.get(name));
        let of = [Some(surface.organization), Some(&*endpoint.path)];
        let walk = |count| Walk::new(&[&of, &about[..]].concat(), count);
        let (mark, walk) = if text.is_empty() {
            (None, walk(count))
        } else {
            let invalid = "the cursor is none that an earlier page of this query gave";
            let stop = Stop::read(text).ok_or_else(|| refused(ScimType::InvalidCursor, invalid))?;
            if is_sized && stop.walk.count != count {
                let detail = format!("count must be {}, as for the pages before", stop.walk.count);
                return Err(refused(ScimType::InvalidCount, &detail));
            }
            if stop.walk != walk(stop.walk.count) {
                return Err(refused(ScimType::InvalidCursor, invalid));
            }
            let age_ms = surface.now_ms.saturating_sub(stop.at_ms);
            if u64::try_from(age_ms).is_ok_and(|age_ms| age_ms > expire_ms) {
                return Err(refused(ScimType::ExpiredCursor, "the cursor has expired; begin again"));
            }
            (Some(stop.mark), stop.walk)
        };
        let take = walk.count.min(query::cap(paging, notes));
        Ok(Some((Window::After { mark, take }, Echo { size: take, walk: Some(walk), ..Echo::default() })))
    }

    /// Which records a filter means, as far as the vendor processes it; and which it meant, where the vendor ignores it.
    fn selection(
        &self,
        surface: &Surface<'_>,
        resource: &Resource,
        notes: &mut Notes,
    ) -> Result<(Selection, Option<Selection>), Fault> {
        let Some(text) = self.query.get("filter") else { return Ok((Selection::All, None)) };
        let kind = &surface.profile.records[resource.record];
        let text = match &self.broken {
            None => Ok(text),
            Some(_) => Err(format!("it must be {}", query::ENCODED)),
        };
        notes.rule(&resource.filter_rule);
        let read =
            text.and_then(|text| Filter::parse(text).map_err(|error| error.to_string())).and_then(|filter| {
                if !resource.filters.is_empty() && !is_processed(resource, &filter) {
                    return Err(format!("only these filters are processed: {}", forms(resource)));
                }
                if let Some(path) = filter.paths().iter().find(|path| is_address(path)) {
                    return Err(format!("{path} cannot be compared"));
                }
                filter.check(&kind.scim_schema).map(|()| filter).map_err(|error| error.detail)
            });
        match read {
            Ok(filter) => {
                let selection = by_index(surface, kind, resource, &filter);
                Ok((selection.unwrap_or(Selection::Filter(filter)), None))
            }
            Err(_) if resource.ignore_other_filters => {
                notes.word("filter_ignored");
                let meant = self.query.get("filter").and_then(|text| Filter::parse(text).ok());
                let meant = meant.filter(|filter| filter.check(&kind.scim_schema).is_ok());
                // One that says nothing means nobody.
                Ok((Selection::All, Some(meant.map_or(Selection::Serial(None), Selection::Filter))))
            }
            Err(detail) => Err(Fault::BadFilter { detail }),
        }
    }
}

fn forms(resource: &Resource) -> String {
    let forms: Vec<String> =
        resource.filters.iter().map(|(attribute, operator)| format!("{attribute} {operator}")).collect();
    forms.join(", ")
}

/// Whether a path leads to what is made up for each reply and so is nowhere to be found: where a resource is, as the
/// client sees it, and its version. That no resource has such a value would not be true.
fn is_address(path: &AttrPath) -> bool {
    const ADDRESSES: [(&str, &str); 4] =
        [("meta", "location"), ("meta", "version"), ("members", "$ref"), ("groups", "$ref")];
    let sub = path.sub.as_deref().unwrap_or_default();
    ADDRESSES
        .iter()
        .any(|(name, part)| path.name.eq_ignore_ascii_case(name) && sub.eq_ignore_ascii_case(part))
}

/// Whether a path leads to where a member is.
pub(super) fn is_member_address(path: &AttrPath) -> bool {
    path.name.eq_ignore_ascii_case("members") && is_address(path)
}

/// Whether a filter is one of those that the vendor processes, each alone.
fn is_processed(resource: &Resource, filter: &Filter) -> bool {
    let (path, operator) = match filter {
        Filter::Compare { path, op, .. } => (path, op.as_str()),
        Filter::Present(path) => (path, "pr"),
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) | Filter::ValuePath { .. } => return false,
    };
    let bare = AttrPath { urn: None, ..path.clone() };
    let names = [path.to_string().to_ascii_lowercase(), bare.to_string().to_ascii_lowercase()];
    resource
        .filters
        .iter()
        .any(|(attribute, known)| known == operator && names.contains(&attribute.to_ascii_lowercase()))
}

/// A filter that an index answers: an id, or a value that no two records share.
fn by_index(
    surface: &Surface<'_>,
    kind: &RecordType,
    resource: &Resource,
    filter: &Filter,
) -> Option<Selection> {
    let (path, literal) = filter.equality()?;
    let Literal::String(text) = literal else { return None };
    if path.urn.is_none() && path.sub.is_none() && path.name.eq_ignore_ascii_case("id") {
        return Some(Selection::Serial(surface.serial(resource.record, text)));
    }
    let same = |known: &RecordPath| {
        let sub = |sub: &Option<String>| sub.as_deref().map(str::to_ascii_lowercase);
        known.element.is_none()
            && known.name.eq_ignore_ascii_case(&path.name)
            && sub(&known.sub) == sub(&path.sub)
            && path
                .urn
                .as_ref()
                .is_none_or(|urn| known.urn.as_ref().is_none_or(|known| known.eq_ignore_ascii_case(urn)))
    };
    let unique = kind
        .unique
        .iter()
        .position(|unique| unique.format.is_none() && matches!(&unique.at[..], [at] if same(at)))?;
    let key = folded(text, kind.unique[unique].case_exact).into_owned();
    Some(Selection::Key { unique, key })
}
