//! Direct uploads, whose bytes pass through the issuer.

use anyhow::ensure;
use darkroom_harness::{Issuer, ProcessStats};
use futures_util::future::try_join_all;
use tokio::time::Instant;

use crate::connection::Connection;
use crate::{Goal, Measured, Size};

const MIB: usize = 1024 * 1024;
const BYTES: usize = 10 * MIB;
const GOAL_MIB: f64 = 64.0;

pub(crate) async fn measure(issuer: &Issuer, size: Size) -> anyhow::Result<Vec<Measured>> {
    let pid = issuer.pid();
    // The first upload is not measured, because it also allocates everything that the issuer
    // allocates only once.
    upload(issuer.address().to_owned()).await?;
    let before = ProcessStats::read(pid)?.memory_mib();
    ProcessStats::reset_peak(pid)?;
    let start = Instant::now();
    let uploads = (0..size.uploads).map(|_| tokio::spawn(upload(issuer.address().to_owned())));
    for ended in try_join_all(uploads).await? {
        ended?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let (mib, uploads) = (BYTES / MIB, size.uploads);
    Ok(vec![Measured {
        name: "direct_memory".to_owned(),
        what: format!("memory added by {uploads} concurrent uploads of {mib} MiB ({seconds:.1} s)"),
        figure: ProcessStats::read(pid)?.peak_memory_mib() - before,
        unit: "MiB",
        goal: Some(Goal::AtMost(GOAL_MIB)),
    }])
}

/// Sends a form, as browsers do.
async fn upload(address: String) -> anyhow::Result<()> {
    let mut connection = Connection::open(&address).await?;
    let start = "--b\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a.jpg\"\r\n\
                 content-type: image/jpeg\r\n\r\n";
    let end = "\r\n--b--\r\n";
    let length = start.len() + BYTES + end.len();
    let head = format!(
        "POST /v1/images?profile=avatar&owner=u123 HTTP/1.1\r\nhost: issuer\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: {length}\r\n\r\n{start}"
    );
    connection.send(head.as_bytes()).await?;
    let part = vec![0x5a; 64 * 1024];
    for _ in 0..BYTES / part.len() {
        connection.send(&part).await?;
    }
    let (status, body) = connection.round_trip(end.as_bytes()).await?;
    ensure!(status == 202, "{status} {}", String::from_utf8_lossy(body));
    Ok(())
}
