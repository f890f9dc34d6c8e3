use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::plan::Step;
use super::{Answer, BulkRequest, Method, Operation, Task, admit};
use crate::scim::leniency::Leniency;

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

fn parse(message: &Value, leniency: &Leniency) -> Result<BulkRequest, String> {
    let Value::Object(message) = message else { unreachable!("the tests write objects") };
    BulkRequest::parse(message, leniency).map_err(|error| error.to_string())
}

fn request(operations: &Value) -> BulkRequest {
    parse(&json!({"schemas": [URN], "Operations": operations}), &Leniency::default()).expect("a request")
}

fn post(bulk_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": format!("bulkId:{id}")})).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": {"displayName": bulk_id, "members": members}})
}

fn patch(path: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": format!("bulkId:{id}")})).collect();
    json!({"method": "PATCH", "path": path, "data": {"Operations": [{"op": "add", "path": "members", "value": members}]}})
}

#[test]
fn a_message_of_another_shape_is_refused_whole() {
    let check = |message: Value, error: &str| {
        assert_eq!(parse(&message, &Leniency::default()).expect_err("refused"), error, "{message}");
    };
    let of = |operation: Value| json!({"schemas": [URN], "Operations": [{"method": "DELETE", "path": "/a"}, operation]});
    check(json!({"Operations": []}), &format!("400 invalidSyntax: schemas is a list that names {URN}"));
    let list = "400 invalidSyntax: Operations is a list of at least one operation";
    check(json!({"schemas": [URN]}), list);
    check(json!({"schemas": [URN], "Operations": []}), list);
    check(json!({"schemas": [URN], "Operations": {"method": "POST"}}), list);
    for number in [json!(0), json!(-1), json!(1.5), json!("1"), json!(true)] {
        check(
            json!({"schemas": [URN], "failOnErrors": number, "Operations": [{}]}),
            "400 invalidValue: failOnErrors is a whole number above 0",
        );
    }
    check(of(json!("POST")), "400 invalidSyntax: Operations[1]: an operation is an object");
    for method in [json!(null), json!("GET"), json!("post")] {
        check(
            of(json!({"method": method, "path": "/a"})),
            "400 invalidValue: Operations[1]: method is one of `POST`, `PUT`, `PATCH` and `DELETE`",
        );
    }
    let text = |name: &str| format!("400 invalidValue: Operations[1]: {name} is a string that is not empty");
    check(of(json!({"method": 1, "path": "/a"})), &text("method"));
    check(of(json!({"method": "PUT", "path": ""})), &text("path"));
    check(of(json!({"method": "DELETE", "path": "/a", "bulkId": 7})), &text("bulkId"));
    check(of(json!({"method": "DELETE", "path": "/a", "version": ["a"]})), &text("version"));
    check(of(json!({"method": "DELETE"})), "400 invalidValue: Operations[1]: an operation needs a path");
    check(
        of(json!({"method": "POST", "path": "/a", "data": {}})),
        "400 invalidValue: Operations[1]: `POST` needs a bulkId",
    );
    check(
        of(json!({"method": "PATCH", "path": "/a", "data": null})),
        "400 invalidValue: Operations[1]: `PATCH` needs data",
    );
    check(
        json!({"schemas": [URN], "Operations": [post("a", &[]), post("a", &[])]}),
        "400 invalidValue: Operations[1]: another operation has this bulkId already",
    );
}

#[test]
fn a_message_is_read_whatever_the_case_of_its_members() {
    let message = json!({
        "Schemas": [URN.to_uppercase()],
        "failonerrors": 2,
        "operations": [
            {"Method": "PUT", "PATH": "/Users/1", "BulkID": "a", "version": "W/\"1\"", "Data": {"a": 1}},
            {"method": "DELETE", "path": "/Users/2", "data": {"left": "out"}},
        ],
    });
    let wanted = BulkRequest {
        fail_on_errors: Some(2),
        operations: vec![
            Operation {
                method: Method::Put,
                path: "/Users/1".to_owned(),
                bulk_id: Some("a".to_owned()),
                version: Some("W/\"1\"".to_owned()),
                data: Some(json!({"a": 1})),
            },
            Operation {
                method: Method::Delete,
                path: "/Users/2".to_owned(),
                bulk_id: None,
                version: None,
                data: None,
            },
        ],
    };
    assert_eq!(parse(&message, &Leniency::default()), Ok(wanted));
    let without = json!({"Operations": [{"method": "DELETE", "path": "/Users/2"}]});
    let leniency = Leniency { schemas_optional: true, ..Leniency::default() };
    assert!(parse(&without, &leniency).is_ok());
}

