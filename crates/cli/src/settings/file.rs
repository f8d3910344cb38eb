//! The settings file and the line of each setting.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use darkroom_contract::SettingOrigin;
use figment::providers::{Data, Format, Toml};
use toml_edit::{ImDocument, Item};

use crate::exit_status::UsageError;

/// A settings file that is valid TOML.
pub(super) struct SettingsFile {
    path: PathBuf,
    document: ImDocument<String>,
}

impl SettingsFile {
    /// Reads and parses a file.
    ///
    /// # Errors
    /// [`UsageError`] if the file is not valid TOML, or another error if it cannot be read.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("settings file {name} cannot be read"))?;
        let document = ImDocument::parse(text.clone()).map_err(|error| {
            let line = error.span().map_or(1, |span| line(&text, span.start));
            let problem = error.message().replace('\n', ", ");
            UsageError(format!("{name}:{line}: not valid TOML: {problem}"))
        })?;
        Ok(Self {
            path: path.to_owned(),
            document,
        })
    }

    /// Returns the settings in the form that figment merges.
    pub(super) fn provider(&self) -> Data<Toml> {
        Toml::string(self.document.raw())
    }

    /// Returns the file, and the line of the setting at `path`. If the file does not contain the
    /// setting, the line is that of the innermost list or table around it.
    pub(super) fn origin(&self, path: &[&str]) -> Option<SettingOrigin> {
        let depths = (1..=path.len()).rev();
        let mut spans = depths.filter_map(|depth| self.item(&path[..depth])?.span());
        let line = line(self.document.raw(), spans.next()?.start);
        Some(SettingOrigin::File {
            path: self.path.clone(),
            line: Some(line),
        })
    }

    /// Returns the value at `path` as the file spells it.
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        let item = self.item(path)?;
        let span: Range<usize> = item.as_value()?.span()?;
        self.document.raw().get(span)
    }

    fn item(&self, path: &[&str]) -> Option<&Item> {
        let mut item = self.document.as_item();
        for segment in path {
            item = match segment.parse::<usize>() {
                Ok(index) if item.is_array() || item.is_array_of_tables() => item.get(index)?,
                _ => item.get(segment)?,
            };
        }
        Some(item)
    }
}

fn line(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}
