//! The OpenAPI document.

use std::collections::BTreeSet;
use std::path::Path;

use axum::body::Body;
use darkroom_contract::UploadId;
use darkroom_issuer::{ApiKey, ApiKeySettings, AuthSettings, IssuerSettings};
use http::{Method, Request};
use serde_json::Value;

use crate::harness::{get, issuer_for, post, send_to};

/// The environment variable that makes the test rewrite the snapshot if its value is 1.
const UPDATE_SNAPSHOTS: &str = "UPDATE_SNAPSHOTS";

/// All documented routes.
const ROUTES: [(&str, &str); 17] = [
    ("delete", "/v1/owners/{owner}"),
    ("delete", "/v1/uploads/{profile}/{owner}/{id}"),
    ("get", "/healthz"),
    ("get", "/metrics"),
    ("get", "/readyz"),
    ("get", "/v1/owners/{owner}/usage"),
    ("get", "/v1/reviews"),
    ("get", "/v1/uploads"),
    ("get", "/v1/uploads/{profile}/{owner}/{id}"),
    ("get", "/v1/uploads/{profile}/{owner}/{id}/events"),
    ("post", "/v1/images"),
    ("post", "/v1/inspect"),
    ("post", "/v1/uploads"),
    ("post", "/v1/uploads/status"),
    ("post", "/v1/uploads/{profile}/{owner}/{id}/approve"),
    ("post", "/v1/uploads/{profile}/{owner}/{id}/complete"),
    ("post", "/v1/uploads/{profile}/{owner}/{id}/reject"),
];

fn settings() -> IssuerSettings {
    IssuerSettings {
        complete_uploads: true,
        ..IssuerSettings::default()
    }
}

fn auth_with_a_key() -> AuthSettings {
    AuthSettings {
        keys: vec![ApiKeySettings {
            name: "web".to_owned(),
            sha256: ApiKey::generate().unwrap().hash(),
            owner: None,
            profiles: Vec::new(),
            operator: false,
            reviewer: false,
        }],
        ..AuthSettings::default()
    }
}

async fn document(auth: &AuthSettings) -> Value {
    let router = issuer_for(auth, settings()).await.router();
    let response = send_to(router, get("/openapi.json")).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), "application/json");
    response.json()
}

/// Returns the method and path of every operation.
fn operations(document: &Value) -> Vec<(String, String)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            operations.push((method.clone(), path.clone()));
        }
    }
    operations.sort();
    operations
}

/// Collects the target of every `$ref` in a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(target) if name == "$ref" => found.push(target.to_owned()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let served = document(&auth_with_a_key()).await;
    if std::env::var(UPDATE_SNAPSHOTS).is_ok_and(|value| value == "1") {
        std::fs::write(&path, format!("{served:#}\n")).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let committed: Value = serde_json::from_str(&committed).unwrap_or_default();
    assert!(
        committed == served,
        "docs/openapi.json is out of date; run `cargo xtask snapshots` and commit the result"
    );
}

#[tokio::test]
async fn every_route_is_documented_and_every_documented_operation_has_a_route() {
    let document = document(&AuthSettings::default()).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let expected = ROUTES.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(operations(&document), expected);
    let router = issuer_for(&AuthSettings::default(), settings())
        .await
        .router();
    for (method, path) in ROUTES {
        if path.ends_with("/events") {
            continue;
        }
        let path = path
            .replace("{profile}", "avatar")
            .replace("{owner}", "u1")
            .replace("{id}", &UploadId::generate().to_string());
        let method: Method = method.to_uppercase().parse().unwrap();
        let request = Request::builder().method(method).uri(&path);
        let response = send_to(router.clone(), request.body(Body::empty()).unwrap()).await;
        assert_ne!(response.status, 405, "{path}");
        assert!(!response.text.contains("\"not_found\""), "{path}");
    }
}

#[tokio::test]
async fn every_operation_has_an_id_a_summary_and_described_parameters() {
    let document = document(&AuthSettings::default()).await;
    let mut ids = BTreeSet::new();
    for (method, path) in operations(&document) {
        let operation = &document["paths"][&path][&method];
        assert!(operation["summary"].is_string(), "{method} {path}");
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id), "{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            assert!(parameter["description"].is_string(), "{path}: {parameter}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let description = response["description"].as_str().unwrap();
            assert!(!description.is_empty(), "{method} {path}: {status}");
        }
    }
}

