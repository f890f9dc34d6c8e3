//! The README, and other documents that show commands, are run: what they print below a command is what comes. So is the
//! rest of what the repository says of itself.
//!
//! A block is fenced with ```` ```console ````; a line that begins with `$ ` is typed (a `\` at its end continues it),
//! the lines up to the next are what comes, and a line `…` stands for the rest of it. A command that serves replaces
//! the server that the calls go to. A block below `<!-- FILE -->` is the text of that file, which is run elsewhere.
//! `UPDATE_GOLDEN=1 cargo test --test suite readme` writes what came into the document.
//!
//! Nothing but Rust is needed: the few words of curl and jq that a document uses are understood here.

use std::fs;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::http;
use crate::process::{Standin, command};
use crate::rehearse;

/// The documents that are run, and how many commands each has at least.
const DOCUMENTS: &[(&str, usize)] = &[
    ("README.md", 10),
    ("docs/chaos.md", 5),
    ("docs/control.md", 10),
    ("docs/scenarios.md", 5),
    ("docs/testing.md", 6),
];

/// Where the README's server listens.
const PRINTED_ADDRESS: &str = "127.0.0.1:8080";

/// What stands for everything that comes after.
const REST: &str = "…";

#[test]
fn documents_tell_the_truth() {
    for (document, commands_min) in DOCUMENTS {
        tells_the_truth(document, *commands_min);
    }
}

fn tells_the_truth(document: &str, commands_min: usize) {
    let written = fs::read_to_string(document).unwrap_or_else(|error| panic!("{document}: {error}"));
    let mut shell = Shell { server: None };
    let mut actual = String::new();
    let mut lines = written.lines().peekable();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        actual += &format!("{line}\n");
        if let Some(file) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            let text =
                fs::read_to_string(file).unwrap_or_else(|error| panic!("{document} quotes {file}: {error}"));
            let fence = lines.next().expect("a block follows");
            lines.by_ref().find(|line| *line == "```").expect("its end");
            actual += &format!("{fence}\n{text}```\n");
            continue;
        }
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            actual += &format!("{line}\n");
            let typed = line.strip_prefix("$ ").unwrap_or_else(|| panic!("{line:?} is below no command"));
            let mut typed = typed.to_owned();
            while let Some(open) = typed.strip_suffix('\\') {
                let more = lines.next().expect("a command goes on");
                actual += &format!("{more}\n");
                typed = format!("{open}{}", more.trim_start());
            }
            let mut printed = Vec::new();
            while let Some(line) = lines.next_if(|line| *line != "```" && !line.starts_with("$ ")) {
                printed.push(line);
            }
            commands += 1;
            let came = shell.run(&typed);
            actual += &as_printed(&printed, &came);
        }
    }
    assert!(commands >= commands_min, "only {commands} commands were found in {document}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(document, actual).expect("written");
    } else {
        for (written, actual) in written.lines().zip(actual.lines()) {
            assert_eq!(written, actual, "if the new text is right, run again with UPDATE_GOLDEN=1");
        }
        assert_eq!(written.lines().count(), actual.lines().count());
    }
}

/// What came, in the way that it is printed: as it is printed where only the time differs, and no longer.
fn as_printed(printed: &[&str], came: &str) -> String {
    let until = printed.iter().position(|line| *line == REST);
    let mut came: Vec<&str> = came.lines().collect();
    if let Some(until) = until {
        came.truncate(until);
    }
    let mut text = String::new();
    for (index, line) in came.iter().enumerate() {
        let same = printed.get(index).filter(|printed| without_times(printed) == without_times(line));
        text += &format!("{}\n", same.unwrap_or(line));
    }
    text + if until.is_some() { "…\n" } else { "" }
}

