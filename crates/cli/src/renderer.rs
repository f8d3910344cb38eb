//! Starting render processes out of this very binary.

use anyhow::Context;
use darkroom_render::{ChildLimits, Launch, RenderError, RenderPool, RenderSettings, SandboxLayer};

use crate::arguments::Render;

/// A pool whose children are this binary under its hidden subcommand.
pub(crate) fn pool(settings: &RenderSettings) -> anyhow::Result<RenderPool> {
    // On Linux this very file, even after an upgrade has put another in its place.
    let program = if cfg!(target_os = "linux") {
        "/proc/self/exe".into()
    } else {
        std::env::current_exe().context("this program cannot find itself")?
    };
    let ChildLimits {
        max_memory,
        image_cpu_seconds,
        process_cpu_seconds,
    } = settings.child_limits();
    let launch = Launch {
        program,
        arguments: vec![
            "render".into(),
            format!("--max-memory={max_memory}").into(),
            format!("--image-cpu-seconds={image_cpu_seconds}").into(),
            format!("--process-cpu-seconds={process_cpu_seconds}").into(),
        ],
    };
    Ok(RenderPool::new(launch, settings))
}

/// What the process on the other side was told by [`pool`].
pub(crate) const fn limits(told: &Render) -> ChildLimits {
    ChildLimits {
        max_memory: told.max_memory,
        image_cpu_seconds: told.image_cpu_seconds,
        process_cpu_seconds: told.process_cpu_seconds,
    }
}

/// Starts a first render process and logs the sandbox layers that confine it.
///
/// # Errors
/// If no image can be rendered, or not with the layers that `render.sandbox` requires.
pub(crate) async fn check(pool: &RenderPool) -> Result<(), RenderError> {
    let layers = pool.check().await?;
    let (essential, others): (Vec<SandboxLayer>, Vec<SandboxLayer>) =
        layers.missing().partition(|layer| layer.is_essential());
    let join = |layers: &[SandboxLayer]| {
        layers
            .iter()
            .map(SandboxLayer::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let layers = layers.names();
    if essential.is_empty() {
        let missing = join(&others);
        tracing::info!(layers, missing, "render processes are sandboxed");
    } else {
        let missing = join(&essential);
        tracing::warn!(layers, missing, "render processes lack sandbox layers");
    }
    Ok(())
}
