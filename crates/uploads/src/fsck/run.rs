//! The check of all objects.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use darkroom_cloud::CloudError;
use darkroom_contract::{ProfileName, RawKey};

use super::assessment::Assessment;
use super::confirm::Confirmation;
use super::entry::Entry;
use super::group::Group;
use super::inconsistency::Repair;
use super::join::Join;
use super::pace::Pace;
use super::position::Position;
use super::progress::{FsckProgress, FsckUpdate};
use super::reader::Reader;
use super::repair::repair;
use super::rules::Rules;
use crate::UploadStore;

/// The number of entries that are checked before the progress is reported.
const BATCH: usize = 1000;

/// A check of both buckets for inconsistencies, and their repair.
///
/// Its memory does not depend on the number of objects. It makes one call to S3 for each manifest,
/// one for 1,000 objects, and a few for each inconsistency.
#[derive(Debug, Clone)]
pub struct Fsck<'a> {
    /// The store of uploads.
    pub store: UploadStore,
    /// If set, only this profile is checked, and the profiles with the same prefix.
    pub profile: Option<&'a ProfileName>,
    /// If set, the check begins after this key, the [`FsckProgress::last_key`] of an earlier check
    /// with the same settings.
    pub after: Option<&'a RawKey>,
    /// If `true`, inconsistencies are repaired.
    pub repair: bool,
    /// The age below which an object may be part of an upload or deletion in progress. With
    /// `repair`, it must be longer than a worker may wait between a variant and its manifest: an
    /// hour during an outage.
    pub grace: Duration,
    /// The maximum number of requests per second, apart from listings of 1,000 objects.
    pub max_rate: Option<NonZeroU32>,
    /// If set, nothing is queued while at least this many messages wait in the queue.
    pub max_waiting: Option<u64>,
}

/// The reason why a check ended early.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FsckError {
    /// A call to S3 or SQS failed.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// The key to begin after is of a profile that is not checked.
    #[error("profile {0} is not part of this check")]
    UnknownProfile(ProfileName),
}

/// The parts of a running check.
struct Run<'a> {
    fsck: &'a Fsck<'a>,
    profiles: BTreeSet<ProfileName>,
    pace: Pace,
    progress: FsckProgress,
}

impl Fsck<'_> {
    /// Checks all objects. Reports each inconsistency, and the progress after every 1,000 uploads.
    ///
    /// # Errors
    /// [`FsckError`]. What was repaired before stays repaired. Another check may begin after
    /// [`FsckProgress::last_key`] of the last report.
    pub async fn run(
        &self,
        mut report: impl FnMut(FsckUpdate<'_>),
    ) -> Result<FsckProgress, FsckError> {
        let profiles = self.store.stored_profiles().await?;
        let mut groups = Group::all(&self.store, &profiles);
        groups.retain(|group| self.profile.is_none_or(|profile| group.contains(profile)));
        if let Some(after) = self.after {
            let index = groups.iter().position(|it| it.contains(&after.profile));
            let index = index.ok_or_else(|| FsckError::UnknownProfile(after.profile.clone()))?;
            groups.drain(..index);
        }
        let mut start = self.after.map(|after| Position {
            owner: after.owner.clone(),
            id: after.id,
        });
        let mut run = Run {
            fsck: self,
            profiles,
            pace: Pace::new(self.max_rate),
            progress: FsckProgress {
                last_key: self.after.map(RawKey::to_string),
                ..FsckProgress::default()
            },
        };
        for group in &groups {
            run.check_group(group, start.take().as_ref(), &mut report)
                .await?;
        }
        Ok(run.progress)
    }
}

impl Run<'_> {
    async fn check_group(
        &mut self,
        group: &Group,
        start: Option<&Position>,
        report: &mut impl FnMut(FsckUpdate<'_>),
    ) -> Result<(), CloudError> {
        let store = &self.fsck.store;
        let mut join = Join::after(store, group, start);
        loop {
            let entries = join.take(BATCH).await?;
            let is_last = entries.len() < BATCH;
            let last = entries.last().and_then(|it| group.key_at(&it.position));
            let assessments = self.assess(group, entries).await?;
            self.conclude(assessments, report).await?;
            self.progress.add_counts(join.take_counts());
            if let Some(last) = last {
                self.progress.last_key = Some(last.to_string());
            }
            report(FsckUpdate::Progress(&self.progress));
            if is_last {
                return Ok(());
            }
        }
    }

    async fn assess(
        &self,
        group: &Group,
        entries: Vec<Entry>,
    ) -> Result<Vec<Assessment>, CloudError> {
        let store = &self.fsck.store;
        let rules = Rules {
            store,
            now: store.clock().now(),
            grace: self.fsck.grace,
        };
        let reader = Reader {
            store,
            group,
            pace: &self.pace,
        };
        let entries = reader.load_all(entries).await?;
        let assessments = entries.into_iter();
        let assessments = assessments.map(|entry| {
            let assessment = rules.assess(&entry);
            (entry.position, assessment)
        });
        let mut assessments: Vec<_> = assessments.collect();
        let confirmation = Confirmation {
            reader,
            rules,
            profiles: &self.profiles,
        };
        confirmation.confirm(&mut assessments).await?;
        Ok(assessments.into_iter().map(|(_, it)| it).collect())
    }

    /// Repairs, counts and reports inconsistencies.
    async fn conclude(
        &mut self,
        assessments: Vec<Assessment>,
        report: &mut impl FnMut(FsckUpdate<'_>),
    ) -> Result<(), CloudError> {
        let mut found = Vec::new();
        for mut assessment in assessments {
            self.progress.add(&assessment);
            found.append(&mut assessment.inconsistencies);
        }
        let Fsck {
            store, max_waiting, ..
        } = self.fsck;
        if self.fsck.repair {
            repair(store, &found, *max_waiting).await?;
        }
        for inconsistency in &found {
            let can_repair = !matches!(inconsistency.repair, Repair::Manual { .. });
            let repaired = self.fsck.repair && can_repair;
            self.progress.repaired += u64::from(repaired);
            report(FsckUpdate::Found {
                inconsistency,
                repaired,
            });
        }
        Ok(())
    }
}
