//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use darkroom_contract::{Owner, ProfileName};

/// From an uploaded photo to an upright, clean, small WebP.
#[derive(Debug, Parser)]
#[command(name = "darkroom", version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    /// Settings file; `darkroom.toml` in the working directory is read where there is one.
    #[arg(long, global = true, env = "DARKROOM_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start everything on this machine: embedded S3 and SQS, issuer and worker.
    Dev(Dev),
    /// Hand out upload URLs and tell outcomes over HTTP.
    Issuer,
    /// Take uploads from the queue and render them.
    Worker,
    /// Create and correct buckets, queues and what connects them.
    Provision(Provision),
    /// Upload files to a running issuer and wait for the outcomes.
    Upload(Upload),
    /// Render files on this machine, as a worker would.
    Process(Process),
    /// Say what files are and what they would give away.
    Inspect(Inspect),
    /// Put raw objects without a current outcome back on the queue.
    Backfill(Backfill),
    /// Look at messages that could not be worked on, put them back, or delete them.
    #[command(subcommand)]
    Dlq(Dlq),
    /// Make an API key for the issuer.
    Key {
        #[command(subcommand)]
        action: Key,
    },
    /// The process that parses pictures; started by the others.
    #[command(hide = true)]
    Render(Render),
}

#[derive(Debug, Args)]
pub(crate) struct Render {
    /// Bytes of address space.
    #[arg(long)]
    pub(crate) max_memory: u64,
    /// Seconds of CPU time for one image.
    #[arg(long)]
    pub(crate) image_cpu_seconds: u64,
    /// Seconds of processor time for the whole life of the process.
    #[arg(long)]
    pub(crate) process_cpu_seconds: u64,
}

impl Command {
    /// By which name a role's traces and metrics go; tools have neither.
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
    /// Where objects are kept; a second start finds them again.
    #[arg(long, value_name = "DIR", default_value = "darkroom-data")]
    pub(crate) data_dir: PathBuf,
    /// Where the issuer listens; the settings' own address where this is not given.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Where the embedded S3 listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9000")]
    pub(crate) s3_listen: SocketAddr,
    /// Where the embedded SQS listens; any free port where this is not given.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) sqs_listen: SocketAddr,
}

#[derive(Debug, Args)]
pub(crate) struct Provision {
    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Print a new key, and what the settings need of it.
    New(NewKey),
}

#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// What the key is called in the settings and in the log.
    #[arg(long, default_value = "key")]
    pub(crate) name: String,
    /// The only owner that it may act for; where none is given, it may act for any.
    #[arg(long)]
    pub(crate) owner: Option<Owner>,
    /// A profile that it may use, may be repeated; where none is given, it may use all.
    #[arg(long = "profile", value_name = "PROFILE")]
    pub(crate) profiles: Vec<ProfileName>,
    /// Print one JSON object and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// The files to upload.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The issuer.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) to: String,
    /// What is to be made of them.
    #[arg(long, default_value = "avatar")]
    pub(crate) profile: ProfileName,
    /// Whose they are; `me`, or with a token the token's own owner, where this is not given.
    #[arg(long)]
    pub(crate) owner: Option<Owner>,
    /// The API key or token to show the issuer; better in the environment, where no list of
    /// processes shows it.
    #[arg(
        long,
        env = "DARKROOM_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) token: Option<String>,
    /// Print one JSON object per file and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Process {
    /// The files to render; of a folder, every file below it.
    #[arg(required = true, value_name = "FILE-OR-DIR")]
    pub(crate) sources: Vec<PathBuf>,
    /// Where the variants go.
    #[arg(long, value_name = "DIR", default_value = "darkroom-out")]
    pub(crate) out: PathBuf,
    /// What is to be made of them.
    #[arg(long, default_value = "avatar")]
    pub(crate) profile: ProfileName,
    /// Print one JSON object per file and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The files to look at.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print one JSON object per file and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Backfill {
    /// Only uploads of this profile.
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Also those whose outcome is current.
    #[arg(long)]
    pub(crate) force: bool,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    /// Say of each dead letter why it is there. It stays.
    List(DlqList),
    /// Put dead letters back on the queue that they come from.
    Redrive(DlqRedrive),
    /// Delete dead letters for good.
    Purge(DlqPurge),
}

#[derive(Debug, Args)]
pub(crate) struct DlqList {
    /// Print one JSON object per letter and nothing else.
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
    /// Do not ask.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DlqChoice {
    /// Only the letter of this id; may be given several times.
    #[arg(long = "id", value_name = "ID")]
    pub(crate) ids: Vec<String>,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object per letter and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}
