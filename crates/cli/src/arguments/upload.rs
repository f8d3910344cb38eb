//! Arguments of `darkroom upload`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};
use darkroom_contract::{Owner, ProfileName};

#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// Files to upload, or folders of such files; `-` is stdin
    #[arg(required = true, value_name = "FILE-OR-DIR")]
    pub(crate) files: Vec<PathBuf>,
    /// URL of the issuer
    #[arg(
        long,
        env = "DARKROOM_UPLOAD_TO",
        value_name = "URL",
        default_value = "http://127.0.0.1:8080"
    )]
    pub(crate) to: String,
    /// Profile of the uploads
    #[arg(long, default_value = "avatar")]
    pub(crate) profile: ProfileName,
    /// Owner of the uploads [default: the owner of the token, or `me` without a token]
    #[arg(long)]
    pub(crate) owner: Option<Owner>,
    /// API key or token for the issuer; prefer the environment variable, because process lists show
    /// arguments
    #[arg(
        long,
        env = "DARKROOM_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub(crate) token: Option<String>,
    /// Time after which a request fails if no response arrives or no data moves
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    pub(crate) timeout: Duration,
    /// Longest time to wait for the outcome of a file
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = humantime::parse_duration)]
    pub(crate) wait: Duration,
    /// Record finished files in this file, and skip those that it contains
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Print one JSON object per file and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

impl Upload {
    /// Returns the arguments for uploads to an issuer in the same process, without bars on the
    /// terminal. Everything else has its default.
    pub(crate) fn to_local_issuer(files: Vec<PathBuf>, url: &str) -> Self {
        let defaults = UploadDefaults::parse_from(["upload", "--json", "--to", url, "-"]);
        Self {
            files,
            token: None,
            ..defaults.upload
        }
    }
}

/// A parser that supplies the defaults of the arguments.
#[derive(Debug, Parser)]
struct UploadDefaults {
    #[command(flatten)]
    upload: Upload,
}
