//! The clients for S3 and SQS, and their settings.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use darkroom_contract::{SettingError, StorageSettings};

use crate::credentials::{CredentialCache, NOT_CONFIGURED};
use crate::presign::Presigner;
use crate::{CloudError, LazyQueue, Provisioner, S3Bucket, SqsQueue, UploadPresigner};

/// The time limit for one attempt at an S3 call, not including the body of a download.
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
    s3_url: String,
    sqs_url: String,
    s3: aws_sdk_s3::Client,
    /// An SDK client for presigning, with the host name that Darkroom's clients can reach.
    public_s3: aws_sdk_s3::Client,
    sqs: aws_sdk_sqs::Client,
    /// `false` for a store that does not support `If-None-Match`.
    conditional_writes: bool,
    /// The credentials of presigned requests.
    credentials: Arc<CredentialCache>,
}

/// The URLs of the services, or `None` for AWS's own.
#[derive(Debug, Clone, Copy)]
struct ServiceUrls<'a> {
    s3: Option<&'a str>,
    sqs: Option<&'a str>,
    /// `true` if the SDK does not find these URLs itself, so that they must be passed to it.
    are_explicit: bool,
}

impl Connection {
    /// Creates a connection from the SDK's default sources: the environment, shared files, SSO, and
    /// the roles of containers and instances. Makes no call to S3 or SQS.
    ///
    /// # Errors
    /// An error that names what is missing: a region, credentials, or the scheme of an endpoint.
    pub async fn from_environment(storage: &StorageSettings) -> Result<Self, SettingError> {
        let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
        let s3_url = endpoint("AWS_ENDPOINT_URL_S3", &config)?;
        let sqs_url = endpoint("AWS_ENDPOINT_URL_SQS", &config)?;
        let config = match config.region() {
            Some(_) => config,
            // Signing needs a region, but users of stores other than AWS rarely configure one.
            None if s3_url.is_some() => {
                let region = Region::new(FALLBACK_REGION);
                config.into_builder().region(region).build()
            }
            None => return Err(no_region(&storage.raw_bucket)),
        };
        let urls = ServiceUrls {
            s3: s3_url.as_deref(),
            sqs: sqs_url.as_deref(),
            // The SDK finds these URLs itself, in the environment and in files.
            are_explicit: false,
        };
        let connection = Self::new(config, urls, storage);
        let credentials = connection.credentials.check().await;
        let missing =
            |cause: String| no_credentials(&storage.raw_bucket, &connection.s3_url, &cause);
        credentials.map_err(missing)?;
        Ok(connection)
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
        let config = aws_config::defaults(BehaviorVersion::latest())
            .credentials_provider(credentials)
            .region(Region::new(region.clone()))
            .load()
            .await;
        let urls = ServiceUrls {
            s3: Some(s3),
            sqs: Some(sqs),
            are_explicit: true,
        };
        Self::new(config, urls, storage)
    }

