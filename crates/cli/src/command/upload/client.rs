//! An HTTP client for the issuer and S3.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use darkroom_contract::{CreateUpload, PresignedUpload, UploadStatus};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

/// The `wait` parameter of a status request.
const WAIT_SECONDS: u32 = 20;
/// The number of attempts at a rate-limited request.
const MAX_ATTEMPTS: u32 = 10;
const MAX_RETRY_AFTER_SECONDS: u64 = 60;
/// The time to wait for an outcome.
const OUTCOME_TIMEOUT: Duration = Duration::from_secs(300);

pub(super) struct Client {
    http: reqwest::Client,
    issuer: String,
    /// Sent to the issuer, never to S3.
    token: Option<String>,
}

impl Client {
    pub(super) fn new(issuer: &str, token: Option<String>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .build()
            .context("cannot create the HTTP client")?;
        Ok(Self {
            http,
            issuer: issuer.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Creates an upload and returns its presigned request.
    pub(super) async fn create(&self, upload: &CreateUpload) -> anyhow::Result<PresignedUpload> {
        let url = format!("{}/v1/uploads", self.issuer);
        let response = self.send(|| self.http.post(&url).json(upload)).await?;
        Ok(check(response).await?.json().await?)
    }

    /// Sends a request to the issuer, and repeats it if it was rate-limited.
    async fn send(&self, request: impl Fn() -> RequestBuilder) -> anyhow::Result<Response> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let request = match &self.token {
                Some(token) => request().bearer_auth(token),
                None => request(),
            };
            let response = request.send().await;
            let response =
                response.with_context(|| format!("cannot reach the issuer at {}", self.issuer))?;
            match retry_after(&response) {
                Some(delay) if attempts < MAX_ATTEMPTS => tokio::time::sleep(delay).await,
                _ => return Ok(response),
            }
        }
    }

    /// Sends the file to S3.
    pub(super) async fn put(
        &self,
        presigned: &PresignedUpload,
        source: impl AsyncRead + Send + 'static,
        size: u64,
    ) -> anyhow::Result<()> {
        let mut request = self.http.put(&presigned.url).header("content-length", size);
        for (name, value) in presigned.headers.iter().flatten() {
            request = request.header(name, value);
        }
        let body = reqwest::Body::wrap_stream(ReaderStream::new(source));
        let response = request.body(body).send().await.context("cannot reach S3")?;
        let status = response.status();
        if !status.is_success() {
            let body = response.text().await.unwrap_or_default();
            bail!("S3 responded {status}: {body}");
        }
        Ok(())
    }

    /// Waits for the outcome and returns the last status.
    pub(super) async fn outcome(&self, status_url: &str) -> anyhow::Result<UploadStatus> {
        let url = format!("{}{status_url}?wait={WAIT_SECONDS}", self.issuer);
        let started = Instant::now();
        loop {
            let response = self.send(|| self.http.get(&url)).await?;
            // The status of a deleted upload is the body of a 410.
            let is_gone = response.status() == StatusCode::GONE;
            let response = if is_gone {
                response
            } else {
                check(response).await?
            };
            let status: UploadStatus = response.json().await?;
            if status.is_final() || started.elapsed() > OUTCOME_TIMEOUT {
                return Ok(status);
            }
        }
    }
}

/// Returns the delay that a rate-limited response asks for.
fn retry_after(response: &Response) -> Option<Duration> {
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let seconds = response.headers().get("retry-after")?;
    let seconds: u64 = seconds.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(MAX_RETRY_AFTER_SECONDS)))
}

/// Returns a successful response. Converts a problem to an error of one line.
async fn check(response: Response) -> anyhow::Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let problem: Value = response.json().await.unwrap_or_default();
    match (problem["code"].as_str(), problem["detail"].as_str()) {
        (Some(code), detail) => bail!("rejected: {code}: {}", detail.unwrap_or_default()),
        _ => bail!("the issuer responded {status}"),
    }
}
