//! The check of an entry.

use darkroom_contract::Outcome;

use super::entry::{LoadedEntry, LoadedUpload};
use super::inconsistency::{Inconsistency, InconsistencyCode as Code, Repair};
use super::rules::Rules;
use super::state::State;

/// The result of the check of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Assessment {
    pub(super) inconsistencies: Vec<Inconsistency>,
    /// The number of uploads that have a raw object or a manifest.
    pub(super) uploads: u64,
    /// The number of uploads, and of variants without an upload, that are too young to be checked.
    pub(super) in_progress: u64,
    /// The number of uploads whose outcome is a failure.
    pub(super) failed: u64,
    /// The number of uploads whose outcome comes from another recipe.
    pub(super) outdated: u64,
}

impl Rules<'_> {
    /// Checks all objects of an entry.
    pub(super) fn assess(&self, entry: &LoadedEntry) -> Assessment {
        let mut assessment = Assessment::default();
        let mut is_final = true;
        for upload in &entry.uploads {
            if upload.objects.is_gone() {
                self.find_orphaned_reviews(upload, &mut assessment);
                continue;
            }
            assessment.uploads += 1;
            match self.state(upload, &entry.variants) {
                State::Consistent => {
                    self.count(upload, &mut assessment);
                    self.find_orphaned_reviews(upload, &mut assessment);
                }
                State::InProgress => {
                    assessment.in_progress += 1;
                    is_final = false;
                }
                State::Inconsistent(found) => {
                    // A missing or damaged variant says nothing about the other variants.
                    is_final &= found
                        .iter()
                        .all(|it| matches!(it.code, Code::MissingVariant | Code::DamagedVariant));
                    assessment.inconsistencies.extend(found);
                }
            }
        }
        // Until the upload has an outcome, its variants may still be needed or be replaced.
        if is_final {
            self.find_orphans(entry, &mut assessment);
        }
        assessment
    }

    fn count(&self, upload: &LoadedUpload, assessment: &mut Assessment) {
        let Some(manifest) = upload.manifest() else {
            return;
        };
        let is_failed = matches!(manifest.outcome, Outcome::Failed { .. });
        let profile = self.store.profile(&manifest.profile);
        let is_outdated = profile.is_some_and(|profile| {
            !is_failed && profile.recipe(manifest.crop).digest() != manifest.recipe
        });
        assessment.failed += u64::from(is_failed);
        assessment.outdated += u64::from(is_outdated);
    }

    /// Finds variants that no manifest names, after an attempt that was not finished, or after a
    /// change of the profile.
    fn find_orphans(&self, entry: &LoadedEntry, assessment: &mut Assessment) {
        let is_named = |key: &str| entry.uploads.iter().any(|upload| upload.names(key));
        let orphans = entry.variants.iter().filter(|it| !is_named(&it.key));
        for variant in orphans {
            if self.is_recent(variant) {
                assessment.in_progress += 1;
                continue;
            }
            let upload = entry.uploads.first();
            assessment.inconsistencies.push(Inconsistency {
                code: Code::OrphanedVariant,
                key: variant.key.clone(),
                upload: upload.map(|upload| upload.objects.key.clone()),
                detail: "no manifest names this variant".to_owned(),
                repair: Repair::DeleteVariant,
            });
        }
    }
}
