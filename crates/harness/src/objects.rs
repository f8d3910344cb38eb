//! The objects of a test bed.

use anyhow::ensure;
use darkroom_cloud::{Bucket, Connection, PutOptions, S3Bucket};
use darkroom_contract::{MANIFEST_PREFIX, Manifest, RawKey, StorageSettings, UploadId};
use darkroom_testkit::wait;

use crate::{DEADLINE, TestBed};

impl TestBed {
    /// Returns another bucket of the cloud.
    pub async fn bucket(&self, name: &str) -> S3Bucket {
        let storage = StorageSettings::default();
        let connection = Connection::from_endpoints(self.endpoints(), &storage).await;
        connection.bucket(name)
    }

    /// Writes a raw object. S3 then sends an event to the queue.
    ///
    /// # Errors
    /// The error of the request.
    pub async fn put_raw(&self, key: &RawKey, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let options = PutOptions {
            content_type: "image/jpeg",
            cache_control: "no-store",
        };
        let bytes = bytes.as_ref().to_vec().into();
        Ok(self.raw.put(&key.to_string(), bytes, options).await?)
    }

    /// Writes a raw object under a new key.
    ///
    /// # Errors
    /// The error of the request.
    pub async fn upload(&self, bytes: impl AsRef<[u8]>) -> anyhow::Result<RawKey> {
        let key = new_key()?;
        self.put_raw(&key, bytes).await?;
        Ok(key)
    }

    /// Returns the manifest of an upload, if there is one.
    ///
    /// # Errors
    /// If the manifest cannot be read.
    pub async fn manifest(&self, key: &RawKey) -> anyhow::Result<Option<Manifest>> {
        let json = self.raw.read(&key.manifest_key(), u64::MAX).await?;
        Ok(json.map(|json| serde_json::from_slice(&json)).transpose()?)
    }

    /// Waits for the outcome of an upload.
    ///
    /// # Errors
    /// If there is no outcome in time.
    pub async fn outcome(&self, key: &RawKey) -> anyhow::Result<Manifest> {
        let written = async || self.manifest(key).await.transpose();
        wait::until_async("an outcome", DEADLINE, written).await?
    }

    /// Waits for the outcome of an upload, which must be `ready`.
    ///
    /// # Errors
    /// If there is no outcome in time, or if it is not `ready`.
    pub async fn wait_until_ready(&self, key: &RawKey) -> anyhow::Result<()> {
        let outcome = self.outcome(key).await?.outcome;
        ensure!(outcome.name() == "ready", "{outcome:?}");
        Ok(())
    }

    /// Waits until all workers together have sent `count` probes. A worker probes both buckets when
    /// it starts, and again after a failed call.
    ///
    /// # Errors
    /// If fewer probes are sent in time.
    pub async fn wait_for_store_probes(&self, count: usize) -> anyhow::Result<()> {
        let probed = async || self.s3.count("GetObject", "darkroom-probe") >= count;
        Ok(wait::until_async("a probe of the store", DEADLINE, probed).await?)
    }

    /// Returns the keys of all variants.
    ///
    /// # Errors
    /// The error of the request.
    pub async fn variant_keys(&self) -> anyhow::Result<Vec<String>> {
        keys(&self.media, "").await
    }

    /// Returns the keys of all manifests.
    ///
    /// # Errors
    /// The error of the request.
    pub async fn manifest_keys(&self) -> anyhow::Result<Vec<String>> {
        keys(&self.raw, MANIFEST_PREFIX).await
    }

    /// Returns the keys of all variants, then those of all manifests.
    ///
    /// # Errors
    /// The error of the request.
    pub async fn output_keys(&self) -> anyhow::Result<Vec<String>> {
        let variants = self.variant_keys().await?;
        Ok([variants, self.manifest_keys().await?].concat())
    }
}

async fn keys(bucket: &S3Bucket, prefix: &str) -> anyhow::Result<Vec<String>> {
    let mut keys = Vec::new();
    let mut cursor = None;
    loop {
        let page = bucket.list(prefix, cursor).await?;
        keys.extend(page.objects.into_iter().map(|object| object.key));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(keys);
        }
    }
}

/// Returns a key that no upload has yet.
///
/// # Errors
/// None in practice, because the profile and the owner are valid.
pub fn new_key() -> anyhow::Result<RawKey> {
    Ok(RawKey {
        profile: "avatar".parse()?,
        owner: "u1".parse()?,
        id: UploadId::generate(),
    })
}
