//! The address of the client of a connection.

use std::net::{IpAddr, Ipv6Addr};

/// The address of the client of a connection, as an extension of each of its requests. Behind a
/// proxy, it is the address of the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PeerAddress(pub(crate) IpAddr);

impl PeerAddress {
    /// Creates an address. An IPv4 address that is mapped to IPv6 counts as the IPv4 address.
    pub(crate) fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }
}

/// The address of requests that did not arrive on a connection of the service.
impl Default for PeerAddress {
    fn default() -> Self {
        Self(Ipv6Addr::UNSPECIFIED.into())
    }
}
