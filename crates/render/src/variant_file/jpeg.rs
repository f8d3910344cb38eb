//! Baseline JPEG (ITU-T T.81).

use super::bytes::{ensure, take, take_array};
use super::{Allowed, Size, Violation};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const DQT: u8 = 0xdb;
const DHT: u8 = 0xc4;
const SOF0: u8 = 0xc0;
const APP0: u8 = 0xe0;
const APP2: u8 = 0xe2;

/// Checks that a file consists of a frame header and one scan, with no segments other than a JFIF
/// header, tables and, if allowed, a color profile. Returns the size of the image.
pub(super) fn check(file: &[u8], allowed: Allowed) -> Result<Size, Violation> {
    let rest = &mut &*file;
    ensure(take_array(rest)? == [0xff, SOI], "not a JPEG file")?;
    let mut size = None;
    loop {
        let [prefix, marker] = take_array(rest)?;
        ensure(prefix == 0xff, "bytes between two segments")?;
        let length = u16::from_be_bytes(take_array(rest)?);
        let length = length
            .checked_sub(2)
            .ok_or("a segment with an invalid length")?;
        let data = take(rest, length.into())?;
        match marker {
            APP0 if data.starts_with(b"JFIF\0") => {}
            APP2 if allowed.profile && data.starts_with(b"ICC_PROFILE\0") => {}
            DQT | DHT => {}
            SOF0 if size.is_none() => size = Some(frame_size(data)?),
            SOS => {
                check_scan(rest)?;
                return size.ok_or("a scan before the frame header");
            }
            _ => return Err("a segment that no variant has"),
        }
    }
}

fn frame_size(header: &[u8]) -> Result<Size, Violation> {
    let rest = &mut &*header;
    let _precision: [u8; 1] = take_array(rest)?;
    let height = u16::from_be_bytes(take_array(rest)?);
    let width = u16::from_be_bytes(take_array(rest)?);
    Ok((width.into(), height.into()))
}

/// Checks that the scan ends with the end marker, and that the file ends there too. Within a scan,
/// a zero byte follows each byte of 0xff, and there are no markers.
fn check_scan(scan: &[u8]) -> Result<(), Violation> {
    let mut rest = scan;
    while let Some(position) = rest.iter().position(|byte| *byte == 0xff) {
        match rest.get(position + 1..) {
            Some([0, after @ ..]) => rest = after,
            Some([EOI]) => return Ok(()),
            Some([EOI, ..]) => return Err("there is something after the image"),
            _ => return Err("a marker in the scan"),
        }
    }
    Err("the scan does not end")
}
