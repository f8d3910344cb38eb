//! Bare rendering: `darkroom process`, without a store and a queue.

use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use darkroom_harness::TestBed;

/// Returns the seconds that one render process takes for a folder.
///
/// Errors if a photo is not rendered.
pub(crate) async fn process(bed: &TestBed, folder: &Path) -> anyhow::Result<f64> {
    let out = tempfile::tempdir()?;
    let (folder, out) = (
        folder.display().to_string(),
        out.path().display().to_string(),
    );
    let start = Instant::now();
    let output = bed
        .run(&["process", "--json", "--out", &out, &folder])
        .await?;
    let elapsed = start.elapsed();
    ensure!(
        output.status.success(),
        "darkroom process: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(elapsed.as_secs_f64())
}
