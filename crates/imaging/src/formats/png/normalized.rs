//! A cleaned-up PNG as a stream: the image of a file, without the file's harmless flaws.
//!
//! The decoder rejects files because of flaws that other readers accept, for example in a palette
//! that is only a hint, or in the chunks after the pixels. So the decoder reads this stream instead
//! of the file. The stream contains only the chunks that the decoder needs: the image header, the
//! color space, the palette and transparency if they apply, and the pixels. The pixels are not
//! copied.

use super::chunks::{Chunk, Chunks};
use super::pieces::PieceReader;
use super::signature::SIGNATURE;
use super::transparency;
use crate::Rejection;
use crate::formats::header::truncated;

/// The chunks that state the color space.
const COLOR_CHUNKS: [&[u8; 4]; 4] = [b"cICP", b"sRGB", b"gAMA", b"cHRM"];
const INDEXED: u8 = 3;
const MAX_PALETTE_BYTES: usize = 256 * 3;
/// The end of the stream: zeros in place of the checksum of the pixels, and IEND. The decoder does
/// not verify that checksum.
const TAIL: &[u8] = b"\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82";

/// A stream for a decoder that does not verify checksums. Instead, `new` verifies the checksum of
/// every chunk whose content is part of the stream.
pub(super) struct Normalized<'a> {
    /// Everything before the content of IDAT.
    head: Vec<u8>,
    file: &'a [u8],
    /// `false` if the file ends before IEND.
    pub(super) has_end: bool,
}

impl<'a> Normalized<'a> {
    /// Creates the stream of a file.
    ///
    /// # Errors
    /// `corrupt` if a required chunk has a wrong checksum, if the pixels or a required palette are
    /// missing, or if there is an unknown critical chunk before the pixels.
    pub(super) fn new(file: &'a [u8]) -> Result<Self, Rejection> {
        let mut chunks = Chunks::new(file);
        let (description, first) = Description::read(&mut chunks)?;
        let mut head = SIGNATURE.to_vec();
        description.push_to(&mut head)?;
        let (mut length, mut has_end) = (0, false);
        for chunk in std::iter::once(first).chain(chunks) {
            if &chunk.name == b"IDAT" {
                verify(&chunk)?;
                length += chunk.data.len();
            }
            has_end |= &chunk.name == b"IEND";
        }
        let length = u32::try_from(length).map_err(|_| damaged("is too long"))?;
        head.extend(length.to_be_bytes());
        head.extend(b"IDAT");
        Ok(Self {
            head,
            file,
            has_end,
        })
    }

    /// Returns a reader of the stream.
    pub(super) fn reader(&self) -> PieceReader<'_> {
        let pixels = Chunks::new(self.file).filter(|chunk| &chunk.name == b"IDAT");
        let pieces = std::iter::once(self.head.as_slice())
            .chain(pixels.map(|chunk| chunk.data))
            .chain(std::iter::once(TAIL));
        PieceReader::new(pieces)
    }
}

/// The content of IHDR.
struct ImageHeader<'a> {
    bytes: &'a [u8],
    depth: u8,
    color_type: u8,
}

impl<'a> ImageHeader<'a> {
    fn read(chunk: &Chunk<'a>) -> Result<Self, Rejection> {
        verify(chunk)?;
        match (&chunk.name, chunk.data) {
            (b"IHDR", [_, _, _, _, _, _, _, _, depth, color_type, _, _, _]) => Ok(Self {
                bytes: chunk.data,
                depth: *depth,
                color_type: *color_type,
            }),
            _ => Err(damaged("has an invalid header")),
        }
    }
}

/// The chunks that describe the pixels. If several chunks have the same name, the first usable one
/// counts.
struct Description<'a> {
    header: ImageHeader<'a>,
    /// The entries of the palette; `None` if no palette applies.
    palette: Option<&'a [u8]>,
    transparency: Option<Vec<u8>>,
    /// The contents of the color space chunks, in the order of [`COLOR_CHUNKS`].
    colors: [Option<&'a [u8]>; COLOR_CHUNKS.len()],
}

impl<'a> Description<'a> {
    /// Reads the chunks up to the first IDAT, and returns that IDAT too.
    fn read(chunks: &mut Chunks<'a>) -> Result<(Self, Chunk<'a>), Rejection> {
        let mut description = Self {
            header: ImageHeader::read(&chunks.next().ok_or_else(truncated)?)?,
            palette: None,
            transparency: None,
            colors: [None; COLOR_CHUNKS.len()],
        };
        for chunk in chunks {
            match &chunk.name {
                b"IDAT" => return Ok((description, chunk)),
                b"IEND" => break,
                _ => description.add(&chunk)?,
            }
        }
        Err(damaged("has no pixels"))
    }

    fn add(&mut self, chunk: &Chunk<'a>) -> Result<(), Rejection> {
        let is_indexed = self.header.color_type == INDEXED;
        match &chunk.name {
            b"PLTE" if is_indexed && self.palette.is_none() => {
                self.palette = Some(entries(chunk)?);
            }
            // A second palette does not apply. In an image that is not indexed, even the first
            // palette is only a hint for displays with few colors.
            b"PLTE" => {}
            _ if chunk.is_critical() => {
                return Err(damaged("has an unknown chunk that is essential"));
            }
            _ if chunk.has_wrong_checksum() => {}
            b"tRNS" if self.transparency.is_none() => {
                let ImageHeader {
                    color_type, depth, ..
                } = self.header;
                let entries = self.palette.map(|palette| palette.len() / 3);
                self.transparency = transparency::read(chunk.data, color_type, depth, entries);
            }
            name => {
                let index = COLOR_CHUNKS.iter().position(|known| *known == name);
                if let Some(color) = index.map(|index| &mut self.colors[index]) {
                    color.get_or_insert(chunk.data);
                }
            }
        }
        Ok(())
    }

    fn push_to(&self, head: &mut Vec<u8>) -> Result<(), Rejection> {
        push_chunk(head, b"IHDR", self.header.bytes);
        for (name, data) in COLOR_CHUNKS.iter().zip(self.colors) {
            if let Some(data) = data {
                push_chunk(head, name, data);
            }
        }
        match self.palette {
            Some(palette) => push_chunk(head, b"PLTE", palette),
            None if self.header.color_type == INDEXED => return Err(damaged("has no palette")),
            None => {}
        }
        if let Some(alpha) = &self.transparency {
            push_chunk(head, b"tRNS", alpha);
        }
        Ok(())
    }
}

/// Returns the complete entries of a palette, up to the number that a pixel can refer to.
fn entries<'a>(chunk: &Chunk<'a>) -> Result<&'a [u8], Rejection> {
    verify(chunk)?;
    let length = chunk.data.len().min(MAX_PALETTE_BYTES);
    match length - length % 3 {
        0 => Err(damaged("has an empty palette")),
        whole => Ok(&chunk.data[..whole]),
    }
}

/// Appends a chunk with zeros instead of its checksum.
fn push_chunk(to: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    // The length fits, because it was a `u32` in the file.
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    to.extend(length.to_be_bytes());
    to.extend(name);
    to.extend(data);
    to.extend([0; 4]);
}

fn verify(chunk: &Chunk<'_>) -> Result<(), Rejection> {
    match chunk.has_wrong_checksum() {
        true => Err(damaged("has a wrong checksum")),
        false => Ok(()),
    }
}

fn damaged(predicate: &str) -> Rejection {
    Rejection::corrupt(format!("the PNG {predicate}"))
}
