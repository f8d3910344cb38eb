//! Violations of the language rules.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A word to replace, a doc comment to rephrase, or a code that the glossary must match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, relative to the repository.
    pub file: PathBuf,
    /// The line, counted from 1, or 0 for the whole file.
    pub line: usize,
    /// The word, or a description of the violation.
    pub word: String,
}

impl Finding {
    pub(super) fn new(file: &Path, line: usize, word: String) -> Self {
        let file = file.to_path_buf();
        Self { file, line, word }
    }

    /// Returns the crate or folder that the file belongs to.
    pub fn area(&self) -> String {
        let names: Vec<_> = self
            .file
            .iter()
            .map(|name| name.to_string_lossy())
            .collect();
        match names.as_slice() {
            [first, second, ..] if first == "crates" => format!("crates/{second}"),
            [first, _, ..] => first.clone().into_owned(),
            _ => ".".to_owned(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, word } = self;
        write!(f, "{}:{line}: {word}", file.display())
    }
}

/// Returns a line for each area, with the number of findings and the most frequent words.
pub fn summary(findings: &[Finding]) -> String {
    let mut areas: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for finding in findings {
        let words = areas.entry(finding.area()).or_default();
        *words.entry(&finding.word).or_default() += 1;
    }
    let mut summary = String::new();
    for (area, words) in areas {
        let total: usize = words.values().sum();
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_by_key(|&(word, count)| (std::cmp::Reverse(count), word));
        let words = words
            .into_iter()
            .take(12)
            .map(|(word, count)| format!("{word} {count}"));
        let words = words.collect::<Vec<_>>().join(", ");
        summary += &format!("{area:20} {total:5}  {words}\n");
    }
    summary
}
