//! Composition of animation frames. It is the same for every format.

mod canvas;
mod decoder;
mod frame;

pub(crate) use decoder::{AnimationDecoder, ComposedFrame};
pub(crate) use frame::{Blending, Disposal, Frame, FrameSource};
