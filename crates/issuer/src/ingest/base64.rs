//! Decoding a body with images in base64 into temporary files.

use std::fs;
use std::io::BufReader;
use std::sync::Arc;

use super::decoded_images::ImageFiles;
use super::encoded_body::EncodedBody;
use super::image_batch::{ImageBatch, IngestLimits};
use super::temp_file::TempFile;
use crate::problem::Problem;
use crate::temp_dir::temp_dir_unavailable;

/// The encoding of a body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Encoding {
    /// `{"images": ["base64", …], "metadata": {…}}`.
    Json,
    /// Image fields, such as `image`, and metadata fields.
    UrlEncoded,
}

/// Decodes a body that has been written to a temporary file.
///
/// # Errors
/// `invalid_json`, `invalid_base64`, `too_many_images`, `metadata_too_large`, `too_many_bytes`,
/// `too_many_requests` or `temp_dir_unavailable`.
pub(crate) async fn decode_body(
    body: TempFile,
    encoding: Encoding,
    limits: IngestLimits<'_>,
) -> Result<ImageBatch, Problem> {
    let permit = Arc::clone(limits.decoding).acquire_owned().await;
    let permit = permit.map_err(|error| Problem::internal_error(&error))?;
    let files = ImageFiles {
        max_bytes: limits.max_image_bytes,
        budget: limits.temp_budget.clone(),
        client: limits.client.clone(),
    };
    // The task holds the permit, because it continues even if the client closes the connection.
    let decoding = tokio::task::spawn_blocking(move || {
        let batch = decode(&body, encoding, files);
        drop(permit);
        batch
    });
    decoding
        .await
        .map_err(|error| Problem::internal_error(&error))?
}

fn decode(body: &TempFile, encoding: Encoding, files: ImageFiles) -> Result<ImageBatch, Problem> {
    let body = match encoding {
        Encoding::Json => {
            let file = fs::File::open(body.path()).map_err(temp_dir_unavailable)?;
            EncodedBody::from_json(BufReader::new(file), files)?
        }
        Encoding::UrlEncoded => {
            let mut text = fs::read(body.path()).map_err(temp_dir_unavailable)?;
            EncodedBody::from_form(&mut text, files)?
        }
    };
    body.metadata.check()?;
    Ok(ImageBatch {
        has_empty: body.images.has_empty,
        images: body.images.into_files()?,
        fields: body.metadata,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::mpsc;
    use std::time::Duration;

    use tokio::runtime::Builder;
    use tokio::sync::Semaphore;
    use tokio::time::timeout;

    use super::*;
    use crate::client::Client;
    use crate::ingest::body_stream::BodyPace;
    use crate::ingest::temp_budget::TempBudget;
    use crate::limits::LimitSettings;

    const BODY: &[u8] = br#"{"images": ["R0lGODlh"]}"#;
    const DEADLINE: Duration = Duration::from_secs(30);

    #[test]
    fn a_closed_connection_does_not_release_the_permit_of_a_body_that_is_still_decoded() {
        let runtime = Builder::new_current_thread()
            .enable_time()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        runtime.block_on(async {
            let (resume, paused) = mpsc::channel::<()>();
            let blocker = tokio::task::spawn_blocking(move || paused.recv());
            let decoding = Arc::new(Semaphore::new(1));
            let client = Client::Caller("key:web".to_owned());
            let budget = TempBudget::new(&LimitSettings::default(), 1024);
            let limits = IngestLimits {
                max_image_bytes: 1024,
                pace: BodyPace {
                    read_timeout: DEADLINE,
                    min_rate: 0,
                },
                temp_budget: &budget,
                client: &client,
                decoding: &decoding,
            };
            let mut source = BODY;
            let read = |chunk: &mut [u8]| Ok(source.read(chunk).unwrap());
            let body = TempFile::write(read, 1024, budget.start_file(&client)).unwrap();
            let decoded = decode_body(body, Encoding::Json, limits);
            timeout(Duration::ZERO, decoded).await.unwrap_err();
            assert_eq!(decoding.available_permits(), 0);
            resume.send(()).unwrap();
            blocker.await.unwrap().unwrap();
            let released = timeout(DEADLINE, decoding.acquire()).await;
            drop(released.unwrap().unwrap());
        });
    }
}
