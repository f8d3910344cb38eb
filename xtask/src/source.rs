//! The modules of a crate, found by following `mod` declarations from its root files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use syn::{Attribute, Item};

/// A source file with its syntax tree.
pub(crate) struct Module {
    /// The names of the modules from the crate's root to this module. The root has none.
    pub(crate) path: Vec<String>,
    /// The file, relative to the repository.
    pub(crate) file: PathBuf,
    /// The number of its lines.
    pub(crate) lines: usize,
    pub(crate) syntax: syn::File,
}

/// Returns the modules of each library and binary in the crate at `dir`, without those that are
/// compiled for tests only.
pub(crate) fn targets(root: &Path, dir: &Path) -> anyhow::Result<Vec<Vec<Module>>> {
    let src = dir.join("src");
    let mut roots = vec![src.join("lib.rs"), src.join("main.rs")];
    if let Ok(entries) = fs::read_dir(src.join("bin")) {
        roots.extend(entries.flatten().map(|entry| entry.path()));
    }
    roots.sort();
    let existing = roots.into_iter().filter(|file| file.is_file());
    existing
        .map(|file| {
            let mut modules = Vec::new();
            let children = file.parent().unwrap_or(&src).to_path_buf();
            load(root, &file, &children, Vec::new(), &mut modules)?;
            Ok(modules)
        })
        .collect()
}

/// Returns `true` if an item with these attributes is compiled only for tests. This includes
/// `cfg(any(test, fuzzing))`, but not `cfg(not(test))`.
pub(crate) fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Ok(list) = attribute.meta.require_list() else {
            return false;
        };
        let condition = list.tokens.to_string();
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let words: Vec<&str> = condition.split(|character| !is_word(character)).collect();
        attribute.path().is_ident("cfg") && words.contains(&"test") && !words.contains(&"not")
    })
}

/// Returns the attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn load(
    root: &Path,
    file: &Path,
    children: &Path,
    path: Vec<String>,
    modules: &mut Vec<Module>,
) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let syntax = syn::parse_file(&text).with_context(|| file.display().to_string())?;
    let declared: Vec<String> = syntax.items.iter().filter_map(declared_module).collect();
    modules.push(Module {
        path: path.clone(),
        file: file.strip_prefix(root).unwrap_or(file).to_path_buf(),
        lines: text.lines().count(),
        syntax,
    });
    for name in declared {
        let below = children.join(&name);
        let candidates = [children.join(format!("{name}.rs")), below.join("mod.rs")];
        let Some(file) = candidates.iter().find(|file| file.is_file()) else {
            continue;
        };
        let mut path = path.clone();
        path.push(name);
        load(root, file, &below, path, modules)?;
    }
    Ok(())
}

/// Returns the name of a module that has a separate file and is part of normal builds.
fn declared_module(item: &Item) -> Option<String> {
    match item {
        Item::Mod(module) if module.content.is_none() && !is_test_only(&module.attrs) => {
            Some(module.ident.to_string())
        }
        _ => None,
    }
}
