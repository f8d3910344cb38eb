//! The Python package in `clients/python`, and the examples of `docs/from-pillow.md`, which use it. The package
//! itself needs only Python's standard library.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_harness::Cloud;
use darkroom_testkit::fixture::{Heic, scene};

use crate::recipes::photo_on_its_side;
use crate::test_bed::service;
use crate::third_party_clients::{clients, output_text, run, venv};

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/python")
}

fn python(program: impl AsRef<OsStr>) -> Command {
    let mut python = Command::new(program);
    python
        .args(["-W", "error"])
        .current_dir(package())
        .env("PYTHONPATH", package().join("src"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

#[tokio::test]
async fn the_unit_tests_of_the_python_package_pass() {
    let mut command = python("python3");
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
    let photo = photo_on_its_side(folder.path());
    let mut command = python("python3");
    command
        .arg("tests/end_to_end.py")
        .arg(&bed.client().issuer)
        .arg(&photo);
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}

#[tokio::test]
async fn the_examples_with_pillow_and_with_darkroom_give_the_same_responses() {
    let Some(venv) = venv("from_pillow").await else {
        return;
    };
    let bed = service(Cloud::Dev, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let heic = folder.path().join("photo.heic");
    std::fs::write(&heic, Heic::new(&scene(96, 64)).build()).unwrap();
    let mut command = python(venv.python());
    command
        .arg(clients().join("from_pillow.py"))
        .arg(package().join("../../docs/from-pillow.md"))
        .arg(&bed.client().issuer)
        .arg(photo_on_its_side(folder.path()))
        .arg(&heic)
        .arg(folder.path());
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}
