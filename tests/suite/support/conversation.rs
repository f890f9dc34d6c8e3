//! Conversations: calls and replies as text files, played against an engine in this process and compared whole.
//!
//! A line begins with what it is:
//!
//! | line | is |
//! |---|---|
//! | `# …` | a comment; the first says the rule |
//! | `@ set VENDOR.NAME=VALUE` | before the first call: a variant, plan or prerequisite |
//! | `@ recipients N`, `@ groups N` | before the first call: the size of the world (else 250 and 8) |
//! | `@ advance 61s` | the clock of the sandbox moves |
//! | `@ force VENDOR FAULT` | the next call to the vendor ends in this fault |
//! | `@ chaos RULE`, `@ chaos NAME`, `@ chaos off` | a chaos rule (YAML on one line) or a ready-made set comes into force; all go |
//! | `@ issue NAME VENDOR CREDENTIAL ORGANIZATION [SCOPE…]` | a new token, for `$NAME` in later calls; without scopes it has all |
//! | `@ act VENDOR ORGANIZATION ACTION [NAME=VALUE…]` | something is done in the vendor's console: what it gives in `= …`, each of it for `$NAME` (`$token`, `$base_url`) in later calls, and the facts behind it; or why it is refused |
//! | `@ plan VENDOR ORGANIZATION PLAN` | the organization is on another plan from now on |
//! | `@ keep NAME PATH` | a value of the last JSON body, for `$NAME` in later calls; items of lists by number |
//! | `@ control-token T`, `@ control-host H` | before the first call: who may call the control API |
//! | `@ from ADDRESS` | later calls come from this client address |
//! | `@ limits VENDOR on`, `@ limits VENDOR off` | the vendor's rate limits are put in force, or lifted |
//! | `@ limits VENDOR` | how they stand: every bucket, in `= …` |
//! | `@ remaining VENDOR LIMIT N [KEY]` | so many calls are left, to all or to one |
//! | `@ rate VENDOR LIMIT N [per DURATION]` | the limit has another rate |
//! | `@ inspect VENDOR ORGANIZATION RECORD VALUE` | what the vendor's own staff sees; the answer follows in `= …` |
//! | `@ show VENDOR SETTING` | a setting as declared, in `= …`, and the facts that fix it, in `* …` |
//! | `> …` | a call: method and path, header fields, an empty `>` and the body; below `/_standin` to the control API |
//! | `< …` | the reply: status, every header field, body (JSON laid out) |
//! | `<< …` | how the reply leaves: late, cut short, not at all; what does not leave is not shown |
//! | `% …` | a chaos rule that struck, the how-many-th call of those it met, and what came of it |
//! | `* …` | the facts behind the reply |
//! | `! …` | an advisory that the call ran into |
//! | `~ …` | what the vendor did not look at |
//! | `? …` | a hint |
//!
//! Everything but the reply's `<`, `%`, `=`, `*`, `!`, `~` and `?` lines is written by hand; those are compared, and written by
//! `UPDATE_GOLDEN=1`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use standin::call::{Body, Call, Delivery, Ending, Reply};
use standin::chaos::read;
use standin::control::{Access, Desk, ROOT};
use standin::engine::{Engine, Setup};
use standin::fault::FaultName;
use standin::limit::{LimitSeen, Limiter};
use standin::notes::Notes;
use standin::profile::Library;
use standin::profile::diagnostic::render;
use standin::profile::grammar::duration_ms;
use standin::profile::model::Profile;
use standin::profile::overlay;
use standin::profile::source::Source;

/// 2026-01-01T00:00:00Z, the moment at which every conversation begins.
pub const START_MS: i64 = 1_767_225_600_000;

/// What fits into this length stays on one line.
const ONE_LINE_BYTES_MAX: usize = 100;

