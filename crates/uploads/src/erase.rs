//! Erasure of everything that the store holds about an owner.

use std::collections::BTreeSet;
use std::sync::Arc;

use darkroom_cloud::{Bucket, CloudError, VersionId};
use darkroom_contract::{
    ErasedObjects, ErasureReceipt, MANIFEST_PREFIX, Owner, ProfileName, REVIEW_COPY_PREFIX,
    REVIEW_DECISION_PREFIX, RawKey, TOMBSTONE_PREFIX,
};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::Instant;

use crate::UploadStore;
use crate::variants::variant_id;

/// The number of manifests that are read concurrently.
const CONCURRENT_READS: usize = 16;
/// The number of manifests per page. Each page is read and removed before the next one is listed.
const MANIFEST_PAGE: usize = 1000;

/// An erasure of everything that the store holds about an owner: raw objects, unfinished multipart
/// uploads, variants, manifests, reviews and tombstones, with all versions and delete markers.
///
/// An erasure that was interrupted can be repeated, and continues where it stopped. The raw objects
/// are removed first, so a worker that is rendering one of them deletes its outputs by itself, and
/// publishes nothing.
#[derive(Debug, Clone)]
pub struct Erasure<'a> {
    /// The store.
    pub store: UploadStore,
    /// The owner.
    pub owner: &'a Owner,
    /// If set, only uploads of this profile are removed.
    pub profile: Option<&'a ProfileName>,
    /// If `true`, objects are only counted.
    pub dry_run: bool,
    /// The time at which to stop even if objects are left.
    pub deadline: Option<Instant>,
}

/// The reason why an owner's data was not erased.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ErasureError {
    /// A call to S3 failed.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// Variants of the profile cannot be distinguished from those of another profile.
    #[error(
        "profiles {profile} and {other} have the same prefix, so they can only be erased together; \
         omit the profile"
    )]
    SharedPrefix {
        /// The profile to erase.
        profile: ProfileName,
        /// A profile with the same prefix.
        other: ProfileName,
    },
}

/// The state of a run.
struct Run<'a> {
    erasure: &'a Erasure<'a>,
    removed: ErasedObjects,
    /// The folders of earlier configurations whose variants a dry run has counted. It removes
    /// nothing, so it would count them again for every manifest that names the folder.
    counted: BTreeSet<String>,
}

/// A set of objects of one bucket to remove.
#[derive(Clone, Copy)]
struct Scope<'a> {
    bucket: &'a Arc<dyn Bucket>,
    prefix: &'a str,
    kind: Kind,
    /// If set, only keys up to and including this one are removed. Otherwise, all keys below the
    /// prefix.
    until: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum Kind {
    RawObject,
    Variant,
    Manifest,
    Tombstone,
    ReviewCopy,
    ReviewDecision,
}

/// The reason why a run ended early.
enum Stop {
    TimeIsUp,
    Failed(CloudError),
}

impl From<CloudError> for Stop {
    fn from(error: CloudError) -> Self {
        Self::Failed(error)
    }
}

impl Erasure<'_> {
    /// Removes everything, and returns the receipt.
    ///
    /// # Errors
    /// [`ErasureError`]. Everything that was removed before a failed call stays removed.
    pub async fn run(&self) -> Result<ErasureReceipt, ErasureError> {
        let clock = self.store.clock();
        let started_at = clock.now();
        self.check_prefix()?;
        let mut run = Run {
            erasure: self,
            removed: ErasedObjects::default(),
            counted: BTreeSet::new(),
        };
        let complete = match run.erase_all().await {
            Ok(()) => true,
            Err(Stop::TimeIsUp) => false,
            Err(Stop::Failed(error)) => return Err(error.into()),
        };
        let finished_at = clock.now();
        Ok(ErasureReceipt {
            owner: self.owner.clone(),
            profile: self.profile.cloned(),
            dry_run: self.dry_run,
            complete,
            removed: run.removed,
            started_at,
            finished_at,
            repeat_after: finished_at + self.store.parts.upload_expiry,
        })
    }

    /// Refuses to erase a single profile if another one has the same prefix, because the keys of
    /// variants do not distinguish the two.
    fn check_prefix(&self) -> Result<(), ErasureError> {
        let Some(name) = self.profile else {
            return Ok(());
        };
        let prefix = self.store.profile(name).map(|profile| &profile.prefix);
        let mut others = self.store.profiles().iter();
        let other =
            others.find(|(other, profile)| *other != name && Some(&profile.prefix) == prefix);
        match other {
            None => Ok(()),
            Some((other, _)) => Err(ErasureError::SharedPrefix {
                profile: name.clone(),
                other: other.clone(),
            }),
        }
    }

    /// Returns the profiles to erase. If the erasure is not limited to one profile, these are all
    /// configured profiles, and all other profiles with objects in the raw bucket.
    async fn profiles(&self) -> Result<BTreeSet<ProfileName>, CloudError> {
        if let Some(profile) = self.profile {
            return Ok([profile.clone()].into());
        }
        self.store.stored_profiles().await
    }
}

