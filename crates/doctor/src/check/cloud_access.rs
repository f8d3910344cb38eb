//! Endpoints, credentials, clock and region.

use darkroom_cloud::{Bucket, CloudError, CloudErrorKind};
use reqwest::header::DATE;
use time::format_description::well_known::Rfc2822;
use time::{Duration, OffsetDateTime};

use crate::Doctor;
use crate::finding::{Check, Finding};

/// The clock skew at which the check warns. S3 refuses requests at 15 minutes.
const SUSPICIOUS_SKEW: Duration = Duration::minutes(1);
/// The clock skew at which the check fails, because the lifetime of presigned URLs then differs
/// noticeably from the configured one.
const MAX_SKEW: Duration = Duration::minutes(5);
const CLOCK_REMEDY: &str = "synchronize the clock of this machine (NTP)";

impl Doctor<'_> {
    /// Checks that S3 can be reached and accepts the credentials. Returns `false` if the other
    /// checks of S3 would fail for the same reason.
    pub(crate) async fn check_s3(&mut self) -> bool {
        let url = self.deployment.connection.s3_url().to_owned();
        self.check_clock(&url).await;
        // The response to this request has a body, so an error has a code.
        let prefix = self.probe.raw_key();
        let listed = self.deployment.raw().list(&prefix, None).await;
        let is_usable = self.report_access("S3", &url, listed.map(drop));
        if is_usable {
            self.check_bucket_regions().await;
        }
        is_usable
    }

    /// Checks that SQS can be reached and accepts the credentials.
    pub(crate) async fn check_sqs(&mut self) -> bool {
        let url = self.deployment.connection.sqs_url().to_owned();
        let events = self.deployment.queues.events.clone();
        let found = self.deployment.connection.queue(&events).await;
        self.report_access("SQS", &url, found.map(drop))
    }

    fn report_access(&mut self, service: &str, url: &str, result: Result<(), CloudError>) -> bool {
        let subject = format!("{service} at {url}");
        let Err(error) = result else {
            self.report(Finding::ok(Check::Endpoint, subject));
            return true;
        };
        let variable = format!("AWS_ENDPOINT_URL_{service}");
        let finding = match error.kind {
            _ if error.refuses_clock() => {
                Finding::failed(Check::Clock, subject, error, CLOCK_REMEDY)
            }
            _ if error.refuses_credentials() => Finding::failed(
                Check::Credentials,
                subject,
                error,
                "check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or the role of the \
                 task or instance",
            ),
            _ if error.detail.contains("set AWS_REGION") => {
                Finding::failed(Check::Region, subject, error, "set AWS_REGION as stated")
            }
            CloudErrorKind::Unavailable | CloudErrorKind::TimedOut | CloudErrorKind::Throttled => {
                Finding::failed(
                    Check::Endpoint,
                    subject,
                    error,
                    format!("check {variable}, AWS_REGION, and the network of this machine"),
                )
            }
            // The service has responded. Later checks report missing permissions and resources.
            _ => {
                self.report(Finding::ok(Check::Endpoint, subject));
                return true;
            }
        };
        self.report(finding);
        false
    }

    /// Compares the clock of this machine with that of S3. Reports nothing if S3 cannot be reached,
    /// because the next check reports that, or if its response has no `Date` header.
    async fn check_clock(&mut self, url: &str) {
        let Ok(response) = self.http.get(url).send().await else {
            return;
        };
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok());
        // The format of HTTP differs from that of e-mail in the name of the zone only.
        let date = date.map(|date| date.replace("GMT", "+0000"));
        let Some(theirs) = date.and_then(|date| OffsetDateTime::parse(&date, &Rfc2822).ok()) else {
            return;
        };
        let skew = OffsetDateTime::now_utc() - theirs;
        let subject = "clock of this machine";
        let problem = || {
            let direction = if skew.is_negative() {
                "behind"
            } else {
                "ahead of"
            };
            format!(
                "it is {} s {direction} that of S3",
                skew.whole_seconds().abs()
            )
        };
        self.report(match skew.abs() {
            skew if skew > MAX_SKEW => {
                Finding::failed(Check::Clock, subject, problem(), CLOCK_REMEDY)
            }
            skew if skew > SUSPICIOUS_SKEW => {
                Finding::warning(Check::Clock, subject, problem(), CLOCK_REMEDY)
            }
            _ => Finding::ok(Check::Clock, subject),
        });
    }

    async fn check_bucket_regions(&mut self) {
        let storage = &self.deployment.storage;
        let mut buckets = vec![storage.raw_bucket.clone(), storage.media_bucket.clone()];
        buckets.dedup();
        let configured = self.deployment.connection.region().to_owned();
        for bucket in buckets {
            let region = self.deployment.connection.bucket_region(&bucket).await;
            let Ok(Some(region)) = region else {
                continue;
            };
            let subject = format!("region of bucket {bucket}");
            self.report(if region == configured {
                Finding::ok(Check::Region, subject)
            } else {
                Finding::failed(
                    Check::Region,
                    subject,
                    format!("the bucket is in {region}, and requests are signed for {configured}"),
                    format!("set AWS_REGION={region}"),
                )
            });
        }
    }
}
