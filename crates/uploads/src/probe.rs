//! The probe of the store.

use darkroom_cloud::{CloudError, CloudErrorKind};

use crate::bucket_problem::BucketProblem;
use crate::{ListPermission, UploadStore};

impl UploadStore {
    /// Requests a missing object from both buckets.
    ///
    /// # Errors
    /// The problem of the first bucket that cannot be used.
    pub async fn probe(&self, list: ListPermission) -> Result<(), BucketProblem> {
        let [raw, media] = &*self.probes;
        let (raw, media) = tokio::join!(raw.check(list), media.check(list));
        raw.and(media)
    }

    /// Checks that this role may write manifests and variants, once and again after a write was
    /// denied. Writes nothing.
    ///
    /// # Errors
    /// The problem of the first bucket that denies writing.
    pub async fn probe_writing(&self) -> Result<(), BucketProblem> {
        let [raw, media] = &*self.probes;
        let (raw, media) = tokio::join!(raw.check_writing(), media.check_writing());
        raw.and(media)
    }

    /// Records the result of writing a manifest, for [`probe_writing`](Self::probe_writing).
    pub(crate) fn record_raw_write<T>(
        &self,
        result: Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        let [raw, _] = &*self.probes;
        raw.record_write(result)
    }

    /// Records the result of writing a variant, for [`probe_writing`](Self::probe_writing).
    pub(crate) fn record_media_write<T>(
        &self,
        result: Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        let [_, media] = &*self.probes;
        media.record_write(result)
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

    use super::*;
    use crate::MemoryStore;
    use crate::testing::failed;

    async fn is_up(test: &MemoryStore, list: ListPermission) -> bool {
        test.store.probe(list).await.is_ok()
    }

    #[tokio::test]
    async fn a_bucket_that_always_forbids_probes_is_up_only_for_a_role_that_need_not_list() {
        let test = MemoryStore::new();
        test.media.fail(CloudErrorKind::Forbidden);
        assert!(is_up(&test, ListPermission::Optional).await);
        let problem = test.store.probe(ListPermission::Required).await;
        let problem = problem.unwrap_err();
        assert_eq!(
            (&*problem.bucket, problem.setting),
            ("media", "storage.media_bucket")
        );
    }

    #[tokio::test]
    async fn writing_is_checked_at_the_start_and_after_a_denied_write() {
        let test = MemoryStore::new();
        let may_write = async || test.store.probe_writing().await.is_ok();
        let forbidden = CloudErrorKind::Forbidden;
        test.media.faults().fail("PutObject", "photos/", forbidden);
        let problem = test.store.probe_writing().await.unwrap_err();
        let text = problem.to_string();
        assert!(
            text.ends_with("grant this role s3:PutObject on the objects of media"),
            "{text}"
        );
        test.media.succeed();
        assert!(may_write().await);
        // Without a denied write, nothing is checked again.
        test.raw.faults().fail("PutObject", "manifests/", forbidden);
        assert!(may_write().await);
        let manifest = failed(&MemoryStore::new_key(), "");
        test.store.write_manifest(&manifest).await.unwrap_err();
        assert!(!may_write().await);
        test.raw.succeed();
        assert!(may_write().await);
        assert_eq!(test.raw.keys(), [""; 0], "nothing is written");
    }

    #[tokio::test]
    async fn an_error_other_than_a_denial_says_nothing_about_the_permission_to_write() {
        let test = MemoryStore::new();
        let slow = CloudErrorKind::Throttled;
        test.raw.faults().fail("PutObject", "", slow);
        assert!(test.store.probe_writing().await.is_ok());
        let forbidden = CloudErrorKind::Forbidden;
        test.raw.faults().fail("PutObject", "", forbidden);
        assert!(
            test.store.probe_writing().await.is_err(),
            "not certain before"
        );
    }

    #[tokio::test]
    async fn a_lost_permission_is_an_outage() {
        let test = MemoryStore::new();
        assert!(is_up(&test, ListPermission::Optional).await);
        test.media.fail(CloudErrorKind::Forbidden);
        assert!(!is_up(&test, ListPermission::Optional).await);
    }

    #[tokio::test]
    async fn a_bucket_that_fails_is_down_until_it_responds() {
        let test = MemoryStore::new();
        for kind in [
            CloudErrorKind::Unavailable,
            CloudErrorKind::TimedOut,
            CloudErrorKind::Throttled,
            CloudErrorKind::Invalid,
            CloudErrorKind::NotImplemented,
        ] {
            test.raw.fail(kind);
            for list in [ListPermission::Optional, ListPermission::Required] {
                assert!(!is_up(&test, list).await, "{kind:?}");
            }
        }
        test.raw.succeed();
        assert!(is_up(&test, ListPermission::Required).await);
    }
}
