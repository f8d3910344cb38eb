//! Free TCP ports.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// Returns a TCP port of 127.0.0.1 that nothing listens on.
///
/// The port is not reserved, so another process may take it before the caller does. If a listener
/// can bind port 0, prefer that. Otherwise be ready to retry.
///
/// # Errors
/// Only if the machine has no free port.
pub fn free() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_can_be_bound() {
        let port = free().unwrap();
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok());
    }

    #[test]
    fn a_port_in_use_is_not_returned() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let taken_port = taken.local_addr().unwrap().port();
        assert!((0..200).all(|_| free().unwrap() != taken_port));
    }
}
