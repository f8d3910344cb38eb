//! The pixels of a still source.

use std::borrow::Cow;

use crate::Rejection;
use crate::encode::{Sample, StillOptions, encode_still, encode_yuv};
use crate::geometry::{Orientation, Placement, Rect, Size};
use crate::pixels::{Pixels, place, resample};
use crate::yuv::YuvImage;

/// The pixels of a source or of a resized variant.
#[derive(Debug, Clone)]
pub(super) enum StillImage {
    /// Interleaved pixels, which may be stored in any orientation.
    Rgb(Pixels),
    /// Planes, which are always upright and opaque.
    Yuv(YuvImage),
}

impl StillImage {
    /// Returns the size in pixels.
    pub(super) const fn size(&self) -> Size {
        match self {
            Self::Rgb(pixels) => pixels.size(),
            Self::Yuv(planes) => planes.size(),
        }
    }

    /// Returns the source rectangle of a placement, scaled to its size and upright, without padding.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn place(
        &self,
        orientation: Orientation,
        placement: &Placement,
    ) -> Result<Self, Rejection> {
        Ok(match self {
            Self::Rgb(pixels) => Self::Rgb(place(pixels, orientation, placement)?),
            Self::Yuv(planes) => Self::Yuv(planes.place(placement)?),
        })
    }

    /// Returns what [`place`](Self::place) returns, as interleaved pixels.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn place_rgb(
        &self,
        orientation: Orientation,
        placement: &Placement,
    ) -> Result<Pixels, Rejection> {
        match self {
            Self::Rgb(pixels) => place(pixels, orientation, placement),
            Self::Yuv(planes) => planes.to_rgb(placement.source, placement.size),
        }
    }

    /// Returns the whole image, scaled to `size`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn scaled(&self, size: Size) -> Result<Self, Rejection> {
        let source = Rect::from_size(self.size());
        Ok(match self {
            Self::Rgb(pixels) => Self::Rgb(resample(pixels, source, size)?),
            Self::Yuv(planes) => Self::Yuv(planes.scaled(source, size)?),
        })
    }

    /// Returns the whole image as interleaved pixels, scaled to `size`.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn scaled_rgb(&self, size: Size) -> Result<Pixels, Rejection> {
        let source = Rect::from_size(self.size());
        match self {
            Self::Rgb(pixels) if pixels.size() == size => Ok(pixels.clone()),
            Self::Rgb(pixels) => resample(pixels, source, size),
            Self::Yuv(planes) => planes.to_rgb(source, size),
        }
    }

    /// Turns the image upright and encodes it.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn encode(
        &self,
        orientation: Orientation,
        options: &StillOptions<'_>,
    ) -> Result<Vec<u8>, Rejection> {
        match self {
            Self::Rgb(pixels) => encode_still(Cow::Borrowed(pixels), orientation, options),
            Self::Yuv(planes) => encode_yuv(planes, options),
        }
    }

    /// Turns the image upright, encodes it and frees it as early as possible.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn into_encoded(
        self,
        orientation: Orientation,
        options: &StillOptions<'_>,
    ) -> Result<Vec<u8>, Rejection> {
        match self {
            Self::Rgb(pixels) => encode_still(Cow::Owned(pixels), orientation, options),
            Self::Yuv(planes) => encode_yuv(&planes, options),
        }
    }

    /// Encodes a sample of the image, as [`Sample::new`] does.
    ///
    /// # Errors
    /// `out_of_memory`.
    pub(super) fn sample(
        &self,
        options: &StillOptions<'_>,
        max_bytes: u64,
        max_memory: u64,
    ) -> Result<Option<Sample>, Rejection> {
        match self {
            Self::Rgb(pixels) => Sample::new(pixels, options, max_bytes, max_memory),
            Self::Yuv(planes) => Sample::from_yuv(planes, options, max_bytes),
        }
    }
}
