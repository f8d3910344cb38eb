//! Decoding of a whole file for the tests.

use darkroom_jpeg::{Damage, Decoder, Result};

/// Decodes a file into interleaved pixels.
pub(crate) fn decoded(bytes: &[u8]) -> Result<(Vec<u8>, Damage)> {
    let decoder = Decoder::new(bytes)?;
    let frame = decoder.frame();
    let samples = decoder.color_model().samples_per_pixel();
    let mut pixels = vec![0; frame.width as usize * frame.height as usize * samples];
    let damage = decoder.decode_into(&mut pixels)?;
    Ok((pixels, damage))
}
