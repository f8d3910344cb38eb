//! The locations of items in a file, from the `iloc` box (ISO/IEC 14496-12, 8.11.3).

use std::borrow::Cow;

use crate::Rejection;
use crate::formats::boxes::versioned;
use crate::formats::fields::Fields;

/// The source of an item's bytes. Offsets are relative to the beginning of the source.
#[derive(Debug, Clone, Copy)]
enum Origin {
    File,
    Idat,
    /// Another item. This is not supported.
    Item,
}

/// The sizes in bytes of the fields of an extent.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    index: u8,
    offset: u8,
    length: u8,
}

/// The location of an item. Extents are read only on demand: a box can declare 65,535 extents per
/// item in zero bytes, so a list of them could be far larger than the file.
#[derive(Debug)]
pub(super) struct Location<'a> {
    origin: Origin,
    base: u64,
    count: u16,
    extents: Fields<'a>,
    sizes: Sizes,
}

impl<'a> Location<'a> {
    /// Reads every location and passes it to `found` with its item ID. Returns `None` if the box is
    /// invalid or truncated, but the locations before that point are still passed.
    pub(super) fn read_all(body: &'a [u8], mut found: impl FnMut(u32, Self)) -> Option<()> {
        let (version, _, mut fields) = versioned(body)?;
        let [first, second] = fields.array()?;
        let (offset, length) = (first >> 4, first & 15);
        let (base, index) = (second >> 4, second & 15);
        let index = if version == 0 { 0 } else { index };
        let sizes = Sizes {
            index,
            offset,
            length,
        };
        if [base, index, offset, length].iter().any(|size| *size > 8) {
            return None;
        }
        for _ in 0..fields.number(version > 1)? {
            let id = fields.number(version > 1)?;
            let method = if version == 0 { 0 } else { fields.u16()? & 15 };
            let _data_reference = fields.u16()?;
            let base = fields.integer(base)?;
            let count = fields.u16()?;
            let extents = fields;
            fields.bytes(usize::from(count) * usize::from(index + offset + length))?;
            let origin = match method {
                0 => Origin::File,
                1 => Origin::Idat,
                _ => Origin::Item,
            };
            found(
                id,
                Self {
                    origin,
                    base,
                    count,
                    extents,
                    sizes,
                },
            );
        }
        Some(())
    }

    /// Returns the content: a slice of `file` or `idat`, or a copy of several extents of one of them.
    ///
    /// Before an extent is copied, its length is taken from the budget. An empty extent costs 1.
    ///
    /// # Errors
    /// `corrupt` if an extent lies outside its source or the budget is exceeded;
    /// `unsupported_format` if the item is made of others.
    pub(super) fn content(
        &self,
        file: &'a [u8],
        idat: &'a [u8],
        budget: &mut usize,
    ) -> Result<Cow<'a, [u8]>, Rejection> {
        let source = match self.origin {
            Origin::File => file,
            Origin::Idat => idat,
            Origin::Item => {
                return Err(Rejection::unsupported(
                    "an item of this HEIF image is made of others, which is not supported",
                ));
            }
        };
        let mut content = Cow::Borrowed(&source[..0]);
        for extent in self.extents(source) {
            let extent = extent.ok_or_else(outside)?;
            spend(budget, extent.len().max(1))?;
            if content.is_empty() {
                content = Cow::Borrowed(extent);
            } else {
                content.to_mut().extend_from_slice(extent);
            }
        }
        Ok(content)
    }

    /// Returns the extents; `None` for an extent that lies outside `source`.
    fn extents(&self, source: &'a [u8]) -> impl Iterator<Item = Option<&'a [u8]>> {
        let (mut fields, sizes, base) = (self.extents, self.sizes, self.base);
        (0..self.count).map(move |_| {
            fields.integer(sizes.index)?;
            let offset = base.checked_add(fields.integer(sizes.offset)?)?;
            let length = fields.integer(sizes.length)?;
            let rest = source.get(usize::try_from(offset).ok()?..)?;
            // A length of zero means everything up to the end.
            match length {
                0 => Some(rest),
                _ => rest.get(..usize::try_from(length).ok()?),
            }
        })
    }
}

/// Takes `cost` bytes from a budget.
///
/// # Errors
/// `corrupt` if fewer bytes are left.
pub(super) fn spend(budget: &mut usize, cost: usize) -> Result<(), Rejection> {
    *budget = budget.checked_sub(cost).ok_or_else(|| {
        Rejection::corrupt("the items of the file have too many bytes for its length")
    })?;
    Ok(())
}

fn outside() -> Rejection {
    Rejection::corrupt("a part of the image lies outside the file, which may be truncated")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_an_empty_extent_spends_the_budget() {
        // One item of 1,000 extents, which have neither an offset nor a length. Its base offset is
        // the end of the file.
        let body = b"\0\0\0\0\x00\x40\0\x01\0\x01\0\0\0\0\0\x04\x03\xe8";
        let mut budget = 1_500;
        Location::read_all(body, |_, location| {
            assert_eq!(
                location.content(b"file", b"", &mut budget).unwrap(),
                &b""[..]
            );
            assert!(location.content(b"file", b"", &mut budget).is_err());
        })
        .unwrap();
        assert_eq!(budget, 0);
    }
}
