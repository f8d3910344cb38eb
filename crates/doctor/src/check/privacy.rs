//! The access of clients and of strangers.

use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{Bucket, PresignGetRequest, innermost_cause};
use reqwest::StatusCode;

use super::objects::{PROBE_OPTIONS, is_gone};
use crate::Doctor;
use crate::finding::{Check, Finding};

/// The lifetime of a presigned URL.
const URL_LIFETIME: Duration = Duration::from_secs(60);
/// The number of attempts to read a probe before a worker deletes it.
const ATTEMPTS: usize = 3;
const REMEDY: &str = "block public access to the bucket (`darkroom provision`), and remove public \
                      bucket policies and ACLs";

impl Doctor<'_> {
    /// Checks that raw objects can be neither read nor listed without credentials.
    pub(super) async fn check_privacy(&mut self) {
        let bucket = self.deployment.raw();
        let name = bucket.name().to_owned();
        let Ok(base) = bucket.public_url().await.map(str::to_owned) else {
            return;
        };
        let list = format!("{}?list-type=2", base.trim_end_matches('/'));
        let is_listed = self.status(&list).await == Some(StatusCode::OK);
        let subject = format!("listing of bucket {name} without credentials");
        self.report(match is_listed {
            true => Finding::failed(Check::Privacy, subject, "anybody can list it", REMEDY),
            false => Finding::ok(Check::Privacy, subject),
        });
        let key = self.probe.raw_key();
        let mut urls = vec![(format!("{base}{key}"), REMEDY)];
        if let Some(media) = &self.deployment.storage.media_base_url {
            let remedy = "let the CDN of storage.media_base_url serve the media bucket only";
            urls.push((format!("{media}/{key}"), remedy));
        }
        for (url, remedy) in urls {
            let is_public = self.is_public(&url, &key).await;
            let subject = format!("raw objects without credentials at {url}");
            let subject = subject.trim_end_matches(&key).to_owned();
            self.report(match is_public {
                true => Finding::failed(Check::Privacy, subject, "anybody can read them", remedy),
                false => Finding::ok(Check::Privacy, subject),
            });
        }
    }

    /// Returns `true` if the raw object of the probe can be read without credentials. A worker may
    /// delete the object first, so it is written again if it is gone.
    async fn is_public(&self, url: &str, key: &str) -> bool {
        let bucket = self.deployment.raw();
        for _ in 0..ATTEMPTS {
            if self.status(url).await == Some(StatusCode::OK) {
                return true;
            }
            if !is_gone(&bucket.head(key).await) {
                return false;
            }
            // If this write fails too, the object counts as one that cannot be read.
            let _ = bucket.put(key, Bytes::new(), PROBE_OPTIONS).await;
        }
        false
    }

    /// Checks that a presigned URL works under the host name that clients use.
    pub(super) async fn check_presigned_url(&mut self) {
        let bucket = self.deployment.raw();
        let request = PresignGetRequest {
            key: &self.probe.raw_key(),
            expires_in: URL_LIFETIME,
            cache_control: None,
            version: None,
        };
        let base = bucket.public_url().await.unwrap_or_default().to_owned();
        let subject = format!("presigned URLs at {base}");
        let remedy = "set storage.public_endpoint to the URL of S3 that clients can reach";
        let url = match bucket.presign_get(request).await {
            Ok(url) => url,
            Err(error) => {
                self.report(Finding::failed(Check::PresignedUrl, subject, error, remedy));
                return;
            }
        };
        self.report(match self.http.get(&url).send().await {
            // A worker may have deleted the object already.
            Ok(response) if matches!(response.status().as_u16(), 200 | 404) => {
                Finding::ok(Check::PresignedUrl, subject)
            }
            Ok(response) => {
                let problem = format!("the store responded {}", response.status());
                let remedy = "check storage.public_endpoint, storage.path_style and AWS_REGION: \
                              the URL is signed for this host and region";
                Finding::failed(Check::PresignedUrl, subject, problem, remedy)
            }
            Err(error) => {
                let problem = format!("clients cannot connect: {}", innermost_cause(&error));
                Finding::failed(Check::PresignedUrl, subject, problem, remedy)
            }
        });
    }

    /// Checks that the CDN serves the media bucket.
    pub(super) async fn check_media_base_url(&mut self, key: &str) {
        let Some(base) = self.deployment.storage.media_base_url.clone() else {
            return;
        };
        let subject = format!("variants at {base}");
        let remedy = "set storage.media_base_url to the URL of a CDN that serves the media bucket";
        self.report(match self.status(&format!("{base}/{key}")).await {
            Some(StatusCode::OK) => Finding::ok(Check::MediaBaseUrl, subject),
            Some(status) => {
                let problem = format!("an object of the media bucket has status {status}");
                Finding::failed(Check::MediaBaseUrl, subject, problem, remedy)
            }
            None => Finding::failed(Check::MediaBaseUrl, subject, "cannot be reached", remedy),
        });
    }

    /// Returns the status of a response to a request without credentials.
    async fn status(&self, url: &str) -> Option<StatusCode> {
        let response = self.http.get(url).send().await;
        response.ok().map(|response| response.status())
    }
}
