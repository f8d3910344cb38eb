//! The images of a file, and what each is made of (ISO/IEC 23008-12, 6.6).

use super::brand::Coding;
use super::codec::Codec;
use super::geometry::Geometry;
use super::items::Items;
use crate::Rejection;
use crate::formats::boxes::Code;
use crate::formats::fields::Fields;
use crate::geometry::{Orientation, Size};

/// The maximum number of images in a chain of identity derivations, including the first.
const MAX_DEPTH: u32 = 4;
/// The maximum number of images in an overlay.
const MAX_LAYERS: usize = 16;
/// The maximum number of pixels of all layers of an overlay together, as a multiple of the pixels
/// of the canvas. If a layer is larger than the canvas, the largest layer takes its place.
const MAX_LAYERED_PIXELS: u64 = 2;
/// The largest padding of a coded image, in pixels per dimension, that does not count toward the
/// limits.
const MAX_PADDING: u32 = 64;

/// The description of an image. Its pixels are not read yet.
pub(super) struct Image {
    /// The ID of the coded image, grid or overlay item. For an identity derivation, the ID of its
    /// source item.
    pub(super) id: u32,
    /// The items whose color properties apply. The first item takes precedence.
    pub(super) described_by: Vec<u32>,
    pub(super) composition: Composition,
    /// The size before transformations.
    pub(super) size: Size,
    /// The largest width and the largest height that must be decoded. A coded image has its own
    /// size, a grid the size of one tile, and an overlay the largest width and height of any layer.
    /// Padding counts only if it exceeds [`MAX_PADDING`].
    pub(super) coded_size: Size,
    pub(super) geometry: Geometry,
}

/// The parts of an image.
pub(super) enum Composition {
    /// One coded image.
    Coded(Codec),
    /// Tiles of equal size, row by row.
    Grid {
        columns: u32,
        tiles: Vec<u32>,
        /// The first tile, which describes all of them.
        first: Box<Image>,
    },
    /// Images placed on a canvas.
    Overlay {
        /// Red, green, blue and alpha at 16 bits.
        background: [u16; 4],
        layers: Vec<Layer>,
    },
}

/// An image of an overlay.
pub(super) struct Layer {
    pub(super) image: Image,
    /// The distance of the layer's left edge from the left edge of the canvas.
    pub(super) x: i32,
    /// The distance of the layer's top edge from the top edge of the canvas.
    pub(super) y: i32,
}

impl Image {
    /// Reads the description of an image.
    ///
    /// # Errors
    /// `corrupt`, or `unsupported_format` for a coding or derivation that is not supported.
    pub(super) fn read(items: &Items<'_>, id: u32) -> Result<Self, Rejection> {
        Self::read_derived(items, id, MAX_DEPTH)
    }

    /// Reads an image, following fewer than `depth` identity derivations.
    fn read_derived(items: &Items<'_>, id: u32, depth: u32) -> Result<Self, Rejection> {
        let depth = depth
            .checked_sub(1)
            .ok_or_else(|| Rejection::corrupt("the image is derived through too many steps"))?;
        let item = items.get(id).ok_or_else(|| {
            Rejection::corrupt("the file refers to an image that it does not contain")
        })?;
        let mut image = match &item.code {
            b"grid" => Self::read_grid(items, id)?,
            b"iovl" => Self::read_overlay(items, id)?,
            b"iden" => {
                let mut sources = items.referred_by(id, *b"dimg");
                let source = sources.next().ok_or_else(|| {
                    Rejection::corrupt("an identity derivation names no source image")
                })?;
                let mut image = Self::read_derived(items, source, depth)?;
                image.described_by.insert(0, id);
                image
            }
            code if *code == items.coding.item_code() => Self::read_coded(items, id)?,
            code => return Err(unsupported(*code)),
        };
        for (property, is_essential) in items.properties(id) {
            if is_essential && !is_known(property.code) {
                return Err(Rejection::unsupported(
                    "the image has an essential property that is not supported",
                ));
            }
            image.geometry.apply(&property)?;
        }
        Ok(image)
    }

