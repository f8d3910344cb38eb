//! A cloud on free ports, and an HTTP client without the AWS SDK.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use bytes::Bytes;
use darkroom_embedded::{EmbeddedCloud, Options, StartError};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// A response with its whole body.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) fn options(data_dir: &Path) -> Options {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Options {
        data_dir: data_dir.to_owned(),
        s3_listen: any_port,
        sqs_listen: any_port,
        access_key: "key".into(),
        secret_key: "secret".into(),
        region: "eu-central-1".into(),
        allowed_hosts: vec!["store.example.org".into()],
        allowed_origins: vec!["https://app.example.org".into()],
    }
}

pub(crate) async fn start(data_dir: &Path) -> Result<EmbeddedCloud, StartError> {
    EmbeddedCloud::start(options(data_dir)).await
}

/// Sends one request on a new connection. A header `host` replaces the host of the URL.
pub(crate) async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Response {
    let uri: Uri = url.parse().unwrap();
    let authority = uri.authority().unwrap().to_string();
    let stream = TcpStream::connect(&authority).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let path = uri.path_and_query().unwrap().as_str();
    let mut request = Request::builder().method(method).uri(path);
    if headers.iter().all(|(name, _)| *name != "host") {
        request = request.header("host", authority);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender
        .send_request(request.body(Full::new(body.into())).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Response {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

/// Sends one SQS action. The embedded SQS requires a signature but does not verify it.
pub(crate) async fn sqs(cloud_url: &str, action: &str, body: Value) -> Response {
    let target = format!("AmazonSQS.{action}");
    let headers = [
        ("authorization", "AWS4-HMAC-SHA256 any"),
        ("x-amz-target", target.as_str()),
    ];
    send(Method::POST, cloud_url, &headers, body.to_string()).await
}

/// Creates a queue and returns its URL.
pub(crate) async fn create_queue(cloud_url: &str) -> Value {
    let created = sqs(cloud_url, "CreateQueue", json!({ "QueueName": "q" })).await;
    created.json()["QueueUrl"].clone()
}
