use std::sync::Arc;

use http::Method;

use super::{Due, Scenario, Timeline};
use crate::chaos::{Meeting, Where};
use crate::profile::source::{Place, Source, Span};
use crate::scenario::Step;

const NONE: [usize; 0] = [];

const CALL: Meeting<'static> = Meeting {
    vendor: "v",
    api: "rest",
    operation: Some("rest.create_user"),
    method: &Method::POST,
    path: "/v2/users",
    credential: Some("api"),
    organization: Some("acme"),
    now_ms: 0,
};

fn timeline(dues: Vec<Due>) -> Timeline {
    let at = Place { source: Source::new("test", ""), span: Span { start: 0, end: 0 } };
    let step = |due| Step { due, deeds: Vec::new(), at: at.clone() };
    let steps = dues.into_iter().map(step).collect();
    Timeline::begin(Arc::new(Scenario { steps, ..Scenario::default() }), 1_000, 0)
}

#[test]
fn steps_are_due_by_time_the_earliest_first_and_each_once() {
    let mut timeline = timeline(vec![Due::At(500), Due::At(100), Due::At(100), Due::At(501)]);
    assert_eq!(timeline.due(1_099), NONE);
    assert_eq!(timeline.due(1_500), [1, 2, 0]);
    assert_eq!(timeline.due(1_500), NONE);
    assert_eq!(timeline.due(900), NONE, "a clock that is set back undoes nothing");
    assert_eq!(timeline.to_come().collect::<Vec<_>>(), [(3, &Due::At(501), 0)]);
}

#[test]
fn steps_are_due_after_as_many_of_the_calls_that_they_mean() {
    let creates = Where { operation: Some("create_user".into()), ..Where::default() };
    let after = |calls, place| Due::After { calls, place };
    let mut timeline =
        timeline(vec![after(2, creates), after(3, Where::default()), after(0, Where::default())]);
    assert_eq!(timeline.due(1_000), [2]);
    let other = Meeting { operation: Some("rest.list_users"), ..CALL };
    let mut counted = |call| {
        timeline.count(call);
        timeline.due(1_000)
    };
    assert_eq!(counted(&CALL), NONE);
    assert_eq!(counted(&other), NONE);
    assert_eq!(counted(&CALL), [0, 1]);
    assert_eq!(counted(&CALL), NONE);
}

#[test]
fn calls_to_other_vendors_do_not_count_where_the_scenario_says_which_it_is_about() {
    let check = |vendors: &[&str], wanted: (u64, &[&str])| {
        let mut timeline = timeline(vec![Due::After { calls: 2, place: Where::default() }]);
        let scenario = Scenario {
            vendors: vendors.iter().map(|name| (*name).to_owned()).collect(),
            ..(*timeline.scenario).clone()
        };
        timeline.scenario = Arc::new(scenario);
        for vendor in ["w", "v", "w"] {
            timeline.count(&Meeting { vendor, ..CALL });
        }
        assert_eq!(
            (timeline.calls, timeline.called.iter().map(String::as_str).collect()),
            (wanted.0, wanted.1.to_vec())
        );
        assert_eq!(timeline.due(1_000).len(), usize::from(wanted.0 >= 2), "{vendors:?}");
    };
    check(&[], (3, &["w", "v"]));
    check(&["v"], (1, &["v"]));
    check(&["w"], (2, &["w"]));
    check(&["x"], (0, &[]));
}
