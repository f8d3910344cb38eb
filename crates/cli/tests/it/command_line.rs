//! Output and exit codes of `process`, `inspect` and `upload`.

use std::path::{Path, PathBuf};
use std::process::Output;

use darkroom_harness::Cloud;
use darkroom_testkit::fixture::damage::{script, truncated};
use darkroom_testkit::fixture::{CANARY, Exif, Jpeg, scene};
use serde_json::Value;
use tempfile::TempDir;

use crate::test_bed::{darkroom, service};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    darkroom(folder).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Creates a folder with `good.jpg`, `cut.jpg`, `script.jpg` and `more/good.jpg`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let exif = Exif::new()
        .orientation(6)
        .gps(48.8584, 2.2945)
        .user_comment(CANARY);
    let good = Jpeg::new(&scene(60, 40)).exif(&exif).build();
    std::fs::create_dir(folder.path().join("more")).unwrap();
    for (name, bytes) in [
        ("good.jpg", good.clone()),
        ("more/good.jpg", good.clone()),
        ("cut.jpg", truncated(&good, 70)),
        ("script.jpg", script()),
    ] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn json_lines(output: &Output) -> Vec<Value> {
    crate::report_schema::parse(&output.stdout)
}

#[test]
fn process_renders_files_and_reports_rejections() {
    let folder = folder();
    let output = run(folder.path(), &["process", ".", "--out", "out", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let reports = json_lines(&output);
    let status = |name: &str| {
        let report = reports
            .iter()
            .find(|report| report["source"]["path"] == name);
        report.unwrap()["status"].clone()
    };
    assert_eq!(reports.len(), 4);
    assert_eq!(status("./good.jpg"), "ready");
    assert_eq!(status("./more/good.jpg"), "ready");
    assert_eq!(status("./cut.jpg"), "rejected");
    assert_eq!(status("./script.jpg"), "rejected");
    let errors = stderr(&output);
    assert_eq!(errors.lines().count(), 2, "{errors}");
    assert!(
        errors.contains("./cut.jpg: rejected: corrupt: "),
        "{errors}"
    );
    for name in [
        "good.webp",
        "good_thumb.webp",
        "more/good.webp",
        "more/good_thumb.webp",
    ] {
        let image = image::open(folder.path().join("out").join(name)).unwrap();
        assert_eq!((image.width(), image.height()), (40, 60), "{name}");
    }
}

#[test]
fn an_unreadable_file_does_not_affect_the_others() {
    let folder = folder();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling.jpg")).unwrap();
    let output = run(folder.path(), &["process", ".", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json_lines(&output).len(), 5);
    assert_eq!(stderr(&output).lines().count(), 3, "{}", stderr(&output));
    let output = run(
        folder.path(),
        &["inspect", "dangling.jpg", "good.jpg", "--json"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json_lines(&output).len(), 2);
}

#[test]
fn the_same_file_gives_the_same_bytes_and_report() {
    let folder = folder();
    let report = |out: &str| {
        let output = run(
            folder.path(),
            &["process", "good.jpg", "--out", out, "--json"],
        );
        stdout(&output).replace(out, "OUT")
    };
    assert_eq!(report("first"), report("second"));
    let bytes = |out: &str| std::fs::read(folder.path().join(out).join("good.webp")).unwrap();
    assert_eq!(bytes("first"), bytes("second"));
}

#[test]
fn inspect_shows_private_metadata() {
    let folder = folder();
    let output = run(folder.path(), &["inspect", "good.jpg"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let printed = stdout(&output);
    for expected in ["jpeg", "40 x 60", "48.858400, 2.294500", "gps"] {
        assert!(printed.contains(expected), "{expected} is not in {printed}");
    }
    let output = run(
        folder.path(),
        &["inspect", "good.jpg", "script.jpg", "--json"],
    );
    assert_eq!(output.status.code(), Some(1));
    let [good, bad] = &json_lines(&output)[..] else {
        panic!("{}", stdout(&output));
    };
    assert_eq!(
        good["inspection"]["upright_size"],
        serde_json::json!([40, 60])
    );
    assert_eq!(bad["error"]["code"], "unsupported_format");
}

#[test]
fn wrong_usage_and_wrong_settings_exit_with_2() {
    let folder = folder();
    let code = |arguments: &[&str]| run(folder.path(), arguments).status.code();
    assert_eq!(code(&["frobnicate"]), Some(2));
    assert_eq!(code(&["process"]), Some(2));
    assert_eq!(code(&["process", "absent.jpg"]), Some(2));
    assert_eq!(
        code(&["process", "good.jpg", "--profile", "nothing"]),
        Some(2)
    );
    assert_eq!(
        code(&["--config", "absent.toml", "process", "good.jpg"]),
        Some(2)
    );
    std::fs::write(
        folder.path().join("darkroom.toml"),
        "[worker]\nin_fligt = 1\n",
    )
    .unwrap();
    let unknown = run(
        folder.path(),
        &["process", "good.jpg", "--profile", "fotos"],
    );
    assert_eq!(unknown.status.code(), Some(2));
    // The settings are invalid too, but generated output needs none.
    assert_eq!(code(&["completions", "bash"]), Some(0));
    let output = run(folder.path(), &["process", "good.jpg"]);
    assert_eq!(output.status.code(), Some(2));
    let printed = stderr(&output);
    assert!(
        printed.contains("worker.in_fligt") && printed.contains("`in_flight`"),
        "{printed}"
    );
}

#[tokio::test]
async fn upload_sends_files_and_reports_rejections() {
    let folder = folder();
    let bed = service(Cloud::Dev, &[]).await;
    let files: Vec<PathBuf> = ["good.jpg", "cut.jpg"].map(PathBuf::from).to_vec();
    let output = darkroom(folder.path())
        .arg("upload")
        .args(&files)
        .args(["--to", &bed.client().issuer, "--json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let [good, cut] = &json_lines(&output)[..] else {
        panic!("{}", stdout(&output));
    };
    assert_eq!(good["status"], "ready", "{good}");
    assert_eq!(good["source"]["path"], "good.jpg");
    assert_eq!(cut["error"]["code"], "corrupt", "{cut}");
    let errors = stderr(&output);
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(
        errors.starts_with("cut.jpg: rejected: corrupt: "),
        "{errors}"
    );

    let output = run(
        folder.path(),
        &["upload", "good.jpg", "--to", &bed.client().issuer],
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("good.jpg: ready: original 40 x 60 http"));
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_wrong_usage_and_the_error_lists_the_profiles() {
    let folder = folder();
    let bed = service(Cloud::Dev, &[]).await;
    let to = bed.client().issuer.clone();
    for command in ["process", "upload"] {
        let mut arguments = vec![command, "good.jpg", "cut.jpg", "--profile", "phot"];
        if command == "upload" {
            arguments.extend(["--to", &to]);
        }
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(
            stderr(&output),
            "darkroom: profile phot does not exist; did you mean `photo`? the profiles are: avatar, \
             photo (settings `[profiles.NAME]`)\n"
        );
    }
}

#[test]
fn a_photo_that_is_too_large_for_a_profile_is_referred_to_another_profile() {
    let folder = tempfile::tempdir().unwrap();
    let wide = Jpeg::new(&scene(4200, 8)).build();
    std::fs::write(folder.path().join("wide.jpg"), wide).unwrap();
    let output = run(folder.path(), &["process", "wide.jpg", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let hint = "try --profile photo, which accepts more";
    assert!(stderr(&output).trim_end().ends_with(hint), "{output:?}");
    assert_eq!(json_lines(&output)[0]["error"]["hint"], hint);
    let arguments = ["process", "wide.jpg", "--profile", "photo"];
    assert_eq!(run(folder.path(), &arguments).status.code(), Some(0));
}

#[test]
fn every_shell_has_completions_and_every_command_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(folder.path(), &["completions", shell]);
        assert!(script.status.success(), "{script:?}");
        assert!(stdout(&script).contains("provision"), "{shell}");
    }
    let written = run(folder.path(), &["man", "man1"]);
    assert!(written.status.success(), "{written:?}");
    for page in ["darkroom.1", "darkroom-process.1", "darkroom-dlq-list.1"] {
        let text = std::fs::read_to_string(folder.path().join("man1").join(page)).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
    assert!(!folder.path().join("man1/darkroom-render.1").exists());
}
