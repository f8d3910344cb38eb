//! `cargo xtask`: tasks of this repository.

use std::process::ExitCode;

use anyhow::bail;
use xtask::language::{self, Finding};
use xtask::{crates, structure};

const USAGE: &str = "\
usage: cargo xtask TASK

checks
  structure [--check]   lengths of files and functions, import cycles, layers of crates
  language [--check] [FOLDER]
                        words to avoid and doc comments to rephrase, counted, or listed for a folder
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            print(&format!("{error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> anyhow::Result<ExitCode> {
    let root = crates::root();
    match arguments {
        [] => print(USAGE),
        ["structure", options @ ..] => {
            let report = structure::Report::read(&root)?;
            print(&report.to_string());
            return Ok(conclude(&report.violations(), options.contains(&"--check")));
        }
        ["language", options @ ..] => {
            let findings = language::check(&root)?;
            return Ok(conclude_language(&findings, options));
        }
        [task, ..] => bail!("no such task: {task}\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the findings below the folder among `options`, or a summary without one. They fail the task
/// with `--check`.
fn conclude_language(findings: &[Finding], options: &[&str]) -> ExitCode {
    let folder = options.iter().find(|option| !option.starts_with("--"));
    match folder {
        None => print(&language::summary(findings)),
        Some(folder) => {
            for finding in findings
                .iter()
                .filter(|finding| finding.file.starts_with(folder))
            {
                print(&format!("{finding}\n"));
            }
        }
    }
    if options.contains(&"--check") && !findings.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Prints violations, which fail the task with `--check`.
fn conclude(violations: &[String], check: bool) -> ExitCode {
    for violation in violations {
        print(&format!("{violation}\n"));
    }
    if check && !violations.is_empty() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

#[expect(clippy::print_stdout, reason = "reports go to the terminal")]
fn print(text: &str) {
    print!("{text}");
}
