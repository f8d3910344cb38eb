//! That one LocalStack is shared by all who ask, checks signatures, and ends by itself.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails at what it cannot do"
)]

use std::env;
use std::fs;
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use darkroom_testkit::localstack::{Launcher, LocalStack, Origin};
use darkroom_testkit::process::{Process, Signal};
use darkroom_testkit::wait;
use rustix::process::{Pid, kill_process_group};

/// Set in the processes that a test starts out of this very program: the folder to share in.
const STATE_FOLDER: &str = "TESTKIT_STATE_FOLDER";

const MINUTES: Duration = Duration::from_secs(5 * 60);

/// A launcher that shares with nobody but those given the same folder.
fn launcher(state_folder: &Path) -> Launcher {
    Launcher::default()
        .state_folder(state_folder)
        .linger(Duration::from_secs(1))
}

/// Another process that uses the LocalStack of a folder until it is killed.
fn start_user(state_folder: &Path) -> Process {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "the_part_of_another_process", "--nocapture"]);
    command.env(STATE_FOLDER, state_folder);
    // As a terminal does for each command line, so that Ctrl-C reaches all of it.
    command.process_group(0);
    Process::start(command).unwrap()
}

fn endpoint_of(user: &mut Process) -> String {
    let endpoint = |line: &str| line.strip_prefix("endpoint: ").map(str::to_owned);
    user.wait_for_line("its endpoint", MINUTES, endpoint)
        .unwrap()
}

/// Does nothing unless [`start_user`] runs it.
#[test]
fn the_part_of_another_process() {
    if let Some(state_folder) = env::var_os(STATE_FOLDER) {
        let localstack = launcher(Path::new(&state_folder)).launch().unwrap();
        println!("\nendpoint: {}", localstack.endpoint());
        loop {
            std::thread::park();
        }
    }
}

/// Whether the environment names a LocalStack, so that starting one is not this run's affair.
fn is_given() -> bool {
    env::var("DARKROOM_TEST_LOCALSTACK").is_ok_and(|choice| choice.contains("://"))
}

fn answers(endpoint: &str) -> bool {
    TcpStream::connect(endpoint.trim_start_matches("http://")).is_ok()
}

fn wait_until_gone(endpoint: &str) {
    wait::until("LocalStack to end", Duration::from_secs(60), || {
        !answers(endpoint)
    })
    .unwrap();
}

async fn status(request: reqwest::RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn the_shared_localstack_answers_for_s3_and_sqs() {
    let endpoint = LocalStack::shared().unwrap().endpoint();
    let client = reqwest::Client::new();
    let bucket = format!("{endpoint}/testkit-{}", std::process::id());
    assert_eq!(status(client.put(&bucket)).await, 200);
    assert_eq!(
        status(client.put(format!("{bucket}/key")).body("body")).await,
        200
    );
    let body = client
        .get(format!("{bucket}/key"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(body, "body");
    let queue = format!(
        "{endpoint}/?Action=CreateQueue&QueueName=testkit-{}",
        std::process::id()
    );
    assert_eq!(status(client.get(&queue)).await, 200);
}

#[tokio::test]
async fn the_shared_localstack_refuses_a_signature_that_is_not_right() {
    let endpoint = LocalStack::shared().unwrap().endpoint();
    let client = reqwest::Client::new();
    let bucket = format!("{endpoint}/testkit-signed-{}", std::process::id());
    assert_eq!(status(client.put(&bucket)).await, 200);
    let query = [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "X-Amz-Credential=test%2F20260101%2Fus-east-1%2Fs3%2Faws4_request",
        "X-Amz-Date=20260101T000000Z",
        "X-Amz-Expires=604800",
        "X-Amz-SignedHeaders=host",
        "X-Amz-Signature=0000000000000000000000000000000000000000000000000000000000000000",
    ];
    let forged = format!("{bucket}/key?{}", query.join("&"));
    assert_eq!(status(client.put(&forged).body("body")).await, 403);
}

#[test]
fn processes_that_start_at_once_share_one_that_ends_after_the_last() {
    if is_given() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut one = start_user(folder.path());
    let mut other = start_user(folder.path());
    let endpoint = endpoint_of(&mut one);
    assert_eq!(endpoint_of(&mut other), endpoint);
    let last = launcher(folder.path()).launch().unwrap();
    assert_eq!(last.endpoint(), endpoint);
    drop((one, other));
    let ended = wait::until("its end", Duration::from_secs(4), || !answers(&endpoint));
    assert!(ended.is_err(), "it ended while a test still used it");
    drop(last);
    wait_until_gone(&endpoint);
    let no_files = || scratch_folders(folder.path()) == 0;
    wait::until("its files to go", Duration::from_secs(20), no_files).unwrap();
}

#[test]
fn a_signal_to_all_of_a_test_run_ends_it_too_but_later() {
    if is_given() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut user = start_user(folder.path());
    let endpoint = endpoint_of(&mut user);
    let group = Pid::from_raw(user.pid().try_into().unwrap()).unwrap();
    kill_process_group(group, Signal::TERM).unwrap();
    user.wait(Duration::from_secs(20)).unwrap();
    assert!(
        answers(&endpoint),
        "the next test process has nothing to join"
    );
    wait_until_gone(&endpoint);
}

#[test]
fn an_address_where_nothing_answers_is_said() {
    let endpoint = format!(
        "http://127.0.0.1:{}",
        darkroom_testkit::port::free().unwrap()
    );
    let folder = tempfile::tempdir().unwrap();
    let launcher = launcher(folder.path()).origins(vec![Origin::Given(endpoint.clone())]);
    let said = launcher.launch().unwrap_err().to_string();
    assert!(
        said.contains(&format!("DARKROOM_TEST_LOCALSTACK={endpoint}: ")),
        "{said}"
    );
    assert!(said.contains("Connection refused"), "{said}");
}

fn scratch_folders(state_folder: &Path) -> usize {
    let entries = fs::read_dir(state_folder).unwrap().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("scratch-"))
        .count()
}