/// A text whose times of day (`2026-01-01T12:00:00Z`, with or without a fraction) are all one.
fn without_times(text: &str) -> String {
    const PATTERN: &[u8] = b"0000-00-00T00:00:00";
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_time = rest.len() > PATTERN.len()
            && PATTERN.iter().zip(rest.bytes()).all(|(wanted, byte)| match wanted {
                b'0' => byte.is_ascii_digit(),
                wanted => byte == *wanted,
            });
        if is_time {
            rest = rest[PATTERN.len()..]
                .trim_start_matches(|letter: char| letter == '.' || letter.is_ascii_digit());
            rest = rest.strip_prefix('Z').unwrap_or(rest);
            out += "TIME";
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

#[test]
fn times_differ_and_nothing_else() {
    for (text, wanted) in [
        ("at 2026-01-01T12:00:00Z.", "at TIME."),
        ("\"2026-01-01T12:00:00.123Z\",é", "\"TIME\",é"),
        ("2026-01-01", "2026-01-01"),
        ("", ""),
    ] {
        assert_eq!(without_times(text), wanted);
    }
}

/// What a reader has open: a terminal for calls, and another in which the server runs.
struct Shell {
    server: Option<Standin>,
}

impl Shell {
    /// Types a command; gives what comes, its server's address as the README has it.
    fn run(&mut self, typed: &str) -> String {
        let words = words(typed);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["cargo", "run", "--release"] => self.serve(&[]),
            ["cargo", "run", "--release", "--", options @ ..] | ["standin", options @ ..] => {
                match options.first() {
                    Some(first) if !first.starts_with('-') => self.print(options),
                    _ => self.serve(options),
                }
            }
            ["curl", options @ .., "|", "jq"] => laid_out(&self.call(options), "."),
            ["curl", options @ .., "|", "jq", filter] => laid_out(&self.call(options), filter),
            ["curl", options @ ..] => self.call(options),
            _ => panic!("the README types what this test does not know: {typed}"),
        }
    }

    fn serve(&mut self, options: &[&str]) -> String {
        let server = Standin::start(options);
        let port = server.address().to_owned();
        let said = server.said().replace(&port, PRINTED_ADDRESS);
        self.server = Some(server);
        said
    }

    fn print(&self, options: &[&str]) -> String {
        let address = self.server.as_ref().map_or(PRINTED_ADDRESS, Standin::address);
        let mut command = command();
        command.args(options).env("STANDIN_LISTEN", address);
        // Clients that are rehearsed run in a shell of their own.
        let curl = rehearse::curl();
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let folders = [curl.path().to_owned()].into_iter().chain(std::env::split_paths(&folders));
        command.env("PATH", std::env::join_paths(folders).expect("a path"));
        let output = command.output().expect("the program can be run");
        let said = [output.stderr, output.stdout].concat();
        String::from_utf8_lossy(&said).replace(address, PRINTED_ADDRESS)
    }

    fn call(&self, options: &[&str]) -> String {
        let address = self.server.as_ref().expect("the README has started a server").address();
        let (mut method, mut headers, mut body, mut url) = (None, Vec::new(), None, None);
        let mut shows_head = false;
        let mut options = options.iter();
        while let Some(option) = options.next() {
            let mut value = || *options.next().unwrap_or_else(|| panic!("{option} wants a value"));
            match *option {
                "-s" => {}
                "-i" | "-si" => shows_head = true,
                "-X" => method = Some(value()),
                "-H" => headers.push(value().split_once(": ").map(owned).expect("NAME: VALUE")),
                "-u" => headers
                    .push(owned(("authorization", &format!("Basic {}", BASE64_STANDARD.encode(value()))))),
                "-d" => body = Some(value()),
                option if option.starts_with('-') => panic!("this test does not know curl's {option}"),
                address => url = Some(address),
            }
        }
        let method = method.unwrap_or(if body.is_some() { "POST" } else { "GET" });
        let url = url.expect("a URL");
        let path = url.strip_prefix("http://").and_then(|rest| rest.strip_prefix(PRINTED_ADDRESS));
        let path = path.unwrap_or_else(|| panic!("{url} is not at {PRINTED_ADDRESS}"));
        // As curl would send them.
        headers.push(owned(("host", PRINTED_ADDRESS)));
        if body.is_some() && headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("content-type")) {
            headers.push(owned(("content-type", "application/x-www-form-urlencoded")));
        }
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let response = http::call(address, method, path, &headers, body.unwrap_or_default());
        let mut text = String::new();
        if shows_head {
            text += &format!("{}\n", response.line);
            for (name, value) in response.headers.iter().filter(|(name, _)| name != "date") {
                text += &format!("{name}: {value}\n");
            }
            text += "\n";
        }
        text + &response.text().replace(address, PRINTED_ADDRESS)
    }
}

/// JSON as jq lays it out, or the part of it at a path such as `.items[0].name`.
fn laid_out(text: &str, filter: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"));
    let pointer = filter.trim_end_matches('.').replace('[', ".").replace(']', "").replace('.', "/");
    let part = value.pointer(&pointer).unwrap_or_else(|| panic!("nothing is at {filter} in {text}"));
    serde_json::to_string_pretty(part).expect("JSON") + "\n"
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The words of a command line, as a shell splits them: at blanks, but for what stands in quotes.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut quote, mut is_open) = (None, false);
    for letter in line.chars() {
        match quote {
            Some(open) if open == letter => quote = None,
            None if letter == '\'' || letter == '"' => {
                quote = Some(letter);
                if !is_open {
                    words.push(String::new());
                }
                is_open = true;
            }
            None if letter == ' ' => is_open = false,
            Some(_) | None => {
                if !is_open {
                    words.push(String::new());
                }
                is_open = true;
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                }
            }
        }
    }
    assert_eq!(quote, None, "a quote is open in {line}");
    words
}

#[test]
fn words_are_split_as_a_shell_does() {
    assert_eq!(
        words("curl -H 'a: b'  -d '{\"c\": \"d e\"}' x"),
        ["curl", "-H", "a: b", "-d", "{\"c\": \"d e\"}", "x"]
    );
    assert_eq!(words("a'b c'd ''"), ["ab cd", ""]);
}

#[test]
fn the_changelog_begins_with_the_version_that_cargo_builds() {
    let changelog =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/CHANGELOG.md")).expect("a changelog");
    let newest = changelog.lines().find_map(|line| line.strip_prefix("## "));
    assert_eq!(newest.and_then(|line| line.split(' ').next()), Some(env!("CARGO_PKG_VERSION")));
}

#[test]
fn files_that_documents_point_at_exist() {
    for document in [
        "README.md",
        "CHANGELOG.md",
        "seed/README.md",
        "benches/README.md",
        "docker/README.md",
        "docs/chaos.md",
        "docs/scenarios.md",
        "docs/profiles.md",
        "docs/control.md",
        "docs/testing.md",
    ] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let text =
            fs::read_to_string(root.join(document)).unwrap_or_else(|error| panic!("{document}: {error}"));
        let folder = root.join(document).parent().expect("a folder").to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let is_elsewhere = link.is_empty() || link.contains("://");
            assert!(is_elsewhere || folder.join(link).exists(), "{document} points at {link}");
        }
    }
}
