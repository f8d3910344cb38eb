//! Two tests, each with ten thousand hostile cases.

use std::collections::BTreeMap;

use axum::body::Body;
use darkroom_contract::RawKey;
use darkroom_issuer::IssuerSettings;
use http::Request;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::harness::{TestResponse, issuer, post, send_to};

const CASES: u32 = 10_000;

/// All headers of a presigned `PUT`, and all fields of a presigned form.
const KNOWN: [&str; 12] = [
    "content-type",
    "if-none-match",
    "x-amz-meta-darkroom",
    "Content-Type",
    "key",
    "policy",
    "success_action_status",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-signature",
    "x-amz-security-token",
];

/// Generates hostile text. Some values are valid, so that requests also reach the later checks.
fn text(good: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(good.to_owned()),
        2 => any::<String>(),
        2 => "[a-z./%\\\\\r\n\0:;\"' -]{0,40}",
        1 => Just(format!("{good}\r\nx-amz-acl: public-read")),
        1 => Just(format!("../{good}")),
        1 => "[a-zA-Z0-9_-]{0,70}",
    ]
}

fn body() -> impl Strategy<Value = Value> {
    let metadata = prop::collection::btree_map(text("album"), text("7"), 0..4);
    let method =
        prop_oneof![2 => Just("PUT".to_owned()), 1 => Just("POST".to_owned()), 1 => text("PUT")];
    let fields = (
        text("avatar"),
        text("u123"),
        text("image/jpeg"),
        method,
        metadata,
    );
    fields.prop_map(|(profile, owner, content_type, method, metadata)| {
        json!({
            "profile": profile, "owner": owner, "content_type": content_type, "size": 1000,
            "method": method, "metadata": metadata,
        })
    })
}

fn check_refusal(what: &dyn std::fmt::Display, response: &TestResponse) {
    assert!(
        response.status.is_client_error(),
        "{what}: {}",
        response.text
    );
    assert!(!response.code().is_empty());
    assert_eq!(response.header("location"), "");
}

fn check(body: &Value, response: &TestResponse) {
    if response.status != 201 {
        return check_refusal(body, response);
    }
    let upload = response.json();
    let url = upload["url"].as_str().unwrap();
    let rest = url.strip_prefix("https://images.example/darkroom-raw/");
    let rest = rest.unwrap().split('?').next().unwrap();
    let (key, sent) = match body["method"].as_str().unwrap() {
        "PUT" => (rest.to_owned(), &upload["headers"]),
        _ => {
            assert_eq!(rest, "");
            let key = upload["fields"]["key"].as_str().unwrap();
            (key.to_owned(), &upload["fields"])
        }
    };
    let key = RawKey::parse(&key).unwrap();
    assert_eq!(key.profile.as_str(), body["profile"]);
    assert_eq!(key.owner.as_str(), body["owner"]);
    assert_eq!(response.header("location"), key.status_path());
    let sent: BTreeMap<String, String> = serde_json::from_value(sent.clone()).unwrap();
    for (name, value) in sent {
        assert!(KNOWN.contains(&name.as_str()), "{body}: {name}");
        assert!(
            value.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
            "{body}: {value:?}"
        );
    }
}

/// Generates the path of an upload. The id is never valid, so the store is not called.
fn path() -> impl Strategy<Value = String> {
    let id = text("01920000-0000-4000-8000-000000000000");
    (text("avatar"), text("u123"), id).prop_map(|(profile, owner, id)| {
        let encode = |text: &str| -> String {
            form_urlencoded::byte_serialize(text.as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        format!(
            "/v1/uploads/{}/{}/{}",
            encode(&profile),
            encode(&owner),
            encode(&id)
        )
    })
}

fn run<S: Strategy>(strategy: &S, test: impl Fn(S::Value))
where
    S::Value: std::fmt::Debug,
{
    let mut config = Config::with_cases(CASES);
    config.failure_persistence = None;
    let result = TestRunner::new(config).run(strategy, |case| {
        test(case);
        Ok(())
    });
    result.unwrap();
}

#[test]
fn hostile_text_never_corrupts_keys_or_headers() {
    let runtime = Runtime::new().unwrap();
    let router = runtime.block_on(issuer(IssuerSettings::default())).router();
    run(&body(), |body| {
        let request = post(body.to_string());
        check(&body, &runtime.block_on(send_to(router.clone(), request)));
    });
}

#[test]
fn a_hostile_path_of_an_upload_is_a_client_error() {
    let runtime = Runtime::new().unwrap();
    let router = runtime.block_on(issuer(IssuerSettings::default())).router();
    run(&path(), |path| {
        for (method, end) in [("GET", ""), ("DELETE", ""), ("GET", "/events")] {
            let request = Request::builder()
                .method(method)
                .uri(format!("{path}{end}"));
            let request = request.body(Body::empty()).unwrap();
            let response = runtime.block_on(send_to(router.clone(), request));
            check_refusal(&path, &response);
        }
    });
}
