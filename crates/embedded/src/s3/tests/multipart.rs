//! Multipart uploads.

use s3s::dto::*;
use s3s::{Body, S3, S3ErrorCode, S3Result};

use super::{BUCKET, Fixture, code, request};

const KEY: &str = "raw/m";

async fn create(fixture: &Fixture) -> String {
    let input = CreateMultipartUploadInput::builder()
        .bucket(BUCKET.into())
        .key(KEY.into())
        .build()
        .unwrap();
    let created = fixture.api.create_multipart_upload(request(input)).await;
    created.unwrap().output.upload_id.unwrap()
}

async fn upload_part(fixture: &Fixture, id: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let input = UploadPartInput::builder()
        .bucket(BUCKET.into())
        .key(KEY.into())
        .upload_id(id.to_owned())
        .part_number(number)
        .body(Some(Body::from(body).into()))
        .build()
        .unwrap();
    let uploaded = fixture.api.upload_part(request(input)).await.unwrap();
    CompletedPart {
        part_number: Some(number),
        e_tag: uploaded.output.e_tag,
        ..Default::default()
    }
}

async fn complete(fixture: &Fixture, id: &str, parts: Vec<CompletedPart>) -> S3Result<ETag> {
    let input = CompleteMultipartUploadInput::builder()
        .bucket(BUCKET.into())
        .key(KEY.into())
        .upload_id(id.to_owned())
        .multipart_upload(Some(CompletedMultipartUpload { parts: Some(parts) }))
        .build()
        .unwrap();
    let completed = fixture.api.complete_multipart_upload(request(input)).await;
    Ok(completed?.output.e_tag.unwrap())
}

#[tokio::test]
async fn parts_become_one_object_with_the_etag_of_s3() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    fixture.events();
    let id = create(&fixture).await;
    let bodies = [vec![b'a'; 5 * 1024 * 1024], b"b".to_vec()];
    let mut parts = Vec::new();
    for (number, body) in (1..).zip(&bodies) {
        parts.push(upload_part(&fixture, &id, number, body.clone()).await);
    }
    let reversed: Vec<_> = parts.iter().rev().cloned().collect();
    let refused = code(complete(&fixture, &id, reversed).await);
    assert_eq!(refused, Some(S3ErrorCode::InvalidPartOrder));
    let etag = complete(&fixture, &id, parts).await.unwrap();
    // md5(md5(part 1) ++ md5(part 2)) as computed with md5sum of coreutils.
    assert_eq!(etag.value(), "e5a8c5272b26fc10581a21089559b006-2");
    assert!(fixture.get(KEY).await.unwrap() == bodies.concat());
    assert_eq!(
        fixture.events()[0]["Records"][0]["eventName"],
        "ObjectCreated:CompleteMultipartUpload"
    );
}