/// Plays a conversation: its text with what was really answered.
pub fn play(library: &Arc<Library>, text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.starts_with(['<', '%', '=', '*', '!', '~', '?'])).collect();
    let mut out = String::new();
    let mut stage = Stage {
        library,
        picks: Vec::new(),
        recipients: 250,
        groups: 8,
        access: Access::default(),
        desk: None,
        peer: None,
        kept: BTreeMap::new(),
        last: Value::Null,
    };
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        index += 1;
        if let Some(directive) = line.strip_prefix("@ ") {
            writeln!(out, "{line}").expect("a String takes every write");
            stage.direct(directive, &mut out);
        } else if line.starts_with('>') {
            let start = index - 1;
            while lines.get(index).is_some_and(|line| line.starts_with('>')) {
                index += 1;
            }
            for line in &lines[start..index] {
                writeln!(out, "{line}").expect("a String takes every write");
            }
            let call: Vec<String> = lines[start..index].iter().map(|line| stage.fill(line)).collect();
            stage.call(&call, &mut out);
        } else {
            writeln!(out, "{line}").expect("a String takes every write");
        }
    }
    out
}

struct Stage<'a> {
    library: &'a Arc<Library>,
    picks: Vec<(String, String, String)>,
    recipients: usize,
    groups: usize,
    access: Access,
    desk: Option<Desk>,
    peer: Option<IpAddr>,
    kept: BTreeMap<String, String>,
    last: Value,
}

