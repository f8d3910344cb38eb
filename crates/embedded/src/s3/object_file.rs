//! The file of an object.
//!
//! ```text
//! body | attributes as JSON | length of the JSON, u32 little endian | "DARKOBJ1"
//! ```
//!
//! The body and the attributes share a file, so that a single rename publishes both. Even after a
//! crash of the process, a reader never sees one without the other. The body is at the start of the
//! file, so that image viewers can open it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::attributes::Attributes;

const MAGIC: &[u8; 8] = b"DARKOBJ1";
const TAIL_BYTES: u64 = 12;
/// The limit on the JSON. S3 permits only 2 KiB of metadata, a key of 1 KiB, and 10,000 parts.
const MAX_ATTRIBUTES_BYTES: u64 = 1 << 20;

/// Appends the attributes to a file that contains the body.
pub(crate) fn append_attributes(file: &mut File, attributes: &Attributes) -> io::Result<()> {
    let mut tail = serde_json::to_vec(attributes)?;
    let length = u32::try_from(tail.len()).map_err(io::Error::other)?;
    tail.extend_from_slice(&length.to_le_bytes());
    tail.extend_from_slice(MAGIC);
    file.seek(SeekFrom::End(0))?;
    file.write_all(&tail)
}

/// Reads the attributes from the end of a file. Errors with `InvalidData` if the file is
/// incomplete.
pub(crate) fn read_attributes(file: &mut File) -> io::Result<Attributes> {
    let length = file.metadata()?.len();
    let mut tail = [0; TAIL_BYTES as usize];
    file.seek(SeekFrom::Start(
        length.checked_sub(TAIL_BYTES).ok_or_else(damaged)?,
    ))?;
    file.read_exact(&mut tail)?;
    let (json_length, magic) = tail.split_at(4);
    if magic != MAGIC {
        return Err(damaged());
    }
    let json_length = u64::from(u32::from_le_bytes(
        json_length.try_into().map_err(|_| damaged())?,
    ));
    if json_length > MAX_ATTRIBUTES_BYTES {
        return Err(damaged());
    }
    let body_length = length
        .checked_sub(TAIL_BYTES + json_length)
        .ok_or_else(damaged)?;
    file.seek(SeekFrom::Start(body_length))?;
    let mut json = Vec::new();
    file.take(json_length).read_to_end(&mut json)?;
    let attributes: Attributes = serde_json::from_slice(&json)?;
    if attributes.size == body_length {
        Ok(attributes)
    } else {
        Err(damaged())
    }
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a complete object file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::s3::attributes::ObjectHeaders;

    fn attributes(size: u64) -> Attributes {
        Attributes {
            size,
            sequencer: 2,
            headers: ObjectHeaders {
                content_type: Some("image/jpeg".into()),
                ..Default::default()
            },
            ..Attributes::example("a/b")
        }
    }

    #[test]
    fn appended_attributes_can_be_read() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"body").unwrap();
        append_attributes(&mut file, &attributes(4)).unwrap();
        let read = read_attributes(&mut file).unwrap();
        assert_eq!(
            (read.key.as_str(), read.size, read.sequencer),
            ("a/b", 4, 2)
        );
        assert_eq!(read.headers.content_type.as_deref(), Some("image/jpeg"));
    }

    #[test]
    fn a_file_truncated_anywhere_is_refused() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"body").unwrap();
        append_attributes(&mut file, &attributes(4)).unwrap();
        let whole = file.metadata().unwrap().len();
        for length in 0..whole {
            file.set_len(length).unwrap();
            assert!(
                read_attributes(&mut file).is_err(),
                "accepted {length} of {whole} bytes"
            );
        }
    }

    #[test]
    fn a_file_with_a_truncated_body_is_refused() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"bod").unwrap();
        append_attributes(&mut file, &attributes(4)).unwrap();
        assert!(read_attributes(&mut file).is_err());
    }
}
