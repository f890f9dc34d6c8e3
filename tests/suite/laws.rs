//! What holds for whatever is sent to any SCIM api: a PATCH is what the protocol says it is or it is nothing, and what is
//! never returned never is. Of walks through pages see `walks`.

use std::sync::Arc;

use http::StatusCode;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, TestCaseError, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use serde_json::{Value, json};
use standin::call::Reply;
use standin::engine::{DEFAULT_SANDBOX, Engine, Setup};
use standin::profile::fixed::ORGANIZATIONS;
use standin::profile::model::{Api, ApiKind, Does, Endpoint, Profile};
use standin::record::law;
use standin::scim::Patch;

use crate::engine::{PROFILES, call, json};

/// A SCIM api of a vendor, and the way to it.
pub(crate) struct Service {
    engine: Engine,
    profile: Arc<Profile>,
    api: usize,
    base: String,
    token: String,
}

impl Service {
    /// Every SCIM api that serves `does` for users, each with an engine of its own and 5 recipients in 2 groups.
    pub(crate) fn all(does: Does) -> Vec<Service> {
        let all = PROFILES.iter().flat_map(|profile| (0..profile.apis.len()).map(move |api| (profile, api)));
        let is_meant = |profile: &Profile, api: usize| {
            profile.apis[api].kind == ApiKind::Scim && users(&profile.apis[api], does).is_some()
        };
        let meant = all.filter(|(profile, api)| is_meant(profile, *api));
        let services: Vec<_> = meant.map(|(profile, api)| Service::of(profile, api)).collect();
        assert!(!services.is_empty(), "no vendor serves it");
        services
    }

    fn of(profile: &Arc<Profile>, api: usize) -> Service {
        let mut setup = Setup::new(vec![Arc::clone(profile)]);
        (setup.recipients, setup.groups, setup.clock_ms) = (5, 2, Some(0));
        for prerequisite in &profile.prerequisites {
            setup.standing.push((profile.vendor.clone(), prerequisite.name.clone(), "true".to_owned()));
        }
        let engine = Engine::start(setup).expect("an engine that starts");
        let base =
            engine.base_urls("", &profile.vendor, DEFAULT_SANDBOX, ORGANIZATIONS[0]).swap_remove(api).1;
        let credential = &profile.credentials[profile.apis[api].credential].name;
        let mut all = engine.default_credentials(&profile.vendor, ORGANIZATIONS[0]).into_iter();
        let (_, token, _) = all.find(|(name, _, _)| name == credential).expect("a credential");
        Service { engine, profile: Arc::clone(profile), api, base, token }
    }

    pub(crate) fn api(&self) -> &Api {
        &self.profile.apis[self.api]
    }

    /// Whether the vendor keeps every attribute of users.
    fn keeps_all(&self) -> bool {
        self.profile.records.iter().all(|kind| kind.keeps.is_none())
    }

    /// Whether what is written is in the lists at once.
    pub(crate) fn shows_at_once(&self) -> bool {
        self.profile.records.iter().all(|kind| kind.visible_after_ms == 0)
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.engine.answer(&call(method, &format!("{}{path}", self.base), &self.token, &body))
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let reply = self.ask("GET", path, &Value::Null);
        assert_eq!(reply.status, StatusCode::OK, "GET {path}: {reply:?}");
        json(&reply)
    }