impl Run<'_> {
    async fn erase_all(&mut self) -> Result<(), Stop> {
        for profile in self.erasure.profiles().await? {
            self.erase_profile(&profile).await?;
        }
        Ok(())
    }

    /// Removes the objects of one profile. Begins again if a file has arrived in the meantime: it
    /// has to be removed too, with its variants.
    async fn erase_profile(&mut self, profile: &ProfileName) -> Result<(), Stop> {
        let Erasure { store, owner, .. } = self.erasure;
        let sources = RawKey::owner_prefix(profile, owner);
        loop {
            self.erase_profile_once(profile).await?;
            let arrived = store.parts.raw.list_after(&sources, "", 1).await?;
            if self.erasure.dry_run || arrived.objects.is_empty() {
                return Ok(());
            }
        }
    }

    /// Removes the objects of one profile. Each manifest is removed after the variants that it
    /// names, so that an interrupted erasure can be repeated.
    async fn erase_profile_once(&mut self, profile: &ProfileName) -> Result<(), Stop> {
        let Erasure { store, owner, .. } = self.erasure;
        let (raw, media) = (&store.parts.raw, &store.parts.media);
        let sources = RawKey::owner_prefix(profile, owner);
        // Multipart uploads come first, because a completed one becomes a raw object.
        let dry_run = self.erasure.dry_run;
        let aborted = raw.abort_multipart_uploads(&sources, dry_run).await?;
        self.removed.multipart_uploads += aborted;
        self.erase(Scope::new(raw, &sources, Kind::RawObject))
            .await?;
        let folder = store
            .profile(profile)
            .map(|profile| profile.owner_prefix(owner));
        if let Some(folder) = &folder {
            self.erase(Scope::new(media, folder, Kind::Variant)).await?;
        }
        let manifests = format!("{MANIFEST_PREFIX}{profile}/{owner}/");
        self.erase_by_manifests(&manifests, folder.as_deref())
            .await?;
        self.erase(Scope::new(raw, &manifests, Kind::Manifest))
            .await?;
        for (prefix, kind) in [
            (REVIEW_COPY_PREFIX, Kind::ReviewCopy),
            (REVIEW_DECISION_PREFIX, Kind::ReviewDecision),
            (TOMBSTONE_PREFIX, Kind::Tombstone),
        ] {
            let prefix = format!("{prefix}{profile}/{owner}/");
            self.erase(Scope::new(raw, &prefix, kind)).await?;
        }
        Ok(())
    }

    /// Removes the manifests below a prefix. Before that, empties the folders of the variants that
    /// they name, except `folder`. These are folders of earlier configurations.
    async fn erase_by_manifests(&mut self, prefix: &str, folder: Option<&str>) -> Result<(), Stop> {
        let store = &self.erasure.store;
        let (raw, media) = (&store.parts.raw, &store.parts.media);
        let mut after = String::new();
        loop {
            let page = raw.list_after(prefix, &after, MANIFEST_PAGE).await?;
            let Some(last) = page.objects.last().map(|object| object.key.clone()) else {
                return Ok(());
            };
            let keys = page.objects.into_iter().map(|object| object.key).collect();
            let mut folders = self.variant_folders(keys).await?;
            folders.retain(|other| Some(other.as_str()) != folder);
            if self.erasure.dry_run {
                folders.retain(|folder| self.counted.insert(folder.clone()));
            }
            for folder in &folders {
                self.erase(Scope::new(media, folder, Kind::Variant)).await?;
            }
            // Each page of manifests is removed before the next one is read, so that every run
            // makes progress.
            if !self.erasure.dry_run {
                self.erase(Scope {
                    bucket: raw,
                    prefix,
                    kind: Kind::Manifest,
                    until: Some(&last),
                })
                .await?;
            }
            after = last;
        }
    }

    /// Returns the folders of the variants that these manifests name.
    async fn variant_folders(&self, keys: Vec<String>) -> Result<BTreeSet<String>, CloudError> {
        let manifests: Vec<_> = stream::iter(keys)
            .map(|key| async move { self.erasure.store.manifest_at(&key).await })
            .buffered(CONCURRENT_READS)
            .try_collect()
            .await?;
        let mut folders = BTreeSet::new();
        for manifest in manifests.into_iter().flatten() {
            let variants = manifest.outcome.variants().iter();
            let keys = variants.filter_map(|variant| variant.key.rsplit_once('/'));
            folders.extend(keys.map(|(folder, _)| format!("{folder}/")));
        }
        Ok(folders)
    }

    /// Removes objects, page by page.
    async fn erase(&mut self, scope: Scope<'_>) -> Result<(), Stop> {
        let Erasure {
            dry_run, deadline, ..
        } = *self.erasure;
        let mut cursor = None;
        loop {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Err(Stop::TimeIsUp);
            }
            let page = scope.bucket.list_versions(scope.prefix, cursor).await?;
            let listed = page.versions.len();
            let selected = page
                .versions
                .into_iter()
                .filter(|it| scope.contains(&it.key));
            let selected: Vec<VersionId> = selected.collect();
            if !dry_run {
                scope.bucket.delete_versions(&selected).await?;
            }
            *self.counter(scope.kind) += selected.len() as u64;
            cursor = page.next;
            let is_last = scope.until.is_some() && selected.len() < listed;
            if is_last || cursor.is_none() {
                return Ok(());
            }
        }
    }

    fn counter(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::RawObject => &mut self.removed.raw_objects,
            Kind::Variant => &mut self.removed.variants,
            Kind::Manifest => &mut self.removed.manifests,
            Kind::Tombstone => &mut self.removed.tombstones,
            Kind::ReviewCopy => &mut self.removed.review_copies,
            Kind::ReviewDecision => &mut self.removed.review_decisions,
        }
    }
}

