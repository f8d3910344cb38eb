//! Waiting for a condition, with a deadline.
//!
//! ```
//! use std::time::Duration;
//! use darkroom_testkit::wait;
//!
//! let mut checks = 0;
//! let third = wait::until("the third check", Duration::from_secs(5), || {
//!     checks += 1;
//!     (checks == 3).then_some(checks)
//! });
//! assert_eq!(third.unwrap(), 3);
//! ```

use std::fmt::{self, Display};
use std::thread;
use std::time::{Duration, Instant};

/// The pause between two checks.
const PAUSE: Duration = Duration::from_millis(20);

/// The result of one check: a value, or a failure that may describe the state.
///
/// Implemented for `bool`, `Option` and `Result`. The error of a `Result` describes the state.
pub trait Check {
    /// The value of a successful check.
    type Found;

    /// Returns the value, or a description of what was seen instead.
    fn found(self) -> Result<Self::Found, Option<String>>;
}

impl Check for bool {
    type Found = ();

    fn found(self) -> Result<(), Option<String>> {
        self.then_some(()).ok_or(None)
    }
}

impl<T> Check for Option<T> {
    type Found = T;

    fn found(self) -> Result<T, Option<String>> {
        self.ok_or(None)
    }
}

impl<T, E: Display> Check for Result<T, E> {
    type Found = T;

    fn found(self) -> Result<T, Option<String>> {
        self.map_err(|not_yet| Some(not_yet.to_string()))
    }
}

/// Repeats a check until it succeeds. Checks at least once.
///
/// # Errors
/// [`TimedOut`], which names `what`, if no check succeeds in the time `within`.
pub fn until<L: Check>(
    what: impl Display,
    within: Duration,
    mut look: impl FnMut() -> L,
) -> Result<L::Found, TimedOut> {
    let start = Instant::now();
    loop {
        match look().found() {
            Ok(found) => return Ok(found),
            Err(last) if start.elapsed() >= within => {
                return Err(TimedOut::new(what, within, last));
            }
            Err(_) => thread::sleep(PAUSE.min(within)),
        }
    }
}

/// Works like [`until`] for asynchronous checks. Also abandons a check that is still running when
/// the time is up.
///
/// # Errors
/// [`TimedOut`], which names `what`, if no check succeeds in the time `within`.
pub async fn until_async<L: Check>(
    what: impl Display,
    within: Duration,
    mut look: impl AsyncFnMut() -> L,
) -> Result<L::Found, TimedOut> {
    let mut last = None;
    let looking = async {
        loop {
            match look().await.found() {
                Ok(found) => return found,
                Err(seen) => last = seen,
            }
            tokio::time::sleep(PAUSE.min(within)).await;
        }
    };
    let outcome = tokio::time::timeout(within, looking).await;
    outcome.map_err(|_| TimedOut::new(what, within, last))
}

/// The error of a wait that has reached its deadline.
#[derive(Clone, PartialEq, Eq)]
pub struct TimedOut {
    what: String,
    within: Duration,
    last: Option<String>,
}

impl TimedOut {
    fn new(what: impl Display, within: Duration, last: Option<String>) -> Self {
        Self {
            what: what.to_string(),
            within,
            last,
        }
    }
}

impl Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "waited {:?} for {}", self.within, self.what)?;
        match &self.last {
            Some(last) => write!(f, "; seen last: {last}"),
            None => Ok(()),
        }
    }
}

/// `unwrap` prints this format, so it is the same as `Display`.
impl fmt::Debug for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl std::error::Error for TimedOut {}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(60);
    const AMPLE: Duration = Duration::from_secs(30);

    #[test]
    fn the_value_is_returned_as_soon_as_a_check_succeeds() {
        let mut checks = 0;
        let found = until("three checks", AMPLE, || {
            checks += 1;
            (checks == 3).then_some(checks)
        });
        assert_eq!(found, Ok(3));
    }

    #[test]
    fn a_timeout_names_the_condition_and_the_last_state() {
        let mut checks = 0;
        let error = until("a red light", SOON, || {
            checks += 1;
            Err::<(), _>(format!("green, check {checks}"))
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("waited 60ms for a red light; seen last: green, check {checks}")
        );
        assert!(checks > 1);
    }

    #[test]
    fn a_zero_timeout_still_makes_one_check() {
        assert_eq!(until("now", Duration::ZERO, || true), Ok(()));
        assert!(until("never", Duration::ZERO, || false).is_err());
    }

    #[tokio::test]
    async fn an_asynchronous_check_can_succeed() {
        let mut checks = 0;
        let found = until_async("two checks", AMPLE, async || {
            checks += 1;
            (checks == 2).then_some("there")
        });
        assert_eq!(found.await, Ok("there"));
    }

    #[tokio::test]
    async fn a_check_that_hangs_is_abandoned_at_the_deadline() {
        let error = until_async("a response", SOON, std::future::pending::<bool>)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "waited 60ms for a response");
    }
}
