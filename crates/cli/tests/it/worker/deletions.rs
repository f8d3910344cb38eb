//! Uploads that are deleted while they are worked on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use darkroom_cloud::{Bucket, Queue};
use darkroom_testkit::wait;

use super::gate::Answer;
use super::workshop::{Plan, Workshop};
use crate::system::DEADLINE;

#[derive(Clone, Copy)]
enum Trouble {
    /// The message is put off and comes again.
    OfTheObject,
    /// The message waits where it is.
    OfTheStore,
}

/// Lets a worker write up to a call that is answered like this, deletes the upload, and lets it go
/// on.
async fn delete_when_this_fails(operation: &'static str, path: &'static str, with: Trouble) {
    let shop = Workshop::open(Plan::default()).await;
    let is_broken = Arc::new(AtomicBool::new(true));
    let broken = Arc::clone(&is_broken);
    let begun = AtomicBool::new(false);
    shop.s3.rule(move |call| {
        let is_asked = call.is(operation, path);
        begun.fetch_or(is_asked, Ordering::Relaxed);
        let is_probe = call.is("HEAD", "darkroom-probe") && begun.load(Ordering::Relaxed);
        match with {
            _ if !broken.load(Ordering::Relaxed) => Answer::Forward,
            Trouble::OfTheObject if is_asked => Answer::Refuse(403),
            Trouble::OfTheStore if is_asked || is_probe => Answer::Refuse(503),
            _ => Answer::Forward,
        }
    });
    let _working = shop.start().await;
    let key = shop.upload().await;
    let failed = async || shop.s3.count(operation, path) > 0;
    wait::until_async("the call that fails", DEADLINE, failed)
        .await
        .unwrap();
    assert!(
        shop.made()
            .await
            .iter()
            .any(|made| made.starts_with("avatars/")),
        "nothing was written"
    );
    // As the issuer does it: the raw object, then the rest. Of the rest something comes later.
    shop.raw.delete(&[key.to_string()]).await.unwrap();
    is_broken.store(false, Ordering::Relaxed);
    shop.until_idle().await;
    assert_eq!(shop.made().await, Vec::<String>::new());
    shop.nothing_is_buried().await;
}

#[tokio::test]
async fn variants_without_a_manifest_go_with_the_upload() {
    delete_when_this_fails("PUT", "/manifests/", Trouble::OfTheObject).await;
}

#[tokio::test]
async fn variants_that_an_outage_cut_off_go_with_the_upload() {
    delete_when_this_fails("PUT", "/manifests/", Trouble::OfTheStore).await;
}

#[tokio::test]
async fn an_outcome_that_was_not_looked_after_goes_with_the_upload() {
    delete_when_this_fails("HEAD", "/raw/", Trouble::OfTheObject).await;
}

#[tokio::test]
async fn nobody_is_told_of_a_failure_of_what_is_deleted() {
    let plan = Plan {
        max_receive_count: 1,
        ..Plan::default()
    };
    let shop = Workshop::open(plan).await;
    let key = shop.upload().await;
    shop.raw.delete(&[key.to_string()]).await.unwrap();
    shop.s3.rule(|call| match call.is("GET", "/raw/") {
        true => Answer::Refuse(403),
        false => Answer::Forward,
    });
    let _working = shop.start().await;
    shop.buried(1).await;
    assert_eq!(shop.made().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_was_made_of_an_expired_upload_stays() {
    let shop = Workshop::open(Plan::default()).await;
    let working = shop.start().await;
    let key = shop.upload().await;
    shop.is_ready(&key).await;
    shop.until_idle().await;
    working.stopped().await;
    let made = shop.made().await;
    shop.backfill_forced().await;
    shop.raw.delete(&[key.to_string()]).await.unwrap();
    // Received once by somebody who was lost.
    let lost = shop.events.receive(
        1,
        std::time::Duration::ZERO,
        std::time::Duration::from_secs(60),
    );
    let lost = lost.await.unwrap().remove(0);
    shop.events.release(&[lost.receipt]).await.unwrap();
    let _working = shop.start().await;
    shop.until_idle().await;
    assert_eq!(shop.made().await, made);
}
