//! The command line: one file of arguments per command.

mod backfill;
mod dev;
mod dlq;
mod doctor;
mod erase;
mod fsck;
mod health;
mod import;
mod inspect;
mod key;
mod list;
mod process;
mod provision;
mod render;
mod review;
mod simulate;
mod try_samples;
mod upload;
mod usage;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use backfill::Backfill;
pub(crate) use dev::Dev;
pub(crate) use dlq::{Dlq, DlqList, DlqPurge, DlqRedrive};
pub(crate) use doctor::{Doctor, RoleChoice};
pub(crate) use erase::Erase;
pub(crate) use fsck::Fsck;
pub(crate) use health::{Health, HealthRole};
pub(crate) use import::Import;
pub(crate) use inspect::Inspect;
pub(crate) use key::{Key, NewKey};
pub(crate) use list::{List, Order};
pub(crate) use process::Process;
pub(crate) use provision::Provision;
pub(crate) use render::Render;
pub(crate) use review::{Review, ReviewApprove, ReviewList, ReviewReject, ReviewedUpload};
pub(crate) use simulate::Simulate;
pub(crate) use try_samples::Try;
pub(crate) use upload::Upload;
pub(crate) use usage::Usage;

use crate::build_info::VERSION;

/// Turns uploaded photos into small, upright WebP images without private metadata.
#[derive(Debug, Parser)]
#[command(name = "darkroom", version = VERSION, about, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Settings file [default: `darkroom.toml` in the working directory, if it exists]
    #[arg(long, global = true, env = "DARKROOM_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything on this machine: embedded S3 and SQS, issuer and worker
    Dev(Dev),
    /// Upload sample photos to a service in this process, and show what they give away
    Try(Try),
    /// Run the HTTP service that issues upload URLs and reports outcomes
    Issuer,
    /// Run a worker that processes uploads from the queue
    Worker,
    /// Create or update the buckets, the queues and the notification between them
    Provision(Provision),
    /// Check endpoints, permissions, buckets, queues and notifications, and explain each problem
    Doctor(Doctor),
    /// Upload files to a running issuer and wait for the outcomes
    Upload(Upload),
    /// Render files on this machine, as a worker would
    Process(Process),
    /// Show the properties and the private metadata of files
    Inspect(Inspect),
    /// Enqueue raw objects that have no current outcome
    Backfill(Backfill),
    /// Import objects of a bucket as uploads
    Import(Import),
    /// Check the objects of both buckets for contradictions, and repair them
    Fsck(Fsck),
    /// List the uploads of an owner
    List(List),
    /// Count the uploads and bytes of an owner, and show the quotas
    Usage(Usage),
    /// Erase everything that the store holds about an owner
    Erase(Erase),
    /// List, approve or reject uploads in review
    #[command(subcommand)]
    Review(Review),
    /// List, redrive or delete dead letters
    #[command(subcommand)]
    Dlq(Dlq),
    /// Check the health of the issuer or worker that runs in this container
    Health(Health),
    /// Compute the backlog, latency, workers and cost of a day's traffic
    Simulate(Box<Simulate>),
    /// Manage API keys of the issuer
    Key {
        #[command(subcommand)]
        action: Key,
    },
    /// Print the JSON schema of the reports of `inspect`, `process`, `upload`, `dlq`, `backfill`
    /// and `fsck`
    Schema,
    /// Print a script that completes command lines in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write a manual page for every command
    Man {
        /// Folder for the pages, such as ~/.local/share/man/man1
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Parse and render images; started by the other commands
    #[command(hide = true)]
    Render(Render),
}

impl Command {
    /// Returns `true` if the log contains only warnings and errors by default, because the command
    /// itself reports what happens.
    pub(crate) const fn is_quiet(&self) -> bool {
        match self {
            Self::Dev(dev) => !dev.verbose,
            Self::Try(_) => true,
            _ => false,
        }
    }

    /// Returns `true` for a role. A role runs until it is stopped, and its log lines are usually
    /// collected.
    pub(crate) const fn is_role(&self) -> bool {
        matches!(self, Self::Issuer | Self::Worker)
    }

    /// Returns the name of a role in its traces. Returns `None` for the other commands, which
    /// export neither metrics nor traces.
    pub(crate) const fn service(&self) -> Option<&'static str> {
        match self {
            Self::Dev(_) => Some("darkroom-dev"),
            Self::Issuer => Some("darkroom-issuer"),
            Self::Worker => Some("darkroom-worker"),
            _ => None,
        }
    }
}
