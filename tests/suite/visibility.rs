//! Chaos rules of `visibility`: what is written shows late in lists, and by its id if the rule says so. What truly is stays
//! what it is: for whoever writes, for unique values, for the vendor's staff.

use std::sync::Arc;

use http::Method;
use serde_json::{Value, json};
use standin::chaos::{Rule, Visibility, What, Where};
use standin::engine::{DEFAULT_SANDBOX, Engine, Sandbox, Setup};
use standin::profile::{Library, files};

use crate::engine::{call, json};

const REST: &str = "/cofense/v2";
const SCIM: &str = "/scim/scim/v2";
const AFTER_MS: u64 = 60_000;

/// A world in which writes show late.
struct World(Engine);

impl World {
    fn new(by_id: bool) -> Self {
        let library = Arc::new(Library::read(&files::built_in(), &mut Vec::new()));
        let profile = |vendor| Arc::new(library.profile(vendor, &[]).expect("a profile without mistakes"));
        let mut setup = Setup::new(["cofense", "scim"].map(profile).to_vec());
        (setup.recipients, setup.groups, setup.clock_ms) = (3, 2, Some(0));
        let world = Self(Engine::start(setup).expect("an engine that starts"));
        world.arm(by_id);
        world
    }

    fn arm(&self, by_id: bool) {
        let rule = Rule {
            name: "late".to_owned(),
            place: Where {
                methods: vec![Method::POST, Method::PUT, Method::PATCH, Method::DELETE],
                ..Where::default()
            },
            what: What { visibility: Some(Visibility { after_ms: AFTER_MS, by_id }), ..What::default() },
            ..Rule::default()
        };
        self.0.arm(&self.sandbox(), vec![rule]).expect("room for a rule");
    }

    fn sandbox(&self) -> Arc<Sandbox> {
        self.0.sandbox(DEFAULT_SANDBOX).expect("the default sandbox")
    }

    fn wait(&self, ms: u64) {
        self.0.advance(DEFAULT_SANDBOX, ms as i64);
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let token = match path {
            path if path.starts_with(REST) => "cofense-api-token",
            path if path.starts_with(SCIM) => "scim-scim-token",
            _ => "cofense-scim-token",
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.0.answer(&call(method, path, token, &body));
        (reply.status.as_u16(), json(&reply))
    }

    fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, &Value::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    fn status(&self, method: &str, path: &str) -> u16 {
        self.ask(method, path, &json!({})).0
    }

    /// Writes, and gives what the writer is told.
    fn write(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, told) = self.ask(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {told}");
        told
    }

    /// What the REST list tells: how many there are, and the addresses on it.
    fn rest(&self, query: &str) -> (u64, Vec<String>) {
        let list = self.get(&format!("{REST}/users{query}"));
        (list["total"].as_u64().expect("a total"), texts(&list["users"], "email"))
    }

    /// What a SCIM list tells: how many there are, and an attribute of those on it.
    fn scim(&self, path: &str, attribute: &str) -> (u64, Vec<String>) {
        let list = self.get(path);
        (list["totalResults"].as_u64().expect("a total"), texts(&list["Resources"], attribute))
    }
}

fn texts(list: &Value, attribute: &str) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.map(|one| one[attribute].as_str().unwrap_or_default().to_owned()).collect()
}

fn text<'a>(value: &'a Value, at: &str) -> &'a str {
    value[at].as_str().unwrap_or_else(|| panic!("no {at} in {value}"))
}

fn bob() -> Value {
    json!({"email": "bob@example.com", "firstName": "Bob", "lastName": "Jones"})
}

fn scim_user(name: &str) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name})
}

fn patch(operation: &Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]})
}

