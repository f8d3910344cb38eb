//! The demo page.

use darkroom_issuer::IssuerSettings;

use crate::harness::{get, send, send_with};

fn with_page() -> IssuerSettings {
    IssuerSettings {
        demo_page: true,
        ..IssuerSettings::default()
    }
}

#[tokio::test]
async fn the_page_is_served_only_if_it_is_enabled() {
    for path in ["/", "/page/page.js"] {
        assert_eq!(send(get(path)).await.code(), "not_found");
        assert_eq!(send_with(with_page(), get(path)).await.status, 200);
    }
}

#[tokio::test]
async fn the_page_may_connect_only_to_the_service_and_the_store() {
    let page = send_with(with_page(), get("/")).await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'"),
        "{policy}"
    );
    assert!(
        policy.contains("connect-src 'self' https://images.example;"),
        "{policy}"
    );
    assert!(
        policy.contains("img-src 'self' blob: https://images.example;"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(page.text.contains("<option value=\"avatar\""));
    assert!(page.text.contains("<body data-auth=\"off\">"));
    assert!(!page.text.contains("{{"));
}

#[tokio::test]
async fn everything_that_the_page_loads_is_served_with_its_type() {
    let page = send_with(with_page(), get("/")).await;
    let script = send_with(with_page(), get("/page.js")).await;
    let quoted = format!("{}{}", page.text, script.text);
    let paths: Vec<_> = quoted
        .split('"')
        .filter(|text| text.starts_with('/') && text.contains('.'))
        .collect();
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        let response = send_with(with_page(), get(path)).await;
        assert_eq!(response.status, 200, "{path}");
        let (_, extension) = path.split_once('.').unwrap();
        let expected = match extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "jpg" => "image/jpeg",
            _ => "image/svg+xml",
        };
        assert_eq!(response.header("content-type"), expected, "{path}");
    }
}
