//! The reviewer of uploads.

use darkroom_contract::{RawKey, Review, ReviewDecision};
use darkroom_uploads::{ReviewRefusal, UploadStore};
use time::OffsetDateTime;
use tokio::time::sleep;

use crate::issuers::{Issuer, Issuers, RETRY_PAUSE};

/// Repeats the decision about an upload in review until an issuer confirms or refuses it.
pub(crate) async fn review(issuers: &Issuers, name: &str, key: &RawKey) {
    let world = &issuers.world;
    let decision = ReviewDecision::ALL[usize::from(world.draw(3) == 0)];
    let mut sha256 = None;
    loop {
        let Issuer { process, store, .. } = issuers.pick();
        let decided = tokio::select! {
            biased;
            () = process.crashed() => None,
            decided = decide(&store, key, decision, &mut sha256) => decided,
        };
        if let Some(result) = decided {
            world.trace(name, format_args!("{} {key}: {result}", decision.name()));
            return;
        }
        sleep(RETRY_PAUSE).await;
    }
}

/// Decides about the file that the reviewer has seen first. Returns `None` if the call has to be
/// repeated.
async fn decide(
    store: &UploadStore,
    key: &RawKey,
    decision: ReviewDecision,
    seen: &mut Option<String>,
) -> Option<&'static str> {
    if seen.is_none() {
        let manifest = store.find_manifest(key).await.ok()?;
        let manifest = manifest.filter(|manifest| manifest.outcome.is_in_review());
        *seen = manifest.and_then(|manifest| manifest.source.sha256.clone());
    }
    let Some(sha256) = seen.clone() else {
        return Some("there is nothing to review");
    };
    let review = Review {
        decision,
        sha256,
        code: None,
        message: None,
        reviewer: "reviewer".to_owned(),
        decided_at: OffsetDateTime::UNIX_EPOCH,
    };
    match store.decide(key, &review).await {
        Ok(_) => Some("recorded"),
        Err(ReviewRefusal::Store(_)) => None,
        Err(_) => Some("refused"),
    }
}
