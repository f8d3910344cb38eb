//! Event streams of uploads that do not exist.

use std::time::{Duration, Instant};

use darkroom_contract::UploadId;
use darkroom_testkit::fault::FaultProxy;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::hostile_request::{RequestEnd, read_end};

/// The number of connections that are opened at a time.
const CONCURRENCY: usize = 64;

/// Requests the events of uploads whose ids claim to be from the year 2999.
pub(super) async fn open_future(address: &str, count: usize) -> anyhow::Result<Vec<RequestEnd>> {
    let ids = (0..count).map(|number| format!("1d88829b-b400-7000-8000-{number:012x}"));
    let (_, ends) = open(address, ids).await?;
    Ok(ends)
}

/// Event streams that the issuer has accepted.
#[derive(Debug)]
pub(super) struct AcceptedStreams {
    pub(super) count: usize,
    /// The number of requests to the store per second while the streams were open.
    pub(super) store_rate: f64,
}

/// Requests the events of uploads with current ids, which the issuer has to look up in the store.
/// Keeps the accepted streams open for `open_for`. Also returns how the issuer ended the other
/// requests.
pub(super) async fn open_current(
    address: &str,
    count: usize,
    store: &FaultProxy,
    open_for: Duration,
) -> anyhow::Result<(AcceptedStreams, Vec<RequestEnd>)> {
    let ids = (0..count).map(|_| UploadId::generate().to_string());
    let (streams, mut ends) = open(address, ids).await?;
    let (requests_before, opened_at) = (store.requests().len(), Instant::now());
    tokio::time::sleep(open_for).await;
    let requests = store.requests().len() - requests_before;
    drop(streams);
    ends.retain(|end| *end != RequestEnd::Status(200));
    let accepted = AcceptedStreams {
        count: count - ends.len(),
        store_rate: requests as f64 / opened_at.elapsed().as_secs_f64(),
    };
    Ok((accepted, ends))
}

async fn open(
    address: &str,
    ids: impl Iterator<Item = String>,
) -> anyhow::Result<(Vec<TcpStream>, Vec<RequestEnd>)> {
    let requests = stream::iter(ids).map(|id| request(address, id));
    let opened: Vec<_> = requests.buffer_unordered(CONCURRENCY).try_collect().await?;
    Ok(opened.into_iter().unzip())
}

async fn request(address: &str, id: String) -> anyhow::Result<(TcpStream, RequestEnd)> {
    let mut stream = TcpStream::connect(address).await?;
    let head = format!(
        "GET /v1/uploads/avatar/attacker/{id}/events HTTP/1.1\r\n\
         host: issuer\r\naccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let end = read_end(&mut stream).await;
    Ok((stream, end))
}
