//! The roles whose permissions are checked.

use std::fmt;

use serde::Serialize;

/// A role of the service, with permissions of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The HTTP service.
    Issuer,
    /// The worker.
    Worker,
    /// The delivery of webhooks, which runs in the process of the issuer.
    Webhooks,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 3] = [Self::Issuer, Self::Worker, Self::Webhooks];

    /// Returns the name, as in the names of the policies in `deploy/iam`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Worker => "worker",
            Self::Webhooks => "webhooks",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
