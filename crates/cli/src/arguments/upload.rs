//! Arguments of `darkroom upload`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use darkroom_contract::{Owner, ProfileName};

#[derive(Debug, Args)]
pub(crate) struct Upload {
    /// Files to upload, or folders of such files
    #[arg(required = true, value_name = "FILE-OR-DIR")]
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
    /// Print one JSON object per file and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
