//! The check for public addresses. Unless the operator allows private addresses, webhooks are sent
//! only to public addresses.
//!
//! The resolver of this module checks addresses, and a connection uses exactly the addresses that
//! the resolver returned. A host name that resolves to another address the next time (DNS
//! rebinding) therefore cannot bypass the check.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A resolver that returns only public addresses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PublicAddresses;

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                let error = format!("{} has no public address", name.as_str());
                return Err(io::Error::other(error).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Returns `true` for a public address, according to IANA's special-purpose address registries.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = a == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 224;
    !is_special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [a, b, ..] = segments;
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    match segments {
        // NAT64 (RFC 6052): a gateway translates this address to the embedded IPv4 address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(v4(high, low)),
        // 6to4 (RFC 3056), which also embeds an IPv4 address.
        [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // IETF protocols (Teredo among them) and documentation.
        _ if a == 0x2001 && (b < 0x200 || b == 0xdb8) => false,
        // Documentation (RFC 9637).
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Global unicast.
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_public_except_special_purpose_addresses() {
        for (address, expected) in [
            ("93.184.215.14", true),
            ("100.63.255.255", true),
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", true),
            ("64:ff9b::5db8:d70e", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("127.0.0.1", false),
            ("127.8.8.8", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("192.0.0.170", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("::7f00:1", false),
            ("64:ff9b::a9fe:a9fe", false),
            ("2002:7f00:1::", false),
            ("2001::1", false),
            ("2001:db8::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_with_only_private_addresses_does_not_resolve() {
        let resolved = PublicAddresses.resolve("localhost".parse().unwrap()).await;
        let error = resolved.err().unwrap().to_string();
        assert_eq!(error, "localhost has no public address");
    }
}
