//! Decoding of a JPEG to upright planes, without RGB between.

use darkroom_jpeg::{Band, ColorModel, Decoder};

use super::decode::{description, rejection};
use crate::Rejection;
use crate::decoded::{Channels, DecodedPlanes};
use crate::formats::DecodingMemory;
use crate::geometry::{Orientation, Size};
use crate::yuv::{ChromaAxis, ChromaFilter, NEUTRAL, UprightWriter, limit_luma};

/// The sampling of a component of chroma.
#[derive(Debug, Clone, Copy)]
struct ChromaSampling {
    is_halved_horizontally: bool,
    is_halved_vertically: bool,
}

/// Returns the channels of the decoded image; `None` if the file cannot be decoded to planes. It
/// can be if it is gray, or if it is YCbCr with full luma and with chroma that is full or halved on
/// each axis.
pub(super) fn channels(bytes: &[u8]) -> Option<Channels> {
    let decoder = Decoder::new(bytes).ok()?;
    let sampling = chroma_sampling(&decoder)?;
    Some(match sampling {
        None => Channels::Gray,
        Some(_) => Channels::Rgb,
    })
}

/// Estimates the memory for decoding to planes.
pub(super) fn memory(bytes: &[u8]) -> Result<DecodingMemory, Rejection> {
    let decoder = Decoder::new(bytes).map_err(rejection)?;
    let size = Size::new(decoder.frame().width, decoder.frame().height);
    Ok(DecodingMemory::planes(
        size.area(),
        decoder.working_memory(),
    ))
}

/// Returns the sampling of chroma, or `Some(None)` for a gray image.
#[expect(clippy::option_option, reason = "each level has a meaning of its own")]
fn chroma_sampling(decoder: &Decoder<'_>) -> Option<Option<[ChromaSampling; 2]>> {
    let frame = decoder.frame();
    match (decoder.color_model(), frame.components.as_slice()) {
        (ColorModel::Gray, [_]) => Some(None),
        (ColorModel::YCbCr, [y, u, v]) if frame.subsampling(y) == (1, 1) => {
            let sampling = |(horizontal, vertical)| {
                let is_supported = horizontal <= 2 && vertical <= 2;
                is_supported.then_some(ChromaSampling {
                    is_halved_horizontally: horizontal == 2,
                    is_halved_vertically: vertical == 2,
                })
            };
            let u = sampling(frame.subsampling(u))?;
            let v = sampling(frame.subsampling(v))?;
            Some(Some([u, v]))
        }
        _ => None,
    }
}

/// Decodes a file to planes.
///
/// # Errors
/// As for [`decode`](super::decode::decode); `unsupported_format` if [`channels`] returns `None`.
pub(super) fn decode(bytes: &[u8], orientation: Orientation) -> Result<DecodedPlanes, Rejection> {
    let decoder = Decoder::new(bytes).map_err(rejection)?;
    let sampling = chroma_sampling(&decoder);
    let sampling = sampling.ok_or_else(|| Rejection::unsupported("the planes have other sizes"))?;
    let stored = Size::new(decoder.frame().width, decoder.frame().height);
    let mut writer = UprightWriter::new(stored, orientation)?;
    let mut chroma = sampling.map_or_else(Vec::new, |sampling| {
        let components = (0..).zip(sampling);
        let reducer = |(plane, sampling)| ChromaReducer::new(plane, sampling, stored, &writer);
        components.map(reducer).collect()
    });
    let is_gray = chroma.is_empty();
    let damage = decoder.decode_bands(|band| {
        for row in band.rows(0) {
            writer.add_luma(|to| limit_luma(row, band.row(0, row), to));
        }
        for reducer in &mut chroma {
            reducer.add_rows(band, &mut writer);
        }
    });
    let damage = damage.map_err(rejection)?;
    if is_gray {
        for _ in 0..writer.chroma_rows() {
            writer.add_chroma(0, |to| to.fill(NEUTRAL));
            writer.add_chroma(1, |to| to.fill(NEUTRAL));
        }
    }
    Ok(DecodedPlanes {
        image: writer.finish(),
        damage: description(damage),
    })
}

