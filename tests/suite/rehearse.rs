//! `standin rehearse`: exit codes, what the client finds and leaves behind, files, matrix, and that a run can be had again.
//!
//! The client is this very program, run again as [`acts_as_a_client`]. It waits by moving the sandbox's clock.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use standin::Standin;
use tempfile::TempDir;

use crate::http;
use crate::process::{command, complaint, signal};

/// Tells the client what to do.
const ACT: &str = "CLIENT_ACT";

/// The one line that the token is rotated by, the one that the client meets a limit by, and what is wanted at the end.
const SCENARIO: &str = "\
standin: 1
scenario: small
about: A limit, and a token that is replaced.
vendors: [cofense]
setup: {recipients: 12, groups: 0}
timeline:
  - after: 2
    chaos: [{name: limited, when: {times: 1}, respond: {fault: rate_limited, headers: {Retry-After: \"5\"}}}]
  - after: 4
    credentials: {rotate: {}}
expect:
  records: [{count: {at_least: 12}}]
  required: [waits_as_told, drops_dead_tokens, keeps_secrets_out_of_urls]
";

/// How many calls the client wants answered.
const CALLS: usize = 6;

#[test]
fn a_client_that_behaves_passes_and_its_report_is_the_same_each_time() {
    let stage = Stage::new();
    let first = stage.rehearse("behave", &["--seed", "7", "--json", "report.json"]);
    assert_eq!(first.status.code(), Some(0), "{}{}", complaint(&first), shown(&first));
    let text = shown(&first);
    for says in ["PASS  waits_as_told", "PASS  drops_dead_tokens", "PASSED: 0 rules broken"] {
        assert!(text.contains(says), "{says} is not in\n{text}");
    }
    assert!(complaint(&first).contains("step 2: rotate"), "{}", complaint(&first));
    assert!(!text.contains("Again:"), "nothing is to be done again\n{text}");
    let told = stage.json("report.json");
    let second = stage.rehearse("behave", &["--seed", "7", "--json", "report.json"]);
    assert_eq!(shown(&second), text);
    assert_eq!(timeless(&stage.json("report.json")), timeless(&told));
    stage.rehearse("behave", &["--seed", "8", "--json", "report.json"]);
    let ids = |told: &Value| told["runs"][0]["report"]["timeline"][1]["id"].clone();
    let other = stage.json("report.json");
    assert!(ids(&told).is_string() && ids(&told) != ids(&other), "{told:#} {other:#}");
}

#[test]
fn who_breaks_a_rule_fails_by_its_name_and_the_command_that_is_printed_does_it_again() {
    let stage = Stage::new();
    for (act, sin) in [("hurry", "waits_as_told"), ("hold on", "drops_dead_tokens")] {
        let run = stage.rehearse(act, &["--timeout", "1m"]);
        assert_eq!(run.status.code(), Some(1), "{act}: {}{}", complaint(&run), shown(&run));
        let text = shown(&run);
        assert!(text.contains(&format!("\n  cofense api (acme): {sin}\n")), "{act}\n{text}");
        let again = text.lines().find_map(|line| line.strip_prefix("Again: standin ")).expect("a command");
        let again = stage.shell(&format!("\"$STANDIN\" {again}"), act);
        assert_eq!((again.status.code(), shown(&again)), (Some(1), text), "{act}");
    }
}

#[test]
fn a_rule_that_is_not_required_may_be_broken() {
    let stage = Stage::new();
    stage.write("small.yaml", &SCENARIO.replace("required: [waits_as_told, ", "required: ["));
    let run = stage.rehearse("hurry", &["--junit", "report.xml", "--json", "report.json"]);
    let text = shown(&run);
    assert_eq!(run.status.code(), Some(0), "{text}");
    assert!(
        text.contains("PASSED: 1 rule broken") && text.contains("waits_as_told (not required)"),
        "{text}"
    );
    let xml = stage.read("report.xml");
    assert!(xml.contains("broken, but not required") && !xml.contains("<failure"), "{xml}");
    let told = stage.json("report.json");
    assert_eq!((&told["passed"], &told["runs"][0]["report"]["passed"]), (&true.into(), &true.into()));
}

#[test]
fn a_client_that_ends_badly_fails() {
    let stage = Stage::new();
    for (client, says) in [
        (&["true"][..], "the client called nobody: "),
        (&["sh", "-c", "exit 3"], "the client exited with 3"),
        (&["sh", "-c", "kill -KILL $$"], "signal 9 ended the client"),
        (&["sh", "-c", "[ -t 0 ] || cat; exit 4"], "the client exited with 4"),
        (&["--timeout", "50ms", "--", "sleep", "1000"], "was not done in 50ms, and was ended"),
    ] {
        let rest = if client.contains(&"--") { client.to_vec() } else { [&["--"], client].concat() };
        let run = stage.command("").args(["rehearse", "small.yaml"]).args(rest).output().expect("it runs");
        let text = one_line(&shown(&run));
        assert_eq!(run.status.code(), Some(1), "{client:?}: {}{text}", complaint(&run));
        assert!(text.contains(says), "{client:?}: {text}");
        assert!(
            text.contains("step 2 of the scenario was not reached: it is due after 4 calls of which 0 came"),
            "{text}"
        );
    }
    let run = stage.rehearse("stray", &[]);
    let text = one_line(&shown(&run));
    assert_eq!(run.status.code(), Some(1), "{text}");
    assert!(text.contains("called nobody of this sandbox, though it made calls"), "{text}");
}

#[test]
fn what_cannot_be_run_exits_with_2_and_says_why_before_the_client_runs() {
    let stage = Stage::new();
    stage.write("bad.yaml", "standin: 1\nscenario: bad\nabout: Bad.\ntimelin: []\n");
    stage.write("bad.csv", "nonsense\n1\n");
    for (options, says) in [
        (&["rate-limt"][..], "did you mean `rate-limit`?"),
        (&["bad.yaml"], "did you mean `timeline`?"),
        (&["missing.yaml"], "missing.yaml"),
        (&["small.yaml", "--vendors", "cofence"], "did you mean `cofense`?"),
        (&["small.yaml", "--vendors", "cosafe"], "there is no vendor `cofense`"),
        (&["small.yaml", "--expect", "bad.csv"], "bad.csv has mistakes"),
        (&["small.yaml", "--expect", "people.txt"], "call it .csv, .json or .ndjson"),
        (&["small.yaml", "--expect", "cosaf=bad.csv"], "the client meets no vendor `cosaf`"),
        (&["small.yaml", "--junit", "no/such/folder.xml"], "--junit: cannot write no/such/folder.xml"),
        (&["small.yaml", "--json", "."], "--json: cannot write ."),
        (&["small.yaml", "--matrix=cofense.putt"], "did you mean `cofense.put`?"),
        (&["small.yaml", "--set", "cofense.put=no"], "--set cofense.put=no"),
    ] {
        let mut run = stage.command("");
        run.arg("rehearse").args(options).args(["--", "touch", "ran"]);
        let run = run.output().expect("it runs");
        assert_eq!(run.status.code(), Some(2), "{options:?}: {}", complaint(&run));
        assert!(complaint(&run).contains(says), "{options:?}: {}", complaint(&run));
        assert!(!stage.path("ran").exists(), "{options:?}: the client was run");
    }
    for (program, says) in [
        ("no-such-program", "there is no program no-such-program"),
        ("./small.yaml", "no program that may be run"),
    ] {
        let run =
            stage.command("").args(["rehearse", "small.yaml", "--", program]).output().expect("it runs");
        assert_eq!(
            (run.status.code(), complaint(&run).contains(says)),
            (Some(2), true),
            "{}",
            complaint(&run)
        );
    }
    assert_eq!(stage.left(), Vec::<String>::new());
}

#[test]
fn what_the_client_starts_ends_with_it_whatever_it_does_about_it() {
    let stage = Stage::new();
    // The one goes and leaves a child behind, the other stays and hears nothing.
    for (client, options, code) in [
        ("sleep 1000 & echo $! > pid; exec \"$@\"", &[][..], 0),
        ("trap '' TERM; echo $$ > pid; exec sleep 1000", &["--timeout", "100ms"], 1),
    ] {
        let mut run = stage.command("behave");
        run.args(["rehearse", "small.yaml"]).args(options).args(["--", "sh", "-c", client, "sh"]);
        let run = run.args(client_words()).output().expect("it runs");
        assert_eq!(run.status.code(), Some(code), "{}{}", complaint(&run), shown(&run));
        stage.is_gone("pid");
    }
}

#[test]
fn a_signal_ends_the_client_and_leaves_no_token_behind() {
    let stage = Stage::new();
    for name in ["INT", "TERM", "HUP"] {
        let mut run = stage.command("");
        run.args([
            "rehearse",
            "small.yaml",
            "--",
            "sh",
            "-c",
            "echo $$ > pid; echo started; exec sleep 1000",
        ]);
        let mut run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(run.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        assert_eq!((line.as_str(), stage.left().len()), ("started\n", 1));
        signal(name, run.id());
        let mut said = String::new();
        run.stderr.take().expect("a pipe").read_to_string(&mut said).expect("text");
        assert_eq!(run.wait().expect("its end").code(), Some(2), "{said}");
        assert!(said.contains(&format!("error: SIG{name} came before the client was done")), "{said}");
        stage.is_gone("pid");
        assert_eq!(stage.left(), Vec::<String>::new());
    }
}

#[test]
fn the_client_finds_urls_and_credentials_and_files_that_nobody_else_reads() {
    let stage = Stage::new();
    stage.write("all.yaml", "standin: 1\nscenario: all\nabout: Everybody.\n");
    let script = "env | grep ^STANDIN_ | sort > found; stat -c '%a %n' \"$STANDIN_COFENSE_API_TOKEN_FILE\" \
                  \"$(dirname \"$STANDIN_COFENSE_API_TOKEN_FILE\")\" > modes; \
                  [ \"$(cat \"$STANDIN_COFENSE_API_TOKEN_FILE\")\" = \"$STANDIN_COFENSE_API_TOKEN\" ] || exit 9; \
                  [ \"$(cat \"$STANDIN_COFENSE_VISION_CLIENT_SECRET_FILE\")\" = \"$STANDIN_COFENSE_VISION_CLIENT_SECRET\" ] || exit 9";
    let run =
        stage.command("").args(["rehearse", "all.yaml", "--", "sh", "-c", script]).output().expect("it runs");
    assert!(!one_line(&shown(&run)).contains("exited with"), "{}", shown(&run));
    let found = stage.read("found");
    for name in [
        "URL=http://127.0.0.1:",
        "SANDBOX=rehearsal",
        "ORGANIZATION=acme",
        "VENDORS=cofense,coginiti,cognism,cosafe,scim",
        "COFENSE_REST_URL=http://127.0.0.1:",
        "COGNISM_SCIM_URL=",
        "COSAFE_SCIM_TOKEN=",
        "COFENSE_VISION_CLIENT_ID=",
        "COFENSE_VISION_CLIENT_ID_FILE=",
        "COFENSE_VISION_TOKEN_URL=http://127.0.0.1:",
    ] {
        assert!(found.contains(&format!("STANDIN_{name}")), "{name} is not in\n{found}");
    }
    let modes: Vec<String> = stage.read("modes").lines().map(|line| line.chars().take(4).collect()).collect();
    assert_eq!(modes, ["600 ", "700 "]);
    assert_eq!(stage.left(), Vec::<String>::new());
}

#[test]
fn the_file_has_the_new_token_before_the_old_one_is_refused_however_it_is_rotated() {
    let stage = Stage::new();
    // The client reads the file before each call. So nobody is refused where a scenario rotates, and where a rule does so it is
    // the call alone that it strikes.
    for (timeline, refused) in [
        ("[{after: 2, credentials: {rotate: {}}}, {after: 4, credentials: {rotate: {vendor: cofense}}}]", 0),
        ("[{after: 1, chaos: [{name: dies, when: {nth: [2, 4]}, token: rotate}]}]", 2),
    ] {
        let setup = "setup: {recipients: 12, groups: 0}";
        let head = "standin: 1\nscenario: small\nabout: Tokens.\nvendors: [cofense]";
        stage.write("small.yaml", &format!("{head}\n{setup}\ntimeline: {timeline}\n"));
        let run = stage.rehearse("read anew", &["--json", "report.json"]);
        assert_eq!(run.status.code(), Some(0), "{timeline}: {}", shown(&run));
        let told = stage.json("report.json").to_string();
        assert_eq!(told.matches(" 401\"").count(), refused, "{timeline}: {told}");
        assert!(told.matches("is replaced").count() >= 2, "{timeline}: {told}");
    }
}

#[test]
fn all_files_are_written_and_one_that_stands_there_stays_until_then() {
    let stage = Stage::new();
    stage.write("report.xml", "before");
    let options = ["--junit", "report.xml", "--json", "report.json", "--html", "report.html"];
    let mut refused = stage.command("");
    refused.args(["rehearse", "small.yaml"]).args(options).args(["--", "no-such-program"]);
    assert_eq!(refused.output().expect("it runs").status.code(), Some(2));
    assert_eq!(stage.read("report.xml"), "before");
    assert!(!stage.path("report.json").exists());
    let run = stage.rehearse("hurry", &options);
    assert_eq!(run.status.code(), Some(1), "{}", complaint(&run));
    assert!(stage.read("report.xml").contains("<failure type=\"waits_as_told\""));
    assert!(stage.read("report.html").starts_with("<!DOCTYPE html>"));
    let told = stage.json("report.json");
    assert_eq!(
        (&told["passed"], &told["scenario"], &told["seed"]),
        (&false.into(), &"small".into(), &1.into())
    );
    assert_eq!(told["runs"][0]["exit_code"], 0);
}

#[test]
fn a_matrix_runs_the_client_once_for_each_value_and_shows_which_it_does_not_survive() {
    let stage = Stage::new();
    let options = ["--matrix=cofense.above_max", "--json", "report.json", "--junit", "report.xml"];
    let run = stage.rehearse("ask for many", &options);
    let text = shown(&run);
    assert_eq!(run.status.code(), Some(1), "{}{text}", complaint(&run));
    let told = stage.json("report.json");
    let runs = told["runs"].as_array().expect("runs");
    let failed: Vec<&Value> = runs.iter().filter(|run| run["passed"] == false).collect();
    assert!(runs.len() > 1 && runs[0]["passed"] == true && failed.len() == 1, "{text}");
    assert_eq!(failed[0]["picks"][0], "cofense.above_max=400", "{text}");
    assert!(complaint(&run).contains(&format!("{0} of {0}: ", runs.len())), "{}", complaint(&run));
    assert!(
        text.contains("as the vendors are") && text.contains(&format!("of {} survived", runs.len())),
        "{text}"
    );
    assert!(stage.read("report.xml").contains("name=\"cofense.above_max=400: cofense api (acme)\""));
    // What is printed does that one run again.
    let again = text.lines().find_map(|line| line.strip_prefix("Again: standin ")).expect("a command");
    assert_eq!(failed[0]["replay"], format!("standin {again}"));
    let again = again.replace(" -- ", " --json again.json -- ");
    let again = stage.shell(&format!("\"$STANDIN\" {again}"), "ask for many");
    assert_eq!(again.status.code(), Some(1), "{}", complaint(&again));
    let mut replayed = timeless(&stage.json("again.json"))["runs"][0]["report"].clone();
    assert_eq!(
        replayed.take(),
        timeless(&told)["runs"]
            .as_array()
            .expect("runs")
            .iter()
            .find(|run| run["passed"] == false)
            .expect("it")["report"]
    );
}

#[test]
fn records_are_held_against_a_file() {
    let stage = Stage::new();
    let lacking = "email,first_name\nnobody.is.here@example.com,Nobody\n";
    stage.write("people.csv", lacking);
    let run = stage.rehearse("behave", &["--expect", "cofense=people.csv"]);
    let text = one_line(&shown(&run));
    assert_eq!(run.status.code(), Some(1), "{text}");
    assert!(text.contains("nobody.is.here@example.com is missing") && text.contains("is too much"), "{text}");
}

/// What the tests above rehearse: this test in a process of its own, where [`ACT`] says how to act. Without that it behaves,
/// as a client of a server of its own.
#[test]
fn acts_as_a_client() {
    if let Ok(act) = std::env::var(ACT) {
        return act_as_a_client(&act, |name| std::env::var(name).unwrap_or_default());
    }
    let standin = Standin::builder().vendors(["cofense"]).start().expect("it starts");
    act_as_a_client("behave", |name| match name {
        "STANDIN_URL" => standin.url().to_owned(),
        "STANDIN_COFENSE_REST_URL" => standin.base_url("cofense", "rest").expect("an api"),
        _ => "cofense-api-token".to_owned(),
    });
    let calls = standin.default_sandbox().journal(&[("status", "200")]).expect("a journal");
    assert_eq!(calls.len(), CALLS);
}

fn act_as_a_client(act: &str, variable: impl Fn(&str) -> String) {
    let address = variable("STANDIN_URL").replace("http://", "");
    let at = |url: &str| url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
    if let Some(typed) = act.strip_prefix("curl\n") {
        let words: Vec<&str> = typed.lines().collect();
        let headers =
            words.windows(2).filter(|pair| pair[0] == "-H").filter_map(|pair| pair[1].split_once(": "));
        let headers: Vec<(&str, &str)> = headers.collect();
        http::call(&address, "GET", &at(words.last().expect("a URL")), &headers, "");
        return;
    }
    let base = at(&variable("STANDIN_COFENSE_REST_URL"));
    let control = format!("/_standin/v1/sandboxes/{}/clock", variable("STANDIN_SANDBOX"));
    let pass = |seconds: u32| {
        let body = format!("{{\"advance\": \"{seconds}s\"}}");
        let moved = http::call(&address, "PATCH", &control, &[("content-type", "application/json")], &body);
        assert_eq!(moved.status, 200, "{}", moved.text());
    };
    let stored = || fs::read_to_string(variable("STANDIN_COFENSE_API_TOKEN_FILE")).expect("the token's file");
    let path = match act {
        "stray" => "/cofense/v2/users".to_owned(),
        "ask for many" => format!("{base}/users?per_page=5000"),
        _ => format!("{base}/users"),
    };
    let mut token =
        if act == "stray" { "nobody-issued-this".to_owned() } else { variable("STANDIN_COFENSE_API_TOKEN") };
    for _ in 0..CALLS {
        if act == "read anew" {
            token = stored();
        }
        let authorization = format!("Bearer {token}");
        let reply = http::call(&address, "GET", &path, &[("authorization", &authorization)], "");
        match (reply.status, act) {
            (429, "hurry") => pass(1),
            (429, _) => pass(5),
            (401, "hold on") => pass(1),
            (401, "stray") => {}
            (401, _) => token = stored(),
            (400, _) => std::process::exit(1),
            (status, _) => assert_eq!(status, 200, "{}", reply.text()),
        }
    }
}

/// A shell script that is found as `curl`, and does what the documents want of it; the folder that it is in.
pub fn curl() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let script = folder.path().join("curl");
    let run: Vec<String> = client_words().iter().map(|word| format!("'{word}'")).collect();
    let script_text = format!(
        "#!/bin/sh\n{ACT}=curl\nfor word; do {ACT}=\"${ACT}\n$word\"; done\nexport {ACT}\n{} >/dev/null\n",
        run.join(" ")
    );
    fs::write(&script, script_text).expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("made a program");
    folder
}

/// This program as a client.
fn client_words() -> Vec<String> {
    let own: PathBuf = std::env::current_exe().expect("this program has a path");
    let own = own.to_str().expect("a plain path").to_owned();
    [own.as_str(), "--exact", "rehearse::acts_as_a_client", "--nocapture", "--quiet"]
        .map(str::to_owned)
        .to_vec()
}

fn shown(output: &Output) -> String {
    // What the client itself prints comes first.
    let all = String::from_utf8_lossy(&output.stdout).into_owned();
    let from = all.find("Report on ").or_else(|| all.find("as the vendors are")).unwrap_or(0);
    all[from..].to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is told, but for times.
fn timeless(told: &Value) -> Value {
    let mut told = told.clone();
    for run in told["runs"].as_array_mut().expect("runs") {
        run["report"]["span"] = Value::Null;
        run["report"]["timeline"] = Value::Null;
    }
    told
}

/// A folder to rehearse in.
struct Stage {
    folder: TempDir,
    /// Where temporary files go.
    temporary: TempDir,
}

impl Stage {
    fn new() -> Self {
        let (folder, temporary) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
        let stage = Self { folder, temporary };
        stage.write("small.yaml", SCENARIO);
        stage
    }

    /// The program, in the folder, for a client that acts so.
    fn command(&self, act: &str) -> Command {
        let mut command = command();
        command.current_dir(self.folder.path()).env("TMPDIR", self.temporary.path()).env(ACT, act);
        command
    }

    fn rehearse(&self, act: &str, options: &[&str]) -> Output {
        let mut run = self.command(act);
        run.args(["rehearse", "small.yaml"]).args(options).arg("--").args(client_words());
        run.output().expect("it runs")
    }

    /// A line typed into a shell, where `$STANDIN` is the program.
    fn shell(&self, line: &str, act: &str) -> Output {
        let program = command().get_program().to_owned();
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(self.folder.path()).env(ACT, act).env("STANDIN", program);
        shell.output().expect("a shell")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).expect("JSON")
    }

    /// What temporary files there are.
    fn left(&self) -> Vec<String> {
        let files = fs::read_dir(self.temporary.path()).expect("a folder");
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect()
    }

    /// That the process whose number a file has is no more, or nobody has asked yet how it ended.
    fn is_gone(&self, name: &str) {
        let process = self.read(name);
        let status = Path::new("/proc").join(process.trim()).join("status");
        let status = fs::read_to_string(status).unwrap_or_default();
        assert!(status.is_empty() || status.contains("State:\tZ"), "{process} lives: {status}");
    }
}
