//! `darkroom health`, and `darkroom` as the first process of a container.

use std::process::{Command, Output};
use std::time::Duration;

use darkroom_harness::{DEADLINE, TestBedOptions};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::process::Process;
use darkroom_testkit::{port, wait};

use crate::telemetry::address;
use crate::test_bed::{darkroom, photo, test_bed};

/// Runs `darkroom health` with these settings.
fn health(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = darkroom(folder.path());
    command.arg("health").args(arguments);
    command.envs(settings.iter().copied()).output().unwrap()
}

fn printed(output: &Output) -> (Option<i32>, String) {
    let text = [&*output.stdout, &*output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_health_check_reports_life_and_readiness_of_the_role_that_runs() {
    let bed = test_bed(TestBedOptions::default()).await;
    let mut worker = bed.spawn("worker", &[]).unwrap();
    let url = address(&mut worker, "worker").await;
    let listen = url.trim_start_matches("http://");
    let nothing = port::free().unwrap().to_string();
    let settings = [
        ("DARKROOM_WORKER_LISTEN", listen),
        ("DARKROOM_ISSUER_LISTEN", &nothing),
        // A proxy must not be asked.
        ("HTTP_PROXY", "http://127.0.0.1:1"),
    ];
    for arguments in [&[][..], &["--ready"], &["worker", "--ready"]] {
        let health = printed(&health(arguments, &settings));
        assert_eq!(
            health,
            (Some(0), "worker: ok\n".to_owned()),
            "{arguments:?}"
        );
    }
    let (code, message) = printed(&health(&["issuer"], &settings));
    assert_eq!(code, Some(1), "{message}");
    assert!(
        message.contains("nothing listens on 127.0.0.1:"),
        "{message}"
    );

    bed.s3.set_rules([Rule::any(Fault::Unavailable)]);
    bed.upload(photo(64, 48)).await.unwrap();
    let unready = async || printed(&health(&["--ready"], &settings)).0 == Some(1);
    wait::until_async("an unready worker", DEADLINE, unready)
        .await
        .unwrap();
    let (_, message) = printed(&health(&["--ready"], &settings));
    assert!(message.contains("503 Service Unavailable: "), "{message}");
    assert_eq!(printed(&health(&[], &settings)).0, Some(0), "still alive");
}

#[test]
fn a_worker_without_an_address_cannot_be_asked() {
    let (code, message) = printed(&health(&["worker"], &[]));
    assert_eq!(code, Some(2));
    assert!(message.contains("worker.listen must be set"), "{message}");
}

/// Returns a command that runs another command as the first process of a PID namespace, and of a
/// session, as container engines do.
fn as_first_process(command: &Command) -> Command {
    let mut first = Command::new("unshare");
    first
        .args(NAMESPACES)
        .args(["setsid"])
        .arg(command.get_program());
    first.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => first.env(name, value),
            None => first.env_remove(name),
        };
    }
    first
}

/// The options of `unshare`.
const NAMESPACES: [&str; 6] = [
    "--pid",
    "--fork",
    "--mount-proc",
    "--kill-child",
    "--user",
    "--map-root-user",
];

/// Returns `false`, after a note, if this machine permits no PID namespaces.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn can_have_first_process() -> bool {
    let mut attempt = Command::new("unshare");
    let output = attempt.args(NAMESPACES).args(["setsid", "true"]).output();
    let is_permitted = output.is_ok_and(|output| output.status.success());
    if !is_permitted {
        eprintln!("skipped, because this machine permits no PID namespaces");
    }
    is_permitted
}

/// Returns the only child of a process.
fn child_of(process: &Process) -> String {
    let path = format!("/proc/{0}/task/{0}/children", process.pid());
    wait::until("the child", DEADLINE, || {
        let children = std::fs::read_to_string(&path).unwrap();
        let first = children.split_whitespace().next().map(str::to_owned);
        first.ok_or(children)
    })
    .unwrap()
}

fn shell(script: &str) -> String {
    let output = Command::new("sh").args(["-c", script]).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output).1);
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_process_of_a_container_reaps_orphans_and_stops_on_sigterm() {
    if !can_have_first_process() {
        return;
    }
    let bed = test_bed(TestBedOptions::default()).await;
    let command = as_first_process(&bed.command("worker"));
    let mut worker = Process::start(command).unwrap();
    address(&mut worker, "worker").await;
    let first = child_of(&worker);
    let enter = format!("nsenter --target {first} --user --pid --mount");
    shell(&format!("{enter} setsid sh -c '(sleep 0.1 &) ; exit 0'"));
    // `cat` fails if a process ends between the expansion of the pattern and the read.
    let list = format!("{enter} cat /proc/[0-9]*/stat 2>/dev/null || true");
    let zombies = || {
        let processes = shell(&list);
        let is_left = processes.lines().any(|line| line.contains("(sleep)"));
        (!is_left).then_some(()).ok_or(processes)
    };
    wait::until("no zombies", Duration::from_secs(10), zombies).unwrap();
    // The worker still waits for its own children: this image needs a render process.
    let key = bed.upload(photo(64, 48)).await.unwrap();
    bed.wait_until_ready(&key).await.unwrap();
    shell(&format!("kill -TERM {first}"));
    assert_eq!(worker.wait_async(DEADLINE).await.unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_a_command_that_is_the_first_process() {
    if !can_have_first_process() {
        return;
    }
    let bed = test_bed(TestBedOptions::default()).await;
    bed.s3.set_rules([Rule::any(Fault::Latency(DEADLINE))]);
    let command = as_first_process(&bed.command("provision"));
    let mut provision = Process::start(command).unwrap();
    let first = child_of(&provision);
    let has_sent = async || !bed.s3.requests().is_empty();
    wait::until_async("its first request", DEADLINE, has_sent)
        .await
        .unwrap();
    shell(&format!("kill -TERM {first}"));
    let status = provision.wait_async(DEADLINE).await.unwrap();
    assert_eq!(status.code(), Some(128 + 15));
}
