//! The HTTP server: connections, their limits, and graceful shutdown.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::service::Issuer;

/// The time that requests in progress have to finish on shutdown.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// The limit on the headers of a request. Tokens may have 8 KiB, and all other headers are short.
const MAX_HEADER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
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
        let permits = Arc::new(Semaphore::new(self.state.parts.limits.max_connections));
        while let Some((stream, permit)) = accept(&listener, &permits, &stop).await {
            let connection = http.serve_connection(TokioIo::new(stream), service.clone());
            let connection = connections.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "connection ended early");
                }
                drop(permit);
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

/// Accepts the next connection once there is a permit for it. Returns `None` on shutdown.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned();
    let permit = stop.run_until_cancelled(permit).await?.ok()?;
    loop {
        let accepted = stop.run_until_cancelled(listener.accept()).await?;
        match accepted {
            Ok((stream, _)) => {
                // Responses are small and written whole, so Nagle's algorithm would only delay them.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "cannot set TCP_NODELAY");
                }
                return Some((stream, permit));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
