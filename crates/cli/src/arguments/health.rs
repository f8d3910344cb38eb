//! Arguments of `darkroom health`.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Health {
    /// Role to check [default: each role that responds; at least one must]
    #[arg(value_enum)]
    pub(crate) role: Option<HealthRole>,
    /// Also check that the role can reach the store and its queue
    #[arg(long)]
    pub(crate) ready: bool,
}

/// A role that serves its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HealthRole {
    /// `darkroom issuer`, and the issuer of `darkroom dev`
    Issuer,
    /// `darkroom worker`, if `worker.listen` is set
    Worker,
}
