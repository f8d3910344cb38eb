//! The sources of settings, and the source of each value.

use anyhow::Result;
use darkroom_contract::{SettingError, SettingOrigin};
use figment::Figment;
use figment::error::{Actual, Kind};
use figment::providers::Serialized;
use figment::value::{Dict, Value};

use super::Settings;
use super::environment::Variables;
use super::file::SettingsFile;
use super::translate::translate;

const MAX_SHOWN_CHARACTERS: usize = 60;

/// The settings whose values messages never show, because they may contain a key or a token.
const CONFIDENTIAL: [&str; 3] = ["auth.keys", "webhooks.secret", "webhooks.url"];

/// The settings file, if there is one, and the environment.
pub(super) struct Sources {
    pub(super) file: Option<SettingsFile>,
    pub(super) variables: Variables,
}

impl Sources {
    /// Merges the defaults, the file and the environment, in this order.
    ///
    /// # Errors
    /// [`SettingError`] if a setting is unknown or has a value of the wrong type.
    pub(super) fn extract(&self) -> Result<Settings> {
        let mut figment = Figment::from(Serialized::defaults(Settings::default()));
        if let Some(file) = &self.file {
            figment = figment.merge(file.provider());
        }
        let mut merged: Dict = figment.merge(self.variables.provider()).extract()?;
        // Each pass converts one more value to text, and no value twice. Therefore the loop ends.
        loop {
            let extracted = Figment::from(Serialized::globals(&merged)).extract();
            let error: figment::Error = match extracted {
                Ok(settings) => return Ok(settings),
                Err(error) => error,
            };
            match self.as_text(&error) {
                Some(text) if replace(&mut merged, &error.path, text) => {}
                _ => return Err(self.explain(&error).into()),
            }
        }
    }

    /// Returns the original text of a value that was parsed as a number, a list or another type,
    /// although its setting requires text.
    ///
    /// A name from another system may look like a number: a token's audience may be the numeric id
    /// of a project. A variable has no type, so any value of a variable may be taken as text. In a
    /// file, an unquoted value is taken as text only if it consists of digits. Any other value of
    /// the wrong type in a file is a mistake.
    fn as_text(&self, error: &figment::Error) -> Option<&str> {
        let is_text_expected = match &error.kind {
            Kind::InvalidType(Actual::Str(_), _) => false,
            Kind::InvalidType(_, expected) => expected == "a string",
            _ => false,
        };
        if !is_text_expected {
            return None;
        }
        let path: Vec<&str> = error.path.iter().map(String::as_str).collect();
        match self.variables.find(&path) {
            Some(variable) => {
                (variable.path.len() == path.len()).then_some(variable.value.as_str())
            }
            None => {
                self.file.as_ref()?.text(&path).filter(|text| {
                    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
                })
            }
        }
    }

    fn explain(&self, error: &figment::Error) -> SettingError {
        let has_value = !matches!(error.kind, Kind::UnknownField(..) | Kind::MissingField(_));
        let error = translate(error);
        let error = if has_value {
            self.with_found(error)
        } else {
            error
        };
        self.with_origin(error)
    }

    /// Adds the value and its source to an error.
    pub(super) fn locate(&self, error: SettingError) -> SettingError {
        self.with_origin(self.with_found(error))
    }

    fn with_origin(&self, error: SettingError) -> SettingError {
        let path: Vec<&str> = error.key().split('.').collect();
        let variable = self.variables.find(&path);
        let origin = match (variable, &self.file) {
            (Some(variable), _) => Some(SettingOrigin::Environment(variable.name.clone())),
            (None, Some(file)) => file.origin(&path),
            (None, None) => None,
        };
        match origin {
            Some(origin) => error.with_origin(origin),
            None => error,
        }
    }

    fn with_found(&self, error: SettingError) -> SettingError {
        let key = error.key();
        if CONFIDENTIAL.iter().any(|secret| key.starts_with(secret)) {
            return error;
        }
        let path: Vec<&str> = key.split('.').collect();
        let found = match (self.variables.find(&path), &self.file) {
            (Some(variable), _) if variable.path.len() == path.len() => {
                Some(quoted(&variable.value))
            }
            (Some(_), _) | (None, None) => None,
            (None, Some(file)) => file.text(&path).and_then(shown),
        };
        match found {
            Some(found) => error.with_found(found),
            None => error,
        }
    }
}

/// Replaces the value at `path` with text. Returns `false` if there is no value or the value is
/// already text.
fn replace(settings: &mut Dict, path: &[String], text: &str) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return false;
    };
    let mut value = settings.get_mut(first);
    for segment in rest {
        value = match value {
            Some(Value::Dict(_, entries)) => entries.get_mut(segment),
            Some(Value::Array(_, entries)) => segment
                .parse()
                .ok()
                .and_then(|index: usize| entries.get_mut(index)),
            _ => None,
        };
    }
    match value {
        None | Some(Value::String(..)) => false,
        Some(value) => {
            *value = Value::from(text);
            true
        }
    }
}

fn quoted(value: &str) -> String {
    if value.is_empty() {
        return "an empty value".to_owned();
    }
    format!("{:?}", shortened(value))
}

/// Returns the value as the file spells it, shortened if it is long. Returns `None` if the value
/// spans several lines.
fn shown(text: &str) -> Option<String> {
    match text {
        "\"\"" | "''" => Some("an empty value".to_owned()),
        text if text.contains('\n') => None,
        text => Some(shortened(text)),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
