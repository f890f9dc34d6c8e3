//! The report on clients: small programs of this file, against the engine in one process. Its clock stands still but for
//! what they wait, so that each run is the same.

use std::cell::RefCell;
use std::collections::BTreeSet;

use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use standin::call::{Ending as Wire, Reply};
use standin::chaos::{Commit, Ending, Respond, Rule, What, When, Where};
use standin::engine::{DEFAULT_SANDBOX, Engine, Setup, Wish};
use standin::report::{Conduct, Ended, Report};

use crate::engine::{PROFILES, call, json as body_of};

const START_MS: i64 = 1_800_000_000_000;
const CREATES: &str = "new.joiner@example.com";

/// What a client can have of good manners.
#[derive(Debug, Clone)]
struct Manners {
    reads_retry_after: bool,
    backs_off: bool,
    tries_max: usize,
    drops_dead_tokens: bool,
    reads_on: bool,
    asks_for: usize,
    believes_the_page: bool,
    comes_back_to_conflicts: bool,
    looks_before_repeating: bool,
    compares: bool,
    deactivates: bool,
    token_in_query: bool,
}

const GOOD: Manners = Manners {
    reads_retry_after: true,
    backs_off: true,
    tries_max: 6,
    drops_dead_tokens: true,
    reads_on: true,
    asks_for: 100,
    believes_the_page: false,
    comes_back_to_conflicts: true,
    looks_before_repeating: true,
    compares: true,
    deactivates: true,
    token_in_query: false,
};

/// A vendor's surface, in its own words.
#[derive(Debug, Clone, Copy)]
struct Surface {
    vendor: &'static str,
    credential: &'static str,
    users: &'static str,
    is_scim: bool,
    /// An attribute that can be filtered by in another way than the vendor processes, where it ignores that.
    ignores: Option<&'static str>,
}

const REST: Surface = Surface {
    vendor: "cofense",
    credential: "api",
    users: "/cofense/v2/users",
    is_scim: false,
    ignores: None,
};
const SCIM: Surface = Surface {
    vendor: "scim",
    credential: "scim",
    users: "/scim/scim/v2/Users",
    is_scim: true,
    ignores: None,
};
const IGNORING: Surface = Surface {
    vendor: "coginiti",
    credential: "scim",
    users: "/coginiti/api/v1/scim/v2/Users",
    is_scim: true,
    ignores: Some("displayName"),
};
const DELETING: Surface = Surface {
    vendor: "cosafe",
    credential: "scim",
    users: "/cosafe/core/v1/scim/v2/Users",
    is_scim: true,
    ignores: None,
};
const UNPAGED: Surface = Surface {
    vendor: "cognism",
    credential: "scim",
    users: "/cognism/scim/v2/acme/Users",
    is_scim: true,
    ignores: None,
};
const SURFACES: [Surface; 5] = [REST, SCIM, IGNORING, DELETING, UNPAGED];

/// A client at work.
struct Client<'e> {
    engine: &'e Engine,
    at: Surface,
    has: Manners,
    token: RefCell<String>,
    /// The token in force, where the client would have to look for it.
    current: RefCell<String>,
}

fn engine() -> Engine {
    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.clock_ms) = (250, Some(START_MS));
    Engine::start(setup).expect("an engine that starts")
}

impl<'e> Client<'e> {
    fn new(engine: &'e Engine, at: Surface, has: Manners) -> Self {
        let token = format!("{}-{}-token", at.vendor, at.credential);
        let (token, current) = (RefCell::new(token.clone()), RefCell::new(token));
        Self { engine, at, has, token, current }
    }

    fn wait(&self, ms: i64) {
        self.engine.advance(DEFAULT_SANDBOX, ms);
    }

    /// One exchange; `None` where no answer comes.
    fn send(&self, method: &str, target: &str, body: &str) -> Option<Reply> {
        // As long as a call takes.
        self.wait(2);
        let token = self.token.borrow();
        let query = if target.contains('?') { '&' } else { '?' };
        let target = if self.has.token_in_query {
            format!("{target}{query}access_token={token}")
        } else {
            target.to_owned()
        };
        let reply = self.engine.answer(&call(method, &target, &token, body));
        let ending = reply.delivery.as_ref().map_or(Wire::Whole, |delivery| delivery.ending);
        (ending == Wire::Whole).then_some(reply)
    }

