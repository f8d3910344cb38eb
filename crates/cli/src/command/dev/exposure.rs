//! The clients that may reach the servers of `dev`.

use std::net::IpAddr;

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
