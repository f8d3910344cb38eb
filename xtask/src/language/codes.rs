//! The comparison of the codes of types and the label values of metrics with the glossary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Expr, Lit, Pat};

use super::{Finding, Glossary};
use crate::crates;
use crate::source::targets;

/// The document with the table of metrics, which is generated from their declarations.
const METRICS: &str = "docs/operations.md";

/// Returns a finding for each code that is in the source code or in the table of metrics but not in
/// the glossary, and for each code that is only in the glossary.
pub(super) fn check(root: &Path, glossary: &Glossary) -> anyhow::Result<Vec<Finding>> {
    let defined = defined(root, glossary)?;
    let metrics = fs::read_to_string(root.join(METRICS))?;
    let mut findings = Vec::new();
    for (name, listed) in glossary.codes() {
        let (file, codes) = if name.starts_with("darkroom_") {
            (PathBuf::from(METRICS), label_values(&metrics, name))
        } else {
            defined.get(name).cloned().unwrap_or_default()
        };
        for code in codes.symmetric_difference(listed) {
            let word = format!("`{code}` of {name} is missing in the code or in docs/glossary.md");
            findings.push(Finding::new(&file, 0, word));
        }
    }
    Ok(findings)
}

/// Returns the values of the last label of a metric. The description ends with them: "Messages by
/// result: retried, released." The set is empty if the table has no such metric.
fn label_values(table: &str, metric: &str) -> BTreeSet<String> {
    let start = format!("| `{metric}` |");
    let row = table
        .lines()
        .find(|line| line.starts_with(&start))
        .unwrap_or_default();
    let description = row.trim_end_matches(['.', ' ', '|']);
    let values = description
        .rsplit_once(": ")
        .map(|(_, values)| values)
        .unwrap_or_default();
    let values = values.split(", ").filter(|value| !value.is_empty());
    values.map(str::to_owned).collect()
}

type Codes = BTreeMap<String, (PathBuf, BTreeSet<String>)>;

fn defined(root: &Path, glossary: &Glossary) -> anyhow::Result<Codes> {
    let mut defined = Codes::new();
    for each in crates::list(root)? {
        for module in targets(root, &each.dir)?.into_iter().flatten() {
            let mut names = CodeNames::default();
            names.visit_file(&module.syntax);
            for (name, codes) in names.found {
                if glossary.codes().contains_key(&name) {
                    defined.insert(name, (module.file.clone(), codes));
                }
            }
        }
    }
    Ok(defined)
}

/// The texts in match arms such as `Self::Empty => "empty"`, by the type of `Self`.
#[derive(Default)]
struct CodeNames {
    current: String,
    found: BTreeMap<String, BTreeSet<String>>,
}

impl<'ast> Visit<'ast> for CodeNames {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if let syn::Type::Path(path) = &*item.self_ty
            && let Some(last) = path.path.segments.last()
        {
            self.current = last.ident.to_string();
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if is_of_self(&arm.pat)
            && let Expr::Lit(literal) = &*arm.body
            && let Lit::Str(text) = &literal.lit
        {
            let codes = self.found.entry(self.current.clone()).or_default();
            codes.insert(text.value());
        }
        visit::visit_arm(self, arm);
    }
}

/// Returns `true` if a pattern is a variant of `Self`.
fn is_of_self(pattern: &Pat) -> bool {
    let path = match pattern {
        Pat::Path(pattern) => &pattern.path,
        Pat::Struct(pattern) => &pattern.path,
        Pat::TupleStruct(pattern) => &pattern.path,
        _ => return false,
    };
    path.segments
        .first()
        .is_some_and(|first| first.ident == "Self")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(values: &[&str]) -> BTreeSet<String> {
        values.iter().map(|&value| value.to_owned()).collect()
    }

    #[test]
    fn strings_in_match_arms_of_self_variants_are_codes() {
        let text = "impl Shape { fn name(self) -> &'static str { match self { Self::Round => \"round\",\
            Self::Other(_) => \"other\", } } fn parse(text: &str) { match text { \"x\" => 1 } } }";
        let mut names = CodeNames::default();
        names.visit_file(&syn::parse_file(text).unwrap());
        assert_eq!(names.found["Shape"], set(&["other", "round"]));
    }

    #[test]
    fn a_description_ends_with_the_values_of_a_label() {
        let table = "| metric | kind | labels | description |\n|---|---|---|---|\n\
            | `darkroom_a` | counter | `result` | Messages by result: retried, released. |\n\
            | `darkroom_b` | counter | `queue` | Others. |\n";
        assert_eq!(
            label_values(table, "darkroom_a"),
            set(&["released", "retried"])
        );
        assert_eq!(label_values(table, "darkroom_b"), set(&[]));
    }
}
