//! Requests through the fault proxy.

#![allow(clippy::unwrap_used, reason = "a panic fails the test")]

use std::time::{Duration, Instant};

use darkroom_testkit::fault::{Fault, FaultProxy, Rule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Starts a server that responds to every request with the head of that request.
async fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    stream.read_buf(&mut request).await.unwrap();
                }
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                    request.len()
                );
                stream.write_all(head.as_bytes()).await.unwrap();
                stream.write_all(&request).await.unwrap();
            });
        }
    });
    format!("http://{address}")
}

async fn proxy(rules: impl IntoIterator<Item = Rule>) -> FaultProxy {
    let proxy = FaultProxy::start(&echo().await).await.unwrap();
    proxy.set_rules(rules);
    proxy
}

async fn get(proxy: &FaultProxy) -> reqwest::Result<(u16, String)> {
    let url = format!("{}/bucket/raw/a%20b", proxy.url());
    let response = reqwest::get(url).await?;
    Ok((response.status().as_u16(), response.text().await?))
}

#[tokio::test]
async fn the_proxy_forwards_path_and_host_unchanged() {
    let proxy = proxy([]).await;
    let (status, seen) = get(&proxy).await.unwrap();
    assert_eq!(status, 200);
    let host = proxy.url().replace("http://", "host: ");
    assert!(
        seen.starts_with("GET /bucket/raw/a%20b HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(seen.to_lowercase().contains(&host), "{seen}");
    assert_eq!(proxy.count("GetObject", "/raw/"), 1);
    assert_eq!(proxy.count_faults(), 0);
}

#[tokio::test]
async fn an_injected_error_of_s3_is_xml() {
    let proxy = proxy([Rule::on("GetObject", Fault::SlowDown).first(1)]).await;
    let (status, body) = get(&proxy).await.unwrap();
    assert_eq!(status, 503);
    assert!(body.contains("<Code>SlowDown</Code>"), "{body}");
    assert_eq!(get(&proxy).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_reset_and_a_lost_response_are_connection_errors() {
    for fault in [Fault::Reset, Fault::LoseResponse] {
        let proxy = proxy([Rule::any(fault)]).await;
        assert!(get(&proxy).await.is_err(), "{fault:?}");
        assert_eq!(proxy.count_faults(), 1);
    }
}

#[tokio::test]
async fn a_truncated_body_is_an_error_after_its_first_bytes() {
    let proxy = proxy([Rule::any(Fault::Truncate { after: 10 })]).await;
    let response = reqwest::get(format!("{}/bucket/key", proxy.url()))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
}

#[tokio::test]
async fn latency_and_trickling_delay_the_response() {
    let slow = Duration::from_millis(200);
    let late = proxy([Rule::any(Fault::Latency(slow))]).await;
    let start = Instant::now();
    get(&late).await.unwrap();
    assert!(start.elapsed() >= slow);
    let trickle = Fault::Trickle {
        bytes_per_second: 200,
    };
    let trickling = proxy([Rule::any(trickle)]).await;
    let start = Instant::now();
    let (_, seen) = get(&trickling).await.unwrap();
    let expected = Duration::from_millis(seen.len() as u64 * 5);
    assert!(
        start.elapsed() >= expected * 8 / 10,
        "{:?} for {} bytes",
        start.elapsed(),
        seen.len()
    );
}
