//! Lines per function.

use std::fmt;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Block, Signature};

use crate::source::{Module, attributes, is_test_only};

/// A function and its number of lines, from its signature to its closing brace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionLength {
    /// The function's name.
    pub name: String,
    /// Its file, relative to the repository.
    pub file: PathBuf,
    /// The line of its signature.
    pub line: usize,
    /// The number of its lines.
    pub lines: usize,
}

impl fmt::Display for FunctionLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            file,
            line,
            lines,
        } = self;
        write!(f, "{}:{line}: `{name}` has {lines} lines", file.display())
    }
}

/// Returns every function of a module, except those of its tests.
pub(super) fn of_module(module: &Module) -> Vec<FunctionLength> {
    let mut functions = Functions {
        file: &module.file,
        found: Vec::new(),
    };
    functions.visit_file(&module.syntax);
    functions.found
}

struct Functions<'a> {
    file: &'a Path,
    found: Vec<FunctionLength>,
}

impl Functions<'_> {
    fn add(&mut self, signature: &Signature, body: &Block) {
        let line = signature.span().start().line;
        self.found.push(FunctionLength {
            name: signature.ident.to_string(),
            file: self.file.to_path_buf(),
            line,
            lines: body.span().end().line + 1 - line,
        });
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_the_signature_to_the_closing_brace() {
        let text =
            "struct A;\nimpl A {\n    /// Doc.\n    #[inline]\n    fn a(\n    ) {\n    }\n}\n";
        let module = Module {
            path: Vec::new(),
            file: PathBuf::from("a.rs"),
            lines: text.lines().count(),
            syntax: syn::parse_file(text).unwrap(),
        };
        let found = of_module(&module);
        assert_eq!((found[0].line, found[0].lines), (5, 3));
    }
}
