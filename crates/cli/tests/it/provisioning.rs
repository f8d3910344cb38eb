//! `darkroom provision` on buckets and queues that exist.

use std::process::Output;

use darkroom_cloud::Bucket;
use darkroom_harness::{Cloud, TestBed, TestBedOptions};
use reqwest::Method;

use crate::signed_request;
use crate::test_bed::{Environment, binary};

/// Defines a test for the embedded cloud and one for LocalStack.
macro_rules! on_both {
    ($($scenario:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(darkroom_harness::Cloud::Embedded).await;
            })+
        }
        mod localstack {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(darkroom_harness::Cloud::LocalStack).await;
            })+
        }
    };
}

on_both!(
    a_dry_run_shows_each_difference_and_exits_with_3,
    a_notification_that_would_make_a_loop_is_refused,
);

async fn start(cloud: Cloud) -> TestBed {
    let options = TestBedOptions::on(cloud);
    TestBed::start(binary(), &options).await.unwrap()
}

async fn provision(bed: &TestBed, arguments: &[&str], settings: Environment<'_>) -> Output {
    let mut command = bed.direct_command("provision");
    command.args(arguments).envs(settings.iter().copied());
    let ran = tokio::task::spawn_blocking(move || command.output());
    ran.await.unwrap().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn a_dry_run_shows_each_difference_and_exits_with_3(cloud: Cloud) {
    let bed = start(cloud).await;
    let same = provision(&bed, &["--dry-run"], &[]).await;
    assert_eq!(same.status.code(), Some(0), "{same:?}");
    assert!(
        stdout(&same).lines().all(|line| line.ends_with(": ok")),
        "{same:?}"
    );
    let changed = [
        ("DARKROOM_QUEUES_VISIBILITY_TIMEOUT", "61s"),
        ("DARKROOM_STORAGE_RAW_EXPIRATION_DAYS", "7"),
        ("DARKROOM_STORAGE_CORS_ORIGINS", "[\"https://app.example\"]"),
    ];
    // A dry run changes nothing, so a second one shows the same.
    for _ in 0..2 {
        let drift = provision(&bed, &["--dry-run"], &changed).await;
        assert_eq!(drift.status.code(), Some(3), "{drift:?}");
        let printed = stdout(&drift);
        for line in [
            "  VisibilityTimeout: 30 -> 61\n",
            "  AllowedOrigins: * -> https://app.example\n",
            "  darkroom-uploads: prefix raw/, expiration never, abandoned uploads 1 d, Enabled -> \
             prefix raw/, expiration 7 d, abandoned uploads 1 d, Enabled\n",
        ] {
            assert!(printed.contains(line), "no {line:?} in:\n{printed}");
        }
        assert_eq!(
            printed.matches(": would be updated").count(),
            3,
            "{printed}"
        );
    }
    let applied = provision(&bed, &[], &changed).await;
    assert_eq!(applied.status.code(), Some(0), "{applied:?}");
    let same = provision(&bed, &["--dry-run"], &changed).await;
    assert_eq!(same.status.code(), Some(0), "{same:?}");
}

async fn a_notification_that_would_make_a_loop_is_refused(cloud: Cloud) {
    let bed = start(cloud).await;
    let arn = queue_arn(&bed).await;
    let plant = async |bucket: &str, prefix: &str| {
        let notification = format!(
            "<NotificationConfiguration><QueueConfiguration><Id>other</Id><Queue>{arn}</Queue>\
             <Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name>\
             <Value>{prefix}</Value></FilterRule></S3Key></Filter></QueueConfiguration>\
             </NotificationConfiguration>"
        );
        let endpoints = bed.endpoints();
        let put = signed_request::s3(
            endpoints,
            Method::PUT,
            bucket,
            "notification",
            &notification,
        );
        let status = put.await.status();
        assert_eq!(status, 200, "{bucket} {prefix}");
    };
    let buckets = [bed.raw.name(), bed.media.name()];
    for (bucket, prefix, is_loop) in [
        (buckets[1], "avatars/", true),
        (buckets[1], "elsewhere/", false),
        (buckets[0], "man", true),
        (buckets[0], "notes/", false),
    ] {
        plant(bucket, prefix).await;
        for arguments in [&["--dry-run"][..], &[]] {
            let output = provision(&bed, arguments, &[]).await;
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            let named = format!("loops through {bucket}: failed (");
            assert_eq!(error.contains(&named), is_loop, "{prefix}: {error}");
            assert_eq!(output.status.code() == Some(1), is_loop, "{prefix}");
        }
    }
}

/// Returns the ARN of the event queue, as the notification of the raw bucket names it.
async fn queue_arn(bed: &TestBed) -> String {
    let (endpoints, raw) = (bed.endpoints(), bed.raw.name());
    let current = signed_request::s3(endpoints, Method::GET, raw, "notification", "").await;
    let xml = current.text().await.unwrap();
    let (_, rest) = xml.split_once("<Queue>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}
