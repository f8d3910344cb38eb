//! The sandbox of render processes.

use darkroom_render::SandboxLayer;

use crate::finding::{Check, Finding};
use crate::{Doctor, Role};

const SUBJECT: &str = "sandbox of render processes";

impl Doctor<'_> {
    /// Starts a render process and checks the layers that confine it. Issuers and workers have
    /// render processes.
    pub(crate) async fn check_sandbox(&mut self) {
        if !self.deployment.has(Role::Issuer) && !self.deployment.has(Role::Worker) {
            return;
        }
        let finding = match self.deployment.renderers.check().await {
            Err(error) => Finding::failed(
                Check::Sandbox,
                SUBJECT,
                error,
                "allow Landlock and seccomp on this machine (docs/sandbox.md), or set \
                 render.sandbox = \"best_effort\"",
            ),
            Ok(layers) => {
                let missing: Vec<String> = layers
                    .missing()
                    .filter(|layer| layer.is_essential())
                    .map(|layer: SandboxLayer| layer.to_string())
                    .collect();
                match missing.is_empty() {
                    true => Finding::ok(Check::Sandbox, SUBJECT),
                    false => Finding::warning(
                        Check::Sandbox,
                        SUBJECT,
                        format!("layers are missing: {}", missing.join(", ")),
                        "allow Landlock and seccomp (docs/sandbox.md); with render.sandbox = \
                         \"required\" no role starts without them",
                    ),
                }
            }
        };
        self.report(finding);
    }
}
