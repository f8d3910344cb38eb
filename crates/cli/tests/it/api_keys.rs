//! API keys, from `darkroom key new` to the issuer that requires them.

use std::process::Output;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_harness::{Cloud, TestBed, announcements};
use darkroom_testkit::fixture::{Jpeg, scene};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::test_bed::{darkroom, service};

/// Runs `darkroom key new --json` with these arguments.
pub(crate) fn new_key(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut command = darkroom(folder.path());
    let printed = command.args(["key", "new", "--json"]).args(arguments);
    let printed = printed.output().unwrap();
    assert!(printed.status.success(), "{printed:?}");
    serde_json::from_slice(&printed.stdout).unwrap()
}

/// Returns the key as a value of `DARKROOM_AUTH_KEYS`.
pub(crate) fn in_environment(key: &Value) -> String {
    let field = |name: &str| key[name].as_str().unwrap();
    let owner = key["owner"].as_str();
    let owner = owner.map_or(String::new(), |owner| format!(",owner=\"{owner}\""));
    let (name, hash) = (field("name"), field("sha256"));
    format!("[{{name=\"{name}\",sha256=\"{hash}\"{owner}}}]")
}

/// The private key from the example in RFC 7515, A.3, as PKCS #8 in base64.
const PRIVATE_KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIffH1136cspYG6+0iY7X1fCE9+E9LKh\
    RANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt";
/// The JWK set with the public key of the same example.
const JWK_SET: &str = r#"{"keys": [{"kty": "EC", "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

/// Returns a token of the identity provider `https://id.example` with this subject.
fn token(subject: &str) -> String {
    let expires_at = SystemTime::now() + Duration::from_secs(300);
    let expires_at = expires_at.duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let claims = json!({
        "iss": "https://id.example", "aud": "221394835627794689", "sub": subject,
        "exp": expires_at.as_secs(),
    });
    let key = EncodingKey::from_ec_der(&STANDARD.decode(PRIVATE_KEY).unwrap());
    jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap()
}

fn upload(bed: &TestBed, arguments: &[&str], token: Option<&str>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let photo = Jpeg::new(&scene(64, 48)).build();
    std::fs::write(folder.path().join("photo.jpg"), photo).unwrap();
    let mut command = darkroom(folder.path());
    command.args([
        "upload",
        "photo.jpg",
        "--json",
        "--to",
        &bed.client().issuer,
    ]);
    command.args(arguments);
    if let Some(token) = token {
        command.env("DARKROOM_TOKEN", token);
    }
    command.output().unwrap()
}

#[test]
fn an_issuer_that_would_be_open_to_a_network_does_not_start() {
    for role in ["issuer", "dev"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = darkroom(folder.path());
        command.arg(role).env("DARKROOM_ISSUER_LISTEN", "0.0.0.0:0");
        let refused = command.output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let printed = announcements(&refused.stderr);
        assert!(printed.contains("auth.keys is empty"), "{printed}");
        assert!(printed.contains("auth.mode = \"open\""), "{printed}");
    }
}

#[test]
fn the_output_of_key_new_is_a_valid_setting() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "key",
        "new",
        "--name",
        "a \"b\"",
        "--owner",
        "u1",
        "--profile",
        "avatar",
    ];
    let printed = darkroom(folder.path()).args(arguments).output().unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    let (head, table) = printed.split_at(printed.find("[[auth.keys]]").unwrap());
    assert!(head.starts_with("key: dk_"), "{head}");
    std::fs::write(folder.path().join("darkroom.toml"), table).unwrap();
    // Every command reads the settings first.
    let inspected = darkroom(folder.path())
        .args(["inspect", "absent.jpg"])
        .output()
        .unwrap();
    assert_eq!(inspected.status.code(), Some(1), "{inspected:?}");
}

#[tokio::test]
async fn a_key_uploads_only_for_its_owner_and_is_not_logged() {
    let key = new_key(&["--name", "phone", "--owner", "u7"]);
    let secret = key["key"].as_str().unwrap();
    let keys = in_environment(&key);
    let bed = service(Cloud::Dev, &[("DARKROOM_AUTH_KEYS", &keys)]).await;
    let uploaded = upload(&bed, &[], Some(secret));
    assert!(uploaded.status.success(), "{uploaded:?}");
    let outcome: Value = serde_json::from_slice(&uploaded.stdout).unwrap();
    assert_eq!(
        (&outcome["status"], &outcome["upload"]["owner"]),
        (&json!("ready"), &json!("u7"))
    );
    let of_another = upload(&bed, &["--owner", "u8"], Some(secret));
    for (refused, code) in [
        (of_another, "forbidden_owner"),
        (upload(&bed, &[], None), "unauthenticated"),
        (upload(&bed, &["--token", "dk_x"], None), "invalid_token"),
    ] {
        assert_eq!(refused.status.code(), Some(1));
        let printed = String::from_utf8(refused.stderr).unwrap();
        assert!(printed.contains(code), "{printed}");
    }
    let log = bed.log();
    assert!(log.contains("\"status\":401"), "{log}");
    for secret in [secret, "dk_", "X-Amz-Signature", "Bearer"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn a_token_with_any_subject_uploads_for_the_owner_of_that_subject() {
    let folder = tempfile::tempdir().unwrap();
    let jwks = folder.path().join("jwks.json");
    std::fs::write(&jwks, JWK_SET).unwrap();
    let environment = [
        ("DARKROOM_AUTH_JWKS", jwks.to_str().unwrap()),
        ("DARKROOM_AUTH_ISSUER", "https://id.example"),
        ("DARKROOM_AUTH_AUDIENCE", "221394835627794689"),
    ];
    let bed = service(Cloud::Dev, &environment).await;
    for (subject, owner) in [
        ("auth0|7", "b64-YXV0aDB8Nw"),
        ("ada@example.org", "b64-YWRhQGV4YW1wbGUub3Jn"),
        ("u7", "u7"),
    ] {
        let token = format!("{}\n", token(subject));
        let uploaded = upload(&bed, &[], Some(&token));
        assert!(uploaded.status.success(), "{uploaded:?}");
        let outcome: Value = serde_json::from_slice(&uploaded.stdout).unwrap();
        assert_eq!(
            (&outcome["status"], &outcome["upload"]["owner"]),
            (&json!("ready"), &json!(owner))
        );
    }
}
