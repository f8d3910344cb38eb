//! Reads, keys and deletions.

use s3s::dto::*;
use s3s::{S3, S3ErrorCode};

use super::{BUCKET, Fixture, bytes, code, object, request};

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

    let second = Fixture::open(dir.path());
    let input = HeadObjectInput::builder()
        .bucket(BUCKET.into())
        .key("raw/a".into())
        .build()
        .unwrap();
    let head = second.api.head_object(request(input)).await.unwrap().output;
    assert_eq!(head.e_tag, Some(ETag::Strong(etag)));
    assert_eq!(head.content_type.as_deref(), Some("image/jpeg"));
    assert_eq!(head.cache_control.as_deref(), Some("max-age=60"));
    assert_eq!(head.metadata, Some(metadata));
    assert_eq!(head.content_length, Some(5));
    assert_eq!(second.get("raw/a").await.unwrap(), b"bytes");
    second.put(object("raw/b", "more")).await.unwrap();
    assert_eq!(second.events().len(), 1);
}

#[tokio::test]
async fn a_reader_sees_the_object_that_it_opened() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let long = vec![1; 3_000_000];
    fixture.put(object("k", long.clone())).await.unwrap();
    let opened = fixture.open_object("k").await.unwrap();
    fixture.put(object("k", vec![2; 10])).await.unwrap();
    assert_eq!(opened.content_length, Some(3_000_000));
    assert!(bytes(opened.body.unwrap()).await == long);
}

#[tokio::test]
async fn keys_that_are_not_valid_file_names_are_stored_inside_the_folder() {
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
    let entries = std::fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(entries, 2, "buckets and staging");
}

#[tokio::test]
async fn a_deleted_object_is_gone_and_deleting_it_again_succeeds() {
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
async fn list_objects_continues_after_its_marker() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    for key in ["a/1", "a/2", "b", "c"] {
        fixture.put(object(key, "x")).await.unwrap();
    }
    let (mut entries, mut marker) = (Vec::new(), None);
    loop {
        let input = ListObjectsInput {
            bucket: BUCKET.into(),
            delimiter: Some("/".into()),
            max_keys: Some(1),
            marker,
            ..Default::default()
        };
        let page = fixture.api.list_objects(request(input)).await;
        let page = page.unwrap().output;
        entries.extend(page.contents.unwrap().into_iter().filter_map(|it| it.key));
        let prefixes = page.common_prefixes.unwrap().into_iter();
        entries.extend(prefixes.filter_map(|it| it.prefix));
        marker = page.next_marker;
        if page.is_truncated != Some(true) {
            break;
        }
    }
    assert_eq!(entries, ["a/", "b", "c"]);
}

#[tokio::test]
async fn only_an_empty_bucket_can_be_deleted_and_then_created_again() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    fixture.put(object("k", "x")).await.unwrap();
    let delete = async || {
        let input = DeleteBucketInput {
            bucket: BUCKET.into(),
            ..Default::default()
        };
        code(fixture.api.delete_bucket(request(input)).await)
    };
    assert_eq!(delete().await, Some(S3ErrorCode::BucketNotEmpty));
    let bucket = fixture.api.store.bucket(BUCKET).unwrap();
    bucket.delete("k", &Default::default()).unwrap();
    assert_eq!(delete().await, None);
    let refused = fixture.put(object("k", "x")).await;
    assert_eq!(code(refused), Some(S3ErrorCode::NoSuchBucket));
    drop(fixture);
    let _again = Fixture::with_bucket(dir.path()).await;
}

#[tokio::test]
async fn a_batch_deletes_a_thousand_objects_at_most() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let delete = async |count: usize| {
        let objects = (0..count).map(|number| ObjectIdentifier {
            key: number.to_string(),
            ..Default::default()
        });
        let input = DeleteObjectsInput::builder()
            .bucket(BUCKET.into())
            .delete(Delete {
                objects: objects.collect(),
                quiet: Some(true),
            })
            .build()
            .unwrap();
        code(fixture.api.delete_objects(request(input)).await)
    };
    assert_eq!(delete(1001).await, Some(S3ErrorCode::MalformedXML));
    assert_eq!(delete(1000).await, None);
}
