//! Test beds of the binary under test.

use std::path::Path;
use std::process::{Command, Output};

use darkroom_cloud::{Queue, QueueDepth};
use darkroom_harness::{Binary, Cloud, TestBed, TestBedOptions};
use darkroom_testkit::fixture::{Jpeg, scene};
use serde_json::Value;

/// Settings as environment variables.
pub(crate) type Environment<'a> = &'a [(&'a str, &'a str)];

/// Returns the path of the binary under test.
pub(crate) fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_darkroom"))
}

/// Returns a command that runs the binary under test without any settings of this machine.
pub(crate) fn darkroom(folder: &Path) -> Command {
    Binary::new(binary()).unwrap().command(folder)
}

/// Starts a cloud with an issuer and a worker.
pub(crate) async fn service(cloud: Cloud, environment: Environment<'_>) -> TestBed {
    let options = TestBedOptions::on(cloud).with_settings(environment);
    TestBed::start_service(binary(), &options).await.unwrap()
}

/// Starts an embedded cloud behind fault proxies, without issuers and workers. Workers that the
/// test starts there retry after one second.
pub(crate) async fn test_bed(mut options: TestBedOptions) -> TestBed {
    let retry_after = ("DARKROOM_WORKER_RETRY_AFTER", "1s");
    let retry_after = (retry_after.0.to_owned(), retry_after.1.to_owned());
    // The settings of the test come later in the list, so they take precedence.
    options.settings.insert(0, retry_after);
    TestBed::start(binary(), &options).await.unwrap()
}

/// Returns the default options, except that a message becomes a dead letter after `count` attempts.
pub(crate) fn max_receive_count(count: u32) -> TestBedOptions {
    TestBedOptions {
        max_receive_count: count,
        ..TestBedOptions::default()
    }
}

pub(crate) async fn assert_no_dead_letters(bed: &TestBed) {
    let depth = bed.dead_letters.depth().await.unwrap();
    assert_eq!(depth, QueueDepth::default(), "dead letters");
}

/// Returns a JPEG file.
pub(crate) fn photo(width: u32, height: u32) -> Vec<u8> {
    Jpeg::new(&scene(width, height)).build()
}

/// Returns the results that a successful command printed with `--json`.
pub(crate) fn json_lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let lines = stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// Defines two tests for each scenario: one on `darkroom dev` and one on LocalStack.
macro_rules! on_both_clouds {
    ($($scenario:ident),+ $(,)?) => {
        mod dev {
            $(#[tokio::test]
            async fn $scenario() {
                super::$scenario(darkroom_harness::Cloud::Dev).await;
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

pub(crate) use on_both_clouds;
