//! Cropping of planes.

use super::image::{Plane, YuvImage};
use crate::Rejection;
use crate::geometry::{Area, Size};
use crate::pixels::zeroed_buffer;

impl YuvImage {
    /// Copies an area of the image.
    ///
    /// If the area begins at an odd column or row, each of its chroma samples lies between two
    /// samples of the image, and becomes their mean.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(crate) fn crop(&self, area: Area) -> Result<Self, Rejection> {
        Ok(Self {
            y: crop_luma(&self.y, area)?,
            u: crop_chroma(&self.u, area)?,
            v: crop_chroma(&self.v, area)?,
        })
    }
}

fn crop_luma(plane: &Plane, area: Area) -> Result<Plane, Rejection> {
    let mut cropped = Plane::zeroed(area.size())?;
    let (left, width) = (area.x as usize, area.width as usize);
    for (row, to) in (area.y as usize..).zip(cropped.samples.chunks_exact_mut(width)) {
        to.copy_from_slice(&plane.row(row)[left..left + width]);
    }
    Ok(cropped)
}

fn crop_chroma(plane: &Plane, area: Area) -> Result<Plane, Rejection> {
    let size: Size = YuvImage::chroma_size(area.size());
    let mut cropped = Plane::zeroed(size)?;
    let (left, top) = (area.x as usize / 2, area.y as usize / 2);
    let [column_step, row_step] = [area.x, area.y].map(|start| start as usize % 2);
    let (width, last) = (size.width as usize, plane.width as usize - 1);
    let mut sums: Vec<u16> = zeroed_buffer(u64::from(plane.width))?;
    for (row, to) in (top..).zip(cropped.samples.chunks_exact_mut(width)) {
        let rows = plane.row(row).iter().zip(plane.row(row + row_step));
        for (sum, (above, below)) in sums.iter_mut().zip(rows) {
            *sum = u16::from(*above) + u16::from(*below);
        }
        for (column, to) in (left..).zip(to) {
            let sum = sums[column] + sums[(column + column_step).min(last)];
            *to = ((sum + 2) >> 2) as u8;
        }
    }
    Ok(cropped)
}