#[test]
fn bounds_are_told_apart_before_anything_is_read() {
    let check = |body: &str, error: Option<&str>| {
        let found = admit(body.as_bytes(), 2, 60).err().map(|error| error.to_string());
        assert_eq!(found.as_deref(), error, "{body}");
    };
    let count = "413: The number of operations (3) exceeds the maxOperations (2).";
    check(r#"{"Operations":[{},{}]}"#, None);
    check(r#"{"Operations":[{},{},{}]}"#, Some(count));
    check("\u{feff}{\"operations\":[1,[[]],null]}", Some(count));
    check(r#"{"Operations":[],"Operations":[1,2,3],"a":1}"#, Some(count));
    check(r#"{"Operations":{"Operations":[1,2,3]}}"#, None);
    check("not JSON", None);
    check(&"1".repeat(60), None);
    check(&"1".repeat(61), Some("413: The size of the bulk operation exceeds the maxPayloadSize (60)."));
}

/// Steps in short: `0` whole, `0+` begun, `0.` complete.
fn steps(operations: &Value) -> String {
    let short = |step: &Step| match step {
        Step::Whole(index) => format!("{index}"),
        Step::Begin(index) => format!("{index}+"),
        Step::Complete(index) => format!("{index}."),
    };
    request(operations).plan().iter().map(short).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_order_is_that_of_the_request_but_for_what_must_wait() {
    let check = |operations: Value, wanted: &str| assert_eq!(steps(&operations), wanted, "{operations}");
    check(json!([post("a", &[]), post("b", &["a"]), post("c", &["a", "b"])]), "0 1 2");
    check(json!([post("a", &["c", "c"]), post("b", &[]), post("c", &[])]), "1 2 0");
    check(json!([patch("/Groups/bulkId:a", &[]), post("b", &["nobody"]), post("a", &[])]), "1 2 0");
    check(json!([patch("/Groups/bulkId%3Aa", &[]), post("a", &[])]), "1 0");
    check(json!([post("a", &["b"]), post("b", &["a"])]), "0+ 1 0.");
    check(json!([post("a", &["a"])]), "0+ 0.");
    // A circle has its turn where it stands, and so has what is on the way from one to another.
    check(json!([post("a", &["b"]), post("b", &["a"]), post("c", &[])]), "0+ 1 0. 2");
    check(json!([post("a", &["a", "b"]), post("b", &["c"]), post("c", &["c"])]), "0+ 2+ 2. 1 0.");
    // Whoever only waits for a circle is no part of it.
    check(
        json!([patch("/Groups/1", &["b"]), post("a", &["b"]), post("b", &["c"]), post("c", &["b"])]),
        "2+ 1 3 2. 0",
    );
    // A change waits until its resource is complete.
    check(
        json!([post("a", &["b"]), patch("/Groups/bulkId:a", &[]), post("b", &["a", "c"]), post("c", &[])]),
        "0+ 2+ 0. 1 3 2.",
    );
    check(json!([post("a", &["b", "c"]), post("b", &["c", "a"]), post("c", &["a", "b"])]), "0+ 1+ 2 0. 1.");
}

/// A service that makes resources with the ids 1, 2, 3… and refuses those whose `displayName` is `bad`, and to complete
/// what holds `poor`. It tells what it was asked.
fn run(message: &Value) -> (Vec<String>, Value) {
    let asked = RefCell::new(Vec::new());
    let made = RefCell::new(0);
    let request = parse(message, &Leniency::default()).expect("a request");
    let response = request.run("http://a/v2", |task: Task<'_>| {
        let (word, operation) = match task {
            Task::Refuse(error) => {
                return Answer {
                    status: error.status,
                    response: Some(json!(error.detail)),
                    ..Answer::default()
                };
            }
            Task::Whole(operation) => ("", operation),
            Task::Begin(operation) => ("begin ", operation),
            Task::FollowUp(operation) => ("follow ", operation),
        };
        let data = operation.data.as_ref().map(|data| format!(" {data}")).unwrap_or_default();
        asked.borrow_mut().push(format!("{word}{} {}{data}", operation.method.as_str(), operation.path));
        let is_bad = data.contains("bad") || (word == "follow " && data.contains("poor"));
        if is_bad {
            return Answer { status: 400, response: Some(json!("bad")), ..Answer::default() };
        }
        *made.borrow_mut() += 1;
        let made = made.borrow();
        match operation.method {
            Method::Post => Answer {
                status: 201,
                location: Some(format!("http://a/v2{}/{made}", operation.path)),
                version: Some(format!("v{made}")),
                response: Some(json!("left out")),
            },
            Method::Delete => Answer { status: 204, ..Answer::default() },
            Method::Put | Method::Patch => {
                Answer { status: 200, version: Some(format!("v{made}")), ..Answer::default() }
            }
        }
    });
    (asked.into_inner(), response["Operations"].clone())
}

#[test]
fn results_are_in_the_order_of_the_request() {
    let (asked, results) = run(&json!({"schemas": [URN], "Operations": [
        {"method": "PUT", "path": "/Users/bulkId:u/", "version": "W/\"1\"", "data": {"manager": {"value": "bulkId:u"}}},
        {"method": "POST", "path": "/Users", "bulkId": "u", "data": {"a": {"value": "bulkId:"}, "b": {"value": "no bulkId:u"}}},
        {"method": "DELETE", "path": "/Users/9", "bulkId": "d"},
    ]}));
    assert_eq!(
        results[0],
        json!({"method": "PUT", "status": "409", "response": "the operation with the bulkId u has failed"})
    );
    assert_eq!(
        results[1],
        json!({"method": "POST", "bulkId": "u", "status": "409", "response": "no POST of this request has the bulkId "})
    );
    assert_eq!(
        results[2],
        json!({"location": "http://a/v2/Users/9", "method": "DELETE", "bulkId": "d", "status": "204"})
    );
    assert_eq!(asked, ["DELETE /Users/9"]);
    let (asked, results) = run(&json!({"schemas": [URN], "Operations": [
        {"method": "PUT", "path": "/Users/bulkId:u/", "data": {"manager": {"value": "bulkId:u"}, "title": "bulkId:u"}},
        {"method": "POST", "path": "/Users", "bulkId": "u", "data": {}},
    ]}));
    assert_eq!(
        results,
        json!([
            {"location": "http://a/v2/Users/1", "method": "PUT", "version": "v2", "status": "200"},
            {"location": "http://a/v2/Users/1", "method": "POST", "bulkId": "u", "version": "v1", "status": "201"},
        ])
    );
    assert_eq!(asked, ["POST /Users {}", r#"PUT /Users/1/ {"manager":{"value":"1"},"title":"bulkId:u"}"#]);
}

#[test]
fn a_reference_stands_where_an_id_does() {
    let check = |method: &str, data: Value, wanted: Value| {
        let operation = json!({"method": method, "path": "/a", "bulkId": "a", "data": data.clone()});
        let mut operation = request(&json!([operation])).operations.remove(0);
        let references = usize::from(data != wanted);
        assert_eq!(operation.references().len(), references, "{data}");
        assert_eq!(operation.resolve(&|bulk_id| Ok(format!("id of {bulk_id}"))), Ok(()));
        assert_eq!(operation.data, Some(wanted));
    };
    let same = |method: &str, data: Value| check(method, data.clone(), data);
    check("POST", json!({"members": [{"value": "bulkId:x"}]}), json!({"members": [{"value": "id of x"}]}));
    check(
        "PUT",
        json!({"urn:a:User": {"manager": "bulkId:x"}}),
        json!({"urn:a:User": {"manager": "id of x"}}),
    );
    same("POST", json!({"title": "bulkId:x", "nickName": ["bulkId:x"], "name": {"formatted": "bulkId:x"}}));
    same("POST", json!({"members": [{"value": "1", "display": "bulkId:x"}]}));
    let change = |operation: Value, wanted: Value| {
        check("PATCH", json!({"Operations": [operation]}), json!({"Operations": [wanted]}));
    };
    change(
        json!({"op": "add", "path": "members", "value": [{"value": "bulkId:x"}]}),
        json!({"op": "add", "path": "members", "value": [{"value": "id of x"}]}),
    );
    change(
        json!({"op": "add", "path": "urn:a:User:manager.value", "value": "bulkId:x"}),
        json!({"op": "add", "path": "urn:a:User:manager.value", "value": "id of x"}),
    );
    change(
        json!({"op": "add", "value": {"manager.value": "bulkId:x", "title": "bulkId:x"}}),
        json!({"op": "add", "value": {"manager.value": "id of x", "title": "bulkId:x"}}),
    );
    change(
        json!({"op": "remove", "path": "members[type eq \"User\" and not (value eq \"bulkId:x\")]"}),
        json!({"op": "remove", "path": "members[type eq \"User\" and not (value eq \"id of x\")]"}),
    );
    let untouched = |operation: Value| same("PATCH", json!({"Operations": [operation]}));
    untouched(json!({"op": "add", "path": "title", "value": "bulkId:x"}));
    untouched(json!({"op": "add", "path": "emails[type eq \"bulkId:x\"].display", "value": "bulkId:x"}));
    untouched(json!({"op": "remove", "path": "members[value eq \"bulkId:x\""}));
}

#[test]
fn a_circle_is_made_in_part_and_then_completed() {
    let (asked, results) =
        run(&json!({"schemas": [URN], "Operations": [post("a", &["b"]), post("b", &["a"])]}));
    assert_eq!(
        asked,
        [
            r#"begin POST /Groups {"displayName":"a","members":[]}"#,
            r#"POST /Groups {"displayName":"b","members":[{"value":"1"}]}"#,
            r#"follow PUT /Groups/1 {"displayName":"a","members":[{"value":"2"}]}"#,
        ]
    );
    assert_eq!(
        results,
        json!([
            {"location": "http://a/v2/Groups/1", "method": "POST", "bulkId": "a", "version": "v3", "status": "201"},
            {"location": "http://a/v2/Groups/2", "method": "POST", "bulkId": "b", "version": "v2", "status": "201"},
        ])
    );
}

#[test]
fn what_cannot_be_completed_is_removed_again() {
    let check = |operations: Value, last: &str, statuses: &[&str]| {
        let (asked, results) = run(&json!({"schemas": [URN], "Operations": operations}));
        let found: Vec<&str> =
            results.as_array().expect("results").iter().filter_map(|one| one["status"].as_str()).collect();
        assert_eq!(
            (asked.last().map(String::as_str), found.as_slice()),
            (Some(last), statuses),
            "{operations}"
        );
    };
    check(json!([post("a", &["bad"]), post("bad", &["a"])]), "follow DELETE /Groups/1", &["409", "400"]);
    check(json!([post("poor", &["b"]), post("b", &["poor"])]), "follow DELETE /Groups/1", &["400", "201"]);
    check(
        json!([post("bad", &["b"]), post("b", &["bad"])]),
        r#"begin POST /Groups {"displayName":"bad","members":[]}"#,
        &["400", "409"],
    );
}

#[test]
fn what_is_left_out_goes_with_all_that_belongs_to_it() {
    let check = |data: Value, wanted: Value| {
        let mut operation = request(&json!([{"method": "POST", "path": "/a", "bulkId": "a", "data": data}]))
            .operations
            .remove(0);
        operation.leave_out(&|id| id == "b");
        assert_eq!(operation.data, Some(wanted));
    };
    check(
        json!({"members": [{"value": "bulkId:b", "type": "Group"}, {"value": "bulkId:c"}, {"value": "1"}]}),
        json!({"members": [{"value": "bulkId:c"}, {"value": "1"}]}),
    );
    check(
        json!({"urn:x:User": {"manager": {"Value": "bulkId:b", "displayName": "B"}, "division": "d"}}),
        json!({"urn:x:User": {"division": "d"}}),
    );
    check(
        json!({"manager": "bulkId:b", "members": ["bulkId:b", "c"], "title": "bulkId:b"}),
        json!({"members": ["c"], "title": "bulkId:b"}),
    );
}

#[test]
fn the_rest_is_left_alone_once_enough_has_failed() {
    let check = |fail_on_errors: Value, operations: Value, asked_count: usize, wanted: &[(&str, &str)]| {
        let message = json!({"schemas": [URN], "failOnErrors": fail_on_errors, "Operations": operations});
        let (asked, results) = run(&message);
        let results = results.as_array().expect("results").clone();
        let found: Vec<(&str, &str)> = results
            .iter()
            .map(|one| {
                (one["bulkId"].as_str().unwrap_or_default(), one["status"].as_str().unwrap_or_default())
            })
            .collect();
        assert_eq!((asked.len(), found.as_slice()), (asked_count, wanted), "{message}");
    };
    let some =
        json!([post("a", &[]), post("bad1", &[]), post("b", &["x"]), post("bad2", &[]), post("c", &[])]);
    check(json!(1), some.clone(), 2, &[("a", "201"), ("bad1", "400")]);
    check(json!(2), some.clone(), 2, &[("a", "201"), ("bad1", "400"), ("b", "409")]);
    let all = [("a", "201"), ("bad1", "400"), ("b", "409"), ("bad2", "400"), ("c", "201")];
    check(json!(9), some.clone(), 4, &all);
    check(json!(null), some, 4, &all);
    // What is begun and not complete counts as not reached, and is removed.
    check(
        json!(1),
        json!([post("a", &["b"]), post("b", &["a", "bad"]), post("bad", &["b"])]),
        5,
        &[("a", "201"), ("bad", "400")],
    );
}

/// Operations that refer to each other at random: POSTs, and PATCHes of what POSTs make.
fn any_operations() -> impl Strategy<Value = Vec<(bool, Vec<usize>)>> {
    (1..14_usize).prop_flat_map(|count| {
        prop::collection::vec((prop::bool::weighted(0.7), prop::collection::vec(0..count + 2, 0..4)), count)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn everything_is_done_once_and_nothing_before_what_it_needs(drawn in any_operations()) {
        let operations: Vec<Value> = drawn.iter().enumerate().map(|(index, (is_post, references))| {
            let members: Vec<String> = references.iter().map(|to| format!("b{to}")).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            if *is_post { post(&format!("b{index}"), &members) } else { patch("/Groups/1", &members) }
        }).collect();
        let needs: Vec<BTreeSet<usize>> = drawn.iter().map(|(_, references)| {
            references.iter().copied().filter(|to| drawn.get(*to).is_some_and(|(is_post, _)| *is_post)).collect()
        }).collect();
        let reach = |from: usize| {
            let mut reached = BTreeSet::new();
            let mut open: Vec<usize> = needs[from].iter().copied().collect();
            while let Some(next) = open.pop() {
                if reached.insert(next) {
                    open.extend(&needs[next]);
                }
            }
            reached
        };
        let mut made = BTreeMap::new();
        let mut complete = BTreeMap::new();
        for (at, step) in request(&json!(operations)).plan().into_iter().enumerate() {
            let twice = match step {
                Step::Whole(index) => made.insert(index, at).is_some() | complete.insert(index, at).is_some(),
                Step::Begin(index) => {
                    prop_assert!(reach(index).contains(&index), "{index} is in no circle");
                    made.insert(index, at).is_some()
                }
                Step::Complete(index) => {
                    prop_assert!(made.contains_key(&index));
                    complete.insert(index, at).is_some()
                }
            };
            prop_assert!(!twice);
        }
        prop_assert_eq!(complete.len(), drawn.len());
        for (index, needed) in needs.iter().enumerate() {
            for needed in needed {
                if drawn[index].0 {
                    // Complete once all that it needs is made; made before that only in a circle.
                    prop_assert!(made[needed] <= complete[&index]);
                    prop_assert!(made[needed] < made[&index] || made[&index] < complete[&index]);
                } else {
                    prop_assert!(complete[needed] < complete[&index]);
                }
            }
        }
        let in_order = needs.iter().enumerate().all(|(index, needs)| needs.iter().all(|needed| *needed < index));
        if in_order {
            prop_assert!(complete.values().is_sorted());
        }
    }
}