/// Asserts that every field at any depth has a description, and that no description contains Rust
/// syntax, which readers of the document may not know.
fn assert_described(value: &Value, path: &str) {
    if let Some(description) = value["description"].as_str() {
        for rust in ["::", "[`", "`None`", "`Some`"] {
            assert!(!description.contains(rust), "{path}: {description}");
        }
    }
    for (name, field) in value["properties"].as_object().into_iter().flatten() {
        let described = [field, &field["oneOf"][0]];
        let is_described = described.iter().any(|it| it["description"].is_string());
        // A reference has the description of its target.
        let is_reference = field["$ref"].is_string();
        assert!(is_described || is_reference, "{path}/{name}");
    }
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| assert_described(value, &format!("{path}/{name}"))),
        Value::Array(items) => items.iter().for_each(|item| assert_described(item, path)),
        _ => {}
    }
}

#[tokio::test]
async fn every_schema_and_every_field_is_described() {
    let document = document(&AuthSettings::default()).await;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        assert!(schema["description"].is_string(), "{name}");
    }
    assert_described(&document, "");
}

#[tokio::test]
async fn every_alternative_of_a_union_is_a_whole_object_with_its_own_status() {
    let document = document(&AuthSettings::default()).await;
    let schemas = &document["components"]["schemas"];
    assert!(!document.to_string().contains("allOf"), "{document}");
    let statuses = |union: &str| -> Vec<String> {
        let union = &schemas[union];
        let discriminator = &union["discriminator"];
        assert_eq!(discriminator["propertyName"], "status");
        let mapping = discriminator["mapping"].as_object().unwrap();
        for (status, target) in mapping {
            let members = union["oneOf"].as_array().unwrap();
            assert!(members.iter().any(|it| it["$ref"] == *target), "{status}");
            let schema = document
                .pointer(target.as_str().unwrap().trim_start_matches('#'))
                .unwrap();
            for field in ["id", "profile", "owner", "status"] {
                let required = schema["required"].as_array().unwrap();
                assert!(required.contains(&field.into()), "{status}: {field}");
                assert!(schema["properties"][field].is_object(), "{status}: {field}");
            }
        }
        mapping.keys().cloned().collect()
    };
    assert_eq!(
        statuses("Manifest"),
        ["failed", "in_review", "ready", "rejected"]
    );
    let all = [
        "awaiting_upload",
        "deleted",
        "expired",
        "failed",
        "in_review",
        "processing",
        "ready",
        "rejected",
    ];
    assert_eq!(statuses("UploadStatus"), all);
    assert_eq!(statuses("ImageUpload"), all);
}

#[tokio::test]
async fn every_reference_resolves_and_every_error_is_a_problem() {
    let document = document(&AuthSettings::default()).await;
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{target}");
    }
    for (method, path) in operations(&document) {
        let responses = &document["paths"][&path][&method]["responses"];
        for statuses in ["4XX", "5XX"] {
            let content = &responses[statuses]["content"]["application/problem+json"];
            let schema = &content["schema"]["$ref"];
            assert_eq!(schema, "#/components/schemas/Problem", "{path}");
        }
    }
}

#[tokio::test]
async fn a_token_is_required_under_v1_if_authentication_is_on() {
    let open = document(&AuthSettings::default()).await;
    let closed = document(&auth_with_a_key()).await;
    for (method, path) in operations(&closed) {
        let security = |document: &Value| document["paths"][&path][&method]["security"].clone();
        assert_eq!(security(&open), Value::Null, "{path}");
        let is_required = security(&closed).is_array();
        assert_eq!(is_required, path.starts_with("/v1/"), "{path}");
    }
    let scheme = &closed["components"]["securitySchemes"]["bearer"];
    assert_eq!(scheme["scheme"], "bearer");
}

#[tokio::test]
async fn a_public_service_serves_its_metrics_and_document_to_the_operator_only() {
    let settings = IssuerSettings {
        listen: "0.0.0.0:8080".parse().unwrap(),
        ..settings()
    };
    let issuer = issuer_for(&AuthSettings::default(), settings).await;
    let status = async |router, path| send_to(router, get(path)).await.status.as_u16();
    for path in ["/metrics", "/openapi.json"] {
        assert_eq!(status(issuer.router(), path).await, 404, "{path}");
        assert_eq!(status(issuer.metrics_router(), path).await, 200, "{path}");
    }
    for router in [issuer.router(), issuer.metrics_router()] {
        assert_eq!(status(router, "/healthz").await, 200);
    }
    let upload = send_to(issuer.metrics_router(), post("{}")).await;
    assert_eq!(upload.status, 404);
    let local = issuer_for(&AuthSettings::default(), IssuerSettings::default()).await;
    assert_eq!(status(local.router(), "/metrics").await, 200);
}
