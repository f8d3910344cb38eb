//! The results of a scenario.

use std::fmt::{self, Display};

/// The figures of a scenario, and the requirements that are not met.
#[derive(Debug, Default)]
pub struct Report {
    figures: Vec<(String, String)>,
    violations: Vec<String>,
}

impl Report {
    /// Adds a figure.
    pub(crate) fn figure(&mut self, name: &str, value: impl Display) {
        self.figures.push((name.to_owned(), value.to_string()));
    }

    /// Adds a requirement, with a description of the violation if it is not met.
    pub(crate) fn require(&mut self, holds: bool, violation: impl Display) {
        if !holds {
            self.violations.push(violation.to_string());
        }
    }

    /// Adds a figure that must equal `expected`.
    pub(crate) fn expect<T: PartialEq + Display>(&mut self, name: &str, value: T, expected: T) {
        self.require(
            value == expected,
            format!("{name} is {value}, not {expected}"),
        );
        self.figure(name, value);
    }

    /// Adds a figure that may not exceed `most`.
    pub(crate) fn at_most<T: PartialOrd + Display>(&mut self, name: &str, value: T, most: T) {
        self.require(value <= most, format!("{name} is {value}, over {most}"));
        self.figure(name, format!("{value} (at most {most})"));
    }

    /// Returns `true` if every requirement is met.
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.figures {
            writeln!(f, "  {name:<44} {value}")?;
        }
        for violation in &self.violations {
            writeln!(f, "  VIOLATED: {violation}")?;
        }
        Ok(())
    }
}
