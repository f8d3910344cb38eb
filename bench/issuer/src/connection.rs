//! A lightweight HTTP connection for the load generator.

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection that is kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(8 * 1024),
        })
    }

    /// Sends a whole request. Returns the status and the body of the response.
    pub(crate) async fn round_trip(&mut self, request: &[u8]) -> anyhow::Result<(u16, &[u8])> {
        self.stream.write_all(request).await?;
        self.receive().await
    }

    pub(crate) async fn send(&mut self, part: &[u8]) -> anyhow::Result<()> {
        Ok(self.stream.write_all(part).await?)
    }

    pub(crate) async fn receive(&mut self) -> anyhow::Result<(u16, &[u8])> {
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await?;
            ensure!(read > 0, "the issuer closed the connection");
            if let Some((status, body, end)) = parse(&self.buffer)?
                && self.buffer.len() >= end
            {
                return Ok((status, &self.buffer[body..end]));
            }
        }
    }
}

/// Returns the status and the start and end of the body, or `None` while the head is incomplete.
fn parse(response: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    let Some(head) = response.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&response[..head])?;
    let status = text.split(' ').nth(1).context("no status")?.parse()?;
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let Some(length) = length else {
        bail!("response without content-length: {text}");
    };
    let length: usize = length.trim().parse()?;
    Ok(Some((status, head + 4, head + 4 + length)))
}
