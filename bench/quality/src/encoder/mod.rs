//! `vp8-keyframe` beside libwebp: time, bytes, SSIMULACRA2, and BD-rate.
//!
//! All encoders get the same planes, and libwebp decodes all frames.

mod bd_rate;
mod choice;
mod comparison;
mod crops;
mod images;
mod report;
mod yuv;

pub use bd_rate::bd_rate;
pub use choice::EncoderChoice;
pub use comparison::{Comparison, Curve, Point, SetCurves, compare};
pub use crops::ContactSheet;
pub use images::{Half, ImageSet, NamedImage};
pub use report::EncoderReport;
pub use yuv::Yuv;
