//! An HTTP gate between a worker and one of its services.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody as BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

/// One call, as the gate sees it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) at: Instant,
    /// The action of SQS, or the method of S3.
    pub(crate) operation: String,
    pub(crate) path: String,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn is(&self, operation: &str, in_path: &str) -> bool {
        self.operation == operation && self.path.contains(in_path)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the gate does with a call.
#[derive(Debug)]
pub(crate) enum Answer {
    Forward,
    /// An error with that status.
    Refuse(u16),
    /// This in place of the service's own answer.
    Say(Value),
    Delay(Duration),
    /// The service's own answer, two bytes a second.
    Trickle,
    /// Success, and nothing more to say.
    Accept,
}

type Body = BoxBody<Bytes, Infallible>;

type Rule = Arc<dyn Fn(&Call) -> Answer + Send + Sync>;

struct State {
    upstream: String,
    rule: Mutex<Rule>,
    calls: Mutex<Vec<Call>>,
}

/// A listener that forwards to a service what its rule lets through. Gone when dropped.
pub(crate) struct Gate {
    address: SocketAddr,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

impl Gate {
    /// Before the service at that URL; everything passes at first.
    pub(crate) async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            upstream: url.trim_start_matches("http://").to_owned(),
            rule: Mutex::new(Arc::new(|_: &Call| Answer::Forward)),
            calls: Mutex::default(),
        });
        let task = tokio::spawn(serve(listener, Arc::clone(&state)));
        Self {
            address,
            state,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, this is done with every call.
    pub(crate) fn rule(&self, rule: impl Fn(&Call) -> Answer + Send + Sync + 'static) {
        *self.state.rule.lock().unwrap() = Arc::new(rule);
    }

    pub(crate) fn open(&self) {
        self.rule(|_| Answer::Forward);
    }

    /// Every call so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, operation: &str, in_path: &str) -> usize {
        let calls = self.calls();
        calls
            .iter()
            .filter(|call| call.is(operation, in_path))
            .count()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move { Ok::<_, Infallible>(answer(&state, request).await) }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}

async fn answer(state: &State, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return refusal(400, false);
    };
    let body = body.to_bytes();
    let target = head.headers.get("x-amz-target").map(HeaderValue::to_str);
    let action = target.map(|target| target.unwrap().rsplit('.').next().unwrap().to_owned());
    let is_sqs = action.is_some();
    let call = Call {
        at: Instant::now(),
        operation: action.unwrap_or_else(|| head.method.to_string()),
        path: head.uri.path().to_owned(),
        body: body.clone(),
    };
    state.calls.lock().unwrap().push(call.clone());
    let rule = Arc::clone(&state.rule.lock().unwrap());
    let answer = rule(&call);
    match answer {
        Answer::Forward | Answer::Trickle => {}
        Answer::Delay(delay) => tokio::time::sleep(delay).await,
        Answer::Refuse(status) => return refusal(status, is_sqs),
        Answer::Accept => return Response::default(),
        Answer::Say(json) => return Response::new(Full::from(json.to_string()).boxed_unsync()),
    }
    let request = Request::from_parts(head, Full::from(body));
    match forward(&state.upstream, request).await {
        Ok(response) if matches!(answer, Answer::Trickle) => response.map(trickle),
        Ok(response) => response.map(|body| Full::from(body).boxed_unsync()),
        Err(_) => refusal(502, is_sqs),
    }
}

fn trickle(body: Bytes) -> Body {
    let drops = stream::unfold(body, |mut rest| async {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let drop = rest.split_to(rest.len().min(2));
        Some((Ok(Frame::data(drop)), rest))
    });
    StreamBody::new(drops).boxed_unsync()
}

fn refusal(status: u16, is_sqs: bool) -> Response<Body> {
    let code = match status {
        403 => "AccessDenied",
        503 => "ServiceUnavailable",
        _ => "InternalError",
    };
    let body = if is_sqs {
        format!(r#"{{"__type":"com.amazonaws.sqs#{code}"}}"#)
    } else {
        format!("<Error><Code>{code}</Code><Message>the gate says so</Message></Error>")
    };
    let response = Response::builder().status(status);
    response.body(Full::from(body).boxed_unsync()).unwrap()
}

async fn forward(
    upstream: &str,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(upstream).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Response::from_parts(head, body))
}
