//! Reviews before publication, by HTTP and on the command line.

use darkroom_cloud::Bucket;
use darkroom_harness::{Cloud, DEADLINE, TestBed};
use darkroom_testkit::wait;
use serde_json::{Value, json};

use crate::api_keys::{in_environment, new_key};
use crate::test_bed::{json_lines, on_both_clouds, photo, service};

on_both_clouds!(nothing_is_public_before_a_reviewer_approves_it);

/// Sends a request to a path of an upload. Returns the status and the body.
async fn send(
    bed: &TestBed,
    key: &Value,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let url = format!("{}{path}", bed.client().issuer);
    let request = reqwest::Client::new().request(method.parse().unwrap(), url);
    let request = request.bearer_auth(key["key"].as_str().unwrap());
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// Uploads a photo. Returns the path of its status.
async fn upload(bed: &TestBed, key: &Value, width: u32) -> String {
    let photo = photo(width, 300);
    let body = json!({"profile": "avatar", "owner": "u1", "size": photo.len()});
    let (_, presigned) = send(bed, key, "POST", "/v1/uploads", Some(&body)).await;
    assert_eq!(bed.client().put(&presigned, &photo).await, 200);
    presigned["status_url"].as_str().unwrap().to_owned()
}

/// Waits until the upload has this status, and returns it as this caller sees it.
async fn wait_for(bed: &TestBed, key: &Value, path: &str, expected: &str) -> Value {
    let read = async || {
        let (_, status) = send(bed, key, "GET", &format!("{path}?wait=1"), None).await;
        match status["status"] == expected {
            true => Ok(status),
            false => Err(status.to_string()),
        }
    };
    let what = format!("{path} {expected}");
    wait::until_async(what, DEADLINE, read).await.unwrap()
}

/// Checks that an upload cannot be read in any way that is open to the public: the variants in the
/// media bucket, and all objects of the raw bucket without credentials.
async fn assert_private(cloud: Cloud, bed: &TestBed, status: &Value) {
    for variant in status["variants"].as_array().into_iter().flatten() {
        let key = variant["key"].as_str().unwrap();
        assert_eq!(bed.media.head(key).await.unwrap(), None, "{key}");
        assert_eq!(variant.get("url"), None, "{variant}");
    }
    let media = bed.media.list("", None).await.unwrap().objects;
    let id = status["id"].as_str().unwrap();
    let of_upload = media.iter().filter(|object| object.key.contains(id));
    assert_eq!(of_upload.count(), 0);
    if cloud == Cloud::Dev {
        // LocalStack does not enforce access.
        let bucket = bed.raw.public_url().await.unwrap();
        let objects = bed.raw.list("", None).await.unwrap().objects;
        for object in objects.iter().filter(|object| object.key.contains(id)) {
            let url = format!("{bucket}/{}", object.key);
            let response = reqwest::get(&url).await.unwrap();
            assert_eq!(response.status(), 403, "{url}");
        }
    }
}

async fn nothing_is_public_before_a_reviewer_approves_it(cloud: Cloud) {
    let reviewer = new_key(&["--name", "reviewer", "--reviewer"]);
    assert_eq!(reviewer["reviewer"], true);
    let back_end = new_key(&["--name", "back-end"]);
    let hash = reviewer["sha256"].as_str().unwrap();
    let keys = format!("[{{name=\"reviewer\",sha256=\"{hash}\",reviewer=true}}");
    let keys = format!(
        "{keys},{}",
        in_environment(&back_end).trim_start_matches('[')
    );
    let environment = [
        ("DARKROOM_AUTH_KEYS", &*keys),
        ("DARKROOM_PROFILES_AVATAR_REVIEW", "true"),
        ("DARKROOM_STORAGE_MEDIA_BASE_URL", "https://cdn.example"),
    ];
    let bed = service(cloud, &environment).await;

    let path = upload(&bed, &back_end, 400).await;
    let seen = wait_for(&bed, &back_end, &path, "in_review").await;
    assert_private(cloud, &bed, &seen).await;

    // The reviewer sees the image.
    let reviewed = wait_for(&bed, &reviewer, &path, "in_review").await;
    let variants = reviewed["variants"].as_array().unwrap();
    for variant in variants {
        let image = bed.client().fetch(variant["url"].as_str().unwrap()).await;
        assert_eq!(image.len() as u64, variant["bytes"]);
    }
    let decision = json!({"sha256": reviewed["source"]["sha256"]});
    let approve = format!("{path}/approve");
    let (status, problem) = send(&bed, &back_end, "POST", &approve, Some(&decision)).await;
    assert_eq!(
        (status, &problem["code"]),
        (403, &json!("reviewer_required"))
    );
    let other = json!({"sha256": "0".repeat(64)});
    let (status, problem) = send(&bed, &reviewer, "POST", &approve, Some(&other)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("file_replaced")));
    bed.wait_until_idle(DEADLINE).await.unwrap();
    assert_private(cloud, &bed, &seen).await;

    // Approved twice, it is published once.
    for _ in 0..2 {
        let (status, review) = send(&bed, &reviewer, "POST", &approve, Some(&decision)).await;
        assert_eq!((status, &review["decision"]), (202, &json!("approved")));
    }
    let ready = wait_for(&bed, &back_end, &path, "ready").await;
    assert_eq!(ready["review"]["reviewer"], "key:reviewer");
    for variant in ready["variants"].as_array().unwrap() {
        let url = variant["url"].as_str().unwrap();
        assert!(url.starts_with("https://cdn.example/avatars/u1/"), "{url}");
        let stored = bed.media.head(variant["key"].as_str().unwrap()).await;
        assert_eq!(stored.unwrap().unwrap().size, variant["bytes"]);
    }
    let reject = format!("{path}/reject");
    let late = json!({"sha256": reviewed["source"]["sha256"], "code": "spam", "message": ""});
    let (status, problem) = send(&bed, &reviewer, "POST", &reject, Some(&late)).await;
    assert_eq!(
        (status, &problem["code"]),
        (409, &json!("already_reviewed"))
    );

    reject_on_the_command_line(cloud, &bed, &back_end, &reviewer).await;
    bed.wait_until_idle(DEADLINE).await.unwrap();
    let copies = bed.raw.list("review/copies/", None).await.unwrap().objects;
    assert_eq!(copies.len(), 0, "{copies:?}");
}

