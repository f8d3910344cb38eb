//! The lines on stdout with which a role announces what it does.

use serde_json::Value;

/// Returns the text of a line on the stdout of a role. If the log of the role is JSON, this line is
/// JSON, too, and the text is its `message`.
#[must_use]
pub fn announcement(line: &str) -> String {
    let json = serde_json::from_str::<Value>(line).ok();
    let message = json.as_ref().and_then(|json| json["message"].as_str());
    message.unwrap_or(line).to_owned()
}
