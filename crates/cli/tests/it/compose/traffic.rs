//! Clients that upload through several issuers, as through a load balancer.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use darkroom_harness::DEADLINE;
use darkroom_testkit::wait;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// The number of clients at the same time.
const CLIENTS: usize = 8;
/// The number of status requests before an upload counts as lost.
const MAX_STATUS_REQUESTS: usize = 60;

/// The outcome of one upload.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) recipe: String,
}

/// Clients, and what they have seen.
pub(super) struct Traffic {
    http: reqwest::Client,
    photo: Vec<u8>,
    /// The URLs of the issuers that take requests. Each request in progress holds a reference.
    issuers: Mutex<Vec<Arc<str>>>,
    next: AtomicUsize,
    outcomes: AtomicUsize,
    failures: Mutex<Vec<String>>,
    is_stopping: AtomicBool,
}

impl Traffic {
    pub(super) fn new(photo: Vec<u8>) -> Self {
        // Without connections that are kept: the peer may close one while a request is on its way.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0);
        Self {
            http: http.build().unwrap(),
            photo,
            issuers: Mutex::default(),
            next: AtomicUsize::new(0),
            outcomes: AtomicUsize::new(0),
            failures: Mutex::default(),
            is_stopping: AtomicBool::new(false),
        }
    }

    /// Sends requests to this issuer too.
    pub(super) fn add(&self, issuer: String) {
        self.issuers.lock().unwrap().push(issuer.into());
    }

    /// Sends no more requests to an issuer, and waits for those in progress.
    pub(super) async fn drain(&self, issuer: &str) {
        let removed = {
            let mut issuers = self.issuers.lock().unwrap();
            let index = issuers.iter().position(|it| **it == *issuer).unwrap();
            assert!(issuers.len() > 1, "the last issuer cannot be drained");
            issuers.swap_remove(index)
        };
        let is_idle = async || Arc::strong_count(&removed) == 1;
        wait::until_async("an idle issuer", DEADLINE, is_idle)
            .await
            .unwrap();
    }

    /// Uploads `count` photos. Returns the outcomes of those that succeed.
    pub(super) async fn upload_many(self: Arc<Self>, count: usize) -> Vec<Outcome> {
        let left = Arc::new(AtomicUsize::new(count));
        let take = move || {
            let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
            taken.is_ok()
        };
        self.upload_while(take).await
    }

    /// Uploads photos until [`Traffic::stop`].
    pub(super) async fn upload_until_stopped(self: Arc<Self>) {
        let this = Arc::clone(&self);
        self.upload_while(move || !this.is_stopping.load(Ordering::SeqCst))
            .await;
    }

    /// Ends [`Traffic::upload_until_stopped`] after the uploads in progress.
    pub(super) fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
    }

    /// Returns the number of outcomes so far.
    pub(super) fn outcomes(&self) -> usize {
        self.outcomes.load(Ordering::SeqCst)
    }

    /// Returns the requests that failed and the uploads that are not ready.
    pub(super) fn failures(&self) -> Vec<String> {
        self.failures.lock().unwrap().clone()
    }

    async fn upload_while(
        self: Arc<Self>,
        more: impl Fn() -> bool + Clone + Send + 'static,
    ) -> Vec<Outcome> {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let (this, more) = (Arc::clone(&self), more.clone());
            clients.spawn(async move {
                let mut outcomes = Vec::new();
                while more() {
                    match this.upload().await {
                        Ok(outcome) => outcomes.push(outcome),
                        Err(failure) => this.failures.lock().unwrap().push(failure),
                    }
                }
                outcomes
            });
        }
        clients.join_all().await.concat()
    }

    async fn upload(&self) -> Result<Outcome, String> {
        let body = json!({
            "profile": "avatar", "owner": "u1", "content_type": "image/jpeg",
            "size": self.photo.len(),
        });
        let presigned = self
            .call(|http, issuer| http.post(format!("{issuer}/v1/uploads")).json(&body))
            .await?;
        let mut put = self
            .http
            .put(text(&presigned["url"]))
            .body(self.photo.clone());
        for (name, value) in presigned["headers"].as_object().unwrap() {
            put = put.header(name, text(value));
        }
        succeed(put).await?;
        let status_url = text(&presigned["status_url"]);
        for _ in 0..MAX_STATUS_REQUESTS {
            let status = self
                .call(|http, issuer| http.get(format!("{issuer}{status_url}?wait=2")))
                .await?;
            match text(&status["status"]) {
                "awaiting_upload" | "processing" => {}
                "ready" => {
                    self.outcomes.fetch_add(1, Ordering::SeqCst);
                    let recipe = text(&status["recipe"]).to_owned();
                    return Ok(Outcome { recipe });
                }
                _ => return Err(status.to_string()),
            }
        }
        Err(format!("no outcome: {status_url}"))
    }

    /// Sends a request to one of the issuers, and returns the JSON of its response.
    async fn call(
        &self,
        request: impl FnOnce(&reqwest::Client, &str) -> reqwest::RequestBuilder,
    ) -> Result<Value, String> {
        let issuer = {
            let issuers = self.issuers.lock().unwrap();
            let next = self.next.fetch_add(1, Ordering::SeqCst);
            Arc::clone(&issuers[next % issuers.len()])
        };
        let body = succeed(request(&self.http, &issuer)).await?;
        serde_json::from_str(&body).map_err(|error| format!("{error}: {body}"))
    }
}

/// Sends a request. Returns its body if it succeeds.
async fn succeed(request: reqwest::RequestBuilder) -> Result<String, String> {
    let response = request.send().await.map_err(|error| format!("{error:?}"))?;
    let status = response.status();
    let body = response
        .text()
        .await
        .map_err(|error| format!("{error:?}"))?;
    if status.is_success() {
        return Ok(body);
    }
    Err(format!("{status}: {body}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
