//! GIF files with flaws.

use darkroom_testkit::fixture::{GifArea, RawGif, play};
use image::{Rgba, RgbaImage};

use super::{assert_corrupt, noted, rendered, unnoted};

const PALETTE: [[u8; 3]; 4] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];
const RED: Rgba<u8> = Rgba([255, 0, 0, 255]);
const GREEN: Rgba<u8> = Rgba([0, 255, 0, 255]);
const BLUE: Rgba<u8> = Rgba([0, 0, 255, 255]);
const BLACK: Rgba<u8> = Rgba([0, 0, 0, 255]);
const CLEAR: Rgba<u8> = Rgba([0; 4]);

fn gif() -> RawGif {
    RawGif::new((4, 4), &PALETTE)
}

fn red() -> RawGif {
    gif().image(GifArea::new(4, 4), &[0; 16])
}

fn is_all(image: &RgbaImage, color: Rgba<u8>) -> bool {
    image.pixels().all(|pixel| *pixel == color)
}

/// Returns the composed frames of an animation.
fn frames(file: &[u8]) -> Vec<RgbaImage> {
    let played = play(&rendered(file).variants[0].bytes);
    played.frames.into_iter().map(|frame| frame.0).collect()
}

#[test]
fn the_canvas_grows_to_contain_the_first_frame() {
    for (screen, area, canvas) in [
        ((2, 2), GifArea::new(4, 4), (4, 4)),
        ((4, 4), GifArea::new(4, 4).at(3, 0), (7, 4)),
        ((0, 0), GifArea::new(4, 4).at(1, 2), (5, 6)),
        ((9, 2), GifArea::new(4, 4), (9, 4)),
        ((9, 9), GifArea::new(4, 4), (9, 9)),
    ] {
        let file = RawGif::new(screen, &PALETTE).image(area, &[1; 16]).end();
        let image = unnoted(&file);
        assert_eq!(image.dimensions(), canvas);
        for (x, y, pixel) in image.enumerate_pixels() {
            let [left, top] = [area.left, area.top].map(u32::from);
            let is_inside = (left..left + 4).contains(&x) && (top..top + 4).contains(&y);
            assert_eq!(*pixel, if is_inside { GREEN } else { CLEAR });
        }
    }
}

#[test]
fn later_frames_are_cut_at_the_canvas() {
    let file = red().image(GifArea::new(4, 4).at(2, 2), &[1; 16]).end();
    let frames = frames(&file);
    assert_eq!(frames[1].dimensions(), (4, 4));
    assert_eq!(*frames[1].get_pixel(3, 3), GREEN);
    assert_eq!(*frames[1].get_pixel(1, 1), RED);
}

#[test]
fn a_graphic_control_that_is_too_long_is_read_and_one_that_is_too_short_is_skipped() {
    // Color 1 is transparent if the extension is long enough to state it.
    for (fields, color) in [
        (&[1, 0, 0, 1][..], CLEAR),
        (&[1, 0, 0, 1, 0], CLEAR),
        (&[1, 0, 0, 1, 7, 7, 7], CLEAR),
        (&[1, 0, 0], GREEN),
        (&[1], GREEN),
    ] {
        let file = gif().extension(0xf9, &[fields]);
        let file = file.image(GifArea::new(4, 4), &[1; 16]).end();
        assert!(is_all(&unnoted(&file), color), "{fields:?}");
    }
    let empty = gif().extension(0xf9, &[]);
    let empty = empty.image(GifArea::new(4, 4), &[1; 16]).end();
    assert!(is_all(&unnoted(&empty), GREEN));
}

#[test]
fn unknown_extensions_and_stray_zeros_are_skipped() {
    let file = gif().extension(0x00, &[b"unknown"]).extension(0xc0, &[]);
    let file = file.extension(0x01, &[&[0; 12], b"text"]);
    let file = file.extension(0xff, &[]).extension(0xff, &[b"short"]);
    let file = file.image(GifArea::new(4, 4), &[0; 16]).bytes(&[0, 0]);
    let file = file.image(GifArea::new(4, 4), &[2; 16]).bytes(&[0]).end();
    let frames = frames(&file);
    assert_eq!(frames.len(), 2);
    assert!(is_all(&frames[0], RED) && is_all(&frames[1], BLUE));
}

