//! Copies of macroblocks from the planes.

use crate::Planes;
use crate::kernels::Pixels;

/// Copies the macroblock in `column` and `row`. Beyond the edges of the image, the last column and row are
/// repeated.
pub(crate) fn load(planes: &Planes<'_>, column: usize, row: usize, out: &mut Pixels) {
    let (width, height) = (planes.width as usize, planes.height as usize);
    let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
    let y = Plane {
        samples: planes.y,
        stride: planes.y_stride,
        width,
        height,
    };
    let (width, height) = (chroma_width, chroma_height);
    let u = Plane {
        samples: planes.u,
        stride: planes.u_stride,
        width,
        height,
    };
    let v = Plane {
        samples: planes.v,
        stride: planes.v_stride,
        width,
        height,
    };
    let (luma, chroma) = out.0.split_at_mut(16);
    for (line, out) in luma.iter_mut().enumerate() {
        y.copy(16 * column, 16 * row + line, out);
    }
    for (line, out) in chroma.iter_mut().enumerate() {
        let (out_u, out_v) = out.split_at_mut(8);
        u.copy(8 * column, 8 * row + line, out_u);
        v.copy(8 * column, 8 * row + line, out_v);
    }
}

struct Plane<'a> {
    samples: &'a [u8],
    stride: usize,
    width: usize,
    height: usize,
}

impl Plane<'_> {
    /// Copies the samples of row `y`, starting at `x`.
    #[inline(always)]
    fn copy(&self, x: usize, y: usize, out: &mut [u8]) {
        let start = y.min(self.height - 1) * self.stride;
        let line = &self.samples[start..start + self.width];
        if let Some(samples) = line.get(x..x + out.len()) {
            out.copy_from_slice(samples);
            return;
        }
        for (offset, sample) in out.iter_mut().enumerate() {
            *sample = line[(x + offset).min(self.width - 1)];
        }
    }
}
