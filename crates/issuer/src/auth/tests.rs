//! Tests of tokens against the authenticator alone, without a service.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::authenticator::Authenticator;
use super::denial::Denial;
use super::settings::AuthSettings;

const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const ISSUER: &str = "https://id.example/";

/// An identity provider that serves a JWK set and counts how often clients fetch the set.
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

/// A P-256 key pair in base64url: the two coordinates of the public point, and the private key.
type KeyPair = [&'static str; 3];

/// The example of RFC 7515, A.3.
const OUR_KEY: KeyPair = [
    "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
];
/// The example of RFC 7517, A.2.
const OTHER_KEY: KeyPair = [
    "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE",
];
/// The bytes that precede the private key in PKCS #8 (RFC 5958, RFC 5915).
const BEFORE_PRIVATE_KEY: &str =
    "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
/// The bytes between the private key and the public point in PKCS #8.
const BEFORE_POINT: &str = "a14403420004";

impl Signer {
    fn new(id: &'static str, [x, y, private_key]: KeyPair) -> Self {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let pkcs8 = [
            hex::decode(BEFORE_PRIVATE_KEY).unwrap(),
            bytes(private_key),
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

    /// Returns a signed token. Its claims are valid, except that `changes` replaces some of them. A
    /// value of `null` removes the claim.
    fn token(&self, changes: Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.to_owned());
        encode(&header, &claims(changes), &self.key).unwrap()
    }
}

fn now_seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap().as_secs()
}

fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "iss": ISSUER, "aud": ["darkroom", "other"], "sub": "u1", "exp": now_seconds() + 300
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
        let router = Router::new().route("/jwks.json", get(serve));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            address,
            set,
            fetches,
        }
    }

    fn authenticator(&self) -> Authenticator {
        authenticator(format!("http://{}/jwks.json", self.address))
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

fn authenticator(jwks: String) -> Authenticator {
    let settings = AuthSettings {
        jwks: Some(jwks),
        issuer: Some(ISSUER.to_owned()),
        audience: Some("darkroom".to_owned()),
        leeway: Duration::from_secs(5),
        ..AuthSettings::default()
    };
    Authenticator::new(&settings).unwrap()
}

/// Returns the owner that a token acts for.
async fn owner_of(authenticator: &Authenticator, token: &str) -> Result<String, Denial> {
    let caller = authenticator.identify(Some(token), ADDRESS).await?;
    Ok(caller.resolve_owner(None).unwrap().to_string())
}

async fn is_invalid(authenticator: &Authenticator, token: &str) -> bool {
    let denied = owner_of(authenticator, token).await;
    matches!(denied, Err(Denial::Invalid(_)))
}

#[tokio::test]
async fn the_subject_of_a_token_is_the_owner_and_the_jwk_set_is_fetched_once() {
    let signer = Signer::new("k1", OUR_KEY);
    let provider = Provider::start(&[&signer.jwk]).await;
    let authenticator = provider.authenticator();
    for _ in 0..5 {
        let owner = owner_of(&authenticator, &signer.token(json!({}))).await;
        assert_eq!(owner, Ok("u1".to_owned()));
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test]
async fn a_subject_maps_to_an_owner_and_a_request_may_name_either_of_them() {
    let signer = Signer::new("k1", OUR_KEY);
    let provider = Provider::start(&[&signer.jwk]).await;
    let authenticator = provider.authenticator();
    for (subject, owner) in [
        (json!("auth0|7"), "b64-YXV0aDB8Nw"),
        (json!("ada@example.org"), "b64-YWRhQGV4YW1wbGUub3Jn"),
        (
            json!("https://id.example/7"),
            "b64-aHR0cHM6Ly9pZC5leGFtcGxlLzc",
        ),
        (json!("b64-YXV0aDB8Nw"), "b64-YjY0LVlYVjBhREI4Tnc"),
        (json!(42), "42"),
    ] {
        let token = signer.token(json!({"sub": subject}));
        let caller = authenticator.identify(Some(&token), ADDRESS).await.unwrap();
        let resolve = |requested: Option<&str>| {
            let resolved = caller.resolve_owner(requested.map(str::to_owned));
            resolved
                .map(|owner| owner.to_string())
                .map_err(|it| it.code)
        };
        assert_eq!(resolve(None), Ok(owner.to_owned()), "{subject}");
        assert_eq!(resolve(Some(owner)), Ok(owner.to_owned()), "{subject}");
        if let Some(subject) = subject.as_str() {
            assert_eq!(resolve(Some(subject)), Ok(owner.to_owned()), "{subject}");
        }
        assert_eq!(resolve(Some("u8")), Err("forbidden_owner"));
        assert_eq!(resolve(Some("auth0|8")), Err("invalid_owner"));
    }
}

#[tokio::test]
async fn a_token_with_a_wrong_or_missing_claim_or_a_forged_signature_is_refused() {
    let (signer, forger) = (Signer::new("k1", OUR_KEY), Signer::new("k1", OTHER_KEY));
    let provider = Provider::start(&[&signer.jwk]).await;
    let authenticator = provider.authenticator();
    let now = now_seconds();
    for changes in [
        json!({"iss": "https://evil.example/"}),
        json!({"iss": null}),
        json!({"aud": "other"}),
        json!({"aud": null}),
        json!({"exp": now - 60}),
        json!({"exp": null}),
        json!({"nbf": now + 60}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": 1.5}),
        json!({"sub": ["u1"]}),
    ] {
        let token = signer.token(changes.clone());
        assert!(is_invalid(&authenticator, &token).await, "{changes}");
    }
    assert!(is_invalid(&authenticator, &forger.token(json!({}))).await);
    let within_leeway = signer.token(json!({"exp": now - 2}));
    assert!(owner_of(&authenticator, &within_leeway).await.is_ok());
}

#[tokio::test]
async fn a_token_that_is_valid_for_more_than_a_day_is_refused() {
    const HOUR: u64 = 60 * 60;
    let signer = Signer::new("k1", OUR_KEY);
    let provider = Provider::start(&[&signer.jwk]).await;
    let authenticator = provider.authenticator();
    let now = now_seconds();
    for (changes, is_valid) in [
        (json!({"exp": now + 24 * HOUR}), true),
        (json!({"exp": now + 25 * HOUR}), false),
        (json!({"exp": now + HOUR, "iat": now - 23 * HOUR}), true),
        (json!({"exp": now + HOUR, "iat": now - 24 * HOUR}), false),
        (
            json!({"exp": now + 25 * HOUR, "iat": now + 24 * HOUR}),
            false,
        ),
        (
            json!({"exp": now as f64 + 60.5, "iat": now as f64 - 0.5}),
            true,
        ),
    ] {
        let token = signer.token(changes.clone());
        let owner = owner_of(&authenticator, &token).await;
        assert_eq!(owner.is_ok(), is_valid, "{changes}: {owner:?}");
    }
}

#[tokio::test]
async fn a_token_that_requires_an_extension_is_refused() {
    let signer = Signer::new("k1", OUR_KEY);
    let provider = Provider::start(&[&signer.jwk]).await;
    let authenticator = provider.authenticator();
    for crit in [vec![], vec!["exp".to_owned()], vec!["b64".to_owned()]] {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(signer.id.to_owned());
        header.crit = Some(crit.clone());
        let token = encode(&header, &claims(json!({})), &signer.key).unwrap();
        let denied = owner_of(&authenticator, &token).await.unwrap_err();
        let Denial::Invalid(reason) = denied else {
            panic!("{denied:?}");
        };
        assert!(reason.contains("crit"), "{crit:?}: {reason}");
    }
}

#[tokio::test]
async fn only_signatures_with_published_public_keys_are_accepted() {
    let signer = Signer::new("k1", OUR_KEY);
    let shared = json!({"kty": "oct", "kid": "k2", "k": URL_SAFE_NO_PAD.encode([7; 32])});
    let provider = Provider::start(&[&signer.jwk, &shared]).await;
    let authenticator = provider.authenticator();
    let hmac = |kid: &str, secret: &[u8]| {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(kid.to_owned());
        let key = EncodingKey::from_secret(secret);
        encode(&header, &claims(json!({})), &key).unwrap()
    };
    // One token is signed with a shared secret from the set, the other with the public key as a
    // secret.
    let public = signer.jwk["x"].as_str().unwrap().as_bytes();
    for token in [hmac("k2", &[7; 32]), hmac("k1", public)] {
        assert!(is_invalid(&authenticator, &token).await);
    }
    let valid = signer.token(json!({}));
    let (_, rest) = valid.split_once('.').unwrap();
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k1"}"#);
    let claims = rest.split('.').next().unwrap();
    for token in [
        format!("{unsigned}.{claims}."),
        format!("{unsigned}.{rest}"),
    ] {
        assert!(is_invalid(&authenticator, &token).await);
    }
    assert!(is_invalid(&authenticator, &"x".repeat(9000)).await);
}

#[tokio::test]
async fn a_new_key_is_fetched_and_unknown_keys_do_not_flood_the_provider() {
    let (old, new) = (Signer::new("k1", OUR_KEY), Signer::new("k2", OTHER_KEY));
    let provider = Provider::start(&[&old.jwk]).await;
    let authenticator = provider.authenticator();
    assert!(
        owner_of(&authenticator, &old.token(json!({})))
            .await
            .is_ok()
    );
    *provider.set.lock().unwrap() = json!({"keys": [new.jwk]});
    for _ in 0..20 {
        assert!(is_invalid(&authenticator, &new.token(json!({}))).await);
    }
    assert_eq!(provider.fetches(), 1, "fetched again within ten seconds");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    assert!(
        owner_of(&authenticator, &new.token(json!({})))
            .await
            .is_ok()
    );
    assert!(is_invalid(&authenticator, &old.token(json!({}))).await);
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test]
async fn while_the_jwk_set_cannot_be_fetched_a_token_is_not_reported_as_invalid() {
    let signer = Signer::new("k1", OUR_KEY);
    // Nothing listens on the discard port.
    let authenticator = authenticator("http://127.0.0.1:9/jwks.json".to_owned());
    let denied = owner_of(&authenticator, &signer.token(json!({}))).await;
    assert_eq!(denied, Err(Denial::Unavailable));
}

#[tokio::test]
async fn a_jwk_set_can_be_a_file() {
    let signer = Signer::new("k1", OUR_KEY);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), json!({"keys": [signer.jwk]}).to_string()).unwrap();
    let authenticator = authenticator(file.path().to_str().unwrap().to_owned());
    let owner = owner_of(&authenticator, &signer.token(json!({}))).await;
    assert_eq!(owner, Ok("u1".to_owned()));
}

#[test]
fn the_error_for_a_jwk_set_at_a_url_other_than_http_names_the_setting() {
    let settings = AuthSettings {
        jwks: Some("ftp://id.example/jwks.json".to_owned()),
        ..AuthSettings::default()
    };
    let error = Authenticator::new(&settings).unwrap_err();
    assert_eq!(
        error.to_string(),
        "auth.jwks must be a path or an http(s) URL, found ftp://id.example/jwks.json"
    );
}
