//! Third-party clients: requests, boto3, and schemathesis, which tests the OpenAPI document.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::localstack::Venv;

use crate::cloud::{Cloud, on_both_clouds};
use crate::system::System;

on_both_clouds!(python_uploads_in_every_encoding_and_reads_the_outcomes);

fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// Returns the environment that contains the clients. If it cannot be created, prints a note to
/// stderr and returns `None`.
async fn venv() -> Option<Venv> {
    let made = tokio::task::spawn_blocking(|| {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        let requirements = clients().join("requirements.txt");
        Venv::prepare(&target.join("clients-venv"), &requirements)
    });
    match made.await.unwrap() {
        Ok(venv) => Some(venv),
        Err(why) if std::env::var_os("DARKROOM_TEST_CLIENTS").is_some() => panic!("{why}"),
        Err(why) => {
            // This is easy to miss, because cargo only shows the output of failing tests.
            let _ = writeln!(io::stderr(), "skipped: {why}");
            None
        }
    }
}

async fn run(mut command: Command) -> Output {
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap());
    ran.await.unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

async fn python_uploads_in_every_encoding_and_reads_the_outcomes(cloud: Cloud) {
    let Some(venv) = venv().await else {
        return;
    };
    let system = System::start(cloud, &[]);
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("photo.jpg");
    std::fs::write(&photo, Jpeg::new(&scene(300, 200)).build()).unwrap();
    let mut command = Command::new(venv.python());
    command
        .arg(clients().join("direct_upload.py"))
        .arg(&system.client.issuer)
        .arg(&photo)
        .env("S3_ENDPOINT", &system.endpoints.s3)
        .env("AWS_ACCESS_KEY_ID", &system.endpoints.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &system.endpoints.secret_key)
        .env("AWS_DEFAULT_REGION", &system.endpoints.region)
        .env("MEDIA_BUCKET", system.media_bucket());
    let output = run(command).await;
    assert!(output.status.success(), "{}", said(&output));
}

/// Sends a few hundred requests, some of which the document allows and some of which it forbids.
/// The stream of events is excluded, because the tester would wait for its end.
#[tokio::test]
async fn the_service_behaves_as_its_openapi_document_describes() {
    let Some(venv) = venv().await else {
        return;
    };
    let environment = [
        ("DARKROOM_ISSUER_MAX_WAIT", "1s"),
        ("DARKROOM_ISSUER_COMPLETE_UPLOADS", "true"),
    ];
    let system = System::start(Cloud::Embedded, &environment);
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(venv.python());
    command
        .current_dir(folder.path())
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(clients().join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/openapi.json", system.client.issuer))
        .args(["--exclude-path-regex", "events$", "--seed", "1"])
        .args(["--max-examples", "25", "--workers", "1", "--no-color"]);
    let output = run(command).await;
    let report = said(&output);
    assert!(output.status.success(), "{report}");
    assert!(report.contains("passed"), "{report}");
    let log = system.log();
    assert!(!log.contains("\"level\":\"ERROR\""), "{log}");
}