/// A converter of the rows of one component to rows of halved chroma in limited range.
struct ChromaReducer {
    /// 0 for blue-difference chroma, 1 for red-difference chroma.
    plane: usize,
    filter: ChromaFilter,
    rows: ChromaAxis,
    row_count: usize,
    next_row: usize,
    /// The number of the last row of the component.
    last_source: usize,
}

impl ChromaReducer {
    fn new(plane: usize, sampling: ChromaSampling, stored: Size, writer: &UprightWriter) -> Self {
        let height = match sampling.is_halved_vertically {
            true => stored.height.div_ceil(2),
            false => stored.height,
        };
        Self {
            plane,
            last_source: height as usize - 1,
            filter: ChromaFilter::new(
                writer.columns(sampling.is_halved_horizontally),
                stored.width as usize,
                stored.width.div_ceil(2) as usize,
            ),
            rows: writer.rows(sampling.is_halved_vertically),
            row_count: writer.chroma_rows(),
            next_row: 0,
        }
    }

    /// Adds every row whose sources are in the band or above it.
    fn add_rows(&mut self, band: Band<'_>, writer: &mut UprightWriter) {
        let component = self.plane + 1;
        let end = band.rows(component).end;
        while self.next_row < self.row_count {
            let row = self.next_row;
            let taps = self.rows.taps(row);
            // A tap may be one past the last row, and then stands for that row.
            if taps[2].0.min(self.last_source) >= end {
                return;
            }
            let taps = taps.map(|(tap, weight)| (band.row(component, tap), weight));
            writer.add_chroma(self.plane, |to| self.filter.apply(row, taps, to));
            self.next_row += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use darkroom_jpeg::Plane;
    use darkroom_testkit::fixture::jpeg_coder::{
        JpegCoder, JpegColor, QuantizedImage, Sampling, ScanScript, variety,
    };
    use darkroom_testkit::fixture::scene;

    use super::*;

    /// 4:2:0, 4:2:2, 4:4:0, 4:4:4, and a different sampling of each component.
    const SAMPLINGS: [[Sampling; 3]; 5] = [
        [(2, 2), (1, 1), (1, 1)],
        [(2, 1), (1, 1), (1, 1)],
        [(1, 2), (1, 1), (1, 1)],
        [(1, 1), (1, 1), (1, 1)],
        [(2, 2), (2, 1), (1, 2)],
    ];
    const SIZES: [(u32, u32); 6] = [(1, 1), (2, 3), (17, 16), (36, 41), (53, 70), (64, 48)];

    fn file(size: (u32, u32), sampling: &[Sampling], is_progressive: bool) -> Vec<u8> {
        let color = match sampling.len() {
            1 => JpegColor::Gray,
            _ => JpegColor::YCbCr,
        };
        let image = QuantizedImage::new(&scene(size.0, size.1), color, sampling, 2);
        let components: Vec<_> = (0..sampling.len()).collect();
        let script = match is_progressive {
            true => ScanScript::progressive(sampling.len()),
            false => ScanScript::sequential(&[&components]),
        };
        JpegCoder::new(&image, script).build()
    }

    /// Returns the mean of a component over an upright square of pixels, in full range. `at` is the
    /// position of the square, which has `side` pixels on each side. Between the centers of its
    /// samples, the component is interpolated.
    fn expected(
        plane: &Plane,
        stored: Size,
        orientation: Orientation,
        at: (u32, u32),
        side: u32,
    ) -> f64 {
        let upright = orientation.apply_to_size(stored);
        let sample = |x: f64, y: f64| {
            let x = x.clamp(0.0, f64::from(plane.width - 1)) as usize;
            let y = y.clamp(0.0, f64::from(plane.height - 1)) as usize;
            f64::from(plane.samples[y * plane.width as usize + x])
        };
        let pixel = |x: u32, y: u32| {
            let (mut x, mut y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
            if orientation.mirror_x {
                x = f64::from(upright.width) - x;
            }
            if orientation.mirror_y {
                y = f64::from(upright.height) - y;
            }
            if orientation.swap_axes {
                (x, y) = (y, x);
            }
            let center = |position: f64, pixels: u32, samples: u32| {
                let pixels_per_sample = if samples < pixels { 2.0 } else { 1.0 };
                position / pixels_per_sample - 0.5
            };
            let x = center(x, stored.width, plane.width);
            let y = center(y, stored.height, plane.height);
            let (left, top) = (x.floor(), y.floor());
            let mix = |a: f64, b: f64, fraction: f64| a + (b - a) * fraction;
            let above = mix(sample(left, top), sample(left + 1.0, top), x - left);
            let below = mix(
                sample(left, top + 1.0),
                sample(left + 1.0, top + 1.0),
                x - left,
            );
            mix(above, below, y - top)
        };
        // A square that reaches past the edge has the pixels of the edge twice, as VP8 prescribes.
        let clamped = |at: u32, offset: u32, end: u32| (at * side + offset).min(end - 1);
        let mut sum = 0.0;
        for (across, down) in (0..side).flat_map(|down| (0..side).map(move |across| (across, down)))
        {
            let x = clamped(at.0, across, upright.width);
            let y = clamped(at.1, down, upright.height);
            sum += pixel(x, y);
        }
        sum / f64::from(side * side)
    }

    /// Returns whether a square of 2 x 2 pixels reaches past the edge of the image.
    fn is_at_odd_edge((x, y): (u32, u32), size: Size) -> bool {
        2 * x + 1 == size.width || 2 * y + 1 == size.height
    }

    fn assert_exact(bytes: &[u8], orientation: Orientation, name: &str) {
        let (planes, _) = Decoder::new(bytes).unwrap().decode_planes().unwrap();
        let image = decode(bytes, orientation).unwrap().image;
        let stored = Size::new(planes[0].width, planes[0].height);
        assert_eq!(image.size(), orientation.apply_to_size(stored));
        let ours = [&image.y, &image.u, &image.v];
        for (component, ours) in ours.into_iter().enumerate() {
            let side = if component == 0 { 1 } else { 2 };
            for (at, sample) in (0..).zip(&ours.samples) {
                let position = (at % ours.width, at / ours.width);
                let Some(plane) = planes.get(component) else {
                    assert_eq!(*sample, NEUTRAL, "{name}");
                    continue;
                };
                let full = expected(plane, stored, orientation, position, side);
                let exact = match component {
                    0 => 16.0 + 219.0 / 255.0 * full,
                    _ => 128.0 + 224.0 / 255.0 * (full - 128.0),
                };
                // Dithering rounds by up to 7/8. At an odd edge, the filter repeats samples, not
                // interpolated pixels.
                let is_edge = component > 0 && is_at_odd_edge(position, image.size());
                let most = if is_edge { 24.0 } else { 0.89 };
                let off = (f64::from(*sample) - exact).abs();
                assert!(off <= most, "{name}: {component} {position:?} {off}");
            }
        }
    }

    #[test]
    fn every_sampling_size_and_orientation_gives_the_exact_planes() {
        let gray = [&[(1, 1)][..]];
        for sampling in SAMPLINGS.iter().map(<[_; 3]>::as_slice).chain(gray) {
            for size in SIZES {
                for is_progressive in [false, true] {
                    let bytes = file(size, sampling, is_progressive);
                    for exif in 1..=8 {
                        let orientation = Orientation::from_exif(exif);
                        let name = format!("{sampling:?} {size:?} {exif} {is_progressive}");
                        assert_exact(&bytes, orientation, &name);
                    }
                }
            }
        }
    }

    #[test]
    fn only_gray_and_ycbcr_with_full_luma_and_full_or_halved_chroma_have_planes() {
        let mut with_planes = 0;
        for number in 0..300 {
            let file = variety(number);
            let found = channels(&file.bytes);
            with_planes += u32::from(found.is_some());
            match file.color {
                JpegColor::Gray => assert_eq!(found, Some(Channels::Gray)),
                JpegColor::YCbCr => assert!(matches!(found, None | Some(Channels::Rgb))),
                _ => assert_eq!(found, None),
            }
            let decoded = decode(&file.bytes, Orientation::UPRIGHT);
            assert_eq!(decoded.is_ok(), found.is_some(), "{}", file.name);
        }
        assert!(with_planes > 60, "{with_planes}");
        let quarter = [(4, 1), (1, 1), (1, 1)];
        assert_eq!(channels(&file((64, 48), &quarter, false)), None);
        let halved_luma = [(1, 1), (2, 2), (2, 2)];
        assert_eq!(channels(&file((64, 48), &halved_luma, false)), None);
    }
}
