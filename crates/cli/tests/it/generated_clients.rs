//! The OpenAPI document, as used by third-party tools: a validator, two client generators, and a
//! tool that tests the service against the document.

use std::process::Command;

use darkroom_harness::Cloud;
use darkroom_testkit::fixture::{Jpeg, scene};

use crate::test_bed::service;
use crate::third_party_clients::{clients, output_text, run, venv};

/// The variable with the number of examples for each operation. `cargo xtask api` sets a higher
/// number than the default.
const EXAMPLES: &str = "DARKROOM_TEST_EXAMPLES";

#[tokio::test]
async fn two_generated_clients_upload_a_photo() {
    let Some(venv) = venv("generators").await else {
        return;
    };
    let bed = service(Cloud::Dev, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("photo.jpg");
    std::fs::write(&photo, Jpeg::new(&scene(300, 200)).build()).unwrap();
    let mut command = Command::new(venv.python());
    command
        .arg(clients().join("generated_clients.py"))
        .arg(&bed.client().issuer)
        .arg(&photo)
        .arg(folder.path());
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}

/// Sends a few hundred requests, alone and in sequences. Some conform to the document and others
/// violate it. The event stream is excluded, because the tool would wait for its end.
#[tokio::test]
async fn the_service_behaves_as_its_openapi_document_describes() {
    let Some(venv) = venv("requirements").await else {
        return;
    };
    let environment = [
        ("DARKROOM_ISSUER_MAX_WAIT", "1s"),
        ("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true"),
    ];
    let bed = service(Cloud::Dev, &environment).await;
    let folder = tempfile::tempdir().unwrap();
    let examples = std::env::var(EXAMPLES).unwrap_or_else(|_| "25".to_owned());
    let mut command = Command::new(venv.python());
    command
        .current_dir(folder.path())
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(clients().join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/openapi.json", bed.client().issuer))
        .args(["--exclude-path-regex", "events$", "--seed", "1"])
        .args(["--phases", "examples,coverage,fuzzing,stateful"])
        .args(["--max-examples", &examples, "--workers", "1", "--no-color"]);
    let output = run(command).await;
    let report = output_text(&output);
    assert!(output.status.success(), "{report}");
    assert!(report.contains("passed"), "{report}");
    let log = bed.log();
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
}
