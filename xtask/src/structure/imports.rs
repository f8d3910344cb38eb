//! Imports between the modules of a crate.

use std::collections::{BTreeMap, BTreeSet};

use syn::UseTree;
use syn::visit::{self, Visit};

use crate::source::{Module, attributes, is_test_only};

/// The maximum number of re-exports that are followed. The limit also ends the search in a cycle.
const MAX_REEXPORTS: usize = 8;

/// Returns the pairs of modules in which the first module uses an item of the second. A use of a
/// re-exported item counts as a use of the module that defines it. Pairs in which one module
/// contains the other are excluded.
pub(super) fn between(modules: &[Module]) -> BTreeSet<(usize, usize)> {
    let named: Vec<Names> = modules.iter().map(Names::of_module).collect();
    let index = Index {
        modules: modules
            .iter()
            .enumerate()
            .map(|(index, module)| (module.path.as_slice(), index))
            .collect(),
        names: &named,
    };
    let mut pairs = BTreeSet::new();
    for (from, names) in named.iter().enumerate() {
        for (at, path) in &names.paths {
            let Some(to) = index.resolve(at, path, MAX_REEXPORTS) else {
                continue;
            };
            if !contains(&modules[from].path, &modules[to].path) {
                pairs.insert((from, to));
            }
        }
    }
    pairs
}

/// Returns `true` if two modules are the same, or if one contains the other.
fn contains(a: &[String], b: &[String]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// The paths that a module names, and the names that it imports.
#[derive(Default)]
struct Names {
    /// The module that contains each path, and the path itself.
    paths: Vec<(Vec<String>, Vec<String>)>,
    imported: BTreeMap<String, Vec<String>>,
    at: Vec<String>,
}

impl Names {
    fn of_module(module: &Module) -> Self {
        let mut names = Self {
            at: module.path.clone(),
            ..Self::default()
        };
        names.visit_file(&module.syntax);
        names
    }

    fn import(&mut self, tree: &UseTree, mut prefix: Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, prefix.clone());
                }
            }
            UseTree::Glob(_) => self.paths.push((self.at.clone(), prefix)),
            UseTree::Name(name) => self.import_as(prefix, &name.ident.to_string(), None),
            UseTree::Rename(name) => {
                let alias = name.rename.to_string();
                self.import_as(prefix, &name.ident.to_string(), Some(alias));
            }
        }
    }

    fn import_as(&mut self, mut path: Vec<String>, name: &str, alias: Option<String>) {
        let last = path.last().cloned().unwrap_or_default();
        let known_as = alias.unwrap_or_else(|| {
            if name == "self" {
                last
            } else {
                name.to_owned()
            }
        });
        if name != "self" {
            path.push(name.to_owned());
        }
        self.imported.insert(known_as, path.clone());
        self.paths.push((self.at.clone(), path));
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if is_test_only(attributes(item)) {
            return;
        }
        match item {
            syn::Item::Use(item) => self.import(&item.tree, Vec::new()),
            syn::Item::Mod(module) if module.content.is_some() => {
                self.at.push(module.ident.to_string());
                visit::visit_item(self, item);
                self.at.pop();
            }
            item => visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter();
        let names = segments.map(|segment| segment.ident.to_string()).collect();
        self.paths.push((self.at.clone(), names));
        visit::visit_path(self, path);
    }
}

struct Index<'a> {
    modules: BTreeMap<&'a [String], usize>,
    names: &'a [Names],
}

impl Index<'_> {
    /// Returns the module that defines the item at `path`, seen from the module `at`. Returns
    /// `None` if the item belongs to another crate or is a local name.
    fn resolve(&self, at: &[String], path: &[String], reexports: usize) -> Option<usize> {
        let (first, mut rest) = path.split_first()?;
        let mut module = at.to_vec();
        match first.as_str() {
            "crate" => module.clear(),
            "self" => {}
            "super" => {
                module.pop();
                while let Some((_, after)) = rest.split_first().filter(|(next, _)| *next == "super")
                {
                    module.pop();
                    rest = after;
                }
            }
            child => {
                module.push(child.to_owned());
                self.modules.get(module.as_slice())?;
            }
        }
        while let Some((next, after)) = rest.split_first() {
            module.push(next.clone());
            if !self.modules.contains_key(module.as_slice()) {
                module.pop();
                break;
            }
            rest = after;
        }
        let defining = *self.modules.get(module.as_slice())?;
        let reexported = rest
            .first()
            .and_then(|name| self.names[defining].imported.get(name))
            .filter(|_| reexports > 0)
            .and_then(|path| self.resolve(&module, path, reexports - 1));
        Some(reexported.unwrap_or(defining))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn modules(sources: &[(&str, &str)]) -> Vec<Module> {
        let module = |(path, text): &(&str, &str)| Module {
            path: path
                .split("::")
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            file: PathBuf::from(path),
            lines: 0,
            syntax: syn::parse_file(text).unwrap(),
        };
        sources.iter().map(module).collect()
    }

    #[test]
    fn a_use_of_a_reexported_item_counts_for_the_module_that_defines_it() {
        let modules = modules(&[
            ("", "mod a; mod b; pub use b::inner::Item;"),
            ("a", "use crate::Item; fn f() { super::b::g(); }"),
            ("b", "mod inner; pub fn g() {}"),
            ("b::inner", "pub struct Item;"),
        ]);
        assert_eq!(between(&modules), BTreeSet::from([(1, 2), (1, 3)]));
    }

    #[test]
    fn uses_between_parent_and_child_and_uses_in_tests_do_not_count() {
        let modules = modules(&[
            ("", "mod a; mod b; use a::f; pub const N: u8 = 1;"),
            (
                "a",
                "use crate::N; pub fn f() {} #[cfg(test)] mod tests { use crate::b::g; }",
            ),
            ("b", "pub fn g() {}"),
        ]);
        assert_eq!(between(&modules), BTreeSet::new());
    }
}
