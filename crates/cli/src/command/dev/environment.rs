//! The environment of clients of the embedded S3 and SQS, as shell commands (`dev --env`).

use std::fs;
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use darkroom_cloud::Endpoints;
use tempfile::NamedTempFile;

use crate::console::print;
use crate::path_text::path_text;

/// The name of the file, which exists in the data folder while `dev` runs. The file contains the
/// secret key.
const FILE: &str = "environment";

/// The environment file. Dropping this value removes the file, because the next run may listen on
/// other ports.
pub(super) struct EnvironmentFile(PathBuf);

impl EnvironmentFile {
    /// Writes the file. Only the user who runs the process can read it.
    pub(super) fn write(
        data_dir: &Path,
        endpoints: &Endpoints,
        issuer: SocketAddr,
    ) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        // Temporary files have the mode 0600.
        let mut file = NamedTempFile::new_in(data_dir)?;
        file.write_all(exports(endpoints, issuer).as_bytes())?;
        let written = file.persist(&path);
        written.with_context(|| format!("cannot write {}", path_text(&path)))?;
        Ok(Self(path))
    }
}

impl Drop for EnvironmentFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            tracing::warn!(%error, "cannot remove the file for `dev --env`");
        }
    }
}

/// Prints the environment of the `dev` process that runs on this folder.
pub(super) fn print_exports(data_dir: &Path) -> anyhow::Result<()> {
    match fs::read_to_string(data_dir.join(FILE)) {
        Ok(text) => print(text.trim_end()),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "`darkroom dev` is not running on the data folder {}; start it first, or select another \
             folder with --data-dir",
            path_text(data_dir)
        ),
        Err(error) => Err(error).context("cannot read the environment of `darkroom dev`"),
    }
}

/// Returns one `export` line per variable. The values are URLs, plain names and base64, so none of
/// them contains a quote.
fn exports(endpoints: &Endpoints, issuer: SocketAddr) -> String {
    let Endpoints {
        s3,
        sqs,
        access_key,
        secret_key,
        region,
    } = endpoints;
    let issuer = format!("http://{issuer}");
    let variables = [
        // The issuer for `darkroom upload`.
        ("DARKROOM_UPLOAD_TO", &issuer),
        ("AWS_ENDPOINT_URL_S3", s3),
        ("AWS_ENDPOINT_URL_SQS", sqs),
        ("AWS_ACCESS_KEY_ID", access_key),
        ("AWS_SECRET_ACCESS_KEY", secret_key),
        // The AWS CLI and boto3 read only the second of these two variables.
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
    ];
    let lines = variables.map(|(name, value)| format!("export {name}='{value}'\n"));
    lines.concat()
}
