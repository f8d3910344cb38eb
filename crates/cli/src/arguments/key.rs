//! Arguments of `darkroom key`.

use clap::{Args, Subcommand};
use darkroom_contract::{Owner, ProfileName};

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Print a new key and the settings for it
    New(NewKey),
}

#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// Name of the key in the settings and in the log
    #[arg(long, default_value = "key")]
    pub(crate) name: String,
    /// Owner that the key may act for [default: any owner]
    #[arg(long)]
    pub(crate) owner: Option<Owner>,
    /// Profile that the key may use; may be repeated [default: all profiles]
    #[arg(long = "profile", value_name = "PROFILE")]
    pub(crate) profiles: Vec<ProfileName>,
    /// Make the key of an operator, which may also erase owners and review uploads
    #[arg(long, conflicts_with_all = ["owner", "profiles"])]
    pub(crate) operator: bool,
    /// Make the key of a reviewer, which may see, approve and reject uploads in review
    #[arg(long, conflicts_with = "owner")]
    pub(crate) reviewer: bool,
    /// Print one JSON object and nothing else
    #[arg(long)]
    pub(crate) json: bool,
}
