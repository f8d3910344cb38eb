//! What an operator may say about the service.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How the issuer listens and what it allows (`[issuer]`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IssuerSettings {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// How long an upload URL may be used: at most 15 minutes, and never longer than the
    /// credentials that signed it.
    #[serde(with = "humantime_serde")]
    pub upload_expiry: Duration,
    /// The longest that a client may wait for an outcome within one request (`?wait=`).
    #[serde(with = "humantime_serde")]
    pub max_wait: Duration,
    /// How long the link to a variant may be used, where `storage.media_base_url` is not set.
    #[serde(with = "humantime_serde")]
    pub link_expiry: Duration,
    /// How long a client may take to send a request's headers, and again for a JSON body. It is
    /// also how long a connection may be idle, so it must be longer than a load balancer in front
    /// keeps one: who closes first loses no request.
    #[serde(with = "humantime_serde")]
    pub read_timeout: Duration,
    /// Origins of the pages that may call the service from a browser; `*` is all of them.
    pub cors_origins: Vec<String>,
    /// Whether clients may say that an upload is there (`POST …/complete`), for stores that tell no
    /// queue of new objects.
    pub complete_uploads: bool,
    /// Whether `/` is a page to try the service with.
    pub demo_page: bool,
}

/// Settings that the service cannot be run with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct IssuerSettingsError {
    /// The setting, such as `issuer.upload_expiry`.
    pub key: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl IssuerSettings {
    /// An upload URL is never good for longer.
    pub const MAX_UPLOAD_EXPIRY: Duration = Duration::from_secs(15 * 60);

    /// No signature of version 4 in a URL is good for longer.
    pub const MAX_LINK_EXPIRY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    /// Checks what types alone cannot say.
    ///
    /// # Errors
    /// The first setting found that is out of bounds.
    pub fn validate(&self) -> Result<(), IssuerSettingsError> {
        let refuse = |key, message: &str| {
            Err(IssuerSettingsError {
                key,
                message: message.to_owned(),
            })
        };
        if !(Duration::from_secs(1)..=Self::MAX_UPLOAD_EXPIRY).contains(&self.upload_expiry) {
            return refuse("issuer.upload_expiry", "is between 1 s and 15 min");
        }
        if self.max_wait > Duration::from_secs(300) {
            return refuse("issuer.max_wait", "is at most 5 min");
        }
        if !(Duration::from_secs(1)..=Self::MAX_LINK_EXPIRY).contains(&self.link_expiry) {
            return refuse("issuer.link_expiry", "is between 1 s and 7 days");
        }
        if self.read_timeout < Duration::from_secs(1) {
            return refuse("issuer.read_timeout", "is at least 1 s");
        }
        if let Some(origin) = self.cors_origins.iter().find(|origin| !is_origin(origin)) {
            let message = format!("{origin:?} is not an origin such as https://example.org");
            return refuse("issuer.cors_origins", &message);
        }
        Ok(())
    }
}

/// `*`, or scheme, host and port with nothing after them (RFC 6454, section 7).
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
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            upload_expiry: Self::MAX_UPLOAD_EXPIRY,
            max_wait: Duration::from_secs(60),
            link_expiry: Duration::from_secs(60 * 60),
            read_timeout: Duration::from_secs(75),
            cors_origins: vec!["*".to_owned()],
            complete_uploads: false,
            demo_page: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(settings: &IssuerSettings) -> &'static str {
        settings.validate().unwrap_err().key
    }

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(IssuerSettings::default().validate(), Ok(()));
    }

    #[test]
    fn an_upload_url_is_good_for_15_minutes_at_most() {
        let settings = IssuerSettings {
            upload_expiry: Duration::from_secs(901),
            ..IssuerSettings::default()
        };
        assert_eq!(refused(&settings), "issuer.upload_expiry");
    }

    #[test]
    fn an_origin_is_scheme_host_and_port_and_no_more() {
        for (origin, is_one) in [
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
            assert_eq!(settings.validate().is_ok(), is_one, "{origin:?}");
        }
    }
}