impl Stage<'_> {
    fn engine(&mut self) -> &Engine {
        self.desk().engine()
    }

    fn desk(&mut self) -> &Desk {
        let (library, picks, access) = (self.library, &self.picks, &self.access);
        let (recipients, groups) = (self.recipients, self.groups);
        self.desk.get_or_insert_with(|| {
            let mut standing = picks.clone();
            let profiles = library.vendors().map(|vendor| {
                let of_it = picks.iter().filter(|(of, _, _)| of == vendor);
                let chosen: Vec<(String, String)> =
                    of_it.map(|(_, name, value)| (name.clone(), value.clone())).collect();
                let profile = library.profile(vendor, &chosen).expect("a profile without mistakes");
                standing.retain(|(of, name, _)| {
                    of != vendor || !profile.variants.iter().any(|variant| variant.name == *name)
                });
                Arc::new(profile)
            });
            let mut setup = Setup::new(profiles.collect());
            (setup.recipients, setup.groups, setup.clock_ms) = (recipients, groups, Some(START_MS));
            setup.standing = standing;
            setup.library = Some(Arc::clone(library));
            let engine = Engine::start(setup).expect("an engine that starts");
            Desk::new(Arc::new(engine), access.clone())
        })
    }

    fn fill(&self, line: &str) -> String {
        // Longer names first, so that `$id2` is not taken for `$id`.
        let mut names: Vec<&String> = self.kept.keys().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names
            .into_iter()
            .fold(line.to_owned(), |line, name| line.replace(&format!("${name}"), &self.kept[name]))
    }

    fn direct(&mut self, directive: &str, out: &mut String) {
        let directive = self.fill(directive);
        let words: Vec<&str> = directive.split_whitespace().collect();
        let before = || panic!("`@ {directive}` comes before the first call");
        match words[..] {
            ["set", pick] => {
                let (name, value) = pick.split_once('=').expect("VENDOR.NAME=VALUE");
                let (vendor, name) = name.split_once('.').expect("VENDOR.NAME=VALUE");
                if self.desk.is_some() {
                    before();
                }
                self.picks.push((vendor.to_owned(), name.to_owned(), value.to_owned()));
            }
            ["recipients", count] if self.desk.is_none() => {
                self.recipients = count.parse().expect("a number")
            }
            ["groups", count] if self.desk.is_none() => self.groups = count.parse().expect("a number"),
            ["advance", by] => {
                let by_ms = i64::try_from(duration_ms(by).expect("a duration")).expect("a short duration");
                self.engine().advance("default", by_ms);
            }
            ["force", vendor, fault] => {
                let fault = FaultName::parse(fault).expect("a fault");
                self.engine().force_next("default", vendor, fault);
            }
            ["chaos", ..] => self.chaos(directive["chaos".len()..].trim()),
            ["issue", name, vendor, credential, organization, ref scopes @ ..] => {
                let engine = self.engine();
                let sandbox = engine.sandbox("default").expect("the default sandbox");
                let wish = engine.wish(&sandbox, vendor, credential, organization);
                let mut wish = wish.expect("a vendor, its credential and an organization");
                let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
                wish.scopes = (!scopes.is_empty()).then_some(scopes);
                let token = engine.issue(&sandbox, &wish).expect("scopes of the credential").token;
                self.kept.insert(name.to_owned(), token);
            }
            ["act", vendor, organization, action, ref answers @ ..] => {
                self.act(vendor, organization, action, answers, out);
            }
            ["plan", vendor, organization, plan] => {
                let engine = self.engine();
                let sandbox = engine.sandbox("default").expect("the default sandbox");
                let index = engine.index_of(vendor).expect("a vendor");
                let staff = engine.staff(&sandbox, index, Some(organization)).expect("an organization");
                staff.vendor.set_standing(Some(staff.organization), "plan", plan).expect("a plan");
            }
            ["keep", name, path] => {
                let value = path.split('.').fold(&self.last, |value, step| match step.parse::<usize>() {
                    Ok(index) => &value[index],
                    Err(_) => &value[step],
                });
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                assert!(!value.is_null(), "`{path}` is nothing in the last body");
                self.kept.insert(name.to_owned(), text);
            }
            ["control-token", token] if self.desk.is_none() => self.access.token = Some(token.to_owned()),
            ["control-host", host] if self.desk.is_none() => self.access.hosts.push(host.to_owned()),
            ["from", address] => self.peer = Some(address.parse().expect("an address")),
            ["limits", vendor] => {
                let limits = self.limits(vendor, |limiter, now_ms| Ok(limiter.read(now_ms)));
                write_limits(&limits, out);
            }
            ["limits", vendor, word] => self.limits(vendor, |limiter, _| {
                limiter.enable(word == "on");
                Ok(())
            }),
            ["remaining", vendor, limit, left, ref key @ ..] => {
                let left = left.parse().expect("a number");
                let key = (!key.is_empty()).then(|| key.join(" "));
                self.limits(vendor, |limiter, now_ms| {
                    limiter.set_remaining(limit, key.as_deref(), left, now_ms)
                });
            }
            ["rate", vendor, limit, calls, ref per @ ..] => {
                let per_ms = per.last().map(|per| duration_ms(per).expect("a duration"));
                let calls = calls.parse().expect("a number");
                self.limits(vendor, |limiter, now_ms| limiter.set_rate(limit, calls, per_ms, now_ms));
            }
            ["inspect", vendor, organization, record, value] => {
                let seen = self.inspect(vendor, organization, record, value);
                writeln!(out, "= {seen}").expect("a String takes every write");
            }
            ["show", vendor, setting] => self.show(vendor, setting, out),
            _ => panic!("`@ {directive}` is no directive, or stands where it cannot"),
        }
    }

    fn chaos(&mut self, rule: &str) {
        let engine = self.engine();
        let sandbox = engine.sandbox("default").expect("the default sandbox");
        if rule == "off" {
            return engine.disarm_all(&sandbox);
        }
        let rule = if rule.starts_with('{') { rule.to_owned() } else { format!("{{use: {rule}}}") };
        let mut found = Vec::new();
        let rules = read::read_sent(&Source::new("rule", rule), Some(engine.profiles()), &mut found);
        let rules = rules.unwrap_or_else(|| panic!("{}", render(&found)));
        engine.arm(&sandbox, rules).expect("room for a rule");
    }

    fn limits<T>(&mut self, vendor: &str, work: impl FnOnce(&Limiter, i64) -> Result<T, String>) -> T {
        let engine = self.engine();
        let sandbox = engine.sandbox("default").expect("the default sandbox");
        let vendor = engine.index_of(vendor).expect("a vendor");
        engine.limits(&sandbox, vendor, work).unwrap_or_else(|refused| panic!("{}", refused.sentence()))
    }

    fn act(&mut self, vendor: &str, organization: &str, action: &str, answers: &[&str], out: &mut String) {
        let mut filled: Vec<(String, String)> = Vec::new();
        for word in answers {
            // A word without `=` belongs to the answer before it.
            match (word.split_once('='), filled.last_mut()) {
                (Some((name, value)), _) => filled.push((name.to_owned(), value.to_owned())),
                (None, Some((_, value))) => *value = format!("{value} {word}"),
                (None, None) => panic!("NAME=VALUE"),
            }
        }
        let filled = filled.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
        let engine = self.engine();
        let sandbox = engine.sandbox("default").expect("the default sandbox");
        let index = engine.index_of(vendor).expect("a vendor");
        let staff = engine.staff(&sandbox, index, Some(organization)).expect("an organization");
        let given = engine.act(&staff, action, &filled, "http://standin.test").map(|given| given.to_json());
        match given {
            Err(refused) => {
                writeln!(out, "= refused: {}", refused.sentence()).expect("a String takes every write");
            }
            Ok(given) => {
                for (name, value) in given.as_object().into_iter().flatten() {
                    let value = if name == "record" { &value["id"] } else { value };
                    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    self.kept.insert(name.clone(), text);
                }
                let mut told = given;
                // How many credentials there are is other vendors' doing too.
                told.as_object_mut().map(|told| told.remove("credential"));
                writeln!(out, "= {told}").expect("a String takes every write");
            }
        }
        let setting = format!("actions.{action}");
        let profile = self.profile(vendor);
        let facts = profile
            .facts
            .iter()
            .filter(|fact| fact.fixes.iter().any(|fixes| overlay::overlaps(fixes, &setting)));
        let facts: Vec<&str> = facts.map(|fact| fact.id.as_str()).collect();
        if !facts.is_empty() {
            writeln!(out, "* {}", facts.join(" ")).expect("a String takes every write");
        }
    }

    /// What the vendor's own staff sees that no api shows; null where nobody ever was.
    fn inspect(&mut self, vendor: &str, organization: &str, record: &str, value: &str) -> Value {
        let engine = self.engine();
        let sandbox = engine.sandbox("default").expect("the default sandbox");
        let index = engine.index_of(vendor).expect("a vendor");
        let staff = engine.staff(&sandbox, index, Some(organization)).expect("an organization");
        let Ok(seen) = staff.find(record, value) else { return Value::Null };
        let mut told = serde_json::Map::new();
        for name in ["gone", "active", "login", "vendor_data"] {
            told.insert(name.to_owned(), seen[name].clone());
        }
        Value::Object(told)
    }

    fn show(&mut self, vendor: &str, setting: &str, out: &mut String) {
        let profile = self.profile(vendor);
        let node = profile.tree.at(setting).unwrap_or_else(|| panic!("{vendor} has no {setting}"));
        let behind = |fixes: &String| overlay::overlaps(fixes, setting);
        writeln!(out, "= {}", node.to_json()).expect("a String takes every write");
        let facts = profile.facts.iter().filter(|fact| fact.fixes.iter().any(behind));
        let facts: Vec<&str> = facts.map(|fact| fact.id.as_str()).collect();
        writeln!(out, "* {}", facts.join(" ")).expect("a String takes every write");
    }

    fn profile(&mut self, vendor: &str) -> Arc<Profile> {
        let profiles = self.engine().profiles();
        Arc::clone(
            profiles
                .iter()
                .find(|profile| profile.vendor == vendor)
                .unwrap_or_else(|| panic!("no vendor {vendor}")),
        )
    }

    fn call(&mut self, lines: &[String], out: &mut String) {
        let call = Call { peer: self.peer, ..read_call(lines) };
        if call.path.starts_with(ROOT) {
            let reply = self.desk().answer(&call);
            self.last = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
            return write_reply(&reply, out);
        }
        let (mut reply, notes) = self.engine().answer_with_notes(&call);
        self.last = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
        // Every reply of a vendor carries its id.
        let id = reply.headers.remove("standin-request-id").expect("an id");
        assert_eq!(id.to_str().ok(), Some(notes.request_id.as_str()));
        write_left(&reply, &notes, out);
        if !notes.vendor.is_empty() {
            let profile = self.profile(&notes.vendor);
            write_notes(&profile, &notes, out);
        }
    }
}

