//! Notifications about writes.

use super::{BUCKET, Fixture, REGION, object};

#[tokio::test]
async fn a_queue_is_notified_only_about_keys_with_its_prefix() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Fixture::with_bucket(dir.path()).await;
    let tests = fixture.events();
    assert_eq!(tests.len(), 1);
    assert_eq!(tests[0]["Event"], "s3:TestEvent");

    fixture.put(object("media/a", "x")).await.unwrap();
    let key = "raw/red flower+ü.jpg";
    let etag = fixture.put(object(key, "hello")).await.unwrap();
    fixture.put(object("raw/b", "x")).await.unwrap();
    let events = fixture.events();
    assert_eq!(events.len(), 2);
    let record = &events[0]["Records"][0];
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["awsRegion"], REGION);
    assert_eq!(record["s3"]["bucket"]["name"], BUCKET);
    let first = &record["s3"]["object"];
    assert_eq!(first["key"], "raw/red+flower%2B%C3%BC.jpg");
    assert_eq!(first["size"], 5);
    assert_eq!(first["eTag"], etag.as_str());
    let second = &events[1]["Records"][0]["s3"]["object"];
    assert!(second["sequencer"].as_str() > first["sequencer"].as_str());
}
