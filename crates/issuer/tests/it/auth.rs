//! Who is let in, and for whom they may act.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::body::Body;
use axum::routing::get as route_get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use darkroom_contract::UploadId;
use darkroom_issuer::{ApiKey, ApiKeySettings, AuthSettings, IssuerSettings};
use http::{Request, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::desk::{Answer, ask_router, get, issuer_for, post};

const ISSUER: &str = "https://id.example/";

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
    }
}

async fn router_with(keys: Vec<ApiKeySettings>) -> Router {
    let auth = AuthSettings {
        keys,
        ..AuthSettings::default()
    };
    issuer_for(&auth, IssuerSettings::default()).await.router()
}

fn outcome(answer: &Answer) -> (u16, String) {
    let code = if answer.status.is_success() {
        String::new()
    } else {
        answer.code()
    };
    (answer.status.as_u16(), code)
}

#[tokio::test]
async fn without_a_good_key_nothing_under_v1_answers() {
    let key = ApiKey::generate().unwrap();
    let router = router_with(vec![api_key(&key, "web", None, &[])]).await;
    let id = UploadId::generate();
    let status = format!("/v1/uploads/avatar/u1/{id}");
    let requests: [fn(&str) -> Request<Body>; 6] = [
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
    ];
    for request in requests {
        let what = format!("{:?}", request(&status));
        let answer = ask_router(router.clone(), request(&status)).await;
        assert_eq!(
            outcome(&answer),
            (401, "unauthenticated".to_owned()),
            "{what}"
        );
        let challenge = answer.header("www-authenticate");
        assert_eq!(challenge, "Bearer realm=\"darkroom\"", "{what}");
        for wrong in ["", "x", "dk_x", &key.hash().to_string(), "a.b.c"] {
            let request = with_token(request(&status), wrong);
            let answer = ask_router(router.clone(), request).await;
            assert_eq!(
                outcome(&answer),
                (401, "invalid_token".to_owned()),
                "{what}"
            );
            let challenge = answer.header("www-authenticate");
            assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        }
    }
    assert_eq!(
        ask_router(router.clone(), get("/healthz")).await.status,
        200
    );
    let created = create(Some("u1"), "avatar");
    let answer = ask_router(router, with_token(created, key.reveal())).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

#[tokio::test]
async fn a_token_is_taken_from_its_header_alone() {
    let key = ApiKey::generate().unwrap();
    let router = router_with(vec![api_key(&key, "web", None, &[])]).await;
    let id = UploadId::generate();
    let path = format!("/v1/uploads/avatar/u1/{id}?access_token={}", key.reveal());
    let answer = ask_router(router.clone(), get(&path)).await;
    assert_eq!(answer.code(), "unauthenticated");
    let mut basic = create(Some("u1"), "avatar");
    let value = format!("Basic {}", key.reveal()).parse().unwrap();
    basic.headers_mut().insert(header::AUTHORIZATION, value);
    assert_eq!(
        ask_router(router.clone(), basic).await.code(),
        "invalid_token"
    );
    let mut twice = with_token(create(Some("u1"), "avatar"), key.reveal());
    let value = format!("Bearer {}", key.reveal()).parse().unwrap();
    twice.headers_mut().append(header::AUTHORIZATION, value);
    assert_eq!(ask_router(router, twice).await.code(), "invalid_token");
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
        let answer = ask_router(router.clone(), request).await;
        let (status, code) = outcome(&answer);
        assert_eq!((status, code.as_str()), expected, "{owner:?} {profile}");
        if status == 201 {
            assert_eq!(answer.json()["owner"], owner.unwrap_or("u1"));
        }
    }
}

