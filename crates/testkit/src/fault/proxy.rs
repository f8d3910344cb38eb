//! The interface of the fault proxy for tests.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::record::{Exchange, RecordedRequest};
use super::rule::Rule;
use super::state::State;

/// An HTTP/1.1 proxy on a free port. It stops when it is dropped.
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl FaultProxy {
    /// Starts a proxy in front of `upstream`, such as `http://127.0.0.1:9000`. The proxy forwards
    /// everything until it has rules.
    ///
    /// # Errors
    /// If `upstream` is not an address with a port, or if no port is free.
    pub async fn start(upstream: &str) -> io::Result<Self> {
        Self::with_seed(upstream, 1).await
    }

    /// Starts a proxy that draws its random choices from `seed`.
    ///
    /// # Errors
    /// If `upstream` is not an address with a port, or if no port is free.
    pub async fn with_seed(upstream: &str, seed: u64) -> io::Result<Self> {
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/');
        let upstream = upstream.parse().map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(upstream, seed));
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            state,
            task,
        })
    }

    /// Returns the endpoint for clients.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Replaces all rules. If several rules match a request, their latencies add up, and of their
    /// other faults only the first is injected.
    pub fn set_rules(&self, rules: impl IntoIterator<Item = Rule>) {
        self.state.lock().rules = rules.into_iter().collect();
    }

    /// Removes all rules, so that everything is forwarded.
    pub fn clear_rules(&self) {
        self.set_rules([]);
    }

    /// Calls `observer` with every response of SQS before the client receives the response.
    /// Requests with [`Fault::FailEntries`](super::Fault::FailEntries) are not observed.
    pub fn observe(&self, observer: impl Fn(&Exchange<'_>) + Send + Sync + 'static) {
        self.state.lock().observer = Some(Arc::new(observer));
    }

    /// Returns the requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.lock().requests.clone()
    }

    /// Returns the requests of one operation so far, with `part` in their path.
    #[must_use]
    pub fn requests_to(&self, operation: &str, part: &str) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.is(operation, part));
        requests
    }

    /// Returns the number of requests of one operation so far, with `part` in their path.
    #[must_use]
    pub fn count(&self, operation: &str, part: &str) -> usize {
        let state = self.state.lock();
        let requests = state.requests.iter();
        requests.filter(|it| it.is(operation, part)).count()
    }

    /// Returns the number of requests so far that had a fault other than latency.
    #[must_use]
    pub fn count_faults(&self) -> usize {
        let state = self.state.lock();
        state.requests.iter().filter(|it| it.is_faulty).count()
    }

    /// Returns the number of batch entries that have failed so far.
    #[must_use]
    pub fn count_failed_entries(&self) -> usize {
        self.state.lock().entries.failed()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        // An error of one connection does not affect the next one.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&state)));
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // A connection that is dropped with a linger time of zero is reset. Only faults drop
    // connections.
    let _ = stream.set_zero_linger();
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { state.respond(request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new();
    // The only errors are injected faults and clients that disconnect.
    let _ = connection
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
