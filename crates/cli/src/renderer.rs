//! Starting render processes out of this very binary.

use anyhow::Context;
use darkroom_render::{ChildLimits, Launch, RenderError, RenderPool, RenderSettings, Wall};

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
        picture_cpu_seconds,
        process_cpu_seconds,
    } = settings.child_limits();
    let launch = Launch {
        program,
        arguments: vec![
            "render".into(),
            format!("--max-memory={max_memory}").into(),
            format!("--picture-cpu-seconds={picture_cpu_seconds}").into(),
            format!("--process-cpu-seconds={process_cpu_seconds}").into(),
        ],
    };
    Ok(RenderPool::new(launch, settings))
}

/// What the process on the other side was told by [`pool`].
pub(crate) const fn limits(told: &Render) -> ChildLimits {
    ChildLimits {
        max_memory: told.max_memory,
        picture_cpu_seconds: told.picture_cpu_seconds,
        process_cpu_seconds: told.process_cpu_seconds,
    }
}

/// Starts a first render process, and says in the log which walls stand around it.
///
/// # Errors
/// If pictures cannot be rendered, or not behind the walls that `render.sandbox` requires.
pub(crate) async fn check(pool: &RenderPool) -> Result<(), RenderError> {
    let walls = pool.check().await?;
    let (essential, others): (Vec<Wall>, Vec<Wall>) =
        walls.missing().partition(|wall| wall.is_essential());
    let missing = |walls: &[Wall]| {
        walls
            .iter()
            .map(Wall::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let walls = walls.names();
    if essential.is_empty() {
        let missing = missing(&others);
        tracing::info!(walls, missing, "render processes are walled in");
    } else {
        let missing = missing(&essential);
        tracing::warn!(
            walls,
            missing,
            "render processes have fewer walls than they should"
        );
    }
    Ok(())
}