fn read_call(lines: &[String]) -> Call {
    let mut lines =
        lines.iter().map(|line| line.strip_prefix("> ").or(line.strip_prefix('>')).unwrap_or_default());
    let (method, target) = lines.next().and_then(|line| line.split_once(' ')).expect("a method and a path");
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (target, None),
    };
    let mut headers = HeaderMap::new();
    let is_control = path.starts_with(ROOT);
    let mut host = if is_control { "localhost:8080" } else { "standin.test" }.to_owned();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').expect("NAME: VALUE");
        if name.eq_ignore_ascii_case("host") {
            value.trim().clone_into(&mut host);
            continue;
        }
        let name = HeaderName::try_from(name.to_ascii_lowercase()).expect("a header's name");
        headers.append(name, HeaderValue::from_str(value.trim()).expect("a header's value"));
    }
    let body = lines.collect::<Vec<_>>().join("\n");
    Call {
        method: Method::try_from(method).expect("a method"),
        host,
        path: path.to_owned(),
        query,
        headers,
        body: Body::Whole(Bytes::from(body)),
        listener_vendor: None,
        peer: None,
    }
}

/// A reply as it reaches the client, if it does.
fn write_left(reply: &Reply, notes: &Notes, out: &mut String) {
    let Delivery { delay_ms, ending, .. } = reply.delivery.as_deref().cloned().unwrap_or_default();
    if delay_ms > 0 {
        writeln!(out, "<< {delay_ms} ms later").expect("a String takes every write");
    }
    let ends = match ending {
        Ending::Whole => None,
        Ending::Reset => Some("the connection is reset".to_owned()),
        Ending::Close => Some("the connection is closed".to_owned()),
        Ending::Garbage => Some("what is no HTTP comes".to_owned()),
        Ending::Hang { at_most_ms } => Some(format!("nothing comes for {at_most_ms} ms")),
        Ending::Truncate { after_bytes } => Some(format!("cut short after {after_bytes} bytes")),
        Ending::Drip { bytes_per_second } => Some(format!("at {bytes_per_second} bytes a second")),
    };
    match ending {
        Ending::Whole
            if notes.chaos.as_ref().is_some_and(|struck| struck.ending == Some("malformed_json")) =>
        {
            assert!(serde_json::from_slice::<Value>(&reply.body).is_err(), "it is no JSON");
            write_head(reply, out);
            write_body(reply, out);
        }
        Ending::Whole | Ending::Truncate { .. } | Ending::Drip { .. } => write_reply(reply, out),
        Ending::Reset | Ending::Close | Ending::Garbage | Ending::Hang { .. } => {}
    }
    if let Some(ends) = ends {
        writeln!(out, "<< {ends}").expect("a String takes every write");
    }
    let Some(struck) = &notes.chaos else { return };
    // What `@ force` asked for stands in the line above.
    for strike in struck.strikes.iter().filter(|strike| !strike.rule.starts_with("next-")) {
        let drawn = strike.drawn.map_or_else(String::new, |drawn| format!(", drawn {drawn:.4}"));
        writeln!(out, "% {} {}{drawn}", strike.rule, strike.nth).expect("a String takes every write");
    }
    if let Some(status) = struck.lost_status {
        let took = if struck.is_committed { "took effect" } else { "came to nothing" };
        writeln!(out, "% the call {took}: the vendor's own reply was {status}")
            .expect("a String takes every write");
    }
}

