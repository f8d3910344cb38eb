//! A kernel without Landlock, and a container that forbids seccomp filters.

use std::path::Path;
use std::process::Output;

use darkroom_harness::announcements;
use darkroom_testkit::fixture::{Jpeg, scene};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};

use crate::test_bed::darkroom;

/// Runs the binary as if the kernel had none of these system calls. A seccomp filter applies to the
/// thread that installs it and to the processes that this thread starts. The command therefore runs
/// in a thread of its own, which ends with the command.
fn run_without(calls: &[libc::c_long], folder: &Path, arguments: &[&str], sandbox: &str) -> Output {
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    let absent = SeccompAction::Errno(libc::ENOSYS.unsigned_abs());
    let arch = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, absent, arch).unwrap();
    let program: BpfProgram = filter.try_into().unwrap();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            apply_filter(&program).unwrap();
            darkroom(folder)
                .args(arguments)
                .env("DARKROOM_RENDER_SANDBOX", sandbox)
                .envs(ACCOUNT)
                .output()
                .unwrap()
        });
        running.join().unwrap()
    })
}

/// The settings of an AWS account. Without them, a role exits before it checks its sandbox.
const ACCOUNT: [(&str, &str); 4] = [
    // Nothing listens here. The checks of the sandbox come before the first connection.
    ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
];

const LANDLOCK: libc::c_long = libc::SYS_landlock_create_ruleset;
const SECCOMP: libc::c_long = libc::SYS_seccomp;

fn with_photo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let photo = Jpeg::new(&scene(60, 40)).build();
    std::fs::write(folder.path().join("photo.jpg"), photo).unwrap();
    folder
}

#[test]
fn images_are_rendered_with_the_layers_that_the_kernel_supports() {
    let folder = with_photo();
    for missing in [&[LANDLOCK][..], &[SECCOMP], &[LANDLOCK, SECCOMP]] {
        let process = ["process", "photo.jpg"];
        let output = run_without(missing, folder.path(), &process, "best_effort");
        let printed = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{printed}");
    }
}

#[test]
fn doctor_names_a_missing_layer() {
    let folder = with_photo();
    for (sandbox, status) in [("required", "failed"), ("best_effort", "warning")] {
        let doctor = ["doctor", "--json", "--wait", "1s"];
        let output = run_without(&[LANDLOCK], folder.path(), &doctor, sandbox);
        let printed = String::from_utf8_lossy(&output.stdout);
        let first = printed.lines().next().unwrap_or_default();
        let finding: serde_json::Value = serde_json::from_str(first).unwrap();
        assert_eq!(finding["check"], "sandbox", "{printed}");
        assert_eq!(finding["status"], status, "{printed}");
        assert!(first.contains("file_system (Landlock"), "{printed}");
    }
}

#[test]
fn no_role_starts_without_a_required_layer() {
    let folder = with_photo();
    for (missing, named) in [
        (LANDLOCK, "file_system (Landlock"),
        (SECCOMP, "system_calls (seccomp"),
    ] {
        for role in ["worker", "issuer"] {
            let output = run_without(&[missing], folder.path(), &[role], "required");
            let printed = announcements(&output.stderr);
            assert_eq!(output.status.code(), Some(1), "{role}: {printed}");
            let setting = r#"render.sandbox is "required", but this system does not provide: "#;
            assert!(
                printed.contains(&format!("{setting}{named}")),
                "{role}: {printed}"
            );
        }
    }
}
