//! The processing of one message, up to its disposition.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use darkroom_cloud::Message;
use darkroom_consumer::{Context, DeadLetterReason, Disposition, MessageHandler};
use darkroom_contract::{Notification, ObjectEvent, RecordError};
use darkroom_telemetry::metric;
use darkroom_uploads::UploadStore;
use tokio::time::{Instant, timeout_at};

use crate::dead_letters::ReasonCode;
use crate::download::Downloads;
use crate::event_outcome::{EventOutcome, ProcessError};
use crate::owner_budget::{Capacity, OwnerBudget};
use crate::renderer::Renderer;
use crate::settings::WorkerSettings;
use crate::store_health::StoreHealth;

/// The longest time that a message waits for a store that is down. After that, its attempt fails.
/// The time must be well below 12 hours, because SQS does not keep a received message invisible for
/// longer.
const MAX_OUTAGE_WAIT: Duration = Duration::from_secs(60 * 60);

/// The processor of upload events.
#[derive(Debug)]
pub struct Processor {
    pub(crate) store: UploadStore,
    pub(crate) renderer: Arc<dyn Renderer>,
    pub(crate) downloads: Downloads,
    pub(crate) owner_budget: OwnerBudget,
    store_health: StoreHealth,
}

impl Processor {
    /// Creates a processor of the uploads in `store`. The owners of the uploads share `capacity`.
    pub(crate) fn new(
        store: UploadStore,
        renderer: Arc<dyn Renderer>,
        settings: &WorkerSettings,
        capacity: Capacity,
    ) -> Self {
        let max_buffered = settings.max_buffered.as_u64();
        Self {
            store_health: StoreHealth::new(store.clone()),
            downloads: Downloads::new(max_buffered, settings.download_timeout),
            owner_budget: OwnerBudget::new(capacity),
            store,
            renderer,
        }
    }

    pub(crate) const fn store_health(&self) -> &StoreHealth {
        &self.store_health
    }

    async fn handle_event(&self, event: &ObjectEvent, context: &Context) -> Disposition {
        let error = match self.process_through_outages(event, context).await {
            Ok(outcome) => {
                metric::EVENTS.add(1, [outcome.name()]);
                if outcome != EventOutcome::Processed {
                    tracing::info!(key = event.key, ?outcome, "event needed no new manifest");
                }
                return Disposition::Ack;
            }
            Err(error) => error,
        };
        let attempt = &context.attempt;
        metric::EVENTS.add(1, ["failed"]);
        tracing::warn!(key = event.key, attempt = attempt.receive_count, %error, "event failed");
        if !attempt.is_last() {
            return Disposition::Retry;
        }
        if let Err(error) = self.record_failure(event, attempt, &error).await {
            tracing::error!(key = event.key, %error, "cannot record that the upload failed");
        }
        let code = match error {
            ProcessError::UnknownProfile(_) => ReasonCode::UnknownProfile,
            _ => ReasonCode::AttemptsExhausted,
        };
        Disposition::DeadLetter(DeadLetterReason::new(code.name(), &error))
    }

    /// Processes an event. While the store is down, keeps the message and waits. An outage is not
    /// the message's fault, so it costs an attempt only if it outlasts [`MAX_OUTAGE_WAIT`] or if
    /// the worker is stopped.
    async fn process_through_outages(
        &self,
        event: &ObjectEvent,
        context: &Context,
    ) -> Result<EventOutcome, ProcessError> {
        let mut attempt = context.attempt;
        let deadline = Instant::now() + MAX_OUTAGE_WAIT;
        loop {
            let error = match self.process(event, &attempt).await {
                Err(error) if error.may_be_an_outage() => error,
                result => return result,
            };
            if !self.store_health.probe_is_down().await {
                return Err(error);
            }
            tracing::warn!(key = event.key, %error, "waiting for the store");
            let up = self.store_health.wait_until_up();
            let up = context.stop.run_until_cancelled(up);
            if !matches!(timeout_at(deadline, up).await, Ok(Some(()))) {
                return Err(error);
            }
            attempt = attempt.repeated();
        }
    }
}

#[async_trait]
impl MessageHandler for Processor {
    async fn ready(&self) -> usize {
        self.store_health.wait_until_up().await;
        usize::MAX
    }

