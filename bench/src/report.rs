//! What a campaign has found.

use std::fmt::{self, Display};

/// Figures, and the requirements that did not hold.
#[derive(Debug, Default)]
pub struct Report {
    figures: Vec<(String, String)>,
    broken: Vec<String>,
}

impl Report {
    /// Notes a figure.
    pub(crate) fn figure(&mut self, name: &str, value: impl Display) {
        self.figures.push((name.to_owned(), value.to_string()));
    }

    /// Notes a requirement, and what was seen in its place if it does not hold.
    pub(crate) fn require(&mut self, holds: bool, what: impl Display) {
        if !holds {
            self.broken.push(what.to_string());
        }
    }

    /// Notes a figure that must be this.
    pub(crate) fn expect<T: PartialEq + Display>(&mut self, name: &str, value: T, expected: T) {
        self.require(
            value == expected,
            format!("{name} is {value}, not {expected}"),
        );
        self.figure(name, value);
    }

    /// Notes a figure that may be no more than this.
    pub(crate) fn at_most<T: PartialOrd + Display>(&mut self, name: &str, value: T, most: T) {
        self.require(value <= most, format!("{name} is {value}, over {most}"));
        self.figure(name, format!("{value} (at most {most})"));
    }

    /// Whether every requirement holds.
    pub fn holds(&self) -> bool {
        self.broken.is_empty()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.figures {
            writeln!(f, "  {name:<44} {value}")?;
        }
        for broken in &self.broken {
            writeln!(f, "  BROKEN: {broken}")?;
        }
        Ok(())
    }
}
