//! Pauses between attempts.

use std::time::Duration;

use reqwest::{Response, StatusCode};

/// The maximum number of attempts at a request that fails.
pub(super) const MAX_ATTEMPTS: u32 = 4;
/// The maximum number of attempts at a request that exceeds a rate limit.
pub(super) const MAX_LIMITED_ATTEMPTS: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const MAX_RETRY_AFTER_SECONDS: u64 = 60;

/// Waits after a failed attempt: half a second after attempt 1, and twice as long after each
/// further attempt.
pub(super) async fn pause(attempt: u32) {
    tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(attempt.saturating_sub(1).min(6))).await;
}

/// Returns `true` if the same request may succeed a moment later.
pub(super) fn is_transient(status: StatusCode) -> bool {
    let is_busy = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status);
    is_busy || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
}

/// Returns the delay that a response with status 429 asks for, but at most a minute.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    if response.status() != StatusCode::TOO_MANY_REQUESTS {
        return None;
    }
    let seconds = response.headers().get("retry-after")?;
    let seconds: u64 = seconds.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(MAX_RETRY_AFTER_SECONDS)))
}
