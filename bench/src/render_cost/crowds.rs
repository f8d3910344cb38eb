//! Files that are full of the smallest parts of their format.

use darkroom_testkit::fixture::bomb::crowded;

use super::source::CostlySource;

/// A file length in bytes. Files of this length are cheap to build, and have the same names as
/// large files.
const SMALL: usize = 4000;

pub(super) fn sources() -> Vec<CostlySource> {
    let crowds = crowded(SMALL).into_iter().enumerate();
    let source = |(index, crowd): (usize, _)| {
        let build = move |length: usize| crowded(length).swap_remove(index).bytes;
        CostlySource::new(name_of(crowd), move |bounds| build(bounds.bytes))
    };
    crowds.map(source).collect()
}

fn name_of(crowd: darkroom_testkit::fixture::bomb::Bomb) -> String {
    match crowd.name.split_once(", ") {
        Some((format, content)) => format!("{}: {content}", format.to_lowercase()),
        None => crowd.name,
    }
}
