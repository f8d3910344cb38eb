//! Render processes. They run the same binary as this process.

use anyhow::Context;
use darkroom_render::{ChildLimits, Launch, RenderError, RenderPool, RenderSettings, SandboxLayer};

use crate::arguments::Render;

/// Creates a pool whose child processes run the internal subcommand `render`.
pub(crate) fn pool(settings: &RenderSettings) -> anyhow::Result<RenderPool> {
    // On Linux this path refers to the running file, even after an upgrade has replaced it.
    let program = if cfg!(target_os = "linux") {
        "/proc/self/exe".into()
    } else {
        std::env::current_exe().context("cannot find the path of this program")?
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

/// Returns the limits of a child process from its arguments, which [`pool`] has set.
pub(crate) const fn limits(arguments: &Render) -> ChildLimits {
    ChildLimits {
        max_memory: arguments.max_memory,
        image_cpu_seconds: arguments.image_cpu_seconds,
        process_cpu_seconds: arguments.process_cpu_seconds,
    }
}

/// Starts a first render process and logs the sandbox layers that confine it.
///
/// # Errors
/// An error if the process cannot start, or if it lacks a layer that `render.sandbox` requires.
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
