//! Clients that send too slowly, and an issuer without a folder for temporary files.

use std::path::Path;
use std::time::Duration;

use darkroom_harness::{Cloud, DEADLINE, TestBedOptions};
use darkroom_testkit::wait;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::test_bed::{service, test_bed};

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn the_temporary_file_of_a_slow_upload_is_removed() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path();
    let environment = [
        ("TMPDIR", folder.to_str().unwrap()),
        ("DARKROOM_ISSUER_READ_TIMEOUT", "1s"),
    ];
    let bed = service(Cloud::Dev, &environment).await;
    let address = bed.client().issuer.strip_prefix("http://").unwrap();
    let before = files_in(folder);
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = "POST /v1/images?profile=avatar&owner=u1 HTTP/1.1\r\nhost: localhost\r\n\
                content-type: image/jpeg\r\ncontent-length: 1000000\r\n\r\n";
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&[0; 5000]).await.unwrap();
    let created = || files_in(folder) > before;
    wait::until("the temporary file", DEADLINE, created).unwrap();
    let trickle = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        while connection.write_all(b"x").await.is_ok() {
            ticks.tick().await;
        }
    });
    let removed = async || files_in(folder) == before;
    wait::until_async("the removal of the temporary file", DEADLINE, removed)
        .await
        .unwrap();
    let cut_off = tokio::time::timeout(DEADLINE, trickle).await;
    cut_off.unwrap().unwrap();
}

#[tokio::test]
async fn an_issuer_is_not_ready_until_its_folder_for_temporary_files_exists() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("tmp");
    let bed = test_bed(TestBedOptions::default()).await;
    let settings = [("TMPDIR", folder.to_str().unwrap())];
    let issuer = bed.start_issuer(&settings).await.unwrap();
    let log = || {
        issuer
            .log()
            .contains("cannot use the folder for temporary files")
    };
    wait::until("a line in the log", DEADLINE, log).unwrap();
    let url = format!("http://{}/readyz", issuer.address());
    let response = reqwest::get(&url).await.unwrap();
    assert_eq!(response.status(), 503);
    let problem: serde_json::Value = response.json().await.unwrap();
    assert_eq!(problem["code"], "temp_dir_unavailable");
    std::fs::create_dir(&folder).unwrap();
    let ready = async || reqwest::get(&url).await.unwrap().status() == 200;
    wait::until_async("a ready issuer", DEADLINE, ready)
        .await
        .unwrap();
}
