//! Elements that are the same stand once, and what says nothing new changes nothing.

use super::{babs, check, unchanged};
use serde_json::{Value, json};

#[test]
fn an_element_that_is_there_in_another_case_changes_nothing() {
    let add = |element: Value| json!({"op": "add", "path": "emails", "value": [element]});
    unchanged(babs(), add(json!({"value": "B@Example.COM", "type": "Work"})));
    unchanged(babs(), add(json!({"value": "BABS@jensen.org", "type": "home", "primary": false})));
    unchanged(babs(), add(json!({"value": "b@example.com", "primary": true})));
    check(
        babs(),
        add(json!({"value": "BABS@jensen.org", "type": "home", "display": "Babs"})),
        "/emails/1",
        json!({"value": "BABS@jensen.org", "type": "home", "display": "Babs"}),
    );
    check(
        babs(),
        add(json!({"value": "b@example.com", "type": "work", "primary": false})),
        "/emails/0/primary",
        json!(false),
    );
}

#[test]
fn elements_that_an_edit_makes_the_same_become_one() {
    let mut start = babs();
    start["emails"][1]["value"] = json!("b@example.com");
    start["emails"][1]["display"] = json!("At home");
    let one = json!([{"value": "b@example.com", "type": "work", "primary": true, "display": "At home"}]);
    let edit = |path: &str, value: &str| json!({"op": "replace", "path": path, "value": value});
    check(start.clone(), edit("emails[type eq \"home\"].type", "work"), "/emails", one);
    let home = json!([{"value": "b@example.com", "type": "home", "display": "At home", "primary": true}]);
    check(start, edit("emails[type eq \"work\"].type", "home"), "/emails", home);
    let twice = json!([{"value": "x@example.com", "type": "work", "primary": true}, {"value": "x@example.com", "type": "home"}]);
    check(babs(), edit("emails.value", "x@example.com"), "/emails", twice);
    let last = json!([{"value": "babs@jensen.org", "type": "home"}]);
    check(babs(), json!({"op": "remove", "path": "emails[type eq \"work\"]"}), "/emails", last);
}
