//! The end of a codestream.

use std::io::{IoSliceMut, Read, Result};

use jxl::api::{Event, JxlBitstreamInput};

use super::decoder::{Decoder, Mode, no_content};
use crate::geometry::Size;

/// An input from which only headers can be read. The decoder skips the content of frames that are
/// shown. It calls `available_bytes` only before it decodes a frame that is not shown. No frame may
/// be decoded here, so `available_bytes` returns an error.
struct Headers<'a>(&'a [u8]);

impl JxlBitstreamInput for Headers<'_> {
    fn available_bytes(&mut self) -> Result<usize> {
        Err(no_content())
    }

    fn read(&mut self, buffers: &mut [IoSliceMut<'_>]) -> Result<usize> {
        self.0.read_vectored(buffers)
    }

    fn skip(&mut self, count: usize) -> Result<usize> {
        let count = count.min(self.0.len());
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Returns the bytes after the last frame of a bare codestream. Returns no bytes if the image has a
/// frame that is not shown, because the end of such a frame is known only after the frame has been
/// decoded.
pub(super) fn bytes_after(codestream: &[u8], size: Size) -> &[u8] {
    let input = Headers(codestream);
    let Ok(mut decoder) = Decoder::open(input, Mode::Frames, Some(size)) else {
        return &[];
    };
    loop {
        match decoder.advance() {
            Ok(Event::Complete) => break,
            Ok(_) => {}
            Err(_) => return &[],
        }
    }
    let length = decoder.file_length();
    length
        .and_then(|length| codestream.get(length..))
        .unwrap_or_default()
}
