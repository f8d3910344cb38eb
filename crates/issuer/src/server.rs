//! The HTTP server: connections, their limits, and graceful shutdown.

use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::limits::{ConnectionGuard, ConnectionLimits};
use crate::service::Issuer;
use crate::temp_dir;

/// The time that requests in progress have to finish on shutdown.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// The limit on the headers of a request. Tokens may have 8 KiB, and all other headers are short.
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// The time in which a connection has to send its first byte. Clients connect in order to send a
/// request, and one that stays silent uses up a connection of somebody else.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a failed accept. The usual cause is a lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

impl Issuer {
    /// Serves until `stop` is cancelled. Long polls then end at once, and requests in
    /// progress have 10 seconds to finish.
    ///
    /// A connection that fails is logged and affects no other.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let connections = GracefulShutdown::new();
        let service = TowerToHyperService::new(self.router());
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.state.parts.settings.read_timeout)
            .max_buf_size(MAX_HEADER_BYTES)
            .max_headers(MAX_HEADERS);
        if let Err(error) = temp_dir::probe().await {
            tracing::error!(%error, "cannot use the folder for temporary files (TMPDIR)");
        }
        let limits = ConnectionLimits::new(&self.state.parts.limits);
        while let Some((stream, guard)) = accept(&listener, &limits, &stop).await {
            let (http, service) = (http.clone(), service.clone());
            let (watcher, stop) = (connections.watcher(), stop.clone());
            tokio::spawn(async move {
                if has_first_byte(&stream, &stop).await {
                    let connection = http.serve_connection(TokioIo::new(stream), service);
                    if let Err(error) = watcher.watch(connection).await {
                        tracing::debug!(%error, "connection ended early");
                    }
                }
                drop(guard);
            });
        }
        drop(listener);
        self.state.stopping.cancel();
        if tokio::time::timeout(DRAIN_TIMEOUT, connections.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("stopped before all requests were finished");
        }
    }
}

/// Accepts the next connection within the limits. Returns `None` on shutdown.
async fn accept(
    listener: &TcpListener,
    limits: &ConnectionLimits,
    stop: &CancellationToken,
) -> Option<(TcpStream, ConnectionGuard)> {
    loop {
        let permit = stop.run_until_cancelled(limits.acquire()).await??;
        let accepted = stop.run_until_cancelled(listener.accept()).await?;
        match accepted {
            Ok((stream, peer)) => {
                // Responses are small and written whole, so Nagle's algorithm would only delay them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "cannot set TCP_NODELAY");
                }
                if let Some(guard) = limits.count(permit, peer.ip()) {
                    return Some((stream, guard));
                }
                tracing::debug!(%peer, "too many connections from one address");
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Waits for the first byte of a request. Returns `false` if the connection is to be closed.
async fn has_first_byte(stream: &TcpStream, stop: &CancellationToken) -> bool {
    let readable = tokio::time::timeout(FIRST_BYTE_TIMEOUT, stream.readable());
    matches!(stop.run_until_cancelled(readable).await, Some(Ok(Ok(()))))
}
