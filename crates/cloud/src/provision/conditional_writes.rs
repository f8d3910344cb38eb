//! The check for conditional writes.

use aws_sdk_s3::primitives::ByteStream;

use super::provisioner::Provisioner;
use super::resource::Change;
use crate::{CloudError, CloudErrorKind};

const OPERATION: &str = "PutObject";
/// The key of an object that exists only during the check.
const KEY: &str = "darkroom-conditional-write";

impl Provisioner {
    /// Writes an object twice, and checks that the store refuses the second write.
    ///
    /// # Errors
    /// `NotImplemented` if the store refuses the condition or ignores it.
    pub(super) async fn conditional_writes(&self, bucket: &str) -> Result<Change, CloudError> {
        let first = self.write_once(bucket).await;
        let result = match first {
            Ok(true) => self.write_once(bucket).await,
            // `Ok(false)` means that an earlier check did not finish and left the object.
            first => first,
        };
        let delete = self.s3.delete_object().bucket(bucket).key(KEY).send().await;
        if result? {
            let (kind, detail) = (CloudErrorKind::NotImplemented, "If-None-Match is ignored");
            return Err(CloudError::new(kind, OPERATION, detail));
        }
        delete.map_err(CloudError::from_sdk("DeleteObject"))?;
        Ok(Change::Unchanged)
    }

    /// Returns `true` if the object was written, `false` if it already existed.
    async fn write_once(&self, bucket: &str) -> Result<bool, CloudError> {
        let put = self.s3.put_object().bucket(bucket).key(KEY);
        let put = put.body(ByteStream::from_static(b"")).if_none_match("*");
        let put = put.send().await;
        match put.map_err(CloudError::from_sdk(OPERATION)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind == CloudErrorKind::PreconditionFailed => Ok(false),
            Err(error) => Err(error),
        }
    }
}
