//! Presigned URLs and forms.

use darkroom_contract::RawKey;
use serde_json::{Value, json};

use crate::harness::{post, send};

async fn create(changes: Value) -> Value {
    let mut body = json!({
        "profile": "avatar", "owner": "u123", "content_type": "image/jpeg", "size": 2_913_134
    });
    body.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    let response = send(post(body.to_string())).await;
    assert_eq!(response.status, 201, "{}", response.text);
    assert_eq!(response.header("cache-control"), "no-store");
    let upload = response.json();
    assert_eq!(response.header("location"), upload["status_url"]);
    upload
}

fn signed_headers(upload: &Value) -> Vec<String> {
    let url = upload["url"].as_str().unwrap();
    let (_, rest) = url.split_once("X-Amz-SignedHeaders=").unwrap();
    let names = rest.split('&').next().unwrap();
    names.split("%3B").map(str::to_owned).collect()
}

#[tokio::test]
async fn a_put_is_valid_for_one_type_one_length_and_a_new_key() {
    let upload = create(json!({})).await;
    assert_eq!(upload["method"], "PUT");
    let headers = json!({"content-type": "image/jpeg", "if-none-match": "*"});
    assert_eq!(upload["headers"], headers);
    assert_eq!(upload["fields"], Value::Null);
    let signed = signed_headers(&upload);
    assert_eq!(
        signed,
        ["content-length", "content-type", "host", "if-none-match"]
    );
    let url = upload["url"].as_str().unwrap();
    let key = url
        .strip_prefix("https://images.example/darkroom-raw/")
        .unwrap();
    let key = RawKey::parse(key.split('?').next().unwrap()).unwrap();
    assert_eq!(upload["id"], key.id.to_string());
    assert_eq!(upload["status_url"], key.status_path());
    assert!(url.contains("X-Amz-Expires=900"), "{url}");
}

#[tokio::test]
async fn checksum_metadata_and_crop_are_signed() {
    let checksum = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let upload = create(json!({
        "checksum_sha256": checksum,
        "metadata": {"Album": "Ü 7\r\nx-amz-acl: public-read"},
        "crop": {"x": 1, "y": 2, "width": 3, "height": 4},
    }))
    .await;
    assert_eq!(upload["headers"]["x-amz-checksum-sha256"], checksum);
    let attachment = upload["headers"]["x-amz-meta-darkroom"].as_str().unwrap();
    assert!(
        attachment.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
        "{attachment}"
    );
    let attachment: Value = serde_json::from_str(attachment).unwrap();
    assert_eq!(attachment["crop"]["height"], 4);
    let signed = signed_headers(&upload);
    for name in ["x-amz-checksum-sha256", "x-amz-meta-darkroom"] {
        assert!(signed.iter().any(|signed| signed == name), "{signed:?}");
    }
}

#[tokio::test]
async fn a_form_has_all_fields_except_the_file() {
    let upload = create(json!({"method": "POST", "size": null})).await;
    assert_eq!(upload["method"], "POST");
    assert_eq!(upload["url"], "https://images.example/darkroom-raw/");
    assert_eq!(upload["headers"], Value::Null);
    let fields = upload["fields"].as_object().unwrap();
    let key = RawKey::parse(fields["key"].as_str().unwrap()).unwrap();
    assert_eq!(upload["status_url"], key.status_path());
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
