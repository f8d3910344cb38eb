//! A store that sends no events for new objects.

use darkroom_harness::{Client, Cloud, TestBed, TestBedOptions};
use darkroom_testkit::fixture::{Jpeg, scene};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::test_bed::{binary, service};

async fn complete(client: &Client, presigned: &Value) -> (StatusCode, Value) {
    let path = presigned["status_url"].as_str().unwrap();
    let url = format!("{}{path}/complete", client.issuer);
    let response = reqwest::Client::new().post(url).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

#[tokio::test]
async fn an_upload_that_the_client_completes_is_processed() {
    // S3 sends no events to a FIFO queue.
    let options = TestBedOptions {
        fifo: true,
        ..TestBedOptions::default()
    };
    let options = options.with_settings(&[("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true")]);
    let bed = TestBed::start_service(binary(), &options).await.unwrap();
    let client = bed.client();

    let photo = Jpeg::new(&scene(300, 200)).build();
    let presigned = client.presign(photo.len()).await;
    let (status, problem) = complete(client, &presigned).await;
    assert_eq!(
        (status.as_u16(), &problem["code"]),
        (409, &json!("not_uploaded"))
    );
    assert_eq!(client.put(&presigned, &photo).await, 200);
    for _ in 0..2 {
        let (status, told) = complete(client, &presigned).await;
        assert!(status == 202 || status == 200, "{status}: {told}");
    }
    let outcome = client.outcome(&presigned).await;
    assert_eq!(outcome["status"], "ready", "{outcome}");
    let (status, told) = complete(client, &presigned).await;
    assert_eq!((status.as_u16(), &told["status"]), (200, &json!("ready")));
    assert_eq!(told["finished_at"], outcome["finished_at"]);
}

#[tokio::test]
async fn completion_is_not_offered_if_the_store_sends_events() {
    let bed = service(Cloud::Dev, &[]).await;
    let presigned = bed.client().presign(100).await;
    let (status, problem) = complete(bed.client(), &presigned).await;
    assert_eq!(
        (status.as_u16(), &problem["code"]),
        (404, &json!("not_found"))
    );
}