    /// The ids of users or groups, in the order of the list.
    pub(crate) fn ids(&self, of: &str) -> Vec<String> {
        let list = self.get(of);
        let all = list["Resources"].as_array().into_iter().flatten();
        all.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// A new user like the first one, but for what is unique.
    pub(crate) fn newcomer(&self, nth: usize) -> Value {
        let mut user = self.get(&format!("/Users/{}", self.ids("/Users")[0]));
        if let Some(parts) = user.as_object_mut() {
            parts.retain(|name, _| !matches!(name.as_str(), "id" | "meta" | "groups"));
        }
        let address = format!("newcomer{nth}@example.com");
        for at in ["/userName", "/emails/0/value"] {
            user.pointer_mut(at).into_iter().for_each(|place| *place = json!(address));
        }
        user["externalId"] = json!(format!("newcomer-{nth}"));
        user
    }

    fn patch(&self, path: &str, operations: &[Value]) -> (Value, Reply) {
        let body =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        let reply = self.ask("PATCH", path, &body);
        (body, reply)
    }
}

/// The endpoint that does something with users.
pub(crate) fn users(api: &Api, does: Does) -> Option<&Endpoint> {
    api.endpoints.iter().find(|one| one.does == does && one.path.starts_with("/Users"))
}

/// Operations on a user that a vendor might do, some of them nonsense.
fn operation() -> impl Strategy<Value = Value> {
    let text = prop_oneof![Just(String::new()), "[a-c]{1,2}"].prop_map(Value::from);
    let email =
        ("[ab]@example\\.com", proptest::option::of("(work|home)"), proptest::option::of(any::<bool>()))
            .prop_map(|(value, kind, primary)| {
                let mut email = json!({"value": value});
                kind.into_iter().for_each(|kind| email["type"] = json!(kind));
                primary.into_iter().for_each(|primary| email["primary"] = json!(primary));
                email
            });
    let emails = proptest::collection::vec(email.clone(), 0..3).prop_map(Value::from);
    let at = |path: &'static [&'static str], value: proptest::prelude::BoxedStrategy<Value>| {
        (proptest::sample::select(path), value)
            .prop_map(|(path, value)| json!({"path": path, "value": value}))
    };
    let target = prop_oneof![
        at(
            &[
                "title", "displayName", "nickName", "name.givenName", "NAME.middleName", "locale", "userType",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                "emails[type eq \"work\"].display", "emails[type eq \"other\"].value", "emails.type",
                "addresses[type eq \"work\"].region", "phoneNumbers[type eq \"mobile\"].value", "password", "id", "shoeSize",
            ],
            text.clone().boxed(),
        ),
        at(&["emails", "Emails"], emails.clone().boxed()),
        at(&["emails[type eq \"work\"]", "emails[primary eq true]"], email.boxed()),
        at(&["active", "emails[type eq \"home\"].primary"], any::<bool>().prop_map(Value::from).boxed()),
        (text.clone(), text, emails)
            .prop_map(|(title, given, emails)| json!({"value": {"title": title, "name": {"givenName": given}, "emails": emails}})),
    ];
    (proptest::sample::select(&["add", "replace", "remove"][..]), target).prop_map(|(op, mut operation)| {
        operation["op"] = json!(op);
        if op == "remove" {
            operation.as_object_mut().expect("an object").shift_remove("value");
        }
        operation
    })
}

/// Operations on a group's members: who is one, by index of the user, and how it is said.
fn membership() -> impl Strategy<Value = (u8, Vec<usize>)> {
    (0..4_u8, proptest::collection::vec(0..5_usize, 0..4))
}

/// The resource but for what a change sets beside what was asked for.
fn asked(mut resource: Value) -> Value {
    if let Some(parts) = resource.as_object_mut() {
        parts.retain(|name, _| !matches!(name.as_str(), "meta" | "password"));
    }
    // Members are a set, and are shown with more than was sent: who is one is what counts.
    if let Some(members) = resource.get_mut("members").and_then(Value::as_array_mut) {
        members.iter_mut().for_each(|member| *member = member["value"].take());
        members.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    }
    resource
}

