//! How often a message may be tried.

use darkroom_cloud::{CloudError, CloudErrorKind, Queue, SqsQueue};
use darkroom_contract::QueueSettings;

/// What the queue itself says, since SQS goes by that: a worker that takes another try for the last
/// tells a client too early that nothing will come, or never.
pub(crate) async fn max_receive_count(
    events: &SqsQueue,
    settings: &QueueSettings,
) -> Result<u32, CloudError> {
    let set = settings.max_receive_count;
    let policy = match events.redrive_policy().await {
        Ok(Some(policy)) => policy,
        Ok(None) => {
            tracing::warn!(
                queue = settings.events,
                "the queue has no redrive policy: messages that no worker gets to the end of stay on it"
            );
            return Ok(set);
        }
        Err(error) if error.kind == CloudErrorKind::Forbidden => {
            tracing::warn!(%error, "the queue's redrive policy is unknown: the settings are trusted");
            return Ok(set);
        }
        Err(error) => return Err(error),
    };
    if policy.max_receive_count != set {
        tracing::warn!(
            queue = settings.events,
            the_queue_says = policy.max_receive_count,
            the_settings_say = set,
            "queues.max_receive_count is not what the queue has: the queue's own counts"
        );
    }
    if policy.dead_letters.rsplit(':').next() != Some(&settings.dead_letters) {
        tracing::warn!(
            the_queue_says = policy.dead_letters,
            the_settings_say = settings.dead_letters,
            "queues.dead_letters is not where the queue sends its dead letters"
        );
    }
    Ok(policy.max_receive_count)
}
