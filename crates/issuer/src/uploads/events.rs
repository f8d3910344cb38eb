//! `GET /v1/uploads/{profile}/{owner}/{id}/events`: the status as server-sent events (HTML
//! standard, "Server-sent events").

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use darkroom_contract::{RawKey, UploadStatus};
use futures_util::Stream;
use futures_util::stream::unfold;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::sync::watch;
use tokio::time::Instant;

use super::path::UploadPath;
use super::status_watcher::StatusUpdate;
use crate::auth::Caller;
use crate::limits::WaitPermit;
use crate::problem::Problem;
use crate::state::AppState;

/// The maximum duration of a stream. If a stream ends without an outcome, the client reconnects on
/// its own and resumes.
const MAX_DURATION: Duration = Duration::from_secs(5 * 60);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(1);

/// All event ids. The flag is `true` if an event with this id ends the stream.
const IDS: [(&str, bool); 8] = [
    ("awaiting_upload", false),
    ("processing", false),
    ("ready", true),
    ("in_review", true),
    ("rejected", true),
    ("failed", true),
    ("expired", true),
    ("deleted", true),
];

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Makes nginx forward each event at once instead of buffering the response.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Streams the status of an upload as server-sent events.
///
/// Sends an event named `status` for every change. The last event contains the final status. The id
/// of an event is its status. A client that reconnects sends the id of the last event that it
/// received, and receives only later events. If that event contained the final status, the response
/// is `204`.
#[utoipa::path(
    get,
    path = "/v1/uploads/{profile}/{owner}/{id}/events",
    operation_id = "streamUploadEvents",
    tag = "uploads",
    params(
        UploadPath,
        (
            "last-event-id" = Option<String>,
            Header,
            description = "The id of the last event that the client has received.",
        ),
    ),
    responses(
        (
            status = OK,
            body = String,
            content_type = "text/event-stream",
            description = "Events named `status`, each with an upload status in JSON.",
        ),
        (status = NO_CONTENT, description = "The client already has the last event."),
    ),
)]
pub(crate) async fn events(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    path: UploadPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = path.check(&caller, &state)?;
    let last_sent = headers.get(LAST_EVENT_ID).and_then(find_id);
    if last_sent.is_some_and(|(_, is_final)| is_final) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let wait = state.limits.start_wait(caller.client(Some(&key.owner)))?;
    let stream = stream(state, caller, &key, last_sent.map(|(name, _)| name), wait);
    let events = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let unbuffered = [(X_ACCEL_BUFFERING, HeaderValue::from_static("no"))];
    Ok((unbuffered, events).into_response())
}

fn find_id(id: &HeaderValue) -> Option<(&'static str, bool)> {
    IDS.into_iter().find(|(name, _)| id == name)
}

fn stream(
    state: Arc<AppState>,
    caller: Arc<Caller>,
    key: &RawKey,
    last_sent: Option<&'static str>,
    wait: WaitPermit,
) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
    let subscription = Subscription {
        updates: state.status_watcher.subscribe(key),
        deadline: Instant::now() + MAX_DURATION,
        state,
        caller,
        last_sent,
        _wait: wait,
    };
    unfold(Some(subscription), async |subscription| {
        subscription?.next().await
    })
}

/// One client's stream, and the last status that the service sent on it.
struct Subscription {
    state: Arc<AppState>,
    caller: Arc<Caller>,
    updates: watch::Receiver<StatusUpdate>,
    last_sent: Option<&'static str>,
    deadline: Instant,
    _wait: WaitPermit,
}

impl Subscription {
    /// Returns the next event and the subscription to later events, or `None` when the stream ends.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Option<Self>)> {
        let status = tokio::select! {
            status = next_status(&mut self.updates, self.last_sent) => status?,
            () = tokio::time::sleep_until(self.deadline) => return None,
            () = self.state.stopping.cancelled() => return None,
        };
        let name = status.name();
        let is_final = status.is_final();
        let event = self.event(name, status).await?;
        self.last_sent = Some(name);
        Some((Ok(event), (!is_final).then_some(self)))
    }

    async fn event(&self, name: &'static str, status: UploadStatus) -> Option<Event> {
        let status = match self.state.with_urls(status, &self.caller).await {
            Ok(status) => status,
            Err(error) => {
                tracing::warn!(%error, "cannot sign the URLs of variants; event stream ended");
                return None;
            }
        };
        let event = Event::default().event("status").id(name).retry(RETRY);
        // This fails only for a value that JSON cannot represent, and the type of a status rules
        // out such values.
        event.json_data(status).ok()
    }
}

/// Waits for a status that differs from the last one sent. Returns `None` when the watcher stops
/// polling the upload.
async fn next_status(
    updates: &mut watch::Receiver<StatusUpdate>,
    last_sent: Option<&'static str>,
) -> Option<UploadStatus> {
    let is_new = |update: &StatusUpdate| match update {
        Some(Ok(status)) => Some(status.name()) != last_sent,
        _ => false,
    };
    let update = updates.wait_for(is_new).await.ok()?.clone();
    update?.ok()
}
