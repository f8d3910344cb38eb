//! Arguments of `darkroom backfill`.

use clap::Args;
use darkroom_contract::ProfileName;

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
