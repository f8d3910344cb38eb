//! The planes of a coded image or a grid.

use std::borrow::Cow;

use super::codec::Codec;
use super::frame::{Frame, chroma_size};
use super::image::{Composition, Image};
use super::items::Items;
use super::location::spend;
use super::parameters::Parameters;
use crate::Rejection;
use crate::geometry::Size;
use crate::pixels::zeroed_buffer;

/// The maximum number of bytes in all tiles of a grid together, as a multiple of the file's length.
/// Tiles can share bytes, so together they may have more bytes than the file.
const MAX_FILES_OF_TILES: usize = 4;

impl Image {
    /// Returns the parameters of the coded images; `None` for an overlay.
    pub(super) fn parameters(&self) -> Option<Parameters> {
        match &self.composition {
            Composition::Coded(codec) => codec.parameters().ok(),
            Composition::Grid { first, .. } => first.parameters(),
            Composition::Overlay { .. } => None,
        }
    }

    /// Decodes the planes of a coded image or a grid, without applying transformations. The planes
    /// of a coded image may be larger than its header states.
    ///
    /// # Errors
    /// `corrupt`, `unsupported_format` or `out_of_memory`.
    pub(super) fn frame(&self, items: &Items<'_>) -> Result<Frame, Rejection> {
        match &self.composition {
            Composition::Coded(codec) => {
                let content = items.content(self.id)?;
                let pixels = self.size.area();
                items.work.spend(codec.speed(), pixels, content.len())?;
                codec.decode(&content, codec)
            }
            Composition::Grid {
                columns,
                tiles,
                first,
            } => self.grid(items, *columns, tiles, first),
            Composition::Overlay { .. } => Err(Rejection::unsupported(
                "an overlay as an alpha plane is not supported",
            )),
        }
    }

    fn grid(
        &self,
        items: &Items<'_>,
        columns: u32,
        tiles: &[u32],
        first: &Self,
    ) -> Result<Frame, Rejection> {
        let Composition::Coded(codec) = &first.composition else {
            return Err(Rejection::corrupt("a tile of the image is invalid"));
        };
        items.work.spend(codec.speed(), self.size.area(), 0)?;
        let record = Codec::record(items, first.id);
        let mut canvas = blank(self.size, &codec.parameters()?)?;
        let mut budget = items.file_length().saturating_mul(MAX_FILES_OF_TILES);
        for (index, tile) in (0..).zip(tiles) {
            let content = items.content_within(*tile, &mut budget)?;
            items.work.spend(codec.speed(), 0, content.len())?;
            let own_record = Codec::record(items, *tile);
            let frame = match own_record {
                // Most tiles share the record of the first tile, which does not have to be read
                // again.
                Some(own) if !record.is_some_and(|record| std::ptr::eq(own, record)) => {
                    spend(&mut budget, own.len())?;
                    Codec::read(items, *tile, || Ok(Cow::Borrowed(&*content)))?
                        .decode(&content, codec)?
                }
                _ => codec.decode(&content, codec)?,
            };
            let cell = (index % columns, index / columns);
            copy_tile(&frame, first.size, cell, &mut canvas);
        }
        Ok(canvas)
    }
}

/// Creates a frame of zeros for tiles with these parameters.
fn blank(size: Size, parameters: &Parameters) -> Result<Frame, Rejection> {
    let chroma = chroma_size(size, parameters.chroma_format);
    let sizes = [size, chroma, chroma];
    Ok(Frame {
        widths: sizes.map(|size| size.width),
        heights: sizes.map(|size| size.height),
        planes: [
            zeroed_buffer(size.area())?,
            zeroed_buffer(chroma.area())?,
            zeroed_buffer(chroma.area())?,
        ],
        bit_depth: parameters.bit_depth,
        chroma_format: parameters.chroma_format,
    })
}

/// Copies a tile to its cell, which is a column and a row.
fn copy_tile(tile: &Frame, tile_size: Size, cell: (u32, u32), canvas: &mut Frame) {
    let chroma = chroma_size(tile_size, canvas.chroma_format);
    for (plane, size) in [tile_size, chroma, chroma].into_iter().enumerate() {
        if size.width == 0 {
            continue;
        }
        let x = (cell.0 * size.width) as usize;
        let y = (cell.1 * size.height) as usize;
        let width = canvas.widths[plane] as usize;
        let count = (size.width as usize).min(width.saturating_sub(x));
        let rows = canvas.planes[plane].chunks_exact_mut(width).skip(y);
        let tile_rows = tile.planes[plane].chunks_exact(tile.widths[plane] as usize);
        for (to, from) in rows.zip(tile_rows).take(size.height as usize) {
            to[x..x + count].copy_from_slice(&from[..count]);
        }
    }
}
