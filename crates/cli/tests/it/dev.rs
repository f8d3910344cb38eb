//! `darkroom dev`, as a new user runs it.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use darkroom_harness::{Client, DEADLINE};
use darkroom_testkit::fixture::{Exif, Jpeg, scene};
use darkroom_testkit::process::Process;
use darkroom_testkit::wait;
use serde_json::{Value, json};

use crate::test_bed::darkroom;

/// A running `darkroom dev`.
pub(crate) struct Dev {
    pub(crate) process: Process,
    pub(crate) client: Client,
}

impl Dev {
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    pub(crate) fn start_with(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = darkroom(folder);
        command.args([
            "dev",
            "--listen",
            "127.0.0.1:0",
            "--s3-listen",
            "127.0.0.1:0",
        ]);
        command.args(arguments);
        command.process_group(0);
        command.env("RUST_LOG", "info,s3s=off,darkroom_issuer=debug");
        let mut process = Process::start(command).unwrap();
        let page = process.wait_for_line("the page's address", DEADLINE, |line| {
            line.trim()
                .strip_prefix("Page")
                .map(|address| address.trim().to_owned())
        });
        let client = Client::new(page.unwrap());
        let ready = |line: &str| line.starts_with("Ctrl-C").then_some(());
        process
            .wait_for_line("the end of the greeting", DEADLINE, ready)
            .unwrap();
        Self { process, client }
    }

    pub(crate) fn stop(mut self) {
        let ended = self.process.terminate(DEADLINE).unwrap();
        assert!(ended.success(), "{ended}: {}", self.process.stderr());
    }
}

/// Runs a script with the path of a photo in `PHOTO`, and with the environment of `dev --env`.
fn run_beside(folder: &Path, script: &str) -> Output {
    let environment = darkroom(folder).args(["dev", "--env"]).output().unwrap();
    let exports = String::from_utf8(environment.stdout).unwrap();
    Command::new("sh")
        .args(["-euc", &format!("{exports}\n{script}")])
        .env("PHOTO", folder.join("my photo.jpg"))
        .output()
        .unwrap()
}

#[tokio::test]
async fn the_commands_of_the_help_work_as_printed_and_each_upload_adds_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("my photo.jpg");
    let exif = Exif::new().gps(48.8584, 2.2945);
    std::fs::write(&photo, Jpeg::new(&scene(64, 48)).exif(&exif).build()).unwrap();
    let dev = Dev::start(folder.path());
    let help = darkroom(folder.path()).args(["dev", "--help"]).output();
    let help = String::from_utf8(help.unwrap().stdout).unwrap();
    let (_, script) = help.split_once("then paste:\n").unwrap();
    assert_eq!(script.matches("curl ").count(), 3, "{help}");
    // Terminals of 80 columns are common.
    assert!(script.lines().all(|line| line.len() < 80), "{script}");
    let shell = run_beside(folder.path(), script);
    let printed = String::from_utf8_lossy(&shell.stdout);
    assert!(shell.status.success(), "{shell:?}");
    let outcome: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    assert_eq!(outcome["status"], "ready", "{outcome}");
    let id = outcome["id"].as_str().unwrap();
    let line = || {
        let printed = dev.process.stdout();
        let line = printed.lines().find(|line| line.contains(id));
        line.map(str::to_owned).ok_or("no line for the upload")
    };
    wait::until("the line of the upload", DEADLINE, || line().is_ok()).unwrap();
    let line = line().unwrap();
    assert!(
        line.contains(" ready: ") && line.contains("; removed exif, gps"),
        "{line}"
    );
    dev.stop();
}

#[tokio::test]
async fn the_greeting_names_the_version_and_pages_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    let greeting = dev.process.stdout();
    let version = format!("Darkroom {} is ready after ", env!("CARGO_PKG_VERSION"));
    assert!(greeting.contains(&version), "{greeting}");
    let upload = format!("upload photo.jpg --to {}", dev.client.issuer);
    assert!(greeting.contains(&upload), "{greeting}");
    let documents = greeting
        .lines()
        .find_map(|line| line.trim().strip_prefix("API docs"));
    let documents = documents.unwrap().trim();
    assert_eq!(documents, format!("{}/docs", dev.client.issuer));
    let page = reqwest::get(documents).await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let html = page.text().await.unwrap();
    let mut files = vec!["/openapi.json"];
    for quoted in html.split('"').filter(|text| text.starts_with("/docs/")) {
        files.push(quoted);
    }
    assert_eq!(files.len(), 3, "{html}");
    for file in files {
        let url = format!("{}{file}", dev.client.issuer);
        let response = reqwest::get(url).await.unwrap();
        assert_eq!(response.status(), 200, "{file}");
        let text = response.text().await.unwrap();
        let is_document = file.ends_with(".json");
        assert!(
            is_document || !text.contains("://"),
            "{file} names another site"
        );
    }
    assert!(!html.contains("://"), "{html}");
    dev.stop();
}

