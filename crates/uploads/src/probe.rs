//! The probe of the store.

use darkroom_cloud::{CloudError, CloudErrorKind};

use crate::UploadStore;

impl UploadStore {
    /// Returns `true` if both buckets are up.
    pub async fn probe(&self) -> bool {
        let [raw, media] = &*self.probes;
        let (raw, media) = tokio::join!(raw.is_up(), media.is_up());
        raw && media
    }

    /// Converts a `403` to `None` if it only means that the object is missing: S3 responds `403`
    /// instead of `404` to a role without `s3:ListBucket`. The request must be for an object of the
    /// raw bucket.
    ///
    /// # Errors
    /// The error of the request, unless it is such a `403`.
    pub(crate) async fn missing_if_forbidden<T>(
        &self,
        result: Result<Option<T>, CloudError>,
    ) -> Result<Option<T>, CloudError> {
        let [raw, _] = &*self.probes;
        match result {
            Err(error) if error.kind == CloudErrorKind::Forbidden => {
                match raw.forbids_missing_objects().await {
                    true => Ok(None),
                    false => Err(error),
                }
            }
            result => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::CloudErrorKind;

    use crate::MemoryStore;

    #[tokio::test]
    async fn a_bucket_that_forbids_its_first_probe_counts_as_up() {
        let test = MemoryStore::new();
        test.media.fail(CloudErrorKind::Forbidden);
        assert!(test.store.probe().await);
    }

    #[tokio::test]
    async fn a_lost_permission_is_an_outage() {
        let test = MemoryStore::new();
        assert!(test.store.probe().await);
        test.media.fail(CloudErrorKind::Forbidden);
        assert!(!test.store.probe().await);
    }

    #[tokio::test]
    async fn a_bucket_that_fails_is_down_until_it_responds() {
        let test = MemoryStore::new();
        for kind in [
            CloudErrorKind::Unavailable,
            CloudErrorKind::TimedOut,
            CloudErrorKind::Throttled,
        ] {
            test.raw.fail(kind);
            assert!(!test.store.probe().await, "{kind:?}");
        }
        test.raw.succeed();
        assert!(test.store.probe().await);
    }
}
