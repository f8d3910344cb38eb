//! `darkroom upload` of a folder beside `darkroom process` of it.

use std::path::Path;
use std::time::Instant;

use anyhow::ensure;
use darkroom_bench_report::median;
use darkroom_harness::TestBed;

use crate::peer::Peer;
use crate::report::UploadReport;
use crate::size::Size;
use crate::{bare, photos};

/// Measures both commands in turn, with one render process each.
///
/// Errors if a role does not start, or a photo does not become `ready`.
pub(crate) async fn run(bed: &TestBed, size: Size) -> anyhow::Result<UploadReport> {
    let folder = tempfile::tempdir()?;
    photos::write(&photos::generated(), size.folder_photos, folder.path())?;
    let issuer = bed.start_issuer(&[]).await?;
    let _worker = Peer::Darkroom.start(bed).await?;
    let url = format!("http://{}", issuer.address());
    // The issuer learns how long uploads take.
    upload(bed, &url, folder.path()).await?;
    let (mut uploads, mut renderings) = (Vec::new(), Vec::new());
    for _ in 0..size.runs {
        renderings.push(bare::process(bed, folder.path()).await?);
        uploads.push(upload(bed, &url, folder.path()).await?);
    }
    Ok(UploadReport {
        photos: size.folder_photos,
        upload_seconds: median(uploads),
        process_seconds: median(renderings),
    })
}

/// Returns the seconds that the upload of a folder takes.
async fn upload(bed: &TestBed, url: &str, folder: &Path) -> anyhow::Result<f64> {
    let folder = folder.display().to_string();
    let start = Instant::now();
    let output = bed.run(&["upload", "--json", "--to", url, &folder]).await?;
    let elapsed = start.elapsed();
    ensure!(
        output.status.success(),
        "darkroom upload: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(elapsed.as_secs_f64())
}
