//! One line in the log and one count for every outcome.

use darkroom_contract::{Manifest, Outcome};
use darkroom_telemetry::metric;

use crate::delivery::Delivery;

pub(crate) fn report(manifest: &Manifest, delivery: &Delivery) {
    let code = match &manifest.outcome {
        Outcome::Ready { .. } => "",
        Outcome::Rejected { error } => error.code.name(),
        Outcome::Failed { error } => &error.code,
    };
    let (profile, status) = (manifest.profile.as_str(), manifest.outcome.name());
    metric::OUTCOMES.add(1, [profile, status, code]);
    if let Some(seconds) = delivery.age_seconds() {
        metric::END_TO_END_TIME.record(seconds, [profile, status]);
    }
    let since_asked = manifest.finished_at - manifest.id.created_at();
    tracing::info!(
        id = %manifest.id,
        profile,
        owner = %manifest.owner,
        status,
        code,
        bytes = manifest.source.bytes,
        render_ms = manifest.render_ms,
        since_request_ms = i64::try_from(since_asked.whole_milliseconds()).unwrap_or_default(),
        "upload settled"
    );
}
