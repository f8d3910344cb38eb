//! The JPEG decoder, from headers to pixels.

use crate::band::Band;
use crate::coefficients::Coefficients;
use crate::color::{ColorModel, convert_row};
use crate::error::{Error, Result};
use crate::frame::Frame;
use crate::scan::Scan;
use crate::scan_budget::ScanBudget;
use crate::segments::Segments;
use crate::sequential::Sequential;
use crate::upsample::Upsampler;
use crate::window::RowWindow;

/// The memory for eight Huffman tables and for small allocations, in bytes.
const TABLES: u64 = 64 << 10;

/// The samples of a component, without the padding of its last blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    /// The number of samples per row.
    pub width: u32,
    /// The number of rows.
    pub height: u32,
    /// `width * height` samples.
    pub samples: Vec<u8>,
}

/// Damage that does not lose any pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Damage {
    /// `true` if some bytes belong to neither a segment nor a unit (MCU) of a scan, or if a restart
    /// marker has a wrong number.
    pub has_stray_bytes: bool,
    /// `true` if the last scans of a progressive image are missing. The image is then less sharp
    /// than it should be.
    pub lacks_detail: bool,
}

/// A decoder that has read everything up to the data of the first scan.
#[derive(Debug, Clone)]
pub struct Decoder<'a> {
    segments: Segments<'a>,
    frame: Frame,
    scan: Scan,
}

impl<'a> Decoder<'a> {
    /// Reads the headers of a file that begins with SOI. Ignores everything after the first image.
    ///
    /// # Errors
    /// As [`Error`] describes. A file is [`Truncated`](Error::Truncated) if it has too few bytes
    /// for the blocks of its frame.
    pub fn new(bytes: &'a [u8]) -> Result<Self> {
        let mut segments = Segments::new(bytes);
        let scan = segments
            .next_scan()?
            .ok_or(Error::Damaged("the JPEG has no pixels"))?;
        let frame = segments.frame.clone().ok_or(Error::Truncated)?;
        // The DC coefficient of each block takes at least one bit.
        if frame.blocks() > 8 * (bytes.len() - scan.data) as u64 {
            return Err(Error::Truncated);
        }
        segments.tables.add_standard_huffman_tables()?;
        Ok(Self {
            segments,
            frame,
            scan,
        })
    }

    /// Returns the frame header.
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// Returns the meaning of the components.
    pub fn color_model(&self) -> ColorModel {
        let components = &self.frame.components;
        let identifiers: Vec<_> = components.iter().map(|component| component.id).collect();
        self.segments.tables.color.color_model(&identifiers)
    }

    /// Returns an upper bound on the bytes that decoding allocates, not counting its result.
    ///
    /// An image with a single scan needs only a few rows in memory. An image with several scans,
    /// such as a progressive one, needs two bytes per sample.
    pub fn working_memory(&self) -> u64 {
        let components = self.frame.components.iter();
        let rows = components.map(|component| {
            let upsampled = 3 * u64::from(self.frame.width + 8);
            RowWindow::bytes(component) as u64 + upsampled
        });
        let coefficients = match self.has_single_scan() {
            true => 0,
            false => Coefficients::bytes(&self.frame),
        };
        rows.sum::<u64>() + coefficients + TABLES
    }

    fn has_single_scan(&self) -> bool {
        !self.frame.is_progressive && self.scan.components.len() == self.frame.components.len()
    }

    /// Decodes into interleaved pixels: gray, RGB (from YCbCr or RGB) or CMYK (from CMYK or YCCK).
    /// The rows go from top to bottom, without gaps.
    ///
    /// # Errors
    /// [`Error::Truncated`] if a pixel is missing; otherwise as [`Error`] describes.
    ///
    /// # Panics
    /// If `pixels` does not have exactly the length of the image.
    pub fn decode_into(self, pixels: &mut [u8]) -> Result<Damage> {
        let model = self.color_model();
        let stride = self.frame.width as usize * model.samples_per_pixel();
        assert_eq!(pixels.len(), stride * self.frame.height as usize);
        let components = self.frame.components.iter();
        let mut upsamplers: Vec<_> = components
            .map(|component| Upsampler::new(component, &self.frame))
            .collect();
        let mut rows = pixels.chunks_exact_mut(stride);
        let mut row = 0;
        let last_row = self.frame.height as usize;
        let rows_per_unit = 8 * self.frame.max_vertical() as usize;
        self.decode_rows(|unit_row, windows| {
            // Upsampling the last group of rows (see `window.rs`) needs the first rows of the next
            // row of units, so this group waits until those rows are decoded.
            let end = (unit_row + 1) * rows_per_unit;
            let end = if end < last_row {
                end - rows_per_unit / 8
            } else {
                last_row
            };
            for (row, pixels) in (row..end).zip(&mut rows) {
                let upsamplers = upsamplers.iter_mut().zip(windows);
                let samples: Vec<_> = upsamplers
                    .map(|(upsampler, window)| upsampler.row(window, row))
                    .collect();
                convert_row(model, &samples, pixels);
            }
            row = end;
        })
    }

