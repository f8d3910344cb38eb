//! `darkroom upload` with a store that fails, an issuer that does not respond, and files of any
//! name.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Output;

use darkroom_harness::{Issuer, TestBed, TestBedOptions, Worker};
use darkroom_testkit::fault::{Fault, Rule};
use darkroom_testkit::fixture::{Jpeg, scene};
use serde_json::Value;

use crate::report_schema::parse;
use crate::test_bed::{darkroom, test_bed};

/// A service whose clients reach S3 through a fault proxy.
struct Service {
    bed: TestBed,
    issuer: Issuer,
    _worker: Worker,
}

impl Service {
    async fn start() -> Self {
        let bed = test_bed(TestBedOptions::default()).await;
        let endpoint = bed.s3.url();
        let settings = [("DARKROOM_STORAGE_PUBLIC_ENDPOINT", endpoint.as_str())];
        Self {
            issuer: bed.start_issuer(&settings).await.unwrap(),
            _worker: bed.start_worker(&[]).await.unwrap(),
            bed,
        }
    }

    /// Uploads the files or folders with these names in `folder`.
    async fn upload(&self, folder: &Path, names: &[&OsStr]) -> Output {
        let to = format!("http://{}", self.issuer.address());
        upload(folder, names, &["--to", &to]).await
    }
}

async fn upload(folder: &Path, names: &[&OsStr], options: &[&str]) -> Output {
    let mut command = darkroom(folder);
    command.args(["upload", "--json"]).args(options).args(names);
    let running = tokio::task::spawn_blocking(move || command.output());
    running.await.unwrap().unwrap()
}

fn outcomes(output: &Output) -> Vec<Value> {
    parse(&output.stdout)
}

#[tokio::test]
async fn an_upload_survives_a_transient_fault_of_the_store_and_fails_if_refused() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.jpg"),
        Jpeg::new(&scene(60, 40)).build(),
    )
    .unwrap();
    let put = |fault, count| Rule::on("PutObject", fault).with_path("/raw/").first(count);
    for (rule, attempts) in [
        (put(Fault::LoseResponse, 1), 1),
        (put(Fault::LoseResponse, 9), 1),
        (put(Fault::Reset, 1), 2),
        (put(Fault::SlowDown, 1), 2),
    ] {
        let before = service.bed.s3.count("PutObject", "/raw/");
        service.bed.s3.set_rules([rule.clone()]);
        let output = service.upload(folder.path(), &[OsStr::new("a.jpg")]).await;
        assert!(output.status.success(), "{rule:?}: {output:?}");
        assert_eq!(outcomes(&output)[0]["status"], "ready");
        let puts = service.bed.s3.count("PutObject", "/raw/") - before;
        assert_eq!(puts, attempts, "{rule:?}");
    }
    service.bed.s3.set_rules([put(Fault::Forbidden, 9)]);
    let output = service.upload(folder.path(), &[OsStr::new("a.jpg")]).await;
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(
        error.starts_with("a.jpg: S3 responded 403 Forbidden: AccessDenied"),
        "{error}"
    );
}

#[tokio::test]
async fn the_bytes_of_a_file_determine_the_format_and_its_name_does_not() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().unwrap();
    let names: [&[u8]; 6] = [
        b"a.jfif",
        b"b.pdf",
        b"c",
        b"d.HEIC",
        b"caf\xe9.jpg",
        b"._d.HEIC",
    ];
    for name in names {
        let path = folder.path().join(OsStr::from_bytes(name));
        std::fs::write(path, Jpeg::new(&scene(60, 40)).build()).unwrap();
    }
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join("sub/e.txt"), "not a photo").unwrap();
    let output = service.upload(folder.path(), &[OsStr::new(".")]).await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let mut outcomes = outcomes(&output);
    let last = outcomes.pop().unwrap();
    assert_eq!(
        (&last["source"]["path"], &last["error"]["code"]),
        (&"./sub/e.txt".into(), &"not_an_image".into())
    );
    assert_eq!(outcomes.len(), 5);
    for outcome in &outcomes {
        assert_eq!(outcome["status"], "ready", "{outcome}");
    }
    let with_bytes = outcomes
        .iter()
        .filter(|it| it["source"]["path_base64"].is_string());
    assert_eq!(with_bytes.count(), 1);
}

#[tokio::test]
async fn a_second_run_with_the_same_record_skips_what_the_first_has_uploaded() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("a.jpg", &Jpeg::new(&scene(300, 200)).build());
    write("b.jpg", &Jpeg::new(&scene(300, 201)).build());
    write("c.txt", b"not an image");
    let run = async |options: &[&str]| {
        let to = format!("http://{}", service.issuer.address());
        let options = [&["--to", &*to], options].concat();
        let output = upload(folder.path(), &[OsStr::new(".")], &options).await;
        let outcomes = outcomes(&output).into_iter();
        let fields = outcomes.map(|it| {
            let text = |pointer| {
                it.pointer(pointer)
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            };
            let skipped = it["skipped"] == true;
            let path = text("/source/path").unwrap();
            let name = path.rsplit('/').next().unwrap().to_owned();
            (name, text("/status").unwrap(), skipped, text("/upload/id"))
        });
        fields.collect::<Vec<_>>()
    };
    let record = ["--record", "uploads.jsonl"];
    let brief = |files: &[(String, String, bool, Option<String>)]| {
        let files = files.iter().map(|(name, status, skipped, _)| {
            format!("{name} {status}{}", if *skipped { " skipped" } else { "" })
        });
        files.collect::<Vec<_>>().join(", ")
    };
    let first = run(&record).await;
    assert_eq!(brief(&first), "a.jpg ready, b.jpg ready, c.txt rejected");
    // The record itself is not uploaded, a changed file is uploaded again, and so is a rejected
    // one.
    write("b.jpg", &Jpeg::new(&scene(300, 202)).build());
    let second = run(&record).await;
    assert_eq!(
        brief(&second),
        "a.jpg ready skipped, b.jpg ready, c.txt rejected"
    );
    assert_eq!(first[0].3, second[0].3);
    // What was uploaded for another owner is not finished.
    let other = [&record[..], &["--owner", "other"]].concat();
    assert_eq!(brief(&run(&other).await), brief(&first));
    // Nothing is uploaded if the record cannot be written.
    let to = format!("http://{}", service.issuer.address());
    let options = ["--to", &*to, "--record", "missing/uploads.jsonl"];
    let output = upload(folder.path(), &[OsStr::new("a.jpg")], &options).await;
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("cannot open the record missing/uploads.jsonl"),
        "{message}"
    );
    assert_eq!(output.stdout, b"");
}

#[tokio::test]
async fn the_error_for_a_silent_issuer_names_the_response_that_did_not_arrive() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.jpg"),
        Jpeg::new(&scene(60, 40)).build(),
    )
    .unwrap();
    // This listener accepts nothing, so connections wait in its backlog forever.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let options = ["--to", silent.as_str(), "--timeout", "200ms"];
    let output = upload(folder.path(), &[OsStr::new("a.jpg")], &options).await;
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        format!(
            "a.jpg: no response from the issuer at {silent} within 200ms while waiting for an \
             upload URL; raise --timeout if the connection is slow\n"
        )
    );
    let output = upload(
        folder.path(),
        &[OsStr::new("a.jpg")],
        &["--to", "localhost:1"],
    )
    .await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}
