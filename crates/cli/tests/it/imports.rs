//! Import of the objects of another bucket.

use darkroom_cloud::{Bucket, PutOptions, S3Bucket};
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::wait;
use reqwest::Method;
use serde_json::Value;

use crate::signed_request;
use crate::test_bed::{json_lines, on_both_clouds, photo, service};

on_both_clouds!(objects_of_another_bucket_become_uploads_of_their_owners);

const JPEG: PutOptions<'_> = PutOptions {
    content_type: "image/jpeg",
    cache_control: "no-store",
};

/// Returns the name of the bucket of an existing site, next to the raw bucket with this name.
pub(crate) fn old_site_bucket(raw_bucket: &str) -> String {
    format!("{raw_bucket}-old")
}

/// Creates a bucket with the objects of an existing site.
pub(crate) async fn old_site(bed: &TestBed) -> S3Bucket {
    let name = old_site_bucket(bed.raw.name());
    let created = signed_request::s3(bed.endpoints(), Method::PUT, &name, "x-id", "").await;
    assert!(created.status().is_success(), "{created:?}");
    let bucket = bed.bucket(&name).await;
    for key in [
        "users/u1/first photo.jpg",
        "users/u1/zweites größeres Foto.jpg",
        "users/me@example.org/a.jpg",
        "users/nobody.jpg",
    ] {
        bucket.put(key, photo(300, 200).into(), JPEG).await.unwrap();
    }
    bucket
}

async fn status(bed: &TestBed, line: &Value) -> Value {
    let field = |name: &str| line[name].as_str().unwrap();
    let (profile, owner, id) = (field("profile"), field("owner"), field("id"));
    let path = format!("/v1/uploads/{profile}/{owner}/{id}?wait=1");
    let read = async || match bed.client().get(&path).await.1 {
        status if status["status"] == "ready" => Ok(status),
        status => Err(status.to_string()),
    };
    wait::until_async(path.clone(), DEADLINE, read)
        .await
        .unwrap()
}

async fn objects_of_another_bucket_become_uploads_of_their_owners(cloud: Cloud) {
    let bed = service(cloud, &[]).await;
    let old = old_site(&bed).await;
    let folder = tempfile::tempdir().unwrap();
    let mapping = folder.path().join("mapping.jsonl");
    let source = format!("s3://{}/users/", old.name());
    let import = async |more: &[&str]| {
        let mapping = mapping.to_str().unwrap();
        let arguments = [
            "import",
            &source,
            "--profile",
            "avatar",
            "--owner-from",
            "users/{owner}/*",
            "--mapping",
            mapping,
            "--json",
        ];
        let output = bed.run(&[&arguments[..], more].concat()).await.unwrap();
        json_lines(&output).remove(0)
    };
    let counted = import(&["--dry-run"]).await;
    assert_eq!(
        (&counted["imported"], &counted["without_owner"]),
        (&3.into(), &1.into())
    );
    assert!(!mapping.exists());
    let imported = import(&[]).await;
    assert_eq!(imported["imported"], 3);
    let lines = std::fs::read_to_string(&mapping).unwrap();
    let lines = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let copied: Vec<Value> = lines
        .filter(|line: &Value| line["copied"] == true)
        .collect();
    assert_eq!(copied.len(), 3);
    for line in &copied {
        let ready = status(&bed, line).await;
        assert_eq!(ready["metadata"]["imported_from"], line["key"]);
        assert_eq!(ready["source"]["format"], "jpeg");
    }
    let owners: Vec<&str> = copied
        .iter()
        .filter_map(|line| line["owner"].as_str())
        .collect();
    assert!(owners.contains(&"b64-bWVAZXhhbXBsZS5vcmc"), "{owners:?}");
    let again = import(&[]).await;
    assert_eq!(
        (&again["imported"], &again["skipped"]),
        (&0.into(), &3.into())
    );
}