    /// Decodes into the planes of the components, each with its own size.
    ///
    /// # Errors
    /// As [`decode_into`](Self::decode_into).
    pub fn decode_planes(self) -> Result<(Vec<Plane>, Damage)> {
        let mut planes = Vec::with_capacity(self.frame.components.len());
        for component in &self.frame.components {
            let (width, height) = (component.width, component.height);
            let mut samples = Vec::new();
            samples
                .try_reserve_exact(width as usize * height as usize)
                .map_err(|_| Error::OutOfMemory)?;
            planes.push(Plane {
                width,
                height,
                samples,
            });
        }
        let damage = self.decode_bands(|band| {
            for (component, plane) in planes.iter_mut().enumerate() {
                for row in band.rows(component) {
                    plane.samples.extend_from_slice(band.row(component, row));
                }
            }
        })?;
        Ok((planes, damage))
    }

    /// Decodes into bands of the components' own samples, from top to bottom, and passes each of
    /// them to `visit`. Unlike [`decode_planes`](Self::decode_planes), this method keeps only a few
    /// rows in memory, except that an image with several scans needs memory for its coefficients.
    ///
    /// # Errors
    /// As [`decode_into`](Self::decode_into). Bands may have been passed on before the error.
    pub fn decode_bands(self, mut visit: impl FnMut(Band<'_>)) -> Result<Damage> {
        self.decode_rows(|_, windows| visit(Band::new(windows)))
    }

    /// Decodes all scans. Calls `visit` for each row of units (MCUs) once its samples are in the
    /// windows.
    fn decode_rows(mut self, mut visit: impl FnMut(usize, &[RowWindow])) -> Result<Damage> {
        let has_single_scan = self.has_single_scan();
        let mut windows = RowWindow::for_frame(&self.frame);
        let mut each_row = |decode: &mut dyn FnMut(u32, &mut [RowWindow]) -> Result<()>| {
            for unit_row in 0..self.frame.unit_rows() {
                if unit_row > 0 {
                    windows.iter_mut().for_each(RowWindow::advance);
                }
                decode(unit_row, &mut windows)?;
                visit(unit_row as usize, &windows);
            }
            Ok(())
        };
        if has_single_scan {
            let Segments { bytes, tables, .. } = &self.segments;
            let mut sequential = Sequential::new(bytes, &self.frame, tables, &self.scan)?;
            each_row(&mut |_, windows| sequential.decode_row(windows))?;
            return Ok(Damage {
                has_stray_bytes: self.segments.has_stray_bytes || sequential.has_stray_bytes(),
                lacks_detail: false,
            });
        }
        let coefficients = read_scans(&mut self.segments, &self.frame, self.scan)?;
        each_row(&mut |unit_row, windows| {
            coefficients.transform_row(&self.frame, unit_row, windows);
            Ok(())
        })?;
        Ok(Damage {
            has_stray_bytes: self.segments.has_stray_bytes,
            lacks_detail: !coefficients.are_complete(),
        })
    }
}

/// Reads scans until every coefficient is complete or the image ends. Once all coefficients are
/// complete, the rest of the file is not needed, not even EOI.
fn read_scans(segments: &mut Segments<'_>, frame: &Frame, first: Scan) -> Result<Coefficients> {
    let mut coefficients = Coefficients::new(frame)?;
    let mut budget = ScanBudget::new();
    let mut next = Some(first);
    while let Some(scan) = next {
        budget.spend(frame, &scan)?;
        let Segments { bytes, tables, .. } = &*segments;
        let mut entropy = coefficients.add_scan(bytes, frame, tables, &scan)?;
        segments.position = entropy.end();
        segments.has_stray_bytes |= entropy.has_stray_bytes;
        if coefficients.are_complete() {
            return Ok(coefficients);
        }
        next = segments.next_scan()?;
    }
    if !coefficients.have_all_components() {
        return Err(Error::Truncated);
    }
    Ok(coefficients)
}
