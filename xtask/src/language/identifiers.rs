//! Identifiers of Rust code, without comments and strings.

use proc_macro2::{TokenStream, TokenTree};

/// Returns the line and the name for each occurrence of one of `names`.
pub(super) fn find(text: &str, names: &[String]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    if let Ok(tokens) = text.parse() {
        collect(tokens, names, &mut found);
    }
    found
}

fn collect(tokens: TokenStream, names: &[String], found: &mut Vec<(usize, String)>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), names, found),
            TokenTree::Ident(identifier) => {
                let name = identifier.to_string();
                if names.contains(&name) {
                    found.push((identifier.span().start().line, format!("`{name}`")));
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_comments_and_strings_are_not_found() {
        let text = "/// Frob.\nstruct Frob;\nconst A: &str = \"Frob\"; // Frob\nfn f(_: Frob) {}";
        let expected = [(2, "`Frob`".to_owned()), (4, "`Frob`".to_owned())];
        assert_eq!(find(text, &["Frob".to_owned()]), expected);
    }
}
