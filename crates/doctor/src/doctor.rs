//! The order of the checks.

use std::time::Duration;

use darkroom_contract::ProbeId;
use reqwest::redirect::Policy;

use crate::deployment::Deployment;
use crate::finding::{Finding, Status};

/// The time limit of a request without credentials.
const HTTP_TIMEOUT: Duration = Duration::from_secs(10);

/// A run of all checks.
pub struct Doctor<'a> {
    pub(crate) deployment: Deployment,
    /// Sends requests as clients and strangers do.
    pub(crate) http: reqwest::Client,
    pub(crate) probe: ProbeId,
    report: &'a mut (dyn FnMut(&Finding) + Send),
    has_failed: bool,
}

impl<'a> Doctor<'a> {
    /// Creates a run that passes each finding to `report`.
    ///
    /// # Errors
    /// If the HTTP client cannot be created, for example because there are no root certificates.
    pub fn new(
        deployment: Deployment,
        report: &'a mut (dyn FnMut(&Finding) + Send),
    ) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .timeout(HTTP_TIMEOUT)
            .redirect(Policy::none());
        Ok(Self {
            deployment,
            http: http.build()?,
            probe: ProbeId::generate(),
            report,
            has_failed: false,
        })
    }

    /// Runs all checks. Returns `true` if none failed.
    ///
    /// If S3 cannot be used at all, the checks of buckets do not run. If SQS cannot be used, the
    /// checks of queues do not run. Each of them would only repeat the first problem.
    pub async fn run(mut self) -> bool {
        self.check_sandbox().await;
        let has_s3 = self.check_s3().await;
        let has_sqs = self.check_sqs().await;
        if has_s3 && has_sqs {
            self.check_provisioning().await;
        }
        if has_sqs {
            self.check_queue_permissions().await;
            self.check_dead_letters().await;
        }
        if has_s3 {
            self.check_listing().await;
            self.check_objects(has_sqs).await;
            self.check_preflight().await;
        }
        !self.has_failed
    }

    pub(crate) fn report(&mut self, finding: Finding) {
        self.has_failed |= finding.status == Status::Failed;
        (self.report)(&finding);
    }
}
