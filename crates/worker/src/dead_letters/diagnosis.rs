//! Diagnosis of a dead letter.

use darkroom_cloud::{CloudError, Message};
use darkroom_consumer::DeadLetterReason;
use darkroom_contract::{Manifest, Notification, ObjectEvent, Outcome, RawKey};
use darkroom_uploads::UploadStore;

use super::reason::ReasonCode;

/// Returns the reason that a worker wrote. SQS itself writes none: then the message and the stage
/// of its upload have to show it.
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
        return reason(ReasonCode::Foreign, "it names no upload of this service");
    };
    diagnose_upload(store, &key).await.unwrap_or_else(|error| {
        let detail = format!("cannot read the stage of the upload: {error}");
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
            "no worker finished it: each was lost, or could not reach the store",
        ),
    })
}

fn reason_of_outcome(manifest: &Manifest) -> DeadLetterReason {
    match &manifest.outcome {
        Outcome::Failed { error } => reason(ReasonCode::AttemptsExhausted, &error.code),
        outcome => {
            let detail = format!("the upload has an outcome by now: {}", outcome.name());
            reason(ReasonCode::AlreadyProcessed, &detail)
        }
    }
}

fn reason(code: ReasonCode, detail: &str) -> DeadLetterReason {
    DeadLetterReason::new(code.name(), &detail)
}
