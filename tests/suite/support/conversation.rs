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
//! | `@ issue NAME VENDOR CREDENTIAL ORGANIZATION [SCOPE…]` | a new token, for `$NAME` in later calls; without scopes it has all |
//! | `@ keep NAME PATH` | a value of the last JSON body, for `$NAME` in later calls; items of lists by number |
//! | `@ inspect VENDOR ORGANIZATION RECORD VALUE` | what the vendor's own staff sees; the answer follows in `= …` |
//! | `@ show VENDOR SETTING` | a setting as declared, in `= …`, and the facts that fix it, in `* …` |
//! | `> …` | a call: method and path, header fields, an empty `>` and the body |
//! | `< …` | the reply: status, every header field, body (JSON laid out) |
//! | `* …` | the facts behind the reply |
//! | `! …` | an advisory that the call ran into |
//! | `~ …` | what the vendor did not look at |
//! | `? …` | a hint |
//!
//! Everything but the reply's `<`, `=`, `*`, `!`, `~` and `?` lines is written by hand; those are compared, and written by
//! `UPDATE_GOLDEN=1`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;
use standin::call::{Body, Call, Reply};
use standin::engine::{Engine, Setup};
use standin::fault::FaultName;
use standin::notes::Notes;
use standin::profile::Library;
use standin::profile::grammar::duration_ms;
use standin::profile::model::Profile;
use standin::profile::overlay;

/// 2026-01-01T00:00:00Z, the moment at which every conversation begins.
pub const START_MS: i64 = 1_767_225_600_000;

/// What fits into this length stays on one line.
const ONE_LINE_BYTES_MAX: usize = 100;

/// Plays a conversation: its text with what was really answered.
pub fn play(library: &Library, text: &str) -> String {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.starts_with(['<', '=', '*', '!', '~', '?'])).collect();
    let mut out = String::new();
    let mut stage = Stage {
        library,
        picks: Vec::new(),
        recipients: 250,
        groups: 8,
        engine: None,
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
    library: &'a Library,
    picks: Vec<(String, String, String)>,
    recipients: usize,
    groups: usize,
    engine: Option<Engine>,
    kept: BTreeMap<String, String>,
    last: Value,
}

impl Stage<'_> {
    fn engine(&mut self) -> &Engine {
        let (library, picks) = (self.library, &self.picks);
        let (recipients, groups) = (self.recipients, self.groups);
        self.engine.get_or_insert_with(|| {
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
            Engine::start(setup).expect("an engine that starts")
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
                if self.engine.is_some() {
                    before();
                }
                self.picks.push((vendor.to_owned(), name.to_owned(), value.to_owned()));
            }
            ["recipients", count] if self.engine.is_none() => {
                self.recipients = count.parse().expect("a number")
            }
            ["groups", count] if self.engine.is_none() => self.groups = count.parse().expect("a number"),
            ["advance", by] => {
                let by_ms = i64::try_from(duration_ms(by).expect("a duration")).expect("a short duration");
                self.engine().advance("default", by_ms);
            }
            ["force", vendor, fault] => {
                let fault = FaultName::parse(fault).expect("a fault");
                self.engine().force_next("default", vendor, fault);
            }
            ["issue", name, vendor, credential, organization, ref scopes @ ..] => {
                let token = self.engine().issue("default", vendor, credential, organization, scopes);
                self.kept
                    .insert(name.to_owned(), token.expect("a vendor, its credential and an organization"));
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
            ["inspect", vendor, organization, record, value] => {
                let seen = self.engine().inspect("default", vendor, organization, record, value);
                writeln!(out, "= {}", seen.unwrap_or(Value::Null)).expect("a String takes every write");
            }
            ["show", vendor, setting] => self.show(vendor, setting, out),
            _ => panic!("`@ {directive}` is no directive, or stands where it cannot"),
        }
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
        let call = read_call(lines);
        let (reply, notes) = self.engine().answer_with_notes(&call);
        self.last = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
        write_reply(&reply, &notes, out);
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
    let mut host = "standin.test".to_owned();
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
    }
}

/// Every reply carries its id, is told whole, and claims to be JSON only when it is.
fn write_reply(reply: &Reply, notes: &Notes, out: &mut String) {
    let mut headers = reply.headers.clone();
    let id = headers.remove("standin-request-id").expect("every reply has an id");
    assert_eq!(id.to_str().ok(), Some(notes.request_id.as_str()));
    writeln!(out, "< {}", reply.status.as_u16()).expect("a String takes every write");
    for (name, value) in &headers {
        writeln!(out, "< {name}: {}", value.to_str().expect("a visible value"))
            .expect("a String takes every write");
    }
    let claims_json =
        headers.get("content-type").is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
    assert_eq!(
        claims_json,
        serde_json::from_slice::<Value>(&reply.body).is_ok(),
        "JSON is called JSON, and nothing else is"
    );
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
