//! The number of deliveries that a queue permits.

use darkroom_cloud::{CloudError, CloudErrorKind, Queue};
use darkroom_contract::QueueSettings;

/// Returns the `maxReceiveCount` of the queue, which takes precedence over the setting. With a
/// wrong count, a consumer would report a failure too early or never.
///
/// Returns the setting if the queue has no redrive policy or the role is not permitted to read it.
///
/// # Errors
/// Any other error of the call.
pub async fn max_receive_count(
    queue: &dyn Queue,
    settings: &QueueSettings,
) -> Result<u32, CloudError> {
    let configured = settings.max_receive_count;
    let policy = match queue.redrive_policy().await {
        Ok(Some(policy)) => policy,
        Ok(None) => {
            tracing::warn!(
                queue = settings.events,
                "the queue has no redrive policy: a message that no worker finishes stays on the queue"
            );
            return Ok(configured);
        }
        Err(error) if error.kind == CloudErrorKind::Forbidden => {
            tracing::warn!(%error, "cannot read the queue's redrive policy: using the settings");
            return Ok(configured);
        }
        Err(error) => return Err(error),
    };
    let actual = policy.max_receive_count;
    if actual != configured {
        tracing::warn!(
            queue = settings.events,
            actual,
            configured,
            "queues.max_receive_count differs from the queue's redrive policy: using the policy"
        );
    }
    if policy.dead_letters.rsplit(':').next() != Some(&settings.dead_letters) {
        tracing::warn!(
            actual = policy.dead_letters,
            configured = settings.dead_letters,
            "queues.dead_letters is not the dead-letter queue of the queue's redrive policy"
        );
    }
    Ok(actual)
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::MemoryQueue;
    use darkroom_contract::Clock;

    use super::*;

    #[tokio::test]
    async fn the_max_receive_count_of_the_queue_is_used_if_it_can_be_read() {
        let settings = QueueSettings::default();
        let dead_letters = MemoryQueue::new(Clock::system());
        let queue = MemoryQueue::with_dead_letters(Clock::system(), 3, dead_letters.clone());
        assert_eq!(max_receive_count(&queue, &settings).await.unwrap(), 3);
        let without_policy = max_receive_count(&dead_letters, &settings).await.unwrap();
        assert_eq!(without_policy, settings.max_receive_count);
        queue.fail(CloudErrorKind::Forbidden);
        let forbidden = max_receive_count(&queue, &settings).await.unwrap();
        assert_eq!(forbidden, settings.max_receive_count);
        queue.fail(CloudErrorKind::Unavailable);
        assert!(max_receive_count(&queue, &settings).await.is_err());
    }
}
