//! Event streams of uploads that do not exist.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::hostile_request::{RequestEnd, read_end};

/// The number of connections that are opened at a time.
const CONCURRENCY: usize = 64;

/// Requests the events of uploads whose ids claim to be from the year 2999.
pub(super) async fn open(address: &str, count: usize) -> anyhow::Result<Vec<RequestEnd>> {
    let requests = stream::iter(0..count).map(|number| request(address, number));
    requests.buffer_unordered(CONCURRENCY).try_collect().await
}

async fn request(address: &str, number: usize) -> anyhow::Result<RequestEnd> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "GET /v1/uploads/avatar/attacker/1d88829b-b400-7000-8000-{number:012x}/events HTTP/1.1\r\n\
         host: issuer\r\naccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    Ok(read_end(&mut stream).await)
}
