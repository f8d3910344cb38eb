//! The transfer of a file to S3.

use std::path::Path;

use anyhow::{Context, anyhow};
use darkroom_cloud::innermost_cause;
use darkroom_contract::PresignedUpload;
use futures_util::StreamExt;
use indicatif::ProgressBar;
use reqwest::StatusCode;
use tokio::io::AsyncReadExt;
use tokio::sync::watch;
use tokio_util::io::ReaderStream;

use super::client::Client;
use super::failure::{seconds, store_response};
use super::retry::{MAX_ATTEMPTS, is_transient, pause};

/// The hint after the error of a store that may not support conditional writes.
const NO_CONDITIONAL_WRITES: &str = "; if the store does not support If-None-Match, the operator \
                                     must set storage.conditional_writes = false";

/// One file on its way to S3.
pub(super) struct Transfer<'a> {
    pub(super) client: &'a Client,
    pub(super) presigned: &'a PresignedUpload,
    pub(super) file: &'a Path,
    pub(super) size: u64,
    pub(super) bar: &'a ProgressBar,
}

/// A failed attempt.
enum Failure {
    /// The file may already be in S3, or another attempt may succeed.
    Transient(anyhow::Error),
    /// Another attempt would also fail.
    Permanent(anyhow::Error),
}

impl Transfer<'_> {
    /// Sends the file.
    ///
    /// A failed attempt may have stored the file: the response may be lost, or S3 may report that
    /// the object already exists. Therefore, after a transient failure, this function asks the
    /// issuer whether the file has arrived. No other upload has this key, so an existing object is
    /// the file of this upload.
    pub(super) async fn run(&self) -> anyhow::Result<()> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.put().await {
                Ok(()) => return Ok(()),
                Err(Failure::Permanent(error)) => return Err(error),
                Err(Failure::Transient(error)) => error,
            };
            self.bar.set_message("checking");
            if self.client.has_arrived(&self.presigned.status_url).await {
                return Ok(());
            }
            if attempt >= MAX_ATTEMPTS {
                return Err(error);
            }
            self.bar.set_message("trying again");
            pause(attempt).await;
        }
    }

    async fn put(&self) -> Result<(), Failure> {
        let file = tokio::fs::File::open(self.file).await;
        let file = file
            .context("cannot read the file")
            .map_err(Failure::Permanent)?;
        self.bar.reset();
        self.bar.set_message("");
        let (moved, mut progress) = watch::channel(());
        let source = self.bar.wrap_async_read(file.take(self.size));
        let body = ReaderStream::new(source).inspect(move |_| moved.send_replace(()));
        let put = self.client.http.put(&self.presigned.url);
        let mut request = put.header("content-length", self.size);
        for (name, value) in self.presigned.headers.iter().flatten() {
            request = request.header(name, value);
        }
        let send = request.body(reqwest::Body::wrap_stream(body)).send();
        let mut send = std::pin::pin!(send);
        // A large file may take arbitrarily long on a slow connection. Therefore the time limit
        // applies to each pause in the transfer, and starts again whenever data has moved.
        let response = loop {
            tokio::select! {
                response = &mut send => break response,
                Ok(()) = progress.changed() => {}
                () = tokio::time::sleep(self.client.timeout) => return Err(self.stalled()),
            }
        };
        let response = response.map_err(|error| self.not_sent(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let body = response.text().await.unwrap_or_default();
        let mut response = store_response(status, &body);
        let mut names = self
            .presigned
            .headers
            .iter()
            .flatten()
            .map(|(name, _)| name);
        if status == StatusCode::NOT_IMPLEMENTED && names.any(|name| name == "if-none-match") {
            response.push_str(NO_CONDITIONAL_WRITES);
        }
        let error = anyhow!("S3 responded {response}");
        let may_exist = [StatusCode::PRECONDITION_FAILED, StatusCode::CONFLICT].contains(&status);
        Err(if may_exist || is_transient(status) {
            Failure::Transient(error)
        } else {
            Failure::Permanent(error)
        })
    }

    fn stalled(&self) -> Failure {
        let limit = seconds(self.client.timeout);
        let position = self.bar.position();
        Failure::Transient(if position < self.size {
            anyhow!(
                "S3 accepted no data for {limit}, after {position} of {} bytes; raise --timeout if the \
                 connection is slow",
                self.size
            )
        } else {
            anyhow!(
                "no response from S3 within {limit} after the last byte; raise --timeout if the \
                 connection is slow"
            )
        })
    }

    fn not_sent(&self, error: &reqwest::Error) -> Failure {
        let size = self.file.metadata().map(|metadata| metadata.len());
        if size.is_ok_and(|size| size != self.size) {
            return Failure::Permanent(anyhow!("the file changed while it was being sent"));
        }
        Failure::Transient(anyhow!(
            "cannot send the file to S3: {}",
            innermost_cause(error)
        ))
    }
}
