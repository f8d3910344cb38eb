//! What a client is given to upload with.

use darkroom_contract::RawKey;
use serde_json::{Value, json};

use crate::harness::{ask, post};

async fn ticket(changes: Value) -> Value {
    let mut body = json!({
        "profile": "avatar", "owner": "u123", "content_type": "image/jpeg", "size": 2_913_134
    });
    body.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    let answer = ask(post(body.to_string())).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    let ticket = answer.json();
    assert_eq!(answer.header("location"), ticket["status_url"]);
    ticket
}

fn signed_headers(ticket: &Value) -> Vec<String> {
    let url = ticket["url"].as_str().unwrap();
    let (_, rest) = url.split_once("X-Amz-SignedHeaders=").unwrap();
    let names = rest.split('&').next().unwrap();
    names.split("%3B").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_put_is_bound_to_type_length_and_a_new_key() {
    let ticket = ticket(json!({})).await;
    assert_eq!(ticket["method"], "PUT");
    let headers = json!({"content-type": "image/jpeg", "if-none-match": "*"});
    assert_eq!(ticket["headers"], headers);
    assert_eq!(ticket["fields"], Value::Null);
    let signed = signed_headers(&ticket);
    assert_eq!(
        signed,
        ["content-length", "content-type", "host", "if-none-match"]
    );
    let url = ticket["url"].as_str().unwrap();
    let key = url
        .strip_prefix("https://images.example/darkroom-raw/")
        .unwrap();
    let key = RawKey::parse(key.split('?').next().unwrap()).unwrap();
    assert_eq!(ticket["id"], key.id.to_string());
    assert_eq!(ticket["status_url"], key.status_path());
    assert!(url.contains("X-Amz-Expires=900"), "{url}");
}

#[tokio::test]
async fn checksum_metadata_and_crop_are_signed_too() {
    let checksum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let ticket = ticket(json!({
        "checksum_sha256": checksum,
        "metadata": {"Album": "Ü 7\r\nx-amz-acl: public-read"},
        "crop": {"x": 1, "y": 2, "width": 3, "height": 4},
    }))
    .await;
    assert_eq!(ticket["headers"]["x-amz-checksum-sha256"], checksum);
    let carried = ticket["headers"]["x-amz-meta-darkroom"].as_str().unwrap();
    assert!(
        carried.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
        "{carried}"
    );
    let carried: Value = serde_json::from_str(carried).unwrap();
    assert_eq!(carried["crop"]["height"], 4);
    let signed = signed_headers(&ticket);
    for name in ["x-amz-checksum-sha256", "x-amz-meta-darkroom"] {
        assert!(signed.iter().any(|signed| signed == name), "{signed:?}");
    }
}

#[tokio::test]
async fn a_form_has_every_field_but_the_file() {
    let ticket = ticket(json!({"method": "POST", "size": null})).await;
    assert_eq!(ticket["method"], "POST");
    assert_eq!(ticket["url"], "https://images.example/darkroom-raw/");
    assert_eq!(ticket["headers"], Value::Null);
    let fields = ticket["fields"].as_object().unwrap();
    let key = RawKey::parse(fields["key"].as_str().unwrap()).unwrap();
    assert_eq!(ticket["status_url"], key.status_path());
    assert_eq!(fields["Content-Type"], "image/jpeg");
    for name in [
        "policy",
        "x-amz-signature",
        "x-amz-credential",
        "x-amz-date",
    ] {
        assert!(
            fields[name].as_str().is_some_and(|value| !value.is_empty()),
            "{name}"
        );
    }
}