/// Every reply is told whole, and claims to be JSON only when it is.
fn write_reply(reply: &Reply, out: &mut String) {
    write_head(reply, out);
    let claims_json = reply
        .headers
        .get("content-type")
        .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
    assert_eq!(
        claims_json,
        serde_json::from_slice::<Value>(&reply.body).is_ok(),
        "JSON is called JSON, and nothing else is"
    );
    write_body(reply, out);
}

fn write_head(reply: &Reply, out: &mut String) {
    writeln!(out, "< {}", reply.status.as_u16()).expect("a String takes every write");
    for (name, value) in &reply.headers {
        writeln!(out, "< {name}: {}", value.to_str().expect("a visible value"))
            .expect("a String takes every write");
    }
}

fn write_body(reply: &Reply, out: &mut String) {
    if reply.body.is_empty() {
        return;
    }
    writeln!(out, "<").expect("a String takes every write");
    let body = match serde_json::from_slice::<Value>(&reply.body) {
        Ok(value) => laid_out(&value, 0),
        Err(_) => String::from_utf8(reply.body.to_vec()).expect("UTF-8"),
    };
    for line in body.lines() {
        writeln!(out, "< {line}").expect("a String takes every write");
    }
}

/// A line for each bucket, with the seconds from the beginning of the conversation on until all of it is there again.
fn write_limits(limits: &[LimitSeen], out: &mut String) {
    for limit in limits {
        for bucket in &limit.buckets {
            let (name, key, remaining, of) = (&limit.name, &bucket.key, bucket.remaining, bucket.limit);
            let resets =
                bucket.resets_at_ms.map(|at_ms| format!(", all at {} s", (at_ms - START_MS) / 1_000));
            writeln!(out, "= {name} {key}: {remaining} of {of}{}", resets.unwrap_or_default())
                .expect("a String takes every write");
        }
    }
}

