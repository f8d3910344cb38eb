//! The JavaScript client.

use http::HeaderValue;

use crate::harness::{get, send};

#[tokio::test]
async fn the_client_is_served_without_the_demo_page_to_pages_of_other_origins() {
    let mut request = get("/client.js");
    let origin = HeaderValue::from_static("https://app.example");
    request.headers_mut().insert("origin", origin);
    let client = send(request).await;
    assert_eq!(client.status, 200);
    assert_eq!(client.header("access-control-allow-origin"), "*");
    assert_eq!(
        client.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(client.header("x-typescript-types"), "./client.d.ts");
    for name in ["/explain.js", "/uppy.js", "/client.d.ts"] {
        assert_eq!(send(get(name)).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn the_client_is_sent_again_only_if_it_has_changed() {
    let client = send(get("/client.js")).await;
    assert_eq!(client.header("cache-control"), "no-cache");
    let mut request = get("/client.js");
    let etag = client.headers["etag"].clone();
    request.headers_mut().insert("if-none-match", etag);
    let unchanged = send(request).await;
    assert_eq!((unchanged.status.as_u16(), &*unchanged.text), (304, ""));
}

#[tokio::test]
async fn a_versioned_path_never_changes_and_its_modules_have_the_same_version() {
    let client = send(get("/client.js")).await;
    let versioned = client.header("content-location");
    assert!(versioned.starts_with("/client-"), "{versioned}");
    let pinned = send(get(versioned)).await;
    assert_eq!(pinned.text, client.text);
    let cache_control = pinned.header("cache-control");
    assert_eq!(cache_control, "public, max-age=31536000, immutable");
    let modules: Vec<_> = client.text.split("from \"./").skip(1).collect();
    assert!(modules.len() >= 5, "{modules:?}");
    for module in modules {
        let module = module.split('"').next().unwrap();
        let folder = versioned.strip_suffix("client.js").unwrap();
        let path = format!("{folder}{module}");
        assert_eq!(send(get(&path)).await.status, 200, "{path}");
    }
    assert_eq!(send(get("/client-0/client.js")).await.code(), "not_found");
}
