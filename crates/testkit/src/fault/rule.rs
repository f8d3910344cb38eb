//! Faults, and rules that select requests for them.

use std::time::Duration;

use super::record::RecordedRequest;

/// An error or a delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// The request is delayed before it is forwarded. It can be combined with another fault.
    Latency(Duration),
    /// The connection is reset before the service has seen the request.
    Reset,
    /// The service handles the request, but the client gets a reset instead of the response.
    LoseResponse,
    /// The connection is reset before the end of the response body.
    Truncate {
        /// The number of bytes that arrive before the reset.
        after: usize,
    },
    /// The body of the response arrives slowly.
    Trickle {
        /// The rate in bytes per second.
        bytes_per_second: u32,
    },
    /// 500 `InternalError`.
    InternalError,
    /// 503 `ServiceUnavailable`.
    Unavailable,
    /// 503 `SlowDown`.
    SlowDown,
    /// 403 `AccessDenied`.
    Forbidden,
    /// 501 `NotImplemented`.
    NotImplemented,
    /// Some entries of batch requests (`DeleteMessageBatch`) fail. Each entry fails only the first
    /// time.
    FailEntries {
        /// The number of entries that fail out of every ten.
        of_ten: usize,
    },
    /// 200 without a body. The service never sees the request.
    Discard,
    /// The `Date` of the response is wrong.
    ClockSkew {
        /// The seconds by which the clock of the service is ahead.
        seconds: i64,
    },
}

/// A fault, and the conditions under which it is injected.
#[derive(Debug, Clone)]
pub struct Rule {
    fault: Fault,
    operation: Option<&'static str>,
    path: Option<String>,
    is_conditional: bool,
    is_unsigned: bool,
    probability: f64,
    remaining: Option<u32>,
}

impl Rule {
    /// Matches requests for one operation. `operation` is the name that AWS gives to it, such as
    /// `GetObject` or `ReceiveMessage`.
    #[must_use]
    pub fn on(operation: &'static str, fault: Fault) -> Self {
        Self {
            operation: Some(operation),
            ..Self::any(fault)
        }
    }

    /// Matches every request.
    #[must_use]
    pub fn any(fault: Fault) -> Self {
        Self {
            fault,
            operation: None,
            path: None,
            is_conditional: false,
            is_unsigned: false,
            probability: 1.0,
            remaining: None,
        }
    }

    /// Matches only requests with `part` in their path.
    #[must_use]
    pub fn with_path(self, part: impl Into<String>) -> Self {
        Self {
            path: Some(part.into()),
            ..self
        }
    }

    /// Matches only requests with `If-None-Match`.
    #[must_use]
    pub fn if_conditional(self) -> Self {
        Self {
            is_conditional: true,
            ..self
        }
    }

    /// Matches only requests without a signature, as strangers send them.
    #[must_use]
    pub fn if_unsigned(self) -> Self {
        Self {
            is_unsigned: true,
            ..self
        }
    }

    /// Matches requests at random. A probability of 0.1 matches about one request in ten.
    #[must_use]
    pub fn with_probability(self, probability: f64) -> Self {
        Self {
            probability,
            ..self
        }
    }

    /// Matches only the first `count` requests that meet the other conditions.
    #[must_use]
    pub fn first(self, count: u32) -> Self {
        Self {
            remaining: Some(count),
            ..self
        }
    }

    /// Returns the fault if the request matches.
    pub(super) fn apply(
        &mut self,
        request: &RecordedRequest,
        random: &mut fastrand::Rng,
    ) -> Option<Fault> {
        let operation = self.operation.unwrap_or(&request.operation);
        let matches = request.is(operation, self.path.as_deref().unwrap_or_default())
            && (request.is_conditional || !self.is_conditional)
            && !(request.is_signed && self.is_unsigned)
            && self.remaining != Some(0)
            && random.f64() < self.probability;
        if !matches {
            return None;
        }
        self.remaining = self.remaining.map(|remaining| remaining - 1);
        Some(self.fault)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use bytes::Bytes;

    use super::*;

    fn count_matches(mut rule: Rule, operation: &str, path: &str) -> usize {
        let mut random = fastrand::Rng::with_seed(1);
        let request = RecordedRequest {
            at: Instant::now(),
            operation: operation.to_owned(),
            path: path.to_owned(),
            copy_source: None,
            body: Bytes::new(),
            is_conditional: false,
            is_signed: true,
            is_faulty: false,
        };
        let mut matches = || rule.apply(&request, &mut random).is_some();
        (0..1000).filter(|_| matches()).count()
    }

    #[test]
    fn a_rule_matches_its_operation_and_path_up_to_its_count() {
        let rule = || Rule::on("GetObject", Fault::Reset);
        let matches = count_matches;
        assert_eq!(matches(rule(), "GetObject", "/b/k"), 1000);
        assert_eq!(matches(rule(), "PutObject", "/b/k"), 0);
        assert_eq!(matches(rule().with_path("/raw/"), "GetObject", "/b/k"), 0);
        assert_eq!(matches(rule().first(3), "GetObject", "/b/k"), 3);
        assert_eq!(matches(Rule::any(Fault::Reset), "HeadObject", "/"), 1000);
        assert_eq!(matches(rule().if_unsigned(), "GetObject", "/b/k"), 0);
    }

    #[test]
    fn random_matches_are_as_frequent_as_stated_and_the_same_for_a_seed() {
        let rule = || Rule::any(Fault::Reset).with_probability(0.1);
        let matches = || count_matches(rule(), "GetObject", "/");
        assert!((70..130).contains(&matches()), "{}", matches());
        assert_eq!(matches(), matches());
    }
}
