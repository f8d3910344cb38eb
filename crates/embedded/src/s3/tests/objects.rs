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
async fn keys_that_are_no_file_names_are_stored_inside_the_folder() {
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
