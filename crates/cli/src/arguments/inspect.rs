//! Arguments of `darkroom inspect`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// Files to inspect, or folders of such files; `-` is stdin
    #[arg(required = true, value_name = "FILE-OR-DIR")]
    pub(crate) files: Vec<PathBuf>,
    /// Print one JSON object per file and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
