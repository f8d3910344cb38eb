//! The issuer and S3, as a client sees them.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use darkroom_contract::{CreateUpload, PresignedUpload, UploadStatus};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::Value;
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

/// How long one status call waits at the issuer.
const WAIT_SECONDS: u32 = 20;
/// How often a request is sent that the issuer had no room for.
const TRIES: u32 = 10;
const LONGEST_PAUSE_SECONDS: u64 = 60;
/// How long an outcome is waited for altogether.
const PATIENCE: Duration = Duration::from_secs(300);

pub(super) struct Client {
    http: reqwest::Client,
    issuer: String,
    /// Shown to the issuer, never to S3.
    token: Option<String>,
}

impl Client {
    pub(super) fn new(issuer: &str, token: Option<String>) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .build()
            .context("the HTTP client cannot start")?;
        Ok(Self {
            http,
            issuer: issuer.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Asks for a URL.
    pub(super) async fn create(&self, upload: &CreateUpload) -> anyhow::Result<PresignedUpload> {
        let url = format!("{}/v1/uploads", self.issuer);
        let response = self.ask(|| self.http.post(&url).json(upload)).await?;
        Ok(accepted(response).await?.json().await?)
    }

    /// Asks the issuer, and again when it said that it was asked too often.
    async fn ask(&self, request: impl Fn() -> RequestBuilder) -> anyhow::Result<Response> {
        let mut tries = 0;
        loop {
            tries += 1;
            let request = match &self.token {
                Some(token) => request().bearer_auth(token),
                None => request(),
            };
            let response = request.send().await;
            let response = response.with_context(|| format!("{} does not answer", self.issuer))?;
            match retry_after(&response) {
                Some(pause) if tries < TRIES => tokio::time::sleep(pause).await,
                _ => return Ok(response),
            }
        }
    }

    /// Sends the bytes to S3.
    pub(super) async fn put(
        &self,
        ticket: &PresignedUpload,
        source: impl AsyncRead + Send + 'static,
        size: u64,
    ) -> anyhow::Result<()> {
        let mut request = self.http.put(&ticket.url).header("content-length", size);
        for (name, value) in ticket.headers.iter().flatten() {
            request = request.header(name, value);
        }
        let body = reqwest::Body::wrap_stream(ReaderStream::new(source));
        let response = request
            .body(body)
            .send()
            .await
            .context("S3 does not answer")?;
        let status = response.status();
        if !status.is_success() {
            let answer = response.text().await.unwrap_or_default();
            bail!("S3 does not take it: {status}: {answer}");
        }
        Ok(())
    }

    /// Waits until there is an outcome.
    pub(super) async fn outcome(&self, status_url: &str) -> anyhow::Result<UploadStatus> {
        let url = format!("{}{status_url}?wait={WAIT_SECONDS}", self.issuer);
        let started = Instant::now();
        loop {
            let response = self.ask(|| self.http.get(&url)).await?;
            let status = accepted(response).await?.json().await?;
            let done = matches!(status, UploadStatus::Done(_));
            if done || started.elapsed() > PATIENCE {
                return Ok(status);
            }
        }
    }
}

/// How long an issuer that is asked too often wants to be left alone.
fn retry_after(response: &Response) -> Option<Duration> {
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let seconds = response.headers().get("retry-after")?;
    let seconds: u64 = seconds.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST_PAUSE_SECONDS)))
}

/// What a problem+json answer says, in one line.
async fn accepted(response: Response) -> anyhow::Result<Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let problem: Value = response.json().await.unwrap_or_default();
    match (problem["code"].as_str(), problem["detail"].as_str()) {
        (Some(code), detail) => bail!("rejected: {code}: {}", detail.unwrap_or_default()),
        _ => bail!("the issuer answers {status}"),
    }
}
