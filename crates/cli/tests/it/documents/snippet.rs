//! Fenced blocks of a document.

use std::path::{Path, PathBuf};

/// The beginning of the comment before a block that says what is done with it.
pub(crate) const MARKER: &str = "<!-- snippet: ";

/// A fenced block of a document.
#[derive(Debug, Clone)]
pub(crate) struct Snippet {
    /// The document and the line, for messages.
    pub(crate) place: String,
    pub(crate) language: String,
    /// The text of the marker before the block.
    pub(crate) marker: Option<String>,
    pub(crate) text: String,
}

impl Snippet {
    /// Returns the name of the file that a reader saves the block as, if the marker names one.
    pub(crate) fn file(&self) -> Option<&str> {
        self.marker.as_deref()?.strip_prefix("file ")
    }
}

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the blocks of a document.
pub(crate) fn snippets(document: &Path) -> Vec<Snippet> {
    let text = std::fs::read_to_string(document).unwrap();
    let name = document.strip_prefix(root()).unwrap_or(document);
    parse(&name.to_string_lossy(), &text)
}

/// Returns the blocks in a text. `name` is for messages.
pub(crate) fn parse(name: &str, text: &str) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Snippet)> = None;
    let mut marker = None;
    for (number, line) in (1..).zip(text.lines()) {
        let indent = line.len() - line.trim_start().len();
        match (&mut open, line.trim().strip_prefix("```")) {
            (None, Some(language)) => {
                let snippet = Snippet {
                    place: format!("{name}:{number}"),
                    language: language.to_owned(),
                    marker: marker.take(),
                    text: String::new(),
                };
                open = Some((indent, snippet));
            }
            (Some(_), Some("")) => found.extend(open.take().map(|(_, snippet)| snippet)),
            (Some((indent, snippet)), _) => {
                snippet
                    .text
                    .push_str(line.get(*indent..).unwrap_or(line.trim_start()));
                snippet.text.push('\n');
            }
            (None, None) => {
                let comment = line.trim().strip_prefix(MARKER);
                let comment = comment.and_then(|rest| rest.strip_suffix(" -->"));
                if comment.is_some() || !line.trim().is_empty() {
                    marker = comment.map(str::to_owned);
                }
            }
        }
    }
    assert!(open.is_none(), "{name}: a snippet does not end");
    found
}
