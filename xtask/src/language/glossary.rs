//! The parser of docs/glossary.md.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context;

/// The parts of the glossary that the repository is checked against.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    codes: BTreeMap<String, BTreeSet<String>>,
    words: Vec<Vec<String>>,
    identifiers: Vec<String>,
}

impl Glossary {
    /// Reads the glossary of the repository at `root`.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let file = root.join("docs/glossary.md");
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        Ok(Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let mut glossary = Self::default();
        for section in text.split("\n## ") {
            if let Some(codes) = section.strip_prefix("Codes\n") {
                glossary.codes = codes
                    .split("\n### ")
                    .skip(1)
                    .filter_map(table_of_codes)
                    .collect();
            } else if let Some(avoided) = section.strip_prefix("Words to avoid\n") {
                for cell in first_cells(avoided) {
                    glossary.avoid(cell);
                }
            }
        }
        glossary
    }

    fn avoid(&mut self, cell: &str) {
        for entry in cell.split(',') {
            let quoted = entry.split('`').skip(1).step_by(2);
            let before = self.identifiers.len();
            self.identifiers.extend(quoted.map(str::to_owned));
            if self.identifiers.len() == before {
                let words = entry.split_whitespace().map(str::to_owned);
                self.words.push(words.collect());
            }
        }
    }

    /// Returns the codes that the glossary lists, by the name of their type or metric.
    pub fn codes(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.codes
    }

    /// Returns the words and phrases that are avoided everywhere.
    pub(super) fn words(&self) -> &[Vec<String>] {
        &self.words
    }

    /// Returns the names that are avoided as identifiers.
    pub(super) fn identifiers(&self) -> &[String] {
        &self.identifiers
    }
}

/// Returns the name and the codes of a section whose heading ends with the name of a type or metric
/// in backticks. Returns `None` for any other section.
fn table_of_codes(section: &str) -> Option<(String, BTreeSet<String>)> {
    let heading = section.lines().next()?;
    let name = heading.strip_suffix('`')?.rsplit('`').next()?;
    let cells = first_cells(section).into_iter();
    let codes = cells.map(|cell| cell.trim_matches('`').to_owned());
    Some((name.to_owned(), codes.collect()))
}

/// Returns the first cell of each row, without the head of the table.
fn first_cells(table: &str) -> Vec<&str> {
    let rows = table.lines().filter(|line| line.starts_with('|'));
    let cells = rows.skip(2).filter_map(|row| row.split('|').nth(1));
    cells.map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_words_and_identifiers_are_parsed() {
        let text = "# G\n\n## Codes\n\n### Of shapes: `Shape`\n\n| code | m |\n|---|---|\n| `round` | r |\n\
            \n## Words to avoid\n\n| avoid | write |\n|---|---|\n| blue moon, `Frob` | x |\n";
        let glossary = Glossary::parse(text);
        let codes = BTreeSet::from(["round".to_owned()]);
        assert_eq!(glossary.codes()["Shape"], codes);
        assert_eq!(glossary.words(), [["blue", "moon"]]);
        assert_eq!(glossary.identifiers(), ["Frob"]);
    }
}
