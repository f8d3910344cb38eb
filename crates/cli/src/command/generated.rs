//! `darkroom schema`, `completions` and `man`: output that is generated from the code.
//!
//! These commands need no settings, so an invalid settings file does not affect them.

use std::path::Path;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::{Arguments, Command};
use crate::console::print;
use crate::exit_status::ExitStatus;
use crate::path_text::path_text;
use crate::report::report_schema;

/// Runs a command that generates its output. Returns `None` for every other command.
pub(super) fn run(command: &Command) -> Option<anyhow::Result<ExitStatus>> {
    let result = match command {
        Command::Schema => print_schema(),
        Command::Completions { shell } => print_completions(*shell),
        Command::Man { folder } => write_manual(folder),
        _ => return None,
    };
    Some(result.map(|()| ExitStatus::Success))
}

fn print_schema() -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(&report_schema()?)?)
}

fn print_completions(shell: Shell) -> anyhow::Result<()> {
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(String::from_utf8(script)?.trim_end())
}

fn write_manual(folder: &Path) -> anyhow::Result<()> {
    let context = || format!("cannot write manual pages to {}", path_text(folder));
    std::fs::create_dir_all(folder).with_context(context)?;
    clap_mangen::generate_to(Arguments::command(), folder).with_context(context)
}
