//! The settings of buckets and queues, compared with those that `darkroom provision` would make.

use darkroom_cloud::{
    Change, CloudError, CloudErrorKind, Difference, ProvisionPlan, Resource, Step,
};

use crate::action::{allow, iam_action};
use crate::finding::{Check, Finding};
use crate::{Deployment, Doctor};

const PROVISION: &str = "run `darkroom provision`";

impl Doctor<'_> {
    /// Compares buckets and queues with the settings. Changes nothing.
    pub(crate) async fn check_provisioning(&mut self) {
        let deployment = &self.deployment;
        let plan = ProvisionPlan {
            storage: &deployment.storage,
            queues: &deployment.queues,
            profiles: &deployment.profiles,
            dry_run: true,
        };
        let mut steps = Vec::new();
        let provisioner = deployment.connection.provisioner();
        let compared = provisioner
            .provision(&plan, &mut |step| steps.push(step))
            .await;
        for step in steps {
            let finding = finding(step, &self.deployment);
            self.report(finding);
        }
        if let Err(error) = compared {
            let action = iam_action(error.operation).unwrap_or(error.operation);
            let remedy = format!("repeat the check; it needs {action}");
            let subject = "settings of buckets and queues";
            self.report(Finding::failed(Check::Endpoint, subject, error, remedy));
        }
    }
}

fn finding(step: Step, deployment: &Deployment) -> Finding {
    let is_unsupported = step.is_unsupported();
    let check = check(&step.resource);
    let subject = step.resource.to_string();
    match step.result {
        Ok(Change::Unchanged) => Finding::ok(check, subject),
        // Nothing uses these queues without webhooks.
        Ok(_) if is_unused(&step.resource, deployment) => Finding::warning(
            check,
            subject,
            "it does not match the settings, but webhooks.url is not set",
            PROVISION,
        ),
        Ok(Change::Created(_)) => Finding::failed(check, subject, "does not exist", PROVISION),
        Ok(Change::Updated(differences)) => {
            let differences: Vec<String> = differences.iter().map(Difference::to_string).collect();
            let problem = format!("differs from the settings: {}", differences.join("; "));
            let remedy = format!("{PROVISION}, or change the settings");
            Finding::failed(check, subject, problem, remedy)
        }
        Err(error) if is_unsupported && is_event(check) && !deployment.completes_uploads => {
            let remedy = "set issuer.complete_uploads = true, so that clients report each upload";
            Finding::failed(check, subject, error, remedy)
        }
        Err(error) if is_unsupported => Finding::warning(
            check,
            subject,
            format!("the store does not support this ({error})"),
            "see docs/operations.md, stores other than AWS S3",
        ),
        Err(error) if error.kind == CloudErrorKind::Forbidden => forbidden(check, &subject, &error),
        Err(error) => Finding::failed(check, subject, error, remedy(check)),
    }
}

/// Returns the finding for a setting that these credentials may not read. Roles do not need to read
/// settings, so this is no failure.
fn forbidden(check: Check, subject: &str, error: &CloudError) -> Finding {
    let action = iam_action(error.operation).unwrap_or(error.operation);
    let remedy = format!("to check it, use credentials with deploy/iam/doctor.json ({action})");
    Finding::skipped(check, subject, error, remedy)
}

const fn is_event(check: Check) -> bool {
    matches!(check, Check::Notification | Check::QueuePolicy)
}

fn is_unused(resource: &Resource, deployment: &Deployment) -> bool {
    let queues = &deployment.queues;
    let webhooks = [&queues.webhooks, &queues.webhooks_dead_letters];
    match resource {
        Resource::Queue(name) => !deployment.has_webhook && webhooks.contains(&name),
        _ => false,
    }
}

const fn remedy(check: Check) -> &'static str {
    match check {
        Check::Loop => "remove it, so that no message goes in a loop",
        Check::Bucket => {
            "set storage.raw_bucket and storage.media_bucket to buckets of this account"
        }
        _ => PROVISION,
    }
}

const fn check(resource: &Resource) -> Check {
    match resource {
        Resource::Bucket(_) => Check::Bucket,
        Resource::Queue(_) => Check::Queue,
        Resource::QueuePolicy(_) => Check::QueuePolicy,
        Resource::Notification { .. } => Check::Notification,
        Resource::PublicAccess(_) => Check::PublicAccess,
        Resource::Encryption(_) => Check::Encryption,
        Resource::Loops(_) => Check::Loop,
        Resource::Cors(_) => Check::Cors,
        Resource::Lifecycle(_) => Check::Lifecycle,
        Resource::ConditionalWrites(_) => Check::ConditionalWrites,
    }
}

/// Returns the finding for a permission that a role lacks.
pub(super) fn missing_permission(action: &str, resource: &str, error: &CloudError) -> Finding {
    let subject = format!("{action} on {resource}");
    match error.kind {
        CloudErrorKind::Forbidden => {
            let remedy = allow(action, resource);
            Finding::failed(Check::Permission, subject, error, remedy)
        }
        _ => Finding::failed(Check::Permission, subject, error, "repeat the check"),
    }
}
