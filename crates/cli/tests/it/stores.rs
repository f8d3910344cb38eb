//! Stores that support only a part of S3.

use std::path::Path;
use std::process::Output;

use darkroom_cloud::Bucket;
use darkroom_harness::{Client, DEADLINE, TestBed, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::wait;
use serde_json::json;

use crate::telemetry::address;
use crate::test_bed::{Environment, darkroom, max_receive_count, photo, test_bed};

/// Buckets and queues that do not exist yet.
const NEW_NAMES: [(&str, &str); 6] = [
    ("DARKROOM_STORAGE_RAW_BUCKET", "new-raw"),
    ("DARKROOM_STORAGE_MEDIA_BUCKET", "new-media"),
    ("DARKROOM_QUEUES_EVENTS", "new-events"),
    ("DARKROOM_QUEUES_DEAD_LETTERS", "new-events-dlq"),
    ("DARKROOM_QUEUES_WEBHOOKS", "new-webhooks"),
    ("DARKROOM_QUEUES_WEBHOOKS_DEAD_LETTERS", "new-webhooks-dlq"),
];
const UNCONDITIONAL: (&str, &str) = ("DARKROOM_STORAGE_CONDITIONAL_WRITES", "false");

/// Runs `darkroom provision`. Returns the exit code, and the lines of stdout and stderr.
async fn provision(bed: &TestBed, settings: Environment<'_>) -> (i32, Vec<String>, Vec<String>) {
    let mut command = bed.command("provision");
    command.envs(NEW_NAMES).envs(settings.iter().copied());
    let ran = tokio::task::spawn_blocking(move || command.output());
    let output = ran.await.unwrap().unwrap();
    let lines = |bytes| {
        String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect()
    };
    let code = output.status.code().unwrap();
    (code, lines(output.stdout), lines(output.stderr))
}

#[tokio::test]
async fn provision_continues_after_an_unsupported_step_and_explains_the_consequence() {
    let bed = test_bed(TestBedOptions::default()).await;
    let lacking = [
        "PutBucketNotificationConfiguration",
        "PutBucketCors",
        "PutBucketLifecycleConfiguration",
    ];
    let rules = lacking.map(|operation| Rule::on(operation, Fault::NotImplemented));
    bed.s3.set_rules(rules);
    let (code, steps, missing) = provision(&bed, &[]).await;
    assert_eq!(code, 1, "{missing:?}");
    let done = [
        "bucket new-raw: created",
        "bucket new-media: created",
        "queue new-webhooks-dlq: created",
        "queue new-webhooks: created",
        "queue new-events-dlq: created",
        "queue new-events: created",
        "policy of new-events: updated",
    ];
    assert_eq!(&steps[..7], done);
    let protected = [
        "public access block of new-raw: created",
        "public access block of new-media: created",
        "encryption of new-raw: created",
        "encryption of new-media: created",
    ];
    assert_eq!(&steps[7..11], protected);
    assert!(steps[11].starts_with("CORS of new-raw: not supported by this store ("));
    assert!(steps[12].starts_with("lifecycle of new-raw: not supported by this store ("));
    assert_eq!(steps[13..], ["conditional writes to new-raw: ok"]);
    let [notification] = &missing[..] else {
        panic!("{missing:?}");
    };
    let start = "notification new-raw -> new-events: not supported by this store (";
    assert!(notification.starts_with(start), "{notification}");
    let remedy = "set issuer.complete_uploads = true";
    assert!(notification.contains(remedy), "{notification}");
    // The settings determine which features the store must support.
    let completed = [("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true")];
    let (code, steps, missing) = provision(&bed, &completed).await;
    assert_eq!((code, &missing[..]), (0, &[][..]));
    assert_eq!((steps.len(), &*steps[0]), (15, "bucket new-raw: ok"));
    let expiring = [completed[0], ("DARKROOM_STORAGE_RAW_EXPIRATION_DAYS", "30")];
    let (code, _, missing) = provision(&bed, &expiring).await;
    assert_eq!(code, 1);
    assert!(missing[0].contains("storage.raw_expiration_days has no effect"));
    bed.s3.clear_rules();
    let (code, _, missing) = provision(&bed, &[]).await;
    assert_eq!((code, &missing[..]), (0, &[][..]));
}

#[tokio::test]
async fn provision_detects_whether_a_store_supports_conditional_writes() {
    let bed = test_bed(TestBedOptions::default()).await;
    let refuse = Rule::on("PutObject", Fault::NotImplemented).if_conditional();
    // A store that ignores the header accepts the second write as if it were the first.
    let ignore = Rule::on("PutObject", Fault::Discard).if_conditional();
    for rule in [refuse, ignore] {
        bed.s3.set_rules([rule]);
        let (code, _, missing) = provision(&bed, &[]).await;
        assert_eq!((code, missing.len()), (1, 1), "{missing:?}");
        let start = "conditional writes to new-raw: not supported by this store (";
        assert!(missing[0].starts_with(start), "{missing:?}");
        assert!(missing[0].ends_with("set storage.conditional_writes = false"));
        let (code, _, missing) = provision(&bed, &[UNCONDITIONAL]).await;
        assert_eq!((code, &missing[..]), (0, &[][..]));
    }
}

/// A set-up with a single bucket works, but a CDN for the variants would also serve raw photos.
#[tokio::test]
async fn a_single_bucket_for_everything_is_warned_of_once() {
    let bed = test_bed(TestBedOptions::default()).await;
    let is_warning = |line: &str| line.contains("set storage.media_bucket to a bucket of its own");
    let single = ("DARKROOM_STORAGE_MEDIA_BUCKET", "new-raw");
    let (code, steps, log) = provision(&bed, &[single]).await;
    assert_eq!((code, log.len()), (0, 1), "{log:?}");
    assert!(is_warning(&log[0]), "{log:?}");
    let buckets = steps.iter().filter(|step| step.starts_with("bucket "));
    assert_eq!(buckets.count(), 1, "{steps:?}");
    let (_, _, log) = provision(&bed, &[]).await;
    assert_eq!(log, [""; 0], "two buckets");
    let media = ("DARKROOM_STORAGE_MEDIA_BUCKET", bed.raw.name());
    let mut issuer = bed.spawn("issuer", &[media]).unwrap();
    let url = address(&mut issuer, "issuer").await;
    let worker = bed.start_worker(&[media]).await.unwrap();
    let outcome = Client::new(url).upload(&photo(60, 40)).await;
    assert_eq!(outcome["status"], "ready");
    for log in [issuer.stderr(), worker.log()] {
        assert_eq!(
            log.lines().filter(|line| is_warning(line)).count(),
            1,
            "{log}"
        );
    }
}

/// Uploads a file through an issuer whose clients reach the store through the fault proxy.
async fn upload(bed: &TestBed, issuer: &str, folder: &Path) -> Output {
    std::fs::write(folder.join("a.jpg"), photo(60, 40)).unwrap();
    let mut command = darkroom(folder);
    command.args(["upload", "--json", "--to", issuer, "a.jpg"]);
    let ran = tokio::task::spawn_blocking(move || command.output());
    let output = ran.await.unwrap().unwrap();
    assert!(bed.s3.count("PutObject", "/raw/") > 0);
    output
}

#[tokio::test]
async fn a_store_without_conditional_writes_needs_one_setting() {
    let folder = tempfile::tempdir().unwrap();
    let bed = test_bed(max_receive_count(1)).await;
    let refuse = Rule::on("PutObject", Fault::NotImplemented).if_conditional();
    let unreadable = Rule::on("GetObject", Fault::Forbidden).with_path("/raw/");
    bed.s3.set_rules([refuse.clone(), unreadable.clone()]);
    let public = bed.s3.url();
    let public = ("DARKROOM_STORAGE_PUBLIC_ENDPOINT", &*public);

    let mut issuer = bed.spawn("issuer", &[public]).unwrap();
    let url = address(&mut issuer, "issuer").await;
    let refused = upload(&bed, &url, folder.path()).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        error.contains("storage.conditional_writes = false"),
        "{error}"
    );
    let worker = bed.start_worker(&[]).await.unwrap();
    bed.upload(photo(60, 40)).await.unwrap();
    let reported = async || {
        worker
            .log()
            .contains("set storage.conditional_writes = false")
    };
    wait::until_async("the setting in the log", DEADLINE, reported)
        .await
        .unwrap();
    drop((issuer, worker));

    let settings = [public, UNCONDITIONAL];
    let mut issuer = bed.spawn("issuer", &settings).unwrap();
    let url = address(&mut issuer, "issuer").await;
    let _worker = bed.start_worker(&[UNCONDITIONAL]).await.unwrap();
    let failed = bed.upload(photo(60, 40)).await.unwrap();
    assert_eq!(bed.outcome(&failed).await.unwrap().outcome.name(), "failed");
    bed.s3.set_rules([refuse]);
    let uploaded = upload(&bed, &url, folder.path()).await;
    assert!(uploaded.status.success(), "{uploaded:?}");
    let client = Client::new(url);
    let first = photo(60, 40);
    let presigned = client.presign(first.len()).await;
    assert_eq!(presigned["headers"], json!({"content-type": "image/jpeg"}));
    assert_eq!(client.put(&presigned, &first).await, 200);
    assert_eq!(client.outcome(&presigned).await["status"], "ready");
    // This is the documented drawback of the setting: the URL can be used again until it expires.
    assert_eq!(client.put(&presigned, &first).await, 200);
}
