//! The store against a naive model of it, and the few laws that a model does not show.

use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

use self::model::{Model, compare, plain, steps, take};
use super::{DEPARTED_MAX, Draft, OrganizationId, RECENT_MAX, Scope, State, Store, TableId, TableRules};

mod model;

const USERS: TableId = TableId(0);
const GROUPS: TableId = TableId(1);
/// A table that nobody has opened.
const STRAY: TableId = TableId(2);
const TABLES: [TableId; 3] = [USERS, GROUPS, STRAY];
const ACME: OrganizationId = OrganizationId(0);
const GLOBEX: OrganizationId = OrganizationId(1);

fn rules() -> Vec<TableRules> {
    vec![
        TableRules { uniques: vec![Scope::Organization, Scope::Platform] },
        TableRules { uniques: vec![Scope::Platform] },
    ]
}

fn draft(body: &str, keys: &[Option<&str>]) -> Draft {
    Draft {
        body: body.as_bytes().into(),
        keys: keys.iter().map(|key| key.map(String::from)).collect(),
        aside: Box::default(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_store_is_its_model(steps in steps()) {
        let (mut state, mut model) = (State::new(&rules()), Model::default());
        for (now_ms, step) in (0..).zip(steps) {
            take(step, &mut state, &mut model, now_ms);
            compare(&state, &model);
        }
    }

    #[test]
    fn a_list_at_any_horizon_is_the_list_of_that_moment(
        steps in steps(), kept_from in 0..10usize, skip in 0..80usize, take_ in 0..80usize,
    ) {
        let (mut state, mut model) = (State::new(&rules()), Model::default());
        let mut moments = Vec::new();
        for (at, step) in steps.into_iter().enumerate() {
            if at == kept_from {
                state.keep_recent(true);
            }
            take(step, &mut state, &mut model, at as i64);
            moments.push(model.clone());
        }
        for (at, moment) in moments.iter().enumerate() {
            // Without a memory of that time, the list is the present one.
            let shown = if at + 1 < kept_from { continue } else { moment };
            for table in TABLES {
                for organization in [ACME, GLOBEX] {
                    let list = shown.list(table, organization);
                    let (page, total) = state.page_as_of(table, organization, at as i64, skip, take_);
                    let expected: Vec<_> = list.iter().skip(skip).take(take_).cloned().collect();
                    prop_assert_eq!((plain(&page), total), (expected, list.len()));
                }
            }
        }
    }

    #[test]
    fn a_snapshot_and_its_store_go_their_own_ways(before in steps(), after in steps(), aside in steps()) {
        let (mut state, mut model) = (State::new(&rules()), Model::default());
        for (now_ms, step) in (0..).zip(before) {
            take(step, &mut state, &mut model, now_ms);
        }
        let (mut snapshot, mut model_then) = (state.clone(), model.clone());
        for (now_ms, step) in (100..).zip(after) {
            take(step, &mut state, &mut model, now_ms);
        }
        compare(&snapshot, &model_then);
        for (now_ms, step) in (100..).zip(aside) {
            take(step, &mut snapshot, &mut model_then, now_ms);
        }
        compare(&snapshot, &model_then);
        compare(&state, &model);
    }
}

#[test]
fn a_platform_key_is_refused_to_another_organization_that_cannot_find_it() {
    let mut state = State::new(&rules());
    let held = state.insert(USERS, ACME, draft("a", &[Some("ada"), Some("ada@x")]), 0).unwrap();
    assert!(state.insert(USERS, GLOBEX, draft("b", &[Some("ada"), None]), 0).is_ok());
    let clash = state.insert(USERS, GLOBEX, draft("c", &[None, Some("ada@x")]), 0).unwrap_err();
    assert_eq!((clash.unique, clash.holder.serial), (1, held.serial));
    assert!(state.find(USERS, GLOBEX, 1, "ada@x").is_none());
    assert!(state.find(USERS, ACME, 1, "ada@x").is_some());
    assert_eq!(state.next_serial(USERS), 2);
}

#[test]
fn of_two_who_insert_one_key_at_once_exactly_one_succeeds() {
    let store = Store::new(&rules());
    for round in 0..200 {
        let key = round.to_string();
        let attempt = || store.write(|state| state.insert(USERS, ACME, draft("", &[Some(&key)]), 0).is_ok());
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(attempt);
            let other = attempt();
            (one.join().unwrap(), other)
        });
        assert!(one != other, "{round}: {one} {other}");
    }
    assert_eq!(store.read(|state| state.count(USERS, ACME)), 200);
}

#[test]
fn a_loop_of_create_and_delete_does_not_grow_the_order() {
    let mut state = State::new(&rules());
    let kept = state.insert(USERS, ACME, draft("kept", &[Some("kept")]), 0).unwrap().serial;
    for _ in 0..10_000 {
        let serial = state.insert(USERS, ACME, draft("", &[Some("loop")]), 0).unwrap().serial;
        state.remove(USERS, serial, 0);
    }
    let room = state.table(USERS).unwrap().room(ACME);
    assert!(room <= 128, "room for {room}");
    assert_eq!(state.get(USERS, ACME, kept).map(|record| record.body()), Some(&b"kept"[..]));
}

#[test]
fn an_order_that_was_large_gives_its_memory_back() {
    let mut state = State::new(&rules());
    for _ in 0..10_000 {
        state.insert(USERS, ACME, Draft::default(), 0).unwrap();
    }
    for serial in 10..10_000 {
        state.remove(USERS, serial, 0);
    }
    let room = state.table(USERS).unwrap().room(ACME);
    assert!(room <= 128, "room for {room}");
    assert_eq!(state.page(USERS, ACME, 9, 5).len(), 1);
}

#[test]
fn the_oldest_departed_is_forgotten_first() {
    let mut state = State::new(&rules());
    for serial in 0..DEPARTED_MAX as u64 + 5 {
        state.insert(USERS, ACME, Draft::default(), 0).unwrap();
        state.remove_with(USERS, serial, Box::default(), 0);
    }
    assert!(state.departed(USERS, ACME).map(|gone| gone.record.serial).eq(5..DEPARTED_MAX as u64 + 5));
}

#[test]
fn the_oldest_change_beyond_the_bound_shows_early() {
    let mut state = State::new(&rules());
    state.keep_recent(true);
    for at_ms in 0..RECENT_MAX as i64 + 3 {
        state.insert(USERS, ACME, Draft::default(), at_ms).unwrap();
    }
    let (page, total) = state.page_as_of(USERS, ACME, -1, 0, 10);
    assert_eq!((page.len(), total), (3, 3));
    state.keep_recent(false);
    assert_eq!(state.page_as_of(USERS, ACME, -1, 0, 10).1, RECENT_MAX + 3);
}

#[test]
fn restoring_a_snapshot_brings_back_what_it_held() {
    let store = Store::new(&rules());
    let insert = |key: &str| store.write(|state| state.insert(USERS, ACME, draft(key, &[Some(key)]), 0));
    insert("ada").unwrap();
    let snapshot = store.snapshot();
    insert("bob").unwrap();
    store.write(|state| state.remove(USERS, 0, 1));
    store.restore(snapshot);
    assert!(store.read(|state| state.find(USERS, ACME, 0, "ada").is_some()));
    assert!(store.read(|state| state.find(USERS, ACME, 0, "bob").is_none()));
    assert_eq!(insert("bob").unwrap().serial, 1);
}
