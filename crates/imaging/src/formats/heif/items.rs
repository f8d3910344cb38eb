//! The items of a file: its `meta` box (ISO/IEC 14496-12, 8.11).

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::brand::Coding;
use super::location::Location;
use super::work::WorkBudget;
use crate::Rejection;
use crate::formats::boxes::{Boxes, Code, Part, find, versioned};
use crate::formats::fields::Fields;

/// The maximum number of items, which is more than any camera writes: an image of 200 megapixels
/// has 1,600 tiles.
const MAX_ITEMS: usize = 16_384;
/// The maximum number of associations of an item. One list for an item has at most 255 entries, and
/// real items have fewer than 20. If several lists for the same item exceed the maximum, the rest
/// is ignored.
const MAX_ASSOCIATIONS: usize = 256;
/// The number of properties that an association can point to.
const MAX_PROPERTIES: usize = 0x7fff;
/// The flag of an association with an essential property, which a reader has to understand.
const ESSENTIAL: u16 = 0x8000;

/// The items, and everything that the file says about them. Nothing of their content is read yet.
pub(super) struct Items<'a> {
    file: &'a [u8],
    /// The coding of all coded images.
    pub(super) coding: Coding,
    /// The content of `idat`.
    idat: &'a [u8],
    /// The content of `iref` after its version and flags.
    references: Fields<'a>,
    has_wide_references: bool,
    /// The ID of the primary item.
    pub(super) primary: u32,
    items: BTreeMap<u32, Item<'a>>,
    properties: Vec<Part<'a>>,
    /// The work that decoding the images may still take.
    pub(super) work: WorkBudget,
}

/// An item.
#[derive(Debug, Default)]
pub(super) struct Item<'a> {
    /// The type, such as `hvc1` or `Exif`.
    pub(super) code: Code,
    /// The media type of a `mime` item.
    pub(super) content_type: &'a [u8],
    location: Option<Location<'a>>,
    /// 1-based indices into `properties`. The bit [`ESSENTIAL`] is set if the property is essential.
    associations: Vec<u16>,
}

/// A reference from an item to others.
pub(super) struct Reference<'a> {
    pub(super) code: Code,
    pub(super) from: u32,
    to: Fields<'a>,
    count: u16,
    is_wide: bool,
}

impl<'a> Reference<'a> {
    /// Returns the items that are referred to, in order.
    pub(super) fn to(&self) -> impl Iterator<Item = u32> + use<'a> {
        let (mut to, is_wide) = (self.to, self.is_wide);
        (0..self.count).map_while(move |_| to.number(is_wide))
    }
}