#[tokio::test]
async fn the_uploads_of_others_look_like_none_at_all() {
    let key = ApiKey::generate().unwrap();
    let router = router_with(vec![api_key(&key, "u1", Some("u1"), &["avatar"])]).await;
    let id = UploadId::generate();
    let nobody_s = ask_router(
        router.clone(),
        with_token(get("/v1/uploads/avatar/u1/1"), key.reveal()),
    )
    .await;
    assert_eq!(outcome(&nobody_s), (404, "unknown_upload".to_owned()));
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
            let answer = ask_router(router.clone(), request).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.text, nobody_s.text, "{path}");
        }
    }
}

/// An identity provider: its key pairs, and a JWK set that is served and counted.
struct Provider {
    address: SocketAddr,
    set: Arc<Mutex<Value>>,
    fetches: Arc<AtomicUsize>,
}

struct Signer {
    id: &'static str,
    key: EncodingKey,
    jwk: Value,
}

impl Signer {
    fn new(id: &'static str) -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        Self {
            id,
            key: EncodingKey::from_ec_der(pkcs8.as_ref()),
            jwk: json!({
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
                "x": coordinate(&point[1..33]), "y": coordinate(&point[33..65]),
            }),
        }
    }

    /// A good token with these claims instead; `null` leaves one out.
    fn token(&self, changes: Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.to_owned());
        encode(&header, &claims(changes), &self.key).unwrap()
    }
}

fn claims(changes: Value) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let mut claims = json!({
        "iss": ISSUER, "aud": ["darkroom", "other"], "sub": "u1", "exp": now.as_secs() + 300
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => {
                claims.as_object_mut().unwrap().remove(name);
            }
            value => claims[name] = value.clone(),
        }
    }
    claims
}