impl<'a> Scope<'a> {
    /// Creates the scope of all objects below a prefix.
    const fn new(bucket: &'a Arc<dyn Bucket>, prefix: &'a str, kind: Kind) -> Self {
        Self {
            bucket,
            prefix,
            kind,
            until: None,
        }
    }

    /// Returns `true` if an object below the prefix is in this scope.
    fn contains(&self, key: &str) -> bool {
        match self.kind {
            Kind::Variant => {
                let name = key.strip_prefix(self.prefix).unwrap_or_default();
                variant_id(name).is_some()
            }
            Kind::RawObject
            | Kind::Manifest
            | Kind::Tombstone
            | Kind::ReviewCopy
            | Kind::ReviewDecision => self.until.is_none_or(|until| key <= until),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use darkroom_cloud::CloudErrorKind;
    use darkroom_contract::UploadId;

    use super::*;
    use crate::MemoryStore;
    use crate::testing::{JSON, ready};

    /// Stores a finished upload. `old_variant` is the folder of a variant of an earlier
    /// configuration.
    async fn finish(test: &MemoryStore, key: &RawKey, old_variant: Option<&str>) {
        let source = test.put(key, "bytes");
        let profile = test.store.profile(&key.profile).unwrap();
        let variants = profile.variant_keys(key).into_iter();
        let old = old_variant.map(|folder| format!("{folder}/{}/{}.webp", key.owner, key.id));
        let variants: Vec<String> = variants.chain(old).collect();
        for variant in &variants {
            test.media.put(variant, "x".into(), JSON).await.unwrap();
        }
        let manifest = ready(key, &source, &variants);
        test.store.write_manifest(&manifest).await.unwrap();
    }

    fn key(profile: &str, owner: &str) -> RawKey {
        RawKey::new(profile.parse().unwrap(), owner.parse().unwrap())
    }

    fn erasure<'a>(test: &MemoryStore, owner: &'a Owner) -> Erasure<'a> {
        Erasure {
            store: test.store.clone(),
            owner,
            profile: None,
            dry_run: false,
            deadline: None,
        }
    }

    fn all_keys(test: &MemoryStore) -> Vec<String> {
        [test.raw.keys(), test.media.keys()].concat()
    }

    /// Stores uploads of `u1` in every state, and uploads and objects of others. Returns the keys
    /// of the latter.
    async fn fill(test: &MemoryStore) -> Vec<String> {
        finish(test, &key("avatar", "u10"), Some("old")).await;
        finish(test, &key("photo", "u"), None).await;
        let own_file = format!("avatars/u1/deeper/{}.webp", UploadId::generate());
        for other in ["avatars/u1/logo.svg", "old/u1/logo.svg", &own_file] {
            test.media.put(other, "x".into(), JSON).await.unwrap();
        }
        let others = all_keys(test);
        for _ in 0..3 {
            finish(test, &key("avatar", "u1"), Some("old")).await;
            finish(test, &key("photo", "u1"), None).await;
            test.put(&key("avatar", "u1"), "not processed yet");
            test.put(&key("removed-profile", "u1"), "bytes");
            test.store.delete(&key("avatar", "u1")).await.unwrap();
        }
        others
    }

