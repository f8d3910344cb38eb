//! The backend of a build without libheif: it rejects every file.

use super::brand::Brand;
use crate::Rejection;
use crate::decoded::Decoded;
use crate::formats::Header;
use crate::metadata::MetadataScan;

pub(super) fn read_header(_: &[u8], brand: Brand) -> Result<Header, Rejection> {
    Err(rejection(brand))
}

pub(super) const fn scan_metadata(_: &[u8], _: &mut MetadataScan) {}

pub(super) fn decode(_: &[u8], brand: Brand) -> Result<Decoded, Rejection> {
    Err(rejection(brand))
}

fn rejection(brand: Brand) -> Rejection {
    let name = brand.name();
    Rejection::unsupported(format!("this build of the server does not support {name}"))
}
