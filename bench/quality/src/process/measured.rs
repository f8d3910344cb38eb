//! The process that measures a program.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Instant;

use anyhow::Context;
use nix::errno::Errno;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::sys::wait::wait;

use super::cores::Cores;
use super::memory::MemorySampler;
use super::usage::{Memory, Usage};

/// Runs a program on some processors and writes its usage as JSON. The program inherits the standard
/// streams. This process must have had no child process before.
///
/// Errors if the program cannot be started, or the usage cannot be written.
pub fn run_measured(
    cores: Cores,
    command: &[OsString],
    usage: &Path,
) -> anyhow::Result<ExitStatus> {
    let (program, arguments) = command.split_first().context("no program")?;
    set_child_subreaper(true)?;
    // Before the restriction, so that the samples take no time from a program on one processor.
    let sampler = MemorySampler::start();
    cores.restrict()?;
    let start = Instant::now();
    let child = Command::new(program).args(arguments).spawn();
    let mut child = child.with_context(|| format!("cannot start {}", program.display()))?;
    let status = child.wait()?;
    let elapsed = start.elapsed();
    wait_for_orphans()?;
    let all_processes_bytes = sampler.stop();
    let total = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = total.user_time() + total.system_time();
    let largest_process_bytes = u64::try_from(total.max_rss())? * 1024;
    let measured = Usage {
        elapsed_seconds: elapsed.as_secs_f64(),
        cpu_seconds: cpu.num_microseconds() as f64 / 1e6,
        memory: Some(Memory {
            largest_process_bytes,
            // The sampler may miss processes that end quickly.
            all_processes_bytes: all_processes_bytes.max(largest_process_bytes),
        }),
    };
    fs::write(usage, serde_json::to_vec(&measured)?)?;
    Ok(status)
}

/// Waits for the processes that the program has left behind. Only then the kernel adds their usage.
fn wait_for_orphans() -> nix::Result<()> {
    loop {
        match wait() {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(Errno::ECHILD) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
