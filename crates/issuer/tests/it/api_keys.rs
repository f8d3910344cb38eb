//! Tests of API keys: authentication, and the permitted owners and profiles.

use axum::Router;
use axum::body::Body;
use darkroom_contract::UploadId;
use darkroom_issuer::{ApiKey, ApiKeySettings, AuthSettings, IssuerSettings};
use http::{Request, header};
use serde_json::json;

use crate::harness::{TestResponse, get, issuer_for, post, send_to};

fn create(owner: Option<&str>, profile: &str) -> Request<Body> {
    let body = json!({
        "profile": profile, "owner": owner, "content_type": "image/png", "size": 1
    });
    post(body.to_string())
}

fn with_token(mut request: Request<Body>, token: &str) -> Request<Body> {
    let value = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert(header::AUTHORIZATION, value);
    request
}

fn api_key(key: &ApiKey, name: &str, owner: Option<&str>, profiles: &[&str]) -> ApiKeySettings {
    ApiKeySettings {
        name: name.to_owned(),
        sha256: key.hash(),
        owner: owner.map(|owner| owner.parse().unwrap()),
        profiles: profiles.iter().map(|name| name.parse().unwrap()).collect(),
        operator: false,
        reviewer: false,
    }
}

async fn router_with(keys: Vec<ApiKeySettings>) -> Router {
    let auth = AuthSettings {
        keys,
        ..AuthSettings::default()
    };
    issuer_for(&auth, IssuerSettings::default()).await.router()
}

fn outcome(response: &TestResponse) -> (u16, String) {
    let code = if response.status.is_success() {
        String::new()
    } else {
        response.code()
    };
    (response.status.as_u16(), code)
}

#[tokio::test]
async fn without_a_valid_key_nothing_under_v1_is_served() {
    let key = ApiKey::generate().unwrap();
    let router = router_with(vec![api_key(&key, "web", None, &[])]).await;
    let id = UploadId::generate();
    let status = format!("/v1/uploads/avatar/u1/{id}");
    let requests: [fn(&str) -> Request<Body>; 7] = [
        |_| create(Some("u1"), "avatar"),
        |status| get(status),
        |status| get(&format!("{status}/events")),
        |status| Request::delete(status).body(Body::empty()).unwrap(),
        |_| {
            Request::post("/v1/images?profile=avatar&owner=u1")
                .body(Body::empty())
                .unwrap()
        },
        |_| Request::post("/v1/inspect").body(Body::empty()).unwrap(),
        |_| {
            Request::post("/v1/uploads/status")
                .body(Body::empty())
                .unwrap()
        },
    ];
    for request in requests {
        let what = format!("{:?}", request(&status));
        let response = send_to(router.clone(), request(&status)).await;
        assert_eq!(
            outcome(&response),
            (401, "unauthenticated".to_owned()),
            "{what}"
        );
        let challenge = response.header("www-authenticate");
        assert_eq!(challenge, "Bearer realm=\"darkroom\"", "{what}");
        for wrong in ["", "x", "dk_x", &key.hash().to_string(), "a.b.c"] {
            let request = with_token(request(&status), wrong);
            let response = send_to(router.clone(), request).await;
            assert_eq!(
                outcome(&response),
                (401, "invalid_token".to_owned()),
                "{what}"
            );
            let challenge = response.header("www-authenticate");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        }
    }
    assert_eq!(send_to(router.clone(), get("/healthz")).await.status, 200);
    let created = create(Some("u1"), "avatar");
    let response = send_to(router, with_token(created, key.reveal())).await;
    assert_eq!(response.status, 201, "{}", response.text);
}

#[tokio::test]
async fn a_token_is_accepted_only_in_a_single_authorization_header_with_the_bearer_scheme() {
    let key = ApiKey::generate().unwrap();
    let router = router_with(vec![api_key(&key, "web", None, &[])]).await;
    let id = UploadId::generate();
    let path = format!("/v1/uploads/avatar/u1/{id}?access_token={}", key.reveal());
    let response = send_to(router.clone(), get(&path)).await;
    assert_eq!(response.code(), "unauthenticated");
    let mut basic = create(Some("u1"), "avatar");
    let value = format!("Basic {}", key.reveal()).parse().unwrap();
    basic.headers_mut().insert(header::AUTHORIZATION, value);
    assert_eq!(send_to(router.clone(), basic).await.code(), "invalid_token");
    let mut twice = with_token(create(Some("u1"), "avatar"), key.reveal());
    let value = format!("Bearer {}", key.reveal()).parse().unwrap();
    twice.headers_mut().append(header::AUTHORIZATION, value);
    assert_eq!(send_to(router, twice).await.code(), "invalid_token");
}

#[tokio::test]
async fn a_key_acts_for_its_owner_and_its_profiles_only() {
    let (any, bound) = (ApiKey::generate().unwrap(), ApiKey::generate().unwrap());
    let router = router_with(vec![
        api_key(&any, "server", None, &[]),
        api_key(&bound, "u1-avatars", Some("u1"), &["avatar"]),
    ])
    .await;
    for (key, owner, profile, expected) in [
        (&any, Some("u1"), "avatar", (201, "")),
        (&any, Some("u2"), "photo", (201, "")),
        (&any, None, "avatar", (422, "owner_required")),
        (&bound, None, "avatar", (201, "")),
        (&bound, Some("u1"), "avatar", (201, "")),
        (&bound, Some("u2"), "avatar", (403, "forbidden_owner")),
        (&bound, Some("u1"), "photo", (403, "forbidden_profile")),
        (&bound, Some("u 1"), "avatar", (422, "invalid_owner")),
    ] {
        let request = with_token(create(owner, profile), key.reveal());
        let response = send_to(router.clone(), request).await;
        let (status, code) = outcome(&response);
        assert_eq!((status, code.as_str()), expected, "{owner:?} {profile}");
        if status == 201 {
            assert_eq!(response.json()["owner"], owner.unwrap_or("u1"));
        }
    }
}

#[tokio::test]
async fn uploads_that_a_key_may_not_access_look_like_uploads_that_do_not_exist() {
    let key = ApiKey::generate().unwrap();
    let router = router_with(vec![api_key(&key, "u1", Some("u1"), &["avatar"])]).await;
    let id = UploadId::generate();
    let nonexistent = send_to(
        router.clone(),
        with_token(get("/v1/uploads/avatar/u1/1"), key.reveal()),
    )
    .await;
    assert_eq!(outcome(&nonexistent), (404, "unknown_upload".to_owned()));
    for path in [
        format!("/v1/uploads/avatar/u2/{id}"),
        format!("/v1/uploads/photo/u1/{id}"),
    ] {
        let requests = [
            get(&path),
            get(&format!("{path}/events")),
            Request::delete(&path).body(Body::empty()).unwrap(),
        ];
        for request in requests {
            let request = with_token(request, key.reveal());
            let response = send_to(router.clone(), request).await;
            assert_eq!(response.status, 404, "{path}");
            assert_eq!(response.text, nonexistent.text, "{path}");
        }
    }
}
