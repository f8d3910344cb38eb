//! Conditional writes, and writes with a wrong checksum or an incomplete body.

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream;
use s3s::S3ErrorCode;
use s3s::dto::*;

use super::{Fixture, code, object};

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_of_many_conditional_writers_succeeds_and_its_bytes_stay() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    for round in 0..10 {
        let key = format!("race/{round}");
        let write = |writer: u8| {
            let input = PutObjectInput {
                if_none_match: Some(ETagCondition::Any),
                ..object(&key, [writer; 5000])
            };
            fixture.put(input)
        };
        let results = join_all((0..32).map(write)).await;
        let winners: Vec<_> = (0u8..)
            .zip(&results)
            .filter(|(_, result)| result.is_ok())
            .map(|(writer, _)| writer)
            .collect();
        assert_eq!(winners.len(), 1);
        assert_eq!(fixture.get(&key).await.unwrap(), [winners[0]; 5000]);
        let refused = results
            .into_iter()
            .filter_map(code)
            .filter(|code| *code == S3ErrorCode::PreconditionFailed);
        assert_eq!(refused.count(), 31);
    }
}

#[tokio::test]
async fn a_body_with_a_wrong_checksum_changes_nothing() {
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
async fn an_incomplete_body_changes_nothing_and_leaves_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    fixture.put(object("k", "old")).await.unwrap();
    let chunks = [
        Ok(Bytes::from_static(b"ne")),
        Err(std::io::Error::other("reset")),
    ];
    let broken = PutObjectInput {
        body: Some(StreamingBlob::wrap(stream::iter(chunks))),
        ..object("k", "")
    };
    let short = PutObjectInput {
        content_length: Some(4),
        ..object("k", "new")
    };
    for input in [broken, short] {
        let refused = code(fixture.put(input).await);
        assert_eq!(refused, Some(S3ErrorCode::IncompleteBody));
    }
    assert_eq!(fixture.get("k").await.unwrap(), b"old");
    let staged = std::fs::read_dir(dir.path().join("staging")).unwrap();
    assert_eq!(staged.count(), 0);
}
