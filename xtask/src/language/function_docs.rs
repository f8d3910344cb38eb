//! The first words of the doc comments of functions.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Lit, Meta};

/// Returns the line and the complaint for each function whose doc comment does not begin with a
/// verb in the third person. Tests are exempt, because their names state what they do.
pub(super) fn find(text: &str) -> Vec<(usize, String)> {
    let mut functions = Functions::default();
    if let Ok(file) = syn::parse_file(text) {
        functions.visit_file(&file);
    }
    functions.found
}

#[derive(Default)]
struct Functions {
    found: Vec<(usize, String)>,
}

impl Functions {
    fn check(&mut self, attributes: &[Attribute]) {
        if attributes.iter().any(is_test) {
            return;
        }
        let first_line = attributes
            .iter()
            .find_map(|attribute| Some((attribute, doc_text(attribute)?)));
        let Some((attribute, text)) = first_line else {
            return;
        };
        let first = text.split_whitespace().next().unwrap_or_default();
        if !is_verb(first) {
            let line = attribute.span().start().line;
            let complaint =
                format!("doc comment of a function begins with \"{first}\", not a verb");
            self.found.push((line, complaint));
        }
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.check(&item.attrs);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.check(&item.attrs);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.check(&item.attrs);
        visit::visit_trait_item_fn(self, item);
    }
}

fn is_test(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| last.ident == "test")
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    let is_doc = attribute.path().is_ident("doc");
    match &meta.value {
        Expr::Lit(literal) if is_doc => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// Returns `true` for a word that may be a verb in the third person, and for the heading of a
/// section, such as `# Errors`.
fn is_verb(word: &str) -> bool {
    let word = word.trim_end_matches([',', ':', '.', ';']);
    word == "#" || (word.ends_with('s') && !["As", "This", "Its"].contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_doc_comments_of_functions_must_begin_with_a_verb() {
        let text = "/// The shape.\nstruct A;\nimpl A {\n/// The side.\nfn side() {}\n\
            /// Returns the side.\nfn b() {}\n/// # Errors\n/// None.\nfn c() {}\nfn d() {}\n}\n\
            #[tokio::test]\n/// The reason.\nfn e() {}\n/// As [`e`].\nfn f() {}\n";
        let lines: Vec<usize> = find(text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [4, 16]);
    }
}
