//! `darkroom key new`: a new API key.

use anyhow::Context;
use darkroom_issuer::{ApiKey, ApiKeySettings};
use serde_json::json;

use crate::arguments::{Key, NewKey};
use crate::console::print;
use crate::exit_status::ExitStatus;

pub(super) fn run(action: Key) -> anyhow::Result<ExitStatus> {
    let Key::New(arguments) = action;
    let NewKey {
        name,
        owner,
        profiles,
        operator,
        reviewer,
        json,
    } = arguments;
    let key = ApiKey::generate().context("cannot get random bytes from the system")?;
    let settings = ApiKeySettings {
        name,
        sha256: key.hash(),
        owner,
        profiles,
        operator,
        reviewer,
    };
    if json {
        let mut line = json!(settings);
        line["key"] = json!(key.reveal());
        print(&line.to_string())?;
    } else {
        print(&format!(
            "key: {}\n\n\
             Clients send it as `Authorization: Bearer KEY`. It is not stored and not shown \
             again.\nAdd this to the settings of the issuer:\n\n{}",
            key.reveal(),
            table(&settings)
        ))?;
    }
    Ok(ExitStatus::Success)
}

/// Returns the settings as TOML. JSON strings and lists are also valid TOML.
fn table(settings: &ApiKeySettings) -> String {
    let mut lines = vec!["[[auth.keys]]".to_owned()];
    let fields = json!(settings);
    for (name, value) in fields.as_object().into_iter().flatten() {
        lines.push(format!("{name} = {value}"));
    }
    lines.join("\n")
}
