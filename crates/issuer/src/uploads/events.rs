//! `GET /v1/uploads/{profile}/{owner}/{id}/events`: the status as server-sent events (HTML
//! standard, "Server-sent events").

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use darkroom_contract::{Owner, ProfileName, RawKey, UploadId};
use futures_util::Stream;
use futures_util::stream::unfold;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::sync::watch;
use tokio::time::Instant;

use super::ledger::Standing;
use super::path::UploadPath;
use super::status_watcher::StatusUpdate;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::service::AppState;

/// A client whose stream ends without an outcome comes back by itself, and goes on where it was.
const MAX_DURATION: Duration = Duration::from_secs(5 * 60);
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(1);

/// Every id that an event may have, and whether none comes after it.
const IDS: [(&str, bool); 6] = [
    ("awaiting_upload", false),
    ("processing", false),
    ("ready", true),
    ("rejected", true),
    ("failed", true),
    ("expired", true),
];

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx to pass every event on as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Sends one `status` event for every change, the last one with the outcome.
///
/// An event's id is the status that it tells, so a client that comes back is told only what is
/// new to it, and one that has the outcome is told by `204` to stay away.
#[utoipa::path(
    get,
    path = "/v1/uploads/{profile}/{owner}/{id}/events",
    tag = "uploads",
    params(
        ("profile" = ProfileName, Path),
        ("owner" = Owner, Path),
        ("id" = UploadId, Path),
        ("last-event-id" = Option<String>, Header, description = "the last event that is known"),
    ),
    responses(
        (status = OK, body = String, content_type = "text/event-stream"),
        (status = NO_CONTENT, description = "the outcome is known to the client"),
    ),
)]
pub(crate) async fn events(
    State(state): State<Arc<AppState>>,
    Extension(caller): Extension<Arc<Caller>>,
    name: UploadPath,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = name.check(&caller, &state)?;
    let told = headers.get(LAST_EVENT_ID).and_then(known);
    if told.is_some_and(|(_, is_final)| is_final) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    let events = Sse::new(stream(state, key, told.map(|(name, _)| name))).keep_alive(keep_alive);
    let unbuffered = [(X_ACCEL_BUFFERING, HeaderValue::from_static("no"))];
    Ok((unbuffered, events).into_response())
}

fn known(id: &HeaderValue) -> Option<(&'static str, bool)> {
    IDS.into_iter().find(|(name, _)| id == name)
}

fn stream(
    state: Arc<AppState>,
    key: RawKey,
    told: Option<&'static str>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let listener = Listener {
        news: state.status_watcher.join(&key),
        deadline: Instant::now() + MAX_DURATION,
        state,
        key,
        told,
    };
    unfold(Some(listener), async |listener| listener?.next().await)
}

/// One client and what it knows.
struct Listener {
    state: Arc<AppState>,
    key: RawKey,
    news: watch::Receiver<StatusUpdate>,
    told: Option<&'static str>,
    deadline: Instant,
}

impl Listener {
    /// The next event and who waits for the one after it; `None` when the stream ends.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Option<Self>)> {
        let standing = tokio::select! {
            standing = change(&mut self.news, self.told) => standing?,
            () = tokio::time::sleep_until(self.deadline) => return None,
            () = self.state.stopping.cancelled() => return None,
        };
        let name = standing.name();
        let is_final = standing.is_final();
        let event = self.event(name, standing).await?;
        self.told = Some(name);
        Some((Ok(event), (!is_final).then_some(self)))
    }

    async fn event(&self, name: &'static str, standing: Standing) -> Option<Event> {
        let status = match self.state.told(self.key.clone(), standing).await {
            Ok(status) => status,
            Err(error) => {
                tracing::warn!(%error, "a status could not be told");
                return None;
            }
        };
        let event = Event::default().event("status").id(name).retry(RETRY);
        // Only fails if a status is not JSON, which its type rules out.
        event.json_data(status).ok()
    }
}

/// The first standing with another name; `None` when nobody looks any more.
async fn change(
    news: &mut watch::Receiver<StatusUpdate>,
    told: Option<&'static str>,
) -> Option<Standing> {
    let is_new = |news: &StatusUpdate| match news {
        Some(Ok(standing)) => Some(standing.name()) != told,
        _ => false,
    };
    let news = news.wait_for(is_new).await.ok()?.clone();
    news?.ok()
}
