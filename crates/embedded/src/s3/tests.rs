//! The operations through the `S3` trait, as the protocol layer calls them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use s3s::dto::*;
use s3s::{Body, S3, S3ErrorCode, S3Request, S3Result};
use tokio_util::sync::CancellationToken;

use super::service::S3Api;
use super::store::Store;
use crate::events::Notifier;
use crate::sqs::Queues;

const BUCKET: &str = "darkroom-raw";

/// A store on a folder, with one bucket and one queue that hears of `raw/`.
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

impl Fixture {
    async fn open(dir: &Path) -> Self {
        let queues = Arc::new(Queues::new("eu-central-1".into(), CancellationToken::new()));
        queues.create("events", Default::default()).unwrap();
        let store = Arc::new(Store::open(dir).unwrap());
        let api = S3Api::new(
            store,
            Notifier::new(Arc::clone(&queues)),
            "eu-central-1".into(),
        );
        Self { api, queues }
    }

    async fn with_bucket(dir: &Path) -> Self {
        let fixture = Self::open(dir).await;
        let bucket = CreateBucketInput {
            bucket: BUCKET.into(),
            ..Default::default()
        };
        fixture.api.create_bucket(request(bucket)).await.unwrap();
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
            queue_arn: fixture.queues.arn("events"),
        };
        let input = PutBucketNotificationConfigurationInput {
            bucket: BUCKET.into(),
            expected_bucket_owner: None,
            notification_configuration: NotificationConfiguration {
                queue_configurations: Some(vec![queue]),
                ..Default::default()
            },
            skip_destination_validation: None,
        };
        fixture
            .api
            .put_bucket_notification_configuration(request(input))
            .await
            .unwrap();
        fixture
    }

    /// Every event so far, taken off the queue.
    fn events(&self) -> Vec<serde_json::Value> {
        let received = self.queues.with("events", |queue, now_ms| {
            let received = queue.receive(100, Duration::from_secs(60), None, now_ms);
            Ok(received.messages)
        });
        let received = received.unwrap().into_iter();
        received
            .map(|received| serde_json::from_str(&received.message.body).unwrap())
            .collect()
    }

    async fn put(&self, input: PutObjectInput) -> S3Result<String> {
        let answer = self.api.put_object(request(input)).await?;
        Ok(answer.output.e_tag.unwrap().into_value())
    }

    async fn get(&self, key: &str) -> S3Result<Vec<u8>> {
        let input = GetObjectInput::builder()
            .bucket(BUCKET.into())
            .key(key.into())
            .build()
            .unwrap();
        let answer = self.api.get_object(request(input)).await?;
        let pieces: Vec<Bytes> = answer.output.body.unwrap().try_collect().await.unwrap();
        Ok(pieces.concat())
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn of_many_first_writers_exactly_one_wins_and_keeps_its_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    for round in 0..10 {
        let key = format!("race/{round}");
        let write = |writer: u8| {
            let conditions = PutObjectInput {
                if_none_match: Some(ETagCondition::Any),
                ..object(&key, [writer; 5000])
            };
            fixture.put(conditions)
        };
        let results = join_all((0..32).map(write)).await;
        let winners: Vec<_> = (0u8..)
            .zip(&results)
            .filter(|(_, result)| result.is_ok())
            .map(|(n, _)| n)
            .collect();
        assert_eq!(winners.len(), 1);
        assert_eq!(fixture.get(&key).await.unwrap(), [winners[0]; 5000]);
        let lost = results
            .into_iter()
            .filter_map(code)
            .filter(|code| *code == S3ErrorCode::PreconditionFailed);
        assert_eq!(lost.count(), 31);
    }
}

#[tokio::test]
async fn objects_their_attributes_and_settings_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let first = Fixture::with_bucket(dir.path()).await;
    let metadata = Metadata::from([("album".to_owned(), "7".to_owned())]);
    let input = PutObjectInput {
        content_type: Some("image/jpeg".into()),
        cache_control: Some("max-age=60".into()),
        metadata: Some(metadata.clone()),
        ..object("raw/a", "bytes")
    };
    let etag = first.put(input).await.unwrap();
    drop(first);

    let second = Fixture::open(dir.path()).await;
    let input = HeadObjectInput::builder()
        .bucket(BUCKET.into())
        .key("raw/a".into())
        .build()
        .unwrap();
    let head = second.api.head_object(request(input)).await.unwrap().output;
    assert_eq!(head.e_tag, Some(ETag::Strong(etag)));
    assert_eq!(
        (head.content_type.as_deref(), head.cache_control.as_deref()),
        (Some("image/jpeg"), Some("max-age=60"))
    );
    assert_eq!(
        (head.metadata, head.content_length),
        (Some(metadata), Some(5))
    );
    assert_eq!(second.get("raw/a").await.unwrap(), b"bytes");
    second.put(object("raw/b", "more")).await.unwrap();
    assert_eq!(second.events().len(), 1);
}

#[tokio::test]
async fn an_upload_tells_the_queue_of_its_prefix_only() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let tests = fixture.events();
    assert_eq!(tests.len(), 1);
    assert_eq!(tests[0]["Event"], "s3:TestEvent");

    fixture.put(object("media/a", "x")).await.unwrap();
    let etag = fixture
        .put(object("raw/red flower+ü.jpg", "hello"))
        .await
        .unwrap();
    fixture.put(object("raw/b", "x")).await.unwrap();
    let events = fixture.events();
    assert_eq!(events.len(), 2);
    let record = &events[0]["Records"][0];
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["awsRegion"], "eu-central-1");
    assert_eq!(record["s3"]["bucket"]["name"], BUCKET);
    let described = &record["s3"]["object"];
    assert_eq!(described["key"], "raw/red+flower%2B%C3%BC.jpg");
    assert_eq!(
        (described["size"].as_u64(), described["eTag"].as_str()),
        (Some(5), Some(etag.as_str()))
    );
    let later = &events[1]["Records"][0]["s3"]["object"];
    assert!(later["sequencer"].as_str() > described["sequencer"].as_str());
}

