//! All uploads of a scenario, and the check of their outcomes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use darkroom_cloud::{Bucket, Queue, QueueDepth};
use darkroom_contract::{Outcome, RawKey, sha256_hex};
use darkroom_harness::TestBed;
use darkroom_testkit::wait;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::report::Report;
use crate::test_image::{ExpectedOutcome, TestImage};

/// The number of uploads that are checked at once.
const CONCURRENCY: usize = 16;
const MAX_BYTES: u64 = 1 << 26;

/// Uploads by their raw key, with their expected outcomes.
#[derive(Debug, Default)]
pub(crate) struct UploadTally(BTreeMap<String, (RawKey, ExpectedOutcome)>);

impl UploadTally {
    /// Uploads an image under a new key.
    pub(crate) async fn upload(&mut self, bed: &TestBed, image: &TestImage) -> anyhow::Result<()> {
        let key = bed.upload(&image.bytes).await?;
        self.add(key, image.expected.clone());
        Ok(())
    }

    /// Uploads `count` images, cycling through the kinds.
    pub(crate) async fn upload_many(
        &mut self,
        bed: &TestBed,
        kinds: &[TestImage],
        count: usize,
    ) -> anyhow::Result<()> {
        let from = self.0.len();
        for image in kinds.iter().cycle().skip(from % kinds.len()).take(count) {
            self.upload(bed, image).await?;
        }
        Ok(())
    }

    pub(crate) fn add(&mut self, key: RawKey, expected: ExpectedOutcome) {
        self.0.insert(key.to_string(), (key, expected));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Waits until every upload has an outcome and no event is left.
    pub(crate) async fn wait_until_done(
        &self,
        bed: &TestBed,
        within: Duration,
    ) -> anyhow::Result<()> {
        let all = self.0.len();
        let done = async || match bed.manifest_keys().await {
            Ok(keys) if keys.len() >= all => Ok(()),
            Ok(keys) => Err(format!("{} of {all} outcomes", keys.len())),
            Err(error) => Err(error.to_string()),
        };
        wait::until_async("every outcome", within, done).await?;
        bed.wait_until_idle(within).await
    }

    /// Requires that every upload has its expected outcome, that no other manifests or variants
    /// exist, that the dead-letter queue has `dead_letters` messages, and that no event is left.
    pub(crate) async fn verify(
        &self,
        bed: &TestBed,
        report: &mut Report,
        dead_letters: u64,
    ) -> anyhow::Result<()> {
        let errors: Vec<Vec<String>> = stream::iter(self.0.values())
            .map(|(key, expected)| check_upload(bed, key, expected))
            .buffer_unordered(CONCURRENCY)
            .try_collect()
            .await?;
        let errors: Vec<String> = errors.into_iter().flatten().collect();
        report.figure("uploads", self.0.len());
        report.expect("uploads without their expected outcome", errors.len(), 0);
        for error in errors.iter().take(10) {
            report.require(false, error);
        }
        let strays = self.strays(bed).await?;
        report.expect("objects that no manifest names", strays.len(), 0);
        for stray in strays.iter().take(10) {
            report.require(false, format!("no manifest names {stray}"));
        }
        let dead = bed.dead_letters.depth().await?;
        report.expect("dead letters", dead.visible + dead.in_flight, dead_letters);
        let left = bed.events.depth().await?;
        report.require(
            left == QueueDepth::default(),
            format!("events are left: {left:?}"),
        );
        Ok(())
    }

    /// Returns the keys of all manifests and variants that belong to no outcome in the tally.
    async fn strays(&self, bed: &TestBed) -> anyhow::Result<Vec<String>> {
        let mut named = BTreeSet::new();
        for (key, _) in self.0.values() {
            named.insert(key.manifest_key());
            if let Some(manifest) = bed.manifest(key).await?
                && let Outcome::Ready { variants, .. } = manifest.outcome
            {
                named.extend(variants.into_iter().map(|variant| variant.key));
            }
        }
        let mut keys = bed.manifest_keys().await?;
        keys.extend(bed.variant_keys().await?);
        keys.retain(|key| !named.contains(key));
        Ok(keys)
    }
}

/// Returns the errors in the outcome of one upload.
async fn check_upload(
    bed: &TestBed,
    key: &RawKey,
    expected: &ExpectedOutcome,
) -> anyhow::Result<Vec<String>> {
    let Some(manifest) = bed.manifest(key).await? else {
        return Ok(vec![format!("{key} has no outcome")]);
    };
    let variants = match (&manifest.outcome, expected) {
        (Outcome::Ready { variants, .. }, ExpectedOutcome::Ready(_)) => variants,
        (Outcome::Rejected { error }, ExpectedOutcome::Rejected(code))
            if error.code.name() == code =>
        {
            return Ok(Vec::new());
        }
        (outcome, _) => return Ok(vec![format!("{key}: {outcome:?} instead of {expected:?}")]),
    };
    let mut errors = Vec::new();
    let mut written = Vec::new();
    for variant in variants {
        match bed.media.get(&variant.key, None).await {
            Ok(object) => written.push(sha256_hex(&object.read(MAX_BYTES).await?)),
            Err(error) => errors.push(format!("{}: {error}", variant.key)),
        }
    }
    let named: Vec<String> = variants.iter().map(|it| it.sha256.clone()).collect();
    if written != named {
        errors.push(format!("{key}: the variants differ from the manifest"));
    }
    if ExpectedOutcome::Ready(written) != *expected {
        errors.push(format!(
            "{key}: the variants differ from those of the source"
        ));
    }
    Ok(errors)
}
