//! What is wrong with a setting, for the person who wrote it.

use figment::error::Kind;

/// Names the setting, what is wrong with it, and where it was set.
pub(super) fn describe(errors: figment::Error) -> String {
    let lines: Vec<String> = errors.into_iter().map(|error| line(&error)).collect();
    lines.join("; ")
}

fn line(error: &figment::Error) -> String {
    let mut path = error.path.join(".");
    let what = match &error.kind {
        Kind::UnknownField(name, known) => {
            if error.path.last() != Some(name) {
                path = [path.as_str(), name].join(".");
            }
            unknown(name, known)
        }
        other => other.to_string(),
    };
    let path = path.trim_start_matches('.');
    let origin = error
        .metadata
        .as_ref()
        .and_then(|metadata| metadata.source.as_ref())
        .map_or(String::new(), |source| format!(" (in {source})"));
    if path.is_empty() {
        format!("{what}{origin}")
    } else {
        format!("{path}: {what}{origin}")
    }
}

fn unknown(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(nearest) => format!("there is no such setting; the nearest one there is: `{nearest}`"),
        None => "there is no such setting".to_owned(),
    }
}

/// The known name that takes the fewest edits to get to.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.min_by_key(|candidate| strsim::damerau_levenshtein(name, candidate))
}
