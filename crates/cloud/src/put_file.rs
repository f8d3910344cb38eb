//! Uploads that come through a service of ours instead of straight from the client.

use std::path::Path;

use aws_sdk_s3::primitives::ByteStream;
use darkroom_contract::Attachment;

use crate::{Bucket, CloudError, CloudErrorKind};

/// What goes with an uploaded file.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileTerms<'a> {
    /// The media type that the client declared, if it did.
    pub content_type: Option<&'a str>,
    /// The value of [`Attachment::HEADER`], if there is anything to carry.
    pub attachment: Option<&'a str>,
}

impl Bucket {
    /// Writes a file as an object, in parts of a few kilobytes: its size costs no memory.
    ///
    /// # Errors
    /// `Invalid` if the file cannot be read, or what the call met.
    pub async fn put_file(
        &self,
        key: &str,
        file: &Path,
        terms: FileTerms<'_>,
    ) -> Result<(), CloudError> {
        const OPERATION: &str = "PutObject";
        let body = ByteStream::from_path(file)
            .await
            .map_err(|error| CloudError::new(CloudErrorKind::Invalid, OPERATION, error))?;
        let mut request = self.client().put_object().bucket(self.name()).key(key);
        if let Some(attachment) = terms.attachment {
            request = request.metadata(Attachment::NAME, attachment);
        }
        request
            .set_content_type(terms.content_type.map(Into::into))
            .body(body)
            .send()
            .await
            .map_err(CloudError::of(OPERATION))?;
        Ok(())
    }
}
