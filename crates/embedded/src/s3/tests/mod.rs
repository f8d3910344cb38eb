//! Tests of the operations through the `S3` trait, as the protocol layer calls them.

mod multipart;
mod notifications;
mod objects;
mod writes;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use s3s::dto::*;
use s3s::{Body, S3, S3ErrorCode, S3Request, S3Result};
use tokio_util::sync::CancellationToken;

use super::api::S3Api;
use super::notification::Notifier;
use super::store::Store;
use crate::sqs::Queues;

const BUCKET: &str = "darkroom-raw";
const REGION: &str = "eu-central-1";

/// A store in a folder, and a queue that receives the events about new objects under `raw/`.
struct Fixture {
    api: S3Api,
    queues: Arc<Queues>,
}

fn request<T>(input: T) -> S3Request<T> {
    S3Request {
        input,
        method: http::Method::GET,
        uri: http::Uri::default(),
        headers: http::HeaderMap::default(),
        extensions: http::Extensions::default(),
        credentials: None,
        region: None,
        service: None,
        trailing_headers: None,
    }
}

fn code<T>(result: S3Result<T>) -> Option<S3ErrorCode> {
    result.err().map(|error| error.code().clone())
}

fn object(key: &str, body: impl Into<Vec<u8>>) -> PutObjectInput {
    let body = Body::from(body.into()).into();
    PutObjectInput {
        bucket: BUCKET.into(),
        key: key.into(),
        body: Some(body),
        ..Default::default()
    }
}

fn notification(queue_arn: String) -> NotificationConfiguration {
    let prefix = FilterRule {
        name: Some(FilterRuleName::from_static(FilterRuleName::PREFIX)),
        value: Some("raw/".into()),
    };
    let queue = QueueConfiguration {
        events: vec!["s3:ObjectCreated:*".to_owned().into()],
        filter: Some(NotificationConfigurationFilter {
            key: Some(S3KeyFilter {
                filter_rules: Some(vec![prefix]),
            }),
        }),
        id: Some("raw".into()),
        queue_arn,
    };
    NotificationConfiguration {
        queue_configurations: Some(vec![queue]),
        ..Default::default()
    }
}

impl Fixture {
    fn open(dir: &Path) -> Self {
        let queues = Arc::new(Queues::new(REGION.into(), CancellationToken::new()));
        queues.create("events", Default::default()).unwrap();
        let api = S3Api {
            store: Arc::new(Store::open(dir).unwrap()),
            notifier: Notifier::new(Arc::clone(&queues)),
            region: REGION.into(),
        };
        Self { api, queues }
    }

    async fn with_bucket(dir: &Path) -> Self {
        let fixture = Self::open(dir);
        let bucket = CreateBucketInput {
            bucket: BUCKET.into(),
            ..Default::default()
        };
        fixture.api.create_bucket(request(bucket)).await.unwrap();
        let input = PutBucketNotificationConfigurationInput {
            bucket: BUCKET.into(),
            expected_bucket_owner: None,
            notification_configuration: notification(fixture.queues.arn("events")),
            skip_destination_validation: None,
        };
        let request = request(input);
        let put = fixture.api.put_bucket_notification_configuration(request);
        put.await.unwrap();
        fixture
    }

    /// Receives all events that have been sent so far.
    fn events(&self) -> Vec<serde_json::Value> {
        let received = self.queues.with("events", |queue, now_ms| {
            Ok(queue.receive(100, Duration::from_secs(60), None, now_ms))
        });
        let messages = received.unwrap().messages.into_iter();
        messages
            .map(|received| serde_json::from_str(&received.message.body).unwrap())
            .collect()
    }

    async fn put(&self, input: PutObjectInput) -> S3Result<String> {
        let response = self.api.put_object(request(input)).await?;
        Ok(response.output.e_tag.unwrap().into_value())
    }

    async fn open_object(&self, key: &str) -> S3Result<GetObjectOutput> {
        let input = GetObjectInput::builder()
            .bucket(BUCKET.into())
            .key(key.into())
            .build()
            .unwrap();
        Ok(self.api.get_object(request(input)).await?.output)
    }

    async fn get(&self, key: &str) -> S3Result<Vec<u8>> {
        Ok(bytes(self.open_object(key).await?.body.unwrap()).await)
    }
}

async fn bytes(body: StreamingBlob) -> Vec<u8> {
    let chunks: Vec<Bytes> = body.try_collect().await.unwrap();
    chunks.concat()
}
