use http::Method;

use super::{Apart, Chaos, Fate, Meeting, Moment, RULES_MAX, Rule, When, Where};
use crate::chaos::{Commit, Delay, Ending, Respond, What};
use crate::world::Dice;

const CALL: Meeting<'static> = Meeting {
    vendor: "v",
    api: "rest",
    operation: Some("rest.create_user"),
    method: &Method::POST,
    path: "/v2/users",
    credential: Some("api"),
    organization: Some("acme"),
    now_ms: 1_000_000,
};

const OTHER: Meeting<'static> = Meeting { operation: Some("rest.list_users"), method: &Method::GET, ..CALL };

fn rule(when: When) -> Rule {
    let respond = Some(Respond { status: Some(503), ..Respond::default() });
    Rule { name: "r".into(), when, what: What { respond, ..What::default() }, ..Rule::default() }
}

fn chaos(rules: Vec<Rule>) -> Chaos {
    let chaos = Chaos::default();
    chaos.arm(rules, Dice::new(1, "default"), CALL.now_ms).expect("room");
    chaos
}

/// Which of twelve calls it strikes.
fn struck(when: When) -> Vec<usize> {
    let chaos = chaos(vec![rule(when)]);
    (1..=12).filter(|_| chaos.meet(&CALL).is_some()).collect()
}

