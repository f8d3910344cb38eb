//! The known name nearest to a misspelled name.

/// Returns the known name with the fewest edits from `name`.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.min_by_key(|candidate| strsim::damerau_levenshtein(name, candidate))
}

/// Returns `true` if few edits make one name of the other.
pub(super) fn is_similar(name: &str, known: &str) -> bool {
    strsim::damerau_levenshtein(name, known) <= known.len() / 2
}
