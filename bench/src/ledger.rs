//! Every upload that was made, and what has become of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use darkroom_cloud::{Bucket, PutOptions};
use darkroom_contract::{Manifest, Outcome, RawKey, UploadId, sha256_hex};
use darkroom_testkit::wait;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::picture::{Expected, Picture};
use crate::report::Report;
use crate::stand::{Depth, Stand};

/// How many objects are looked at together.
const TOGETHER: usize = 16;
const MAX_BYTES: u64 = 1 << 26;

/// Uploads by their raw key.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<String, (RawKey, Expected)>);

/// A key that no upload has yet.
pub(crate) fn new_key() -> anyhow::Result<RawKey> {
    Ok(RawKey {
        profile: "avatar".parse()?,
        owner: "bench".parse()?,
        id: UploadId::generate(),
    })
}

/// Writes a raw object, of which S3 tells the queue.
pub(crate) async fn put(stand: &Stand, key: &RawKey, bytes: &Bytes) -> anyhow::Result<()> {
    let options = PutOptions {
        content_type: "image/jpeg",
        cache_control: "no-store",
    };
    stand
        .raw
        .put(&key.to_string(), bytes.clone(), options)
        .await?;
    Ok(())
}

impl Ledger {
    /// Uploads a picture under a new key.
    pub(crate) async fn upload(&mut self, stand: &Stand, picture: &Picture) -> anyhow::Result<()> {
        let key = new_key()?;
        put(stand, &key, &picture.bytes).await?;
        self.note(key, picture.expected.clone());
        Ok(())
    }

    /// Uploads so many, of each kind in turn.
    pub(crate) async fn upload_many(
        &mut self,
        stand: &Stand,
        kinds: &[Picture],
        count: usize,
    ) -> anyhow::Result<()> {
        let from = self.0.len();
        for picture in kinds.iter().cycle().skip(from % kinds.len()).take(count) {
            self.upload(stand, picture).await?;
        }
        Ok(())
    }

    pub(crate) fn note(&mut self, key: RawKey, expected: Expected) {
        self.0.insert(key.to_string(), (key, expected));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Waits until every upload has an outcome and no event is left.
    pub(crate) async fn until_settled(
        &self,
        stand: &Stand,
        within: Duration,
    ) -> anyhow::Result<()> {
        let all = self.0.len();
        let settled = async || match manifest_keys(stand).await {
            Ok(keys) if keys.len() >= all => Ok(()),
            other => Err(format!(
                "{:?} of {all} outcomes",
                other.map(|keys| keys.len())
            )),
        };
        wait::until_async("every outcome", within, settled).await?;
        stand.until_settled(within).await
    }

    /// Every upload has its one right outcome, whole, and nothing else is there.
    pub(crate) async fn verify(
        &self,
        stand: &Stand,
        report: &mut Report,
        dead_letters: u64,
    ) -> anyhow::Result<()> {
        let faults: Vec<Vec<String>> = stream::iter(self.0.values())
            .map(|(key, expected)| faults_of(stand, key, expected))
            .buffer_unordered(TOGETHER)
            .try_collect()
            .await?;
        let wrong: Vec<String> = faults.into_iter().flatten().collect();
        report.figure("uploads", self.0.len());
        report.expect("uploads without their one right outcome", wrong.len(), 0);
        for fault in wrong.iter().take(10) {
            report.require(false, fault);
        }
        let strays = self.strays(stand).await?;
        report.expect("objects that no manifest names", strays.len(), 0);
        for stray in strays.iter().take(10) {
            report.require(false, format!("{stray} belongs to nothing"));
        }
        let dead = stand.dead_letters.depth().await?;
        report.expect("dead letters", dead.visible + dead.invisible, dead_letters);
        let left = stand.events.depth().await?;
        report.require(
            left == Depth::default(),
            format!("events are left: {left:?}"),
        );
        Ok(())
    }

    /// What is in the media bucket and belongs to no upload's outcome.
    async fn strays(&self, stand: &Stand) -> anyhow::Result<Vec<String>> {
        let mut named = BTreeSet::new();
        for (key, _) in self.0.values() {
            named.insert(key.manifest_key());
            if let Some(manifest) = manifest(stand, key).await?
                && let Outcome::Ready { variants, .. } = manifest.outcome
            {
                named.extend(variants.into_iter().map(|variant| variant.key));
            }
        }
        let there = list(stand, "").await?;
        Ok(there
            .into_iter()
            .filter(|key| !named.contains(key))
            .collect())
    }
}

/// The outcome of an upload, if there is one.
pub(crate) async fn manifest(stand: &Stand, key: &RawKey) -> anyhow::Result<Option<Manifest>> {
    let json = stand.media.read(&key.manifest_key(), MAX_BYTES).await?;
    Ok(json.map(|json| serde_json::from_slice(&json)).transpose()?)
}

pub(crate) async fn manifest_keys(stand: &Stand) -> anyhow::Result<Vec<String>> {
    list(stand, "manifests/").await
}

async fn list(stand: &Stand, prefix: &str) -> anyhow::Result<Vec<String>> {
    let mut keys = Vec::new();
    let mut from = None;
    loop {
        let page = stand.media.list(prefix, from).await?;
        keys.extend(page.objects.into_iter().map(|object| object.key));
        from = page.next;
        if from.is_none() {
            return Ok(keys);
        }
    }
}

/// What is wrong with the outcome of one upload.
async fn faults_of(
    stand: &Stand,
    key: &RawKey,
    expected: &Expected,
) -> anyhow::Result<Vec<String>> {
    let Some(manifest) = manifest(stand, key).await? else {
        return Ok(vec![format!("{key} has no outcome")]);
    };
    let variants = match (&manifest.outcome, expected) {
        (Outcome::Ready { variants, .. }, Expected::Ready(_)) => variants,
        (Outcome::Rejected { error }, Expected::Rejected(code)) if error.code.name() == code => {
            return Ok(Vec::new());
        }
        (outcome, _) => return Ok(vec![format!("{key}: {outcome:?} in place of {expected:?}")]),
    };
    let mut faults = Vec::new();
    let mut written = Vec::new();
    for variant in variants {
        match stand.media.get(&variant.key, None).await {
            Ok(object) => written.push(sha256_hex(&object.read(MAX_BYTES).await?)),
            Err(error) => faults.push(format!("{}: {error}", variant.key)),
        }
    }
    let promised: Vec<String> = variants
        .iter()
        .map(|variant| variant.sha256.clone())
        .collect();
    if written != promised {
        faults.push(format!("{key}: variants are not what the manifest says"));
    }
    if Expected::Ready(written) != *expected {
        faults.push(format!("{key}: variants are not what the source gives"));
    }
    Ok(faults)
}
