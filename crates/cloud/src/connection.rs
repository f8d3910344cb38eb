//! How S3 and SQS are reached.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use darkroom_contract::StorageSettings;

use crate::credentials::CredentialCache;
use crate::presign::Presigner;
use crate::{CloudError, LazyQueue, Provisioner, S3Bucket, SqsQueue, UploadPresigner};

/// No attempt at an S3 call takes longer; the body of a download has a deadline of its own.
const S3_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// Longer than the longest long poll, which is 20 s, and so short that a poll which SQS never
/// answers is given up and another one made within half a minute.
const SQS_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(25);
/// No call takes longer, whatever number of attempts it is.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
const FALLBACK_REGION: &str = "us-east-1";

/// Where S3 and SQS are and who asks, for a cloud that is not found through the environment.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// URL of S3.
    pub s3: String,
    /// URL of SQS.
    pub sqs: String,
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
    /// Region to sign for.
    pub region: String,
}

/// Clients for S3 and SQS, cheap to clone.
#[derive(Debug, Clone)]
pub struct Connection {
    config: SdkConfig,
    s3: aws_sdk_s3::Client,
    /// The same store under the name that clients can reach.
    public_s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    /// For what is signed without the SDK.
    credentials: Arc<CredentialCache>,
}

impl Connection {
    /// Follows the SDK's chain: environment, shared files, SSO, container and instance roles.
    ///
    /// Makes no call to S3 or SQS.
    pub async fn from_environment(storage: &StorageSettings) -> Self {
        let config = loader().load().await;
        let has_endpoint =
            config.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some();
        Self::new(config, has_endpoint, None, None, storage)
    }

    /// Goes to the endpoints given, whatever the environment says.
    pub async fn to(endpoints: &Endpoints, storage: &StorageSettings) -> Self {
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
        // Setting none would undo what the SDK has found for this service alone.
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

    /// A bucket by name; whether it exists is not asked.
    pub fn bucket(&self, name: &str) -> S3Bucket {
        S3Bucket::new(self.s3.clone(), self.presigner(name))
    }

    /// The presigner of uploads into a bucket, under the host name that clients can reach.
    pub fn upload_presigner(&self, bucket: &str) -> UploadPresigner {
        UploadPresigner::new(self.presigner(bucket))
    }

    fn presigner(&self, bucket: &str) -> Presigner {
        let credentials = Arc::clone(&self.credentials);
        Presigner::new(self.public_s3.clone(), credentials, bucket)
    }

    /// A queue by name.
    ///
    /// # Errors
    /// `NotFound` if there is none of that name, or what the call to SQS met.
    pub async fn queue(&self, name: &str) -> Result<SqsQueue, CloudError> {
        SqsQueue::find(self.sqs.clone(), name).await
    }

    /// A queue by name, which is not looked for before it is used.
    pub fn lazy_queue(&self, name: &str) -> LazyQueue {
        LazyQueue::new(self.sqs.clone(), name)
    }

    /// What sets buckets and queues up.
    pub fn provisioner(&self) -> Provisioner {
        let region = self.config.region().map_or(FALLBACK_REGION, Region::as_ref);
        Provisioner::new(self.s3.clone(), self.sqs.clone(), region)
    }
}

/// A region is needed to sign at all; a store with an endpoint of its own rarely has one.
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