    /// Returns the codec of the coded image or of all tiles; `None` for an overlay.
    pub(super) fn codec(&self) -> Option<&Codec> {
        match &self.composition {
            Composition::Coded(codec) => Some(codec),
            Composition::Grid { first, .. } => first.codec(),
            Composition::Overlay { .. } => None,
        }
    }

    fn new(id: u32, composition: Composition, size: Size, coded_size: Size) -> Self {
        let mut described_by = vec![id];
        if let Composition::Grid { first, .. } = &composition {
            described_by.push(first.id);
        }
        Self {
            id,
            described_by,
            composition,
            size,
            coded_size,
            geometry: Geometry::untransformed(size),
        }
    }

    fn read_coded(items: &Items<'_>, id: u32) -> Result<Self, Rejection> {
        let codec = Codec::read(items, id, || items.content(id))?;
        let parameters = codec.parameters()?;
        let (mut coded_size, decoded_size) = (parameters.coded_size, parameters.size);
        let size = items.property(id, b"ispe").and_then(stated_size);
        let size = size.unwrap_or(decoded_size);
        if size.width > decoded_size.width || size.height > decoded_size.height {
            return Err(Rejection::corrupt(
                "the image is smaller than its header states",
            ));
        }
        // AV1 has no padding.
        if items.coding == Coding::Av1 && size != decoded_size {
            return Err(Rejection::corrupt(
                "the image is larger than its header states",
            ));
        }
        if coded_size.width <= size.width.saturating_add(MAX_PADDING) {
            coded_size.width = size.width;
        }
        if coded_size.height <= size.height.saturating_add(MAX_PADDING) {
            coded_size.height = size.height;
        }
        let composition = Composition::Coded(codec);
        Ok(Self::new(id, composition, size, coded_size))
    }

    /// Reads a grid (6.6.2.3.2). Reads the description of the first tile only. Decoding checks that
    /// the other tiles have the same size and sample format.
    fn read_grid(items: &Items<'_>, id: u32) -> Result<Self, Rejection> {
        let invalid = || Rejection::corrupt("the grid of the image is invalid");
        let content = items.content(id)?;
        let mut fields = Fields(&content);
        let [_version, flags, rows, columns] = fields.array().ok_or_else(invalid)?;
        let (rows, columns) = (u32::from(rows) + 1, u32::from(columns) + 1);
        let size = size(&mut fields, flags & 1 == 1).ok_or_else(invalid)?;
        let count = rows as usize * columns as usize;
        let tiles: Vec<u32> = items.referred_by(id, *b"dimg").take(count).collect();
        let first = *tiles.first().ok_or_else(invalid)?;
        if tiles.len() < count {
            return Err(Rejection::corrupt("a tile of the image is missing"));
        }
        for tile in &tiles {
            let item = items.get(*tile).ok_or_else(invalid)?;
            if item.code != items.coding.item_code() {
                return Err(unsupported(item.code));
            }
        }
        let first = Self::read_derived(items, first, 1)?;
        if first.geometry != Geometry::untransformed(first.size) {
            return Err(Rejection::unsupported(
                "tiles that are rotated, mirrored or cropped are not supported",
            ));
        }
        if !is_covered(size.width, first.size.width, columns)
            || !is_covered(size.height, first.size.height, rows)
            || first.size != first.coded_size
        {
            return Err(Rejection::corrupt("the tiles do not fit the image"));
        }
        let coded_size = first.coded_size;
        let composition = Composition::Grid {
            columns,
            tiles,
            first: Box::new(first),
        };
        Ok(Self::new(id, composition, size, coded_size))
    }

