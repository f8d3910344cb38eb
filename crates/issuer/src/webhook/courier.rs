//! Taking notices from the queue to their receiver.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{CloudError, Message, Queue, Receipt, SqsQueue};
use darkroom_contract::OutcomeEvent;
use futures_util::future::join_all;
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::endpoint::Endpoint;
use super::settings::WebhookSettings;
use crate::service::{AppState, Issuer};

const AT_ONCE: usize = 10;
const POLL_WAIT: Duration = Duration::from_secs(20);
/// Longer than a try and all that follows it.
const HIDDEN: Duration = Duration::from_secs(90);
/// SQS holds a message back for no longer.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// A receiver that has refused so many in a row is away: it is tried with one notice at a time.
const AWAY_AFTER: u32 = 20;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Delivers notices until it is told to stop.
///
/// A notice that is not taken is put on the queue again as a new message with a delay, and the old
/// one is removed. Hiding the old one instead would be one call less, but SQS lets 120,000 messages
/// be hidden at once, and with a receiver that is away for a day that is soon reached; then nobody
/// receives anything. Delayed messages have no such limit, and a new message lives for the queue's
/// whole retention again.
#[derive(Debug)]
pub struct Courier {
    state: Arc<AppState>,
    endpoint: Endpoint,
    notices: SqsQueue,
    dead_letters: SqsQueue,
    settings: WebhookSettings,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Taken,
    NotTaken,
}

impl Issuer {
    /// What delivers the notices of a queue beside this service.
    pub fn courier(
        &self,
        endpoint: Endpoint,
        notices: SqsQueue,
        dead_letters: SqsQueue,
        settings: WebhookSettings,
    ) -> Courier {
        Courier {
            state: Arc::clone(&self.state),
            endpoint,
            notices,
            dead_letters,
            settings,
        }
    }
}

impl Courier {
    /// Works until `stop` is cancelled, and finishes the tries that it has begun.
    pub async fn run(self, stop: CancellationToken) {
        let mut refused = 0_u32;
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            let most = if refused < AWAY_AFTER { AT_ONCE } else { 1 };
            let receiving = self.notices.receive(most, POLL_WAIT, HIDDEN);
            // A poll that is given up may hide messages for a while; nothing is lost by that.
            let Some(received) = stop.run_until_cancelled(receiving).await else {
                return;
            };
            let pause = match received {
                Ok(messages) => {
                    failures = 0;
                    let fates = join_all(messages.into_iter().map(|one| self.deliver(one))).await;
                    refused = streak(refused, &fates);
                    let is_away = refused >= AWAY_AFTER;
                    is_away.then(|| doubled(Duration::from_secs(1), refused - AWAY_AFTER))
                }
                Err(error) => {
                    failures += 1;
                    tracing::warn!(%error, "no notices could be received");
                    Some(doubled(Duration::from_secs(1), failures))
                }
            };
            if let Some(pause) = pause {
                let pause = tokio::time::sleep(pause.min(LONGEST_PAUSE));
                stop.run_until_cancelled(pause).await;
            }
        }
    }

    /// Every failure leaves the notice on a queue.
    async fn deliver(&self, message: Message) -> Fate {
        let Ok(mut notice) = serde_json::from_str::<OutcomeEvent>(&message.body) else {
            self.bury(&message, "this is not a notice").await;
            return Fate::Taken;
        };
        let addressed = self
            .state
            .variant_urls
            .address_variants(&mut notice.manifest);
        let told = match addressed.await {
            Ok(()) => self.endpoint.tell(&notice).await,
            Err(error) => Err(error.to_string()),
        };
        let Err(why) = told else {
            self.remove(message.receipt).await;
            return Fate::Taken;
        };
        let age = OffsetDateTime::now_utc() - notice.published_at;
        tracing::warn!(
            notice = notice.id(),
            attempts = notice.attempts,
            why,
            "not taken"
        );
        if age > self.settings.give_up_after {
            self.bury(&message, &why).await;
        } else {
            self.put_off(&message, notice).await;
        }
        Fate::NotTaken
    }

    async fn put_off(&self, message: &Message, notice: OutcomeEvent) {
        let pause = doubled(self.settings.first_retry, notice.attempts).min(LONGEST_DELAY);
        // Many that were refused together do not come back together.
        let pause = pause.mul_f64(0.5 + fastrand::f64() / 2.0);
        // As it came, and not with the addresses, which end.
        let again =
            serde_json::from_str::<OutcomeEvent>(&message.body).map(|original| OutcomeEvent {
                attempts: notice.attempts.saturating_add(1),
                ..original
            });
        let Ok(again) = again.and_then(|notice| serde_json::to_string(&notice)) else {
            return;
        };
        match self.notices.send_delayed(&again, pause).await {
            Ok(()) => self.remove(message.receipt.clone()).await,
            Err(error) => tracing::warn!(%error, "a notice comes back by itself"),
        }
    }

    /// Moves a message to the dead letters with the reason.
    async fn bury(&self, message: &Message, reason: &str) {
        tracing::error!(
            message = message.id,
            reason,
            "a notice goes to the dead letters"
        );
        let attributes = BTreeMap::from([("darkroom-reason", reason.to_owned())]);
        let buried = self.dead_letters.forward(message, &attributes);
        match buried.await {
            Ok(()) => self.remove(message.receipt.clone()).await,
            Err(error) => tracing::error!(%error, "it could not be sent there"),
        }
    }

    /// A notice that is not removed is delivered once more, under the same id.
    async fn remove(&self, receipt: Receipt) {
        let removed: Result<Vec<Receipt>, CloudError> = self.notices.delete(&[receipt]).await;
        if !matches!(&removed, Ok(failed) if failed.is_empty()) {
            tracing::warn!(?removed, "a notice could not be removed");
        }
    }
}

/// How many in a row the receiver has refused.
fn streak(before: u32, fates: &[Fate]) -> u32 {
    if fates.contains(&Fate::Taken) {
        return 0;
    }
    before.saturating_add(u32::try_from(fates.len()).unwrap_or(u32::MAX))
}

fn doubled(first: Duration, times: u32) -> Duration {
    first.saturating_mul(1 << times.min(16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_away_after_many_refusals_and_back_with_the_first_that_is_taken() {
        let none = [Fate::NotTaken; 10];
        assert_eq!(streak(streak(0, &none), &none), AWAY_AFTER);
        assert_eq!(streak(AWAY_AFTER, &[]), AWAY_AFTER);
        assert_eq!(streak(AWAY_AFTER, &[Fate::Taken]), 0);
    }

    #[test]
    fn pauses_double_and_a_day_has_more_than_fifty_tries() {
        let mut left = Duration::from_secs(24 * 60 * 60);
        let mut tries = 0;
        while let Some(rest) =
            left.checked_sub(doubled(Duration::from_secs(5), tries).min(LONGEST_DELAY))
        {
            left = rest;
            tries += 1;
        }
        assert!((90..120).contains(&tries), "{tries}");
    }
}
