//! Local files that `inspect` and `process` read, and the variants that `process` writes.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Output;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use darkroom_testkit::fixture::{Jpeg, scene};
use serde_json::Value;
use tempfile::TempDir;

use crate::test_bed::darkroom;

fn photo() -> Vec<u8> {
    Jpeg::new(&scene(60, 40)).build()
}

/// Creates a folder with these files, which are all the same photo.
fn folder<N: AsRef<OsStr>>(names: &[N]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name.as_ref());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, photo()).unwrap();
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    darkroom(folder).args(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json_lines(output: &Output) -> Vec<Value> {
    crate::report_schema::parse(&output.stdout)
}

/// Returns all files below a folder, in the order of names.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let relative = path.strip_prefix(folder).unwrap();
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_file_name_may_have_any_bytes() {
    let names: [&[u8]; 3] = [b"caf\xe9.jpg", b"a\nb.jpg", "\u{1f600}.jpg".as_bytes()];
    let folder = folder(&names.map(OsStr::from_bytes));
    for command in ["inspect", "process"] {
        let output = run(folder.path(), &[command, ".", "--json"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let reports = json_lines(&output);
        assert_eq!(reports.len(), 3);
        let paths = reports.iter().map(|report| &report["source"]);
        let mut encoded = paths.filter_map(|path| path["path_base64"].as_str());
        let path = STANDARD.decode(encoded.next().unwrap()).unwrap();
        assert_eq!(path, b"./caf\xe9.jpg");
        assert_eq!(encoded.next(), None);
    }
    let variant = folder
        .path()
        .join("darkroom-out")
        .join(OsStr::from_bytes(b"caf\xe9.webp"));
    assert!(variant.exists());
    let output = run(folder.path(), &["inspect", "a\nb.jpg"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("a\\nb.jpg\n"), "{text}");
}

#[test]
fn results_of_a_previous_run_are_never_processed() {
    let folder = folder(&["a.jpg", "sub/b.png"]);
    let process = |options: &[&str]| {
        let arguments = [&["process", ".", "--json"], options].concat();
        let output = run(folder.path(), &arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        (json_lines(&output), files(folder.path()))
    };
    let (first, found) = process(&[]);
    assert_eq!(
        found.len(),
        7,
        "two sources, four variants, one record: {found:?}"
    );
    for options in [&["--force"][..], &[]] {
        let (mut again, files) = process(options);
        assert_eq!(files, found);
        for report in &mut again {
            let skipped = report.as_object_mut().unwrap().remove("skipped");
            assert_eq!(skipped.is_some(), options.is_empty(), "{report}");
        }
        assert_eq!(again, first);
    }
    // A shell expands `*` to these names.
    let named = ["process", "a.jpg", "darkroom-out", "sub"];
    let output = run(folder.path(), &named);
    assert!(output.status.success(), "{}", stderr(&output));
    let printed = stderr(&output);
    let [excluded, summary] = &printed.lines().collect::<Vec<_>>()[..] else {
        panic!("{printed}");
    };
    assert!(excluded.contains("output folder"), "{printed}");
    assert!(summary.starts_with("2 files in "), "{printed}");
    // `sub` is now a source of its own, so its result is not below `darkroom-out/sub`.
    assert!(
        summary.contains("1 ready, 1 skipped (already done)"),
        "{printed}"
    );
}

#[test]
fn a_second_run_renders_only_what_has_changed() {
    let folder = folder(&[
        "photos/a.jpg",
        "photos/b.jpg",
        "photos/c.jpg",
        "photos/d.jpg",
    ]);
    let process = |options: &[&str]| {
        let arguments = [&["process", "photos", "--json"], options].concat();
        let output = run(folder.path(), &arguments);
        let skipped = |report: &Value| report["skipped"] == true;
        json_lines(&output).iter().map(skipped).collect::<Vec<_>>()
    };
    assert_eq!(process(&[]), [false; 4]);
    assert_eq!(process(&[]), [true; 4]);
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("photos/a.jpg"), photo()).unwrap();
    std::fs::remove_file(path("darkroom-out/b_thumb.webp")).unwrap();
    std::fs::write(path("darkroom-out/c.webp"), "cut").unwrap();
    assert_eq!(process(&[]), [false, false, false, true]);
    assert_eq!(process(&[]), [true; 4]);
    assert_eq!(process(&["--profile", "photo"]), [false; 4]);
    assert_eq!(process(&["--profile", "photo", "--force"]), [false; 4]);
}

#[test]
fn stdin_is_a_source() {
    let folder = folder(&["a.jpg"]);
    for command in ["inspect", "process"] {
        let file = File::open(folder.path().join("a.jpg")).unwrap();
        let mut command_line = darkroom(folder.path());
        command_line.args([command, "-", "--json"]).stdin(file);
        let output = command_line.output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let report = &json_lines(&output)[0];
        assert_eq!(report["source"]["path"], "-", "{report}");
    }
    assert!(folder.path().join("darkroom-out/stdin.webp").exists());
}

#[test]
fn results_among_the_sources_are_refused() {
    let folder = folder(&["photos/a.jpg", "photos/sub/sub/b.jpg", "photos/c.webp"]);
    std::os::unix::fs::symlink("photos", folder.path().join("link")).unwrap();
    let before = files(folder.path());
    for (source, out) in [
        ("photos", "photos"),
        ("photos", "./photos/"),
        ("photos", "link"),
        ("link", "photos"),
        ("photos/sub", "photos"),
    ] {
        let output = run(folder.path(), &["process", source, "--out", out]);
        assert_eq!(output.status.code(), Some(2), "{source} {out}");
        let error = stderr(&output);
        let is_named = error.starts_with(&format!("darkroom: --out {out}: "));
        assert!(is_named, "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let output = run(
        folder.path(),
        &["process", "photos", "--out", "photos/c.webp"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_result_never_replaces_a_source() {
    let folder = folder(&["a.webp", "real/b.jpg"]);
    // The source `b.jpg` is a link to a file in the output folder.
    std::fs::create_dir(folder.path().join("out")).unwrap();
    std::fs::rename(
        folder.path().join("real/b.jpg"),
        folder.path().join("out/b.webp"),
    )
    .unwrap();
    std::os::unix::fs::symlink("out/b.webp", folder.path().join("b.jpg")).unwrap();
    for (source, out) in [("a.webp", "."), ("b.jpg", "out")] {
        let output = run(folder.path(), &["process", source, "--out", out]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    for source in ["a.webp", "out/b.webp"] {
        let bytes = std::fs::read(folder.path().join(source)).unwrap();
        assert_eq!(bytes, photo(), "{source}");
    }
    assert!(folder.path().join("a.webp.webp").exists());
    assert!(folder.path().join("out/b.jpg.webp").exists());
}

#[test]
fn system_files_are_skipped() {
    let folder = folder(&["a.jpg", ".dotted.jpg", "__MACOSX/b.jpg"]);
    for name in ["._a.jpg", ".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r"] {
        std::fs::write(folder.path().join(name), b"\x00\x05\x16\x07").unwrap();
    }
    let output = run(folder.path(), &["process", ".", "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(json_lines(&output).len(), 1);
    assert_eq!(stderr(&output), "");
    let named = ["process", "a.jpg", "Thumbs.db", "._a.jpg", "--json"];
    let output = run(folder.path(), &named);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(json_lines(&output).len(), 1);
    assert_eq!(stderr(&output).lines().count(), 2, "{}", stderr(&output));
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let folder = folder(&["a.jpg"]);
    for arguments in [
        &["process", "a.jpg"][..],
        &["process", "a.jpg", "--json"],
        &["inspect", "a.jpg"],
        &["inspect", "a.jpg", "--json"],
        &["key", "new"],
        &["--version"],
        &["process", "--help"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = darkroom(folder.path());
        let output = command.args(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let error = stderr(&output);
        assert!(error.contains("cannot write to stdout"), "{error}");
    }
}

#[test]
fn a_variant_that_cannot_be_written_is_an_error_and_leaves_no_temporary_file() {
    let folder = folder(&["a.jpg", "b.jpg"]);
    // The thumbnail of a.jpg cannot be written, because a folder has its name.
    std::fs::create_dir_all(folder.path().join("out/a_thumb.webp")).unwrap();
    let arguments = ["process", "a.jpg", "b.jpg", "--out", "out", "--json"];
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let reports = json_lines(&output);
    assert_eq!(reports[0]["error"]["code"], "unwritable", "{}", reports[0]);
    assert_eq!(reports[1]["status"], "ready", "{}", reports[1]);
    let expected = [
        ".darkroom-results.jsonl",
        "a.webp",
        "b.webp",
        "b_thumb.webp",
    ];
    assert_eq!(files(&folder.path().join("out")), expected);
}
