//! The log line and the metrics of an outcome.

use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::{Manifest, Outcome};
use darkroom_imaging::RejectionCode;
use darkroom_telemetry::metric::{self, Metric};
use darkroom_uploads::UploadStore;

use crate::dead_letters::ReasonCode;
use crate::event_outcome::ProcessError;

/// The label value shared by all profiles that are not configured. Clients can invent any number of
/// such names, and each label value would create a new time series.
const UNKNOWN_PROFILE: &str = "";

/// Starts the metrics of a worker at zero. `queue` is the name of its queue.
pub(crate) fn start_metrics(store: &UploadStore, queue: &str) {
    let profiles: Vec<&str> = store
        .profiles()
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    metric::start_at_zero(&[("profile", &profiles)]);
    metric::start_at_zero(&[("queue", &[queue]), ("reason", &ReasonCode::WRITTEN)]);
    for profile in profiles {
        for status in ["ready", "in_review"] {
            metric::OUTCOMES.start(&[profile, status, ""]);
        }
        for code in RejectionCode::ALL {
            metric::OUTCOMES.start(&[profile, "rejected", code.name()]);
        }
        for code in ProcessError::CODES {
            metric::OUTCOMES.start(&[profile, "failed", code]);
        }
    }
    metric::OUTCOMES.start(&[UNKNOWN_PROFILE, "failed", "unknown_profile"]);
}

pub(crate) fn report(manifest: &Manifest, attempt: &DeliveryAttempt, store: &UploadStore) {
    let code = match &manifest.outcome {
        Outcome::Ready { .. } | Outcome::InReview { .. } => "",
        Outcome::Rejected { error } => error.code.name(),
        Outcome::Failed { error } => &error.code,
    };
    let is_known = store.profile(&manifest.profile).is_some();
    let profile = if is_known {
        manifest.profile.as_str()
    } else {
        UNKNOWN_PROFILE
    };
    let status = manifest.outcome.name();
    metric::OUTCOMES.add(1, [profile, status, code]);
    if let Some(seconds) = attempt.age_seconds(store.clock().now()) {
        metric::END_TO_END_TIME.record(seconds, [profile, status]);
    }
    let since_request = manifest.finished_at - manifest.id.created_at();
    tracing::info!(
        id = %manifest.id,
        profile = %manifest.profile,
        owner = %manifest.owner,
        status,
        code,
        bytes = manifest.source.bytes,
        render_ms = manifest.render_ms,
        since_request_ms = i64::try_from(since_request.whole_milliseconds()).unwrap_or_default(),
        "upload finished"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The glossary, which lists all codes. `cargo xtask language` keeps the lists complete.
    const GLOSSARY: &str = include_str!("../../../docs/glossary.md");

    #[test]
    fn the_counted_rejection_codes_are_the_codes_of_the_glossary() {
        let (_, table) = GLOSSARY.split_once("`RejectionCode`\n").unwrap();
        let table = table.split("\n#").next().unwrap();
        let codes = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let listed: Vec<&str> = codes.filter_map(|line| line.split('`').next()).collect();
        let counted = RejectionCode::ALL.map(RejectionCode::name);
        assert_eq!(counted, listed[..]);
    }
}