#[test]
fn what_is_created_is_in_no_list_yet_and_yet_there() {
    let world = World::new(false);
    let told = world.write("POST", &format!("{REST}/users"), &bob());
    assert_eq!(text(&told, "email"), "bob@example.com");
    let id = text(&told, "id");
    let scim = "/cofense/scim/v2/Users";
    let look = || {
        let (total, all) = world.rest("");
        let all = all.contains(&"bob@example.com".to_owned());
        (total, all, world.rest("?email=bob@example.com").0, world.scim(scim, "userName").0)
    };
    assert_eq!(look(), (3, false, 0, 3));
    assert_eq!(world.status("GET", &format!("{REST}/users/{id}")), 200);
    assert_eq!(world.status("GET", &format!("{scim}/scim-{id}")), 200);
    assert_eq!(world.ask("POST", &format!("{REST}/users"), &bob()).0, 409);
    world.wait(AFTER_MS - 1);
    assert_eq!(look(), (3, false, 0, 3));
    world.wait(1);
    assert_eq!(look(), (4, true, 1, 4));
}

#[test]
fn what_is_changed_or_deleted_is_listed_as_it_was() {
    let world = World::new(false);
    let scim = "/cofense/scim/v2/Users?attributes=title";
    let before = world.scim(scim, "title").1;
    world.write("PUT", &format!("{REST}/users/u126"), &json!({"email": "new@example.com", "title": "Guide"}));
    world.write("DELETE", &format!("{REST}/users/u129"), &Value::Null);
    assert_eq!(text(&world.get(&format!("{REST}/users/u126")), "title"), "Guide");
    assert_eq!(world.status("GET", &format!("{REST}/users/u129")), 404);
    assert_eq!((world.rest("").0, world.scim(scim, "title").1), (3, before));
    assert_eq!(world.rest("?email=new@example.com").0, 0);
    assert_eq!(world.rest("?email=areej.alzahrani1@acme.example.com").0, 1);
    assert_eq!(world.rest("?page=3&per_page=1"), (3, vec!["althea.kling2@acme.example.com".to_owned()]));
    world.wait(AFTER_MS);
    assert_eq!(world.rest("").0, 2);
    assert_eq!(world.scim(scim, "title").1[1], "Guide");
    assert_eq!(world.rest("?email=new@example.com").0, 1);
    assert_eq!(world.rest("?email=areej.alzahrani1@acme.example.com").0, 0);
}

#[test]
fn by_its_id_too_nobody_is_there_for_whom_it_is_late() {
    let world = World::new(true);
    let id = text(&world.write("POST", &format!("{REST}/users"), &bob()), "id").to_owned();
    let own = format!("{REST}/users/{id}");
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(world.status(method, &own), 404, "{method}");
    }
    assert_eq!(world.status("GET", &format!("/cofense/scim/v2/Users/scim-{id}")), 404);
    assert_eq!(world.ask("POST", &format!("{REST}/users"), &bob()).0, 409);
    world.wait(AFTER_MS);
    assert_eq!(world.status("GET", &own), 200);
    world.write("PUT", &own, &json!({"title": "Guide"}));
    assert_eq!(world.get(&own)["title"], Value::Null);
    world.write("DELETE", &own, &Value::Null);
    assert_eq!((world.status("GET", &own), world.status("DELETE", &own)), (200, 404));
    world.wait(AFTER_MS);
    assert_eq!(world.status("GET", &own), 404);
}

#[test]
fn a_version_asked_for_by_its_id_is_the_one_that_shows() {
    let world = World::new(true);
    let id = world.scim(&format!("{SCIM}/Users"), "id").1.swap_remove(0);
    let own = format!("{SCIM}/Users/{id}");
    let title = patch(&json!({"op": "replace", "path": "title", "value": "Guide"}));
    let version = |value: &Value| value["meta"]["version"].as_str().map(str::to_owned);
    let before = version(&world.get(&own));
    let told = version(&world.write("PATCH", &own, &title));
    assert_ne!(told, before);
    assert_eq!(version(&world.get(&own)), before);
    // Who trusts what it sees writes against a version that is not the present one any more.
    let mut write = call("PATCH", &own, "scim-scim-token", &title.to_string());
    write.headers.insert("if-match", before.expect("a version").parse().expect("a header's value"));
    assert_eq!(world.0.answer(&write).status.as_u16(), 412);
    world.wait(AFTER_MS);
    assert_eq!(version(&world.get(&own)), told);
}

