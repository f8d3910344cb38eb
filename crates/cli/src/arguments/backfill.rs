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
    /// Begin after this key, which an earlier run has printed
    #[arg(long, value_name = "KEY")]
    pub(crate) after: Option<String>,
    /// Wait while this many messages are in the queue, so that new uploads need not wait long
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_waiting: u64,
    /// Count the uploads without enqueuing them
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
