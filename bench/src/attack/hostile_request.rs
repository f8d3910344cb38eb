//! Requests that are sent until the issuer refuses them.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use futures_util::future::try_join_all;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Size;
use super::hostile_body::HostileBody;
use darkroom_harness::DEADLINE;

/// The longest head of a response that is read.
const MAX_HEAD: usize = 16 << 10;

/// The way in which the issuer ended a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RequestEnd {
    /// A response with this status.
    Status(u16),
    /// The connection was closed without a response.
    Closed,
    /// Neither happened within [`DEADLINE`] after the last byte was sent.
    Pending,
}

impl RequestEnd {
    /// Returns `true` if the issuer refused the request with a 4xx status or by closing the
    /// connection.
    pub(super) fn is_refusal(self) -> bool {
        match self {
            Self::Status(status) => (400..500).contains(&status),
            Self::Closed => true,
            Self::Pending => false,
        }
    }

    /// Counts how often each end occurred.
    pub(super) fn tally(ends: &[Self]) -> BTreeMap<Self, usize> {
        let mut counts = BTreeMap::new();
        for end in ends {
            *counts.entry(*end).or_default() += 1;
        }
        counts
    }
}

impl Display for RequestEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "responses with status {status}"),
            Self::Closed => f.write_str("closed connections"),
            Self::Pending => f.write_str("requests without a response"),
        }
    }
}

/// Sends the same hostile body over several connections at once.
pub(super) async fn send(
    address: &str,
    body: HostileBody,
    size: Size,
) -> anyhow::Result<Vec<RequestEnd>> {
    let requests = (0..size.requests).map(|_| {
        let address = address.to_owned();
        tokio::spawn(async move { send_one(&address, body, size.body_bytes).await })
    });
    try_join_all(requests).await?.into_iter().collect()
}

async fn send_one(address: &str, body: HostileBody, bytes: usize) -> anyhow::Result<RequestEnd> {
    let stream = TcpStream::connect(address).await?;
    let (mut reader, mut writer) = stream.into_split();
    let HostileBody {
        path, content_type, ..
    } = body;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: issuer\r\ncontent-type: {content_type}\r\n\
         content-length: {bytes}\r\n\r\n{}",
        body.start
    );
    let chunk = body.chunk();
    let writing = async {
        let mut left = bytes - body.start.len();
        // A write fails once the issuer has closed the connection. The response states the reason.
        if writer.write_all(head.as_bytes()).await.is_err() {
            return;
        }
        while left > 0 {
            let next = &chunk[..chunk.len().min(left)];
            if writer.write_all(next).await.is_err() {
                return;
            }
            left -= next.len();
        }
    };
    let end = read_end(&mut reader);
    tokio::pin!(end);
    tokio::select! {
        ended = &mut end => return Ok(ended),
        () = writing => {}
    }
    Ok(timeout(DEADLINE, end).await.unwrap_or(RequestEnd::Pending))
}

/// Reads until the status of the response is complete or the connection ends.
pub(super) async fn read_end(reader: &mut (impl AsyncRead + Unpin)) -> RequestEnd {
    let mut head = Vec::new();
    while head.len() < MAX_HEAD {
        match reader.read_buf(&mut head).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return RequestEnd::Closed,
        }
        if let Some(status) = status(&head) {
            return RequestEnd::Status(status);
        }
    }
    RequestEnd::Closed
}

fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let status = std::str::from_utf8(line).ok()?.split(' ').nth(1)?;
    (status.len() == 3).then(|| status.parse().ok()).flatten()
}
