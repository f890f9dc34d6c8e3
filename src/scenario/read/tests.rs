use super::read;
use crate::profile::source::Source;
use crate::scenario::model::{Deed, Due, Scenario};

fn scenario(rest: &str) -> Scenario {
    let mut found = Vec::new();
    let source = Source::new("test", format!("scenario: test\nabout: A test.\n{rest}"));
    let read = read(&source, None, &mut found);
    read.unwrap_or_else(|| panic!("{rest}: {found:?}"))
}

#[test]
fn a_step_is_due_at_a_time_or_after_a_count() {
    let check = |due: &str, wanted: &str| {
        let scenario = scenario(&format!("timeline: [{{{due}, checkpoint: one}}]"));
        let told = match &scenario.steps[0].due {
            Due::At(at_ms) => format!("at {at_ms} ms"),
            Due::After { calls, place } => format!("after {calls} {:?} {:?}", place.vendor, place.methods),
        };
        assert_eq!(told, wanted, "{due}");
    };
    check("at: 0s", "at 0 ms");
    check("at: 2m", "at 120000 ms");
    check("after: 20", "after 20 None []");
    check("after: {calls: 3}", "after 3 None []");
    check("after: {calls: 3, where: {vendor: v, method: [PUT, POST]}}", "after 3 Some(\"v\") [PUT, POST]");
}

#[test]
fn what_stands_in_a_step_is_done_in_the_order_of_the_language() {
    let scenario = scenario(
        "timeline:
  - checkpoint: one
    chaos: [flaky]
    lift: all
    credentials: {rotate: }
    act: {vendor: v, action: a, answers: {n: 1}}
    limits: [{vendor: v, enabled: true}, {limit: l, rate: {limit: 5, per: 60s}}]
    set: {v.plan: basic, v.done: true, v.size: 5}
    clock: {advance: 61s}
    at: 1s
",
    );
    let told = |deed: &Deed| match deed {
        Deed::Clock { advance_ms, .. } => format!("clock {advance_ms:?}"),
        Deed::Set { vendor, name, value } => format!("set {vendor}.{name} {value}"),
        Deed::Limits(step) => {
            format!("limits {:?} {:?} {:?} {:?}", step.vendor, step.limit, step.enabled, step.rate)
        }
        Deed::Act { vendor, action, answers, .. } => format!("act {vendor} {action} {answers:?}"),
        Deed::Credentials(credentials) => {
            format!("{} {:?} {:?}", credentials.how.as_str(), credentials.vendor, credentials.credential)
        }
        Deed::Lift(names) => format!("lift {names:?}"),
        Deed::Arm(rules) => format!("arm {}", rules.len()),
        Deed::Checkpoint { name, expect } => format!("checkpoint {name} {}", expect.is_nothing()),
    };
    let deeds: Vec<String> = scenario.steps[0].deeds.iter().map(told).collect();
    let wanted = [
        "clock Some(61000)",
        "set v.plan basic",
        "set v.done true",
        "set v.size 5",
        "limits Some(\"v\") None Some(true) None",
        "limits None Some(\"l\") None Some((5, Some(60000)))",
        "act v a {\"n\": Number(1)}",
        "rotate None None",
        "lift None",
        "arm 2",
        "checkpoint one true",
    ];
    assert_eq!(deeds, wanted);
}

#[test]
fn what_is_expected_is_counted_in_one_of_three_ways_and_all_rules_are_required_unless_some_are_named() {
    let check = |calls: &str, wanted: &str| {
        let expect = scenario(&format!("expect: {{calls: {calls}}}")).expect;
        assert_eq!(expect.calls.map(|count| count.to_string()).as_deref(), Some(wanted), "{calls}");
    };
    check("5", "exactly 5");
    check("{exactly: 5}", "exactly 5");
    check("{at_least: 5}", "at least 5");
    check("{at_most: 0}", "at most 0");
    let check = |required: &str, wanted: Option<usize>| {
        let expect = scenario(&format!("expect: {{no_duplicates: true, required: {required}}}")).expect;
        assert_eq!(expect.required.map(|some| some.len()), wanted, "{required}");
    };
    check("all", None);
    check("none", Some(0));
    check("[backs_off, deactivates]", Some(2));
    assert_eq!(scenario("expect: {calls: 1}").expect.required, None);
}

#[test]
fn whom_a_scenario_names_is_told_wherever_it_is_named() {
    let scenario = scenario(
        "vendors: [a, b, c, d, e]
setup: {set: {b.plan: x}, chaos: [{where: {organization: one}, respond: 503}]}
timeline:
  - after: {calls: 1, where: {organization: two}}
    credentials: {revoke: {vendor: c, organization: three}}
  - at: 1s
    checkpoint: half
    expect: {records: [{vendor: d, organization: four, count: 1}]}
expect: {records: [{vendor: e, organization: five, count: 1}]}
",
    );
    let mut vendors: Vec<&str> = scenario.vendors_named().collect();
    vendors.sort_unstable();
    vendors.dedup();
    assert_eq!(vendors, ["a", "b", "c", "d", "e"]);
    assert_eq!(scenario.vendors_named().filter(|name| *name != "a").count(), 8, "each twice but the first");
    let mut organizations: Vec<&str> = scenario.organizations_named().collect();
    organizations.sort_unstable();
    assert_eq!(organizations, ["five", "four", "one", "three", "two"]);
}
