use std::fmt;

use super::origin::{CHOICE_VARIABLE, Origin};

/// No LocalStack could be had. The text says what was tried and what would help.
#[derive(Clone)]
pub struct Unavailable {
    tried: String,
}

impl Unavailable {
    /// Of one way and what went wrong with it.
    pub(super) fn new(origin: &Origin, why: impl fmt::Display) -> Self {
        Self {
            tried: format!("{origin}: {why}"),
        }
    }

    /// For a failure that is not of any one way.
    pub(super) fn of_all(why: impl fmt::Display) -> Self {
        Self {
            tried: why.to_string(),
        }
    }

    /// Adds another way that was tried.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.tried = format!("{}\n{}", self.tried, other.tried);
        self
    }

    /// What was tried, a line or more for each way.
    pub(super) fn tried(&self) -> &str {
        &self.tried
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no LocalStack to test against (install Python 3.11 or newer, or Docker, or set \
             {CHOICE_VARIABLE} to the address of a running one); tried:\n{}",
            self.tried
        )
    }
}

/// The same text, because it is `unwrap` that prints it.
impl fmt::Debug for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Unavailable {}
