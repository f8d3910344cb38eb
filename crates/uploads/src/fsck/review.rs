//! The check of the objects of a review.

use std::collections::BTreeSet;

use darkroom_contract::Manifest;

use super::assessment::Assessment;
use super::entry::LoadedUpload;
use super::inconsistency::{InconsistencyCode as Code, Repair};
use super::rules::Rules;
use super::state::{State, inconsistency};
use crate::review_copies::review_copies;

impl Rules<'_> {
    /// Checks an upload in review: nothing was decided, and the reviewer can see all its variants.
    pub(super) fn in_review(&self, upload: &LoadedUpload, manifest: &Manifest) -> State {
        let objects = &upload.objects;
        let sha256 = manifest.source.sha256.as_ref();
        let decision = sha256.map(|sha256| objects.key.review_decision_key(sha256));
        let mut decisions = objects.review_decisions.iter();
        if let Some(decision) = decisions.find(|it| Some(&it.key) == decision.as_ref()) {
            if self.is_recent(decision) {
                return State::InProgress;
            }
            let detail = "a reviewer has decided, but the upload is still in review".to_owned();
            let repair = self.rendering(upload, false);
            let code = Code::UnappliedReview;
            let found = inconsistency(code, &decision.key, upload, detail, repair);
            return State::Inconsistent(vec![found]);
        }
        let variants = manifest.outcome.variants().iter();
        let named = variants.map(|it| (objects.key.review_copy_key(&it.sha256), it));
        self.compare_variants(upload, named, objects.review_copies.iter())
    }

    /// Finds review copies that no upload in review needs, and decisions about an upload that is
    /// gone. While an upload exists, its decisions apply whenever its file is rendered again.
    pub(super) fn find_orphaned_reviews(&self, upload: &LoadedUpload, assessment: &mut Assessment) {
        let manifest = upload.manifest().filter(|it| it.outcome.is_in_review());
        let needed: BTreeSet<String> = manifest.map(|it| review_copies(it)).unwrap_or_default();
        let objects = &upload.objects;
        let copies = objects.review_copies.iter();
        let copies = copies.filter(|it| !needed.contains(&it.key));
        let copies = copies.map(|it| (it, "no upload in review needs this review copy"));
        let decisions = objects.review_decisions.iter();
        let decisions = decisions.filter(|_| objects.is_gone());
        let decisions = decisions.map(|it| (it, "the upload of this review decision is gone"));
        for (object, detail) in copies.chain(decisions) {
            if self.is_recent(object) {
                continue;
            }
            let (code, detail) = (Code::OrphanedReview, detail.to_owned());
            let repair = Repair::DeleteReview;
            let found = inconsistency(code, &object.key, upload, detail, repair);
            assessment.inconsistencies.push(found);
        }
    }
}