    fn new(config: SdkConfig, urls: ServiceUrls<'_>, storage: &StorageSettings) -> Self {
        let mut s3 = aws_sdk_s3::config::Builder::from(&config)
            .timeout_config(timeouts(S3_ATTEMPT_TIMEOUT))
            .force_path_style(storage.path_style.unwrap_or(urls.s3.is_some()));
        if let Some(url) = urls.s3.filter(|_| urls.are_explicit) {
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
        if let Some(url) = urls.sqs.filter(|_| urls.are_explicit) {
            sqs = sqs.endpoint_url(url);
        }
        let default_url = |service: &str| {
            let region = config.region().map_or(FALLBACK_REGION, Region::as_ref);
            format!("https://{service}.{region}.amazonaws.com")
        };
        Self {
            s3_url: urls.s3.map_or_else(|| default_url("s3"), str::to_owned),
            sqs_url: urls.sqs.map_or_else(|| default_url("sqs"), str::to_owned),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            public_s3: aws_sdk_s3::Client::from_conf(public_s3.build()),
            sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
            conditional_writes: storage.conditional_writes,
            credentials: Arc::new(CredentialCache::new(config.credentials_provider())),
            config,
        }
    }

    /// Returns the URL of S3, for messages to people.
    pub fn s3_url(&self) -> &str {
        &self.s3_url
    }

    /// Returns the URL of SQS, for messages to people.
    pub fn sqs_url(&self) -> &str {
        &self.sqs_url
    }

    /// Returns the region that requests are signed for.
    pub fn region(&self) -> &str {
        self.config.region().map_or(FALLBACK_REGION, Region::as_ref)
    }

    /// Returns the region of a bucket, or `None` if the store does not state it.
    ///
    /// # Errors
    /// `NotFound` if there is no such bucket, or the error of the request to S3. The response to
    /// this request has no body, so the error has no details.
    pub async fn bucket_region(&self, bucket: &str) -> Result<Option<String>, CloudError> {
        let head = self.s3.head_bucket().bucket(bucket).send().await;
        let head = head.map_err(CloudError::from_sdk("HeadBucket"))?;
        Ok(head.bucket_region)
    }

    /// Returns the bucket with this name, which need not exist.
    pub fn bucket(&self, name: &str) -> S3Bucket {
        let presigner = self.presigner(name);
        S3Bucket::new(self.s3.clone(), presigner, self.conditional_writes)
    }

    /// Returns the presigner of uploads into a bucket. It signs for the host name that clients can
    /// reach.
    pub fn upload_presigner(&self, bucket: &str) -> UploadPresigner {
        UploadPresigner::new(self.presigner(bucket), self.conditional_writes)
    }

    fn presigner(&self, bucket: &str) -> Presigner {
        let credentials = Arc::clone(&self.credentials);
        Presigner::new(self.public_s3.clone(), credentials, bucket)
    }

    /// Returns the queue with this name.
    ///
    /// # Errors
    /// `NotFound` if no queue has this name, or the error of the request to SQS.
    pub async fn queue(&self, name: &str) -> Result<SqsQueue, CloudError> {
        SqsQueue::find(self.sqs.clone(), name).await
    }

    /// Returns the queue with this name, which is looked up on first use.
    pub fn lazy_queue(&self, name: &str) -> LazyQueue {
        LazyQueue::new(self.sqs.clone(), name)
    }

    /// Returns the provisioner of buckets and queues.
    pub fn provisioner(&self) -> Provisioner {
        Provisioner::new(self.s3.clone(), self.sqs.clone(), self.region())
    }
}

/// Returns the URL of a service: the value of its own `variable`, or else the URL that applies to
/// all services.
///
/// # Errors
/// An error that names the variable, if its value is not an HTTP URL.
fn endpoint(variable: &str, config: &SdkConfig) -> Result<Option<String>, SettingError> {
    let own = std::env::var(variable).ok();
    let (variable, url) = match own {
        Some(url) => (variable, Some(url)),
        None => ("AWS_ENDPOINT_URL", config.endpoint_url().map(str::to_owned)),
    };
    let is_url = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    match url {
        Some(url) if !is_url(&url) => {
            let problem = "must be a URL such as \"http://localhost:9000\"";
            Err(SettingError::new(variable, problem).with_found(format!("{url:?}")))
        }
        url => Ok(url),
    }
}

fn no_region(bucket: &str) -> SettingError {
    let problem = format!(
        "is not set, and no region for bucket {bucket} was found; tried AWS_DEFAULT_REGION, the \
         profile in ~/.aws/config, and instance metadata; set AWS_REGION, or set AWS_ENDPOINT_URL \
         if the store is not AWS S3"
    );
    SettingError::new("AWS_REGION", problem)
}

fn no_credentials(bucket: &str, url: &str, cause: &str) -> SettingError {
    let profile = std::env::var("AWS_PROFILE");
    let profile = profile.as_deref().unwrap_or("default");
    let cause = match cause {
        NOT_CONFIGURED => String::new(),
        cause => format!(" ({})", cause.trim_end_matches('.')),
    };
    let problem = format!(
        "were not found for bucket {bucket} at {url}; tried AWS_ACCESS_KEY_ID with \
         AWS_SECRET_ACCESS_KEY, profile {profile} in ~/.aws, web identity, and the roles of \
         container and instance{cause}; set the two variables, or AWS_PROFILE"
    );
    SettingError::new("AWS credentials", problem)
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(attempt)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}