#[test]
fn who_joins_and_leaves_is_in_lists_what_it_was() {
    let world = World::new(false);
    let groups = || world.get(&format!("{REST}/groups"))["groups"].clone();
    let before = groups();
    let count = |groups: &Value, at: usize| groups[at]["memberCount"].as_u64().expect("a count");
    let user = |path: &str| world.get(path)["groups"].clone();
    let listed =
        || world.get(&format!("{REST}/users?email=althea.kling2@acme.example.com"))["users"][0].clone();
    let was = listed();
    world.write("PUT", &format!("{REST}/users/u129"), &json!({"groups": ["g2"]}));
    assert_eq!(user(&format!("{REST}/users/u129")), json!(["g2"]));
    assert_eq!((groups(), listed()), (before.clone(), was));
    world.wait(AFTER_MS);
    assert_ne!(groups(), before);
    assert_eq!(count(&groups(), 0) + 1, count(&before, 0));

    let (_, ids) = world.scim(&format!("{SCIM}/Users"), "id");
    let (_, of) = world.scim(&format!("{SCIM}/Groups"), "id");
    let group = format!("{SCIM}/Groups/{}", of[1]);
    let members = |group: &Value| texts(&group["members"], "value");
    let in_list = || members(&world.get(&format!("{SCIM}/Groups?startIndex=2"))["Resources"][0]);
    let in_groups = |id: &str| world.scim(&format!("{SCIM}/Users?filter=groups.value+eq+%22{id}%22"), "id").1;
    let before = members(&world.get(&group));
    assert_eq!((in_list(), in_groups(&of[1])), (before.clone(), before.clone()));
    let stranger = ids.iter().find(|id| !before.contains(id)).expect("somebody else");
    world.write(
        "PATCH",
        &group,
        &patch(&json!({"op": "add", "path": "members", "value": [{"value": stranger}]})),
    );
    world.write("DELETE", &format!("{SCIM}/Users/{}", before[0]), &Value::Null);
    let after = members(&world.get(&group));
    assert!(after.contains(stranger) && !after.contains(&before[0]), "{after:?}");
    assert_eq!((in_list(), in_groups(&of[1])), (before.clone(), before));
    world.wait(AFTER_MS);
    assert_eq!(in_list(), after);
}

#[test]
fn who_does_not_show_yet_is_a_member_all_the_same() {
    let world = World::new(true);
    let bob = world.write("POST", &format!("{SCIM}/Users"), &scim_user("bob@example.com"));
    let (_, of) = world.scim(&format!("{SCIM}/Groups"), "id");
    let group = format!("{SCIM}/Groups/{}", of[1]);
    let members = || texts(&world.get(&group)["members"], "value");
    let before = members();
    let add = |value: &Value| patch(&json!({"op": "add", "path": "members", "value": [{"value": value}]}));
    world.write("PATCH", &group, &add(&bob["id"]));
    // Another joins: who has joined before stays, seen or not.
    let (_, ids) = world.scim(&format!("{SCIM}/Users"), "id");
    let stranger = ids.iter().find(|id| !before.contains(id)).expect("somebody else");
    let told = world.write("PATCH", &group, &add(&json!(stranger)));
    assert_eq!(members(), before);
    world.wait(AFTER_MS);
    assert_eq!(members(), texts(&told["members"], "value"));
    assert_eq!(members().len(), before.len() + 2);
}

