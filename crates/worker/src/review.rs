//! The worker's part in reviews: it applies the decision of a reviewer.

use darkroom_consumer::DeliveryAttempt;
use darkroom_contract::{Manifest, Profile};

use crate::event_outcome::ProcessError;
use crate::processor::Processor;
use crate::report::report;
use crate::upload::to_millisecond;

/// The result of the check for a decision.
pub(crate) enum Reviewed {
    /// There is nothing to apply. The manifest is unchanged.
    Unchanged(Manifest),
    /// The manifest that the decision led to. It is stored.
    Decided(Manifest),
    /// The review copies are incomplete, so the source must be rendered again.
    CopiesMissing(Manifest),
}

impl Processor {
    /// Applies the decision of a reviewer to a stored manifest, if it is in review and there is a
    /// decision.
    ///
    /// Call this after each write of a manifest in review, and for each event whose manifest is
    /// current. A decision is written before its event is queued, so one of these calls finds it.
    pub(crate) async fn apply_review(
        &self,
        manifest: Manifest,
        attempt: &DeliveryAttempt,
    ) -> Result<Reviewed, ProcessError> {
        let Some(review) = self.store.unapplied_review(&manifest).await? else {
            return Ok(Reviewed::Unchanged(manifest));
        };
        let Some(reviewed) = self.store.apply_review(&manifest, review).await? else {
            return Ok(Reviewed::CopiesMissing(manifest));
        };
        let reviewed = Manifest {
            finished_at: to_millisecond(self.store.clock().now()),
            ..reviewed
        };
        self.store.write_manifest(&reviewed).await?;
        report(&reviewed, attempt, &self.store);
        Ok(Reviewed::Decided(reviewed))
    }
}

/// Returns `true` if the upload must be rendered again, although its manifest is current, because
/// the profile no longer requires a review.
pub(crate) fn is_review_obsolete(manifest: &Manifest, profile: &Profile) -> bool {
    manifest.outcome.is_in_review() && !profile.review
}

#[cfg(test)]
mod tests;
