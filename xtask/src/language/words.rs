//! Words and phrases in any text, identifiers included.

use std::collections::BTreeMap;

/// Returns the line and the phrase for each occurrence of one of `phrases`, which are in lower case.
///
/// Identifiers are split into words, so that `blue_moon` and `BlueMoon` are "blue moon". A phrase may
/// continue on the next line.
pub(super) fn find(text: &str, phrases: &[Vec<String>]) -> Vec<(usize, String)> {
    let mut by_first: BTreeMap<&str, Vec<&[String]>> = BTreeMap::new();
    for phrase in phrases {
        if let Some(first) = phrase.first() {
            by_first.entry(first).or_default().push(phrase);
        }
    }
    let words = split(text);
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let candidates = by_first.get(word.text.as_str()).into_iter().flatten();
        let matching = candidates.filter(|phrase| {
            let rest = words[index + 1..].iter().take(phrase.len() - 1);
            rest.clone().count() == phrase.len() - 1
                && rest
                    .zip(&phrase[1..])
                    .all(|(word, part)| word.joined && word.text == *part)
        });
        found.extend(matching.map(|phrase| (word.line, phrase.join(" "))));
    }
    found
}

struct Word {
    /// The word in lower case.
    text: String,
    line: usize,
    /// `true` if only white space, comment markers, underscores or hyphens separate the word from
    /// the previous one. Punctuation at the end of the previous line does not count.
    joined: bool,
}

fn split(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut joined = true;
        let mut previous = ' ';
        for character in line.chars() {
            if character.is_alphanumeric() {
                let continues = previous.is_alphanumeric()
                    && !(character.is_uppercase() && previous.is_lowercase());
                match words.last_mut().filter(|_| continues) {
                    Some(word) => word.text.extend(character.to_lowercase()),
                    None => {
                        words.push(Word {
                            text: character.to_lowercase().collect(),
                            line: number + 1,
                            joined,
                        });
                        joined = true;
                    }
                }
            } else if !matches!(character, ' ' | '\t' | '_' | '-' | '/' | '!' | '#') {
                joined = false;
            }
            previous = character;
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let phrases = [
            vec!["frob".to_owned()],
            vec!["blue".to_owned(), "moon".to_owned()],
        ];
        find(text, &phrases)
            .into_iter()
            .map(|(line, _)| line)
            .collect()
    }

    #[test]
    fn identifiers_are_split_into_words() {
        assert_eq!(lines("let frob_count = FrobCount::FROB;"), [1, 1, 1]);
        assert_eq!(lines("frobnicate()\nblueMoon"), [2]);
    }

    #[test]
    fn a_phrase_may_span_two_lines_but_not_a_comma() {
        assert_eq!(lines("/// Once in a blue\n/// moon."), [1]);
        assert_eq!(lines("blue, moon"), [] as [usize; 0]);
    }
}