impl Provider {
    async fn start(keys: &[&Value]) -> Self {
        let set = Arc::new(Mutex::new(json!({"keys": keys})));
        let fetches = Arc::new(AtomicUsize::new(0));
        let (served, counter) = (Arc::clone(&set), Arc::clone(&fetches));
        let serve = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            let set = served.lock().unwrap().clone();
            async { Json(set) }
        };
        let router = Router::new().route("/jwks.json", route_get(serve));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            address,
            set,
            fetches,
        }
    }

    fn settings(&self) -> AuthSettings {
        AuthSettings {
            jwks: Some(format!("http://{}/jwks.json", self.address)),
            issuer: Some(ISSUER.to_owned()),
            audience: Some("darkroom".to_owned()),
            leeway: Duration::from_secs(5),
            ..AuthSettings::default()
        }
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

async fn answer_to(router: &Router, token: &str) -> (u16, String) {
    let request = with_token(create(None, "avatar"), token);
    outcome(&ask_router(router.clone(), request).await)
}

#[tokio::test]
async fn a_token_s_subject_is_the_owner() {
    let signer = Signer::new("k1");
    let provider = Provider::start(&[&signer.jwk]).await;
    let issuer = issuer_for(&provider.settings(), IssuerSettings::default()).await;
    let request = with_token(create(None, "avatar"), &signer.token(json!({})));
    let answer = ask_router(issuer.router(), request).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json()["owner"], "u1");
    let router = issuer.router();
    for _ in 0..5 {
        answer_to(&router, &signer.token(json!({}))).await;
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn a_token_that_is_not_for_us_now_is_refused() {
    let (signer, stranger) = (Signer::new("k1"), Signer::new("k1"));
    let provider = Provider::start(&[&signer.jwk]).await;
    let issuer = issuer_for(&provider.settings(), IssuerSettings::default()).await;
    let router = issuer.router();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    for changes in [
        json!({"iss": "https://evil.example/"}),
        json!({"iss": null}),
        json!({"aud": "other"}),
        json!({"aud": null}),
        json!({"exp": now - 60}),
        json!({"exp": null}),
        json!({"nbf": now + 60}),
        json!({"sub": null}),
    ] {
        let got = answer_to(&router, &signer.token(changes.clone())).await;
        assert_eq!(got, (401, "invalid_token".to_owned()), "{changes}");
    }
    let forged = answer_to(&router, &stranger.token(json!({}))).await;
    assert_eq!(forged, (401, "invalid_token".to_owned()));
    let not_an_owner = answer_to(&router, &signer.token(json!({"sub": "auth0|7"}))).await;
    assert_eq!(not_an_owner, (403, "forbidden_owner".to_owned()));
    let within_leeway = answer_to(&router, &signer.token(json!({"exp": now - 2}))).await;
    assert_eq!(within_leeway.0, 201);
}

#[tokio::test]
async fn only_signatures_of_the_published_keys_count() {
    let signer = Signer::new("k1");
    let shared = json!({"kty": "oct", "kid": "k2", "k": URL_SAFE_NO_PAD.encode([7; 32])});
    let provider = Provider::start(&[&signer.jwk, &shared]).await;
    let issuer = issuer_for(&provider.settings(), IssuerSettings::default()).await;
    let router = issuer.router();
    let hmac = |kid: &str, secret: &[u8]| {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(kid.to_owned());
        encode(
            &header,
            &claims(json!({})),
            &EncodingKey::from_secret(secret),
        )
        .unwrap()
    };
    // A secret in the set, and the public key taken for a secret.
    let public = signer.jwk["x"].as_str().unwrap().as_bytes();
    for token in [hmac("k2", &[7; 32]), hmac("k1", public)] {
        let got = answer_to(&router, &token).await;
        assert_eq!(got, (401, "invalid_token".to_owned()));
    }
    let good = signer.token(json!({}));
    let (_, rest) = good.split_once('.').unwrap();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k1"}"#);
    let claims = rest.split('.').next().unwrap();
    for token in [format!("{none}.{claims}."), format!("{none}.{rest}")] {
        let got = answer_to(&router, &token).await;
        assert_eq!(got, (401, "invalid_token".to_owned()));
    }
    let long = "x".repeat(9000);
    assert_eq!(answer_to(&router, &long).await.0, 401);
}

#[tokio::test]
async fn a_new_key_is_fetched_and_unknown_ones_do_not_flood_the_provider() {
    let (old, new) = (Signer::new("k1"), Signer::new("k2"));
    let provider = Provider::start(&[&old.jwk]).await;
    let issuer = issuer_for(&provider.settings(), IssuerSettings::default()).await;
    let router = issuer.router();
    assert_eq!(answer_to(&router, &old.token(json!({}))).await.0, 201);
    *provider.set.lock().unwrap() = json!({"keys": [new.jwk]});
    for _ in 0..20 {
        assert_eq!(answer_to(&router, &new.token(json!({}))).await.0, 401);
    }
    assert_eq!(provider.fetches(), 1, "asked again within ten seconds");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    assert_eq!(answer_to(&router, &new.token(json!({}))).await.0, 201);
    assert_eq!(answer_to(&router, &old.token(json!({}))).await.0, 401);
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test]
async fn a_provider_that_is_away_is_no_fault_of_the_caller() {
    let signer = Signer::new("k1");
    let settings = AuthSettings {
        jwks: Some("http://127.0.0.1:9/jwks.json".to_owned()),
        issuer: Some(ISSUER.to_owned()),
        audience: Some("darkroom".to_owned()),
        ..AuthSettings::default()
    };
    let router = issuer_for(&settings, IssuerSettings::default())
        .await
        .router();
    let request = with_token(create(None, "avatar"), &signer.token(json!({})));
    let answer = ask_router(router, request).await;
    assert_eq!(outcome(&answer), (503, "auth_unavailable".to_owned()));
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn a_set_may_be_a_file() {
    let signer = Signer::new("k1");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json!({"keys": [signer.jwk]}).to_string()).unwrap();
    let settings = AuthSettings {
        jwks: Some(file.path().to_str().unwrap().to_owned()),
        issuer: Some(ISSUER.to_owned()),
        audience: Some("darkroom".to_owned()),
        ..AuthSettings::default()
    };
    let router = issuer_for(&settings, IssuerSettings::default())
        .await
        .router();
    assert_eq!(answer_to(&router, &signer.token(json!({}))).await.0, 201);
}
