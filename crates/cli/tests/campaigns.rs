//! The short form of every campaign in `bench/`, which shows in full what is promised.

#![allow(
    clippy::unwrap_used,
    reason = "whatever a test's own tools cannot do fails the test"
)]

use std::path::Path;

use darkroom_bench::campaign::{
    deletes, hostile, kill_points, kills, long_jobs, orders, outage, overwrites, poison, soak,
    storage_faults, terminations,
};
use darkroom_bench::{ContactSheet, Report};

fn darkroom() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_darkroom"))
}

#[track_caller]
fn holds(report: anyhow::Result<Report>) {
    let report = report.unwrap();
    assert!(report.holds(), "\n{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_to_kill_9() {
    holds(kills::run(darkroom(), kills::Size::SHORT).await);
}

/// Release builds have no kill points.
#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_wherever_a_worker_dies() {
    holds(kill_points::run(darkroom(), kill_points::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_stop_leaves_nothing_hidden() {
    holds(terminations::run(darkroom(), terminations::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_brings_a_worker_down() {
    holds(hostile::run(darkroom(), hostile::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_come_through_an_s3_that_fails() {
    holds(storage_faults::run(darkroom(), storage_faults::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_that_is_refused_is_tried_again() {
    holds(deletes::run(darkroom(), deletes::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn poison_costs_good_messages_nothing() {
    holds(poison::run(darkroom(), poison::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_its_queue_waits_and_comes_back() {
    holds(outage::run(darkroom(), outage::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_are_made_of_what_the_manifest_names() {
    holds(overwrites::run(darkroom(), overwrites::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_version_wins_in_every_order() {
    holds(orders::run(darkroom(), orders::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_work_is_received_once() {
    holds(long_jobs::run(darkroom(), long_jobs::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_descriptors_stay_flat() {
    holds(soak::run(darkroom(), soak::Size::SHORT).await);
}

#[test]
fn a_contact_sheet_shows_every_picture_before_and_after() {
    use darkroom_testkit::fixture::{Exif, Png, rotated_for_orientation, scene};

    let folder = tempfile::tempdir().unwrap();
    let stored = rotated_for_orientation(&scene(100, 60), 6);
    let photo = Png::of(&stored).exif(&Exif::new().orientation(6)).build();
    std::fs::write(folder.path().join("photo.png"), photo).unwrap();
    std::fs::write(folder.path().join("text.png"), "no picture").unwrap();
    let folders = [folder.path().to_owned()];
    let sheet = ContactSheet::of(Path::new(env!("CARGO_BIN_EXE_darkroom")), &folders).unwrap();
    assert_eq!(sheet.listing.len(), 2);
    assert!(sheet.listing[0].ends_with("photo.png: ready"));
    assert!(sheet.listing[1].ends_with("text.png: not_an_image"));
    // Beside the upright picture is paper where the one on its side reaches.
    let paper = *sheet.picture.get_pixel(250, 64);
    let reaches = |x| *sheet.picture.get_pixel(x, 14) != paper;
    assert!(reaches(60) && !reaches(180));
}

/// Their goals are for release builds under full load.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_issuer_s_figures_can_be_measured() {
    use darkroom_bench_issuer::{Figure, Size, measure};

    for (figure, count) in [
        (Figure::Presign, 2),
        (Figure::Waiting, 2),
        (Figure::Direct, 1),
    ] {
        let measured = measure(darkroom(), figure, Size::SHORT).await.unwrap();
        assert_eq!(measured.len(), count, "{measured:?}");
    }
}
