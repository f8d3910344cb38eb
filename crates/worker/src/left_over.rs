//! Outputs that an upload without a raw object may have left.

use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::Manifest;

/// Returns `true` if the outputs may come from an earlier attempt at this message, and its object
/// has been deleted since.
///
/// A manifest that is older than the message's first delivery is kept. Its raw object may have
/// expired, which is not a deletion. There is a margin, because the queue's clock is compared with
/// that of a worker. A raw object exists for at least a day, so the margin cannot confuse the two
/// cases.
pub(crate) fn may_be_left_over(manifest: Option<&Manifest>, attempt: &DeliveryAttempt) -> bool {
    const MAX_CLOCK_SKEW: time::Duration = time::Duration::minutes(15);
    let is_recent = |manifest: &Manifest| {
        let first = attempt.first_received_at;
        first.is_some_and(|first| first - MAX_CLOCK_SKEW <= manifest.finished_at)
    };
    !attempt.is_first() && manifest.is_none_or(is_recent)
}
