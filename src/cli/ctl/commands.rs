//! What can be typed behind `standin ctl`, and which row of the control API each is.
//!
//! What a command takes follows from its row: a new row is one line here.

use crate::control::{self, Row};

/// A command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Command {
    /// What is typed.
    pub words: &'static str,
    /// The row, by its name.
    pub row: &'static str,
    /// Members of its query or body that are typed without their names, in this order; all others are options.
    pub plain: &'static [&'static str],
    /// A member of its body that the words say.
    pub said: Option<(&'static str, bool)>,
    /// A parameter of its query and its value for people, who have said neither that nor `--json`.
    pub shown: Option<(&'static str, &'static str)>,
    /// The member of a body that takes, in place of a file, the name of what comes with Standin.
    pub named: Option<&'static str>,
}

const fn command(words: &'static str, row: &'static str) -> Command {
    Command { words, row, plain: &[], said: None, shown: None, named: None }
}

impl Command {
    const fn plain(self, plain: &'static [&'static str]) -> Self {
        Self { plain, ..self }
    }

    const fn says(self, member: &'static str, value: bool) -> Self {
        Self { said: Some((member, value)), ..self }
    }

    const fn shown(self, parameter: &'static str, value: &'static str) -> Self {
        Self { shown: Some((parameter, value)), ..self }
    }

    const fn or_named(self, member: &'static str) -> Self {
        Self { named: Some(member), ..self }
    }

    /// The row.
    pub fn row(&self) -> Option<&'static Row> {
        control::rows().find(|row| row.name == self.row)
    }
}

/// All of them. Those of several words that begin alike stand together; `sandbox …` takes the sandbox's name behind it, all
/// others have `--sandbox`.
pub(super) const COMMANDS: &[Command] = &[
    command("sandboxes", "list_sandboxes"),
    command("sandbox create", "create_sandbox").plain(&["name"]),
    command("sandbox show", "get_sandbox"),
    command("sandbox delete", "delete_sandbox"),
    command("sandbox reset", "reset_sandbox"),
    command("sandbox snapshots", "list_snapshots"),
    command("sandbox snapshot", "take_snapshot"),
    command("sandbox forget", "delete_snapshot"),
    command("sandbox restore", "restore_snapshot"),
    command("sandbox diff", "get_diff").plain(&["from"]),
    command("clock", "get_clock"),
    command("clock advance", "move_clock").plain(&["advance"]),
    command("clock set", "move_clock").plain(&["set"]),
    command("clock freeze", "move_clock").says("freeze", true),
    command("clock resume", "move_clock").says("freeze", false),
    command("credentials", "list_credentials"),
    command("credentials issue", "issue_credential").plain(&["credential"]),
    command("credentials reveal", "reveal_credential"),
    command("credentials rotate", "rotate_credential"),
    command("credentials revoke", "revoke_credential"),
    command("credentials expire", "expire_credential"),
    command("settings", "get_settings"),
    command("settings set", "change_settings"),
    command("limits", "get_limits"),
    command("limits on", "change_limits").says("enabled", true),
    command("limits off", "change_limits").says("enabled", false),
    command("limits set", "change_limits").plain(&["limit"]),
    command("chaos", "list_chaos"),
    command("chaos show", "get_chaos"),
    command("chaos add", "add_chaos"),
    command("chaos use", "use_chaos"),
    command("chaos remove", "remove_chaos"),
    command("chaos clear", "clear_chaos"),
    command("chaos ready-made", "list_ready_made"),
    command("scenario", "get_scenario"),
    command("scenario start", "start_scenario").or_named("scenario"),
    command("scenario end", "end_scenario"),
    command("scenarios", "list_scenarios"),
    command("records", "list_record_types"),
    command("records list", "list_records"),
    command("records show", "get_record"),
    command("records create", "create_record").plain(&["attributes"]),
    command("records change", "change_record").plain(&["attributes"]),
    command("records delete", "delete_record"),
    command("import", "import_recipients"),
    command("actions", "list_actions"),
    command("actions run", "act").plain(&["answers"]),
    command("journal", "list_calls"),
    command("journal explain", "explain_call"),
    command("journal follow", "follow_calls"),
    command("journal har", "export_calls"),
    command("journal clear", "clear_journal"),
    command("verify", "verify_calls"),
    command("coverage", "cover_facts"),
    command("report", "get_report").shown("format", "text"),
    command("vendors", "list_vendors"),
    command("vendor", "get_vendor"),
    command("surface", "get_vendor_openapi"),
    command("health", "get_health"),
    command("metrics", "get_metrics"),
    command("openapi", "get_openapi"),
];