    /// Reads an overlay (6.6.2.2.2).
    fn read_overlay(items: &Items<'_>, id: u32) -> Result<Self, Rejection> {
        let invalid = || Rejection::corrupt("the overlay of the image is invalid");
        let content = items.content(id)?;
        let mut fields = Fields(&content);
        let [_version, flags] = fields.array().ok_or_else(invalid)?;
        let is_wide = flags & 1 == 1;
        let mut background = [0; 4];
        for sample in &mut background {
            *sample = fields.u16().ok_or_else(invalid)?;
        }
        let size = size(&mut fields, is_wide).ok_or_else(invalid)?;
        let mut offset = || {
            if is_wide {
                fields.i32()
            } else {
                fields.u16().map(|bits| i32::from(bits.cast_signed()))
            }
        };
        let mut layers = Vec::new();
        for layer in items.referred_by(id, *b"dimg") {
            let (x, y) = offset().zip(offset()).ok_or_else(invalid)?;
            let code = items.get(layer).ok_or_else(invalid)?.code;
            let is_drawable = code == *b"grid" || code == items.coding.item_code();
            if layers.len() == MAX_LAYERS || !is_drawable {
                return Err(unsupported(*b"iovl"));
            }
            let image = Self::read_derived(items, layer, 1)?;
            if image.geometry.orientation != Orientation::UPRIGHT {
                return Err(unsupported(*b"iovl"));
            }
            layers.push(Layer { image, x, y });
        }
        // The limits are checked against the canvas and the largest layer, but not against all layers
        // together.
        let areas = || layers.iter().map(|layer| layer.image.size.area());
        let unit = areas().fold(size.area(), u64::max);
        if areas().sum::<u64>() > unit.saturating_mul(MAX_LAYERED_PIXELS) {
            return Err(Rejection::unsupported(
                "the layers of the overlay have too many pixels together",
            ));
        }
        let largest = |side: fn(Size) -> u32| {
            let layers = layers.iter().map(|layer| &layer.image);
            layers
                .map(|image| side(image.size).max(side(image.coded_size)))
                .max()
        };
        let coded_size = Size::new(
            largest(|size| size.width).unwrap_or_default(),
            largest(|size| size.height).unwrap_or_default(),
        );
        let composition = Composition::Overlay { background, layers };
        Ok(Self::new(id, composition, size, coded_size))
    }
}

/// Returns whether `count` tiles cover a side and all of them are needed.
fn is_covered(side: u32, tile: u32, count: u32) -> bool {
    let (side, tile, count) = (u64::from(side), u64::from(tile), u64::from(count));
    tile * count >= side && tile * (count - 1) < side
}

/// Reads the size in a property `ispe`.
fn stated_size(body: &[u8]) -> Option<Size> {
    let mut fields = Fields(body.get(4..)?);
    size(&mut fields, true)
}

/// Reads a width and a height.
fn size(fields: &mut Fields<'_>, is_wide: bool) -> Option<Size> {
    let (width, height) = (fields.number(is_wide)?, fields.number(is_wide)?);
    Some(Size::new(width, height))
}

/// Returns whether an essential property is handled: it is applied, or it does not change pixel values.
const fn is_known(code: Code) -> bool {
    matches!(
        &code,
        b"hvcC"
            | b"av1C"
            | b"ispe"
            | b"colr"
            | b"pixi"
            | b"irot"
            | b"imir"
            | b"clap"
            | b"auxC"
            | b"pasp"
    )
}

/// Returns the rejection for an item that is not a supported image.
fn unsupported(code: Code) -> Rejection {
    let coding = match &code {
        b"hvc1" => "HEVC",
        b"av01" => "AV1",
        b"avc1" => "AVC",
        b"vvc1" => "VVC",
        b"evc1" => "EVC",
        b"jpeg" => "JPEG",
        b"j2k1" => "JPEG 2000",
        b"unci" => "no compression",
        b"grid" | b"iovl" | b"iden" | b"tmap" => {
            return Rejection::unsupported("this derivation of a HEIF image is not supported");
        }
        _ => return Rejection::unsupported("this coding of a HEIF image is not supported"),
    };
    Rejection::unsupported(format!(
        "this is a HEIF image with {coding}, which is not supported"
    ))
}
