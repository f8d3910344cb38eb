//! Limits on the resources that one client, or all clients together, may use.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use darkroom_contract::UploadId;
use darkroom_issuer::{ApiKey, ApiKeySettings, AuthSettings, IssuerSettings, LimitSettings};
use http::{Request, header};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::harness::{TestResponse, get, issuer_in_memory, issuer_with, post, send_to};

const TIMEOUT: Duration = Duration::from_secs(30);

fn keys(names: &[&str]) -> (Vec<ApiKey>, AuthSettings) {
    let keys: Vec<_> = names.iter().map(|_| ApiKey::generate().unwrap()).collect();
    let settings = names.iter().zip(&keys).map(|(name, key)| ApiKeySettings {
        name: (*name).to_owned(),
        sha256: key.hash(),
        owner: None,
        profiles: Vec::new(),
        operator: false,
        reviewer: false,
    });
    let auth = AuthSettings {
        keys: settings.collect(),
        ..AuthSettings::default()
    };
    (keys, auth)
}

/// Requests an upload for this owner, with this API key.
async fn create(router: &axum::Router, key: Option<&ApiKey>, owner: &str) -> TestResponse {
    let body = json!({
        "profile": "avatar", "owner": owner, "content_type": "image/png", "size": 1
    });
    let mut request = post(body.to_string());
    if let Some(key) = key {
        let value = format!("Bearer {}", key.reveal()).parse().unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    send_to(router.clone(), request).await
}

#[tokio::test(start_paused = true)]
async fn the_response_to_a_key_over_its_rate_limit_states_the_time_to_wait() {
    let (keys, auth) = keys(&["a", "b"]);
    let limits = LimitSettings {
        key_rate: 1,
        key_burst: 3,
        ..LimitSettings::default()
    };
    let issuer = issuer_in_memory(&auth, limits).await;
    let router = issuer.router();
    for left in [2, 1, 0] {
        let response = create(&router, Some(&keys[0]), "u1").await;
        assert_eq!(response.status, 201, "{}", response.text);
        assert_eq!(response.header("ratelimit-policy"), "\"key\";q=3;w=3");
        let limit = response.header("ratelimit");
        assert!(
            limit.starts_with(&format!("\"key\";r={left};t=")),
            "{limit}"
        );
    }
    let refused = create(&router, Some(&keys[0]), "u1").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.code(), "too_many_requests");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(create(&router, Some(&keys[1]), "u1").await.status, 201);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(create(&router, Some(&keys[0]), "u1").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn an_owner_has_one_rate_limit_for_all_keys() {
    let (keys, auth) = keys(&["a", "b"]);
    let limits = LimitSettings {
        owner_rate: 1,
        owner_burst: 2,
        ..LimitSettings::default()
    };
    let issuer = issuer_in_memory(&auth, limits).await;
    let router = issuer.router();
    for key in &keys {
        assert_eq!(create(&router, Some(key), "u1").await.status, 201);
    }
    let refused = create(&router, Some(&keys[0]), "u1").await;
    assert_eq!(refused.code(), "too_many_requests");
    let limit = refused.header("ratelimit");
    assert!(limit.starts_with("\"owner\";r=0"), "{limit}");
    let mut status = get(&format!("/v1/uploads/avatar/u1/{}", UploadId::generate()));
    let value = format!("Bearer {}", keys[1].reveal()).parse().unwrap();
    status.headers_mut().insert(header::AUTHORIZATION, value);
    let refused = send_to(router.clone(), status).await;
    assert_eq!(refused.code(), "too_many_requests");
    assert_eq!(create(&router, Some(&keys[0]), "u2").await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn inspections_count_against_the_rate_limit_of_the_only_owner_of_a_key() {
    let (keys, mut auth) = keys(&["a"]);
    auth.keys[0].owner = Some("u1".parse().unwrap());
    let limits = LimitSettings {
        owner_rate: 1,
        owner_burst: 1,
        ..LimitSettings::default()
    };
    let router = issuer_in_memory(&auth, limits).await.router();
    assert_eq!(create(&router, Some(&keys[0]), "u1").await.status, 201);
    let body = "--b\r\ncontent-disposition: form-data; name=\"image\"\r\n\r\nx\r\n--b--\r\n";
    let request = Request::post("/v1/inspect")
        .header("content-type", "multipart/form-data; boundary=b")
        .header("authorization", format!("Bearer {}", keys[0].reveal()))
        .body(Body::from(body))
        .unwrap();
    let refused = send_to(router, request).await;
    assert_eq!(refused.code(), "too_many_requests");
    let limit = refused.header("ratelimit");
    assert!(limit.starts_with("\"owner\";r=0"), "{limit}");
}

#[tokio::test]
async fn without_authentication_no_rate_limit_applies() {
    let limits = LimitSettings {
        key_rate: 1,
        key_burst: 1,
        owner_rate: 1,
        owner_burst: 1,
        ..LimitSettings::default()
    };
    let auth = AuthSettings::default();
    let issuer = issuer_with(&auth, limits, IssuerSettings::default()).await;
    let router = issuer.router();
    for _ in 0..10 {
        assert_eq!(create(&router, None, "u1").await.status, 201);
    }
}

/// A running service on a socket. Dropping this value stops the service.
struct Served {
    address: SocketAddr,
    _stop: DropGuard,
}

async fn serve(limits: LimitSettings, settings: IssuerSettings) -> Served {
    let issuer = issuer_with(&AuthSettings::default(), limits, settings).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(issuer.serve(listener, stop.clone()));
    Served {
        address,
        _stop: stop.drop_guard(),
    }
}

/// Reads until the connection is closed.
async fn read_to_end(connection: &mut TcpStream) -> String {
    let mut response = Vec::new();
    let read = timeout(TIMEOUT, connection.read_to_end(&mut response)).await;
    // The connection may also be reset.
    let _ = read.unwrap();
    String::from_utf8_lossy(&response).into_owned()
}

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn connections_beyond_the_limit_wait_until_another_ends() {
    let limits = LimitSettings {
        max_connections: 1,
        ..LimitSettings::default()
    };
    let served = serve(limits, IssuerSettings::default()).await;
    let mut first = TcpStream::connect(served.address).await.unwrap();
    // The response to this request proves that the service has accepted the connection, which then
    // stays open.
    first
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let mut byte = [0];
    timeout(TIMEOUT, first.read_exact(&mut byte))
        .await
        .unwrap()
        .unwrap();
    let mut second = TcpStream::connect(served.address).await.unwrap();
    second.write_all(HEALTH).await.unwrap();
    let too_soon = timeout(Duration::from_millis(200), second.read_exact(&mut byte)).await;
    assert!(too_soon.is_err());
    drop(first);
    assert!(read_to_end(&mut second).await.contains("200 OK"));
}

#[tokio::test]
async fn an_address_with_too_many_connections_leaves_room_for_other_addresses() {
    let limits = LimitSettings {
        max_connections: 2,
        max_connections_per_address: 1,
        ..LimitSettings::default()
    };
    let served = serve(limits, IssuerSettings::default()).await;
    let from = async |address: [u8; 4]| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((address, 0))).unwrap();
        socket.connect(served.address).await.unwrap()
    };
    let _silent = from([127, 0, 0, 2]).await;
    let mut second = from([127, 0, 0, 2]).await;
    assert_eq!(read_to_end(&mut second).await, "");
    let mut other = from([127, 0, 0, 3]).await;
    other.write_all(HEALTH).await.unwrap();
    assert!(read_to_end(&mut other).await.contains("200 OK"));
}

#[tokio::test]
async fn headers_that_are_too_long_or_arrive_too_slowly_end_the_connection() {
    let settings = IssuerSettings {
        read_timeout: Duration::from_secs(1),
        ..IssuerSettings::default()
    };
    let served = serve(LimitSettings::default(), settings).await;
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nx: ")
        .await
        .unwrap();
    let response = read_to_end(&mut slow).await;
    assert!(!response.contains("200 OK"), "{response}");
    let mut long = TcpStream::connect(served.address).await.unwrap();
    let flood = format!("GET /healthz HTTP/1.1\r\nx: {}", "y".repeat(100_000));
    // The service may close the connection before it has read everything.
    let _ = long.write_all(flood.as_bytes()).await;
    let response = read_to_end(&mut long).await;
    assert!(
        response.is_empty() || response.contains(" 431 "),
        "{response}"
    );
}

/// Sends a request on a connection of its own, and returns the whole response.
async fn exchange(served: &Served, request: &str) -> String {
    let mut connection = TcpStream::connect(served.address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    read_to_end(&mut connection).await
}

#[tokio::test]
async fn a_request_without_or_with_two_hosts_is_refused() {
    let served = serve(LimitSettings::default(), IssuerSettings::default()).await;
    for (version, headers, status) in [
        ("1.1", "", "400"),
        ("1.1", "host: a\r\nhost: a\r\n", "400"),
        ("1.1", "host: a/b\r\n", "400"),
        ("1.1", "host: a\r\n", "200"),
        ("1.0", "", "200"),
    ] {
        let request = format!("GET /healthz HTTP/{version}\r\n{headers}connection: close\r\n\r\n");
        let response = exchange(&served, &request).await;
        let start = format!("HTTP/{version} {status} ");
        assert!(response.starts_with(&start), "{request}{response}");
        assert_eq!(response.contains("invalid_host"), status == "400");
    }
}

#[tokio::test]
async fn headers_are_limited_to_32_kib() {
    let served = serve(LimitSettings::default(), IssuerSettings::default()).await;
    let send = async |bytes: usize| {
        let padding = "y".repeat(bytes);
        let request = format!(
            "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx: {padding}\r\n\r\n"
        );
        exchange(&served, &request).await
    };
    let response = send(31 * 1024).await;
    assert!(response.contains(" 200 "), "{response}");
    let response = send(33 * 1024).await;
    // The connection may be reset before the response is read.
    assert!(
        response.is_empty() || response.contains(" 431 "),
        "{response}"
    );
}

#[tokio::test]
async fn an_image_that_arrives_too_slowly_is_refused() {
    let settings = IssuerSettings {
        read_timeout: Duration::from_secs(1),
        ..IssuerSettings::default()
    };
    let served = serve(LimitSettings::default(), settings).await;
    let connection = TcpStream::connect(served.address).await.unwrap();
    let (mut reader, mut body) = connection.into_split();
    let head = "POST /v1/images?profile=avatar&owner=u1 HTTP/1.1\r\nhost: x\r\n\
                content-type: image/jpeg\r\ncontent-length: 1000000\r\n\r\n";
    body.write_all(head.as_bytes()).await.unwrap();
    // Every pause is shorter than the timeout, but the rate is far too low.
    let trickle = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(50));
        while body.write_all(b"x").await.is_ok() {
            ticks.tick().await;
        }
    });
    let mut response = Vec::new();
    let read = timeout(Duration::from_secs(10), reader.read_to_end(&mut response));
    // The connection may also be reset.
    let _ = read.await.expect("disconnected within ten seconds");
    let response = String::from_utf8_lossy(&response);
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(response.contains("body_timeout"), "{response}");
    timeout(TIMEOUT, trickle).await.unwrap().unwrap();
}

#[tokio::test]
async fn without_authentication_an_address_has_a_limited_number_of_waits() {
    const MAX: usize = 20;
    let limits = LimitSettings {
        address_waits: 20,
        ..LimitSettings::default()
    };
    let served = serve(limits, IssuerSettings::default()).await;
    let stream = async |address: [u8; 4]| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((address, 0))).unwrap();
        let mut connection = socket.connect(served.address).await.unwrap();
        // Each stream names a different owner, because a client without authentication chooses
        // owners freely.
        let id = UploadId::generate();
        let path = format!("/v1/uploads/avatar/{id}/{id}/events");
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        let read = timeout(TIMEOUT, connection.read_exact(&mut status));
        read.await.unwrap().unwrap();
        let status = String::from_utf8_lossy(&status[9..]).into_owned();
        (status, connection)
    };
    let mut open = Vec::new();
    for _ in 0..MAX {
        let (status, connection) = stream([127, 0, 0, 2]).await;
        assert_eq!(status, "200");
        open.push(connection);
    }
    assert_eq!(stream([127, 0, 0, 2]).await.0, "429");
    assert_eq!(stream([127, 0, 0, 3]).await.0, "200");
}
