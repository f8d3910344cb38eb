//! Environment variables in the form in which container platforms set them.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Output;

use darkroom_harness::DEADLINE;
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::process::Process;

use crate::test_bed::darkroom;

/// Runs `inspect`, which reads all settings first, with these variables.
fn inspect(variables: &[(&str, &[u8])]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.jpg"), Jpeg::new(&scene(8, 8)).build()).unwrap();
    let mut command = darkroom(folder.path());
    command.args(["inspect", "a.jpg"]);
    for (name, value) in variables {
        command.env(name, OsStr::from_bytes(value));
    }
    command.output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn variables_of_a_kubernetes_service_named_darkroom_are_not_settings() {
    let output = inspect(&[
        ("DARKROOM_SERVICE_HOST", b"10.0.0.11"),
        ("DARKROOM_SERVICE_PORT", b"8080"),
        ("DARKROOM_PORT", b"tcp://10.0.0.11:8080"),
        ("DARKROOM_PORT_8080_TCP", b"tcp://10.0.0.11:8080"),
        ("DARKROOM_PORT_8080_TCP_PROTO", b"tcp"),
        ("DARKROOM_PORT_8080_TCP_PORT", b"8080"),
        ("DARKROOM_PORT_8080_TCP_ADDR", b"10.0.0.11"),
        ("DARKROOM_PROFILES_AVATAR_SERVICE_HOST", b"10.0.0.12"),
        ("DARKROOM_PROFILES_AVATAR_SERVICE_PORT", b"80"),
        ("DARKROOM_PROFILES_AVATAR_SERVICE_PORT_MAX_BYTES", b"80"),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn an_empty_variable_is_unset_and_a_misspelled_one_is_an_error() {
    let output = inspect(&[
        ("DARKROOM_WORKER_IN_FLIGHT", b""),
        ("DARKROOM_ISSUER_LISTEN", b""),
        ("DARKROOM_CONFIG", b""),
        ("DARKROOM_TOKEN", b""),
        ("RUST_LOG", b""),
        ("LC_CTYPE", b"\xff"),
    ]);
    assert!(output.status.success(), "{}", stderr(&output));
    let output = inspect(&[("DARKROOM_WORKER_IN_FLIGTH", b"1")]);
    assert_eq!(output.status.code(), Some(2));
    let error = stderr(&output);
    assert!(error.contains("`DARKROOM_WORKER_IN_FLIGHT`"), "{error}");
}

#[test]
fn a_port_and_an_audience_of_digits_are_valid_settings() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = darkroom(folder.path());
    command
        .args(["dev", "--s3-listen", "0", "--sqs-listen", "localhost:0"])
        .env("DARKROOM_ISSUER_LISTEN", "0")
        .env("DARKROOM_AUTH_JWKS", "jwks.json")
        .env("DARKROOM_AUTH_ISSUER", "https://id.example")
        .env("DARKROOM_AUTH_AUDIENCE", "221394835627794689")
        .env("AWS_REGION", "")
        .env("AWS_PROFILE", "")
        .env("AWS_ENDPOINT_URL", "");
    let mut process = Process::start(command).unwrap();
    let page = |line: &str| line.trim().strip_prefix("Page").map(str::to_owned);
    let page = process
        .wait_for_line("the address", DEADLINE, page)
        .unwrap();
    assert!(page.trim().starts_with("http://127.0.0.1:"), "{page}");
}

#[test]
fn each_error_about_the_connection_to_a_cloud_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |variables: &[(&str, &str)]| {
        let mut command = darkroom(folder.path());
        command
            .arg("provision")
            .env("HOME", folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("DARKROOM_STORAGE_RAW_BUCKET", "photos-raw")
            .envs(variables.iter().copied());
        let output = command.output().unwrap();
        let error = stderr(&output);
        assert_eq!(error.lines().count(), 1, "{error}");
        (output.status.code(), error)
    };
    let keys = [("AWS_ACCESS_KEY_ID", "x"), ("AWS_SECRET_ACCESS_KEY", "x")];
    let (code, error) = run(&keys);
    assert_eq!(code, Some(2), "{error}");
    assert!(
        error.starts_with("darkroom: AWS_REGION is not set"),
        "{error}"
    );
    assert!(error.contains("bucket photos-raw"), "{error}");
    let (code, error) = run(&[("AWS_REGION", "eu-west-1")]);
    assert_eq!(code, Some(2), "{error}");
    assert!(
        error.starts_with("darkroom: AWS credentials were not found"),
        "{error}"
    );
    let bucket = "bucket photos-raw at https://s3.eu-west-1.amazonaws.com";
    assert!(error.contains(bucket), "{error}");
    let (code, error) = run(&[keys[0], keys[1], ("AWS_ENDPOINT_URL", "localhost:9000")]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("AWS_ENDPOINT_URL must be a URL"), "{error}");
    // Port 9 is the discard port. Nothing listens there.
    let (code, error) = run(&[keys[0], keys[1], ("AWS_ENDPOINT_URL", "http://127.0.0.1:9")]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("S3 at http://127.0.0.1:9"), "{error}");
    assert!(error.contains("onnection refused"), "{error}");
    for debug_text in ["Error {", "dispatch failure", "Source", "(Some("] {
        assert!(!error.contains(debug_text), "{error}");
    }
}
