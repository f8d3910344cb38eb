//! Ten thousand clients that mean no good.

use std::collections::BTreeMap;

use darkroom_contract::RawKey;
use darkroom_issuer::IssuerSettings;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::desk::{Answer, ask_router, issuer, post};

const CASES: u32 = 10_000;

/// What people try: good values often enough that the bad ones get past the first check.
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
    let fields = (text("avatar"), text("u123"), text("image/jpeg"), metadata);
    fields.prop_map(|(profile, owner, content_type, metadata)| {
        json!({
            "profile": profile, "owner": owner, "content_type": content_type, "size": 1000,
            "metadata": metadata,
        })
    })
}

fn check(body: &Value, answer: &Answer) {
    if answer.status != 201 {
        assert!(answer.status.is_client_error(), "{body}: {}", answer.text);
        assert!(!answer.code().is_empty());
        return;
    }
    let ticket = answer.json();
    let url = ticket["url"].as_str().unwrap();
    let key = url.strip_prefix("https://images.example/darkroom-raw/");
    let key = RawKey::parse(key.unwrap().split('?').next().unwrap()).unwrap();
    assert_eq!(key.profile.as_str(), body["profile"]);
    assert_eq!(key.owner.as_str(), body["owner"]);
    assert_eq!(answer.header("location"), key.status_path());
    let headers: BTreeMap<String, String> =
        serde_json::from_value(ticket["headers"].clone()).unwrap();
    for (name, value) in headers {
        let is_known = ["content-type", "if-none-match", "x-amz-meta-darkroom"];
        assert!(is_known.contains(&name.as_str()), "{body}: {name}");
        assert!(
            value.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
            "{body}: {value:?}"
        );
    }
}

#[test]
fn nothing_that_a_client_says_leaves_its_place() {
    let runtime = Runtime::new().unwrap();
    let router = runtime.block_on(issuer(IssuerSettings::default())).router();
    let mut config = Config::with_cases(CASES);
    config.failure_persistence = None;
    TestRunner::new(config)
        .run(&body(), |body| {
            let request = post(body.to_string());
            let answer = runtime.block_on(ask_router(router.clone(), request));
            check(&body, &answer);
            Ok(())
        })
        .unwrap();
}
