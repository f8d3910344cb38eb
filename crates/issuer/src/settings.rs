//! The section `[issuer]` of the settings.

use std::net::SocketAddr;
use std::time::Duration;

use darkroom_contract::{ListenAddress, SettingError};
use serde::{Deserialize, Serialize};

/// The HTTP service (`[issuer]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IssuerSettings {
    /// The address and port to listen on.
    pub listen: ListenAddress,
    /// The address and port of `/metrics` and `/openapi.json`, which do not authenticate their
    /// callers. If this address equals `listen`, clients can also reach these two paths. The
    /// default is the value of `listen` if that is a loopback address, and otherwise port 9101 of
    /// the loopback address.
    pub metrics_listen: Option<ListenAddress>,
    /// The lifetime of an upload URL, at most 15 minutes. A URL expires earlier if the credentials
    /// that signed it expire.
    #[serde(with = "humantime_serde")]
    pub upload_expiry: Duration,
    /// The longest time that a client may wait for an outcome within one request (`?wait=` or
    /// `Prefer: wait=`).
    #[serde(with = "humantime_serde")]
    pub max_wait: Duration,
    /// The lifetime of a variant's URL if `storage.media_base_url` is not set.
    #[serde(with = "humantime_serde")]
    pub link_expiry: Duration,
    /// The time limit for the headers of a request, for its JSON body, and for each pause in a
    /// direct upload, each counted separately. This is also the idle timeout of a connection, so it
    /// must be longer than the idle timeout of a load balancer in front of the service. With a
    /// shorter timeout, the load balancer may send a request on a connection that the service is
    /// closing.
    #[serde(with = "humantime_serde")]
    pub read_timeout: Duration,
    /// The origins of the web pages that may call the service. `*` allows all origins.
    pub cors_origins: Vec<String>,
    /// `true` to let clients report that an upload is complete (`POST …/complete`). This is for
    /// stores that do not send events.
    pub complete_uploads: bool,
    /// `true` to serve the demo page at `/`.
    pub demo_page: bool,
    /// The time after the signal to stop during which the service is not ready, but still accepts
    /// connections. It lets load balancers notice that the service is about to stop, before it
    /// refuses connections.
    #[serde(with = "humantime_serde")]
    pub stop_delay: Duration,
}

impl IssuerSettings {
    /// The longest lifetime of an upload URL.
    pub const MAX_UPLOAD_EXPIRY: Duration = Duration::from_secs(15 * 60);

    /// The longest lifetime of a presigned URL (AWS Signature Version 4).
    pub const MAX_LINK_EXPIRY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// The default address of the metrics of a public service.
    const METRICS_ADDRESS: ListenAddress = ListenAddress::loopback(9101);

    /// Returns the address of the listener for `/metrics` and `/openapi.json`, or `None` if the
    /// listener for clients serves them.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        let is_local = self.listen.socket().ip().is_loopback();
        match self.metrics_listen {
            Some(address) => Some(address).filter(|address| *address != self.listen),
            None => Some(Self::METRICS_ADDRESS).filter(|_| !is_local),
        }
        .map(ListenAddress::socket)
    }

    /// Checks the values.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingError> {
        const SECOND: Duration = Duration::from_secs(1);
        for (is_valid, key, problem) in [
            (
                (SECOND..=Self::MAX_UPLOAD_EXPIRY).contains(&self.upload_expiry),
                "issuer.upload_expiry",
                "must be between 1 s and 15 min",
            ),
            (
                self.stop_delay <= 60 * SECOND,
                "issuer.stop_delay",
                "must be at most 1 min",
            ),
            (
                self.max_wait <= 300 * SECOND,
                "issuer.max_wait",
                "must be at most 5 min",
            ),
            (
                (SECOND..=Self::MAX_LINK_EXPIRY).contains(&self.link_expiry),
                "issuer.link_expiry",
                "must be between 1 s and 7 days",
            ),
            (
                self.read_timeout >= SECOND,
                "issuer.read_timeout",
                "must be at least 1 s",
            ),
            (
                self.cors_origins.iter().all(|origin| is_origin(origin)),
                "issuer.cors_origins",
                "must contain only \"*\" and origins such as \"https://example.org\"",
            ),
        ] {
            SettingError::ensure(is_valid, key, problem)?;
        }
        Ok(())
    }
}

/// Returns `true` for `*`, and for a URL that ends after the host or port (RFC 6454, section 7).
fn is_origin(text: &str) -> bool {
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_host = |host: &str| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte))
    };
    text == "*" || host.is_some_and(is_host)
}

impl Default for IssuerSettings {
    fn default() -> Self {
        Self {
            listen: ListenAddress::loopback(8080),
            metrics_listen: None,
            upload_expiry: Self::MAX_UPLOAD_EXPIRY,
            max_wait: Duration::from_secs(60),
            link_expiry: Duration::from_secs(60 * 60),
            read_timeout: Duration::from_secs(75),
            cors_origins: vec!["*".to_owned()],
            complete_uploads: false,
            demo_page: false,
            stop_delay: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(IssuerSettings::default().validate(), Ok(()));
    }

    #[test]
    fn the_metrics_of_a_public_service_have_a_listener_of_their_own() {
        let metrics_address = |listen: &str, metrics_listen: Option<&str>| {
            let settings = IssuerSettings {
                listen: listen.parse().unwrap(),
                metrics_listen: metrics_listen.map(|address| address.parse().unwrap()),
                ..IssuerSettings::default()
            };
            settings.metrics_address().map(|it| it.to_string())
        };
        for (listen, metrics_listen, expected) in [
            ("127.0.0.1:80", None, None),
            ("[::1]:80", None, None),
            ("0.0.0.0:80", None, Some("127.0.0.1:9101")),
            ("10.0.0.1:80", Some("0.0.0.0:9101"), Some("0.0.0.0:9101")),
            ("127.0.0.1:80", Some("9101"), Some("127.0.0.1:9101")),
            ("0.0.0.0:80", Some("0.0.0.0:80"), None),
        ] {
            let address = metrics_address(listen, metrics_listen);
            assert_eq!(address.as_deref(), expected, "{listen}, {metrics_listen:?}");
        }
    }

    #[test]
    fn an_upload_url_is_valid_for_15_minutes_at_most() {
        let settings = IssuerSettings {
            upload_expiry: Duration::from_secs(901),
            ..IssuerSettings::default()
        };
        let error = settings.validate().unwrap_err();
        assert_eq!(error.key(), "issuer.upload_expiry");
    }

    #[test]
    fn an_origin_has_no_path() {
        for (origin, is_valid) in [
            ("*", true),
            ("https://example.org", true),
            ("http://localhost:5173", true),
            ("http://[::1]:8080", true),
            ("https://example.org/", false),
            ("example.org", false),
            ("null", false),
            ("https://a\r\nb", false),
            ("", false),
        ] {
            let settings = IssuerSettings {
                cors_origins: vec![origin.to_owned()],
                ..IssuerSettings::default()
            };
            assert_eq!(settings.validate().is_ok(), is_valid, "{origin:?}");
        }
    }
}
