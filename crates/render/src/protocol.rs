//! The messages between parent and child.
//!
//! A message consists of a four-byte big-endian length, a JSON header of this length, and the bytes
//! of the images. The header contains the length of each image. The child sends a handshake once it
//! has entered the sandbox, or has failed to. After that, requests and responses alternate.

use std::io::{self, Read, Write};

use darkroom_imaging::{
    Inspection, Limits, MetadataKind, Note, OutputFormat, PerceptualHashes, Placeholder, Recipe,
    Rejection, Rendered, RenderedVariant, Rights, Source,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sandbox::SandboxLayers;

/// The largest accepted header in bytes. Real headers are far smaller.
pub(crate) const MAX_HEADER_BYTES: usize = 1 << 20;

/// The reason why an exchange of messages failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProtocolError {
    /// The other process closed the pipe, or the pipe failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A header is not the expected JSON.
    #[error("invalid message header: {0}")]
    Json(#[from] serde_json::Error),
    /// A header is longer than [`MAX_HEADER_BYTES`]. The number is its length in bytes.
    #[error("message header is too long: {0} bytes")]
    HeaderTooLong(usize),
    /// A response does not match its request.
    #[error("the response does not match the request")]
    UnexpectedResponse,
    /// The file of a variant is not an image in the requested format, or contains something else
    /// too. The text describes the violation.
    #[error("the file of a variant is invalid: {0}")]
    InvalidVariant(&'static str),
}

impl From<ProtocolError> for io::Error {
    fn from(error: ProtocolError) -> Self {
        match error {
            ProtocolError::Io(error) => error,
            other => Self::other(other),
        }
    }
}

/// The child's first message, sent before the child reads a byte of any image.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Handshake {
    /// The child is confined by these layers.
    Ready(SandboxLayers),
    /// The child could not be confined. The text is the reason.
    Unconfined(String),
}

/// A request to the child. The bytes of the source follow it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) task: Task,
    pub(crate) source_bytes: u64,
}

/// The requested work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    Render(Recipe),
    Inspect(Limits),
}

/// The child's response. The bytes of the variants follow a [`Response::Rendered`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Response {
    Rendered(RenderedHeader),
    Inspected(Inspection),
    Rejected(Rejection),
}

/// A [`Rendered`] without the bytes of its variants.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RenderedHeader {
    source: Source,
    pub(crate) variants: Vec<VariantHeader>,
    placeholder: Placeholder,
    perceptual_hashes: Option<PerceptualHashes>,
    removed_metadata: Vec<MetadataKind>,
    notes: Vec<Note>,
    rights: Rights,
}

/// A [`RenderedVariant`] without its bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct VariantHeader {
    pub(crate) name: String,
    pub(crate) format: OutputFormat,
    width: u32,
    height: u32,
    /// The length of the variant's file.
    pub(crate) bytes: u64,
}

impl From<&Rendered> for RenderedHeader {
    fn from(rendered: &Rendered) -> Self {
        let variants = rendered.variants.iter().map(|variant| VariantHeader {
            name: variant.name.clone(),
            format: variant.format,
            width: variant.width,
            height: variant.height,
            bytes: variant.bytes.len() as u64,
        });
        Self {
            source: rendered.source,
            variants: variants.collect(),
            placeholder: rendered.placeholder.clone(),
            perceptual_hashes: rendered.perceptual_hashes,
            removed_metadata: rendered.removed_metadata.clone(),
            notes: rendered.notes.clone(),
            rights: rendered.rights.clone(),
        }
    }
}

impl RenderedHeader {
    /// Adds the bytes of the variants, in the order of the header.
    pub(crate) fn with_bodies(self, bodies: Vec<Vec<u8>>) -> Rendered {
        let variants = self.variants.into_iter().zip(bodies);
        Rendered {
            source: self.source,
            variants: variants
                .map(|(header, bytes)| RenderedVariant {
                    name: header.name,
                    format: header.format,
                    width: header.width,
                    height: header.height,
                    bytes,
                })
                .collect(),
            placeholder: self.placeholder,
            perceptual_hashes: self.perceptual_hashes,
            removed_metadata: self.removed_metadata,
            notes: self.notes,
            rights: self.rights,
        }
    }
}

/// Serializes a header and prepends its length.
pub(crate) fn frame<T: Serialize>(header: &T) -> Result<Vec<u8>, ProtocolError> {
    let json = serde_json::to_vec(header)?;
    let length = u32::try_from(json.len()).map_err(|_| ProtocolError::HeaderTooLong(json.len()))?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(json);
    Ok(frame)
}

/// Returns the length in bytes of the header that follows `prefix`.
pub(crate) fn header_length(prefix: [u8; 4]) -> Result<usize, ProtocolError> {
    match u32::from_be_bytes(prefix) as usize {
        length if length > MAX_HEADER_BYTES => Err(ProtocolError::HeaderTooLong(length)),
        length => Ok(length),
    }
}

/// Reads a header. Returns `None` if the other process closed the pipe before it sent the four
/// bytes of the length.
pub(crate) fn read_header<T: DeserializeOwned>(
    input: &mut impl Read,
) -> Result<Option<T>, ProtocolError> {
    let mut prefix = [0; 4];
    match input.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        result => result?,
    }
    let mut json = vec![0; header_length(prefix)?];
    input.read_exact(&mut json)?;
    Ok(Some(serde_json::from_slice(&json)?))
}

/// Writes a header and the bodies that follow it.
pub(crate) fn write_message<'a, T: Serialize>(
    output: &mut impl Write,
    header: &T,
    bodies: impl IntoIterator<Item = &'a [u8]>,
) -> Result<(), ProtocolError> {
    output.write_all(&frame(header)?)?;
    for body in bodies {
        output.write_all(body)?;
    }
    output.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_survives_the_round_trip() {
        let mut pipe = Vec::new();
        write_message(&mut pipe, &Handshake::Unconfined("no".to_owned()), []).unwrap();
        let mut pipe = pipe.as_slice();
        let header: Option<Handshake> = read_header(&mut pipe).unwrap();
        assert!(matches!(header, Some(Handshake::Unconfined(reason)) if reason == "no"));
        let end: Option<Handshake> = read_header(&mut pipe).unwrap();
        assert!(end.is_none());
    }

    #[test]
    fn an_oversized_header_is_refused_before_it_is_read() {
        let error = header_length([0xff; 4]).unwrap_err();
        assert!(matches!(error, ProtocolError::HeaderTooLong(0xffff_ffff)));
    }
}
