//! The `darkroom` binary: one subcommand per role and tool.

mod arguments;
mod cloud;
mod command;
mod descriptors;
mod outcome;
mod renderer;
mod settings;
mod signals;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;
use darkroom_render::ExitWhenOutOfMemory;

use crate::arguments::{Arguments, Command};
use crate::outcome::Ending;

#[global_allocator]
static ALLOCATOR: ExitWhenOutOfMemory = ExitWhenOutOfMemory;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Before anything opens a file or starts a thread: this is the sandboxed process.
    if let Command::Render(limits) = &arguments.command {
        return match darkroom_render::run_child(&renderer::limits(limits)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    Ending::of(command::run(arguments)).exit_code()
}
