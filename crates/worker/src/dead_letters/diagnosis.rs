//! Diagnosis of a dead letter.

use darkroom_cloud::{CloudError, Message};
use darkroom_consumer::DeadLetterReason;
use darkroom_contract::{Manifest, Notification, ObjectEvent, Outcome, RawKey};
use darkroom_uploads::UploadStore;

use super::reason::ReasonCode;

/// Returns the reason that a worker wrote. A message that SQS itself moved has no such reason. In
/// that case, derives the reason from the message and the status of its upload.
pub(super) async fn diagnose(store: &UploadStore, message: &Message) -> DeadLetterReason {
    if let Some(reason) = DeadLetterReason::from_attributes(&message.attributes) {
        return reason;
    }
    let events = match events(message) {
        Ok(events) => events,
        Err(reason) => return reason,
    };
    let upload = events.iter().find_map(|event| store.upload_of(event));
    let Some(key) = upload else {
        return reason(
            ReasonCode::Foreign,
            "the message does not name an upload of this service",
        );
    };
    diagnose_upload(store, &key).await.unwrap_or_else(|error| {
        let detail = format!("cannot read the status of the upload: {error}");
        reason(ReasonCode::NeverFinished, &detail)
    })
}

fn events(message: &Message) -> Result<Vec<ObjectEvent>, DeadLetterReason> {
    let records = match Notification::parse(&message.body) {
        Ok(Notification::Records(records)) => records,
        Ok(Notification::Test) => return Err(reason(ReasonCode::Foreign, "a test event")),
        Err(error) => return Err(reason(ReasonCode::Malformed, &error.to_string())),
    };
    let events: Result<Vec<ObjectEvent>, _> = records.into_iter().collect();
    events.map_err(|error| reason(ReasonCode::Malformed, &error.to_string()))
}

async fn diagnose_upload(
    store: &UploadStore,
    key: &RawKey,
) -> Result<DeadLetterReason, CloudError> {
    if store.profile(&key.profile).is_none() {
        let detail = format!("there is no profile {}", key.profile);
        return Ok(reason(ReasonCode::UnknownProfile, &detail));
    }
    if let Some(manifest) = store.manifest(key).await? {
        return Ok(reason_of_outcome(&manifest));
    }
    Ok(match store.source_info(key).await? {
        None => reason(ReasonCode::Deleted, "the upload was deleted"),
        Some(_) => reason(
            ReasonCode::NeverFinished,
            "no worker finished the upload: each one stopped early or could not reach the dead-letter queue",
        ),
    })
}

fn reason_of_outcome(manifest: &Manifest) -> DeadLetterReason {
    match &manifest.outcome {
        Outcome::Failed { error } => reason(ReasonCode::AttemptsExhausted, &error.code),
        outcome => {
            let detail = format!("the upload already has an outcome: {}", outcome.name());
            reason(ReasonCode::AlreadyProcessed, &detail)
        }
    }
}

fn reason(code: ReasonCode, detail: &str) -> DeadLetterReason {
    DeadLetterReason::new(code.name(), &detail)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use darkroom_cloud::{CloudErrorKind, Queue};
    use darkroom_contract::notification_body;
    use darkroom_uploads::MemoryStore;

    use super::*;
    use crate::StandInRenderer;
    use crate::testing::TestStore;

    const SECOND: Duration = Duration::from_secs(1);

    /// Diagnoses a dead letter with this body, as if SQS itself had moved it. Returns the code.
    async fn code(test: &TestStore, body: String) -> String {
        test.dead_letters.send(&[body]).await.unwrap();
        let received = test.dead_letters.receive(1, SECOND, SECOND).await.unwrap();
        let reason = diagnose(&test.store, &received[0]).await;
        assert_ne!(reason.detail, "");
        let receipts = [received[0].receipt.clone()];
        test.dead_letters.delete(&receipts).await.unwrap();
        reason.code
    }

    async fn code_of(test: &TestStore, key: &RawKey) -> String {
        code(test, notification_body(&test.store.event(key, None, false))).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_reason_that_a_worker_wrote_is_kept() {
        let test = TestStore::new();
        let written = DeadLetterReason::new("attempts_exhausted", &"unavailable");
        test.dead_letters.send(&["{}".to_owned()]).await.unwrap();
        let mut received = test.dead_letters.receive(1, SECOND, SECOND).await.unwrap();
        let attributes = written.attributes().into_iter();
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
        received[0].attributes = attributes.collect::<BTreeMap<_, _>>();
        assert_eq!(diagnose(&test.store, &received[0]).await, written);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_that_is_about_no_upload_is_malformed_or_foreign() {
        let test = TestStore::new();
        assert_eq!(code(&test, "hello".to_owned()).await, "malformed");
        let bad_record = r#"{"Records":[{"no":"record"}]}"#.to_owned();
        assert_eq!(code(&test, bad_record).await, "malformed");
        let event = ObjectEvent::created("another-bucket", MemoryStore::new_key().to_string());
        assert_eq!(code(&test, notification_body(&event)).await, "foreign");
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_about_an_upload_is_diagnosed_by_its_status() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        assert_eq!(code_of(&test, &key).await, "deleted");
        test.upload(&key, "image").await.unwrap();
        assert_eq!(code_of(&test, &key).await, "never_finished");
        let _worker = test.start(StandInRenderer::default()).await;
        tokio::time::sleep(SECOND).await;
        assert_eq!(code_of(&test, &key).await, "already_processed");
        let profile = "unknown".parse().unwrap();
        let unknown = RawKey { profile, ..key };
        assert_eq!(code_of(&test, &unknown).await, "unknown_profile");
    }

    #[tokio::test(start_paused = true)]
    async fn the_reason_is_attempts_exhausted_if_the_upload_has_failed() {
        let test = TestStore::new();
        let key = MemoryStore::new_key();
        test.upload(&key, "image").await.unwrap();
        let _worker = test.start(StandInRenderer::failing(100)).await;
        tokio::time::sleep(3600 * SECOND).await;
        assert_eq!(code_of(&test, &key).await, "attempts_exhausted");
    }

    #[tokio::test(start_paused = true)]
    async fn the_reason_is_never_finished_if_the_store_does_not_respond() {
        let test = TestStore::new();
        test.raw.fail(CloudErrorKind::Unavailable);
        assert_eq!(
            code_of(&test, &MemoryStore::new_key()).await,
            "never_finished"
        );
    }
}