    /// A call, tried until it is answered or given up.
    fn call(&self, method: &str, target: &str, body: &str) -> Option<Reply> {
        let mut is_first_of_token = true;
        for tries in 0..self.has.tries_max {
            let reply = self.send(method, target, body);
            let status = reply.as_ref().map_or(0, |reply| reply.status.as_u16());
            match status {
                401 if is_first_of_token => {
                    is_first_of_token = false;
                    if self.has.drops_dead_tokens {
                        self.token.replace(self.current.borrow().clone());
                    }
                    continue;
                }
                // What it still does not know, somebody tells it in the end.
                401 => {
                    self.token.replace(self.current.borrow().clone());
                    continue;
                }
                429 | 500.. => {}
                0 if method != "POST" => {}
                0 => return None,
                _ => return reply,
            }
            let told = reply.as_ref().and_then(|reply| reply.headers.get("retry-after"));
            let told: Option<i64> = told.and_then(|told| told.to_str().ok()?.parse().ok());
            match told {
                Some(seconds) if self.has.reads_retry_after => self.wait(seconds * 1000),
                // It backs off in its own way, and too early.
                Some(_) => self.wait(200 << tries),
                None if self.has.backs_off => self.wait(100 << tries),
                None => self.wait(0),
            }
        }
        None
    }

    fn items(&self, page: &Value) -> Vec<Value> {
        let name = if self.at.is_scim { "Resources" } else { "users" };
        page[name].as_array().cloned().unwrap_or_default()
    }

