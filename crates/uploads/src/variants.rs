//! Writing variants. All variants of an upload are written before its manifest.

use bytes::Bytes;
use darkroom_cloud::{CloudError, KillPoint, PutOptions};
use darkroom_contract::{ManifestVariant, Profile, RawKey, UploadId, sha256_hex};
use darkroom_imaging::RenderedVariant;
use darkroom_telemetry::metric;
use futures_util::future::try_join_all;

use crate::UploadStore;

/// The length of an id as text.
const ID_LENGTH: usize = 36;

/// Returns the upload's id from the name of a variant. `name` is the part of the key after the
/// owner. The name of a variant has no slash and begins with an id. Returns `None` for any other
/// object, because the media bucket may also contain objects that are not Darkroom's.
pub(crate) fn variant_id(name: &str) -> Option<UploadId> {
    let id = name.get(..ID_LENGTH)?;
    (!name.contains('/')).then(|| id.parse().ok()).flatten()
}

impl UploadStore {
    /// Writes all variants of an upload concurrently. Returns their entries for the manifest, in
    /// the order of the profile.
    ///
    /// # Errors
    /// The error of the first call that failed. Other variants may have been written.
    pub(crate) async fn write_variants(
        &self,
        key: &RawKey,
        profile: &Profile,
        rendered: Vec<RenderedVariant>,
    ) -> Result<Vec<ManifestVariant>, CloudError> {
        let keys = profile.variant_keys(key).into_iter();
        let writes = keys.zip(rendered);
        let writes = writes.map(|(key, variant)| self.write_variant(key, variant));
        try_join_all(writes).await
    }

    async fn write_variant(
        &self,
        key: String,
        variant: RenderedVariant,
    ) -> Result<ManifestVariant, CloudError> {
        let (described, bytes) = describe(key, variant);
        KillPoint::BeforeVariant(&described.name).pass();
        self.put_variant(&described, bytes).await?;
        KillPoint::AfterVariant(&described.name).pass();
        Ok(described)
    }

    /// Writes a variant to the media bucket, which publishes it.
    pub(crate) async fn put_variant(
        &self,
        variant: &ManifestVariant,
        bytes: Bytes,
    ) -> Result<(), CloudError> {
        let options = PutOptions {
            content_type: &variant.content_type,
            cache_control: &self.parts.cache_control,
        };
        let written = self.parts.media.put(&variant.key, bytes, options).await;
        self.record_media_write(written)?;
        metric::VARIANT_BYTES.add(variant.bytes, []);
        Ok(())
    }
}

/// Returns the entry of a variant for the manifest, and the bytes of the variant.
pub(crate) fn describe(key: String, variant: RenderedVariant) -> (ManifestVariant, Bytes) {
    let bytes = Bytes::from(variant.bytes);
    let described = ManifestVariant {
        name: variant.name,
        content_type: variant.format.content_type().to_owned(),
        width: variant.width,
        height: variant.height,
        bytes: bytes.len() as u64,
        sha256: sha256_hex(&bytes),
        url: None,
        key,
    };
    (described, bytes)
}
