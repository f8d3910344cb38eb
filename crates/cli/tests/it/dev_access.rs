//! Access to `darkroom dev`: its secret key, and requests from web pages in a browser on the same
//! machine.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use darkroom_harness::DEADLINE;
use darkroom_testkit::wait;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::dev::Dev;
use crate::test_bed::{darkroom, photo};

const FOREIGN: [(&str, &str); 3] = [
    ("host", "evil.example"),
    ("origin", "https://evil.example"),
    ("origin", "null"),
];

fn request(method: Method, url: &str) -> RequestBuilder {
    reqwest::Client::new().request(method, url)
}

/// Sends the preflight request of a browser. Returns the response to it.
async fn preflight(url: &str, method: &str, origin: &str) -> Response {
    request(Method::OPTIONS, url)
        .header("origin", origin)
        .header("access-control-request-method", method)
        .header(
            "access-control-request-headers",
            "content-type,if-none-match",
        )
        .send()
        .await
        .unwrap()
}

/// Returns `true` if a browser lets the page at `origin` read the response.
fn is_readable(response: &Response, origin: &str) -> bool {
    let allowed = response.headers().get("access-control-allow-origin");
    allowed.is_some_and(|allowed| allowed == "*" || allowed == origin)
}

fn env(folder: &Path) -> std::process::Output {
    darkroom(folder).args(["dev", "--env"]).output().unwrap()
}

#[tokio::test]
async fn pages_of_other_sites_can_neither_read_nor_write() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    let issuer = dev.client.issuer.as_str();
    let presigned = dev.client.presign(3).await;
    let store = presigned["url"].as_str().unwrap();
    for (name, value) in FOREIGN {
        let uploads = format!("{issuer}/v1/uploads");
        let status = format!("{issuer}{}", presigned["status_url"].as_str().unwrap());
        for (method, url) in [
            (Method::GET, issuer),
            (Method::POST, &uploads),
            (Method::GET, &status),
            (Method::DELETE, &status),
            (Method::GET, &format!("{issuer}/metrics")),
        ] {
            let sent = request(method, url).header(name, value).send().await;
            let response = sent.unwrap();
            assert_eq!(response.status(), 403, "{url} {name}: {value}");
            assert!(!is_readable(&response, value));
            let problem: Value = response.json().await.unwrap();
            assert_eq!(problem["code"], "forbidden_origin", "{problem}");
        }
        let mut put = request(Method::PUT, store).header(name, value).body("abc");
        for (name, value) in presigned["headers"].as_object().unwrap() {
            put = put.header(name, value.as_str().unwrap());
        }
        let response = put.send().await.unwrap();
        assert_eq!(response.status(), 403, "{name}: {value}");
        assert!(!is_readable(&response, value));
    }
    for url in [issuer, store] {
        let response = preflight(url, "PUT", "https://evil.example").await;
        assert_eq!(response.status(), 403, "{url}");
        assert!(!is_readable(&response, "https://evil.example"));
    }
    let status = dev.client.status(&presigned).await;
    assert_eq!(status["status"], "awaiting_upload", "{status}");
    dev.stop();
}

/// Sends the requests of `client.js` with the headers of a browser.
async fn upload_as_page(dev: &Dev, origin: &str) {
    let issuer = &dev.client.issuer;
    let bytes = photo(64, 48);
    let body = json!({
        "profile": "avatar", "owner": "u1", "content_type": "image/jpeg", "size": bytes.len(),
    });
    let url = format!("{issuer}/v1/uploads");
    let post = request(Method::POST, &url).header("origin", origin);
    let response = post.json(&body).send().await.unwrap();
    assert!(is_readable(&response, origin), "{response:?}");
    assert_eq!(response.status(), 201);
    let presigned: Value = response.json().await.unwrap();

    let store = presigned["url"].as_str().unwrap();
    let response = preflight(store, "PUT", origin).await;
    assert_eq!(response.status(), 200, "{response:?}");
    assert!(is_readable(&response, origin), "{response:?}");
    let mut put = request(Method::PUT, store)
        .header("origin", origin)
        .body(bytes);
    for (name, value) in presigned["headers"].as_object().unwrap() {
        put = put.header(name, value.as_str().unwrap());
    }
    let response = put.send().await.unwrap();
    assert_eq!(response.status(), 200, "{response:?}");
    assert!(is_readable(&response, origin), "{response:?}");

    let url = format!(
        "{issuer}{}?wait=60",
        presigned["status_url"].as_str().unwrap()
    );
    let get = request(Method::GET, &url).header("origin", origin);
    let response = get.send().await.unwrap();
    assert!(is_readable(&response, origin), "{response:?}");
    let outcome: Value = response.json().await.unwrap();
    assert_eq!(outcome["status"], "ready", "{outcome}");

    let variant = outcome["variants"][0]["url"].as_str().unwrap();
    let response = request(Method::GET, variant).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "image/webp");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("sandbox"), "{policy}");
}

#[tokio::test]
async fn the_demo_page_and_other_pages_of_this_machine_can_upload() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    for path in ["/", "/client.js"] {
        let url = format!("{}{path}", dev.client.issuer);
        let response = request(Method::GET, &url).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
    upload_as_page(&dev, &dev.client.issuer).await;
    upload_as_page(&dev, "http://localhost:5173").await;
    dev.stop();
}

#[tokio::test]
async fn allowed_hosts_and_the_origins_of_the_settings_can_upload() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[issuer]\ncors_origins = [\"https://app.example\"]\n\
                    [storage]\ncors_origins = [\"https://app.example\"]\n";
    std::fs::write(folder.path().join("darkroom.toml"), settings).unwrap();
    let dev = Dev::start_with(folder.path(), &["--allow-host", "laptop.example"]);
    upload_as_page(&dev, "https://app.example").await;
    let page = request(Method::GET, &dev.client.issuer).header("host", "laptop.example:8080");
    assert_eq!(page.send().await.unwrap().status(), 200);
    dev.stop();
}

#[test]
fn the_environment_of_clients_contains_the_secret_key_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let before = env(folder.path());
    assert_eq!(before.status.code(), Some(1), "{before:?}");
    let dev = Dev::start(folder.path());
    let exports = String::from_utf8(env(folder.path()).stdout).unwrap();
    let value = |name: &str| {
        let (_, rest) = exports.split_once(&format!("export {name}='")).unwrap();
        rest.split_once('\'').unwrap().0
    };
    let secret = value("AWS_SECRET_ACCESS_KEY");
    assert_eq!(secret.len(), 40, "{exports}");
    let greeting = dev.process.stdout();
    for name in [
        "AWS_ENDPOINT_URL_S3",
        "AWS_ENDPOINT_URL_SQS",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        assert!(greeting.contains(value(name)), "{name} in {greeting}");
    }
    for file in ["secret-key", "environment"] {
        let path = folder.path().join("darkroom-data").join(file);
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    dev.stop();
    let after = env(folder.path());
    assert_eq!(after.status.code(), Some(1), "{after:?}");
}

#[test]
fn a_server_that_other_machines_can_reach_causes_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let everywhere = ["--sqs-listen", "0.0.0.0:0"];
    let dev = Dev::start_with(folder.path(), &everywhere);
    let warned = || {
        dev.process
            .stderr()
            .contains("other machines can reach the embedded SQS")
    };
    wait::until("the warning", DEADLINE, warned).unwrap();
    let log = dev.process.stderr();
    assert!(!log.contains("reach the embedded S3"), "{log}");
    dev.stop();
}
