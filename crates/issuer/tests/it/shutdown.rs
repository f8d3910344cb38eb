//! The stop of a service that load balancers send requests to.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use darkroom_issuer::{AuthSettings, IssuerSettings, LimitSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::harness::issuer_with;

const DELAY: Duration = Duration::from_secs(1);

/// Sends a request on a new connection. Returns the response, or `None` if the connection is
/// refused.
async fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut connection = TcpStream::connect(address).await.ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.ok()?;
    let mut response = String::new();
    connection.read_to_string(&mut response).await.ok()?;
    Some(response)
}

#[tokio::test]
async fn a_service_that_stops_is_not_ready_but_accepts_connections_for_a_while() {
    let settings = IssuerSettings {
        stop_delay: DELAY,
        ..IssuerSettings::default()
    };
    let limits = LimitSettings::default();
    let issuer = issuer_with(&AuthSettings::default(), limits, settings).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let serving = tokio::spawn(issuer.serve(listener, stop.clone()));
    let health = get(address, "/healthz").await.unwrap();
    assert!(health.contains("200 OK"), "{health}");
    let stopped_at = Instant::now();
    stop.cancel();
    tokio::task::yield_now().await;
    let readiness = get(address, "/readyz").await.unwrap();
    assert!(readiness.contains("503"), "{readiness}");
    assert!(readiness.contains(r#""code":"stopping""#), "{readiness}");
    let health = get(address, "/healthz").await.unwrap();
    assert!(
        health.contains("200 OK"),
        "a new connection is served: {health}"
    );
    serving.await.unwrap();
    assert!(stopped_at.elapsed() >= DELAY);
    assert_eq!(get(address, "/healthz").await, None);
}