/// JSON with every list and object on one line that fits there.
fn laid_out(value: &Value, indent: usize) -> String {
    let flat = value.to_string();
    let (open, close, inside): (_, _, Vec<String>) = match value {
        Value::Array(items) => ('[', ']', items.iter().map(|item| laid_out(item, indent + 2)).collect()),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{}: {}", Value::from(key.as_str()), laid_out(value, indent + 2))
            };
            ('{', '}', entries.iter().map(entry).collect())
        }
        _ => return flat,
    };
    if inside.is_empty() || flat.len() + indent <= ONE_LINE_BYTES_MAX {
        return flat;
    }
    let margin = " ".repeat(indent + 2);
    format!("{open}\n{margin}{}\n{}{close}", inside.join(&format!(",\n{margin}")), " ".repeat(indent))
}

fn write_notes(profile: &Profile, notes: &Notes, out: &mut String) {
    let mut facts: Vec<usize> = notes.facts.iter().map(|index| usize::from(*index)).collect();
    facts.sort_unstable();
    if !facts.is_empty() {
        let facts: Vec<&str> = facts.iter().map(|index| profile.facts[*index].id.as_str()).collect();
        writeln!(out, "* {}", facts.join(" ")).expect("a String takes every write");
    }
    for index in &notes.advisories {
        writeln!(out, "! {}", profile.advisories[*index].says).expect("a String takes every write");
    }
    if !notes.dropped.is_empty() {
        writeln!(out, "~ {}", notes.dropped.join(" ")).expect("a String takes every write");
    }
    if let Some(hint) = &notes.hint {
        writeln!(out, "? {hint}").expect("a String takes every write");
    }
}
