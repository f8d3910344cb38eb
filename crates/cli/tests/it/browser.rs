//! The demo page and the JavaScript client, in Chromium and in Node.
//!
//! Each test prints a note and passes if a program that it needs is missing, unless
//! `DARKROOM_TEST_CLIENTS` is set.

use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_harness::{Cloud, TestBed};

use crate::api_keys::{in_environment, new_key};
use crate::store_without_events::silent;
use crate::test_bed::{photo, service};
use crate::third_party_clients::{or_skip, output_text, run, venv_from};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

/// Returns the first of these programs that is installed.
fn installed(names: &[&str]) -> Option<PathBuf> {
    let is_installed = |name: &&&str| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|it| it.status.success())
    };
    let name = names.iter().find(is_installed);
    or_skip(
        name.map(PathBuf::from)
            .ok_or_else(|| format!("{} is not installed", names.join(" or "))),
    )
}

/// Runs a Python script with Chromium, a service and its store.
pub(crate) async fn run_in_chromium(
    script: &str,
    bed: &TestBed,
    arguments: &[&str],
    token: Option<&str>,
) {
    let Some(chromium) = installed(&["chromium", "google-chrome"]) else {
        return;
    };
    let Some(venv) = venv_from("browser", folder().join("requirements.txt")).await else {
        return;
    };
    let mut command = Command::new(venv.python());
    command
        .current_dir(folder())
        .arg(script)
        .arg(chromium)
        .args([&bed.client().issuer, &bed.endpoints().s3])
        .args(arguments)
        .env_remove("DARKROOM_TEST_TOKEN")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command.envs(token.map(|token| ("DARKROOM_TEST_TOKEN", token)));
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}

fn target(name: &str) -> String {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    target.join(name).to_string_lossy().into_owned()
}

#[tokio::test]
async fn the_page_works_in_chromium() {
    let bed = service(Cloud::Dev, &[]).await;
    let screenshots = target("screenshots");
    run_in_chromium("page_tests.py", &bed, &[&screenshots], None).await;
}

#[tokio::test]
async fn the_page_of_a_service_with_keys_has_a_field_to_sign_in() {
    let key = new_key(&["--name", "web"]);
    let keys = in_environment(&key);
    let settings = [
        ("DARKROOM_AUTH_KEYS", &*keys),
        ("DARKROOM_ISSUER_DEMO_PAGE", "true"),
    ];
    let bed = service(Cloud::Dev, &settings).await;
    let screenshots = target("screenshots");
    let key = key["key"].as_str().unwrap();
    run_in_chromium("page_tests.py", &bed, &[&screenshots], Some(key)).await;
}

#[tokio::test]
async fn pages_of_other_origins_upload_with_the_client_and_with_uppy() {
    let bed = service(Cloud::Dev, &[]).await;
    run_in_chromium("client_tests.py", &bed, &[&target("uppy")], None).await;
}

#[tokio::test]
async fn pages_upload_to_a_store_without_events() {
    let bed = silent(Cloud::Embedded).await;
    run_in_chromium("client_tests.py", &bed, &[&target("uppy")], None).await;
}

/// Runs the tests of the client in Node.
async fn run_in_node(bed: &TestBed) {
    let Some(node) = installed(&["node"]) else {
        return;
    };
    let files = tempfile::tempdir().unwrap();
    let path = files.path().join("photo.jpg");
    std::fs::write(&path, photo(600, 400)).unwrap();
    let mut command = Command::new(node);
    command
        .arg(folder().join("client_tests.mjs"))
        .arg(&bed.client().issuer)
        .arg(path);
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}

#[tokio::test]
async fn the_client_works_in_node() {
    run_in_node(&service(Cloud::Dev, &[]).await).await;
}

#[tokio::test]
async fn the_client_works_in_node_with_a_store_without_events() {
    run_in_node(&silent(Cloud::Embedded).await).await;
}
