//! The dead-letter queues.

use std::collections::BTreeMap;

use darkroom_cloud::CloudErrorKind;

use crate::action::iam_action;
use crate::finding::{Check, Finding};
use crate::{Deployment, Doctor};

impl Doctor<'_> {
    /// Checks that the dead-letter queues accept dead letters, and counts the letters in them.
    pub(crate) async fn check_dead_letters(&mut self) {
        for (source, name) in queues(&self.deployment) {
            let subject = format!("dead letters in {name}");
            let connection = &self.deployment.connection;
            let attributes = match connection.queue(&name).await {
                Ok(queue) => queue.attributes().await,
                Err(error) => Err(error),
            };
            let finding = match attributes {
                Ok(attributes) => finding(subject, &source, &attributes),
                // `check_provisioning` reports a missing queue.
                Err(error) if error.is_not_found() => continue,
                Err(error) if error.kind == CloudErrorKind::Forbidden => {
                    let action = iam_action(error.operation).unwrap_or(error.operation);
                    let remedy = format!("to count them, use credentials with {action}");
                    Finding::skipped(Check::DeadLetters, subject, error, remedy)
                }
                Err(error) => {
                    Finding::failed(Check::DeadLetters, subject, error, "repeat the check")
                }
            };
            self.report(finding);
        }
    }
}

/// Returns the source queues and their dead-letter queues.
fn queues(deployment: &Deployment) -> Vec<(String, String)> {
    let queues = &deployment.queues;
    let mut pairs = vec![(queues.events.clone(), queues.dead_letters.clone())];
    if deployment.has_webhook {
        let names = (
            queues.webhooks.clone(),
            queues.webhooks_dead_letters.clone(),
        );
        pairs.push(names);
    }
    pairs
}

fn finding(subject: String, source: &str, attributes: &BTreeMap<String, String>) -> Finding {
    let attribute = |name: &str| attributes.get(name).map_or("", String::as_str);
    let allowed = attribute("RedriveAllowPolicy");
    let is_refused = allowed.contains("denyAll")
        || (allowed.contains("byQueue") && !allowed.contains(&format!(":{source}\"")));
    if is_refused {
        let problem = format!(
            "the redrive allow policy of this queue does not permit {source} to move messages to it"
        );
        let remedy = "set redrivePermission in its RedriveAllowPolicy to allowAll, or add the source \
                      queue to sourceQueueArns";
        return Finding::failed(Check::DeadLetters, subject, problem, remedy);
    }
    let visible = attribute("ApproximateNumberOfMessages");
    match visible {
        "" | "0" => Finding::ok(Check::DeadLetters, subject),
        count => Finding::warning(
            Check::DeadLetters,
            subject,
            format!("{count} messages could not be processed"),
            "run `darkroom dlq list` for the reasons, then `darkroom dlq redrive`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;

    fn status(attributes: &[(&str, &str)]) -> Status {
        let attributes = attributes.iter();
        let attributes = attributes.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        finding(String::new(), "events", &attributes.collect()).status
    }

    #[test]
    fn a_queue_that_refuses_dead_letters_is_a_failure_and_one_with_letters_a_warning() {
        let policy = |text| [("RedriveAllowPolicy", text)];
        let by_queue =
            r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:r:1:events"]}"#;
        assert_eq!(status(&policy(by_queue)), Status::Ok);
        let other = by_queue.replace(":events", ":other-events");
        assert_eq!(status(&policy(&other)), Status::Failed);
        let none = r#"{"redrivePermission":"denyAll"}"#;
        assert_eq!(status(&policy(none)), Status::Failed);
        assert_eq!(
            status(&[("ApproximateNumberOfMessages", "2")]),
            Status::Warning
        );
        assert_eq!(status(&[("ApproximateNumberOfMessages", "0")]), Status::Ok);
    }
}
