//! The error for an invalid setting.

use std::fmt;
use std::path::PathBuf;

/// The error for an invalid setting. It names the setting, its source, and the expected value.
///
/// A settings struct returns it from `validate`. The code that loaded the settings adds the
/// [value](Self::with_found) and its [source](Self::with_origin).
///
/// ```
/// use darkroom_contract::{SettingError, SettingOrigin};
///
/// let error = SettingError::new("worker.poll_wait", "must be at most 20 s")
///     .with_found("\"21s\"")
///     .with_origin(SettingOrigin::Environment("DARKROOM_WORKER_POLL_WAIT".to_owned()));
/// assert_eq!(
///     error.to_string(),
///     "worker.poll_wait must be at most 20 s, found \"21s\" (DARKROOM_WORKER_POLL_WAIT)"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingError {
    key: String,
    problem: String,
    found: Option<String>,
    origin: Option<SettingOrigin>,
}

/// The place that a setting's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingOrigin {
    /// The environment variable with this name.
    Environment(String),
    /// A settings file, and the line if it is known.
    File {
        /// The path of the file as given by the user.
        path: PathBuf,
        /// The line, counted from 1.
        line: Option<usize>,
    },
}

impl SettingError {
    /// Creates an error for the setting with this dotted key, such as `worker.poll_wait`.
    ///
    /// `problem` continues a sentence that begins with the key, such as "must be at most 20 s" or
    /// "is required when webhooks.url is set".
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
            found: None,
            origin: None,
        }
    }

    /// Returns `Ok` if `is_valid` is true.
    ///
    /// # Errors
    /// [`SettingError`] otherwise.
    pub fn ensure(is_valid: bool, key: &str, problem: &str) -> Result<(), Self> {
        if is_valid {
            Ok(())
        } else {
            Err(Self::new(key, problem))
        }
    }

    /// Adds the value as the user wrote it.
    #[must_use]
    pub fn with_found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// Adds the place that the setting's value comes from.
    #[must_use]
    pub fn with_origin(mut self, origin: SettingOrigin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Prepends a section to the key: `prefix` becomes `profiles.avatar.prefix`.
    #[must_use]
    pub fn within(mut self, section: &str) -> Self {
        self.key = format!("{section}.{}", self.key);
        self
    }

    /// Returns the dotted key, such as `worker.poll_wait`.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, problem, .. } = self;
        write!(f, "{key} {problem}")?;
        if let Some(found) = &self.found {
            write!(f, ", found {found}")?;
        }
        if let Some(origin) = &self.origin {
            write!(f, " ({origin})")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingError {}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(variable) => f.write_str(variable),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::File {
                path,
                line: Some(line),
            } => write!(f, "{}:{line}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_contains_key_problem_value_and_source() {
        let error = SettingError::new("prefix", "must not be empty");
        assert_eq!(error.to_string(), "prefix must not be empty");
        let error = error.within("profiles.avatar").with_found("\"\"");
        let error = error.with_origin(SettingOrigin::File {
            path: "darkroom.toml".into(),
            line: Some(3),
        });
        assert_eq!(error.key(), "profiles.avatar.prefix");
        assert_eq!(
            error.to_string(),
            "profiles.avatar.prefix must not be empty, found \"\" (darkroom.toml:3)"
        );
    }
}
