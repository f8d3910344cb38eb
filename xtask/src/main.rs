//! `cargo xtask`: tasks of this repository.

use std::process::ExitCode;

use anyhow::Context;
use xtask::language::{self, Finding};
use xtask::recipes::{RECIPES, Recipe};
use xtask::structure::Report;
use xtask::{crates, links, unsafe_code};

const CHECKS: &str = "\
usage: cargo xtask TASK

  structure [--check]   lengths of files and functions, import cycles, layers of crates
  language [--check] [FOLDER]
                        words to avoid and doc comments to rephrase: counted, or listed for a folder
  links                 links and paths in documents that lead to no file, heading or function
  unsafe                dependencies with unsafe code that docs/supply-chain.md does not list
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            print(&format!("{error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Runs a command. Returns `false` if a check has failed.
fn run(arguments: &[&str]) -> anyhow::Result<bool> {
    let root = crates::root();
    match arguments {
        [] => {
            print(&usage());
            Ok(true)
        }
        ["structure", options @ ..] => {
            let report = Report::read(&root)?;
            let violations = report.violations();
            print(&report.to_string());
            for violation in &violations {
                print(&format!("{violation}\n"));
            }
            Ok(violations.is_empty() || !options.contains(&"--check"))
        }
        ["language", options @ ..] => {
            let findings = language::check(&root)?;
            let folder = options.iter().find(|option| !option.starts_with("--"));
            print(&shown(&findings, folder.copied()));
            Ok(findings.is_empty() || !options.contains(&"--check"))
        }
        ["links"] => Ok(is_empty(&links::broken(&root)?)),
        ["unsafe"] => Ok(is_empty(&unsafe_code::unreviewed(&root)?)),
        [name, arguments @ ..] => {
            let recipe = Recipe::find(name)
                .with_context(|| format!("there is no task {name}\n\n{}", usage()))?;
            recipe.run(&root, arguments)?;
            Ok(true)
        }
    }
}

/// Prints what a check has found. Returns `true` if that is nothing.
fn is_empty(sentences: &[String]) -> bool {
    for sentence in sentences {
        print(&format!("{sentence}\n"));
    }
    sentences.is_empty()
}

fn usage() -> String {
    let recipes = RECIPES
        .iter()
        .map(|recipe| format!("  {:21} {}\n", recipe.name, recipe.help));
    CHECKS.to_owned() + "\n" + &recipes.collect::<String>()
}

/// Returns the findings in `folder`, or a summary of all findings if no folder is given.
fn shown(findings: &[Finding], folder: Option<&str>) -> String {
    let Some(folder) = folder else {
        return language::summary(findings);
    };
    let findings = findings
        .iter()
        .filter(|finding| finding.file.starts_with(folder));
    findings.map(|finding| format!("{finding}\n")).collect()
}

#[expect(clippy::print_stdout, reason = "reports go to the terminal")]
fn print(text: &str) {
    print!("{text}");
}
