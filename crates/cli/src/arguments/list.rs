//! Arguments of `darkroom list`.

use clap::{Args, ValueEnum};
use darkroom_contract::{Owner, ProfileName};

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Owner of the uploads
    #[arg(long)]
    pub(crate) owner: Owner,
    /// List uploads of this profile only [default: all profiles, one after the other]
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Order of the uploads of a profile
    #[arg(long, value_enum, default_value_t)]
    pub(crate) order: Order,
    /// Maximum number of uploads of a profile [default: no limit]
    #[arg(long, value_name = "COUNT")]
    pub(crate) limit: Option<usize>,
    /// Add the outcomes, at the cost of one request to S3 for each upload
    #[arg(long)]
    pub(crate) outcomes: bool,
    /// Print one JSON object per upload and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Order {
    /// The latest upload comes first
    #[default]
    Newest,
    /// The earliest upload comes first
    Oldest,
}
