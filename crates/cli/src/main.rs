//! The `darkroom` binary: the roles, and the commands for operators and developers.

mod app_context;
mod arguments;
mod build_info;
mod command;
mod console;
mod descriptors;
mod environment;
mod exit_status;
mod file_id;
mod finished_files;
mod first_process;
mod hint;
mod line_text;
mod log_fields;
mod memory_budget;
mod path_text;
mod progress;
mod progress_line;
mod renderer;
mod report;
mod settings;
mod signals;
mod source_bytes;
mod sources;
mod stdin_file;
mod summary;
mod telemetry;

use std::process::ExitCode;

use clap::Parser;
use darkroom_render::{ExitWhenOutOfMemory, return_large_blocks};

use crate::arguments::{Arguments, Command};
use crate::exit_status::ExitStatus;

#[global_allocator]
static ALLOCATOR: ExitWhenOutOfMemory = ExitWhenOutOfMemory;

fn main() -> ExitCode {
    // SAFETY: no other thread exists yet.
    #[expect(unsafe_code, reason = "the environment belongs to all threads")]
    unsafe {
        environment::unset_empty_variables();
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => return ExitStatus::from_clap(&message).code(),
    };
    // A render process takes this branch and sandboxes itself. The branch comes first, before other
    // code opens files or starts threads.
    if let Command::Render(limits) = &arguments.command {
        return match darkroom_render::run_child(&renderer::limits(limits)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    }
    return_large_blocks();
    ExitStatus::from_result(command::run(arguments)).code()
}
