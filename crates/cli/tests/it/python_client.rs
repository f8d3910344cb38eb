//! The Python package in `clients/python`. It needs only Python's standard library.

use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_harness::Cloud;
use darkroom_testkit::fixture::{Exif, Jpeg, scene};

use crate::test_bed::service;
use crate::third_party_clients::{output_text, run};

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/python")
}

fn python() -> Command {
    let mut python = Command::new("python3");
    python
        .args(["-W", "error"])
        .current_dir(package())
        .env("PYTHONPATH", package().join("src"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

#[tokio::test]
async fn the_unit_tests_of_the_python_package_pass() {
    let mut command = python();
    command.args(["-m", "unittest", "discover", "-s", "tests"]);
    let output = run(command).await;
    let report = output_text(&output);
    assert!(output.status.success(), "{report}");
    assert!(
        report.contains("OK") && !report.contains("Ran 0 tests"),
        "{report}"
    );
}

#[tokio::test]
async fn the_python_package_uploads_a_photo_and_handles_a_rejection() {
    let bed = service(Cloud::Dev, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("photo.jpg");
    let exif = Exif::new().orientation(6).gps(48.8584, 2.2945);
    std::fs::write(&photo, Jpeg::new(&scene(300, 200)).exif(&exif).build()).unwrap();
    let mut command = python();
    command
        .arg("tests/end_to_end.py")
        .arg(&bed.client().issuer)
        .arg(&photo);
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}
