//! XMP packets (ISO 16684-1), searched for a few names.
//!
//! A packet is not parsed as XML. It is removed whatever it contains, and the names below suffice to
//! report its content.

use memchr::memmem;

use super::kind::MetadataKind::{self, DepthMap, GainMap, Gps, Xmp};
use super::scan::MetadataScan;

/// Names that occur in a packet only if the file has metadata of that kind.
const NAMES: [(&[u8], MetadataKind); 8] = [
    (b"GPSLatitude", Gps),
    // The gain maps of Adobe and Ultra HDR, of Apple, and both in Google's container directory.
    (b"http://ns.adobe.com/hdr-gain-map/", GainMap),
    (b"HDRGainMap", GainMap),
    (b"\"GainMap\"", GainMap),
    (b"http://ns.google.com/photos/1.0/depthmap/", DepthMap),
    (b"http://ns.google.com/photos/dd/1.0/", DepthMap),
    (b"\"Depth\"", DepthMap),
    (b"\"android/depthmap\"", DepthMap),
];

/// Reads a packet.
pub(crate) fn read(packet: &[u8], scan: &mut MetadataScan) {
    scan.add(Xmp);
    for (name, kind) in NAMES {
        if !scan.kinds.contains(&kind) && memmem::find(packet, name).is_some() {
            scan.add(kind);
        }
    }
}
