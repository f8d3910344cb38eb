//! The permits that a consumer needs to receive messages.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::MAX_BATCH;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use crate::handler::MessageHandler;
use crate::settings::ConsumerSettings;

/// The interval at which a consumer without a free permit asks its handler if the consumer should
/// look ahead.
const LOOK_AHEAD_CHECK: Duration = Duration::from_millis(100);
/// The longest time for which a consumer that has a permit waits for further ones, so that one poll
/// receives several messages. At least half of the permits are in use meanwhile.
const LINGER: Duration = Duration::from_millis(200);

/// The permits of a consumer, one for each message in progress.
#[derive(Debug)]
pub(crate) struct Permits {
    permits: Arc<Semaphore>,
    /// The permits for messages that are received while all other permits are in use.
    look_ahead: Arc<Semaphore>,
    /// `true` if there are permits for looking ahead.
    can_look_ahead: bool,
    /// The number of permits that make a poll worthwhile: half of all, so that the other half is in
    /// use while the consumer waits for them.
    worthwhile: usize,
}

impl Permits {
    pub(crate) fn new(settings: &ConsumerSettings) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(settings.permits)),
            look_ahead: Arc::new(Semaphore::new(settings.look_ahead)),
            can_look_ahead: settings.look_ahead > 0,
            worthwhile: settings.permits / 2,
        }
    }

    /// Waits for one permit and for the handler to be ready. Then takes the other free permits, up
    /// to ten in total and up to the number of messages that the handler accepts. If these are
    /// fewer than half of all permits, and fewer than that maximum, waits a moment for more, unless
    /// the handler asks to look ahead.
    pub(crate) async fn acquire(
        &self,
        handler: &impl MessageHandler,
    ) -> Result<Vec<OwnedSemaphorePermit>, AcquireError> {
        let mut permits = vec![self.acquire_first(handler).await?];
        let max = handler.ready().await.min(MAX_BATCH);
        take_free(&mut permits, &self.permits, max);
        if handler.looks_ahead() {
            // The queue may contain messages that must not wait for those in progress.
            take_free(&mut permits, &self.look_ahead, max);
            return Ok(permits);
        }
        let wanted = self.worthwhile.min(max);
        let filled = async {
            while permits.len() < wanted {
                permits.push(Arc::clone(&self.permits).acquire_owned().await?);
            }
            Ok::<_, AcquireError>(())
        };
        tokio::select! {
            biased;
            result = filled => {
                result?;
                // Several messages may have ended at the same time.
                take_free(&mut permits, &self.permits, max);
            }
            () = sleep(LINGER) => {}
            () = self.starts_looking_ahead(handler) => take_free(&mut permits, &self.look_ahead, max),
        }
        Ok(permits)
    }

    /// Returns when the handler asks to look ahead. A poll must then not wait any longer, because
    /// the queue may contain messages that must not wait for those in progress.
    async fn starts_looking_ahead(&self, handler: &impl MessageHandler) {
        if !self.can_look_ahead {
            std::future::pending::<()>().await;
        }
        while !handler.looks_ahead() {
            sleep(LOOK_AHEAD_CHECK).await;
        }
    }

    /// Waits for one permit. While the consumer should look ahead, this may also be a permit for
    /// looking ahead.
    async fn acquire_first(
        &self,
        handler: &impl MessageHandler,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        if !self.can_look_ahead {
            return Arc::clone(&self.permits).acquire_owned().await;
        }
        loop {
            let permit = Arc::clone(&self.permits).acquire_owned();
            if handler.looks_ahead() {
                return tokio::select! {
                    biased;
                    permit = permit => permit,
                    permit = Arc::clone(&self.look_ahead).acquire_owned() => permit,
                };
            }
            if let Ok(permit) = timeout(LOOK_AHEAD_CHECK, permit).await {
                return permit;
            }
        }
    }
}

/// Takes free permits until `permits` contains `max` of them or none is free.
fn take_free(permits: &mut Vec<OwnedSemaphorePermit>, semaphore: &Arc<Semaphore>, max: usize) {
    while permits.len() < max {
        match Arc::clone(semaphore).try_acquire_owned() {
            Ok(permit) => permits.push(permit),
            Err(_) => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Call, ScriptedHandler, TestConsumer};
    use crate::{Context, Disposition};
    use darkroom_cloud::{Message, Queue};

    /// A handler whose messages take between 100 and 300 ms.
    #[derive(Debug)]
    struct Uneven;

    #[async_trait::async_trait]
    impl MessageHandler for Uneven {
        async fn handle(&self, message: &Message, _context: &Context) -> Disposition {
            let number: u64 = message.body.parse().unwrap_or(0);
            sleep(Duration::from_millis(100 + number * 37 % 200)).await;
            Disposition::Ack
        }
    }

    /// Returns the average number of messages per receive of a consumer with a backlog.
    async fn messages_per_receive(permits: usize) -> f64 {
        let settings = ConsumerSettings {
            permits,
            ..ConsumerSettings::default()
        };
        let test = TestConsumer::start(Uneven, settings);
        test.send(1000).await;
        while test.queue.depth().await.unwrap().visible > 20 {
            sleep(Duration::from_millis(100)).await;
        }
        980.0 / test.queue.count(&Call::Receive) as f64
    }

    #[tokio::test(start_paused = true)]
    async fn with_a_backlog_each_receive_fills_half_of_the_permits_up_to_ten() {
        for (permits, at_least) in [(1, 0.9), (4, 1.8), (8, 3.5), (32, 9.0)] {
            let average = messages_per_receive(permits).await;
            assert!(average >= at_least, "{permits} permits: {average}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_permit_waits_only_a_moment_for_permits_of_slow_messages() {
        let settings = ConsumerSettings {
            permits: 4,
            ..ConsumerSettings::default()
        };
        let slow = ScriptedHandler::new(Duration::from_secs(3600), Disposition::Ack);
        let permits = Permits::new(&settings);
        let held = permits.acquire(&slow).await.unwrap();
        assert_eq!(held.len(), 4, "an idle consumer does not wait");
        let mut held = held.into_iter();
        drop(held.next());
        let taken = timeout(2 * LINGER, permits.acquire(&slow)).await;
        assert_eq!(taken.unwrap().unwrap().len(), 1);
    }
}
