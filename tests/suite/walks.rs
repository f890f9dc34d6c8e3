//! What holds for every walk through the pages of a list while others write.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::StatusCode;
use proptest::prelude::{Just, ProptestConfig, Strategy, TestCaseError, prop_assert, prop_oneof, proptest};
use serde_json::{Value, json};
use standin::engine::{Engine, Setup};
use standin::profile::model::{Does, PagingStyle};

use crate::engine::{PROFILES, call, json};
use crate::laws::{Service, users};

/// What others do between two pages.
#[derive(Debug, Clone)]
enum Write {
    Append,
    /// The record of this index, wrapped around, of those at the start.
    Change(usize),
    /// The same.
    Remove(usize),
}

/// What happens after each page, page by page.
fn writes() -> impl Strategy<Value = Vec<Vec<Write>>> {
    let write = prop_oneof![
        Just(Write::Append),
        (0..40_usize).prop_map(Write::Change),
        (0..40_usize).prop_map(Write::Remove),
    ];
    proptest::collection::vec(proptest::collection::vec(write, 0..4), 0..8)
}

/// More pages than any walk here has.
const PAGES_MAX: usize = 60;

/// Reads all pages, the first at `start`, with something written after each, and gives the ids in the order read. A page
/// is its ids and where the next one is.
fn walk(
    start: String,
    writes: &[Vec<Write>],
    page: impl Fn(&str) -> (Vec<String>, Option<String>),
    mut write: impl FnMut(&Write),
) -> Vec<String> {
    let (mut seen, mut at) = (Vec::new(), start);
    for nth in 0..PAGES_MAX {
        let (ids, next) = page(&at);
        seen.extend(ids);
        writes.get(nth).into_iter().flatten().for_each(&mut write);
        match next {
            Some(next) => at = next,
            None => return seen,
        }
    }
    panic!("the walk does not end: {seen:?}");
}

/// Whoever was there from the start to the end was met once; nobody was met twice.
fn each_once(start: &[String], gone: &BTreeSet<String>, seen: &[String]) -> Result<(), TestCaseError> {
    let met: BTreeSet<&String> = seen.iter().collect();
    prop_assert!(met.len() == seen.len(), "somebody was met twice: {seen:?}");
    let missed: Vec<_> = start.iter().filter(|id| !gone.contains(*id) && !met.contains(id)).collect();
    prop_assert!(missed.is_empty(), "{missed:?} were not met");
    Ok(())
}

fn texts(list: &Value, name: &str) -> Vec<String> {
    let all = list.as_array().into_iter().flatten();
    all.map(|one| one[name].as_str().expect("an id").to_owned()).collect()
}

/// The api of the made-up vendor that pages by cursor.
struct Roster(Engine);

impl Roster {
    fn open() -> Roster {
        let profile =
            PROFILES.iter().find(|profile| profile.vendor == "rookery").expect("the made-up vendor");
        let mut setup = Setup::new(vec![Arc::clone(profile)]);
        (setup.recipients, setup.groups, setup.clock_ms) = (12, 0, Some(0));
        Roster(Engine::start(setup).expect("an engine that starts"))
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let mut call = call(method, &format!("/rookery/api/3{path}"), "", body);
        call.headers.insert("x-rookery-key", "rookery-key-token".parse().expect("a header's value"));
        let reply = self.0.answer(&call);
        assert!(reply.status.is_success(), "{method} {path}: {reply:?}");
        json(&reply)
    }
}

/// Others who write users over SCIM while somebody reads.
struct Crowd<'a> {
    service: &'a Service,
    start: Vec<String>,
    gone: BTreeSet<String>,
    newcomers: usize,
}

