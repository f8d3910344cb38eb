//! `DARKROOM_SECTION_KEY` variables as settings.

use std::collections::BTreeMap;
use std::ffi::OsString;

use anyhow::Result;
use darkroom_contract::{Profile, SettingError};
use figment::providers::Serialized;
use figment::value::{Dict, Value};

use super::Settings;
use super::nearest::nearest;
use super::service_links::is_service_link;

const PREFIX: &str = "DARKROOM_";
/// The variables that are not settings: the path of the settings file, the token and the issuer for
/// `upload`, and a variable for tests.
const NOT_SETTINGS: [&str; 4] = [
    "DARKROOM_CONFIG",
    "DARKROOM_TOKEN",
    "DARKROOM_UPLOAD_TO",
    "DARKROOM_CORPUS",
];
const TEST_PREFIX: &str = "DARKROOM_TEST_";

/// The settings in the environment.
pub(super) struct Variables(Vec<Variable>);

/// One variable, and the setting that it sets.
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) path: Vec<String>,
    pub(super) value: String,
}

impl Variables {
    /// Finds the setting of every `DARKROOM_*` variable.
    ///
    /// The name of a variable does not show where the section ends and the key begins. Therefore
    /// this function compares the name with all settings: `DARKROOM_STORAGE_RAW_BUCKET` is
    /// `raw_bucket` in `[storage]`.
    ///
    /// Skips the variables that Kubernetes creates for services (see [`is_service_link`]).
    ///
    /// # Errors
    /// [`SettingError`] if a variable is not a setting or its value is not UTF-8.
    pub(super) fn from_environment(
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self> {
        let known = known_settings()?;
        let ours = ours(environment)?;
        let mut variables = Vec::new();
        for (name, value) in &ours {
            if !is_service_link(name, value, |name| ours.contains_key(name)) {
                variables.push(Variable {
                    name: name.clone(),
                    path: find(name, &known)?,
                    value: value.clone(),
                });
            }
        }
        Ok(Self(variables))
    }

    /// Returns the settings in the form that figment merges.
    pub(super) fn provider(&self) -> Serialized<Dict> {
        let mut settings = Dict::new();
        for Variable { path, value, .. } in &self.0 {
            let value = value.parse().unwrap_or_else(|never| match never {});
            insert(&mut settings, path, value);
        }
        Serialized::globals(settings)
    }

    /// Returns the variable that sets the setting at `path`. The variable may also set a whole list
    /// or table that contains the setting.
    pub(super) fn find(&self, path: &[&str]) -> Option<&Variable> {
        self.0.iter().find(|variable| {
            path.len() >= variable.path.len() && variable.path.iter().zip(path).all(|(a, b)| a == b)
        })
    }
}

/// Returns the variables with the prefix of settings, except [`NOT_SETTINGS`] and the variables of
/// tests.
fn ours(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, String>, SettingError> {
    let mut ours = BTreeMap::new();
    for (name, value) in environment {
        let name = name.to_string_lossy();
        let is_ours = name.starts_with(PREFIX)
            && !name.starts_with(TEST_PREFIX)
            && !NOT_SETTINGS.contains(&name.as_ref());
        if is_ours {
            let value = value.into_string();
            let value = value.map_err(|_| SettingError::new(name.as_ref(), "must be UTF-8"))?;
            ours.insert(name.into_owned(), value);
        }
    }
    Ok(ours)
}

/// A setting outside the profiles, and the variable that sets it.
struct Known {
    variable: String,
    path: Vec<String>,
}

fn known_settings() -> Result<Vec<Known>> {
    let defaults = serde_json::to_value(Settings::default())?;
    let mut known = Vec::new();
    for (section, keys) in defaults.as_object().into_iter().flatten() {
        if section == "profiles" {
            continue;
        }
        for (key, _) in keys.as_object().into_iter().flatten() {
            known.push(Known {
                variable: format!("{PREFIX}{section}_{key}").to_uppercase(),
                path: vec![section.clone(), key.clone()],
            });
        }
    }
    Ok(known)
}

fn find(name: &str, known: &[Known]) -> Result<Vec<String>> {
    if let Some(known) = known.iter().find(|known| known.variable == name) {
        return Ok(known.path.clone());
    }
    if let Some(path) = find_in_profile(name)? {
        return Ok(path);
    }
    let variables = known.iter().map(|known| known.variable.as_str());
    let problem = match nearest(name, variables) {
        Some(nearest) => format!("is not a setting; did you mean `{nearest}`?"),
        None => "is not a setting".to_owned(),
    };
    Err(SettingError::new(name, problem).into())
}

/// Finds a profile's setting, as in `DARKROOM_PROFILES_AVATAR_MAX_BYTES`. If several known keys
/// match the end of the name, the longest key wins.
fn find_in_profile(name: &str) -> Result<Option<Vec<String>>> {
    let Some(rest) = name.strip_prefix("DARKROOM_PROFILES_") else {
        return Ok(None);
    };
    let rest = rest.to_lowercase();
    let profile = serde_json::to_value(Profile::default())?;
    let keys = profile.as_object().into_iter().flatten();
    let found = keys
        .filter_map(|(key, _)| {
            let profile = rest.strip_suffix(key.as_str())?.strip_suffix('_')?;
            Some((profile.to_owned(), key.clone()))
        })
        .max_by_key(|(_, key)| key.len());
    Ok(found.map(|(profile, key)| vec!["profiles".to_owned(), profile, key]))
}

fn insert(settings: &mut Dict, path: &[String], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        settings.insert(first.clone(), value);
        return;
    }
    let entry = settings
        .entry(first.clone())
        .or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, inner) = entry {
        insert(inner, rest, value);
    }
}
