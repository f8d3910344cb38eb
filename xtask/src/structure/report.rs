//! The figures of the whole workspace, and their limits.

use std::fmt;
use std::fs;
use std::path::Path;

use super::functions::{self, FunctionLength};
use super::layers::Layers;
use super::lengths::{self, FileLength, percentile};
use super::{cycles, imports};
use crate::crates::{self, Crate};
use crate::source::targets;

/// The maximum median of production lines per file.
const MAX_MEDIAN_LINES: usize = 100;
/// The maximum 90th percentile of production lines per file.
const MAX_P90_LINES: usize = 250;
/// The maximum number of lines of a function.
const MAX_FUNCTION_LINES: usize = 60;

/// The structure of the workspace.
#[derive(Debug)]
pub struct Report {
    /// Each crate, ordered by name.
    pub crates: Vec<CrateReport>,
    /// A sentence for each dependency that breaks a rule, and for each crate that is not in the
    /// tables of ARCHITECTURE.md.
    pub layers: Vec<String>,
}

/// The structure of one crate.
#[derive(Debug)]
pub struct CrateReport {
    /// The crate's name.
    pub name: String,
    /// Its files, except those that contain only tests.
    pub files: Vec<FileLength>,
    /// Its functions, except those of tests.
    pub functions: Vec<FunctionLength>,
    /// Groups of files that import each other.
    pub cycles: Vec<Vec<String>>,
}

impl Report {
    /// Reads every crate of the repository at `root`.
    ///
    /// Errors if a file cannot be read or parsed.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let crates = crates::list(root)?;
        let architecture = fs::read_to_string(root.join("ARCHITECTURE.md"))?;
        Ok(Self {
            layers: Layers::parse(&architecture).violations(&crates),
            crates: crates
                .iter()
                .map(|each| CrateReport::read(root, each))
                .collect::<anyhow::Result<_>>()?,
        })
    }

    /// Returns a sentence for each violation of the layers, each limit on lengths that is exceeded,
    /// and each cycle of imports.
    pub fn violations(&self) -> Vec<String> {
        let mut violations = self.layers.clone();
        let lines = self.lines();
        for (percent, limit) in [(50, MAX_MEDIAN_LINES), (90, MAX_P90_LINES)] {
            let found = percentile(&lines, percent);
            if found > limit {
                violations.push(format!(
                    "{percent} % of all files have up to {found} lines; the limit is {limit}"
                ));
            }
        }
        for each in &self.crates {
            let long = each
                .functions
                .iter()
                .filter(|function| function.lines > MAX_FUNCTION_LINES);
            violations.extend(long.map(ToString::to_string));
            let cycles = each.cycles.iter();
            violations
                .extend(cycles.map(|files| format!("import each other: {}", files.join(", "))));
        }
        violations
    }

    fn lines(&self) -> Vec<usize> {
        let files = self.crates.iter().flat_map(|each| &each.files);
        files.map(|file| file.lines).collect()
    }
}

impl CrateReport {
    fn read(root: &Path, each: &Crate) -> anyhow::Result<Self> {
        let mut report = Self {
            name: each.name.clone(),
            files: Vec::new(),
            functions: Vec::new(),
            cycles: Vec::new(),
        };
        for modules in targets(root, &each.dir)? {
            report.files.extend(modules.iter().map(lengths::of_module));
            report
                .functions
                .extend(modules.iter().flat_map(functions::of_module));
            let groups = cycles::groups(modules.len(), &imports::between(&modules));
            let name = |index: usize| modules[index].file.display().to_string();
            report.cycles.extend(
                groups
                    .into_iter()
                    .map(|group| group.into_iter().map(name).collect()),
            );
        }
        Ok(report)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:16} files   lines  median     p90  longest  functions  longest",
            "crate"
        )?;
        for each in &self.crates {
            let lines: Vec<usize> = each.files.iter().map(|file| file.lines).collect();
            row(f, &each.name, &lines, &each.functions)?;
        }
        let functions: Vec<FunctionLength> = self
            .crates
            .iter()
            .flat_map(|each| each.functions.iter().cloned())
            .collect();
        row(f, "all", &self.lines(), &functions)?;
        let files = self.crates.iter().flat_map(|each| &each.files);
        for file in files.filter(|file| file.lines > MAX_P90_LINES) {
            writeln!(f, "{}: {} lines", file.file.display(), file.lines)?;
        }
        Ok(())
    }
}

fn row(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    lines: &[usize],
    functions: &[FunctionLength],
) -> fmt::Result {
    let longest = functions.iter().map(|function| function.lines).max();
    writeln!(
        f,
        "{name:16} {:5} {:7} {:7} {:7} {:8} {:10} {:8}",
        lines.len(),
        lines.iter().sum::<usize>(),
        percentile(lines, 50),
        percentile(lines, 90),
        percentile(lines, 100),
        functions.len(),
        longest.unwrap_or(0)
    )
}
