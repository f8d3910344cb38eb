//! Who is let in by a token of an identity provider.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::routing::get as route_get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use darkroom_issuer::{AuthSettings, IssuerSettings};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::auth::{create, outcome, with_token};
use crate::harness::{ask_router, issuer_for};

const ISSUER: &str = "https://id.example/";

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

/// A key pair on P-256: two coordinates and the secret, in base64url.
type KeyPair = [&'static str; 3];

/// The example of RFC 7515, A.3.
const OURS: KeyPair = [
    "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
];
/// The example of RFC 7517, A.2.
const OTHERS: KeyPair = [
    "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
];
/// What stands around secret and point in PKCS #8 (RFC 5958, RFC 5915).
const BEFORE_SECRET: &str =
    "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
const BEFORE_POINT: &str = "a14403420004";

impl Signer {
    fn new(id: &'static str, [x, y, secret]: KeyPair) -> Self {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let pkcs8 = [
            hex::decode(BEFORE_SECRET).unwrap(),
            bytes(secret),
            hex::decode(BEFORE_POINT).unwrap(),
            bytes(x),
            bytes(y),
        ];
        Self {
            id,
            key: EncodingKey::from_ec_der(&pkcs8.concat()),
            jwk: json!({
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id,
                "x": x, "y": y,
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
        trusting(format!("http://{}/jwks.json", self.address))
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

fn trusting(jwks: String) -> AuthSettings {
    AuthSettings {
        jwks: Some(jwks),
        issuer: Some(ISSUER.to_owned()),
        audience: Some("darkroom".to_owned()),
        leeway: Duration::from_secs(5),
        ..AuthSettings::default()
    }
}

async fn answer_to(router: &Router, token: &str) -> (u16, String) {
    let request = with_token(create(None, "avatar"), token);
    outcome(&ask_router(router.clone(), request).await)
}

#[tokio::test]
async fn a_token_s_subject_is_the_owner() {
    let signer = Signer::new("k1", OURS);
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
    let (signer, stranger) = (Signer::new("k1", OURS), Signer::new("k1", OTHERS));
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
    let signer = Signer::new("k1", OURS);
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
    let (old, new) = (Signer::new("k1", OURS), Signer::new("k2", OTHERS));
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
    let signer = Signer::new("k1", OURS);
    let settings = trusting("http://127.0.0.1:9/jwks.json".to_owned());
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
    let signer = Signer::new("k1", OURS);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json!({"keys": [signer.jwk]}).to_string()).unwrap();
    let settings = trusting(file.path().to_str().unwrap().to_owned());
    let router = issuer_for(&settings, IssuerSettings::default())
        .await
        .router();
    assert_eq!(answer_to(&router, &signer.token(json!({}))).await.0, 201);
}
