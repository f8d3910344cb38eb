//! The anchors of headings.

/// Returns the anchors of the headings in a document, as GitHub derives them.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let mut bases: Vec<String> = Vec::new();
    let mut anchors = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        let heading = line.trim_start_matches('#');
        if in_code || heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let base = anchor(heading.trim());
        // Headings with the same text are numbered, beginning with the second one.
        anchors.push(match bases.iter().filter(|it| **it == base).count() {
            0 => base.clone(),
            earlier => format!("{base}-{earlier}"),
        });
        bases.push(base);
    }
    anchors
}

fn anchor(heading: &str) -> String {
    let mut parts = heading.split("](");
    // Of a link, only the text counts.
    let mut text = parts.next().unwrap_or_default().to_lowercase();
    for part in parts {
        let rest = part.split_once(')').map_or("", |(_, rest)| rest);
        text.push_str(&rest.to_lowercase());
    }
    text.chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            other => other.is_alphanumeric().then_some(other),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_have_no_punctuation_and_are_numbered_if_they_repeat() {
        let text = "# `darkroom doctor`: 2 checks\n```sh\n# a comment\n```\n## [Of](x.md) `B_c`\n\n#no\n## Of B_c";
        assert_eq!(
            anchors(text),
            ["darkroom-doctor-2-checks", "of-b_c", "of-b_c-1"]
        );
    }
}
