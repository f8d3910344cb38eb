//! The reference of all settings, `docs/configuration.md`.
//!
//! The names and defaults come from the code, the descriptions from the comments in
//! `darkroom.toml`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::settings::Settings;

const FILE: &str = include_str!("../../../../../darkroom.toml");
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
/// The profile that documents the settings of all profiles.
const PROFILE: &str = "profiles.avatar";
const INTRODUCTION: &str = "\
<!-- Generated from the code and darkroom.toml: cargo xtask snapshots -->
# Configuration

Every setting with its default. [darkroom.toml](../darkroom.toml) contains the same settings in the form of a file.

Darkroom reads `darkroom.toml` in the working directory, or the file of `--config`. A variable in the environment takes
precedence over the file; an empty variable counts as unset. An unknown name, or a value of the wrong kind, is an error
that names the setting and its line or variable. Durations are written as `60s` or `15min`, sizes as `10MiB`.

Region, endpoint and credentials of AWS come from the SDK's own sources: `AWS_REGION`, `AWS_ENDPOINT_URL`,
`AWS_ENDPOINT_URL_S3`, `AWS_PROFILE`, instance roles. `RUST_LOG` takes precedence over `log.filter`. `NO_COLOR` turns off
the colors of the log. `darkroom upload` reads `DARKROOM_TOKEN` and `DARKROOM_UPLOAD_TO`.
";

/// The comments of `darkroom.toml`.
#[derive(Default)]
struct Comments {
    /// The comment before the header of each section.
    sections: BTreeMap<String, String>,
    /// The comment of each setting, by section and name.
    settings: BTreeMap<(String, String), String>,
}

impl Comments {
    fn parse(file: &str) -> Self {
        let mut comments = Self::default();
        let mut section = String::new();
        let mut before: Vec<&str> = Vec::new();
        for line in file.lines() {
            let header = line
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            if let Some(name) = header {
                section = name.to_owned();
                comments.sections.insert(name.to_owned(), take(&mut before));
            } else if let Some((name, comment)) = setting(line) {
                let mut lines = std::mem::take(&mut before);
                lines.extend(comment);
                let key = (section.clone(), name.to_owned());
                comments.settings.insert(key, lines.join(" "));
            } else if let Some(comment) = line.strip_prefix("# ") {
                before.push(comment.trim());
            } else if line.is_empty() {
                before.clear();
            }
        }
        comments
    }
}

fn take(lines: &mut Vec<&str>) -> String {
    std::mem::take(lines).join(" ")
}

/// Returns the name and the comment of a line that sets a setting, or that would if it were not
/// commented out.
fn setting(line: &str) -> Option<(&str, Option<&str>)> {
    let line = line.strip_prefix("# ").unwrap_or(line);
    let (name, rest) = line.split_once(" = ")?;
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    if !name.chars().all(is_name) {
        return None;
    }
    let comment = rest.rsplit_once("  # ").or_else(|| rest.rsplit_once(" # "));
    Some((name, comment.map(|(_, comment)| comment.trim())))
}

fn reference() -> String {
    let comments = Comments::parse(FILE);
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    let mut text = INTRODUCTION.to_owned();
    for (section, settings) in defaults.as_object().unwrap() {
        match section.as_str() {
            "profiles" => add_section(&mut text, PROFILE, &settings["avatar"], &comments),
            name => add_section(&mut text, name, settings, &comments),
        }
    }
    text
}

fn add_section(text: &mut String, section: &str, defaults: &Value, comments: &Comments) {
    let title = section.replace("avatar", "NAME");
    writeln!(text, "\n## `[{title}]`\n").unwrap();
    let introduction = &comments.sections[section];
    if !introduction.is_empty() {
        writeln!(text, "{}\n", wrapped(introduction)).unwrap();
    }
    if section == PROFILE {
        text.push_str("The defaults are those of `avatar`. ");
        text.push_str("In the name of a variable, `NAME` is the name of the profile.\n\n");
    }
    text.push_str("| setting | variable | default | |\n|---|---|---|---|\n");
    let mut settings: Vec<(&String, &Value)> = defaults.as_object().unwrap().iter().collect();
    let unset = Value::Null;
    for (other, name) in comments.settings.keys() {
        if other == section && !defaults.as_object().unwrap().contains_key(name) {
            settings.push((name, &unset));
        }
    }
    for (name, default) in settings {
        let key = (section.to_owned(), name.clone());
        let comment = comments.settings.get(&key);
        let comment = comment.unwrap_or_else(|| panic!("{section}.{name} is not in darkroom.toml"));
        let variable = format!("DARKROOM_{}_{}", title.replace('.', "_"), name).to_uppercase();
        let default = shown(default);
        let comment = comment.replace('|', "\\|");
        writeln!(text, "| `{name}` | `{variable}` | {default} | {comment} |").unwrap();
    }
}

fn shown(default: &Value) -> String {
    match default {
        Value::Null => "unset".to_owned(),
        // Variants are too long for a table.
        Value::Array(items) if items.iter().any(Value::is_object) => {
            "see `darkroom.toml`".to_owned()
        }
        other => format!("`{other}`"),
    }
}

/// Wraps a paragraph at 116 columns.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if !line.is_empty() && line.len() + 1 + word.len() > 116 {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines.join("\n")
}

#[test]
fn the_reference_of_the_settings_is_current() {
    let current = reference();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(REFERENCE, &current).unwrap();
    }
    let published = std::fs::read_to_string(REFERENCE).unwrap_or_default();
    assert!(
        published == current,
        "docs/configuration.md is stale: run `cargo xtask snapshots`"
    );
}
