//! The HTML of an image that has variants of several sizes.

use std::collections::BTreeMap;
use std::fmt::Write;

use darkroom_imaging::Placeholder;
use serde::{Deserialize, Serialize};

use crate::ManifestVariant;

/// The media types in the order in which browsers shall try them. The last of those that the
/// variants have is the fallback for browsers that support none of the others.
const PREFERENCE: [&str; 3] = ["image/webp", "image/png", "image/jpeg"];

/// The widest variant and all variants with its proportions, as HTML, so that a browser can choose
/// the size.
///
/// Variants that are cropped or padded to other proportions are left out.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponsiveImage {
    /// The value of the attribute `srcset` for each media type: URLs and widths, sorted by width.
    pub srcset: BTreeMap<String, String>,
    /// A value of the attribute `sizes`. The image fills the width of the page, but is never wider
    /// than the widest variant.
    pub sizes: String,
    /// A `<picture>` element with all of this, the width and the height, and the placeholder in
    /// `data-thumbhash` and `data-dominant-color`. Only a text for `alt` is missing.
    pub html: String,
}

impl ResponsiveImage {
    /// Returns the HTML for variants that have URLs. Returns `None` if a variant that belongs in it
    /// has no URL, if none is WebP, PNG or JPEG, or if there are no variants.
    pub fn new(variants: &[ManifestVariant], placeholder: &Placeholder) -> Option<Self> {
        let widest = variants.iter().max_by_key(|variant| variant.width)?;
        let mut by_type: BTreeMap<&str, BTreeMap<u32, &str>> = BTreeMap::new();
        for variant in variants.iter().filter(|it| shows_as_much(it, widest)) {
            let widths = by_type.entry(&variant.content_type).or_default();
            widths
                .entry(variant.width)
                .or_insert(variant.url.as_deref()?);
        }
        let fallback = PREFERENCE.iter().rfind(|it| by_type.contains_key(*it))?;
        let (_, src) = by_type.get(fallback)?.last_key_value()?;
        let sizes = format!("(max-width: {0}px) 100vw, {0}px", widest.width);
        let srcset = by_type.iter().map(|(content_type, urls)| {
            let entries = urls.iter().map(|(width, url)| format!("{url} {width}w"));
            let entries: Vec<String> = entries.collect();
            ((*content_type).to_owned(), entries.join(", "))
        });
        let srcset: BTreeMap<String, String> = srcset.collect();
        let mut html = "<picture>".to_owned();
        for content_type in PREFERENCE {
            if let Some(entries) = srcset.get(content_type) {
                html.push_str("<source");
                for (name, value) in [
                    ("type", content_type),
                    ("srcset", entries),
                    ("sizes", &sizes),
                ] {
                    push_attribute(&mut html, name, value);
                }
                html.push('>');
            }
        }
        html.push_str("<img");
        for (name, value) in [
            ("src", *src),
            ("width", &widest.width.to_string()),
            ("height", &widest.height.to_string()),
            ("alt", ""),
            ("loading", "lazy"),
            ("decoding", "async"),
            ("data-thumbhash", &placeholder.thumbhash),
            ("data-dominant-color", &placeholder.dominant_color),
        ] {
            push_attribute(&mut html, name, value);
        }
        html.push_str("></picture>");
        Some(Self {
            srcset,
            sizes,
            html,
        })
    }
}

/// Returns `true` if a variant has the proportions of `widest`, apart from the rounding of its
/// sides.
fn shows_as_much(variant: &ManifestVariant, widest: &ManifestVariant) -> bool {
    let [width, height] = [variant.width, variant.height].map(u64::from);
    let [full_width, full_height] = [widest.width, widest.height].map(u64::from);
    // One pixel more or less in either side.
    let difference = (width * full_height).abs_diff(height * full_width);
    difference <= full_width.max(full_height)
}

fn push_attribute(html: &mut String, name: &str, value: &str) {
    let value = value.replace('&', "&amp;").replace('"', "&quot;");
    // Writing to a string cannot fail.
    let _ = write!(html, " {name}=\"{value}\"");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variant(content_type: &str, width: u32, height: u32) -> ManifestVariant {
        ManifestVariant {
            name: "any".to_owned(),
            key: "any".to_owned(),
            content_type: content_type.to_owned(),
            width,
            height,
            bytes: 1,
            sha256: String::new(),
            url: Some(format!("https://cdn.example/{width}?a&v=1")),
        }
    }

    fn responsive(variants: &[ManifestVariant]) -> Option<ResponsiveImage> {
        let placeholder = Placeholder {
            thumbhash: "3OcRJYB4d3h/iIeHeEh3eIhw+j2w".to_owned(),
            dominant_color: "#aabbcc".to_owned(),
        };
        ResponsiveImage::new(variants, &placeholder)
    }

    #[test]
    fn variants_of_the_same_proportions_form_a_srcset_for_each_type() {
        let variants = [
            variant("image/webp", 2001, 1500),
            variant("image/webp", 400, 300),
            variant("image/jpeg", 640, 480),
            variant("image/webp", 200, 200),
            variant("image/webp", 400, 300),
        ];
        let image = responsive(&variants).unwrap();
        let webp = "https://cdn.example/400?a&v=1 400w, https://cdn.example/2001?a&v=1 2001w";
        assert_eq!(image.srcset["image/webp"], webp);
        assert_eq!(
            image.srcset["image/jpeg"],
            "https://cdn.example/640?a&v=1 640w"
        );
        assert_eq!(image.sizes, "(max-width: 2001px) 100vw, 2001px");
        let expected = "<picture>\
            <source type=\"image/webp\" srcset=\"https://cdn.example/400?a&amp;v=1 400w, \
            https://cdn.example/2001?a&amp;v=1 2001w\" sizes=\"(max-width: 2001px) 100vw, 2001px\">\
            <source type=\"image/jpeg\" srcset=\"https://cdn.example/640?a&amp;v=1 640w\" \
            sizes=\"(max-width: 2001px) 100vw, 2001px\">\
            <img src=\"https://cdn.example/640?a&amp;v=1\" width=\"2001\" height=\"1500\" alt=\"\" \
            loading=\"lazy\" decoding=\"async\" data-thumbhash=\"3OcRJYB4d3h/iIeHeEh3eIhw+j2w\" \
            data-dominant-color=\"#aabbcc\"></picture>";
        assert_eq!(image.html, expected);
    }

    #[test]
    fn a_variant_without_a_url_has_no_html() {
        let without_url = ManifestVariant {
            url: None,
            ..variant("image/webp", 400, 300)
        };
        assert_eq!(responsive(&[without_url]), None);
        assert_eq!(responsive(&[]), None);
    }
}
