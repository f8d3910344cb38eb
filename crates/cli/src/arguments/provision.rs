//! Arguments of `darkroom provision`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Provision {
    /// Print the changes without making them
    #[arg(long)]
    pub(crate) dry_run: bool,
}
