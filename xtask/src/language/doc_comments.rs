//! The first words of doc comments.

/// Words that begin a clause instead of a noun phrase or a verb.
const CLAUSES: &[&str] = &["What", "Who", "Whose", "How", "Whether", "Where", "Why"];

/// Returns the line and the complaint for each doc comment that begins with a clause.
pub(super) fn find(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut previous = None;
    for (index, line) in text.lines().enumerate() {
        let comment = comment(line);
        if let Some((marker, comment)) = comment
            && previous != Some(marker)
        {
            let first = comment
                .split(|c: char| !c.is_alphabetic())
                .next()
                .unwrap_or_default();
            if CLAUSES.contains(&first) {
                found.push((index + 1, format!("doc comment begins with \"{first}\"")));
            }
        }
        previous = comment.map(|(marker, _)| marker);
    }
    found
}

/// Returns the marker of a doc comment and the text after it.
fn comment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let marker = line
        .get(..3)
        .filter(|marker| ["///", "//!"].contains(marker))?;
    Some((marker, line[3..].trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_word_of_a_doc_comment_is_checked() {
        let text =
            "//! Why.\n/// The first line.\n/// What the second says.\nfn a() {}\n/// How.\n";
        let lines: Vec<usize> = find(text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 5]);
    }
}
