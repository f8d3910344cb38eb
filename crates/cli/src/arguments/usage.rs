//! Arguments of `darkroom usage`.

use clap::Args;
use darkroom_contract::{Owner, ProfileName};

#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// Owner of the uploads
    #[arg(long)]
    pub(crate) owner: Owner,
    /// Count uploads of this profile only
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Print one JSON object per profile and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
