//! The source of a JWK set: a URL or a file.

use std::path::PathBuf;
use std::time::Duration;

use darkroom_contract::SettingError;
use futures_util::StreamExt;

/// The time limit for a fetch, including the time to connect.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The maximum size of a set from a URL. Real sets are a few kilobytes long.
const MAX_BYTES: usize = 1024 * 1024;

/// The source of a JWK set.
#[derive(Debug, Clone)]
pub(crate) enum JwkSource {
    Url(reqwest::Client, String),
    File(PathBuf),
}

impl JwkSource {
    /// Parses `auth.jwks`. Text without `://` is a path.
    ///
    /// # Errors
    /// An error for the setting if the text contains `://` but is not an HTTP URL.
    pub(crate) fn parse(text: &str) -> Result<Self, SettingError> {
        if !text.contains("://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let invalid = |problem: String| SettingError::new("auth.jwks", problem).with_found(text);
        let url = reqwest::Url::parse(text)
            .map_err(|error| invalid(format!("must be a path or an http(s) URL: {error}")))?;
        if !["https", "http"].contains(&url.scheme()) {
            return Err(invalid("must be a path or an http(s) URL".to_owned()));
        }
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| invalid(format!("cannot be fetched: {error}")))?;
        Ok(Self::Url(client, text.to_owned()))
    }

    /// Reads the document.
    ///
    /// # Errors
    /// A description for the log.
    pub(crate) async fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::File(path) => tokio::fs::read(path)
                .await
                .map_err(|error| format!("{}: {error}", path.display())),
            Self::Url(client, url) => fetch(client, url).await,
        }
    }
}

async fn fetch(client: &reqwest::Client, url: &str) -> Result<Vec<u8>, String> {
    let failed = |error: reqwest::Error| error.to_string();
    let response = client.get(url).send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(format!("{url} responded with {}", response.status()));
    }
    let mut bytes = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(failed)?);
        if bytes.len() > MAX_BYTES {
            return Err(format!("{url} responded with more than {MAX_BYTES} bytes"));
        }
    }
    Ok(bytes)
}
