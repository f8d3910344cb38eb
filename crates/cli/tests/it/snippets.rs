//! The programs in `clients/snippets`, in several languages.

use std::path::Path;
use std::process::Command;

use darkroom_harness::Cloud;
use darkroom_testkit::fixture::{Jpeg, scene};

use crate::test_bed::service;
use crate::third_party_clients::{or_skip, output_text, run};

/// Interpreters or compilers, an argument with which they start without doing anything, and the arguments that run
/// the program.
const PROGRAMS: [(&str, &str, &[&str]); 6] = [
    ("jq", "--version", &["sh", "upload.sh"]),
    ("node", "--version", &["node", "upload.mjs"]),
    ("go", "version", &["go", "run", "upload.go"]),
    ("ruby", "--version", &["ruby", "upload.rb"]),
    ("php", "--version", &["php", "upload.php"]),
    ("swift", "--version", &["swift", "Upload.swift"]),
];

#[tokio::test]
async fn every_program_uploads_a_photo_and_reports_a_rejection() {
    let bed = service(Cloud::Dev, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("photo.jpg");
    std::fs::write(&photo, Jpeg::new(&scene(300, 200)).build()).unwrap();
    let text = folder.path().join("text.jpg");
    std::fs::write(&text, "no image").unwrap();
    for (tool, version, arguments) in PROGRAMS {
        let started = Command::new(tool).arg(version).output();
        if or_skip(started.map_err(|error| format!("{tool}: {error}"))).is_none() {
            continue;
        }
        let program = |file: &Path| {
            let mut command = Command::new(arguments[0]);
            command
                .args(&arguments[1..])
                .arg(&bed.client().issuer)
                .arg(file)
                .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../clients/snippets"));
            command
        };
        let uploaded = run(program(&photo)).await;
        assert!(
            uploaded.status.success(),
            "{tool}: {}",
            output_text(&uploaded)
        );
        let url = String::from_utf8(uploaded.stdout).unwrap();
        let thumb = reqwest::get(url.trim()).await.unwrap();
        assert_eq!(thumb.headers()["content-type"], "image/webp", "{tool}");
        assert!(thumb.bytes().await.unwrap().starts_with(b"RIFF"), "{tool}");

        let rejected = run(program(&text)).await;
        let report = output_text(&rejected);
        assert!(!rejected.status.success(), "{tool}: {report}");
        assert!(
            report.contains("not begin like any known image format"),
            "{tool}: {report}"
        );
    }
}
