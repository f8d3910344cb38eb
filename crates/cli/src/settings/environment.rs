//! `DARKROOM_SECTION_KEY` as a setting.

use figment::providers::Serialized;
use figment::value::{Dict, Value};

use super::Settings;
use super::problem::nearest;
use crate::outcome::UsageError;

const PREFIX: &str = "DARKROOM_";
/// Variables that are not settings: the settings file's own path, what `upload` shows an issuer,
/// and what tests read.
const NOT_SETTINGS: [&str; 3] = ["DARKROOM_CONFIG", "DARKROOM_TOKEN", "DARKROOM_CORPUS"];
const TEST_PREFIX: &str = "DARKROOM_TEST_";

/// The settings that the environment makes.
///
/// Neither sections nor keys are told apart by a separator of their own, so names are looked up
/// among those that exist: `DARKROOM_STORAGE_RAW_BUCKET` is `raw_bucket` in `[storage]`.
pub(super) fn provider(
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Serialized<Dict>, UsageError> {
    let known = known_paths()?;
    let mut settings = Dict::new();
    for (name, value) in environment {
        let is_setting = name.starts_with(PREFIX)
            && !name.starts_with(TEST_PREFIX)
            && !NOT_SETTINGS.contains(&name.as_str());
        if is_setting {
            let path = find(&name, &known)?;
            let value = value.parse().unwrap_or_else(|never| match never {});
            insert(&mut settings, &path, value);
        }
    }
    Ok(Serialized::globals(settings))
}

/// A setting's sections and key, and the variable that sets it. For profiles the name stands
/// between section and key, and may be any.
struct Known {
    variable: String,
    path: Vec<String>,
}

fn known_paths() -> Result<Vec<Known>, UsageError> {
    let unreadable = |error: serde_json::Error| UsageError(error.to_string());
    let defaults = serde_json::to_value(Settings::default()).map_err(unreadable)?;
    let mut known = Vec::new();
    for (section, keys) in defaults.as_object().into_iter().flatten() {
        if section == "profiles" {
            continue;
        }
        for key in keys.as_object().into_iter().flatten().map(|(key, _)| key) {
            known.push(Known {
                variable: format!("{PREFIX}{section}_{key}").to_uppercase(),
                path: vec![section.clone(), key.clone()],
            });
        }
    }
    Ok(known)
}

fn find(name: &str, known: &[Known]) -> Result<Vec<String>, UsageError> {
    if let Some(known) = known.iter().find(|known| known.variable == name) {
        return Ok(known.path.clone());
    }
    if let Some(path) = find_in_profile(name)? {
        return Ok(path);
    }
    let variables = known.iter().map(|known| known.variable.as_str());
    let hint = nearest(name, variables).map_or(String::new(), |nearest| {
        format!("; the nearest one there is: {nearest}")
    });
    Err(UsageError(format!("{name} is not a setting{hint}")))
}

/// `DARKROOM_PROFILES_AVATAR_MAX_BYTES`: the key is the longest that the name ends with.
fn find_in_profile(name: &str) -> Result<Option<Vec<String>>, UsageError> {
    let Some(rest) = name.strip_prefix("DARKROOM_PROFILES_") else {
        return Ok(None);
    };
    let rest = rest.to_lowercase();
    let profile = serde_json::to_value(darkroom_contract::Profile::default())
        .map_err(|error| UsageError(error.to_string()))?;
    let keys = profile
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key);
    let found = keys
        .filter_map(|key| {
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
