//! The workers that are compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use darkroom_contract::MANIFEST_PREFIX;
use darkroom_harness::{DEADLINE, ProcessStats, TestBed, Worker};
use darkroom_testkit::localstack::Venv;
use darkroom_testkit::process::Process;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// A kind of worker.
#[derive(Debug, Clone)]
pub(crate) enum Peer {
    /// `darkroom worker` with one render process.
    Darkroom,
    /// `worker.py`, with this interpreter.
    Python(PathBuf),
}

impl Peer {
    /// Creates the worker in Python. Installs its packages into `target`, unless they are there.
    ///
    /// Errors if there is no Python 3.11 or newer, or the packages cannot be installed.
    pub(crate) fn python() -> anyhow::Result<Self> {
        let target = Path::new(FOLDER).join("../../target/pipeline-venv");
        let venv = Venv::prepare(&target, &Path::new(FOLDER).join("requirements.txt"));
        let venv = venv.map_err(anyhow::Error::msg);
        Ok(Self::Python(
            venv.context("cannot install boto3 and Pillow")?.python(),
        ))
    }

    /// Returns the name in reports.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Darkroom => "Darkroom",
            Self::Python(_) => "Python, boto3, Pillow",
        }
    }

    /// Starts a worker, and waits until it polls. It reaches the cloud without the fault proxies.
    ///
    /// Errors if it does not start.
    pub(crate) async fn start(&self, bed: &TestBed) -> anyhow::Result<Running> {
        let direct = bed.endpoints();
        match self {
            Self::Darkroom => {
                let settings = [
                    ("AWS_ENDPOINT_URL_S3", &*direct.s3),
                    ("AWS_ENDPOINT_URL_SQS", &*direct.sqs),
                ];
                Ok(Running::Darkroom(bed.start_worker(&settings).await?))
            }
            Self::Python(interpreter) => {
                let mut command = Command::new(interpreter);
                command.arg(Path::new(FOLDER).join("worker.py"));
                command.arg(MANIFEST_PREFIX);
                bed.set_environment(&mut command);
                let mut process = Process::start(command)?;
                let is_polling = |line: &str| (line == "polling").then_some(());
                process
                    .wait_for_line_async("the start of the worker", DEADLINE, is_polling)
                    .await?;
                Ok(Running::Python(process))
            }
        }
    }
}

/// A running worker. Dropping it kills the process.
pub(crate) enum Running {
    Darkroom(Worker),
    Python(Process),
}

impl Running {
    /// Returns the resources of the process, and those of its child processes.
    ///
    /// Errors if the worker has ended.
    pub(crate) fn stats(&self) -> anyhow::Result<(ProcessStats, Vec<ProcessStats>)> {
        let pid = match self {
            Self::Darkroom(worker) => worker.pid(),
            Self::Python(process) => process.pid(),
        };
        // A child that has ended in the meantime is left out.
        let children = children(pid).into_iter();
        let children = children.filter_map(|child| ProcessStats::read(child).ok());
        Ok((ProcessStats::read(pid)?, children.collect()))
    }
}

/// Returns the child processes that all threads of a process have started.
fn children(pid: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().map(str::parse).collect::<Vec<_>>())
        .flatten()
        .collect()
}
