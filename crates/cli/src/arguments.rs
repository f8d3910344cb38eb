//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use darkroom_contract::{Owner, ProfileName};

/// Turns uploaded photos into small, upright WebP images without private metadata.
#[derive(Debug, Parser)]
#[command(name = "darkroom", version, about, max_term_width = 100)]
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
    /// Run the HTTP service that issues upload URLs and reports outcomes
    Issuer,
    /// Run a worker that processes uploads from the queue
    Worker,
    /// Create or update the buckets, the queues and the notification between them
    Provision(Provision),
    /// Upload files to a running issuer and wait for the outcomes
    Upload(Upload),
    /// Render files on this machine, as a worker would
    Process(Process),
    /// Show the properties and the private metadata of files
    Inspect(Inspect),
    /// Enqueue raw objects that have no current outcome
    Backfill(Backfill),
    /// List, redrive or delete dead letters
    #[command(subcommand)]
    Dlq(Dlq),
    /// Manage API keys of the issuer
    Key {
        #[command(subcommand)]
        action: Key,
    },
    /// Parse and render images; started by the other commands
    #[command(hide = true)]
    Render(Render),
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Address space in bytes
    #[arg(long)]
    pub(crate) max_memory: u64,
    /// CPU seconds for one image
    #[arg(long)]
    pub(crate) image_cpu_seconds: u64,
    /// CPU seconds for the lifetime of the process
    #[arg(long)]
    pub(crate) process_cpu_seconds: u64,
}

impl Command {
    /// The service name in the traces of a role; `None` for tools, which have no telemetry.
    pub(crate) const fn service(&self) -> Option<&'static str> {
        match self {
            Self::Dev(_) => Some("darkroom-dev"),
            Self::Issuer => Some("darkroom-issuer"),
            Self::Worker => Some("darkroom-worker"),
            _ => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Folder for objects, which a later start finds again
    #[arg(long, value_name = "DIR", default_value = "darkroom-data")]
    pub(crate) data_dir: PathBuf,
    /// Address of the issuer [default: the setting `issuer.listen`]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Address of the embedded S3
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    pub(crate) s3_listen: SocketAddr,
    /// Address of the embedded SQS; port 0 is any free port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) sqs_listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Provision {
    /// Print the changes without making them
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Print a new key and the settings for it
    New(NewKey),
}

#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// Name of the key in the settings and in the log
    #[arg(long, default_value = "key")]
    pub(crate) name: String,
    /// Only owner that the key may act for [default: any owner]
    #[arg(long)]
    pub(crate) owner: Option<Owner>,
    /// Profile that the key may use; may be repeated [default: all profiles]
    #[arg(long = "profile", value_name = "PROFILE")]
    pub(crate) profiles: Vec<ProfileName>,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// Files to upload
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// URL of the issuer
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) to: String,
    /// Profile of the uploads
    #[arg(long, default_value = "avatar")]
    pub(crate) profile: ProfileName,
    /// Owner of the uploads [default: the owner of the token, or `me` without a token]
    #[arg(long)]
    pub(crate) owner: Option<Owner>,
    /// API key or token for the issuer; prefer the environment, which process lists do not show
    #[arg(
        long,
        env = "DARKROOM_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) token: Option<String>,
    /// Print one JSON object per file and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Process {
    /// Files to render, or folders of such files
    #[arg(required = true, value_name = "FILE-OR-DIR")]
    pub(crate) sources: Vec<PathBuf>,
    /// Folder for the variants
    #[arg(long, value_name = "DIR", default_value = "darkroom-out")]
    pub(crate) out: PathBuf,
    /// Profile to render with
    #[arg(long, default_value = "avatar")]
    pub(crate) profile: ProfileName,
    /// Print one JSON object per file and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Files to inspect
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print one JSON object per file and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backfill {
    /// Include uploads of this profile only
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Include uploads whose outcome is current
    #[arg(long)]
    pub(crate) force: bool,
    /// Count the uploads without enqueuing them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    /// List dead letters with their reasons
    List(DlqList),
    /// Move dead letters back to their queue
    Redrive(DlqRedrive),
    /// Delete dead letters permanently
    Purge(DlqPurge),
}

#[derive(Debug, Args)]
pub(crate) struct DlqList {
    /// Print one JSON object per dead letter and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DlqRedrive {
    #[command(flatten)]
    pub(crate) choice: DlqChoice,
}

#[derive(Debug, Args)]
pub(crate) struct DlqPurge {
    #[command(flatten)]
    pub(crate) choice: DlqChoice,
    /// Delete without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DlqChoice {
    /// Id of a dead letter; may be repeated [default: all dead letters]
    #[arg(long = "id", value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Print the dead letters without moving or deleting them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object per dead letter and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
