//! A client of any vendor, as a small program: it reads all users, takes some in, changes some, and lets some go. Each of
//! its manners can be taken away.

use std::cell::RefCell;

use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use standin::call::{Ending as Wire, Reply};
use standin::chaos::{Commit, Ending, Respond, Rule, What, When, Where};
use standin::engine::{DEFAULT_SANDBOX, Engine, Setup};

use crate::engine::{PROFILES, call, json as body_of};

/// When the clock begins to stand, in milliseconds since 1970.
pub(super) const START_MS: i64 = 1_800_000_000_000;

/// Who joins.
const CREATES: &str = "new.joiner@example.com";

/// What a client can have of good manners.
#[derive(Debug, Clone)]
pub(super) struct Manners {
    pub(super) reads_retry_after: bool,
    pub(super) backs_off: bool,
    pub(super) tries_max: usize,
    pub(super) drops_dead_tokens: bool,
    pub(super) reads_on: bool,
    pub(super) asks_for: usize,
    pub(super) believes_the_page: bool,
    pub(super) comes_back_to_conflicts: bool,
    pub(super) looks_before_repeating: bool,
    pub(super) compares: bool,
    pub(super) deactivates: bool,
    pub(super) token_in_query: bool,
}

pub(super) const GOOD: Manners = Manners {
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
pub(super) struct Surface {
    pub(super) vendor: &'static str,
    pub(super) credential: &'static str,
    pub(super) users: &'static str,
    pub(super) is_scim: bool,
    /// An attribute that can be filtered by in another way than the vendor processes, where it ignores that.
    pub(super) ignores: Option<&'static str>,
}

pub(super) const REST: Surface = Surface {
    vendor: "cofense",
    credential: "api",
    users: "/cofense/v2/users",
    is_scim: false,
    ignores: None,
};
pub(super) const SCIM: Surface = Surface {
    vendor: "scim",
    credential: "scim",
    users: "/scim/scim/v2/Users",
    is_scim: true,
    ignores: None,
};
pub(super) const IGNORING: Surface = Surface {
    vendor: "coginiti",
    credential: "scim",
    users: "/coginiti/api/v1/scim/v2/Users",
    is_scim: true,
    ignores: Some("displayName"),
};
pub(super) const DELETING: Surface = Surface {
    vendor: "cosafe",
    credential: "scim",
    users: "/cosafe/core/v1/scim/v2/Users",
    is_scim: true,
    ignores: None,
};
pub(super) const UNPAGED: Surface = Surface {
    vendor: "cognism",
    credential: "scim",
    users: "/cognism/scim/v2/acme/Users",
    is_scim: true,
    ignores: None,
};
pub(super) const SURFACES: [Surface; 5] = [REST, SCIM, IGNORING, DELETING, UNPAGED];

/// A client at work.
pub(super) struct Client<'e> {
    pub(super) engine: &'e Engine,
    pub(super) at: Surface,
    pub(super) has: Manners,
    pub(super) token: RefCell<String>,
    /// The token in force, where the client would have to look for it.
    pub(super) current: RefCell<String>,
}

pub(super) fn engine() -> Engine {
    let mut setup = Setup::new(PROFILES.clone());
    (setup.recipients, setup.clock_ms) = (250, Some(START_MS));
    Engine::start(setup).expect("an engine that starts")
}

impl<'e> Client<'e> {
    pub(super) fn new(engine: &'e Engine, at: Surface, has: Manners) -> Self {
        let token = format!("{}-{}-token", at.vendor, at.credential);
        let (token, current) = (RefCell::new(token.clone()), RefCell::new(token));
        Self { engine, at, has, token, current }
    }

    fn wait(&self, ms: i64) {
        self.engine.advance(DEFAULT_SANDBOX, ms);
    }

    /// One exchange; `None` where no answer comes.
    pub(super) fn send(&self, method: &str, target: &str, body: &str) -> Option<Reply> {
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
    pub(super) fn call(&self, method: &str, target: &str, body: &str) -> Option<Reply> {
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
    pub(super) fn read_all(&self) -> Vec<Value> {
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

    pub(super) fn find(&self, email: &str) -> Option<Value> {
        let target = match self.at.is_scim {
            true => format!("{}?filter=userName+eq+%22{email}%22", self.at.users),
            false => format!("{}?email={email}", self.at.users),
        };
        self.items(&body_of(&self.call("GET", &target, "")?)).into_iter().next()
    }

    pub(super) fn user(&self, email: &str) -> String {
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
    pub(super) fn work(&self) {
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
    pub(super) fn change_token(&self) {
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
pub(super) fn arm(engine: &Engine, at: Surface) {
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
