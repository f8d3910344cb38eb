//! The clients for S3 and SQS, and their settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use darkroom_contract::StorageSettings;

use crate::credentials::CredentialCache;
use crate::presign::Presigner;
use crate::{CloudError, LazyQueue, Provisioner, S3Bucket, SqsQueue, UploadPresigner};

/// The time limit for one attempt at an S3 call, without the body of a download.
const S3_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// The time limit for one attempt at an SQS call: longer than the longest long poll (20 s), and
/// short enough that a poll without a response is repeated within half a minute.
const SQS_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(25);
/// The time limit for a call with all its attempts.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
const FALLBACK_REGION: &str = "us-east-1";

/// The URLs and credentials of S3 and SQS, which replace those in the environment.
#[derive(Clone)]
pub struct Endpoints {
    /// The URL of S3.
    pub s3: String,
    /// The URL of SQS.
    pub sqs: String,
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: String,
    /// The region that requests are signed for.
    pub region: String,
}

/// Omits the secret.
impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints")
            .field("s3", &self.s3)
            .field("sqs", &self.sqs)
            .field("access_key", &self.access_key)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// The clients for S3 and SQS. They are cheap to clone.
#[derive(Debug, Clone)]
pub struct Connection {
    config: SdkConfig,
    s3: aws_sdk_s3::Client,
    /// A client for the same store under the host name that clients can reach.
    public_s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    /// The credentials of presigned requests.
    credentials: Arc<CredentialCache>,
}

impl Connection {
    /// Creates a connection from the SDK's default chain: environment, shared files, SSO, container
    /// and instance roles. Makes no call to S3 or SQS.
    pub async fn from_environment(storage: &StorageSettings) -> Self {
        let config = loader().load().await;
        let has_endpoint =
            config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        Self::new(config, has_endpoint, None, None, storage)
    }

    /// Creates a connection to these endpoints. The environment is ignored.
    pub async fn from_endpoints(endpoints: &Endpoints, storage: &StorageSettings) -> Self {
        let Endpoints {
            s3,
            sqs,
            access_key,
            secret_key,
            region,
        } = endpoints;
        let credentials = Credentials::new(access_key, secret_key, None, None, "settings");
        let config = loader()
            .credentials_provider(credentials)
            .region(Region::new(region.clone()))
            .load()
            .await;
        Self::new(config, true, Some(s3), Some(sqs), storage)
    }

    fn new(
        config: SdkConfig,
        has_endpoint: bool,
        s3_url: Option<&str>,
        sqs_url: Option<&str>,
        storage: &StorageSettings,
    ) -> Self {
        let mut s3 = aws_sdk_s3::config::Builder::from(&config)
            .timeout_config(timeouts(S3_ATTEMPT_TIMEOUT))
            .force_path_style(storage.path_style.unwrap_or(has_endpoint));
        // Setting `None` would remove the URL that the SDK found for S3 alone.
        if let Some(url) = s3_url {
            s3 = s3.endpoint_url(url);
        }
        let mut public_s3 = s3.clone();
        if let Some(url) = &storage.public_endpoint {
            public_s3 = public_s3
                .endpoint_url(url)
                .force_path_style(storage.path_style.unwrap_or(true));
        }
        let mut sqs = aws_sdk_sqs::config::Builder::from(&config)
            .timeout_config(timeouts(SQS_ATTEMPT_TIMEOUT));
        if let Some(url) = sqs_url {
            sqs = sqs.endpoint_url(url);
        }
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            public_s3: aws_sdk_s3::Client::from_conf(public_s3.build()),
            sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
            credentials: Arc::new(CredentialCache::new(config.credentials_provider())),
            config,
        }
    }

    /// Returns the bucket with this name, which need not exist.
    pub fn bucket(&self, name: &str) -> S3Bucket {
        S3Bucket::new(self.s3.clone(), self.presigner(name))
    }

    /// Returns the presigner of uploads into a bucket. It signs for the host name that clients can
    /// reach.
    pub fn upload_presigner(&self, bucket: &str) -> UploadPresigner {
        UploadPresigner::new(self.presigner(bucket))
    }

    fn presigner(&self, bucket: &str) -> Presigner {
        let credentials = Arc::clone(&self.credentials);
        Presigner::new(self.public_s3.clone(), credentials, bucket)
    }

    /// Returns the queue with this name.
    ///
    /// # Errors
    /// `NotFound` if there is no queue of that name, or the error of the call to SQS.
    pub async fn queue(&self, name: &str) -> Result<SqsQueue, CloudError> {
        SqsQueue::find(self.sqs.clone(), name).await
    }

    /// Returns a queue by name that is resolved when it is first used.
    pub fn lazy_queue(&self, name: &str) -> LazyQueue {
        LazyQueue::new(self.sqs.clone(), name)
    }

    /// Returns the provisioner of buckets and queues.
    pub fn provisioner(&self) -> Provisioner {
        let region = self.config.region().map_or(FALLBACK_REGION, Region::as_ref);
        Provisioner::new(self.s3.clone(), self.sqs.clone(), region)
    }
}

/// Loads the SDK's settings. There is a fallback region, because signing needs one and users of
/// S3-compatible stores rarely configure it.
fn loader() -> aws_config::ConfigLoader {
    let region = aws_config::meta::region::RegionProviderChain::default_provider()
        .or_else(Region::new(FALLBACK_REGION));
    aws_config::defaults(BehaviorVersion::latest()).region(region)
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(attempt)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}
