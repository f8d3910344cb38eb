//! Lists of uploads, by HTTP and on the command line.

use darkroom_harness::{Cloud, TestBed};
use serde_json::{Value, json};

use crate::api_keys::{in_environment, new_key};
use crate::test_bed::{json_lines, on_both_clouds, photo, service};

on_both_clouds!(an_owner_lists_its_own_uploads_in_both_orders);

async fn send(bed: &TestBed, method: reqwest::Method, path: &str, key: &Value) -> (u16, Value) {
    let url = format!("{}{path}", bed.client().issuer);
    let request = reqwest::Client::new().request(method, url);
    let response = request.bearer_auth(key["key"].as_str().unwrap());
    let response = response.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Uploads a photo with this key, and returns the id of the upload.
async fn upload(bed: &TestBed, key: &Value) -> Value {
    let photo = photo(64, 48);
    let url = format!("{}/v1/uploads", bed.client().issuer);
    let request = reqwest::Client::new().post(url);
    let request = request.bearer_auth(key["key"].as_str().unwrap());
    let body = json!({"profile": "avatar", "content_type": "image/jpeg", "size": photo.len()});
    let presigned: Value = request
        .json(&body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(
        bed.client().put(&presigned, &photo).await,
        200,
        "{presigned}"
    );
    let path = format!("{}?wait=60", presigned["status_url"].as_str().unwrap());
    let (_, outcome) = send(bed, reqwest::Method::GET, &path, key).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    presigned["id"].clone()
}

fn ids(uploads: &[Value]) -> Vec<Value> {
    uploads.iter().map(|upload| upload["id"].clone()).collect()
}

async fn an_owner_lists_its_own_uploads_in_both_orders(cloud: Cloud) {
    let key = new_key(&["--name", "kiosk", "--owner", "u7"]);
    let other = new_key(&["--name", "other", "--owner", "u70"]);
    let [key_settings, other_settings] = [&key, &other].map(in_environment);
    let keys = format!(
        "{},{}",
        key_settings.trim_end_matches(']'),
        other_settings.trim_start_matches('[')
    );
    let bed = service(cloud, &[("DARKROOM_AUTH_KEYS", &keys)]).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.push(upload(&bed, &key).await);
    }
    upload(&bed, &other).await;
    let list = async |query: &str| {
        let path = format!("/v1/uploads?profile=avatar{query}");
        send(&bed, reqwest::Method::GET, &path, &key).await
    };
    let (_, oldest) = list("&order=oldest&outcomes=true").await;
    let uploads = oldest["uploads"].as_array().unwrap();
    assert_eq!(ids(uploads), expected);
    for upload in uploads {
        let url = upload["outcome"]["variants"][0]["url"].as_str().unwrap();
        assert!(!bed.client().fetch(url).await.is_empty());
    }
    // Newest first, page by page.
    let (_, first) = list("&limit=2").await;
    let (_, second) = list(&format!(
        "&limit=2&after={}",
        first["next"].as_str().unwrap()
    ))
    .await;
    let pages = [&first, &second].map(|page| page["uploads"].as_array().unwrap().clone());
    let newest: Vec<Value> = expected.iter().rev().cloned().collect();
    assert_eq!(ids(&pages.concat()), newest);
    assert_eq!(second.get("next"), None, "{second}");
    let (status, problem) = list("&owner=u70").await;
    assert_eq!((status, &problem["code"]), (403, &json!("forbidden_owner")));

    let arguments = ["list", "--owner", "u7", "--outcomes", "--json"];
    let listed = json_lines(&bed.run(&arguments).await.unwrap());
    assert_eq!(ids(&listed), newest);
    assert_eq!(listed[0]["outcome"]["status"], "ready");
    let arguments = ["list", "--owner", "u7", "--order", "oldest", "--limit", "1"];
    let printed = bed.run(&arguments).await.unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(
        printed.starts_with(expected[0].as_str().unwrap()),
        "{printed}"
    );
}
