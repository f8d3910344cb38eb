//! The differences between a resource and the settings.

use std::collections::BTreeMap;
use std::fmt;

/// A setting of a resource whose value is not the wanted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The name of the setting, such as `VisibilityTimeout`.
    pub setting: String,
    /// The current value, or `None` if the setting does not exist.
    pub current: Option<String>,
    /// The wanted value.
    pub wanted: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            setting,
            current,
            wanted,
        } = self;
        match current {
            Some(current) => write!(f, "{setting}: {current} -> {wanted}"),
            None => write!(f, "{setting}: {wanted}"),
        }
    }
}

/// Settings by name, each in a form that people can read and that does not depend on the store.
pub(super) type Description = BTreeMap<String, String>;

/// Returns the settings in `wanted` that `current` lacks or that have another value there.
pub(super) fn differences(current: &Description, wanted: &Description) -> Vec<Difference> {
    let differs = |(setting, value): &(&String, &String)| current.get(*setting) != Some(*value);
    let wanted = wanted.iter().filter(differs);
    wanted
        .map(|(setting, value)| Difference {
            setting: setting.clone(),
            current: current.get(setting).cloned(),
            wanted: value.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_both_values_and_equal_settings_are_none() {
        let describe = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter();
            let pairs = pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            pairs.collect::<Description>()
        };
        let current = describe(&[("a", "1"), ("b", "2"), ("extra", "9")]);
        let wanted = describe(&[("a", "1"), ("b", "3"), ("c", "4")]);
        let lines: Vec<String> = differences(&current, &wanted)
            .iter()
            .map(Difference::to_string)
            .collect();
        assert_eq!(lines, ["b: 2 -> 3", "c: 4"]);
    }
}
