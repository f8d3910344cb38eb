//! Third-party clients of S3 and SQS, on the embedded cloud of `darkroom dev`. The tests that
//! compare responses with those of AWS also run on LocalStack.

use std::path::PathBuf;
use std::process::Command;

use darkroom_harness::{Cloud, TestBed, TestBedOptions};
use darkroom_testkit::debian;
use darkroom_testkit::localstack::Venv;

use crate::test_bed::{binary, on_both_clouds};
use crate::third_party_clients::{clients, or_skip, output_text, run, venv};

on_both_clouds!(
    s3_and_sqs_respond_as_aws_documents,
    s3_refuses_forged_requests_and_forms
);

/// Runs a script of `tests/clients` on a cloud.
async fn run_script(venv: &Venv, cloud: Cloud, script: &str, variables: &[(&str, PathBuf)]) {
    let options = TestBedOptions::on(cloud);
    let bed = TestBed::start(binary(), &options).await.unwrap();
    let endpoints = bed.endpoints();
    let folder = tempfile::tempdir().unwrap();
    let client = variables.iter().find(|(name, _)| *name == "NAME");
    let mut command = Command::new(venv.python());
    command
        .arg(clients().join(script))
        .args(client.map(|(_, name)| name))
        .arg(folder.path())
        .env("S3_ENDPOINT", &endpoints.s3)
        .env("SQS_ENDPOINT", &endpoints.sqs)
        .env("AWS_ACCESS_KEY_ID", &endpoints.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &endpoints.secret_key)
        .env("AWS_DEFAULT_REGION", &endpoints.region)
        .env("QUEUE", "celery")
        .env("OUT", folder.path().join("done"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // rclone cannot use the certificate bundle that this variable may name.
        .env_remove("AWS_CA_BUNDLE")
        .envs(variables.iter().map(|(name, value)| (name, value)));
    let output = run(command).await;
    assert!(output.status.success(), "{}", output_text(&output));
}

async fn copy_folders(name: &str, program: impl FnOnce(&Venv) -> Option<PathBuf>) {
    let Some(venv) = venv("stores").await else {
        return;
    };
    let Some(program) = program(&venv) else {
        return;
    };
    let variables = [("NAME", name.into()), ("CLIENT", program)];
    run_script(&venv, Cloud::Dev, "store_clients.py", &variables).await;
}

#[tokio::test]
async fn the_aws_cli_copies_folders() {
    copy_folders("aws", |venv| Some(venv.program("aws"))).await;
}

#[tokio::test]
async fn s3cmd_copies_folders() {
    copy_folders("s3cmd", |venv| Some(venv.program("s3cmd"))).await;
}

#[tokio::test]
async fn s5cmd_copies_folders() {
    copy_folders("s5cmd", |venv| Some(venv.program("s5cmd"))).await;
}

#[tokio::test]
async fn rclone_copies_folders() {
    copy_folders("rclone", |_| or_skip(debian::program("rclone"))).await;
}

#[tokio::test]
async fn celery_runs_its_tasks() {
    let Some(venv) = venv("stores").await else {
        return;
    };
    run_script(&venv, Cloud::Dev, "celery_tasks.py", &[]).await;
}

async fn s3_and_sqs_respond_as_aws_documents(cloud: Cloud) {
    compare_with_aws(cloud, "aws_conformance.py").await;
}

async fn s3_refuses_forged_requests_and_forms(cloud: Cloud) {
    compare_with_aws(cloud, "refused_requests.py").await;
}

/// Runs a script that skips some checks on LocalStack, where LocalStack differs from AWS.
async fn compare_with_aws(cloud: Cloud, script: &str) {
    let Some(venv) = venv("stores").await else {
        return;
    };
    let strict = if cloud == Cloud::Dev { "1" } else { "0" };
    let variables = [("STRICT", strict.into())];
    run_script(&venv, cloud, script, &variables).await;
}
