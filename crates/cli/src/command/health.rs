//! `darkroom health`: the health check of a container.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use darkroom_contract::SettingError;

use crate::arguments::{Health, HealthRole};
use crate::console::{eprint, print};
use crate::exit_status::ExitStatus;
use crate::settings::Settings;

/// The time limit for a response. It is shorter than the usual timeout of a container's health
/// check, so that the error names the address.
const TIMEOUT: Duration = Duration::from_secs(4);

/// The address at which a role on this machine serves its health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Endpoint {
    role: &'static str,
    address: SocketAddr,
}

/// The result of a request to an endpoint.
enum Response {
    /// A 2xx status.
    Healthy,
    /// Another status, with the beginning of the body.
    Unhealthy(String),
    /// No connection. Nothing listens there, so the role does not run here.
    Absent,
}

pub(super) async fn run(arguments: Health, settings: &Settings) -> anyhow::Result<ExitStatus> {
    let endpoints = match arguments.role {
        Some(HealthRole::Issuer) => vec![issuer(settings)],
        Some(HealthRole::Worker) => vec![worker(settings).ok_or_else(|| {
            SettingError::new(
                "worker.listen",
                "must be set, so that `darkroom health` can reach the worker",
            )
        })?],
        None => [Some(issuer(settings)), worker(settings)]
            .into_iter()
            .flatten()
            .collect(),
    };
    let http = reqwest::Client::builder()
        .timeout(TIMEOUT)
        // The role runs on this machine, so a proxy must not take the request.
        .no_proxy()
        .build()
        .context("cannot create the HTTP client")?;
    let path = if arguments.ready { "readyz" } else { "healthz" };
    let (mut healthy, mut unhealthy) = (0, 0);
    for endpoint in &endpoints {
        let url = format!("http://{}/{path}", endpoint.address);
        match ask(&http, &url).await? {
            Response::Healthy => {
                healthy += 1;
                print(&format!("{}: ok", endpoint.role))?;
            }
            Response::Unhealthy(reason) => {
                unhealthy += 1;
                eprint(&format!("{} at {url}: {reason}", endpoint.role));
            }
            Response::Absent => {}
        }
    }
    if healthy + unhealthy == 0 {
        bail!("nothing listens on {}", names(&endpoints));
    }
    Ok(match unhealthy {
        0 => ExitStatus::Success,
        _ => ExitStatus::Failure,
    })
}

/// Sends a request, and waits for its response.
async fn ask(http: &reqwest::Client, url: &str) -> anyhow::Result<Response> {
    let response = match http.get(url).send().await {
        Ok(response) => response,
        Err(error) if error.is_connect() => return Ok(Response::Absent),
        Err(error) => return Err(error).with_context(|| format!("no response from {url}")),
    };
    let status = response.status();
    if status.is_success() {
        return Ok(Response::Healthy);
    }
    let body = response.text().await.unwrap_or_default();
    let summary = body.lines().next().unwrap_or_default();
    Ok(Response::Unhealthy(format!("{status}: {summary}")))
}

/// Returns the listener of the issuer that has no limits on connections, so that many clients do
/// not make a healthy issuer seem dead.
fn issuer(settings: &Settings) -> Endpoint {
    let issuer = &settings.issuer;
    let operator = issuer.metrics_address();
    Endpoint {
        role: "issuer",
        address: local(operator.unwrap_or_else(|| issuer.listen.socket())),
    }
}

fn worker(settings: &Settings) -> Option<Endpoint> {
    settings.worker.listen.map(|address| Endpoint {
        role: "worker",
        address: local(address.socket()),
    })
}

/// Replaces an address that means "all addresses" with the loopback address.
fn local(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Lists the roles and their addresses for a message.
fn names(endpoints: &[Endpoint]) -> String {
    let names = endpoints
        .iter()
        .map(|endpoint| format!("{} ({})", endpoint.address, endpoint.role));
    names.collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Settings::load(None, variables).unwrap()
    }

    #[test]
    fn a_role_on_all_addresses_is_asked_on_the_loopback_address() {
        for (listen, expected) in [
            ("0.0.0.0:9100", "127.0.0.1:9100"),
            ("[::]:9100", "[::1]:9100"),
            ("10.0.0.1:9100", "10.0.0.1:9100"),
        ] {
            let settings = settings(&[("DARKROOM_WORKER_LISTEN", listen)]);
            assert_eq!(worker(&settings).unwrap().address.to_string(), expected);
        }
        assert_eq!(worker(&settings(&[])), None);
    }

    #[test]
    fn an_issuer_is_asked_on_the_listener_without_limits() {
        for (variables, expected) in [
            (&[][..], "127.0.0.1:8080"),
            (
                &[("DARKROOM_ISSUER_LISTEN", "0.0.0.0:80")],
                "127.0.0.1:9101",
            ),
            (
                &[
                    ("DARKROOM_ISSUER_LISTEN", "0.0.0.0:80"),
                    ("DARKROOM_ISSUER_METRICS_LISTEN", "0.0.0.0:80"),
                ],
                "127.0.0.1:80",
            ),
        ] {
            let endpoint = issuer(&settings(variables));
            assert_eq!(endpoint.address.to_string(), expected, "{variables:?}");
        }
    }
}
