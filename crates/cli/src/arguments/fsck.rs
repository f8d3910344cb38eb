//! Arguments of `darkroom fsck`.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use darkroom_contract::ProfileName;

#[derive(Debug, Args)]
pub(crate) struct Fsck {
    /// Check uploads of this profile only, and of those with the same prefix
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Repair what can be repaired: enqueue uploads, delete orphaned variants, finish deletions
    #[arg(long)]
    pub(crate) repair: bool,
    /// Ignore objects younger than this, because they may be part of an upload in progress
    /// [example: 36h]; with --repair, use more than two hours while workers run
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = humantime::parse_duration)]
    pub(crate) grace: Duration,
    /// Begin after this key, which an earlier run has printed
    #[arg(long, value_name = "KEY")]
    pub(crate) after: Option<String>,
    /// Send at most this many requests per second, so that uploads are not slowed down
    #[arg(long, value_name = "COUNT", default_value = "500")]
    pub(crate) max_rate: NonZeroU32,
    /// With --repair, wait while this many messages are in the queue, so that new uploads need not
    /// wait long
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_waiting: u64,
    /// Print JSON objects, one per line, and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
