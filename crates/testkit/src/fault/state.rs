//! The choice of a fault for each request, and its injection.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::CONTENT_LENGTH;
use hyper::{Request, Response};

use super::batch::{BatchEntries, is_empty, with_failed};
use super::forward::forward;
use super::record::{Exchange, RecordedRequest};
use super::response::{Body, error, reset, trickling, truncated, whole, with_skewed_date};
use super::rule::{Fault, Rule};

type Observer = Arc<dyn Fn(&Exchange<'_>) + Send + Sync>;

pub(super) struct State {
    upstream: SocketAddr,
    inner: Mutex<Inner>,
}

pub(super) struct Inner {
    pub(super) rules: Vec<Rule>,
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) entries: BatchEntries,
    pub(super) observer: Option<Observer>,
    random: fastrand::Rng,
}

impl State {
    pub(super) fn new(upstream: SocketAddr, seed: u64) -> Self {
        Self {
            upstream,
            inner: Mutex::new(Inner {
                rules: Vec::new(),
                requests: Vec::new(),
                entries: BatchEntries::default(),
                observer: None,
                random: fastrand::Rng::with_seed(seed),
            }),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn respond(&self, request: Request<Incoming>) -> io::Result<Response<Body>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let request = Request::from_parts(head, body);
        let (latency, fault) = self.lock().record(RecordedRequest::new(&request));
        tokio::time::sleep(latency).await;
        if let Some(response) = fault.and_then(|fault| error(fault, is_sqs(&request))) {
            return Ok(response);
        }
        match fault {
            Some(Fault::Reset) => Err(reset()),
            Some(Fault::Discard) => Ok(Response::new(whole(Bytes::new()))),
            Some(Fault::FailEntries { of_ten }) => self.fail_entries(request, of_ten).await,
            fault => spoil(self.forward(request).await?, fault),
        }
    }

    async fn forward(&self, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
        let sent = is_sqs(&request).then(|| RecordedRequest::new(&request));
        let response = forward(self.upstream, request).await?;
        let observer = self.lock().observer.clone();
        if let (Some(observe), Some(sent)) = (observer, sent) {
            observe(&Exchange {
                operation: &sent.operation,
                request: &sent.body,
                response: response.body(),
            });
        }
        Ok(response)
    }

    async fn fail_entries(
        &self,
        request: Request<Bytes>,
        of_ten: usize,
    ) -> io::Result<Response<Body>> {
        let (parts, body) = request.into_parts();
        let split = self.lock().entries.split(&body, of_ten);
        let (rest, failed) = split.unwrap_or((body, Vec::new()));
        if is_empty(&rest) {
            return Ok(Response::new(whole(with_failed(&Bytes::new(), failed))));
        }
        let mut request = Request::from_parts(parts, rest);
        let length = request.body().len().into();
        request.headers_mut().insert(CONTENT_LENGTH, length);
        let mut response = forward(self.upstream, request).await?;
        response.headers_mut().remove(CONTENT_LENGTH);
        Ok(response.map(|body| whole(with_failed(&body, failed))))
    }
}

impl Inner {
    /// Records a request. Returns the latency and the fault that the rules select for it.
    fn record(&mut self, mut request: RecordedRequest) -> (Duration, Option<Fault>) {
        let mut latency = Duration::ZERO;
        let mut fault = None;
        for rule in &mut self.rules {
            match rule.apply(&request, &mut self.random) {
                Some(Fault::Latency(more)) => latency += more,
                Some(matched) => fault = fault.or(Some(matched)),
                None => {}
            }
        }
        request.is_faulty = fault.is_some();
        self.requests.push(request);
        (latency, fault)
    }
}

fn is_sqs(request: &Request<Bytes>) -> bool {
    request.headers().contains_key("x-amz-target")
}

fn spoil(response: Response<Bytes>, fault: Option<Fault>) -> io::Result<Response<Body>> {
    match fault {
        Some(Fault::LoseResponse) => Err(reset()),
        Some(Fault::Truncate { after }) => Ok(response.map(|bytes| truncated(&bytes, after))),
        Some(Fault::Trickle { bytes_per_second }) => {
            Ok(response.map(|bytes| trickling(bytes, bytes_per_second)))
        }
        Some(Fault::ClockSkew { seconds }) => Ok(with_skewed_date(response, seconds).map(whole)),
        _ => Ok(response.map(whole)),
    }
}
