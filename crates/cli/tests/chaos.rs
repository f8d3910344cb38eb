//! Short runs of every chaos scenario in `bench/`, of the contact sheet and of the issuer's
//! benchmarks.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::path::Path;

use darkroom_bench::chaos::{
    deletes, erasures, fairness, hostile, kill_points, kills, long_jobs, orders, outage,
    overwrites, poison, soak, storage_faults, terminations,
};
use darkroom_bench::render_cost::{Bounds, costly_sources, measure};
use darkroom_bench::{ContactSheet, Report, attack};
use darkroom_contract::Profiles;
use darkroom_render::RenderSettings;

fn darkroom() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_darkroom"))
}

#[track_caller]
fn assert_holds(report: anyhow::Result<Report>) {
    let report = report.unwrap();
    assert!(report.holds(), "\n{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_upload_is_lost_when_workers_are_killed() {
    assert_holds(kills::run(darkroom(), kills::Size::SHORT).await);
}

/// Release builds have no kill points.
#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_wherever_a_worker_dies() {
    assert_holds(kill_points::run(darkroom(), kill_points::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_stops_leaves_no_message_invisible() {
    assert_holds(terminations::run(darkroom(), terminations::Size::SHORT).await);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn hostile_clients_cost_the_issuer_and_its_other_clients_little() {
    assert_holds(attack::run(darkroom(), attack::Size::SHORT).await);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_most_expensive_images_of_a_small_size_stay_within_their_limits() {
    const DIVISOR: u32 = 64;
    const SLOWNESS: u32 = 2;
    let (settings, profiles) = (RenderSettings::default(), Profiles::default());
    for (name, profile) in profiles.iter() {
        let bounds = Bounds::new(&profile.recipe(None).limits, DIVISOR);
        for source in costly_sources() {
            let cost = measure(darkroom(), &settings, profile, (&source, &bounds));
            let cost = cost.await.unwrap();
            let violations = cost.violations(&source, &settings, profile, SLOWNESS);
            assert!(violations.is_empty(), "{name}, {source:?}: {cost:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_kills_a_worker() {
    assert_holds(hostile::run(darkroom(), hostile::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_survive_faults_of_s3() {
    assert_holds(storage_faults::run(darkroom(), storage_faults::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_killed_again_and_again_leaves_nothing() {
    assert_holds(erasures::run(darkroom(), erasures::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_delete_is_retried() {
    assert_holds(deletes::run(darkroom(), deletes::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_cannot_be_understood_do_not_affect_good_ones() {
    assert_holds(poison::run(darkroom(), poison::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_its_queue_backs_off_and_recovers() {
    assert_holds(outage::run(darkroom(), outage::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn variants_are_made_from_the_source_that_the_manifest_names() {
    assert_holds(overwrites::run(darkroom(), overwrites::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_version_wins_in_every_order_of_events() {
    assert_holds(orders::run(darkroom(), orders::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_job_is_received_once() {
    assert_holds(long_jobs::run(darkroom(), long_jobs::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_descriptors_stay_flat() {
    assert_holds(soak::run(darkroom(), soak::Size::SHORT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_owner_hardly_delays_the_others() {
    assert_holds(fairness::run(darkroom(), fairness::Size::SHORT).await);
}

#[test]
fn a_contact_sheet_shows_every_image_before_and_after() {
    use darkroom_testkit::fixture::{Exif, Png, rotated_for_orientation, scene};

    let folder = tempfile::tempdir().unwrap();
    let stored = rotated_for_orientation(&scene(100, 60), 6);
    let photo = Png::new(&stored).exif(&Exif::new().orientation(6)).build();
    std::fs::write(folder.path().join("photo.png"), photo).unwrap();
    std::fs::write(folder.path().join("text.png"), "not an image").unwrap();
    let folders = [folder.path().to_owned()];
    let sheet = ContactSheet::new(Path::new(env!("CARGO_BIN_EXE_darkroom")), &folders).unwrap();
    assert_eq!(sheet.listing.len(), 2);
    assert!(sheet.listing[0].ends_with("photo.png: ready"));
    assert!(sheet.listing[1].ends_with("text.png: not_an_image"));
    // On the left, the stored image is in portrait format and reaches row 14. On the right, the
    // upright image is in landscape format, so row 14 is background.
    let background = *sheet.image.get_pixel(250, 64);
    let is_covered = |x| *sheet.image.get_pixel(x, 14) != background;
    assert!(is_covered(60) && !is_covered(180));
}

/// Checks that the benchmarks run. Does not check the performance goals, because they apply to
/// release builds under full load.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_benchmarks_of_the_issuer_run() {
    use darkroom_bench_issuer::{Figure, Size, measure};

    for (figure, count) in [
        (Figure::Presign, 2),
        (Figure::Waiting, 2),
        (Figure::Outcomes, 9),
        (Figure::Direct, 1),
    ] {
        let measured = measure(darkroom(), figure, Size::SHORT).await.unwrap();
        assert_eq!(measured.len(), count, "{measured:?}");
    }
}

/// Checks that workers can be measured, beside the one in Python, and `darkroom upload`.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_benchmark_of_the_pipeline_runs() {
    use darkroom_bench_pipeline::{CloudChoice, Size, measure};

    let clouds = [CloudChoice::Embedded];
    let report = measure(darkroom(), &clouds, None, Size::SHORT)
        .await
        .unwrap();
    let jobs = &report.clouds[0].jobs;
    assert!(
        jobs.iter().all(|jobs| jobs.jobs_per_second > 0.0),
        "{jobs:?}"
    );
    assert!(jobs[0].child_mib > 0.0, "{jobs:?}");
    let upload = report.upload.unwrap();
    assert!(upload.upload_seconds > 0.0 && upload.process_seconds > 0.0);
}
