//! The client that a limit applies to.

use std::net::IpAddr;

use darkroom_contract::Owner;

/// The client whose long polls, event streams or temporary files a limit counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// The owner of the uploads that a request concerns.
    Owner(Owner),
    /// A caller that acts for any owner, in a request that concerns no owner.
    Caller(String),
    /// The address of a client that is not authenticated. Such a client chooses its owners freely.
    Address(IpAddr),
}
