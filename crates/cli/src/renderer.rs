//! Starting render processes out of this very binary.

use anyhow::Context;
use darkroom_render::{Launch, RenderPool, RenderSettings};

/// A pool whose children are this binary under its hidden subcommand.
pub(crate) fn pool(settings: &RenderSettings) -> anyhow::Result<RenderPool> {
    // On Linux this very file, even after an upgrade has put another in its place.
    let program = if cfg!(target_os = "linux") {
        "/proc/self/exe".into()
    } else {
        std::env::current_exe().context("this program cannot find itself")?
    };
    let launch = Launch {
        program,
        arguments: vec![
            "render".into(),
            "--max-memory".into(),
            settings.max_memory.as_u64().to_string().into(),
        ],
    };
    Ok(RenderPool::new(launch, settings))
}
