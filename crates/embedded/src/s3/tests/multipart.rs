//! Multipart uploads.

use s3s::dto::*;
use s3s::{Body, S3, S3ErrorCode, S3Result};

use super::{BUCKET, Fixture, code, object, request};

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
    // md5(md5(part 1) ++ md5(part 2)) as computed by the md5sum of coreutils.
    assert_eq!(etag.value(), "e5a8c5272b26fc10581a21089559b006-2");
    assert!(fixture.get(KEY).await.unwrap() == bodies.concat());
    assert_eq!(
        fixture.events()[0]["Records"][0]["eventName"],
        "ObjectCreated:CompleteMultipartUpload"
    );
}

async fn copy_part(
    fixture: &Fixture,
    id: &str,
    number: i32,
    range: Option<&str>,
) -> S3Result<CompletedPart> {
    let source = CopySource::Bucket {
        bucket: BUCKET.into(),
        key: "source".into(),
        version_id: None,
    };
    let input = UploadPartCopyInput::builder()
        .bucket(BUCKET.into())
        .key(KEY.into())
        .copy_source(source)
        .copy_source_range(range.map(str::to_owned))
        .upload_id(id.to_owned())
        .part_number(number)
        .build()
        .unwrap();
    let copied = fixture.api.upload_part_copy(request(input)).await?;
    Ok(CompletedPart {
        part_number: Some(number),
        e_tag: copied
            .output
            .copy_part_result
            .and_then(|result| result.e_tag),
        ..Default::default()
    })
}

#[tokio::test]
async fn parts_can_be_ranges_of_another_object() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let mut source = vec![b'a'; 5 * 1024 * 1024];
    source.extend_from_slice(b"the end");
    fixture.put(object("source", source.clone())).await.unwrap();
    let id = create(&fixture).await;
    let mut parts = Vec::new();
    for (number, range) in [(1, "bytes=0-5242879"), (2, "bytes=5242880-5242886")] {
        parts.push(copy_part(&fixture, &id, number, Some(range)).await.unwrap());
    }
    for range in ["bytes=5-", "bytes=-5", "0-5"] {
        let refused = code(copy_part(&fixture, &id, 3, Some(range)).await);
        assert_eq!(refused, Some(S3ErrorCode::InvalidArgument), "{range}");
    }
    let beyond = copy_part(&fixture, &id, 3, Some("bytes=9999999-9999999")).await;
    assert_eq!(code(beyond), Some(S3ErrorCode::InvalidRange));
    complete(&fixture, &id, parts).await.unwrap();
    assert!(fixture.get(KEY).await.unwrap() == source);
}

#[tokio::test]
async fn an_upload_is_listed_until_it_ends() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let ids = [create(&fixture).await, create(&fixture).await];
    let list = async || {
        let input = ListMultipartUploadsInput {
            bucket: BUCKET.into(),
            ..Default::default()
        };
        let listed = fixture.api.list_multipart_uploads(request(input)).await;
        let uploads = listed.unwrap().output.uploads.unwrap().into_iter();
        uploads.filter_map(|it| it.upload_id).collect::<Vec<_>>()
    };
    assert_eq!(list().await, ids);
    let part = upload_part(&fixture, &ids[0], 1, b"x".to_vec()).await;
    complete(&fixture, &ids[0], vec![part]).await.unwrap();
    assert_eq!(list().await, ids[1..]);
}

#[tokio::test]
async fn parts_are_listed_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let id = create(&fixture).await;
    for number in [1, 2, 7] {
        upload_part(&fixture, &id, number, b"x".to_vec()).await;
    }
    let (mut numbers, mut marker) = (Vec::new(), None);
    loop {
        let input = ListPartsInput::builder()
            .bucket(BUCKET.into())
            .key(KEY.into())
            .upload_id(id.clone())
            .max_parts(Some(2))
            .part_number_marker(marker)
            .build()
            .unwrap();
        let page = fixture.api.list_parts(request(input)).await.unwrap().output;
        numbers.extend(
            page.parts
                .unwrap()
                .into_iter()
                .filter_map(|it| it.part_number),
        );
        marker = page.next_part_number_marker;
        if page.is_truncated != Some(true) {
            break;
        }
    }
    assert_eq!(numbers, [1, 2, 7]);
}
