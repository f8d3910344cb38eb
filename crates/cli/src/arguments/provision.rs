//! Arguments of `darkroom provision`.

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Provision {
    /// Print the changes without making them; the exit code is 3 if there are any
    #[arg(long)]
    pub(crate) dry_run: bool,
}
