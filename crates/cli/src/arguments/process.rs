//! Arguments of `darkroom process`.

use std::path::PathBuf;

use clap::Args;
use darkroom_contract::ProfileName;

#[derive(Debug, Args)]
pub(crate) struct Process {
    /// Files to render, or folders of such files; `-` is stdin
    #[arg(required = true, value_name = "FILE-OR-DIR")]
    pub(crate) sources: Vec<PathBuf>,
    /// Folder for the variants
    #[arg(long, value_name = "DIR", default_value = "darkroom-out")]
    pub(crate) out: PathBuf,
    /// Profile to render with
    #[arg(long, default_value = "avatar")]
    pub(crate) profile: ProfileName,
    /// Render files even if an earlier run has rendered them into the same folder
    #[arg(long)]
    pub(crate) force: bool,
    /// Print one JSON object per file and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
