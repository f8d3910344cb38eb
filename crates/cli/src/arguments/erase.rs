//! Arguments of `darkroom erase`.

use clap::Args;
use darkroom_contract::{Owner, ProfileName};

#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// Owner to erase
    #[arg(long)]
    pub(crate) owner: Owner,
    /// Erase uploads of this profile only
    #[arg(long)]
    pub(crate) profile: Option<ProfileName>,
    /// Count the objects without removing them
    #[arg(long)]
    pub(crate) dry_run: bool,
}
