//! Crop boxes.

use serde::{Deserialize, Serialize};

/// A rectangle of the upright image, in pixels from its top left corner.
///
/// Cropping tools compute boxes from sizes on a screen, so the boxes have fractions of pixels. When
/// a box is deserialized, each of its four edges is rounded to the nearest pixel, so that boxes
/// side by side stay side by side.
///
/// ```
/// # use darkroom_imaging::CropBox;
/// let json = r#"{"x": -0.2, "y": 10.5, "width": 99.9, "height": 20}"#;
/// let crop: CropBox = serde_json::from_str(json)?;
/// assert_eq!(crop, CropBox { x: 0, y: 11, width: 100, height: 20 });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "schema",
    schema(
        description = "A rectangle of the upright image, in pixels from its top left corner. \
        Each of its four edges is rounded to the nearest pixel."
    )
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FractionalBox")]
pub struct CropBox {
    /// The number of pixels left of the box.
    #[cfg_attr(feature = "schema", schema(value_type = f64, minimum = 0))]
    pub x: u32,
    /// The number of pixels above the box.
    #[cfg_attr(feature = "schema", schema(value_type = f64, minimum = 0))]
    pub y: u32,
    /// The width of the box in pixels, at least 1.
    #[cfg_attr(feature = "schema", schema(value_type = f64, minimum = 1))]
    pub width: u32,
    /// The height of the box in pixels, at least 1.
    #[cfg_attr(feature = "schema", schema(value_type = f64, minimum = 1))]
    pub height: u32,
}

/// A deserialized crop box, before its edges are rounded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FractionalBox {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl TryFrom<FractionalBox> for CropBox {
    type Error = &'static str;

    fn try_from(fractional: FractionalBox) -> Result<Self, Self::Error> {
        let (x, width) = rounded(fractional.x, fractional.width)?;
        let (y, height) = rounded(fractional.y, fractional.height)?;
        Ok(Self {
            x,
            y,
            width,
            height,
        })
    }
}

/// Rounds the start and the end of a side, and returns its start and length.
fn rounded(start: f64, length: f64) -> Result<(u32, u32), &'static str> {
    let end = (start + length).round();
    let start = start.round();
    Ok((pixels(start)?, pixels(end - start)?))
}

fn pixels(value: f64) -> Result<u32, &'static str> {
    match value {
        value if value < 0.0 => Err("a crop must not have negative numbers"),
        value if value <= f64::from(u32::MAX) => Ok(value as u32),
        _ => Err("a crop must end before 2^32"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(value: Value) -> Result<CropBox, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn edges_are_rounded_to_whole_pixels() {
        for (fractional, [x, y, width, height]) in [
            ([1.0, 2.0, 3.0, 4.0], [1, 2, 3, 4]),
            ([0.5, 10.4, 99.5, 20.2], [1, 10, 99, 21]),
            ([-0.4, -1e-9, 10.0, 10.4], [0, 0, 10, 10]),
            ([0.3, 0.3, 0.1, 0.2], [0, 0, 0, 1]),
            ([4_294_967_295.0, 0.0, 1.0, 1.0], [u32::MAX, 0, 1, 1]),
        ] {
            let [fx, fy, fwidth, fheight] = fractional;
            let value = json!({"x": fx, "y": fy, "width": fwidth, "height": fheight});
            let expected = CropBox {
                x,
                y,
                width,
                height,
            };
            assert_eq!(parse(value), Ok(expected), "{fractional:?}");
        }
    }

    #[test]
    fn boxes_side_by_side_stay_side_by_side() {
        for edge in [99.4, 99.5, 99.6] {
            let left = parse(json!({"x": 0, "y": 0, "width": edge, "height": 1})).unwrap();
            let right = parse(json!({"x": edge, "y": 0, "width": 10, "height": 1})).unwrap();
            assert_eq!(left.width, right.x, "{edge}");
        }
    }

    #[test]
    fn a_box_that_no_image_contains_is_an_error() {
        for value in [
            json!({"x": -0.6, "y": 0, "width": 1, "height": 1}),
            json!({"x": 0, "y": 0, "width": -1, "height": 1}),
            json!({"x": 5e9, "y": 0, "width": 1, "height": 1}),
            json!({"x": 0, "y": 0, "width": 1e300, "height": 1}),
            json!({"x": "0", "y": 0, "width": 1, "height": 1}),
            json!({"x": 0, "y": 0, "width": 1}),
            json!({"x": 0, "y": 0, "width": 1, "height": 1, "scale": 2}),
        ] {
            assert!(parse(value.clone()).is_err(), "{value}");
        }
    }
}
