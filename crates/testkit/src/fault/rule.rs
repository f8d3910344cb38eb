//! What goes wrong, where, and how often.

use std::time::Duration;

/// Something that goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// It is passed on only after a while. Goes together with one of the others.
    Latency(Duration),
    /// The connection is reset before the service has seen the request.
    Reset,
    /// The service does what it was asked for, and the connection is reset in place of its answer.
    LoseAnswer,
    /// The answer's body ends with a reset after so many bytes.
    Truncate {
        /// Bytes that still arrive.
        after: usize,
    },
    /// The answer's body arrives at that speed.
    Trickle {
        /// Its speed.
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
    /// Of every ten entries of batch requests (`DeleteMessageBatch`) so many are refused, each one
    /// the first time it is seen.
    RefuseEntries {
        /// How many of ten.
        of_ten: usize,
    },
}

/// A fault and the requests that it meets.
#[derive(Debug, Clone)]
pub struct Rule {
    fault: Fault,
    operation: Option<&'static str>,
    path: Option<String>,
    probability: f64,
    left: Option<u32>,
}

impl Rule {
    /// Meets requests of one operation, by AWS's name for it: `GetObject`, `ReceiveMessage`.
    #[must_use]
    pub fn on(operation: &'static str, fault: Fault) -> Self {
        Self {
            operation: Some(operation),
            ..Self::any(fault)
        }
    }

    /// Meets every request.
    #[must_use]
    pub fn any(fault: Fault) -> Self {
        Self {
            fault,
            operation: None,
            path: None,
            probability: 1.0,
            left: None,
        }
    }

    /// Only those whose path contains that.
    #[must_use]
    pub fn with_path(self, part: impl Into<String>) -> Self {
        Self {
            path: Some(part.into()),
            ..self
        }
    }

    /// Only so many of them, by chance: 0.1 is one in ten.
    #[must_use]
    pub fn with_probability(self, probability: f64) -> Self {
        Self {
            probability,
            ..self
        }
    }

    /// Only the first `count` that it would meet.
    #[must_use]
    pub fn first(self, count: u32) -> Self {
        Self {
            left: Some(count),
            ..self
        }
    }

    /// The fault, if this request is met.
    pub(super) fn meets(
        &mut self,
        operation: &str,
        path: &str,
        random: &mut fastrand::Rng,
    ) -> Option<Fault> {
        let is_meant = self.operation.is_none_or(|name| name == operation)
            && self.path.as_ref().is_none_or(|part| path.contains(part))
            && self.left != Some(0)
            && random.f64() < self.probability;
        if !is_meant {
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        Some(self.fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(mut rule: Rule, operation: &str, path: &str) -> usize {
        let mut random = fastrand::Rng::with_seed(1);
        (0..1000)
            .filter(|_| rule.meets(operation, path, &mut random).is_some())
            .count()
    }

    #[test]
    fn a_rule_meets_its_operation_its_path_and_no_more_than_its_count() {
        let rule = || Rule::on("GetObject", Fault::Reset);
        assert_eq!(count(rule(), "GetObject", "/b/k"), 1000);
        assert_eq!(count(rule(), "PutObject", "/b/k"), 0);
        assert_eq!(count(rule().with_path("/raw/"), "GetObject", "/b/k"), 0);
        assert_eq!(count(rule().first(3), "GetObject", "/b/k"), 3);
        assert_eq!(count(Rule::any(Fault::Reset), "HeadObject", "/"), 1000);
    }

    #[test]
    fn chance_is_about_as_often_as_said_and_the_same_for_a_seed() {
        let often = || {
            count(
                Rule::any(Fault::Reset).with_probability(0.1),
                "GetObject",
                "/",
            )
        };
        assert!((70..130).contains(&often()), "{}", often());
        assert_eq!(often(), often());
    }
}
