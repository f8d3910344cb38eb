//! The sources of settings, and which of them set a value.

use anyhow::Result;
use darkroom_contract::{SettingError, SettingOrigin};
use figment::Figment;
use figment::error::Kind;
use figment::providers::Serialized;

use super::Settings;
use super::environment::Variables;
use super::file::SettingsFile;
use super::translate::translate;

const MAX_SHOWN_CHARACTERS: usize = 60;

/// Settings that are never shown, because they may contain a key or a token.
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
        let settings = figment.merge(self.variables.provider()).extract();
        settings.map_err(|error: figment::Error| {
            let has_value = !matches!(error.kind, Kind::UnknownField(..) | Kind::MissingField(_));
            let error = translate(&error);
            let error = if has_value {
                self.with_found(error)
            } else {
                error
            };
            self.with_origin(error).into()
        })
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

fn quoted(value: &str) -> String {
    if value.is_empty() {
        return "an empty value".to_owned();
    }
    format!("{:?}", shortened(value))
}

/// Returns the value as it is written in the file, or `None` if it spans lines.
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