#[test]
fn a_file_may_end_after_its_pixels() {
    let whole = red().build();
    assert!(is_all(&unnoted(&whole), RED));
    // The block that ends the pixels may be missing, with and without a trailer after it.
    let open = &whole[..whole.len() - 1];
    assert!(is_all(&unnoted(open), RED));
    assert!(is_all(&unnoted(&[open, b"\x3b"].concat()), RED));
    assert!(is_all(&unnoted(&red().bytes(b"garbage").build()), RED));
}

#[test]
fn the_local_palette_overrides_the_global_one_and_colors_are_black_without_either() {
    let area = GifArea::new(4, 4);
    let local = gif().image_with_palette(area, &[[0, 0, 255], [0, 0, 0]], &[0; 16]);
    assert!(is_all(&unnoted(&local.end()), BLUE));
    let none = RawGif::new((4, 4), &[]).image(area, &[0; 16]).end();
    assert!(is_all(&unnoted(&none), BLACK));
    let second = RawGif::new((4, 4), &[]).image_with_palette(area, &PALETTE, &[1; 16]);
    let frames = frames(&second.image(area, &[3; 16]).end());
    assert!(is_all(&frames[0], GREEN) && is_all(&frames[1], BLACK));
}

#[test]
fn an_index_that_exceeds_the_palette_is_black() {
    let file = gif().image(GifArea::new(4, 4), &[4; 16]).end();
    assert!(is_all(&unnoted(&file), BLACK));
}

#[test]
fn a_frame_may_lack_pixels_of_its_last_row() {
    for missing in 1..=4 {
        let file = gif().image(GifArea::new(4, 4), &[1; 16][missing..]).end();
        let image = noted(&file);
        for (x, y, pixel) in image.enumerate_pixels() {
            let is_there = (y * 4 + x) as usize + missing < 16;
            assert_eq!(*pixel, if is_there { GREEN } else { CLEAR });
        }
    }
    for missing in [5, 8, 15, 16] {
        let file = gif().image(GifArea::new(4, 4), &[1; 16][missing..]).end();
        assert_corrupt(&file, "missing rows");
    }
    let interlaced = gif().interlaced_image(GifArea::new(4, 4), &[1; 15]).end();
    // The last row of the image is also the last row of the last pass.
    assert_eq!(*noted(&interlaced).get_pixel(3, 3), CLEAR);
}

#[test]
fn surplus_pixels_are_ignored() {
    let file = gif().image(GifArea::new(4, 4), &[1; 40]).end();
    assert!(is_all(&unnoted(&file), GREEN));
}

#[test]
fn an_animation_whose_last_frame_lacks_pixels_is_accepted_with_a_note() {
    let file = red().image(GifArea::new(4, 4), &[1; 15]).end();
    let rendered = rendered(&file);
    assert_eq!(rendered.notes.len(), 1);
    let frames = frames(&file);
    assert!(is_all(&frames[0], RED));
    assert_eq!(*frames[1].get_pixel(0, 0), GREEN);
    // The previous frame is visible where pixels are missing.
    assert_eq!(*frames[1].get_pixel(3, 3), RED);
    let half = red().image(GifArea::new(4, 4), &[1; 8]).end();
    assert_corrupt(&half, "half a frame");
}

#[test]
fn interlaced_rows_are_put_in_order() {
    let palette: Vec<[u8; 3]> = (0..16).map(|level| [level * 16, 0, 0]).collect();
    let order = [0, 8, 4, 2, 6, 10, 1, 3, 5, 7, 9];
    let file = RawGif::new((1, 11), &palette).interlaced_image(GifArea::new(1, 11), &order);
    let image = unnoted(&file.end());
    for y in 0..11 {
        assert_eq!(u32::from(image.get_pixel(0, y)[0]), y * 16);
    }
}

#[test]
fn a_code_size_out_of_range_is_corrupt() {
    for bits in [0, 12, 255] {
        let mut file = red().build();
        // Screen, palette and descriptor precede the code size.
        file[13 + 12 + 10] = bits;
        assert_corrupt(&file, "code size");
    }
}

#[test]
fn both_loop_extensions_state_a_loop_count() {
    for name in [b"NETSCAPE2.0", b"ANIMEXTS1.0"] {
        let file = red().image(GifArea::new(4, 4), &[1; 16]);
        let file = file.extension(0xff, &[name, &[1, 2, 0]]).end();
        let played = play(&rendered(&file).variants[0].bytes);
        assert_eq!(played.plays, 3);
    }
}
