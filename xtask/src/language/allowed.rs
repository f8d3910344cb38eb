//! Legitimate uses of words that are avoided otherwise.

use std::path::Path;

/// A legitimate use of a word.
struct Allowed {
    /// The word as the glossary lists it.
    word: &'static str,
    /// The start of the file's path. An empty start stands for all files.
    files: &'static str,
    /// A part of the line, in lower case. An empty part stands for all lines.
    line: &'static str,
}

const fn everywhere(word: &'static str, line: &'static str) -> Allowed {
    let files = "";
    Allowed { word, files, line }
}

const fn within(word: &'static str, files: &'static str) -> Allowed {
    let line = "";
    Allowed { word, files, line }
}

const ALLOWED: &[Allowed] = &[
    // Prometheus's name for a kind of metric, and Grafana's for a kind of panel.
    within("gauge", "crates/telemetry/src"),
    within("gauge", "deploy/grafana"),
    everywhere("gauge", "` | gauge | "),
    everywhere("gauge", "metric::gauge"),
    // Attributes of rustdoc, clap, HTML and CSS, and functions of indicatif.
    everywhere("hidden", "doc(hidden)"),
    everywhere("hide", "hide = true"),
    everywhere("hidden", "type=\"hidden\""),
    within("hidden", "crates/issuer/src/page"),
    within("hidden", "crates/cli/tests/browser/page_tests.py"),
    everywhere("hidden", "progressbar::hidden()"),
    everywhere("hidden", "progressdrawtarget::hidden()"),
    everywhere("hide", "hide_env_values"),
    // A folder of the corpus, which is not part of the repository.
    everywhere("colour", "\"colour\""),
    everywhere("colour", "\"colour/"),
    // Fields of heifer-hevc-dec, named as in ITU-T H.265.
    everywhere("colour", "separate_colour_plane_flag"),
    everywhere("colour", "vui.colour_primaries"),
    // The element of HTML, and the name of the Multi-Picture Format.
    everywhere("picture", "<picture"),
    everywhere("picture", "</picture"),
    everywhere("picture", "multi-picture"),
    // A coded image, in HEVC and in the interface of its decoder.
    within("picture", "crates/imaging/src/formats/heif/hevc.rs"),
    // A function of oxideav-av1.
    everywhere("picture", "set_max_picture_size"),
    // Time by the clock on the wall.
    everywhere("wall", "wall clock"),
    everywhere("wall", "wall-clock"),
];

/// Returns `true` if `word` may be used in this line of this file.
pub(super) fn is_allowed(file: &Path, line: &str, word: &str) -> bool {
    let line = line.to_lowercase();
    ALLOWED.iter().any(|allowed| {
        allowed.word == word && file.starts_with(allowed.files) && line.contains(allowed.line)
    })
}
