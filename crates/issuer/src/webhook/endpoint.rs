//! The one address that is told, and how.

use std::net::IpAddr;

use darkroom_contract::{Manifest, OutcomeEvent};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::address::{PublicOnly, is_public};
use super::settings::WebhookSettings;
use super::signature::SigningSecrets;

const USER_AGENT: &str = concat!("darkroom/", env!("CARGO_PKG_VERSION"));

/// Where notices go.
#[derive(Debug)]
pub struct Endpoint {
    client: Client,
    url: Url,
    secrets: SigningSecrets,
}

/// An endpoint that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct EndpointError {
    /// The setting.
    pub key: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// What a receiver reads.
#[derive(Serialize)]
struct Body<'a> {
    /// `upload.ready`, `upload.rejected` or `upload.failed`.
    r#type: String,
    timestamp: String,
    data: &'a Manifest,
}

impl Endpoint {
    /// The endpoint of these settings; `None` where nobody is to be told.
    ///
    /// # Errors
    /// Names the setting that is wrong.
    pub fn new(settings: &WebhookSettings) -> Result<Option<Self>, EndpointError> {
        let Some(url) = &settings.url else {
            return Ok(None);
        };
        let wrong = |message: String| EndpointError {
            key: "webhooks.url",
            message,
        };
        let url = Url::parse(url).map_err(|error| wrong(error.to_string()))?;
        let is_private_allowed = settings.allow_private_addresses;
        check(&url, is_private_allowed).map_err(|message| wrong(message.to_owned()))?;
        let secret = settings.secret.as_ref();
        let secrets = SigningSecrets::parse(secret.map_or("", |secret| secret.reveal()));
        let secrets = secrets.map_err(|message| EndpointError {
            key: "webhooks.secret",
            message: message.to_owned(),
        })?;
        let mut client = Client::builder()
            .user_agent(USER_AGENT)
            .timeout(settings.timeout)
            // Whoever is behind a redirect was not named by the operator, and a proxy would
            // resolve names by itself.
            .redirect(Policy::none())
            .no_proxy();
        if !is_private_allowed {
            client = client.dns_resolver(std::sync::Arc::new(PublicOnly));
        }
        let client = client.build().map_err(|error| wrong(error.to_string()))?;
        Ok(Some(Self {
            client,
            url,
            secrets,
        }))
    }

    /// Sends one notice, with the addresses of its variants filled in.
    ///
    /// # Errors
    /// Why it was not taken, for the log. Every status but 2xx counts as not taken.
    pub(crate) async fn tell(&self, notice: &OutcomeEvent) -> Result<(), String> {
        let manifest = &notice.manifest;
        let timestamp = manifest.finished_at.format(&Rfc3339);
        let body = Body {
            r#type: format!("upload.{}", manifest.outcome.name()),
            timestamp: timestamp.map_err(|error| error.to_string())?,
            data: manifest,
        };
        let body = serde_json::to_string(&body).map_err(|error| error.to_string())?;
        let id = notice.id();
        let now = OffsetDateTime::now_utc().unix_timestamp();
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", self.secrets.sign(&id, now, &body))
            .body(body);
        let response = request.send().await.map_err(|error| why(&error))?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(format!("it answered {}", response.status()))
    }
}

/// Names are looked at when they are resolved, addresses here.
fn check(url: &Url, is_private_allowed: bool) -> Result<(), &'static str> {
    const PRIVATE: &str = "is a private address; webhooks.allow_private_addresses = true allows it";
    match url.scheme() {
        "https" => {}
        "http" if is_private_allowed => {}
        _ => return Err("is a URL of https (http with webhooks.allow_private_addresses = true)"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or password in it; notices are signed instead");
    }
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) if !is_private_allowed && !is_public(address) => Err(PRIVATE),
        _ => Ok(()),
    }
}

/// What happened, without the address: it may hold a token.
fn why(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    if causes.is_empty() {
        return "no answer in time".to_owned();
    }
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str, allow_private_addresses: bool) -> Result<(), &'static str> {
        let settings = WebhookSettings {
            url: Some(url.to_owned()),
            secret: Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned().into()),
            allow_private_addresses,
            ..WebhookSettings::default()
        };
        let endpoint = Endpoint::new(&settings).map_err(|error| error.key)?;
        assert!(endpoint.is_some());
        Ok(())
    }

    #[test]
    fn an_address_at_home_has_to_be_allowed() {
        for url in [
            "https://127.0.0.1/hook",
            "https://[::1]/hook",
            "https://[::ffff:10.0.0.1]/hook",
            "https://169.254.169.254/latest",
            "https://2130706433/hook",
            "https://0x7f.1/hook",
            "http://hooks.example/hook",
        ] {
            assert_eq!(at(url, false), Err("webhooks.url"), "{url}");
            assert_eq!(at(url, true), Ok(()), "{url}");
        }
        assert_eq!(at("https://hooks.example/hook", false), Ok(()));
    }

    #[test]
    fn what_is_no_web_address_is_refused() {
        for url in [
            "hooks.example",
            "ftp://hooks.example",
            "https://u:p@hooks.example",
            "",
        ] {
            assert_eq!(at(url, true), Err("webhooks.url"), "{url}");
        }
    }
}