impl Crowd<'_> {
    fn of(service: &Service) -> Crowd<'_> {
        Crowd { service, start: service.ids("/Users"), gone: BTreeSet::new(), newcomers: 0 }
    }

    fn take(&mut self, write: &Write) {
        let path = |nth: &usize| format!("/Users/{}", self.start[nth % self.start.len()]);
        match write {
            Write::Append => {
                let body = self.service.newcomer(self.newcomers);
                self.newcomers += 1;
                let reply = self.service.ask("POST", "/Users", &body);
                assert_eq!(reply.status, StatusCode::CREATED, "{body}: {reply:?}");
            }
            Write::Change(nth) | Write::Remove(nth)
                if self.gone.contains(&self.start[nth % self.start.len()]) => {}
            Write::Change(nth) => {
                let mut user = self.service.get(&path(nth));
                user["displayName"] = json!("Another");
                let reply = self.service.ask("PUT", &path(nth), &user);
                assert_eq!(reply.status, StatusCode::OK, "{user}: {reply:?}");
            }
            Write::Remove(nth) => {
                let reply = self.service.ask("DELETE", &path(nth), &Value::Null);
                assert!(reply.status.is_success(), "{reply:?}");
                self.gone.insert(self.start[nth % self.start.len()].clone());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    // With removals there is no such law for pages by index: all that stands behind moves up. Cursors owe it.
    #[test]
    fn pages_by_index_meet_each_once_while_others_append_and_change(writes in writes(), count in 1..4_usize) {
        let by_index = |service: &Service| {
            users(service.api(), Does::List).is_some_and(|list| list.paging.style == PagingStyle::Index)
        };
        let mut services = Service::all(Does::Replace);
        services.retain(|service| service.shows_at_once() && by_index(service));
        assert!(!services.is_empty(), "no vendor pages by index");
        for service in services {
            let mut crowd = Crowd::of(&service);
            let page = |at: &str| {
                let list = service.get(&format!("/Users?startIndex={at}&count={count}"));
                let ids = texts(&list["Resources"], "id");
                let next = at.parse::<usize>().expect("an index") + ids.len();
                let total = list["totalResults"].as_u64().expect("a number");
                let is_last = usize::try_from(total).is_ok_and(|total| next > total);
                (ids, (!is_last).then(|| next.to_string()))
            };
            let write = |write: &Write| {
                if !matches!(write, Write::Remove(_)) {
                    crowd.take(write);
                }
            };
            let seen = walk("1".to_owned(), &writes, page, write);
            each_once(&crowd.start, &crowd.gone, &seen)?;
        }
    }

    // RFC 9865; what a list is ordered by must not change under the walk, so it is the user's name.
    #[test]
    fn scim_pages_by_cursor_meet_each_once_whatever_others_write(
        writes in writes(),
        count in 1..4_usize,
        query in proptest::sample::select(&[
            "",
            "&filter=active+pr",
            "&sortBy=userName",
            "&sortBy=userName&sortOrder=descending",
        ][..]),
    ) {
        let mut services = Service::all(Does::Replace);
        services.retain(|service| service.api().offers.cursors_expire_ms.is_some());
        assert!(!services.is_empty(), "no vendor pages by cursor");
        for service in services {
            let mut crowd = Crowd::of(&service);
            let page = |at: &str| {
                let list = service.get(&format!("/Users?cursor={at}&count={count}{query}"));
                (texts(&list["Resources"], "id"), list["nextCursor"].as_str().map(str::to_owned))
            };
            let seen = walk(String::new(), &writes, page, |write| crowd.take(write));
            each_once(&crowd.start, &crowd.gone, &seen)?;
        }
    }

    #[test]
    fn pages_by_cursor_meet_each_once_whatever_others_write(
        writes in writes(),
        limit in 1..5_usize,
        filter in proptest::sample::select(&["", "&q=example.com"][..]),
    ) {
        let roster = Roster::open();
        let start = texts(&roster.ask("GET", "/people", "")["data"], "id");
        let page = |at: &str| {
            let list = roster.ask("GET", &format!("/people?limit={limit}{filter}{at}"), "");
            let next = list["page"]["next"].as_str().map(|cursor| format!("&cursor={cursor}"));
            (texts(&list["data"], "id"), next)
        };
        let (mut newcomers, mut gone) = (0.., BTreeSet::new());
        let write = |write: &Write| match write {
            Write::Append => {
                let name = format!("newcomer{}", newcomers.next().unwrap_or_default());
                let body = json!({"data": {"handle": name, "email": format!("{name}@example.com")}});
                roster.ask("POST", "/people", &body.to_string());
            }
            Write::Change(nth) | Write::Remove(nth) => {
                let id = &start[nth % start.len()];
                if gone.contains(id) {
                    return;
                }
                let path = format!("/people/{id}");
                if matches!(write, Write::Change(_)) {
                    roster.ask("PATCH", &path, r#"{"data": {"first_name": "Another"}}"#);
                } else {
                    roster.ask("DELETE", &path, "");
                    gone.insert(id.clone());
                }
            }
        };
        let seen = walk(String::new(), &writes, page, write);
        each_once(&start, &gone, &seen)?;
    }
}
