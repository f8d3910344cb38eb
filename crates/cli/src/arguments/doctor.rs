//! Arguments of `darkroom doctor`.

use std::time::Duration;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Check the permissions of this role only
    #[arg(long, value_enum, default_value_t = RoleChoice::All)]
    pub(crate) role: RoleChoice,
    /// Longest wait for the event of a new object
    #[arg(long, value_name = "DURATION", default_value = "20s", value_parser = humantime::parse_duration)]
    pub(crate) wait: Duration,
    /// Print one JSON object per finding
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleChoice {
    Issuer,
    Worker,
    Webhooks,
    All,
}
