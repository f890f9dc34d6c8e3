//! The store against a naive model of it, and the few laws that a model does not show.

use proptest::prelude::{ProptestConfig, proptest};

use self::late::late_steps;
use self::model::{Model, compare, steps, take};
use super::{
    DEPARTED_MAX, Draft, Lag, OrganizationId, RECENT_MAX, Scope, Stamp, State, Store, TableId, TableRules,
    View,
};

mod late;
mod model;

const USERS: TableId = TableId(0);
const GROUPS: TableId = TableId(1);
/// A table that nobody has opened.
const STRAY: TableId = TableId(2);
const TABLES: [TableId; 3] = [USERS, GROUPS, STRAY];
const ACME: OrganizationId = OrganizationId(0);
const GLOBEX: OrganizationId = OrganizationId(1);
/// A change that shows at once.
const NOW: Stamp = Stamp { now_ms: 0, lag: Lag { lists_ms: 0, by_id_ms: 0 } };
/// Longer than any test looks.
const LATE: Lag = Lag { lists_ms: 100_000, by_id_ms: 0 };

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
            take(step, &mut state, &mut model, Stamp::now(now_ms));
            compare(&state, &model);
        }
    }

    #[test]
    fn whoever_lags_behind_sees_each_thing_as_it_showed_last(
        steps in late_steps(), later in 0..12i64, skip in 0..80usize, many in 0..80usize,
    ) {
        let (mut state, mut model) = (State::new(&rules()), Model::default());
        let mut history: Vec<(Stamp, Model)> = Vec::new();
        for (now_ms, (step, lag)) in (0..).zip(steps) {
            let stamp = Stamp { now_ms, lag };
            history.push((stamp, model.clone()));
            take(step, &mut state, &mut model, stamp);
        }
        let now_ms = history.len() as i64 - 1 + later;
        for view in [View::Lists(now_ms), View::ById(now_ms), View::Present] {
            model.seen(&history, view).compare(state.seen(view), skip, many);
        }
        compare(&state, &model);
    }

    #[test]
    fn a_snapshot_and_its_store_go_their_own_ways(before in steps(), after in steps(), aside in steps()) {
        let (mut state, mut model) = (State::new(&rules()), Model::default());
        for (now_ms, step) in (0..).zip(before) {
            take(step, &mut state, &mut model, Stamp::now(now_ms));
        }
        let (mut snapshot, mut model_then) = (state.clone(), model.clone());
        for (now_ms, step) in (100..).zip(after) {
            take(step, &mut state, &mut model, Stamp::now(now_ms));
        }
        compare(&snapshot, &model_then);
        for (now_ms, step) in (100..).zip(aside) {
            take(step, &mut snapshot, &mut model_then, Stamp::now(now_ms));
        }
        compare(&snapshot, &model_then);
        compare(&state, &model);
    }
}

#[test]
fn a_platform_key_is_refused_to_another_organization_that_cannot_find_it() {
    let mut state = State::new(&rules());
    let held = state.insert(USERS, ACME, draft("a", &[Some("ada"), Some("ada@x")]), NOW).unwrap();
    assert!(state.insert(USERS, GLOBEX, draft("b", &[Some("ada"), None]), NOW).is_ok());
    let clash = state.insert(USERS, GLOBEX, draft("c", &[None, Some("ada@x")]), NOW).unwrap_err();
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
        let attempt =
            || store.write(|state| state.insert(USERS, ACME, draft("", &[Some(&key)]), NOW).is_ok());
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
    let kept = state.insert(USERS, ACME, draft("kept", &[Some("kept")]), NOW).unwrap().serial;
    for _ in 0..10_000 {
        let serial = state.insert(USERS, ACME, draft("", &[Some("loop")]), NOW).unwrap().serial;
        state.remove(USERS, serial, NOW);
    }
    let room = state.table(USERS).unwrap().room(ACME);
    assert!(room <= 128, "room for {room}");
    assert_eq!(state.get(USERS, ACME, kept).map(|record| record.body()), Some(&b"kept"[..]));
}

#[test]
fn an_order_that_was_large_gives_its_memory_back() {
    let mut state = State::new(&rules());
    for _ in 0..10_000 {
        state.insert(USERS, ACME, Draft::default(), NOW).unwrap();
    }
    for serial in 10..10_000 {
        state.remove(USERS, serial, NOW);
    }
    let room = state.table(USERS).unwrap().room(ACME);
    assert!(room <= 128, "room for {room}");
    assert_eq!(state.page(USERS, ACME, 9, 5).len(), 1);
}

