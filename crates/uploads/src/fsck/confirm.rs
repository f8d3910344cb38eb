//! The confirmation of inconsistencies.

use std::collections::BTreeSet;

use darkroom_cloud::CloudError;
use darkroom_contract::ProfileName;

use super::assessment::Assessment;
use super::inconsistency::InconsistencyCode;
use super::position::Position;
use super::reader::Reader;
use super::rules::Rules;

/// Reads entries once more, and reports only what is still wrong with them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Confirmation<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) rules: Rules<'a>,
    /// All profiles, including those that other groups contain.
    pub(super) profiles: &'a BTreeSet<ProfileName>,
}

impl Confirmation<'_> {
    /// Assesses each entry that has inconsistencies again, with its objects as they are now. Keeps
    /// only the inconsistencies that both assessments contain.
    pub(super) async fn confirm(
        &self,
        assessments: &mut [(Position, Assessment)],
    ) -> Result<(), CloudError> {
        let suspects = assessments.iter_mut();
        let suspects = suspects.filter(|(_, it)| !it.inconsistencies.is_empty());
        let suspects: Vec<_> = suspects.collect();
        let positions = suspects.iter().map(|(position, _)| position.clone());
        let entries = self.reader.reload_all(positions.collect()).await?;
        for ((position, first), entry) in suspects.into_iter().zip(entries) {
            let mut now = self.rules.assess(&entry);
            let was_found = |code, key: &str| {
                let mut found = first.inconsistencies.iter();
                found.any(|it| it.code == code && it.key == key)
            };
            now.inconsistencies.retain(|it| was_found(it.code, &it.key));
            let is_orphan = |code| code == InconsistencyCode::OrphanedVariant;
            if now.inconsistencies.iter().any(|it| is_orphan(it.code))
                && self.belongs_to_another_group(position).await?
            {
                now.inconsistencies.retain(|it| !is_orphan(it.code));
            }
            *first = now;
        }
        Ok(())
    }

    /// Returns `true` if a profile of another group has an upload at this position. The profile may
    /// have had another prefix when the upload was processed, or may no longer be configured.
    async fn belongs_to_another_group(&self, position: &Position) -> Result<bool, CloudError> {
        let Reader { store, group, pace } = self.reader;
        let others = self.profiles.iter().filter(|name| !group.contains(name));
        for profile in others {
            let key = position.raw_key(profile);
            for key in [key.to_string(), key.manifest_key()] {
                pace.wait().await;
                let listing = store.parts.raw.list_after(&key, "", 1).await?;
                if listing.objects.iter().any(|object| object.key == key) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