/// Sends a PATCH and holds what is there afterwards against what the protocol makes of what was there before.
fn patch_and_get(
    service: &Service,
    path: &str,
    record: usize,
    operations: &[Value],
) -> Result<(), TestCaseError> {
    let before = service.get(path);
    service.engine.advance(DEFAULT_SANDBOX, 1000);
    let (body, reply) = service.patch(path, operations);
    let after = service.get(path);
    let (kind, leniency) = (&service.profile.records[record], &service.api().leniency);
    let mut expected = before.clone();
    let applied = Patch::parse(&body, leniency)
        .and_then(|patch| patch.apply(&kind.scim_schema, &mut expected, leniency));
    // What is removed and has a default has that again.
    expected.as_object_mut().into_iter().for_each(|expected| law::assume(kind, expected));
    match applied {
        // A vendor may have rules of its own, but never fewer.
        Ok(_) if reply.status.is_success() => {
            prop_assert_eq!(asked(after.clone()), asked(expected), "{}", body);
            let is_same =
                asked(before.clone()) == asked(after.clone()) && !body.to_string().contains("password");
            let times = |resource: &Value| resource["meta"]["lastModified"].clone();
            prop_assert!(
                !is_same || times(&before) == times(&after),
                "{} changed nothing but the time",
                body
            );
        }
        Ok(_) | Err(_) => {
            prop_assert!(reply.status.is_client_error(), "{} for {}", reply.status, body);
            prop_assert_eq!(before, after, "{}", body);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_patch_leaves_is_what_the_protocol_makes_of_what_was_there(
        patches in proptest::collection::vec(proptest::collection::vec(operation(), 1..4), 1..4),
        memberships in proptest::collection::vec(membership(), 1..4),
    ) {
        let mut services = Service::all(Does::Patch);
        services.retain(Service::keeps_all);
        assert!(!services.is_empty(), "no vendor keeps everything");
        for service in services {
            let users = service.ids("/Users");
            let path = format!("/Users/{}", users[0]);
            let record = |of: &str| service.api().resources.iter().find(|one| one.name == of).map(|one| one.record);
            for operations in &patches {
                patch_and_get(&service, &path, record("Users").expect("users"), operations)?;
            }
            let path = format!("/Groups/{}", service.ids("/Groups")[0]);
            for (how, who) in &memberships {
                let members: Vec<Value> = who.iter().map(|nth| json!({"value": users[*nth]})).collect();
                let operation = match how {
                    0 => json!({"op": "add", "path": "members", "value": members}),
                    1 => json!({"op": "replace", "path": "members", "value": members}),
                    2 => json!({"op": "add", "value": {"members": members, "displayName": "Others"}}),
                    _ => json!({"op": "remove", "path": format!("members[value eq \"{}\"]", users[who.len()])}),
                };
                patch_and_get(&service, &path, record("Groups").expect("groups"), &[operation])?;
            }
        }
    }

    #[test]
    fn a_patch_that_fails_at_its_end_leaves_everything_as_it_was(
        mut operations in proptest::collection::vec(operation(), 0..4),
        flaw in 0..4_usize,
    ) {
        for service in Service::all(Does::Patch) {
            let [one, other] = [0, 1].map(|nth| service.ids("/Users")[nth].clone());
            let path = format!("/Users/{one}");
            let taken = service.get(&format!("/Users/{other}"))["userName"].clone();
            operations.push(match flaw {
                0 => json!({"op": "replace", "path": "userName", "value": taken}),
                1 => json!({"op": "replace", "path": "active", "value": {"a": "b"}}),
                2 => json!({"op": "add", "path": "emails[type", "value": "x"}),
                _ => json!({"op": "transmute", "path": "title", "value": "x"}),
            });
            let seen = |of: &str| service.ask("GET", of, &Value::Null).body;
            let before = [&*path, "/Users", "/Groups"].map(seen);
            service.engine.advance(DEFAULT_SANDBOX, 1000);
            let (body, reply) = service.patch(&path, &operations);
            prop_assert!(reply.status.is_client_error(), "{}: {} for {}", service.base, reply.status, body);
            prop_assert!(before == [&*path, "/Users", "/Groups"].map(seen), "{}: {body} changed something", service.base);
            operations.pop();
        }
    }

    #[test]
    fn no_wish_brings_a_password_out(
        wishes in proptest::collection::vec(
            proptest::sample::select(&[
                "password", "PASSWORD", "urn:ietf:params:scim:schemas:core:2.0:User:password", "userName", "name.givenName",
                "emails", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "id", "nobody",
            ][..]),
            0..4,
        ),
        parameter in proptest::sample::select(&["attributes", "excludedAttributes"][..]),
    ) {
        const SECRET: &str = "kestrel-at-dusk";
        for service in Service::all(Does::Create) {
            let wish = format!("?{parameter}={}", wishes.join(","));
            let mut user = service.newcomer(0);
            user["password"] = json!(SECRET);
            let made = service.ask("POST", &format!("/Users{wish}"), &user);
            let id = json(&made)["id"].as_str().unwrap_or_default().to_owned();
            let patch = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{"op": "replace", "path": "password", "value": SECRET}, {"op": "add", "path": "title", "value": "T"}],
            });
            let filtered = format!("/Users{wish}&filter=password%20sw%20%22k%22");
            let one = format!("/Users/{id}{wish}");
            let replies = [
                service.ask("PATCH", &one, &patch), service.ask("PUT", &one, &user), service.ask("GET", &one, &Value::Null),
                service.ask("GET", &format!("/Users{wish}"), &Value::Null), service.ask("GET", &filtered, &Value::Null), made,
            ];
            for reply in &replies {
                let text = String::from_utf8_lossy(&reply.body);
                prop_assert!(!text.contains(SECRET), "{}{one}: {text}", service.base);
            }
            prop_assert!(replies[5].status == StatusCode::CREATED, "{}: {:?}", service.base, replies[5]);
        }
    }
}