    #[tokio::test]
    async fn a_dry_run_counts_a_folder_once_even_if_many_manifests_name_it() {
        let test = MemoryStore::new();
        for _ in 0..=MANIFEST_PAGE {
            finish(&test, &key("avatar", "u1"), Some("old")).await;
        }
        finish(&test, &key("photo", "u1"), Some("old")).await;
        let owner = "u1".parse().unwrap();
        let dry_run = Erasure {
            dry_run: true,
            ..erasure(&test, &owner)
        };
        let counted = dry_run.run().await.unwrap();
        let receipt = erasure(&test, &owner).run().await.unwrap();
        assert_eq!(counted.removed, receipt.removed);
    }

    #[tokio::test]
    async fn nothing_of_the_owner_is_left_and_nothing_of_others_is_touched() {
        let test = MemoryStore::new();
        let others = fill(&test).await;
        let owner = "u1".parse().unwrap();
        let dry_run = Erasure {
            dry_run: true,
            ..erasure(&test, &owner)
        };
        let before = all_keys(&test);
        let counted = dry_run.run().await.unwrap();
        assert_eq!(all_keys(&test), before);
        let receipt = erasure(&test, &owner).run().await.unwrap();
        assert_eq!(all_keys(&test), others);
        let expected = ErasedObjects {
            raw_objects: 12,
            multipart_uploads: 0,
            variants: 3 * 3 + 3 * 3,
            manifests: 6,
            tombstones: 3,
            ..ErasedObjects::default()
        };
        assert_eq!(receipt.removed, expected);
        assert!(receipt.complete && !receipt.dry_run);
        assert_eq!(counted.removed, expected);
        let again = erasure(&test, &owner).run().await.unwrap();
        assert_eq!(again.removed, ErasedObjects::default());
    }

    #[tokio::test]
    async fn an_interrupted_erasure_can_be_repeated_from_any_call() {
        for failing in [
            "old/u1/",
            "avatars/u1/",
            "manifests/avatar/u1/",
            "deleted/",
            "raw/",
        ] {
            for operation in ["ListObjectsV2", "DeleteObjects", "GetObject"] {
                let test = MemoryStore::new();
                let others = fill(&test).await;
                let owner = "u1".parse().unwrap();
                let unavailable = CloudErrorKind::Unavailable;
                for bucket in [&test.raw, &test.media] {
                    bucket.faults().fail(operation, failing, unavailable);
                }
                let failed = erasure(&test, &owner).run().await;
                for bucket in [&test.raw, &test.media] {
                    bucket.succeed();
                }
                let receipt = erasure(&test, &owner).run().await.unwrap();
                assert!(receipt.complete);
                assert_eq!(all_keys(&test), others, "{operation} {failing} {failed:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_erasure_stops_at_its_deadline_and_says_so() {
        let test = MemoryStore::new();
        fill(&test).await;
        let owner = "u1".parse().unwrap();
        let list = "ListObjectsV2";
        test.media.faults().delay(list, "", Duration::from_secs(5));
        let limited = Erasure {
            deadline: Some(Instant::now() + Duration::from_secs(3)),
            ..erasure(&test, &owner)
        };
        let receipt = limited.run().await.unwrap();
        assert!(!receipt.complete);
        assert!(receipt.removed.raw_objects > 0, "{receipt:?}");
        let receipt = erasure(&test, &owner).run().await.unwrap();
        assert!(receipt.complete && receipt.removed.total() > 0);
    }

    #[tokio::test]
    async fn a_single_profile_is_erased_unless_it_shares_its_prefix() {
        let test = MemoryStore::new();
        let (avatar, photo) = (key("avatar", "u1"), key("photo", "u1"));
        finish(&test, &photo, None).await;
        let left = all_keys(&test);
        finish(&test, &avatar, None).await;
        let owner = "u1".parse().unwrap();
        let single = |test: &MemoryStore| Erasure {
            profile: Some(&avatar.profile),
            ..erasure(test, &owner)
        };
        let receipt = single(&test).run().await.unwrap();
        assert_eq!(all_keys(&test), left);
        assert_eq!(receipt.profile, Some(avatar.profile.clone()));
        let profiles = test.store.profiles().iter().map(|(name, profile)| {
            let prefix = "shared".to_owned();
            (
                name.clone(),
                darkroom_contract::Profile {
                    prefix,
                    ..profile.clone()
                },
            )
        });
        let test = MemoryStore::with_profiles(profiles.collect());
        let error = single(&test).run().await.unwrap_err();
        assert!(
            matches!(error, ErasureError::SharedPrefix { .. }),
            "{error}"
        );
    }
}
