//! From one message to what becomes of it.

use std::time::Duration;

use darkroom_cloud::{Message, Queue, Receipt, SqsQueue};
use darkroom_contract::{Notification, ObjectEvent, RecordError};
use darkroom_telemetry::metric;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::backoff::Backoff;
use crate::dead_letter::{Epitaph, Reason};
use crate::delivery::Delivery;
use crate::fetch::Downloads;
use crate::outage::Outage;
use crate::settle::{SettleError, Settled, Studio};
use crate::visibility::keep_hidden;

/// How long a message waits in place for a store that is down, before it costs a try after all. It
/// may be hidden for 12 hours in all.
const OUTAGE_PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Works on messages; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) studio: Studio,
    pub(crate) events: SqsQueue,
    pub(crate) dead_letters: SqsQueue,
    pub(crate) visibility: Duration,
    pub(crate) max_receive_count: u32,
    pub(crate) retry: Backoff,
    pub(crate) downloads: Downloads,
    pub(crate) outage: Outage,
    /// Cancelled when work is to be finished and nothing more is to be waited for.
    pub(crate) stop: CancellationToken,
    /// Cancelled when work is to be given back.
    pub(crate) overdue: CancellationToken,
}

/// What becomes of a message.
#[derive(Debug)]
enum Verdict {
    /// Everything in it is settled.
    Acknowledge,
    /// Something in it could not be settled now.
    Retry,
    /// It will never be understood, or this was the last try.
    Bury(Epitaph),
}

impl Verdict {
    /// What becomes of a message with two records: one that must be tried again keeps the message,
    /// and one that is beyond help is buried when there is nothing left to try.
    fn or_worse(self, other: Self) -> Self {
        match (&self, &other) {
            (Self::Retry, _) | (_, Self::Acknowledge) => self,
            _ if matches!(other, Self::Retry) => other,
            (Self::Bury(_), _) => self,
            (Self::Acknowledge, _) => other,
        }
    }
}

impl Desk {
    /// Works on one message to its end. Every failure leaves the message on a queue.
    pub(crate) async fn handle(&self, message: Message, acknowledge: mpsc::Sender<Receipt>) {
        let receipt = &message.receipt;
        let work = self.judge(&message);
        let judged = keep_hidden(&self.events, receipt, self.visibility, &self.overdue, work);
        let done = match judged.await {
            None => {
                metric::MESSAGES.add(1, ["events", "released"]);
                self.hide(receipt, Duration::ZERO).await;
                false
            }
            Some(Verdict::Acknowledge) => {
                metric::MESSAGES.add(1, ["events", "acknowledged"]);
                true
            }
            Some(Verdict::Retry) => {
                self.put_off(&message).await;
                false
            }
            Some(Verdict::Bury(epitaph)) => self.bury(&message, &epitaph).await,
        };
        if done && acknowledge.send(message.receipt).await.is_err() {
            tracing::error!("a message that is done could not be acknowledged");
        }
    }

    async fn judge(&self, message: &Message) -> Verdict {
        let records = match Notification::parse(&message.body) {
            Ok(Notification::Test) => Vec::new(),
            Ok(Notification::Records(records)) => records,
            Err(error) => return Verdict::Bury(Epitaph::new(Reason::NotUnderstood, &error)),
        };
        let mut verdict = Verdict::Acknowledge;
        for record in records {
            let of_record = match record {
                Ok(event) => self.settle(message, &event).await,
                Err(error @ RecordError::Kind(_)) => {
                    tracing::info!(%error, "nothing to do for an event");
                    Verdict::Acknowledge
                }
                Err(error) => Verdict::Bury(Epitaph::new(Reason::NotUnderstood, &error)),
            };
            verdict = verdict.or_worse(of_record);
        }
        verdict
    }

    async fn settle(&self, message: &Message, event: &ObjectEvent) -> Verdict {
        let error = match self.settle_through_outages(message, event).await {
            Ok(settled) => {
                metric::EVENTS.add(1, [settled.name()]);
                if settled != Settled::Done {
                    tracing::info!(key = event.key, ?settled, "nothing to do for an event");
                }
                return Verdict::Acknowledge;
            }
            Err(error) => error,
        };
        metric::EVENTS.add(1, ["failed"]);
        tracing::warn!(key = event.key, tries = message.receive_count, %error, "not settled");
        if message.receive_count < self.max_receive_count {
            return Verdict::Retry;
        }
        if let Err(error) = self
            .studio
            .give_up(event, &Delivery::of(message), &error)
            .await
        {
            tracing::error!(key = event.key, %error, "the client could not be told");
        }
        let reason = match error {
            SettleError::UnknownProfile(_) => Reason::UnknownProfile,
            SettleError::Cloud(_) | SettleError::NoRenderer(_) => Reason::TriesUsedUp,
        };
        Verdict::Bury(Epitaph::new(reason, &error))
    }

    /// A store that is down is not the message's fault, so it costs no try: the message stays
    /// hidden and waits here.
    async fn settle_through_outages(
        &self,
        message: &Message,
        event: &ObjectEvent,
    ) -> Result<Settled, SettleError> {
        let mut delivery = Delivery::of(message);
        let patience = Instant::now() + OUTAGE_PATIENCE;
        loop {
            let settled = self.studio.settle(event, &delivery, &self.downloads).await;
            let error = match settled {
                Err(error) if error.may_be_an_outage() => error,
                settled => return settled,
            };
            if !self.outage.is_down().await {
                return Err(error);
            }
            tracing::warn!(key = event.key, %error, "waits for the store");
            let end = self.stop.run_until_cancelled(self.outage.end());
            if !matches!(timeout_at(patience, end).await, Ok(Some(()))) {
                return Err(error);
            }
            delivery = delivery.once_more();
        }
    }

    async fn put_off(&self, message: &Message) {
        metric::MESSAGES.add(1, ["events", "retried"]);
        let wait = self.retry.after(message.receive_count);
        self.hide(&message.receipt, wait).await;
    }

    async fn hide(&self, receipt: &Receipt, hidden: Duration) {
        if let Err(error) = self.events.change_visibility(receipt, hidden).await {
            tracing::warn!(%error, "a message could not be put off: it comes back by itself");
        }
    }

    /// Moves a message to the dead letters with the reason; says whether it is there. If it is not,
    /// it stays on its queue, and SQS itself moves it when its tries are used up.
    async fn bury(&self, message: &Message, epitaph: &Epitaph) -> bool {
        tracing::error!(
            message_id = message.id,
            reason = epitaph.reason.code(),
            detail = epitaph.detail,
            "a message goes to the dead letters"
        );
        let buried = self
            .dead_letters
            .forward(message, &epitaph.attributes())
            .await;
        if let Err(error) = &buried {
            tracing::error!(message_id = message.id, %error, "it could not be sent there");
            self.put_off(message).await;
        } else {
            metric::MESSAGES.add(1, ["events", "dead_lettered"]);
            metric::DEAD_LETTERS.add(1, ["events", epitaph.reason.code()]);
        }
        buried.is_ok()
    }
}
