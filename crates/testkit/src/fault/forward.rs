//! Forwarding of requests to the service behind the proxy.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Sends a request on a new connection and reads the whole response.
pub(super) async fn forward(
    upstream: SocketAddr,
    request: Request<Bytes>,
) -> io::Result<Response<Bytes>> {
    let connection = TokioIo::new(TcpStream::connect(upstream).await?);
    let handshake = hyper::client::conn::http1::handshake(connection).await;
    let (mut sender, connection) = handshake.map_err(io::Error::other)?;
    tokio::spawn(connection);
    let is_head = request.method() == Method::HEAD;
    let mut request = request.map(Full::new);
    // The body is no longer chunked. No signature covers this header.
    request.headers_mut().remove(TRANSFER_ENCODING);
    let response = sender
        .send_request(request)
        .await
        .map_err(io::Error::other)?;
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    parts.headers.remove(TRANSFER_ENCODING);
    if !is_head {
        parts.headers.insert(CONTENT_LENGTH, body.len().into());
    }
    Ok(Response::from_parts(parts, body))
}