    /// All users.
    fn read_all(&self) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        for page in 1.. {
            let size = self.has.asks_for;
            let from = if self.has.believes_the_page { (page - 1) * size } else { all.len() };
            let target = match self.at.is_scim {
                true => format!("{}?startIndex={}&count={size}", self.at.users, from + 1),
                false => format!("{}?page={page}&per_page={size}", self.at.users),
            };
            let Some(reply) = self.call("GET", &target, "") else { break };
            let value = body_of(&reply);
            let items = self.items(&value);
            let total = value[if self.at.is_scim { "totalResults" } else { "total" }].as_u64().unwrap_or(0);
            let is_over = items.is_empty() || items.len() < size && self.has.believes_the_page;
            all.extend(items);
            if is_over || !self.has.reads_on || all.len() as u64 >= total {
                break;
            }
        }
        all
    }

    fn find(&self, email: &str) -> Option<Value> {
        let target = match self.at.is_scim {
            true => format!("{}?filter=userName+eq+%22{email}%22", self.at.users),
            false => format!("{}?email={email}", self.at.users),
        };
        self.items(&body_of(&self.call("GET", &target, "")?)).into_iter().next()
    }

    fn user(&self, email: &str) -> String {
        let user = match self.at.is_scim {
            true => json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": email, "displayName": "New Joiner", "active": true,
            }),
            false => json!({"email": email, "firstName": "New", "lastName": "Joiner"}),
        };
        user.to_string()
    }

    /// Takes a user in, once.
    fn create(&self, email: &str) {
        let user = self.user(email);
        let reply = self.call("POST", self.at.users, &user).or_else(|| {
            if self.has.looks_before_repeating && self.find(email).is_some() {
                return None;
            }
            self.call("POST", self.at.users, &user)
        });
        if reply.is_some_and(|reply| reply.status == 409) && self.has.comes_back_to_conflicts {
            let found = self.find(email).expect("who is there already");
            self.replace(&found);
        }
    }

    fn replace(&self, user: &Value) {
        let id = user["id"].as_str().expect("an id");
        self.call("PUT", &format!("{}/{id}", self.at.users), &user.to_string());
    }

    /// Looks for somebody in a way that the vendor may ignore, and gives them a title.
    fn promote(&self, attribute: &str, value: &str) {
        let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let target = format!("{}?filter={attribute}+eq+%22{value}%22", self.at.users);
        let Some(reply) = self.call("GET", &target, "") else { return };
        let items = self.items(&body_of(&reply));
        let value = value.replace('+', " ");
        let mut found =
            items.into_iter().filter(|user| !self.has.compares || user[attribute] == value.as_str());
        if let Some(user) = found.next() {
            self.replace(&user);
        }
    }

    fn leave(&self, user: &Value) {
        let target = format!("{}/{}", self.at.users, user["id"].as_str().expect("an id"));
        match (self.has.deactivates, self.at.is_scim) {
            (false, _) => drop(self.call("DELETE", &target, "")),
            (true, false) => drop(self.call("PUT", &target, r#"{"active":false}"#)),
            (true, true) => {
                let mut user = user.clone();
                user["active"] = json!(false);
                self.replace(&user);
            }
        }
    }

    /// A day's work.
    fn work(&self) {
        let all = self.read_all();
        let id = all[3]["id"].as_str().expect("an id");
        self.call("GET", &format!("{}/{id}", self.at.users), "");
        self.create(CREATES);
        let mail = if self.at.is_scim { "userName" } else { "email" };
        self.create(all[5][mail].as_str().expect("a mail"));
        if let Some(attribute) = self.at.ignores {
            self.promote(attribute, all[7][attribute].as_str().expect("a name"));
        }
        self.change_token();
        self.leave(&all[9]);
        self.leave(&all[11]);
    }

    /// The vendor's staff replaces the token.
    fn change_token(&self) {
        let sandbox = self.engine.sandbox(DEFAULT_SANDBOX).expect("it");
        let wish = self.engine.wish(&sandbox, self.at.vendor, self.at.credential, "acme").expect("a wish");
        let known = self.engine.credentials(&sandbox, wish.vendor);
        let is_it = |owner: &standin::vault::Owner| {
            (owner.credential, owner.organization) == (wish.credential, wish.organization)
        };
        let number = known.iter().find(|one| is_it(&one.owner)).expect("a token").number;
        let minted = self.engine.rotate(&sandbox, wish.vendor, number).expect("a newer one");
        // Where the old one lives on for a while, that is over.
        let _ = self.engine.revoke(&sandbox, wish.vendor, number);
        self.current.replace(minted.token);
    }
}

/// A day on which much goes wrong: a 429 with Retry-After, an outage, a lost answer.
fn arm(engine: &Engine, at: Surface) {
    let place = |methods: &[Method], path: &str| Where {
        vendor: Some(at.vendor.to_owned()),
        methods: methods.to_vec(),
        path: Some(path.to_owned()),
        ..Where::default()
    };
    let first = |first| When { first: Some(first), ..When::default() };
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", HeaderValue::from_static("5"));
    let limited = Respond { status: Some(429), headers, ..Respond::default() };
    let outage = Respond { status: Some(503), ..Respond::default() };
    let lost = What { ending: Some(Ending::Reset), commit: Some(Commit::Never), ..What::default() };
    let rule =
        |name: &str, place, when, what| Rule { name: name.to_owned(), place, when, what, ..Rule::default() };
    let rules = vec![
        rule(
            "limited",
            place(&[Method::GET], "**sers"),
            first(1),
            What { respond: Some(limited), ..What::default() },
        ),
        rule(
            "outage",
            place(&[Method::GET], "**sers/*"),
            first(15),
            What { respond: Some(outage), ..What::default() },
        ),
        rule("lost", place(&[Method::POST], "**sers"), first(1), lost),
    ];
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it");
    engine.arm(&sandbox, rules).expect("rules");
}

/// The report on a client that does its day's work.
fn report_on(at: Surface, has: &Manners) -> Report {
    let engine = engine();
    arm(&engine, at);
    Client::new(&engine, at, has.clone()).work();
    engine.report(&*engine.sandbox(DEFAULT_SANDBOX).expect("it"))
}

fn words(report: &Report, ended: Ended) -> BTreeSet<&'static str> {
    let verdicts = report.clients.iter().flat_map(|client| &client.verdicts);
    verdicts.filter(|verdict| verdict.ended == ended).map(|verdict| verdict.conduct.as_str()).collect()
}