#[tokio::test]
async fn a_restart_keeps_outcomes_and_processes_unfinished_uploads() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    let photo = Jpeg::new(&scene(640, 480)).build();
    let presigned = dev.client.presign(photo.len()).await;
    assert_eq!(dev.client.put(&presigned, &photo).await, 200);
    let first = dev.client.outcome(&presigned).await;
    assert_eq!(first["status"], "ready", "{first}");
    dev.stop();

    let dev = Dev::start(folder.path());
    let kept = dev.client.outcome(&presigned).await;
    assert_eq!(kept["finished_at"], first["finished_at"]);
    // The process is killed between a PUT and its outcome. There are several large images, so that
    // at least one is unfinished at that moment.
    let mut unfinished = Vec::new();
    let large = Jpeg::new(&scene(4000, 3000)).build();
    for _ in 0..4 {
        let presigned = dev.client.presign(large.len()).await;
        assert_eq!(dev.client.put(&presigned, &large).await, 200);
        unfinished.push(presigned);
    }
    let waiting = dev.client.status(unfinished.last().unwrap()).await["status"].clone();
    assert_eq!(
        waiting, "processing",
        "the last large image was finished before the kill"
    );
    drop(dev);

    let dev = Dev::start(folder.path());
    for presigned in &unfinished {
        let outcome = dev.client.outcome(presigned).await;
        assert_eq!(outcome["status"], "ready", "{outcome}");
    }
    dev.stop();
}

#[tokio::test]
async fn uploads_in_progress_are_finished_on_ctrl_c() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Dev::start(folder.path());
    let photo = Jpeg::new(&scene(3000, 2000)).build();
    for _ in 0..3 {
        let presigned = dev.client.presign(photo.len()).await;
        assert_eq!(dev.client.put(&presigned, &photo).await, 200);
    }
    // When the first upload is finished, the others have already been received.
    let finished = |process: &Process| process.stderr().matches("upload finished").count();
    let first = || finished(&dev.process) > 0;
    wait::until("the first outcome", DEADLINE, first).unwrap();
    // Signals the whole process group, as a terminal does.
    let group = format!("-{}", dev.process.pid());
    let sent = Command::new("kill").args(["-INT", "--", &group]).status();
    assert!(sent.unwrap().success());
    let ended = dev.process.wait(DEADLINE).unwrap();
    assert!(ended.success(), "{ended}");
    assert_eq!(finished(&dev.process), 3, "{}", dev.process.stderr());
    assert!(!dev.process.stderr().contains("rejected"));
}

#[tokio::test]
async fn a_long_poll_does_not_delay_the_shutdown() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Dev::start(folder.path());
    let presigned = dev.client.presign(1000).await;
    let path = format!("{}?wait=60", presigned["status_url"].as_str().unwrap());
    let started = |process: &Process| process.stderr().matches("request started").count();
    let before = started(&dev.process);
    let waiting = dev.client.get(&path);
    let stopping = async {
        let more = async || started(&dev.process) > before;
        wait::until_async("the waiting request", DEADLINE, more)
            .await
            .unwrap();
        let ended = dev
            .process
            .terminate_async(Duration::from_secs(20))
            .await
            .unwrap();
        assert!(ended.success(), "{ended}");
    };
    let ((status, upload), ()) = tokio::join!(waiting, stopping);
    assert_eq!(
        (status, &upload["status"]),
        (200, &json!("awaiting_upload"))
    );
}

#[test]
fn a_second_process_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(folder.path());
    let mut command = darkroom(folder.path());
    command.args([
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--s3-listen",
        "127.0.0.1:0",
    ]);
    let mut second = Process::start(command).unwrap();
    let ended = second.wait(DEADLINE).unwrap();
    assert_eq!(ended.code(), Some(1));
    wait::until("the reason of the refusal", DEADLINE, || {
        second.stderr().contains("darkroom-data")
    })
    .unwrap();
    dev.stop();
}

#[test]
fn dev_stops_even_if_nobody_reads_its_stderr() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        "\"$0\" dev --listen 127.0.0.1:0 --s3-listen 127.0.0.1:0 2>&1 >greeting | head -n 0";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_darkroom")])
        .current_dir(folder.path())
        .process_group(0);
    let mut shell = Process::start(command).unwrap();
    let greeting = folder.path().join("greeting");
    let ready =
        || std::fs::read_to_string(&greeting).is_ok_and(|printed| printed.contains("Ctrl-C"));
    wait::until("the greeting", DEADLINE, ready).unwrap();
    let group = format!("-{}", shell.pid());
    let sent = Command::new("kill").args(["-TERM", "--", &group]).status();
    assert!(sent.unwrap().success());
    shell.wait(DEADLINE).unwrap();
    let stopped =
        || std::fs::read_to_string(&greeting).is_ok_and(|printed| printed.contains("stopped"));
    wait::until("the last line of output", DEADLINE, stopped).unwrap();
}