#[test]
fn a_rule_strikes_when_all_that_it_says_holds() {
    let usual = When::default;
    for (when, wanted) in [
        (usual(), vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (When { nth: vec![2, 5], ..usual() }, vec![2, 5]),
        (When { first: Some(2), ..usual() }, vec![1, 2]),
        (When { after: Some(10), ..usual() }, vec![11, 12]),
        (When { every: Some(5), ..usual() }, vec![5, 10]),
        (When { every: Some(5), after: Some(1), ..usual() }, vec![6, 11]),
        (When { first: Some(6), every: Some(3), ..usual() }, vec![3, 6]),
        (When { times: Some(3), ..usual() }, vec![1, 2, 3]),
        (When { after: Some(4), times: Some(2), ..usual() }, vec![5, 6]),
        (When { probability: Some(0.0), ..usual() }, vec![]),
        (When { probability: Some(1.0), times: Some(1), ..usual() }, vec![1]),
        (When { between: Some((Moment::In(0), Moment::In(1))), times: Some(1), ..usual() }, vec![1]),
        (When { between: Some((Moment::In(1), Moment::In(2))), ..usual() }, vec![]),
        (When { between: Some((Moment::At(0), Moment::At(CALL.now_ms))), ..usual() }, vec![]),
    ] {
        assert_eq!(struck(when.clone()), wanted, "{when:?}");
    }
}

#[test]
fn a_rule_is_about_the_calls_that_it_names_alone() {
    let some = |text: &str| Some(text.to_owned());
    let usual = Where::default;
    for (place, wanted) in [
        (usual(), true),
        (Where { vendor: some("v"), ..usual() }, true),
        (Where { vendor: some("w"), ..usual() }, false),
        (Where { api: some("scim"), ..usual() }, false),
        (Where { operation: some("create_user"), ..usual() }, true),
        (Where { operation: some("rest.create_user"), ..usual() }, true),
        (Where { operation: some("user"), ..usual() }, false),
        (Where { methods: vec![Method::POST, Method::PUT], ..usual() }, true),
        (Where { methods: vec![Method::GET], ..usual() }, false),
        (Where { path: some("/v2/*"), ..usual() }, true),
        (Where { path: some("/v2/*/1"), ..usual() }, false),
        (Where { credential: some("scim"), ..usual() }, false),
        (Where { organization: some("globex"), ..usual() }, false),
    ] {
        let chaos = chaos(vec![Rule { place: place.clone(), ..rule(When::default()) }]);
        assert_eq!(chaos.meet(&CALL).is_some(), wanted, "{place:?}");
        assert_eq!(chaos.rules()[0].counts(), if wanted { (1, 1) } else { (0, 0) }, "{place:?}");
    }
}

#[test]
fn the_nth_call_of_a_kind_meets_the_same_fate_whatever_runs_beside_it() {
    let fates = |beside: usize, name: &str| -> Vec<bool> {
        let when = When { probability: Some(0.3), ..When::default() };
        let chaos = chaos(vec![Rule { name: name.into(), ..rule(when) }]);
        let one = |_| {
            (0..beside).for_each(|_| drop(chaos.meet(&OTHER)));
            chaos.meet(&CALL).is_some()
        };
        (0..200).map(one).collect()
    };
    let alone = fates(0, "r");
    assert_eq!(fates(3, "r"), alone);
    assert_ne!(fates(0, "another"), alone);
    let share = alone.iter().filter(|struck| **struck).count();
    assert!((40..=80).contains(&share), "{share} of 200 for a probability of 0.3");
}

#[test]
fn calls_are_counted_apart_by_what_the_rule_says() {
    let when = |each| When { nth: vec![2], each, ..When::default() };
    let both = |each| {
        let chaos = chaos(vec![rule(when(each))]);
        [&CALL, &OTHER, &CALL, &OTHER].map(|call| chaos.meet(call).is_some())
    };
    assert_eq!(both(vec![]), [false, true, false, false]);
    assert_eq!(both(vec![Apart::Operation]), [false, false, true, true]);
    assert_eq!(both(vec![Apart::Kind]), [false, false, true, true]);
    for each in
        [vec![Apart::Kind], vec![Apart::Vendor, Apart::Operation, Apart::Credential, Apart::Organization]]
    {
        let some = Some("other");
        for beside in [
            Meeting { vendor: "w", ..CALL },
            Meeting { credential: some, ..CALL },
            Meeting { organization: some, ..CALL },
            Meeting { operation: None, ..CALL },
        ] {
            let chaos = chaos(vec![rule(when(each.clone()))]);
            let struck = [&beside, &CALL, &CALL, &beside].map(|call| chaos.meet(call).is_some());
            assert_eq!(struck, [false, false, true, true], "{each:?} {beside:?}");
        }
    }
}

#[test]
fn a_rule_adds_what_no_earlier_one_said() {
    let late = |ms| Rule {
        name: format!("late{ms}"),
        what: What { delay: Some(Delay::fixed(ms)), ..What::default() },
        ..Rule::default()
    };
    let ending = What { ending: Some(Ending::Close), commit: Some(Commit::Before), ..What::default() };
    let lost = Rule { name: "lost".into(), what: ending, ..Rule::default() };
    let fate = |rules| -> Fate { *chaos(rules).meet(&CALL).expect("a fate") };
    let all = fate(vec![late(5), late(7), lost, rule(When::default())]);
    assert_eq!((all.delay_ms, all.ending, all.commit), (Some(5), Some(Ending::Close), Some(Commit::Before)));
    assert!(all.commits() && all.loses_reply() && all.respond.is_some());
    let names: Vec<&str> = all.strikes.iter().map(|strike| &*strike.rule).collect();
    assert_eq!(names, ["late5", "late7", "lost", "r"]);
    let refused = fate(vec![rule(When::default())]);
    assert!(!refused.commits() && refused.loses_reply());
    let drips = |commit| {
        let what = What { ending: Some(Ending::Drip(9)), commit, ..What::default() };
        fate(vec![Rule { what, ..rule(When::default()) }]).commits()
    };
    assert!(drips(None) && drips(Some(Commit::Before)) && !drips(Some(Commit::Never)));
    let only_late = fate(vec![late(1)]);
    assert!(only_late.commits() && !only_late.loses_reply());
}

#[test]
fn a_rule_takes_the_place_of_one_of_its_name_and_there_are_so_many_at_most() {
    let chaos = chaos(vec![rule(When::default())]);
    drop(chaos.meet(&CALL));
    chaos.arm(vec![rule(When { first: Some(0), ..When::default() })], Dice::new(1, "a"), 0).expect("room");
    assert_eq!(chaos.rules().len(), 1);
    assert!(chaos.meet(&CALL).is_none());
    let many = (0..RULES_MAX).map(|n| Rule { name: format!("r{n}"), ..rule(When::default()) }).collect();
    assert!(chaos.arm(many, Dice::new(1, "a"), 0).is_err());
    assert_eq!(chaos.rules().len(), 1);
    assert!(chaos.disarm("2").len() == 1 && chaos.disarm("r").is_empty() && chaos.is_idle());
}

#[test]
fn a_rule_that_nobody_named_takes_nobodys_place() {
    let unnamed = || Rule { name: "rule-1".into(), is_numbered: true, ..rule(When::default()) };
    let chaos = chaos(vec![unnamed(), unnamed()]);
    chaos.arm(vec![unnamed()], Dice::new(1, "a"), 0).expect("room");
    let names: Vec<String> = chaos.rules().iter().map(|one| one.rule.name.clone()).collect();
    assert_eq!(names, ["rule-1", "rule-2", "rule-3"]);
}

#[test]
fn a_set_goes_by_its_name() {
    let of_set = |name: &str| Rule { name: name.into(), set: Some("set".into()), ..rule(When::default()) };
    let chaos = chaos(vec![of_set("set-a"), of_set("set-b"), rule(When::default())]);
    assert_eq!((chaos.disarm("set").len(), chaos.rules().len()), (2, 1));
    assert_eq!((chaos.disarm("set").len(), chaos.disarm("r").len()), (0, 1));
    assert!(chaos.is_idle());
}