/// What a report says, to be read where a test fails.
fn said(report: &Report) -> String {
    let verdicts = report.clients.iter().flat_map(|client| &client.verdicts);
    let lines = verdicts.map(|verdict| {
        let events = report.timeline.iter();
        let of_it = |id: &String| {
            let event = events.clone().find(|event| event.request_id.as_ref() == Some(id));
            event.map_or_else(String::new, |event| event.says.clone())
        };
        let calls: Vec<String> = verdict.evidence.iter().map(of_it).collect();
        format!("{} {}: {} {calls:?}", verdict.conduct.as_str(), verdict.ended.as_str(), verdict.says)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_client_that_behaves_well_fails_nothing_at_any_vendor() {
    for at in SURFACES {
        let report = report_on(at, &GOOD);
        assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}\n{}", at.vendor, said(&report));
        assert_eq!(report.clients.len(), 1, "{}", at.vendor);
        let mut kept = vec![
            Conduct::WaitsAsTold,
            Conduct::BacksOff,
            Conduct::BoundsRetries,
            Conduct::DropsDeadTokens,
            Conduct::SurvivesConflicts,
            Conduct::LooksBeforeRepeating,
            Conduct::KeepsSecretsOutOfUrls,
        ];
        kept.extend((at.vendor != "cognism").then_some(Conduct::ReadsEveryPage));
        kept.extend(at.ignores.map(|_| Conduct::ChecksMatches));
        kept.extend((!at.is_scim).then_some(Conduct::Deactivates));
        let kept: BTreeSet<_> = kept.into_iter().map(Conduct::as_str).collect();
        assert_eq!(words(&report, Ended::Pass), kept, "{}\n{}", at.vendor, said(&report));
    }
}

/// Each sinner fails by its own sin and no other.
fn check(at: Surface, has: &Manners, sin: Conduct) {
    let report = report_on(at, has);
    let failed = words(&report, Ended::Fail);
    assert_eq!(failed, BTreeSet::from([sin.as_str()]), "{} {has:?}\n{}", at.vendor, said(&report));
    for (_, verdict) in report.failed() {
        assert!(!verdict.evidence.is_empty() && verdict.count > 0, "{verdict:?}");
        let known = |id: &String| report.timeline.iter().any(|event| event.request_id.as_ref() == Some(id));
        assert!(verdict.evidence.iter().all(known), "{verdict:?}");
    }
}

fn check_all(has: &Manners, sin: Conduct) {
    [REST, SCIM, IGNORING, DELETING].into_iter().for_each(|at| check(at, has, sin));
}

#[test]
fn who_ignores_retry_after_did_not_wait_as_told() {
    check_all(&Manners { reads_retry_after: false, ..GOOD }, Conduct::WaitsAsTold);
}

#[test]
fn who_tries_again_at_once_did_not_back_off() {
    check_all(&Manners { backs_off: false, ..GOOD }, Conduct::BacksOff);
}

#[test]
fn who_tries_for_ever_bounds_no_retries() {
    check_all(&Manners { tries_max: 14, ..GOOD }, Conduct::BoundsRetries);
}

#[test]
fn who_comes_again_with_the_token_does_not_drop_it() {
    check_all(&Manners { drops_dead_tokens: false, ..GOOD }, Conduct::DropsDeadTokens);
}

#[test]
fn who_stops_at_page_one_does_not_read_every_page() {
    check_all(&Manners { reads_on: false, ..GOOD }, Conduct::ReadsEveryPage);
}

#[test]
fn who_asks_for_too_many_and_believes_the_answer_heeds_no_caps() {
    let engine_wide = |at: Surface| {
        // A cap of its own: what the vendors' profiles allow is more than there are.
        let engine = engine();
        let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it");
        let place = Where { vendor: Some(at.vendor.to_owned()), ..Where::default() };
        let what = What { page_items_max: Some(40), ..What::default() };
        let rule = Rule { name: "cap".to_owned(), place, what, ..Rule::default() };
        engine.arm(&sandbox, vec![rule]).expect("a rule");
        engine
    };
    for at in [REST, SCIM, IGNORING, DELETING] {
        let engine = engine_wide(at);
        let has = Manners { asks_for: 5_000, believes_the_page: true, ..GOOD };
        let read = Client::new(&engine, at, has).read_all();
        assert_eq!(read.len(), 40);
        let report = engine.report(&*engine.sandbox(DEFAULT_SANDBOX).expect("it"));
        assert_eq!(words(&report, Ended::Fail), BTreeSet::from(["heeds_page_caps"]), "{}", said(&report));

        // Whoever goes on by what came has everything, and heeded the cap.
        let engine = engine_wide(at);
        let has = Manners { asks_for: 5_000, ..GOOD };
        let read = Client::new(&engine, at, has).read_all();
        assert!(read.len() >= 249, "{}", read.len());
        let report = engine.report(&*engine.sandbox(DEFAULT_SANDBOX).expect("it"));
        assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}", said(&report));
        assert!(words(&report, Ended::Pass).contains("heeds_page_caps"), "{}", said(&report));
    }
}

#[test]
fn who_gives_up_on_a_conflict_does_not_survive_it() {
    check_all(&Manners { comes_back_to_conflicts: false, ..GOOD }, Conduct::SurvivesConflicts);
}

#[test]
fn who_repeats_a_lost_create_without_a_look_did_not_look() {
    check_all(&Manners { looks_before_repeating: false, ..GOOD }, Conduct::LooksBeforeRepeating);
}

#[test]
fn who_takes_the_first_of_all_results_checks_no_matches() {
    check(IGNORING, &Manners { compares: false, ..GOOD }, Conduct::ChecksMatches);
}

#[test]
fn who_deletes_where_history_matters_does_not_deactivate() {
    check(REST, &Manners { deactivates: false, ..GOOD }, Conduct::Deactivates);
    // Where nobody says that it matters, nobody is blamed.
    for at in [SCIM, IGNORING, DELETING] {
        let report = report_on(at, &Manners { deactivates: false, ..GOOD });
        assert_eq!(words(&report, Ended::Fail), BTreeSet::new(), "{}", said(&report));
    }
}

#[test]
fn who_puts_the_token_into_the_query_puts_secrets_into_urls() {
    check_all(&Manners { token_in_query: true, ..GOOD }, Conduct::KeepsSecretsOutOfUrls);
}

#[test]
fn a_key_that_the_vendor_wants_in_the_url_is_nobodys_sin() {
    let engine = engine();
    let reply =
        engine.answer(&call("GET", "/rookery/feed/acme/faces?display_key=rookery-display-token", "", ""));
    let report = engine.report(&*engine.sandbox(DEFAULT_SANDBOX).expect("it"));
    let verdicts = &report.clients[0].verdicts;
    let verdict = verdicts.iter().find(|one| one.conduct == Conduct::KeepsSecretsOutOfUrls).expect("one");
    assert_eq!(verdict.ended, Ended::NotMet, "{} {verdict:?}", reply.status);
}

/// Asks so many tokens of a token endpoint, each after such a part of the life of the one before.
fn tokens(count: usize, after_ms: i64) -> Ended {
    let engine = engine();
    let body =
        "grant_type=client_credentials&client_id=cofense-vision-client&client_secret=cofense-vision-secret";
    for _ in 0..count {
        let mut asked = call("POST", "/cofense/vision/oauth/token", "", body);
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        asked.headers.insert("content-type", form);
        let reply = engine.answer(&asked);
        assert_eq!(reply.status, 200, "{:?}", body_of(&reply));
        engine.advance(DEFAULT_SANDBOX, after_ms);
    }
    let report = engine.report(&*engine.sandbox(DEFAULT_SANDBOX).expect("it"));
    assert_eq!(report.clients.len(), 1);
    let verdicts = &report.clients[0].verdicts;
    verdicts.iter().find(|one| one.conduct == Conduct::ReusesTokens).expect("one").ended
}

#[test]
fn who_asks_a_token_for_each_call_reuses_none() {
    assert_eq!(tokens(10, 5), Ended::Fail);
    assert_eq!(tokens(10, 3_500_000), Ended::Pass);
    assert_eq!(tokens(3, 5), Ended::Pass);
}

#[test]
fn one_journal_gives_one_report_and_one_seed_the_same_again() {
    for at in SURFACES {
        let engine = engine();
        arm(&engine, at);
        let has = Manners { backs_off: false, compares: false, drops_dead_tokens: false, ..GOOD };
        Client::new(&engine, at, has.clone()).work();
        let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it");
        let report = engine.report(&sandbox);
        assert_eq!(report, engine.report(&sandbox));
        assert_eq!(report, report_on(at, &has));
    }
}

#[test]
fn what_changes_the_world_is_on_the_timeline_without_secrets() {
    let engine = engine();
    let client = Client::new(&engine, REST, GOOD);
    client.change_token();
    let sandbox = engine.sandbox(DEFAULT_SANDBOX).expect("it");
    engine
        .set(
            &sandbox,
            0,
            &standin::engine::Settings { plan: Some("essentials".to_owned()), ..Default::default() },
        )
        .expect("a plan");
    let wish: Wish = engine.wish(&sandbox, "cofense", "scim", "acme").expect("a wish");
    engine.issue(&sandbox, &wish).expect("a credential");
    let report = engine.report(&sandbox);
    let says: Vec<&str> = report.timeline.iter().map(|event| event.says.as_str()).collect();
    assert!(says.len() >= 4, "{says:?}");
    assert!(says.iter().any(|says| says.contains("plan essentials")), "{says:?}");
    assert!(says.iter().all(|says| !says.contains("cofense-api-token")), "{says:?}");
    assert!(says.iter().all(|says| !says.contains(&*client.current.borrow())), "{says:?}");
}
