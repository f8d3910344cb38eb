//! The HTTP client that sends outcomes to the webhook URL.

use std::net::IpAddr;

use darkroom_contract::{Manifest, SettingError, SigningSecrets};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::delivery_error::DeliveryError;
use crate::public_address::{PublicAddresses, is_public};
use crate::settings::WebhookSettings;

const USER_AGENT: &str = concat!("darkroom/", env!("CARGO_PKG_VERSION"));

/// A client that POSTs outcomes to the operator's URL.
#[derive(Debug)]
pub struct WebhookClient {
    client: Client,
    url: Url,
    secrets: SigningSecrets,
}

/// The body of a request.
#[derive(Serialize)]
struct Body<'a> {
    /// `upload.ready`, `upload.in_review`, `upload.rejected` or `upload.failed`.
    r#type: String,
    timestamp: String,
    data: &'a Manifest,
}

impl WebhookClient {
    /// Creates a client with these settings. Returns `None` if there is no URL.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn new(settings: &WebhookSettings) -> Result<Option<Self>, SettingError> {
        let Some(url) = &settings.url else {
            return Ok(None);
        };
        let invalid = |problem: &dyn std::fmt::Display| {
            SettingError::new("webhooks.url", problem.to_string())
        };
        let url = Url::parse(url).map_err(|error| invalid(&format!("is not a URL: {error}")))?;
        let allows_private = settings.allow_private_addresses;
        check(&url, allows_private).map_err(|problem| invalid(&problem))?;
        let secrets = settings.signing_secrets()?;
        let secrets = secrets.ok_or_else(WebhookSettings::missing_secret)?;
        let mut client = Client::builder()
            .user_agent(USER_AGENT)
            .timeout(settings.timeout)
            // Redirects and proxies are disabled, because they would bypass the check of the
            // address.
            .redirect(Policy::none())
            .no_proxy();
        if !allows_private {
            client = client.dns_resolver(std::sync::Arc::new(PublicAddresses));
        }
        let client = client.build();
        let client = client.map_err(|error| {
            invalid(&format!(
                "cannot be used, because no HTTP client can be created: {error}"
            ))
        })?;
        Ok(Some(Self {
            client,
            url,
            secrets,
        }))
    }

    /// Sends one outcome. The signature states the time `now`.
    ///
    /// # Errors
    /// The reason why the receiver has not accepted the outcome. Any status other than 2xx is a
    /// failure.
    pub(crate) async fn post(
        &self,
        manifest: &Manifest,
        now: OffsetDateTime,
    ) -> Result<(), DeliveryError> {
        let internal = |error: &dyn std::fmt::Display| DeliveryError::Internal(error.to_string());
        let timestamp = manifest.finished_at.format(&Rfc3339);
        let body = Body {
            r#type: format!("upload.{}", manifest.outcome.name()),
            timestamp: timestamp.map_err(|error| internal(&error))?,
            data: manifest,
        };
        let body = serde_json::to_string(&body).map_err(|error| internal(&error))?;
        let id = manifest.outcome_id();
        let now = now.unix_timestamp();
        let mut request = self.client.post(self.url.clone());
        request = request.header("content-type", "application/json");
        for (name, value) in self.secrets.headers(&id, now, &body) {
            request = request.header(name, value);
        }
        let response = request
            .body(body)
            .send()
            .await
            .map_err(|error| delivery_error(&error))?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(DeliveryError::Refused(response.status()))
    }
}

/// Checks that the URL has a permitted scheme and contains no credentials. If private addresses are
/// not allowed, also rejects a URL with a private IP address. A host name is checked only when it
/// is resolved.
fn check(url: &Url, allows_private: bool) -> Result<(), &'static str> {
    const PRIVATE: &str =
        "must not be a private address unless webhooks.allow_private_addresses is true";
    match url.scheme() {
        "https" => {}
        "http" if allows_private => {}
        _ => {
            return Err(
                "must begin with https:// (or http:// if webhooks.allow_private_addresses is true)",
            );
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not contain a user name or password: requests are signed instead");
    }
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) if !allows_private && !is_public(address) => Err(PRIVATE),
        _ => Ok(()),
    }
}

/// Converts the error of a request. Leaves out the URL, because the URL may contain a token.
fn delivery_error(error: &reqwest::Error) -> DeliveryError {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    if error.is_timeout() {
        return DeliveryError::TimedOut;
    }
    if causes.is_empty() {
        return DeliveryError::Unreachable("the request failed".to_owned());
    }
    DeliveryError::Unreachable(causes.join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_setting(url: &str, allow_private_addresses: bool) -> Result<(), String> {
        let settings = WebhookSettings {
            url: Some(url.to_owned()),
            secret: Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned().into()),
            allow_private_addresses,
            ..WebhookSettings::default()
        };
        let client = WebhookClient::new(&settings);
        let client = client.map_err(|error| error.key().to_owned())?;
        assert!(client.is_some());
        Ok(())
    }

    #[test]
    fn private_addresses_and_plain_http_are_refused_unless_they_are_allowed() {
        for url in [
            "https://127.0.0.1/hook",
            "https://[::1]/hook",
            "https://[::ffff:10.0.0.1]/hook",
            "https://169.254.169.254/latest",
            "https://2130706433/hook",
            "https://0x7f.1/hook",
            "http://hooks.example/hook",
        ] {
            assert_eq!(
                check_setting(url, false),
                Err("webhooks.url".to_owned()),
                "{url}"
            );
            assert_eq!(check_setting(url, true), Ok(()), "{url}");
        }
        assert_eq!(check_setting("https://hooks.example/hook", false), Ok(()));
    }

    #[test]
    fn a_url_that_is_not_http_or_contains_credentials_is_refused() {
        for url in [
            "hooks.example",
            "ftp://hooks.example",
            "https://u:p@hooks.example",
            "",
        ] {
            assert_eq!(
                check_setting(url, true),
                Err("webhooks.url".to_owned()),
                "{url}"
            );
        }
    }
}