#[tokio::test]
async fn a_body_with_the_wrong_checksum_leaves_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    fixture.put(object("k", "old")).await.unwrap();
    let wrong = PutObjectInput {
        checksum_sha256: Some("AAAA".into()),
        ..object("k", "new")
    };
    assert_eq!(code(fixture.put(wrong).await), Some(S3ErrorCode::BadDigest));
    assert_eq!(fixture.get("k").await.unwrap(), b"old");
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_what_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    fixture.put(object("k", "old")).await.unwrap();
    let pieces = [
        Ok(Bytes::from_static(b"ne")),
        Err(std::io::Error::other("reset")),
    ];
    let broken = PutObjectInput {
        body: Some(StreamingBlob::wrap(stream::iter(pieces))),
        ..object("k", "")
    };
    assert_eq!(
        code(fixture.put(broken).await),
        Some(S3ErrorCode::IncompleteBody)
    );
    let short = PutObjectInput {
        content_length: Some(4),
        ..object("k", "new")
    };
    assert_eq!(
        code(fixture.put(short).await),
        Some(S3ErrorCode::IncompleteBody)
    );
    assert_eq!(fixture.get("k").await.unwrap(), b"old");
    let staged = std::fs::read_dir(dir.path().join("staging")).unwrap();
    assert_eq!(staged.count(), 0, "nothing half written is left");
}

#[tokio::test]
async fn a_reader_sees_the_version_that_it_opened() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let long = vec![1; 3_000_000];
    fixture.put(object("k", long.clone())).await.unwrap();
    let input = GetObjectInput::builder()
        .bucket(BUCKET.into())
        .key("k".into())
        .build()
        .unwrap();
    let opened = fixture.api.get_object(request(input)).await.unwrap().output;
    fixture.put(object("k", vec![2; 10])).await.unwrap();
    let pieces: Vec<Bytes> = opened.body.unwrap().try_collect().await.unwrap();
    assert!(pieces.concat() == long);
    assert_eq!(opened.content_length, Some(3_000_000));
}

#[tokio::test]
async fn keys_that_no_file_system_would_take_are_objects_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let long = "x".repeat(1024);
    let keys = [
        "a",
        "a/",
        "a/b",
        "..",
        "../../etc/passwd",
        "//",
        "ü\u{1}",
        long.as_str(),
    ];
    for key in keys {
        fixture.put(object(key, key)).await.unwrap();
    }
    for key in keys {
        assert_eq!(fixture.get(key).await.unwrap(), key.as_bytes());
    }
    let names = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(names, 2, "buckets and staging, and nothing outside of them");
}

#[tokio::test]
async fn a_removed_object_is_gone_and_removing_it_again_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    fixture.put(object("k", "x")).await.unwrap();
    for _ in 0..2 {
        let input = DeleteObjectInput::builder()
            .bucket(BUCKET.into())
            .key("k".into())
            .build()
            .unwrap();
        fixture.api.delete_object(request(input)).await.unwrap();
    }
    assert_eq!(code(fixture.get("k").await), Some(S3ErrorCode::NoSuchKey));
}

#[tokio::test]
async fn parts_become_one_object_with_the_etag_of_s3() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    fixture.events();
    let begin = CreateMultipartUploadInput::builder()
        .bucket(BUCKET.into())
        .key("raw/m".into())
        .build()
        .unwrap();
    let id = fixture
        .api
        .create_multipart_upload(request(begin))
        .await
        .unwrap()
        .output
        .upload_id
        .unwrap();
    let bodies = [vec![b'a'; 5 * 1024 * 1024], b"b".to_vec()];
    let mut named = Vec::new();
    for (number, body) in (1..).zip(&bodies) {
        let part = UploadPartInput::builder()
            .bucket(BUCKET.into())
            .key("raw/m".into())
            .upload_id(id.clone())
            .part_number(number)
            .body(Some(Body::from(body.clone()).into()))
            .build()
            .unwrap();
        let e_tag = fixture
            .api
            .upload_part(request(part))
            .await
            .unwrap()
            .output
            .e_tag;
        named.push(CompletedPart {
            part_number: Some(number),
            e_tag,
            ..Default::default()
        });
    }
    let complete = |named| {
        let complete = CompleteMultipartUploadInput::builder()
            .bucket(BUCKET.into())
            .key("raw/m".into())
            .upload_id(id.clone())
            .multipart_upload(Some(CompletedMultipartUpload { parts: Some(named) }))
            .build()
            .unwrap();
        fixture.api.complete_multipart_upload(request(complete))
    };
    let reversed: Vec<_> = named.iter().rev().cloned().collect();
    assert_eq!(
        code(complete(reversed).await),
        Some(S3ErrorCode::InvalidPartOrder)
    );
    let etag = complete(named).await.unwrap().output.e_tag.unwrap();
    // md5(md5(part 1) ++ md5(part 2)) as computed with coreutils' md5sum.
    assert_eq!(etag.value(), "e5a8c5272b26fc10581a21089559b006-2");
    assert!(fixture.get("raw/m").await.unwrap() == bodies.concat());
    assert_eq!(
        fixture.events()[0]["Records"][0]["eventName"],
        "ObjectCreated:CompleteMultipartUpload"
    );
}
