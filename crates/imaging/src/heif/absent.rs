//! A build without libheif recognises these files and refuses them.

use crate::decode::Decoded;
use crate::metadata::Survey;
use crate::{Rejection, RejectionCode, SourceFormat};

pub(crate) fn size(_: &[u8], format: SourceFormat) -> Result<(u32, u32), Rejection> {
    Err(not_built_in(format))
}

pub(crate) const fn survey(_: &[u8], _: &mut Survey) {}

pub(crate) fn decode(_: &[u8], format: SourceFormat) -> Result<Decoded, Rejection> {
    Err(not_built_in(format))
}

fn not_built_in(format: SourceFormat) -> Rejection {
    Rejection::new(
        RejectionCode::UnsupportedFormat,
        format!(
            "this is {}, which this build of the server does not read",
            format.name().to_uppercase()
        ),
    )
}
