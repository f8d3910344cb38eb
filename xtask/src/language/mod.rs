//! Checks of the language of code and documents: the words of docs/glossary.md, and the beginnings
//! of doc comments, which follow the standard library.

mod allowed;
mod codes;
mod doc_comments;
mod finding;
mod function_docs;
mod glossary;
mod identifiers;
mod words;

pub use finding::{Finding, summary};
pub use glossary::Glossary;

use std::path::Path;

use crate::files;

/// Returns a finding for each word, doc comment, identifier and code in the repository at `root`
/// that breaks a rule.
///
/// Errors if a file cannot be read.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let glossary = Glossary::read(root)?;
    let mut findings = codes::check(root, &glossary)?;
    for file in files::list(root)? {
        let text = std::fs::read_to_string(root.join(&file))?;
        let mut of_file = words::find(&text, glossary.words());
        if file.extension().is_some_and(|extension| extension == "rs") {
            of_file.extend(doc_comments::find(&text));
            of_file.extend(function_docs::find(&text));
            of_file.extend(identifiers::find(&text, glossary.identifiers()));
        }
        let lines: Vec<&str> = text.lines().collect();
        let of_file = of_file.into_iter().filter(|(line, word)| {
            let text = lines.get(line - 1).copied().unwrap_or_default();
            !allowed::is_allowed(&file, text, word)
        });
        findings.extend(of_file.map(|(line, word)| Finding::new(&file, line, word)));
    }
    Ok(findings)
}
