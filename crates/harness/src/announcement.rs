//! The lines of a role that are not events of its work, such as its address or the error that ends it.

use serde_json::Value;

/// Returns the text of a line that a role printed. If the log of the role is JSON, this line is JSON,
/// too, and the text is its `message`.
#[must_use]
pub fn announcement(line: &str) -> String {
    let json = serde_json::from_str::<Value>(line).ok();
    let message = json.as_ref().and_then(|json| json["message"].as_str());
    message.unwrap_or(line).to_owned()
}

/// Returns the texts of all lines that a role printed, one per line.
#[must_use]
pub fn announcements(output: &[u8]) -> String {
    let output = String::from_utf8_lossy(output);
    output
        .lines()
        .map(|line| announcement(line) + "\n")
        .collect()
}
