//! The difference between two images.

use super::raster::Pixels;
use crate::geometry::Area;

/// Returns the smallest area that contains every visible difference between `after` and the area
/// `place` of `before`; `None` if there is no difference. Both images are RGBA.
pub(crate) fn changed_area(before: &Pixels, place: Area, after: &Pixels) -> Option<Area> {
    let width = place.width as usize;
    let (mut left, mut right) = (width, 0);
    let (mut top, mut bottom) = (None, 0);
    let rows = before
        .rows_of(place)
        .zip(after.data.chunks_exact(width * 4));
    for (y, (old, new)) in (0..).zip(rows) {
        if old == new {
            continue;
        }
        let (old, new) = (old.as_chunks::<4>().0, new.as_chunks::<4>().0);
        let differs = |x: &usize| !looks_equal(&old[*x], &new[*x]);
        let Some(first) = (0..width).find(differs) else {
            continue;
        };
        left = left.min(first);
        right = right.max((0..width).rfind(differs).unwrap_or(first) + 1);
        top.get_or_insert(y);
        bottom = y + 1;
    }
    // Both edges lie within an image, whose sides fit into u32.
    let [left, right] = [left, right].map(|x| u32::try_from(x).unwrap_or_default());
    let area = Area::between((left, right), (top?, bottom))?;
    Some(area.translated(place.x, place.y))
}

/// Returns whether two RGBA pixels look equal: the color of a transparent pixel is invisible.
pub(crate) fn looks_equal(one: &[u8; 4], other: &[u8; 4]) -> bool {
    one == other || (one[3] == 0 && other[3] == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;
    use crate::pixels::Layout;

    fn gray(width: u32, values: &[u8]) -> Pixels {
        Pixels {
            width,
            height: u32::try_from(values.len()).unwrap() / width,
            layout: Layout::Rgba,
            data: values
                .iter()
                .flat_map(|&value| [value, value, value, 255])
                .collect(),
        }
    }

    fn area(x: (u32, u32), y: (u32, u32)) -> Option<Area> {
        Area::between(x, y)
    }

    #[test]
    fn the_area_is_the_smallest_around_every_change() {
        let before = gray(4, &[0; 16]);
        let after = gray(4, &[0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
        let whole = Area::from_size(Size::new(4, 4));
        assert_eq!(changed_area(&before, whole, &after), area((2, 4), (1, 3)));
        assert_eq!(changed_area(&before, whole, &before), None);
    }

    #[test]
    fn after_is_compared_with_the_area_place_of_before() {
        let before = gray(4, &[0, 0, 0, 0, 0, 7, 8, 0]);
        let place = area((1, 3), (1, 2)).unwrap();
        assert_eq!(changed_area(&before, place, &gray(2, &[7, 8])), None);
        let changed = changed_area(&before, place, &gray(2, &[7, 9]));
        assert_eq!(changed, area((2, 3), (1, 2)));
    }

    #[test]
    fn an_invisible_change_is_ignored() {
        let transparent = |color: u8| Pixels {
            width: 1,
            height: 1,
            layout: Layout::Rgba,
            data: vec![color, color, color, 0],
        };
        let whole = Area::from_size(Size::new(1, 1));
        assert_eq!(changed_area(&transparent(9), whole, &transparent(0)), None);
    }
}
