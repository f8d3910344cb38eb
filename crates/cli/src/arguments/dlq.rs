//! Arguments of `darkroom dlq`.

use clap::{Args, Subcommand};

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
