//! Tests that the repository follows its own rules.

use xtask::language;
use xtask::structure::Report;
use xtask::{crates, links, unsafe_code};

#[test]
fn names_and_sentences_follow_the_glossary() {
    let findings = language::check(&crates::root()).unwrap();
    print!("{}", language::summary(&findings));
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn documents_refer_to_files_and_functions_that_exist() {
    let broken = links::broken(&crates::root()).unwrap();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_structure_is_within_its_limits() {
    let violations = Report::read(&crates::root()).unwrap().violations();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn every_dependency_with_unsafe_code_is_reviewed() {
    let unreviewed = unsafe_code::unreviewed(&crates::root()).unwrap();
    assert!(unreviewed.is_empty(), "{}", unreviewed.join("\n"));
}