    fn looks_ahead(&self) -> bool {
        self.owner_budget.looks_ahead()
    }

    async fn handle(&self, message: &Message, context: &Context) -> Disposition {
        let malformed = |error: &dyn std::fmt::Display| {
            let code = ReasonCode::Malformed.name();
            Disposition::DeadLetter(DeadLetterReason::new(code, &error))
        };
        let records = match Notification::parse(&message.body) {
            Ok(Notification::Test) => Vec::new(),
            Ok(Notification::Records(records)) => records,
            Err(error) => return malformed(&error),
        };
        // A message with uploads of several owners counts toward the share of the first owner.
        let mut uploads = records.iter().flatten();
        let upload = uploads.find_map(|event| self.store.upload_of(event));
        let _in_progress = match upload {
            None => None,
            Some(key) => {
                let can_be_deferred = context.attempt.can_be_deferred;
                match self.owner_budget.begin(&key.owner, can_be_deferred).await {
                    Ok(in_progress) => in_progress,
                    Err(delay) => return Disposition::Defer { delay },
                }
            }
        };
        let mut disposition = Disposition::Ack;
        for record in records {
            let record_disposition = match record {
                Ok(event) => self.handle_event(&event, context).await,
                Err(error @ RecordError::Kind(_)) => {
                    tracing::info!(%error, "event ignored: it is not about a new object");
                    Disposition::Ack
                }
                Err(error) => malformed(&error),
            };
            disposition = disposition.or_worse(record_disposition);
        }
        disposition
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::{Bucket, CloudErrorKind, Queue, UploadOptions};
    use darkroom_contract::{Outcome, RawKey, notification_body};
    use darkroom_uploads::MemoryStore;
    use tokio::time::sleep;

    use super::*;
    use crate::StandInRenderer;
    use crate::testing::TestStore;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn an_upload_becomes_ready_and_is_published_and_its_message_is_deleted() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "image").await.unwrap();
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(SECOND).await;
        test.assert_ready(&key).await;
        assert!(test.events.is_empty());
        assert_eq!(test.outcomes.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_image_at_fault_is_rejected_and_not_retried() {
        let test = TestStore::new();
        let (key, renderer) = (MemoryStore::new_key(), StandInRenderer::default());
        test.upload(&key, "bad").await.unwrap();
        let _worker = test.start(renderer.clone()).await;
        sleep(SECOND).await;
        let manifest = test.manifest(&key).await.unwrap();
        assert!(matches!(manifest.outcome, Outcome::Rejected { .. }));
        assert!(test.events.is_empty());
        assert_eq!(renderer.rendered(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_duplicate_event_renders_nothing() {
        let test = TestStore::new();
        let (key, renderer) = (MemoryStore::new_key(), StandInRenderer::default());
        let event = test.upload(&key, "image").await.unwrap();
        let _worker = test.start(renderer.clone()).await;
        sleep(SECOND).await;
        test.store.requeue(&[event]).await.unwrap();
        sleep(SECOND).await;
        assert!(test.events.is_empty());
        assert_eq!(renderer.rendered(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_render_process_the_upload_is_retried() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "image").await.unwrap();
        let _worker = test.start(StandInRenderer::failing(2)).await;
        sleep(120 * SECOND).await;
        test.assert_ready(&key).await;
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_last_attempt_the_upload_is_failed_and_the_message_is_a_dead_letter() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "image").await.unwrap();
        let _worker = test.start(StandInRenderer::failing(100)).await;
        sleep(3600 * SECOND).await;
        let manifest = test.manifest(&key).await.unwrap();
        let Outcome::Failed { error } = &manifest.outcome else {
            panic!("{manifest:?}");
        };
        assert_eq!(error.code, "no_renderer");
        assert!(test.events.is_empty());
        let letter = test.dead_letters.receive(1, SECOND, SECOND).await.unwrap();
        let reason = DeadLetterReason::from_attributes(&letter[0].attributes).unwrap();
        assert_eq!(reason.code, "attempts_exhausted");
    }

    #[tokio::test(start_paused = true)]
    async fn a_malformed_message_is_a_dead_letter_at_once() {
        let test = TestStore::new();
        test.send_malformed().await;
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(SECOND).await;
        assert!(test.events.is_empty());
        assert_eq!(test.dead_letters.bodies(), ["hello"]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_good_records_of_a_message_are_processed_despite_its_bad_ones() {
        let test = TestStore::new();
        let keys = [MemoryStore::new_key(), MemoryStore::new_key()];
        let record = |key: &RawKey| {
            let info = test.put(key, "image");
            let body = notification_body(&test.store.event(key, Some((&info).into()), false));
            let record = body.strip_prefix(r#"{"Records":["#);
            record
                .and_then(|it| it.strip_suffix("]}"))
                .unwrap()
                .to_owned()
        };
        let (first, second) = (record(&keys[0]), record(&keys[1]));
        let bad = [r#"{"no":"record"}"#, r#"{"eventVersion":"3.0"}"#];
        let body = format!(r#"{{"Records":[{},{first},{},{second}]}}"#, bad[0], bad[1]);
        test.events.send(&[body]).await.unwrap();
        let _worker = test.start(StandInRenderer::default()).await;
        sleep(SECOND).await;
        for key in &keys {
            test.assert_ready(key).await;
        }
        assert!(test.events.is_empty());
        assert_eq!(test.dead_letters.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unreadable_object_blocks_no_other_and_ends_as_failed() {
        for (kind, code) in [
            (CloudErrorKind::Forbidden, "forbidden"),
            (CloudErrorKind::Unavailable, "unavailable"),
        ] {
            let test = TestStore::new();
            let bad = MemoryStore::new_key();
            test.raw.faults().fail("GetObject", &bad.to_string(), kind);
            test.upload(&bad, "image").await.unwrap();
            let good = MemoryStore::new_key();
            test.upload(&good, "image").await.unwrap();
            let _worker = test.start(StandInRenderer::default()).await;
            sleep(SECOND).await;
            test.assert_ready(&good).await;
            sleep(3600 * SECOND).await;
            let manifest = test.manifest(&bad).await.unwrap();
            let Outcome::Failed { error } = &manifest.outcome else {
                panic!("{manifest:?}");
            };
            assert_eq!(error.code, code);
            assert_eq!(test.dead_letters.len(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn expired_credentials_count_as_an_outage_and_cost_no_attempt() {
        outage_costs_no_attempt(CloudErrorKind::Forbidden).await;
    }

    #[tokio::test(start_paused = true)]
    async fn an_unavailable_store_counts_as_an_outage_and_costs_no_attempt() {
        outage_costs_no_attempt(CloudErrorKind::Unavailable).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_denied_write_counts_as_an_outage_and_costs_no_attempt() {
        for (operation, folder) in [("PutObject", "avatars/"), ("PutObject", "manifests/")] {
            let test = TestStore::new();
            let first = MemoryStore::new_key();
            let worker = test.start(StandInRenderer::default()).await;
            sleep(SECOND).await;
            for bucket in [&test.raw, &test.media] {
                let forbidden = CloudErrorKind::Forbidden;
                bucket.faults().fail(operation, folder, forbidden);
            }
            test.upload(&first, "image").await.unwrap();
            sleep(20 * SECOND).await;
            // Nothing more is received, not even by a worker that starts now.
            worker.stop().await;
            let second = MemoryStore::new_key();
            test.upload(&second, "image").await.unwrap();
            for _ in 0..10 {
                let worker = test.start(StandInRenderer::default()).await;
                sleep(300 * SECOND).await;
                worker.stop().await;
            }
            assert_eq!(test.events.len(), 2, "{folder}");
            test.raw.succeed();
            test.media.succeed();
            let _worker = test.start(StandInRenderer::default()).await;
            sleep(3600 * SECOND).await;
            for key in [first, second] {
                test.assert_ready(&key).await;
            }
            assert!(test.dead_letters.is_empty());
        }
    }

    async fn outage_costs_no_attempt(kind: CloudErrorKind) {
        let test = TestStore::new();
        let first = MemoryStore::new_key();
        test.upload(&first, "image").await.unwrap();
        let renderer = StandInRenderer::with_duration(10 * SECOND);
        let _worker = test.start(renderer).await;
        sleep(SECOND).await;
        test.media.fail(kind);
        sleep(20 * SECOND).await;
        let second = MemoryStore::new_key();
        test.upload(&second, "image").await.unwrap();
        sleep(1800 * SECOND).await;
        test.media.succeed();
        sleep(60 * SECOND).await;
        for key in [first, second] {
            test.assert_ready(&key).await;
        }
        assert!(test.dead_letters.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_during_an_outage_leaves_the_message_to_be_retried() {
        let test = TestStore::new();
        test.upload(&MemoryStore::new_key(), "image").await.unwrap();
        let renderer = StandInRenderer::with_duration(10 * SECOND);
        let worker = test.start(renderer).await;
        sleep(SECOND).await;
        test.media.fail(CloudErrorKind::Unavailable);
        sleep(60 * SECOND).await;
        worker.stop().await;
        assert_eq!(test.events.len(), 1);
        assert!(test.dead_letters.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_deleted_during_its_render_leaves_no_outputs_and_is_not_published() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "image").await.unwrap();
        let renderer = StandInRenderer::with_duration(10 * SECOND);
        let _worker = test.start(renderer).await;
        sleep(5 * SECOND).await;
        test.store.delete(&key).await.unwrap();
        sleep(10 * SECOND).await;
        assert_eq!(test.outputs(), [""; 0]);
        assert!(test.events.is_empty());
        assert!(
            test.outcomes.is_empty(),
            "a deleted upload is not published"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_is_replaced_while_it_is_rendered_ends_with_the_new_object() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "old").await.unwrap();
        let renderer = StandInRenderer::with_duration(10 * SECOND);
        let _worker = test.start(renderer).await;
        sleep(5 * SECOND).await;
        test.upload(&key, "new").await.unwrap();
        sleep(40 * SECOND).await;
        test.assert_ready(&key).await;
        assert!(test.events.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_event_of_an_older_object_changes_nothing() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        let old = test.put(&key, "old");
        let event = test.store.event(&key, Some((&old).into()), false);
        test.upload(&key, "new").await.unwrap();
        let renderer = StandInRenderer::default();
        let _worker = test.start(renderer.clone()).await;
        sleep(SECOND).await;
        test.store.requeue(&[event]).await.unwrap();
        sleep(SECOND).await;
        test.assert_ready(&key).await;
        assert_eq!(renderer.rendered(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_outcome_outlives_the_expiry_of_its_raw_object_but_not_a_deletion() {
        // Lifecycle expiry takes at least a day. An object that is missing soon after its manifest
        // was written counts as deleted.
        for (age, is_kept) in [(0, false), (48 * 3600, true)] {
            let test = TestStore::new();
            let key = MemoryStore::new_key();
            let event = test.upload(&key, "image").await.unwrap();
            let worker = test.start(StandInRenderer::default()).await;
            sleep(SECOND).await;
            worker.stop().await;
            sleep(age * SECOND).await;
            test.raw.delete(&[key.to_string()]).await.unwrap();
            test.store.requeue(&[event]).await.unwrap();
            // Receives the message without deleting it, as a worker that crashes does. The next
            // receipt is then a redelivery. Only on a redelivery does a worker delete the outputs
            // of an upload whose raw object is gone.
            test.events.receive(1, SECOND, SECOND).await.unwrap();
            let _worker = test.start(StandInRenderer::default()).await;
            sleep(10 * SECOND).await;
            assert_eq!(test.manifest(&key).await.is_some(), is_kept, "{age}");
            assert!(test.events.is_empty());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_object_over_the_limit_is_rejected_unread() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        let max = test.store.profile(&key.profile).unwrap().max_bytes.as_u64();
        let bytes = vec![0; usize::try_from(max).unwrap() + 1].into();
        let options = UploadOptions::default();
        let info = test.raw.upload(&key.to_string(), bytes, options);
        let event = test.store.event(&key, Some((&info).into()), false);
        test.store.requeue(&[event]).await.unwrap();
        let renderer = StandInRenderer::default();
        let _worker = test.start(renderer.clone()).await;
        sleep(SECOND).await;
        let manifest = test.manifest(&key).await.unwrap();
        let Outcome::Rejected { error } = &manifest.outcome else {
            panic!("{manifest:?}");
        };
        assert_eq!(error.code.name(), "too_many_bytes");
        assert_eq!(renderer.rendered(), 0);
    }
}
