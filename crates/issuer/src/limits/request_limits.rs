//! The rate limits on requests, and the headers that report them.

use std::fmt;
use std::time::Duration;

use darkroom_contract::Owner;
use http::{HeaderName, HeaderValue, StatusCode};

use super::keyed_limit::{KeyedLimit, KeyedPermit};
use super::rate_limiter::{Exceeded, RateLimiter, RatePolicy, Remaining};
use super::settings::LimitSettings;
use crate::auth::Caller;
use crate::client::Client;
use crate::problem::Problem;

// "RateLimit header fields for HTTP", draft-ietf-httpapi-ratelimit-headers-10.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The number of seconds after which a client with too many waits (long polls and event streams)
/// should try again.
const WAIT_RETRY_AFTER_SECONDS: u64 = 1;

/// A permit for one wait: a long poll or an event stream.
pub(crate) type WaitPermit = KeyedPermit<Client>;

/// All limits on requests: the rate limits per key and per owner, and the limit on waits per
/// client.
#[derive(Debug)]
pub(crate) struct RequestLimits {
    key: NamedLimit,
    owner: NamedLimit,
    /// The long polls and event streams of every client. Their number is limited, because the
    /// service polls the store for every upload that a client waits for.
    waits: KeyedLimit<Client>,
}

#[derive(Debug)]
enum NamedLimit {
    Unlimited,
    Limited(&'static str, RateLimiter),
}

/// The state of a rate limit after a request, as headers of the response.
#[derive(Debug, Default)]
pub(crate) struct RateLimitState(pub(crate) Vec<(HeaderName, HeaderValue)>);

impl RequestLimits {
    /// Creates the limits from settings. Without authentication, there are no rate limits, and the
    /// limit on waits applies to the address of the client.
    pub(crate) fn new(settings: &LimitSettings, is_auth_on: bool) -> Self {
        let limit = |name, rate, burst| match rate {
            rate if rate > 0 && is_auth_on => {
                NamedLimit::Limited(name, RateLimiter::new(rate, burst))
            }
            _ => NamedLimit::Unlimited,
        };
        let max_waits = if is_auth_on {
            settings.owner_waits
        } else {
            settings.address_waits
        };
        Self {
            key: limit("key", settings.key_rate, settings.key_burst),
            owner: limit("owner", settings.owner_rate, settings.owner_burst),
            waits: KeyedLimit::new(Some(u64::from(max_waits)).filter(|max| *max > 0)),
        }
    }

    /// Counts a request of a caller.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(crate) fn count_caller(&self, caller: &Caller) -> Result<RateLimitState, Problem> {
        self.key.count(caller.name())
    }

    /// Counts a request that concerns an owner's uploads.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(crate) fn count_owner(&self, owner: &Owner) -> Result<(), Problem> {
        self.owner.count(owner.as_str()).map(|_| ())
    }

    /// Counts a long poll or event stream of a client until the permit is dropped.
    ///
    /// # Errors
    /// `too_many_requests`.
    pub(crate) fn start_wait(&self, client: Client) -> Result<WaitPermit, Problem> {
        self.waits.try_acquire(client).ok_or_else(too_many_waits)
    }
}

fn too_many_waits() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "too many requests of this client are waiting for uploads; wait for some of them to finish",
    )
    .with_retry_after(WAIT_RETRY_AFTER_SECONDS)
}

impl NamedLimit {
    fn count(&self, key: &str) -> Result<RateLimitState, Problem> {
        let Self::Limited(name, limiter) = self else {
            return Ok(RateLimitState::default());
        };
        match limiter.count(key) {
            Ok(remaining) => Ok(RateLimitState::new(name, limiter.policy(), remaining)),
            Err(Exceeded { retry_in }) => {
                let exhausted = Remaining {
                    requests: 0,
                    reset_in: retry_in,
                };
                let seconds = whole_seconds(retry_in);
                let problem = Problem::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_many_requests",
                    format_args!(
                        "the rate limit of this {name} is exceeded; try again in {seconds} s"
                    ),
                );
                let state = RateLimitState::new(name, limiter.policy(), exhausted);
                let headers = state.0.into_iter();
                Err(headers.fold(
                    problem.with_retry_after(seconds),
                    |problem, (name, value)| problem.with_header(name, value),
                ))
            }
        }
    }
}

impl RateLimitState {
    fn new(name: &str, policy: RatePolicy, remaining: Remaining) -> Self {
        let (burst, window) = (policy.burst, whole_seconds(policy.window));
        let (requests, reset_in) = (remaining.requests, whole_seconds(remaining.reset_in));
        let policy = header(format_args!("\"{name}\";q={burst};w={window}"));
        let state = header(format_args!("\"{name}\";r={requests};t={reset_in}"));
        let headers = [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)];
        let headers = headers
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        Self(headers.collect())
    }
}

/// Converts text to a header value. This always succeeds, because names and numbers are valid
/// header values.
fn header(text: fmt::Arguments<'_>) -> Option<HeaderValue> {
    HeaderValue::from_str(&text.to_string()).ok()
}

/// Rounds a duration up to whole seconds. With this rounding, a client that waits for the reported
/// time never returns too early.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}
