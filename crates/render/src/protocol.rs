//! What parent and child say to each other.
//!
//! Each side sends one message at a time: four bytes of big-endian length, that many bytes of
//! JSON, then the pictures' bytes, whose lengths the JSON gives. The child begins, with a greeting,
//! when its walls stand.

use std::io::{self, Read, Write};

use darkroom_imaging::{
    Inspection, Limits, MetadataKind, Note, OutputFormat, Placeholder, Recipe, Rejection, Rendered,
    RenderedVariant, Source,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::confinement::Walls;

/// Longer JSON than any honest message has.
pub(crate) const MAX_HEADER_BYTES: usize = 1 << 20;

/// What a child says before it has read a byte, and while it can be believed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Greeting {
    /// These stand.
    Ready(Walls),
    /// The system does not let it be confined, and why.
    Unconfined(String),
}

/// What the parent asks for; the source's bytes follow.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) task: Task,
    pub(crate) source_bytes: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    Render(Recipe),
    Inspect(Limits),
}

/// What the child answers; the variants' bytes follow a [`Reply::Rendered`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    Rendered(RenderedHeader),
    Inspected(Inspection),
    Rejected(Rejection),
}

/// A [`Rendered`] without its variants' bytes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RenderedHeader {
    source: Source,
    pub(crate) variants: Vec<VariantHeader>,
    placeholder: Placeholder,
    removed_metadata: Vec<MetadataKind>,
    notes: Vec<Note>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct VariantHeader {
    pub(crate) name: String,
    pub(crate) format: OutputFormat,
    width: u32,
    height: u32,
    pub(crate) bytes: u64,
}

impl RenderedHeader {
    pub(crate) fn of(rendered: &Rendered) -> Self {
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
            removed_metadata: rendered.removed_metadata.clone(),
            notes: rendered.notes.clone(),
        }
    }

    /// Puts the variants' bytes, in the header's order, back in place.
    pub(crate) fn with(self, bytes: Vec<Vec<u8>>) -> Rendered {
        let variants = self.variants.into_iter().zip(bytes);
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
            removed_metadata: self.removed_metadata,
            notes: self.notes,
        }
    }
}

/// A header as it is sent, length first.
pub(crate) fn frame<T: Serialize>(header: &T) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(header)?;
    let length = u32::try_from(json.len()).map_err(io::Error::other)?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(json);
    Ok(frame)
}

/// How many bytes of JSON follow; refuses what no honest message has.
pub(crate) fn header_length(prefix: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_be_bytes(prefix) as usize;
    if length > MAX_HEADER_BYTES {
        return Err(io::Error::other("the message is too long"));
    }
    Ok(length)
}

/// Reads a header; `None` where the other side has closed the pipe between two messages.
pub(crate) fn read_header<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut prefix = [0; 4];
    match input.read_exact(&mut prefix) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut json = vec![0; header_length(prefix)?];
    input.read_exact(&mut json)?;
    Ok(Some(serde_json::from_slice(&json)?))
}

/// Writes a header and what follows it.
pub(crate) fn write_message<'a, T: Serialize>(
    output: &mut impl Write,
    header: &T,
    bodies: impl IntoIterator<Item = &'a [u8]>,
) -> io::Result<()> {
    output.write_all(&frame(header)?)?;
    for body in bodies {
        output.write_all(body)?;
    }
    output.flush()
}
