//! The containers of `docker-compose.yml`: a killed worker, and an update under load.
//!
//! The test runs where a Docker engine responds and has the base images, and otherwise prints a
//! note and passes. `cargo xtask compose` requires it to run.

mod images;
mod stack;
mod traffic;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use darkroom_harness::DEADLINE;
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::wait;

use self::images::Images;
use self::stack::Stack;
use self::traffic::{Outcome, Traffic};
use crate::third_party_clients::{output_text, run};

/// The number of uploads during which a worker is killed.
const UPLOADS: usize = 100;
/// The number of outcomes after which the worker is killed.
const BEFORE_THE_KILL: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn containers_survive_a_killed_worker_and_an_update_without_a_failed_request() {
    let images = tokio::task::spawn_blocking(Images::prepare);
    let Some(images) = required_or_skip(images.await.unwrap()) else {
        return;
    };
    let mut stack = Stack::start(&images).await;
    let [issuer] = &stack.containers("issuer").await[..] else {
        panic!("there must be one issuer");
    };
    let traffic = Arc::new(Traffic::new(photo()));
    traffic.add(stack.issuer_url(issuer).await);
    report(&format!("memory when idle:\n{}", stack.memory().await));

    let old = kill_a_worker_while_uploading(&stack, &traffic).await;
    let new = update_under_load(&mut stack, &traffic, &images).await;
    assert_ne!(old.recipe, new.recipe, "the new build has another recipe");
    assert_eq!(traffic.failures(), [""; 0]);
    assert_no_dead_letters(&stack).await;
    stack.remove().await;
}

/// Uploads with two workers, one of which is killed. Returns one of the outcomes.
async fn kill_a_worker_while_uploading(stack: &Stack, traffic: &Arc<Traffic>) -> Outcome {
    let started = Instant::now();
    let uploads = tokio::spawn(Arc::clone(traffic).upload_many(UPLOADS));
    let is_busy = async || traffic.outcomes() >= BEFORE_THE_KILL;
    wait::until_async("outcomes before the kill", DEADLINE, is_busy)
        .await
        .unwrap();
    let memory = stack.memory().await;
    let workers = stack.containers("worker").await;
    stack
        .docker(&["kill", "--signal", "KILL", &workers[0]])
        .await;
    let outcomes = uploads.await.unwrap();
    assert_eq!(traffic.failures(), [""; 0]);
    assert_eq!(outcomes.len(), UPLOADS);
    report(&format!(
        "{UPLOADS} uploads, a worker killed after {BEFORE_THE_KILL}: all ready after {:.1} s; \
         memory under load:\n{memory}",
        started.elapsed().as_secs_f64()
    ));
    stack.docker(&["rm", &workers[0]]).await;
    outcomes[0].clone()
}

/// Replaces each container by one of the new image while clients upload. Returns an outcome of the
/// new build.
async fn update_under_load(stack: &mut Stack, traffic: &Arc<Traffic>, images: &Images) -> Outcome {
    let before = traffic.outcomes();
    let load = tokio::spawn(Arc::clone(traffic).upload_until_stopped());
    stack.use_image(&images.update);
    let old = stack.surge("worker").await;
    for worker in old {
        stack.stop(&worker).await;
    }
    let old = stack.surge("issuer").await;
    for issuer in stack.containers("issuer").await {
        if !old.contains(&issuer) {
            traffic.add(stack.issuer_url(&issuer).await);
        }
    }
    for issuer in old {
        // As a load balancer does: no new requests, then those in progress, then the signal.
        traffic.drain(&stack.issuer_url(&issuer).await).await;
        stack.stop(&issuer).await;
    }
    traffic.stop();
    load.await.unwrap();
    let during = traffic.outcomes() - before;
    assert!(during > 0, "there was no load");
    report(&format!("update: {during} uploads, none failed"));
    let outcomes = Arc::clone(traffic).upload_many(1).await;
    outcomes.into_iter().next().unwrap()
}

async fn assert_no_dead_letters(stack: &Stack) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = crate::test_bed::darkroom(folder.path());
    command
        .args(["dlq", "list", "--json"])
        .env("AWS_ENDPOINT_URL", stack.s3_url())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

/// Returns a photo that takes a worker some hundred milliseconds.
fn photo() -> Vec<u8> {
    Jpeg::new(&scene(2400, 1800)).build()
}

/// Returns the images, or `None` after a note. Fails instead if `DARKROOM_TEST_COMPOSE` is set.
fn required_or_skip(images: Result<Images, String>) -> Option<Images> {
    match images {
        Ok(images) => Some(images),
        Err(why) if std::env::var_os("DARKROOM_TEST_COMPOSE").is_some() => panic!("{why}"),
        Err(why) => {
            report(&format!("skipped: {why}"));
            None
        }
    }
}

/// Prints a line, although the test harness captures the output of tests that pass.
fn report(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "compose: {line}");
}

/// Returns the folder of the repository.
fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Runs a command to completion.
///
/// # Errors
/// The command and its output, if it fails.
fn complete(command: &mut Command) -> Result<String, String> {
    let output = command.output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{command:?}: {}", output_text(&output)))
}
