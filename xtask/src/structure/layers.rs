//! Dependencies between crates, which must point downward in the tables of ARCHITECTURE.md.

use std::collections::BTreeMap;

use crate::crates::Crate;

/// Packages that only one crate may depend on. Each entry has the package or the start of its name,
/// and the crate.
const CONFINED: &[(&str, &str)] = &[("aws-", "cloud")];
/// Packages that a crate may not depend on.
const FORBIDDEN: &[(&str, &str)] = &[("imaging", "tokio")];

/// The order of the crates: those that are shipped, and those for development.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layers<'a> {
    shipped: Vec<&'a str>,
    development: Vec<&'a str>,
}

impl<'a> Layers<'a> {
    /// Reads the two tables under the heading "Crates".
    pub(super) fn parse(architecture: &'a str) -> Self {
        let section = architecture
            .split("\n## ")
            .find(|section| section.starts_with("Crates\n"))
            .unwrap_or_default();
        let (shipped, development) = section.split_once("\n### ").unwrap_or((section, ""));
        Self {
            shipped: names(shipped),
            development: names(development),
        }
    }

    /// Returns a sentence for each dependency that breaks a rule, and for each crate that is not in
    /// the tables.
    pub(super) fn violations(&self, crates: &[Crate]) -> Vec<String> {
        let by_package: BTreeMap<&str, &str> = crates
            .iter()
            .map(|each| (each.package.as_str(), each.name.as_str()))
            .collect();
        let mut violations = Vec::new();
        for each in crates {
            let name = each.name.as_str();
            if self.rank(name).is_none() {
                violations.push(format!("`{name}` is not in the tables of ARCHITECTURE.md"));
            }
            for package in &each.dependencies {
                match by_package.get(package.as_str()) {
                    Some(other) if self.rank(other) <= self.rank(name) => violations.push(format!(
                        "`{name}` depends on `{other}`, which is not below it"
                    )),
                    Some(_) => {}
                    None if !is_allowed(name, package) => {
                        violations.push(format!("`{name}` must not depend on `{package}`"));
                    }
                    None => {}
                }
            }
        }
        violations
    }

    /// Returns the position of a crate, counted from the top. Crates for development are above all
    /// shipped crates.
    fn rank(&self, name: &str) -> Option<usize> {
        let mut order = self.development.iter().chain(&self.shipped);
        order.position(|each| *each == name)
    }
}

fn is_allowed(name: &str, package: &str) -> bool {
    let confined = CONFINED
        .iter()
        .any(|(prefix, home)| package.starts_with(prefix) && *home != name);
    !confined && !FORBIDDEN.contains(&(name, package))
}

/// Returns the first column of a table's rows.
fn names(table: &str) -> Vec<&str> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`'))
        .map(|(name, _)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const ARCHITECTURE: &str = "# A\n\n## Crates\n\n| crate |\n|---|\n| `cli` | x |\n| `cloud` | y |\n\
        | `imaging` | z |\n\n### For development\n\n| `bench` | b |\n| `testkit` | t |\n\n## More\n";

    fn krate(name: &str, dependencies: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            package: format!("darkroom-{name}"),
            dir: PathBuf::new(),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[test]
    fn a_dependency_on_a_crate_that_is_not_below_is_a_violation() {
        let layers = Layers::parse(ARCHITECTURE);
        let good = [
            krate("bench", &["darkroom-testkit", "darkroom-cli"]),
            krate("testkit", &[]),
            krate("cli", &["darkroom-cloud"]),
            krate("cloud", &["aws-config", "tokio"]),
        ];
        assert_eq!(layers.violations(&good), Vec::<String>::new());
        let bad = [krate("cli", &[]), krate("cloud", &["darkroom-cli"])];
        let expected = ["`cloud` depends on `cli`, which is not below it"];
        assert_eq!(layers.violations(&bad), expected);
    }

    #[test]
    fn confined_and_forbidden_packages_are_violations() {
        let layers = Layers::parse(ARCHITECTURE);
        let crates = [krate("cli", &["aws-config"]), krate("imaging", &["tokio"])];
        let expected = [
            "`cli` must not depend on `aws-config`",
            "`imaging` must not depend on `tokio`",
        ];
        assert_eq!(layers.violations(&crates), expected);
    }

    #[test]
    fn a_crate_that_is_not_in_the_tables_is_a_violation() {
        let layers = Layers::parse(ARCHITECTURE);
        let expected = ["`new` is not in the tables of ARCHITECTURE.md"];
        assert_eq!(layers.violations(&[krate("new", &[])]), expected);
    }
}
