//! What a file is and carries, read from its headers alone.

use crate::header::Header;
use crate::metadata::{Survey, icc, survey};
use crate::sniff::sniff;
use crate::{Inspection, Limits, Rejection, Source};

/// Orientations from which on width and height change places (EXIF tag 0112, values 5 to 8).
const FIRST_TRANSPOSED: u8 = 5;

/// Reads what `bytes` are and what they would give away, without decoding a pixel.
///
/// A picture whose pixels are damaged is still inspected as long as its header is whole.
///
/// # Errors
/// The codes of [`render`](crate::render) that need no pixels: `empty`, `not_an_image`,
/// `unsupported_format`, `too_many_bytes`, `dimensions_exceeded`, `too_many_pixels`,
/// `too_many_frames`, and `corrupt` for a broken header.
pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Inspection, Rejection> {
    limits.check_bytes(bytes)?;
    let format = sniff(bytes)?;
    limits.check_format(format)?;
    let header = Header::read(bytes, format, limits.max_frames)?;
    limits.check_header(&header)?;
    Ok(tell(bytes, &header, survey(bytes, format)))
}

fn tell(bytes: &[u8], header: &Header, found: Survey) -> Inspection {
    let (width, height) = (header.width, header.height);
    let upright_size = if found.orientation >= FIRST_TRANSPOSED {
        [height, width]
    } else {
        [width, height]
    };
    Inspection {
        source: Source {
            format: header.format,
            width,
            height,
            orientation: found.orientation,
            frames: header.frames,
        },
        upright_size,
        bytes: bytes.len() as u64,
        icc_profile: found.icc.as_deref().and_then(icc::description),
        metadata: found.kinds.into_iter().collect(),
        gps: found.gps,
        camera: found.camera,
        taken_at: found.taken_at,
    }
}
