//! The log line and the metrics of an outcome.

use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::{Clock, Manifest, Outcome};
use darkroom_telemetry::metric;

pub(crate) fn report(manifest: &Manifest, attempt: &DeliveryAttempt, clock: &Clock) {
    let code = match &manifest.outcome {
        Outcome::Ready { .. } => "",
        Outcome::Rejected { error } => error.code.name(),
        Outcome::Failed { error } => &error.code,
    };
    let (profile, status) = (manifest.profile.as_str(), manifest.outcome.name());
    metric::OUTCOMES.add(1, [profile, status, code]);
    if let Some(seconds) = attempt.age_seconds(clock.now()) {
        metric::END_TO_END_TIME.record(seconds, [profile, status]);
    }
    let since_request = manifest.finished_at - manifest.id.created_at();
    tracing::info!(
        id = %manifest.id,
        profile,
        owner = %manifest.owner,
        status,
        code,
        bytes = manifest.source.bytes,
        render_ms = manifest.render_ms,
        since_request_ms = i64::try_from(since_request.whole_milliseconds()).unwrap_or_default(),
        "upload finished"
    );
}
