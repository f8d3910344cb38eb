//! A client of the issuer.

use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail, ensure};
use darkroom_cloud::innermost_cause;
use darkroom_contract::{CreateUpload, PendingStatus, PresignedUpload, UploadStatus};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::failure::{IssuerProblem, seconds};
use super::retry::{MAX_ATTEMPTS, MAX_LIMITED_ATTEMPTS, is_transient, pause, retry_after};
use crate::arguments::Upload;
use crate::exit_status::UsageError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest `wait` of one status request.
const MAX_WAIT: Duration = Duration::from_secs(20);

pub(super) struct Client {
    pub(super) http: reqwest::Client,
    issuer: String,
    /// The bearer token. The client sends it to the issuer, never to S3.
    token: Option<String>,
    /// The time limit for a response, and for a pause in the transfer of data.
    pub(super) timeout: Duration,
    /// The time to wait for the outcome of an upload, over all status requests.
    outcome_timeout: Duration,
}

impl Client {
    /// Creates a client of the issuer that the command line names.
    ///
    /// # Errors
    /// [`UsageError`] if the URL of the issuer is not an HTTP URL.
    pub(super) fn new(arguments: &Upload) -> anyhow::Result<Self> {
        let issuer = arguments.to.trim_end_matches('/');
        let url = Url::parse(issuer).ok();
        let is_http = url.is_some_and(|url| ["http", "https"].contains(&url.scheme()));
        let error = || {
            UsageError(format!(
                "--to {issuer}: must be a URL such as https://images.example"
            ))
        };
        ensure!(is_http, error());
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT.min(arguments.timeout))
            .build()
            .context("cannot create the HTTP client")?;
        let token = arguments.token.as_deref().map(str::trim);
        Ok(Self {
            http,
            issuer: issuer.to_owned(),
            token: token.filter(|token| !token.is_empty()).map(str::to_owned),
            timeout: arguments.timeout,
            outcome_timeout: arguments.wait,
        })
    }

    /// Creates an upload and returns its presigned request.
    pub(super) async fn create(&self, upload: &CreateUpload) -> anyhow::Result<PresignedUpload> {
        let url = format!("{}/v1/uploads", self.issuer);
        let request = || self.http.post(&url).json(upload);
        self.json("an upload URL", Duration::ZERO, request).await
    }

    /// Reports that the file of an upload is in S3, if the response to its creation asked for that.
    pub(super) async fn complete(&self, presigned: &PresignedUpload) -> anyhow::Result<()> {
        let Some(path) = &presigned.complete_url else {
            return Ok(());
        };
        let url = format!("{}{path}", self.issuer);
        let request = || self.http.post(&url);
        let _: UploadStatus = self
            .json("the upload to be queued", Duration::ZERO, request)
            .await?;
        Ok(())
    }

    /// Waits for the outcome and returns the last status. The status is not final if no outcome
    /// arrived within the time of `--wait`.
    pub(super) async fn outcome(&self, status_url: &str) -> anyhow::Result<UploadStatus> {
        let purpose = format!("the outcome of {status_url}");
        let started = Instant::now();
        loop {
            let left = self.outcome_timeout.saturating_sub(started.elapsed());
            let wait = MAX_WAIT.min(self.timeout).min(left);
            let url = format!("{}{status_url}?wait={}", self.issuer, wait.as_secs());
            let status: UploadStatus = self.json(&purpose, wait, || self.http.get(&url)).await?;
            if status.is_final() || started.elapsed() >= self.outcome_timeout {
                return Ok(status);
            }
        }
    }

    /// Returns `true` if the issuer reports that the file of an upload is in S3.
    pub(super) async fn has_arrived(&self, status_url: &str) -> bool {
        let url = format!("{}{status_url}", self.issuer);
        let purpose = format!("the status of {status_url}");
        let status = self.json(&purpose, Duration::ZERO, || self.http.get(&url));
        match status.await {
            Ok(UploadStatus::Done(_)) => true,
            Ok(UploadStatus::Pending { status, .. }) => status == PendingStatus::Processing,
            Err(_) => false,
        }
    }

    /// Returns the names of the issuer's profiles from its OpenAPI document. Returns none if the
    /// issuer does not serve the document here.
    pub(super) async fn profiles(&self) -> Vec<String> {
        let url = format!("{}/openapi.json", self.issuer);
        let request = || self.http.get(&url);
        let document = self.json("the OpenAPI document", Duration::ZERO, request);
        let document: Value = document.await.unwrap_or_default();
        let names = document.pointer("/components/schemas/ProfileName/enum");
        let names = names.and_then(Value::as_array).into_iter().flatten();
        names
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect()
    }

    /// Sends a request to the issuer, retries it after transient failures, and parses the response.
    ///
    /// The time limit of each attempt is the usual timeout plus `delay`, the time for which the
    /// request asks the issuer to hold back its response.
    async fn json<T: DeserializeOwned>(
        &self,
        purpose: &str,
        delay: Duration,
        request: impl Fn() -> RequestBuilder,
    ) -> anyhow::Result<T> {
        let limit = delay + self.timeout;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let request = match &self.token {
                Some(token) => request().bearer_auth(token),
                None => request(),
            };
            let sent = request.timeout(limit).send().await;
            let error = match sent {
                Ok(response) => {
                    let limited = retry_after(&response);
                    if let Some(delay) = limited.filter(|_| attempt < MAX_LIMITED_ATTEMPTS) {
                        tokio::time::sleep(delay).await;
                        continue;
                    }
                    if !is_transient(response.status()) || attempt >= MAX_ATTEMPTS {
                        return self.parse(response).await;
                    }
                    None
                }
                Err(error) => Some(error),
            };
            match error {
                Some(error) if error.is_timeout() && !error.is_connect() => bail!(
                    "no response from the issuer at {} within {} while waiting for {purpose}; raise \
                     --timeout if the connection is slow",
                    self.issuer,
                    seconds(limit)
                ),
                Some(error) if error.is_builder() || attempt >= MAX_ATTEMPTS => {
                    return Err(self.unreachable(&error));
                }
                _ => pause(attempt).await,
            }
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> anyhow::Error {
        let issuer = &self.issuer;
        anyhow!(
            "cannot reach the issuer at {issuer}: {}; is it running (`darkroom dev` starts one), and \
             is --to right?",
            innermost_cause(error)
        )
    }

    /// Parses a successful response. Converts a problem to a one-line error.
    async fn parse<T: DeserializeOwned>(&self, response: Response) -> anyhow::Result<T> {
        let status = response.status();
        let body = response.bytes().await;
        let body = body.map_err(|error| self.unreachable(&error))?;
        // For a deleted upload, the issuer responds with 410, and the body is the upload's status.
        if status.is_success() || status == StatusCode::GONE {
            return serde_json::from_slice(&body).map_err(|_| {
                let issuer = &self.issuer;
                anyhow!("the server at {issuer} is not an issuer of Darkroom; is --to right?")
            });
        }
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        match (problem["code"].as_str(), problem["detail"].as_str()) {
            (Some(code), detail) => Err(IssuerProblem {
                code: code.to_owned(),
                detail: detail.unwrap_or_default().to_owned(),
            }
            .into()),
            _ => bail!(
                "the issuer at {} responded {status} without a problem document; is --to right?",
                self.issuer
            ),
        }
    }
}
