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
