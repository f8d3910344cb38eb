//! The name of a queue, and the URL and ARN that contain it.

use super::error::SqsError;

/// The account id of all queues. Other emulators of AWS use the same id.
const ACCOUNT: &str = "000000000000";

/// The suffix of the names of FIFO queues.
pub(crate) const FIFO_SUFFIX: &str = ".fifo";

/// Returns the URL of a queue on the server at `base_url`.
pub(crate) fn to_url(base_url: &str, name: &str) -> String {
    format!("{base_url}/{ACCOUNT}/{name}")
}

/// Returns the name in a queue's URL. The host and the account are ignored.
pub(crate) fn from_url(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

/// Returns the ARN of a queue.
pub(crate) fn to_arn(region: &str, name: &str) -> String {
    format!("arn:aws:sqs:{region}:{ACCOUNT}:{name}")
}

/// Checks a new queue's name.
pub(crate) fn check(name: &str) -> Result<(), SqsError> {
    let stem = name.strip_suffix(FIFO_SUFFIX).unwrap_or(name);
    let is_valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if stem.is_empty() || name.len() > 80 || !stem.chars().all(is_valid) {
        let reason =
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
        return Err(SqsError::invalid("QueueName", reason));
    }
    Ok(())
}
