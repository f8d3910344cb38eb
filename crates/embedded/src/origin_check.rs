//! The check that keeps other sites' pages away from a server on a developer's machine.

use std::net::IpAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderValue, header};

use crate::pattern::matches;

/// The hosts and origins that a server on a developer's machine accepts.
///
/// Every page in a browser on this machine can send requests to a loopback address. The browser
/// names the page in `Origin`, except if the page's own host name resolves to the loopback address
/// (DNS rebinding). In that case, the browser treats the request as one to the page's own origin,
/// but `Host` contains the page's host name. So both headers are checked. Clients that are not
/// browsers send no `Origin`, so only their `Host` is checked.
#[derive(Debug, Clone)]
pub struct OriginCheck {
    listen: IpAddr,
    hosts: Vec<String>,
    origins: Vec<String>,
}

/// The error for a request that another site's page may have sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForbiddenOrigin {
    /// The server is not known by this host name or address.
    #[error("this server is not known as {0:?}, and does not accept requests for that host")]
    Host(String),
    /// Pages of this origin may not call the server.
    #[error("pages of the origin {0:?} may not call this server")]
    Origin(String),
}

impl OriginCheck {
    /// Creates a check for a server that listens on `listen`. Loopback addresses, `localhost` and
    /// the names below it are always accepted, and so is `listen` itself.
    ///
    /// `hosts` are further host names or addresses of the server, whose pages may call it too.
    /// `origins` are further origins whose pages may call it, such as `https://app.example.org`. An
    /// origin may contain one `*` as a wildcard.
    pub fn new(listen: IpAddr, hosts: &[String], origins: &[String]) -> Self {
        Self {
            listen,
            hosts: hosts.to_vec(),
            origins: origins.to_vec(),
        }
    }

    /// Checks `Host` and `Origin` of one request. A missing header is accepted: a request without
    /// `Origin` is not from a browser, or is a simple `GET` whose response the page cannot read.
    ///
    /// # Errors
    /// [`ForbiddenOrigin`] if a header has a value that is not accepted.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), ForbiddenOrigin> {
        let hosts = || headers.get_all(header::HOST).iter().map(text);
        if let Some(host) = hosts().find(|host| !self.permits_host(host)) {
            return Err(ForbiddenOrigin::Host(host));
        }
        let same_host = |origin: &str| hosts().any(|host| host_of(&host) == origin_host(origin));
        let mut origins = headers.get_all(header::ORIGIN).iter().map(text);
        match origins.find(|origin| !same_host(origin) && !self.permits_origin(origin)) {
            Some(origin) => Err(ForbiddenOrigin::Origin(origin)),
            None => Ok(()),
        }
    }

    /// Returns `true` if requests may name this host. A server that listens on all addresses
    /// accepts any IP address as its host. Unlike a name, an address cannot be rebound.
    fn permits_host(&self, authority: &str) -> bool {
        host_of(authority).is_some_and(|host| {
            self.is_own(&host) || (self.listen.is_unspecified() && address(&host).is_some())
        })
    }

    fn permits_origin(&self, origin: &str) -> bool {
        let mut patterns = self.origins.iter();
        patterns.any(|pattern| matches(pattern, origin))
            || origin_host(origin).is_some_and(|host| self.is_own(&host))
    }

    fn is_own(&self, host: &str) -> bool {
        host == "localhost"
            || host.ends_with(".localhost")
            || address(host).is_some_and(|ip| ip.is_loopback() || ip == self.listen)
            || self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Returns the host of `scheme://host:port`. An opaque origin (`null`) has none.
fn origin_host(origin: &str) -> Option<String> {
    host_of(origin.split_once("://")?.1)
}

/// Returns the host of `host:port` in lower case, without the brackets of an IPv6 address.
fn host_of(authority: &str) -> Option<String> {
    let authority: Authority = authority.parse().ok()?;
    if authority.as_str().contains('@') {
        return None;
    }
    let host = authority.host().trim_matches(['[', ']']);
    Some(host.to_ascii_lowercase())
}

fn address(host: &str) -> Option<IpAddr> {
    host.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn check_at(listen: IpAddr, host: &str, origin: Option<&str>) -> Result<(), ForbiddenOrigin> {
        let hosts = ["host.docker.internal".to_owned()];
        let origins = ["https://*.example.org".to_owned()];
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        OriginCheck::new(listen, &hosts, &origins).check(&headers)
    }

    fn check(host: &str, origin: Option<&str>) -> Result<(), ForbiddenOrigin> {
        check_at(Ipv4Addr::LOCALHOST.into(), host, origin)
    }

    #[test]
    fn only_hosts_of_this_machine_and_the_given_hosts_are_accepted() {
        for host in [
            "127.0.0.1:9000",
            "localhost",
            "LOCALHOST:9000",
            "app.localhost:80",
            "[::1]:9000",
            "127.8.8.8",
            "Host.Docker.Internal:9000",
        ] {
            assert_eq!(check(host, None), Ok(()), "{host}");
        }
        for host in [
            "evil.example:9000",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "localhost@evil.example",
            "192.0.2.1:9000",
            "0.0.0.0:9000",
            "",
        ] {
            let refused = ForbiddenOrigin::Host(host.to_owned());
            assert_eq!(check(host, None), Err(refused), "{host}");
        }
    }

    #[test]
    fn only_pages_of_this_machine_and_of_the_given_hosts_and_origins_may_call() {
        for origin in [
            "http://127.0.0.1:8080",
            "http://localhost:5173",
            "https://app.localhost",
            "http://[::1]:8080",
            "http://host.docker.internal",
            "https://app.example.org",
        ] {
            assert_eq!(check("localhost:9000", Some(origin)), Ok(()), "{origin}");
        }
        for origin in [
            "https://evil.example",
            "http://localhost.evil.example",
            "http://localhost@evil.example",
            "http://app.example.org",
            "null",
            "",
            "file://",
        ] {
            let refused = ForbiddenOrigin::Origin(origin.to_owned());
            let checked = check("localhost:9000", Some(origin));
            assert_eq!(checked, Err(refused), "{origin}");
        }
    }

    #[test]
    fn a_server_on_all_addresses_accepts_any_ip_address_as_host_but_no_page_of_another_host() {
        for listen in [
            IpAddr::from(Ipv4Addr::UNSPECIFIED),
            Ipv6Addr::UNSPECIFIED.into(),
        ] {
            let check = |host: &str, origin| check_at(listen, host, origin).is_ok();
            assert!(check("192.0.2.1:9000", None));
            assert!(check("192.0.2.1:9000", Some("http://192.0.2.1:8080")));
            assert!(!check("192.0.2.1:9000", Some("http://192.0.2.2:8080")));
            assert!(!check("evil.example", Some("http://evil.example")));
        }
    }

    #[test]
    fn every_value_of_a_repeated_header_is_checked() {
        let mut headers = HeaderMap::new();
        headers.append(header::HOST, HeaderValue::from_static("localhost"));
        headers.append(header::HOST, HeaderValue::from_static("evil.example"));
        let own = OriginCheck::new(Ipv4Addr::LOCALHOST.into(), &[], &[]);
        assert!(own.check(&headers).is_err());
        assert_eq!(own.check(&HeaderMap::new()), Ok(()));
    }
}
