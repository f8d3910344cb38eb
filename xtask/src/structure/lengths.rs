//! Lines per file.

use std::path::PathBuf;

use syn::spanned::Spanned;

use crate::source::{Module, attributes, is_test_only};

/// A file and its number of production lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLength {
    /// The file, relative to the repository.
    pub file: PathBuf,
    /// The number of lines, without items that are compiled only for tests.
    pub lines: usize,
}

pub(super) fn of_module(module: &Module) -> FileLength {
    let of_tests = module
        .syntax
        .items
        .iter()
        .filter(|item| is_test_only(attributes(item)))
        .map(|item| {
            let span = item.span();
            span.end().line + 1 - span.start().line
        });
    FileLength {
        file: module.file.clone(),
        lines: module.lines - of_tests.sum::<usize>(),
    }
}

/// Returns the percentile of the values by nearest rank, or 0 if there are no values.
pub(super) fn percentile(values: &[usize], percent: usize) -> usize {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        assert_eq!(percentile(&[5, 1, 3], 50), 3);
        assert_eq!(percentile(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 90), 9);
        assert_eq!(percentile(&[], 50), 0);
    }

    #[test]
    fn lines_of_test_modules_are_not_counted() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        let module = Module {
            path: Vec::new(),
            file: PathBuf::from("a.rs"),
            lines: text.lines().count(),
            syntax: syn::parse_file(text).unwrap(),
        };
        assert_eq!(of_module(&module).lines, 2);
    }
}
