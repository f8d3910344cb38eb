//! The limits that hold for a request, and how a client is told of them.

use std::fmt;
use std::time::Duration;

use darkroom_contract::Owner;
use http::{HeaderName, HeaderValue, StatusCode};

use super::rate_limiter::{Exceeded, RateLimiter, Share};
use super::settings::LimitSettings;
use crate::auth::Caller;
use crate::problem::Problem;

// "RateLimiter header fields for HTTP", draft-ietf-httpapi-ratelimit-headers-10.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Every limit on requests.
#[derive(Debug)]
pub(crate) struct Limits {
    key: Named,
    owner: Named,
}

#[derive(Debug)]
enum Named {
    Unlimited,
    Limited(&'static str, RateLimiter),
}

/// Where a caller stands, as headers of an answer.
#[derive(Debug, Default)]
pub(crate) struct RateLimitState(pub(crate) Vec<(HeaderName, HeaderValue)>);

impl Limits {
    /// Without authentication there is nobody whose requests could be counted.
    pub(crate) fn new(settings: &LimitSettings, is_auth_on: bool) -> Self {
        let named = |name, rate, burst| match rate {
            rate if rate > 0 && is_auth_on => Named::Limited(name, RateLimiter::new(rate, burst)),
            _ => Named::Unlimited,
        };
        Self {
            key: named("key", settings.key_rate, settings.key_burst),
            owner: named("owner", settings.owner_rate, settings.owner_burst),
        }
    }

    /// # Errors
    /// `too_many_requests`.
    pub(crate) fn count_caller(&self, caller: &Caller) -> Result<RateLimitState, Problem> {
        self.key.count(caller.name())
    }

    /// # Errors
    /// `too_many_requests`.
    pub(crate) fn count_owner(&self, owner: &Owner) -> Result<(), Problem> {
        self.owner.count(owner.as_str()).map(|_| ())
    }
}

impl Named {
    fn count(&self, sender: &str) -> Result<RateLimitState, Problem> {
        let Self::Limited(name, limit) = self else {
            return Ok(RateLimitState::default());
        };
        match limit.count(sender) {
            Ok(share) => Ok(state_headers(name, limit, share)),
            Err(Exceeded { retry_in }) => {
                let spent = Share {
                    left: 0,
                    whole_in: retry_in,
                };
                let detail = format_args!("this {name} asks too often; try again later");
                let problem =
                    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail);
                let problem = problem.retry_after(whole_seconds(retry_in));
                let headers = state_headers(name, limit, spent).0;
                Err(headers
                    .into_iter()
                    .fold(problem, |problem, (name, value)| problem.with(name, value)))
            }
        }
    }
}

fn state_headers(name: &str, limit: &RateLimiter, share: Share) -> RateLimitState {
    let (burst, window) = limit.quota();
    let (left, window) = (share.left, whole_seconds(window));
    let whole_in = whole_seconds(share.whole_in);
    RateLimitState(
        [
            (
                RATE_LIMIT_POLICY,
                header(format_args!("\"{name}\";q={burst};w={window}")),
            ),
            (
                RATE_LIMIT,
                header(format_args!("\"{name}\";r={left};t={whole_in}")),
            ),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect(),
    )
}

/// Names and numbers are always a header value.
fn header(text: fmt::Arguments<'_>) -> Option<HeaderValue> {
    HeaderValue::from_str(&text.to_string()).ok()
}

/// Rounded up: who comes back then is not refused again.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
