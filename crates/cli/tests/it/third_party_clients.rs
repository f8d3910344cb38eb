//! Third-party clients: the Python packages `requests` and `boto3`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use darkroom_cloud::Bucket;
use darkroom_harness::Cloud;
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::localstack::Venv;

use crate::test_bed::{on_both_clouds, service};

on_both_clouds!(python_uploads_in_every_encoding_and_reads_the_outcomes);

pub(crate) fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// Returns the Python environment with the packages of `NAME.txt`, or `None` if it cannot be
/// created.
pub(crate) async fn venv(name: &'static str) -> Option<Venv> {
    venv_from(name, clients().join(format!("{name}.txt"))).await
}

/// Returns the Python environment with the packages in a file, or `None` if it cannot be created.
pub(crate) async fn venv_from(name: &'static str, requirements: PathBuf) -> Option<Venv> {
    let made = tokio::task::spawn_blocking(move || {
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
        Venv::prepare(&target.join(format!("{name}-venv")), &requirements)
    });
    or_skip(made.await.unwrap())
}

/// Returns the value that a test needs. If the value is missing, prints a note to stderr and
/// returns `None`. Fails instead if `DARKROOM_TEST_CLIENTS` is set.
pub(crate) fn or_skip<T>(needed: Result<T, String>) -> Option<T> {
    match needed {
        Ok(needed) => Some(needed),
        Err(why) if std::env::var_os("DARKROOM_TEST_CLIENTS").is_some() => panic!("{why}"),
        Err(why) => {
            // The test harness captures `eprintln!` and shows its output only for failing tests. It
            // does not capture direct writes to stderr.
            let _ = writeln!(io::stderr(), "skipped: {why}");
            None
        }
    }
}

pub(crate) async fn run(mut command: Command) -> Output {
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap());
    ran.await.unwrap()
}

pub(crate) fn output_text(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

async fn python_uploads_in_every_encoding_and_reads_the_outcomes(cloud: Cloud) {
    let Some(venv) = venv("requirements").await else {
        return;
    };
    let bed = service(cloud, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("photo.jpg");
    std::fs::write(&photo, Jpeg::new(&scene(300, 200)).build()).unwrap();
    let mut command = Command::new(venv.python());
    command
        .arg(clients().join("direct_upload.py"))
        .arg(&bed.client().issuer)
        .arg(&photo)
        .env("S3_ENDPOINT", &bed.endpoints().s3)
        .env("AWS_ACCESS_KEY_ID", &bed.endpoints().access_key)
        .env("AWS_SECRET_ACCESS_KEY", &bed.endpoints().secret_key)
        .env("AWS_DEFAULT_REGION", &bed.endpoints().region)
        .env("MEDIA_BUCKET", bed.media.name());
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}
