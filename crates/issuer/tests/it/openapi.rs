//! What the service says of itself.

use axum::body::Body;
use darkroom_contract::UploadId;
use darkroom_issuer::{ApiKey, ApiKeySettings, AuthSettings, IssuerSettings};
use http::{Method, Request};
use serde_json::Value;

use crate::harness::{ask_router, get, issuer_for};

/// Everything that is not the demo page's.
const ROUTES: [(&str, &str); 11] = [
    ("delete", "/v1/uploads/{profile}/{owner}/{id}"),
    ("get", "/healthz"),
    ("get", "/metrics"),
    ("get", "/readyz"),
    ("get", "/v1/uploads/{profile}/{owner}/{id}"),
    ("get", "/v1/uploads/{profile}/{owner}/{id}/events"),
    ("post", "/v1/images"),
    ("post", "/v1/inspect"),
    ("post", "/v1/uploads"),
    ("post", "/v1/uploads/{profile}/{owner}/{id}/complete"),
    ("service", "/openapi.json"),
];

fn settings() -> IssuerSettings {
    IssuerSettings {
        complete_uploads: true,
        ..IssuerSettings::default()
    }
}

async fn document(auth: &AuthSettings) -> Value {
    let router = issuer_for(auth, settings()).await.router();
    let answer = ask_router(router, get("/openapi.json")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

/// Method and path of everything that is described.
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

/// Every `$ref` below a value.
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
async fn every_route_is_described_and_every_description_leads_to_a_route() {
    let document = document(&AuthSettings::default()).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let described = operations(&document);
    let expected = ROUTES.iter().filter(|(method, _)| *method != "service");
    let expected: Vec<_> = expected
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(described, expected);
    let router = issuer_for(&AuthSettings::default(), settings())
        .await
        .router();
    for (method, path) in described
        .into_iter()
        .filter(|(_, path)| !path.ends_with("/events"))
    {
        let path = path
            .replace("{profile}", "avatar")
            .replace("{owner}", "u1")
            .replace("{id}", &UploadId::generate().to_string());
        let method: Method = method.to_uppercase().parse().unwrap();
        let request = Request::builder().method(method).uri(&path);
        let answer = ask_router(router.clone(), request.body(Body::empty()).unwrap()).await;
        assert_ne!(answer.status, 405, "{path}");
        assert!(!answer.text.contains("\"not_found\""), "{path}");
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_refusal_is_a_problem() {
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
            assert_eq!(
                content["schema"]["$ref"], "#/components/schemas/Problem",
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_is_asked_for_where_one_is_needed() {
    let key = ApiKey::generate().unwrap();
    let auth = AuthSettings {
        keys: vec![ApiKeySettings {
            name: "web".to_owned(),
            sha256: key.hash(),
            owner: None,
            profiles: Vec::new(),
        }],
        ..AuthSettings::default()
    };
    let (open, closed) = (
        document(&AuthSettings::default()).await,
        document(&auth).await,
    );
    for (method, path) in operations(&closed) {
        let security = |document: &Value| document["paths"][&path][&method]["security"].clone();
        assert_eq!(security(&open), Value::Null, "{path}");
        assert_eq!(
            security(&closed).is_array(),
            path.starts_with("/v1/"),
            "{path}"
        );
    }
    let scheme = &closed["components"]["securitySchemes"]["bearer"];
    assert_eq!(scheme["scheme"], "bearer");
}
