//! Quotas and usage, by HTTP and on the command line.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_harness::{Cloud, TestBed};
use serde_json::{Value, json};

use crate::api_keys::{in_environment, new_key};
use crate::test_bed::{json_lines, on_both_clouds, photo, service};

on_both_clouds!(every_issuer_counts_the_files_of_an_owner_and_refuses_more_than_its_quota);

/// An issuer, and the key of one owner.
struct Caller<'a> {
    issuer: String,
    key: &'a Value,
}

impl Caller<'_> {
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.issuer);
        let request = reqwest::Client::new().request(method.parse().unwrap(), url);
        let request = request.bearer_auth(self.key["key"].as_str().unwrap());
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.text().await.unwrap();
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    async fn create(&self, size: usize) -> (u16, Value) {
        let body = json!({"profile": "avatar", "content_type": "image/jpeg", "size": size});
        self.send("POST", "/v1/uploads", Some(body)).await
    }

    /// Uploads a photo, waits for its outcome, and returns the path of its status.
    async fn upload(&self, bed: &TestBed) -> String {
        let photo = photo(64, 48);
        let (status, presigned) = self.create(photo.len()).await;
        assert_eq!(status, 201, "{presigned}");
        assert_eq!(bed.client().put(&presigned, &photo).await, 200);
        let path = presigned["status_url"].as_str().unwrap().to_owned();
        let (_, outcome) = self.send("GET", &format!("{path}?wait=60"), None).await;
        assert_eq!(outcome["status"], "ready", "{outcome}");
        path
    }
}

async fn every_issuer_counts_the_files_of_an_owner_and_refuses_more_than_its_quota(cloud: Cloud) {
    let key = new_key(&["--name", "kiosk", "--owner", "u7"]);
    let keys = in_environment(&key);
    let environment = [
        ("DARKROOM_AUTH_KEYS", &*keys),
        ("DARKROOM_PROFILES_AVATAR_QUOTA_UPLOADS", "2"),
        ("DARKROOM_PROFILES_AVATAR_QUOTA_BYTES", "1GiB"),
    ];
    let bed = service(cloud, &environment).await;
    let other_issuer = bed.start_issuer(&[]).await.unwrap();
    let caller = |issuer: String| Caller { issuer, key: &key };
    let first = caller(bed.client().issuer.clone());
    let second = caller(format!("http://{}", other_issuer.address()));

    let path = first.upload(&bed).await;
    second.upload(&bed).await;
    let size = photo(64, 48).len();
    let quota = json!({"name": "quota_uploads", "limit": 2, "used": 2, "requested": 1});
    let image = STANDARD.encode(photo(64, 48));
    for caller in [&first, &second] {
        let (status, problem) = caller.create(size).await;
        assert_eq!((status, &problem["quota"]), (409, &quota), "{problem}");
        assert_eq!(problem["code"], "quota_exceeded");
        let images = json!({"images": [image]});
        let direct = "/v1/images?profile=avatar";
        let (status, problem) = caller.send("POST", direct, Some(images)).await;
        assert_eq!((status, &problem["quota"]), (409, &quota), "{problem}");
    }

    let expected = json!({
        "profile": "avatar", "uploads": 2, "bytes": 2 * size,
        "quota_uploads": 2, "quota_bytes": 1_u64 << 30,
    });
    let (_, usage) = first.send("GET", "/v1/owners/u7/usage", None).await;
    assert_eq!(usage["profiles"][0], expected, "{usage}");
    let arguments = ["usage", "--owner", "u7", "--json"];
    let printed = json_lines(&bed.run(&arguments).await.unwrap());
    assert_eq!(json!(printed), usage["profiles"]);
    let arguments = ["usage", "--owner", "u7", "--profile", "avatar"];
    let printed = bed.run(&arguments).await.unwrap();
    let text = format!(
        "avatar  2 of 2 uploads  {} of {} bytes\n",
        2 * size,
        1_u64 << 30
    );
    assert_eq!(String::from_utf8_lossy(&printed.stdout), text);

    // The first issuer has handed out the URL of the deleted upload, which is still valid.
    assert_eq!(first.send("DELETE", &path, None).await.0, 204);
    assert_eq!(first.create(size).await.0, 409);
    assert_eq!(second.create(size).await.0, 201);
}
