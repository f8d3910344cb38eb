//! The check for outputs that may be left of an upload whose raw object is gone.

use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::Manifest;

/// Returns `true` if an earlier attempt at this message may have written outputs before the object
/// was deleted. Call this only if the raw object is gone.
///
/// A manifest that is older than the message's first delivery is kept. Its raw object may have
/// been removed by a lifecycle rule, and such an expiry does not delete the upload. The comparison
/// has a margin, because the two times come from different clocks, the queue's and a worker's.
/// Lifecycle expiry takes at least a day, so the margin never makes an expiry look like a deletion.
pub(crate) fn may_be_left_over(manifest: Option<&Manifest>, attempt: &DeliveryAttempt) -> bool {
    const MAX_CLOCK_SKEW: time::Duration = time::Duration::minutes(15);
    let is_recent = |manifest: &Manifest| {
        let first = attempt.first_received_at;
        first.is_some_and(|first| first - MAX_CLOCK_SKEW <= manifest.finished_at)
    };
    !attempt.is_first() && manifest.is_none_or(is_recent)
}
