//! The proxy itself.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::CONTENT_LENGTH;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::answer::{Body, refusal, reset, trickling, truncated, whole};
use super::batch::{SeenEntries, is_empty, with_refused};
use super::forward::forward;
use super::journal::{Entry, Exchange};
use super::operation::operation;
use super::rule::{Fault, Rule};

type Watcher = Arc<dyn Fn(&Exchange<'_>) + Send + Sync>;

/// An HTTP/1.1 proxy on a port of its own; stops when dropped.
pub struct FaultProxy {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    upstream: SocketAddr,
    inner: Mutex<Inner>,
}

struct Inner {
    rules: Vec<Rule>,
    random: fastrand::Rng,
    journal: Vec<Entry>,
    entries: SeenEntries,
    watcher: Option<Watcher>,
}

impl FaultProxy {
    /// Starts one in front of `upstream` (`http://127.0.0.1:9000`) that lets everything through.
    /// Chance follows `seed`.
    ///
    /// # Errors
    /// If `upstream` is no address with a port, or no port is left.
    pub async fn start(upstream: &str, seed: u64) -> io::Result<Self> {
        let upstream = upstream.trim_start_matches("http://").trim_end_matches('/');
        let upstream = upstream.parse().map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State {
            upstream,
            inner: Mutex::new(Inner {
                rules: Vec::new(),
                random: fastrand::Rng::with_seed(seed),
                journal: Vec::new(),
                entries: SeenEntries::default(),
                watcher: None,
            }),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            state,
            task,
        })
    }

    /// Where clients go.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What goes wrong from now on, in place of what was set before. Of the rules that meet a
    /// request, every latency counts, and the first of the other faults.
    pub fn set(&self, rules: impl IntoIterator<Item = Rule>) {
        self.state.lock().rules = rules.into_iter().collect();
    }

    /// Shows every answer of SQS to `look`, before its client sees it.
    pub fn watch(&self, look: impl Fn(&Exchange<'_>) + Send + Sync + 'static) {
        self.state.lock().watcher = Some(Arc::new(look));
    }

    /// The requests so far.
    #[must_use]
    pub fn journal(&self) -> Vec<Entry> {
        self.state.lock().journal.clone()
    }

    /// How many requests of that operation have come so far.
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        let inner = self.state.lock();
        let entries = inner.journal.iter();
        entries.filter(|entry| entry.operation == operation).count()
    }

    /// How many requests were given a fault other than latency so far.
    #[must_use]
    pub fn faults(&self) -> usize {
        let inner = self.state.lock();
        inner
            .journal
            .iter()
            .filter(|entry| !entry.is_untouched)
            .count()
    }

    /// How many entries of batches were refused so far.
    #[must_use]
    pub fn refused_entries(&self) -> usize {
        self.state.lock().entries.refused()
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        // Whatever one connection meets, the next one may do better.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&state)));
        }
    }
}

async fn serve(stream: TcpStream, state: Arc<State>) {
    // A connection that is dropped here is dropped for a fault: the client sees a reset.
    let _ = stream.set_zero_linger();
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { state.answer(request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new();
    // Its errors are the faults themselves, and clients that go away.
    let _ = connection
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let operation = operation(&request);
        let (latency, fault) = self.lock().fate(&operation, request.uri().path());
        tokio::time::sleep(latency).await;
        let is_sqs = request.headers().contains_key("x-amz-target");
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let request = Request::from_parts(parts, body);
        match fault {
            Some(Fault::Reset) => Err(reset()),
            Some(
                fault @ (Fault::InternalError
                | Fault::Unavailable
                | Fault::SlowDown
                | Fault::Forbidden),
            ) => Ok(refusal(fault, is_sqs)),
            Some(Fault::RefuseEntries { of_ten }) => self.refuse_entries(request, of_ten).await,
            other => {
                let asked = request.body().clone();
                let answer = forward(self.upstream, request).await?;
                if is_sqs {
                    self.show(&operation, &asked, answer.body());
                }
                spoil(answer, other)
            }
        }
    }

    async fn refuse_entries(
        &self,
        request: Request<Bytes>,
        of_ten: usize,
    ) -> io::Result<Response<Body>> {
        let (parts, body) = request.into_parts();
        let divided = self.lock().entries.divide(&body, of_ten);
        let (rest, refused) = divided.unwrap_or((body, Vec::new()));
        if is_empty(&rest) {
            return Ok(Response::new(whole(with_refused(&Bytes::new(), refused))));
        }
        let mut request = Request::from_parts(parts, rest);
        let length = request.body().len().into();
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let mut answer = forward(self.upstream, request).await?;
        answer.headers_mut().remove(CONTENT_LENGTH);
        Ok(answer.map(|body| whole(with_refused(&body, refused))))
    }

    fn show(&self, operation: &str, request: &[u8], answer: &[u8]) {
        let watcher = self.lock().watcher.clone();
        if let Some(look) = watcher {
            look(&Exchange {
                operation,
                request,
                answer,
            });
        }
    }
}

impl Inner {
    fn fate(&mut self, operation: &str, path: &str) -> (Duration, Option<Fault>) {
        let mut latency = Duration::ZERO;
        let mut fault = None;
        for rule in &mut self.rules {
            match rule.meets(operation, path, &mut self.random) {
                Some(Fault::Latency(more)) => latency += more,
                Some(met) => fault = fault.or(Some(met)),
                None => {}
            }
        }
        self.journal.push(Entry {
            at: Instant::now(),
            operation: operation.to_owned(),
            is_untouched: fault.is_none(),
        });
        (latency, fault)
    }
}

fn spoil(answer: Response<Bytes>, fault: Option<Fault>) -> io::Result<Response<Body>> {
    match fault {
        Some(Fault::LoseAnswer) => Err(reset()),
        Some(Fault::Truncate { after }) => Ok(answer.map(|bytes| truncated(&bytes, after))),
        Some(Fault::Trickle { bytes_per_second }) => {
            Ok(answer.map(|bytes| trickling(bytes, bytes_per_second)))
        }
        _ => Ok(answer.map(whole)),
    }
}
