//! The addresses that servers listen on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// An address and port to listen on, in a setting or an argument.
///
/// A port alone (`8080` or `:8080`) and `localhost:8080` mean the loopback address. To be reachable
/// from other machines, a server needs an explicit address.
///
/// ```
/// use darkroom_contract::ListenAddress;
///
/// let address: ListenAddress = "8080".parse()?;
/// assert_eq!(address.to_string(), "127.0.0.1:8080");
/// assert!("0.0.0.0".parse::<ListenAddress>().is_err());
/// # Ok::<(), darkroom_contract::ListenAddressError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ListenAddress(SocketAddr);

/// The error for a text that is not an address to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {EXPECTED}")]
pub struct ListenAddressError;

const EXPECTED: &str = "an address and port such as \"127.0.0.1:8080\"";

impl ListenAddress {
    /// Returns the loopback address with this port.
    pub const fn loopback(port: u16) -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }

    /// Returns the address and port.
    pub const fn socket(self) -> SocketAddr {
        self.0
    }
}

impl FromStr for ListenAddress {
    type Err = ListenAddressError;

    fn from_str(text: &str) -> Result<Self, ListenAddressError> {
        let text = text.trim();
        if let Ok(address) = text.parse() {
            return Ok(Self(address));
        }
        let port = match text.rsplit_once(':') {
            None => text,
            Some(("" | "localhost", port)) => port,
            Some(_) => return Err(ListenAddressError),
        };
        // Without this check, the standard library would accept a port with a plus sign.
        let port = port
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(port);
        let port = port.and_then(|port| port.parse().ok());
        port.map(Self::loopback).ok_or(ListenAddressError)
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for ListenAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AddressOrPort;

        impl Visitor<'_> for AddressOrPort {
            type Value = ListenAddress;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ListenAddress, E> {
                let parsed = text.parse();
                parsed.map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }

            fn visit_u64<E: serde::de::Error>(self, port: u64) -> Result<ListenAddress, E> {
                let invalid = |_| E::invalid_type(Unexpected::Unsigned(port), &self);
                let port = u16::try_from(port).map_err(invalid)?;
                Ok(ListenAddress::loopback(port))
            }

            fn visit_i64<E: serde::de::Error>(self, port: i64) -> Result<ListenAddress, E> {
                let unsigned = u64::try_from(port);
                let unsigned =
                    unsigned.map_err(|_| E::invalid_type(Unexpected::Signed(port), &self));
                self.visit_u64(unsigned?)
            }
        }

        deserializer.deserialize_any(AddressOrPort)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_without_an_ip_address_means_the_loopback_address() {
        for (text, expected) in [
            ("8080", "127.0.0.1:8080"),
            (":8080", "127.0.0.1:8080"),
            ("localhost:0", "127.0.0.1:0"),
            (" 0.0.0.0:80 ", "0.0.0.0:80"),
            ("[::]:80", "[::]:80"),
        ] {
            let address: ListenAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn a_text_that_is_not_an_address_and_port_is_an_error() {
        for text in [
            "",
            ":",
            "+80",
            "65536",
            "0.0.0.0",
            "::1",
            "example.org:80",
            "http://localhost:80",
        ] {
            assert_eq!(
                text.parse::<ListenAddress>(),
                Err(ListenAddressError),
                "{text}"
            );
        }
    }

    #[test]
    fn a_setting_is_text_or_a_number() {
        let parse = serde_json::from_str::<ListenAddress>;
        assert_eq!(parse("8080").unwrap(), parse("\"8080\"").unwrap());
        for json in ["70000", "-1", "8080.5", "true", "\"x\""] {
            assert!(parse(json).is_err(), "{json}");
        }
        let address = ListenAddress::loopback(80);
        assert_eq!(serde_json::json!(address), "127.0.0.1:80");
    }
}
