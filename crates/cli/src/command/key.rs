//! `darkroom key new`.

use anyhow::Context;
use darkroom_issuer::{ApiKey, ApiKeySettings};
use serde_json::json;

use crate::arguments::{Key, NewKey};
use crate::outcome::{Ending, say};

pub(super) fn run(action: Key) -> anyhow::Result<Ending> {
    let Key::New(arguments) = action;
    let NewKey {
        name,
        owner,
        profiles,
        json,
    } = arguments;
    let key = ApiKey::generate().context("the system gives no random bytes")?;
    let settings = ApiKeySettings {
        name,
        sha256: key.hash(),
        owner,
        profiles,
    };
    if json {
        let mut line = json!(settings);
        line["key"] = json!(key.reveal());
        say(&line.to_string());
    } else {
        say(&format!(
            "key: {}\n\n\
             The client sends it as Authorization: Bearer KEY; it is not kept anywhere and not \
             shown again.\nThe settings of the issuer need only this:\n\n{}",
            key.reveal(),
            table(&settings)
        ));
    }
    Ok(Ending::Well)
}

/// As it stands in `darkroom.toml`; a JSON text and a JSON list are TOML too.
fn table(settings: &ApiKeySettings) -> String {
    let mut lines = vec!["[[auth.keys]]".to_owned()];
    let fields = json!(settings);
    for (name, value) in fields.as_object().into_iter().flatten() {
        lines.push(format!("{name} = {value}"));
    }
    lines.join("\n")
}