#[test]
fn sorted_or_by_cursor_a_list_is_one_of_what_shows() {
    let world = World::new(false);
    let users = format!("{SCIM}/Users");
    let (_, before) = world.scim(&format!("{users}?sortBy=userName"), "userName");
    let (_, ids) = world.scim(&users, "id");
    let first = patch(&json!({"op": "replace", "path": "userName", "value": "aaa@example.com"}));
    world.write("PATCH", &format!("{users}/{}", ids[2]), &first);
    world.write("POST", &users, &scim_user("aab@example.com"));
    world.write("DELETE", &format!("{users}/{}", ids[0]), &Value::Null);
    assert_eq!(world.scim(&format!("{users}?sortBy=userName"), "userName"), (3, before));
    assert_eq!(world.scim(&format!("{users}?filter=userName+sw+%22aa%22"), "userName").0, 0);
    let walk = || {
        let (mut walked, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.get(&format!("{users}?count=1&cursor={cursor}"));
            walked.extend(texts(&page["Resources"], "id"));
            match page["nextCursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => return walked,
            }
        }
    };
    assert_eq!(walk(), ids);
    world.wait(AFTER_MS);
    let (total, after) = world.scim(&format!("{users}?sortBy=userName"), "userName");
    assert_eq!((total, &after[..2]), (3, &["aaa@example.com".to_owned(), "aab@example.com".to_owned()][..]));
    assert_eq!(walk().len(), 3);
}

#[test]
fn without_the_rule_later_writes_wait_for_those_before_them() {
    let world = World::new(false);
    let sandbox = world.sandbox();
    world.write("PUT", &format!("{REST}/users/u126"), &json!({"title": "Guide"}));
    world.0.disarm(&sandbox, "late").expect("the rule");
    world.write("PUT", &format!("{REST}/users/u126"), &json!({"title": "Herder"}));
    world.write("PUT", &format!("{REST}/users/u129"), &json!({"title": "Herder"}));
    let titles = || world.scim("/cofense/scim/v2/Users?attributes=title", "title").1;
    let late = titles();
    assert!(late[1] != "Guide" && late[1] != "Herder" && late[2] == "Herder", "{late:?}");
    world.wait(AFTER_MS);
    assert_eq!(titles()[1..], ["Herder", "Herder"]);
}

#[test]
fn staff_sees_what_is_and_so_does_whoever_compares_or_restores() {
    let world = World::new(true);
    let sandbox = world.sandbox();
    world.rest("");
    world.0.take_snapshot(&sandbox, "before").expect("a snapshot");
    let id = text(&world.write("POST", &format!("{REST}/users"), &bob()), "id").to_owned();
    let staff = world.0.staff(&sandbox, 0, None).expect("staff");
    assert_eq!(staff.list("user", 0, 10).expect("users").1, 4);
    staff.get("user", &id).expect("bob");
    staff.change("user", &id, Default::default()).expect("a change by hand");
    let diff = world.0.diff(&sandbox, "before").expect("a diff");
    assert_eq!(diff["cofense"]["created"].as_array().map(Vec::len), Some(1), "{diff}");
    assert_eq!(world.rest("").0, 3);
    world.0.take_snapshot(&sandbox, "late").expect("a snapshot");
    world.0.restore_snapshot(&sandbox, "late").expect("a restored world");
    assert_eq!((world.rest("").0, world.status("GET", &format!("{REST}/users/{id}"))), (4, 200));
    world.write("DELETE", &format!("{REST}/users/{id}"), &Value::Null);
    world.0.reset_sandbox(DEFAULT_SANDBOX).expect("a reset");
    assert_eq!((world.rest("").0, world.status("GET", &format!("{REST}/users/{id}"))), (3, 404));
}

#[test]
fn a_bulk_job_names_what_it_has_just_written() {
    let world = World::new(true);
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Guides",
        "members": [{"value": "bulkId:bob"}],
    });
    let job = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "bob", "data": scim_user("bob@example.com")},
            {"method": "POST", "path": "/Groups", "bulkId": "guides", "data": group},
        ],
    });
    let told = world.write("POST", &format!("{SCIM}/Bulk"), &job);
    assert_eq!(texts(&told["Operations"], "status"), ["201", "201"], "{told}");
    let location = text(&told["Operations"][1], "location");
    let own = location.trim_start_matches("http://standin.test");
    assert_eq!(world.status("GET", own), 404);
    world.wait(AFTER_MS);
    assert_eq!(world.get(own)["members"].as_array().map(Vec::len), Some(1));
}
