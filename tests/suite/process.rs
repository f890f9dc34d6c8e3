//! The program itself, started and stopped, for the suites that need more than a call to the library.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use serde_json::Value;
use tempfile::NamedTempFile;

/// A running server; killed when dropped.
pub struct Standin {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: NamedTempFile,
    /// The ready line.
    pub ready: Value,
}

/// What a server said until it ended.
pub struct End {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed after the ready line.
    pub stdout: String,
    /// All that it wrote for people.
    pub stderr: String,
}

/// The program with nothing in its environment that could change what it does. `STANDIN_BINARY` names another build
/// than the one that cargo made for the tests.
pub fn command() -> Command {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_standin"));
    let mut command = Command::new(std::env::var_os("STANDIN_BINARY").map_or(built, PathBuf::from));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("STANDIN_")) {
            command.env_remove(name);
        }
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

/// The same, begun with a soft limit of open files.
pub fn command_with_files_max(files_max: u32) -> Command {
    let plain = command();
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -S -n {files_max} && exec \"$0\" \"$@\"")]).arg(plain.get_program());
    plain.get_envs().for_each(|(name, _)| {
        command.env_remove(name);
    });
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn output(options: &[&str]) -> Output {
    command().args(options).output().expect("the program can be run")
}

/// What it wrote for people.
pub fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Sends a signal (`TERM`, `INT`) to a process.
pub fn signal(name: &str, process: u32) {
    let kill = format!("kill -{name} {process}");
    let sent = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
    assert!(sent.success(), "{kill}");
}

impl Standin {
    /// Starts a server on a free port and waits until it is ready.
    pub fn start(options: &[&str]) -> Self {
        Self::start_with(command().args(["--listen", "127.0.0.1:0"]).args(options))
    }

    /// Starts what a command says and waits until it is ready.
    pub fn start_with(command: &mut Command) -> Self {
        let stderr = NamedTempFile::new().expect("a file for what it says");
        let writer = stderr.reopen().expect("a second handle");
        let mut child =
            command.stdout(Stdio::piped()).stderr(writer).spawn().expect("the program can be run");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe was asked for"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("its output can be read");
        let mut standin = Self { child, stdout, stderr, ready: Value::Null };
        standin.ready = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("no ready line but {line:?}, after\n{}", standin.said()));
        standin
    }

    /// Where it listens, as `127.0.0.1:PORT` or `unix:PATH`.
    pub fn address(&self) -> &str {
        self.ready["listen"].as_str().expect("the ready line names the address")
    }

    /// Where a vendor's own door is.
    pub fn address_of(&self, vendor: &str) -> &str {
        self.ready["vendor_listen"][vendor].as_str().expect("the ready line names the vendor's door")
    }

    /// What it has written for people so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.stderr.path()).expect("the file can be read")
    }

    /// Sends a signal (`TERM`, `INT`) and waits for the end.
    pub fn stop(mut self, signal: &str) -> End {
        self::signal(signal, self.child.id());
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).expect("its output can be read");
        let status = self.child.wait().expect("it can be waited for");
        End { status, stdout, stderr: self.said() }
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
