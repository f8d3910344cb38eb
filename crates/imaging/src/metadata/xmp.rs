//! XMP packets (ISO 16684-1), searched for what changes their meaning.
//!
//! The packet is not parsed as XML: it is dropped whatever it says, and the names below are
//! enough to tell people what was in it.

use memchr::memmem;

use super::MetadataKind::{DepthMap, GainMap, Gps, Xmp};
use super::{MetadataKind, Survey};

/// Names that only stand in a packet when the file carries the thing.
const NAMES: [(&[u8], MetadataKind); 8] = [
    (b"GPSLatitude", Gps),
    // Adobe's and Ultra HDR's gain map, Apple's, and either in Google's container directory.
    (b"http://ns.adobe.com/hdr-gain-map/", GainMap),
    (b"HDRGainMap", GainMap),
    (b"\"GainMap\"", GainMap),
    (b"http://ns.google.com/photos/1.0/depthmap/", DepthMap),
    (b"http://ns.google.com/photos/dd/1.0/", DepthMap),
    (b"\"Depth\"", DepthMap),
    (b"\"android/depthmap\"", DepthMap),
];

/// Notes a packet and what it says.
pub(crate) fn read(packet: &[u8], survey: &mut Survey) {
    survey.found(Xmp);
    for (name, kind) in NAMES {
        if !survey.kinds.contains(&kind) && memmem::find(packet, name).is_some() {
            survey.found(kind);
        }
    }
}