async fn reject_on_the_command_line(
    cloud: Cloud,
    bed: &TestBed,
    back_end: &Value,
    reviewer: &Value,
) {
    let path = upload(bed, back_end, 401).await;
    let seen = wait_for(bed, back_end, &path, "in_review").await;
    let listed = json_lines(&bed.run(&["review", "list", "--json"]).await.unwrap());
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["id"], seen["id"]);
    let pages = "/v1/reviews?profile=avatar&limit=1";
    let (status, page) = send(bed, reviewer, "GET", pages, None).await;
    assert_eq!((status, &page["uploads"][0]["id"]), (200, &seen["id"]));
    let shown = page["uploads"][0]["variants"][0]["url"].as_str().unwrap();
    assert!(!bed.client().fetch(shown).await.is_empty());
    let next = format!("{pages}&after={}", page["next"].as_str().unwrap());
    let (_, page) = send(bed, reviewer, "GET", &next, None).await;
    assert_eq!(page, json!({"uploads": []}));
    for (key, expected) in [(back_end, 403), (reviewer, 422)] {
        let path = "/v1/reviews?profile=avatar&after=x";
        assert_eq!(send(bed, key, "GET", path, None).await.0, expected);
    }
    let url = listed[0]["variants"][0]["url"].as_str().unwrap();
    assert!(!bed.client().fetch(url).await.is_empty());
    let upload = path.trim_start_matches("/v1/uploads/");
    let sha256 = listed[0]["source"]["sha256"].as_str().unwrap();
    let reason = ["--code", "nudity", "--message", "not suitable"];
    let command = ["review", "reject", upload, "--sha256", sha256, "--json"];
    let rejected = bed.run(&[&command[..], &reason].concat()).await.unwrap();
    assert_eq!(json_lines(&rejected)[0]["decision"], "rejected");
    let rejected = wait_for(bed, back_end, &path, "rejected").await;
    let error = json!({"code": "not_approved", "message": "not suitable"});
    assert_eq!(rejected["error"], error);
    assert_eq!(rejected["review"]["code"], "nudity");
    assert_private(cloud, bed, &seen).await;
    let listed = json_lines(&bed.run(&["review", "list", "--json"]).await.unwrap());
    assert_eq!(listed.len(), 0, "{listed:?}");
}
