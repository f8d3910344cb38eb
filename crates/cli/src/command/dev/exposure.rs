//! The clients that may reach the servers of `dev`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use darkroom_contract::ListenAddress;
use darkroom_embedded::OriginCheck;
use reqwest::Url;

use crate::arguments::Dev;
use crate::settings::Settings;

/// Warns about each embedded server that other machines can reach.
pub(super) fn warn_of_exposure(arguments: &Dev) {
    let is_exposed = |address: ListenAddress| !address.socket().ip().is_loopback();
    if is_exposed(arguments.s3_listen) {
        tracing::warn!(
            address = %arguments.s3_listen,
            "other machines can reach the embedded S3, and only its secret key protects it"
        );
    }
    if is_exposed(arguments.sqs_listen) {
        tracing::warn!(
            address = %arguments.sqs_listen,
            "other machines can reach the embedded SQS and use its queues without a key; it does \
             not verify signatures"
        );
    }
}

/// An address for documentation (RFC 5737). No packet is ever sent to it.
const ANY_REMOTE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// Returns the address by which other devices on the network reach this machine.
///
/// Connecting a UDP socket only selects the local address of the route. It sends nothing.
pub(super) fn network_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(ANY_REMOTE).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

/// Returns the address by which this machine reaches a listener.
pub(super) fn local_address(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// Makes upload URLs name the address of this machine on the network, so that other devices can use
/// them. Does so only if the embedded S3 listens on all addresses.
pub(super) fn use_network_address(arguments: &Dev, settings: &mut Settings) {
    let s3 = arguments.s3_listen.socket();
    let is_unset = settings.storage.public_endpoint.is_none();
    if s3.ip().is_unspecified() && s3.port() != 0 && is_unset {
        let address = network_address().map(|ip| format!("http://{ip}:{}", s3.port()));
        settings.storage.public_endpoint = address;
    }
}

/// Returns the host names by which clients may reach the servers.
pub(super) fn allowed_hosts(arguments: &Dev, settings: &Settings) -> Vec<String> {
    let public = settings.storage.public_endpoint.as_deref();
    let public = public.and_then(|url| Url::parse(url).ok());
    let public = public.and_then(|url| url.host_str().map(str::to_owned));
    let hosts = arguments.allow_host.iter().cloned();
    hosts.chain(public).collect()
}

/// Returns the origins in the settings, without `*`. `*` is the default, but it would let the pages
/// of any website call the servers. Pages of this machine need no setting, because the origin check
/// always accepts them.
pub(super) fn allowed_origins(origins: &[String]) -> Vec<String> {
    let origins = origins.iter().filter(|origin| *origin != "*");
    origins.cloned().collect()
}

/// Returns the origin check of an issuer that listens on `listen`.
pub(super) fn issuer_check(listen: IpAddr, arguments: &Dev, settings: &Settings) -> OriginCheck {
    let origins = allowed_origins(&settings.issuer.cors_origins);
    OriginCheck::new(listen, &allowed_hosts(arguments, settings), &origins)
}
