//! The permissions of the roles for queues.

use std::collections::BTreeSet;

use darkroom_cloud::QueueAction;

use super::provisioning::missing_permission;
use crate::finding::{Check, Finding};
use crate::{Deployment, Doctor, Role};

const CONSUMER: [QueueAction; 5] = [
    QueueAction::Receive,
    QueueAction::Delete,
    QueueAction::ChangeVisibility,
    QueueAction::Send,
    QueueAction::ReadAttributes,
];
const SENDER: [QueueAction; 1] = [QueueAction::Send];
/// A consumer also reports the number of its dead letters.
const DEAD_LETTERS: [QueueAction; 2] = [QueueAction::Send, QueueAction::ReadAttributes];

impl Doctor<'_> {
    /// Checks every action on a queue that one of the roles needs.
    pub(crate) async fn check_queue_permissions(&mut self) {
        let mut opened = None;
        for (name, action) in needed(&self.deployment) {
            if opened.as_ref().is_none_or(|(open, _)| *open != name) {
                let queue = self.deployment.connection.queue(&name).await;
                if let Err(error) = &queue
                    && !error.is_not_found()
                {
                    self.report(missing_permission("sqs:GetQueueUrl", &name, error));
                }
                opened = Some((name.clone(), queue.ok()));
            }
            // `check_provisioning` reports a missing queue.
            let Some((_, Some(queue))) = &opened else {
                continue;
            };
            let checked = queue.check_permission(action).await;
            let action = action.iam_action();
            self.report(match checked {
                Ok(()) => Finding::ok(Check::Permission, format!("{action} on {name}")),
                Err(error) => missing_permission(action, &name, &error),
            });
        }
    }
}

/// Returns the names of queues and the actions that the roles need, ordered by queue.
fn needed(deployment: &Deployment) -> BTreeSet<(String, QueueAction)> {
    let queues = &deployment.queues;
    let mut needs: Vec<(Role, &str, &[QueueAction])> = vec![
        (Role::Issuer, &queues.events, &SENDER),
        (Role::Worker, &queues.events, &CONSUMER),
        (Role::Worker, &queues.dead_letters, &DEAD_LETTERS),
    ];
    if deployment.has_webhook {
        needs.extend([
            (Role::Worker, &*queues.webhooks, &SENDER[..]),
            (Role::Webhooks, &*queues.webhooks, &CONSUMER[..]),
            (
                Role::Webhooks,
                &*queues.webhooks_dead_letters,
                &DEAD_LETTERS[..],
            ),
        ]);
    }
    let needs = needs.into_iter().filter(|need| deployment.has(need.0));
    let pairs = needs.flat_map(|(_, name, actions)| {
        let actions = actions.iter();
        actions.map(|action| (name.to_owned(), *action))
    });
    pairs.collect()
}