#[test]
fn the_oldest_departed_is_forgotten_first() {
    let mut state = State::new(&rules());
    for serial in 0..DEPARTED_MAX as u64 + 5 {
        state.insert(USERS, ACME, Draft::default(), NOW).unwrap();
        state.remove_with(USERS, serial, Box::default(), NOW);
    }
    assert!(state.departed(USERS, ACME).map(|gone| gone.record.serial).eq(5..DEPARTED_MAX as u64 + 5));
}

#[test]
fn the_oldest_change_beyond_the_bound_shows_early() {
    let mut state = State::new(&rules());
    for now_ms in 0..RECENT_MAX as i64 + 3 {
        state.insert(USERS, ACME, Draft::default(), Stamp { now_ms, lag: LATE }).unwrap();
    }
    let seen = state.seen(View::Lists(RECENT_MAX as i64 + 3));
    assert_eq!((seen.page(USERS, ACME, 0, 10).len(), seen.count(USERS, ACME)), (3, 3));
    assert_eq!(state.count(USERS, ACME), RECENT_MAX + 3);
}

#[test]
fn a_member_that_comes_and_goes_late_keeps_its_place_meanwhile() {
    let mut state = State::new(&rules());
    let insert = |state: &mut State, table| state.insert(table, ACME, Draft::default(), NOW).unwrap().id();
    let group = insert(&mut state, GROUPS);
    let [ada, bob, cleo] = [(); 3].map(|()| insert(&mut state, USERS));
    state.set_members(group, vec![ada, bob], NOW);
    let late = Stamp { lag: LATE, ..NOW };
    state.set_members(group, vec![bob, cleo], late);
    state.set_groups(ada, vec![group], late);
    let members = |view| state.seen(view).members(group).collect::<Vec<_>>();
    assert_eq!(members(View::Lists(99_999)), [ada, bob]);
    assert_eq!(members(View::Lists(100_000)), [bob, cleo, ada]);
    assert_eq!(members(View::ById(0)), [bob, cleo, ada]);
}

#[test]
fn of_two_who_show_with_one_key_both_are_found() {
    let mut state = State::new(&rules());
    let late = Stamp { lag: LATE, ..NOW };
    state.insert(USERS, ACME, draft("old", &[Some("ada")]), NOW).unwrap();
    state.replace(USERS, 0, draft("old", &[Some("eve")]), late).unwrap();
    state.insert(USERS, ACME, draft("new", &[Some("ada")]), NOW).unwrap();
    let found = |view, key| {
        let found = state.seen(view).find(USERS, ACME, 0, key);
        found.iter().map(|record| record.serial).collect::<Vec<_>>()
    };
    assert_eq!((found(View::Lists(1), "ada"), found(View::Lists(1), "eve")), (vec![0, 1], vec![]));
    assert_eq!((found(View::Present, "ada"), found(View::Present, "eve")), (vec![1], vec![0]));
}

#[test]
fn under_other_rules_all_shows_as_it_is() {
    let mut state = State::new(&rules());
    let late = Stamp { lag: Lag { by_id_ms: 100_000, ..LATE }, ..NOW };
    let group = state.insert(GROUPS, ACME, Draft::default(), late).unwrap().id();
    let member = state.insert(USERS, ACME, Draft::default(), late).unwrap().id();
    state.link(group, member, late);
    let look = |state: &State| {
        let seen = state.seen(View::ById(1));
        let mut groups = 0;
        seen.each_group_of(member, |_| groups += 1);
        (seen.count(USERS, ACME), seen.members(group).count(), groups)
    };
    assert_eq!(look(&state), (0, 0, 0));
    assert_eq!(look(&state.under(&rules(), &|_| Vec::new())), (1, 1, 1));
}

#[test]
fn restoring_a_snapshot_brings_back_what_it_held() {
    let store = Store::new(&rules());
    let insert = |key: &str| store.write(|state| state.insert(USERS, ACME, draft(key, &[Some(key)]), NOW));
    insert("ada").unwrap();
    let snapshot = store.snapshot();
    insert("bob").unwrap();
    store.write(|state| state.remove(USERS, 0, NOW));
    store.restore(snapshot);
    assert!(store.read(|state| state.find(USERS, ACME, 0, "ada").is_some()));
    assert!(store.read(|state| state.find(USERS, ACME, 0, "bob").is_none()));
    assert_eq!(insert("bob").unwrap().serial, 1);
}