impl<'a> Items<'a> {
    /// Reads the `meta` box of a file.
    ///
    /// # Errors
    /// `corrupt` if there is none, if it has no primary item, or if it has too many items;
    /// `unsupported_format` if the file has only an image sequence.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, Rejection> {
        let meta = find(file, b"meta").and_then(versioned).ok_or_else(|| {
            match find(file, b"moov") {
                Some(_) => Rejection::unsupported(
                    "this HEIF file has an image sequence but no still image, which is not supported",
                ),
                None => Rejection::corrupt("the file has no list of images"),
            }
        })?;
        let meta = meta.2.0;
        let primary = find(meta, b"pitm")
            .and_then(versioned)
            .and_then(|(version, _, mut fields)| fields.number(version > 0))
            .ok_or_else(|| Rejection::corrupt("the file has no primary image"))?;
        let (version, _, references) = find(meta, b"iref").and_then(versioned).unwrap_or_default();
        let mut items = Self {
            file,
            coding: Coding::of_file(file).unwrap_or(Coding::Hevc),
            idat: find(meta, b"idat").unwrap_or_default(),
            references,
            has_wide_references: version > 0,
            primary,
            items: items(meta)?,
            properties: Vec::new(),
            work: WorkBudget::new(),
        };
        if let Some(locations) = find(meta, b"iloc") {
            Location::read_all(locations, |id, location| {
                if let Some(item) = items.items.get_mut(&id) {
                    item.location = Some(location);
                }
            });
        }
        if let Some(properties) = find(meta, b"iprp") {
            items.read_properties(properties);
        }
        Ok(items)
    }

    fn read_properties(&mut self, body: &'a [u8]) {
        let container = find(body, b"ipco").unwrap_or_default();
        self.properties = Boxes::new(container).take(MAX_PROPERTIES).collect();
        for part in Boxes::new(body).filter(|part| part.code == *b"ipma") {
            self.read_associations(part.body);
        }
    }

    /// Reads `ipma`. If the box is truncated, reads as much of it as there is.
    fn read_associations(&mut self, body: &'a [u8]) -> Option<()> {
        let (version, flags, mut fields) = versioned(body)?;
        for _ in 0..fields.u32()? {
            let id = fields.number(version > 0)?;
            let mut item = self.items.get_mut(&id);
            for _ in 0..fields.u8()? {
                let association = if flags & 1 == 1 {
                    fields.u16()?
                } else {
                    let short = u16::from(fields.u8()?);
                    (short & 0x80) << 8 | short & 0x7f
                };
                if let Some(item) = &mut item
                    && item.associations.len() < MAX_ASSOCIATIONS
                {
                    item.associations.push(association);
                }
            }
        }
        Some(())
    }

    /// Returns the number of bytes in the file.
    pub(super) const fn file_length(&self) -> usize {
        self.file.len()
    }

    pub(super) fn get(&self, id: u32) -> Option<&Item<'a>> {
        self.items.get(&id)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &Item<'a>)> {
        self.items.iter().map(|(id, item)| (*id, item))
    }

    /// Returns the properties of an item in their order, each with `true` if it is essential.
    pub(super) fn properties(&self, id: u32) -> impl Iterator<Item = (Part<'a>, bool)> {
        let associations = self.get(id).map(|item| item.associations.as_slice());
        associations
            .unwrap_or_default()
            .iter()
            .filter_map(move |association| {
                let number = usize::from(association & !ESSENTIAL);
                let property = self.properties.get(number.checked_sub(1)?)?;
                Some((*property, association & ESSENTIAL != 0))
            })
    }

    /// Returns the content of the first property with this code.
    pub(super) fn property(&self, id: u32, code: &Code) -> Option<&'a [u8]> {
        self.properties(id)
            .find(|(property, _)| property.code == *code)
            .map(|(property, _)| property.body)
    }

    /// Returns all references of the file.
    pub(super) fn references(&self) -> impl Iterator<Item = Reference<'a>> + use<'a> {
        let is_wide = self.has_wide_references;
        Boxes::new(self.references.0).filter_map(move |part| {
            let mut fields = Fields(part.body);
            let from = fields.number(is_wide)?;
            let count = fields.u16()?;
            Some(Reference {
                code: part.code,
                from,
                to: fields,
                count,
                is_wide,
            })
        })
    }

    /// Returns the items that an item refers to.
    pub(super) fn referred_by(&self, from: u32, code: Code) -> impl Iterator<Item = u32> + use<'a> {
        self.references()
            .filter(move |reference| reference.from == from && reference.code == code)
            .flat_map(|reference| reference.to())
    }

    /// Returns the content of an item, copied only if it is scattered over the file.
    ///
    /// # Errors
    /// `corrupt` if the content is missing or lies outside the file; `unsupported_format` if it is
    /// made of other items.
    pub(super) fn content(&self, id: u32) -> Result<Cow<'a, [u8]>, Rejection> {
        self.content_within(id, &mut self.file_length())
    }

    /// Returns the content of an item, and takes the length of the content from a budget that
    /// several items share. Items can share bytes, so together they may have many times the bytes
    /// of the file.
    ///
    /// # Errors
    /// As for [`Items::content`]; `corrupt` if the budget is exceeded.
    pub(super) fn content_within(
        &self,
        id: u32,
        budget: &mut usize,
    ) -> Result<Cow<'a, [u8]>, Rejection> {
        let location = self.get(id).and_then(|item| item.location.as_ref());
        location
            .ok_or_else(|| Rejection::corrupt("the file has no content for one of its items"))?
            .content(self.file, self.idat, budget)
    }
}

/// Reads `iinf`. If the box is truncated, reads as much of it as there is.
fn items<'a>(meta: &'a [u8]) -> Result<BTreeMap<u32, Item<'a>>, Rejection> {
    let mut items = BTreeMap::new();
    let Some((version, _, mut fields)) = find(meta, b"iinf").and_then(versioned) else {
        return Ok(items);
    };
    // Skips the field that states the number of entries. The entries are counted instead.
    fields.number(version > 0);
    for entry in Boxes::new(fields.0).filter(|part| part.code == *b"infe") {
        let Some((id, item)) = item(entry.body) else {
            continue;
        };
        items.insert(id, item);
        if items.len() > MAX_ITEMS {
            return Err(Rejection::corrupt(format!(
                "the file has more than {MAX_ITEMS} items"
            )));
        }
    }
    Ok(items)
}

/// Reads `infe`; `None` if the box is truncated, if the item is encrypted, or if the box has
/// version 0 or 1. These versions do not state an item type.
fn item(body: &[u8]) -> Option<(u32, Item<'_>)> {
    let (version, _, mut fields) = versioned(body)?;
    if version < 2 {
        return None;
    }
    let id = fields.number(version > 2)?;
    let protection = fields.u16()?;
    let code: Code = fields.array()?;
    let _name = fields.text();
    let item = Item {
        code,
        content_type: if code == *b"mime" { fields.text() } else { b"" },
        ..Item::default()
    };
    (protection == 0).then_some((id, item))
}
