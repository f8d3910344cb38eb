//! The HTTP server: connections, their limits, and graceful shutdown.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::limits::{ConnectionGuard, ConnectionLimits};
use crate::peer_address::PeerAddress;
use crate::service::Issuer;
use crate::temp_dir;

/// The time for which a shutdown waits for requests in progress.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// The limit on the head of a request. A token may be as long as 8 KiB, and all other headers are
/// short. A connection that sends its head slowly holds up to this much memory.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// The size of the buffer for reading from a connection.
const MAX_BUFFER_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// The time within which a client must send the first byte on a new connection. A connection
/// without a request would use up a permit that another client could use.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a failed accept. The usual cause is a lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

impl Issuer {
    /// Serves until `stop` is cancelled. Then the service is no longer ready, but accepts connections
    /// for `issuer.stop_delay`. After that it ends all long polls immediately, and gives other
    /// requests in progress 10 seconds to finish.
    ///
    /// A failed connection is logged and does not affect other connections.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let connections = GracefulShutdown::new();
        let service = TowerToHyperService::new(self.router());
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.state.parts.settings.read_timeout)
            .max_buf_size(MAX_BUFFER_BYTES)
            .max_header_size(MAX_HEADER_BYTES)
            .max_headers(MAX_HEADERS);
        if let Err(error) = temp_dir::probe().await {
            tracing::error!(%error, "cannot use the folder for temporary files (TMPDIR)");
        }
        let stop = self.stop_after_delay(stop);
        let limits = ConnectionLimits::new(&self.state.parts.limits);
        while let Some((stream, peer, guard)) = accept(&listener, &limits, &stop).await {
            let (http, service) = (http.clone(), service.clone());
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(peer);
                service.call(request)
            });
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

    /// Serves the metrics, the OpenAPI document and the probes, even while the service stops. Never
    /// returns without an error. This listener has no limits, because only the operator reaches it.
    ///
    /// # Errors
    /// The error of the listener.
    pub async fn serve_metrics(self, listener: TcpListener) -> io::Result<()> {
        axum::serve(listener, self.metrics_router()).await
    }

    /// Makes the service not ready once `signal` is cancelled. Returns a token that is cancelled
    /// `issuer.stop_delay` later.
    fn stop_after_delay(&self, signal: CancellationToken) -> CancellationToken {
        let stop = CancellationToken::new();
        let (state, delayed) = (Arc::clone(&self.state), stop.clone());
        tokio::spawn(async move {
            signal.cancelled().await;
            state.draining.cancel();
            tokio::time::sleep(state.parts.settings.stop_delay).await;
            delayed.cancel();
        });
        stop
    }
}

/// Accepts the next connection within the limits. Returns `None` on shutdown.
async fn accept(
    listener: &TcpListener,
    limits: &ConnectionLimits,
    stop: &CancellationToken,
) -> Option<(TcpStream, PeerAddress, ConnectionGuard)> {
    loop {
        let permit = stop.run_until_cancelled(limits.acquire()).await?;
        let accepted = stop.run_until_cancelled(listener.accept()).await?;
        match accepted {
            Ok((stream, peer)) => {
                // The service writes each small response at once, so Nagle's algorithm would only
                // add delay.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "cannot set TCP_NODELAY");
                }
                let address = PeerAddress::new(peer.ip());
                if let Some(guard) = limits.count(permit, address) {
                    return Some((stream, address, guard));
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

/// Waits for the first byte of a request. Returns `false` on a timeout, an error or a shutdown. The
/// caller then closes the connection.
async fn has_first_byte(stream: &TcpStream, stop: &CancellationToken) -> bool {
    let readable = tokio::time::timeout(FIRST_BYTE_TIMEOUT, stream.readable());
    matches!(stop.run_until_cancelled(readable).await, Some(Ok(Ok(()))))
}
