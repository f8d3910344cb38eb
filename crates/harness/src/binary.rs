//! The binary under test.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_cloud::Endpoints;
use darkroom_testkit::localstack::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};

/// The `darkroom` binary.
#[derive(Debug, Clone)]
pub struct Binary {
    path: PathBuf,
}

impl Binary {
    /// Creates a handle to the binary at `path`, which may be relative to the current directory.
    ///
    /// # Errors
    /// If there is no such file.
    pub fn new(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.canonicalize()?,
        })
    }

    /// Returns a command that runs in `folder`. It does not inherit the `DARKROOM_*` and `AWS_*`
    /// variables of this process.
    #[must_use]
    pub fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.current_dir(folder);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("DARKROOM_") || text.starts_with("AWS_") {
                command.env_remove(&name);
            }
        }
        command
    }
}

/// Returns the endpoints of a cloud that accepts the credentials of the tests.
pub(crate) fn endpoints(s3: &str, sqs: &str) -> Endpoints {
    Endpoints {
        s3: s3.to_owned(),
        sqs: sqs.to_owned(),
        access_key: ACCESS_KEY_ID.to_owned(),
        secret_key: SECRET_ACCESS_KEY.to_owned(),
        region: REGION.to_owned(),
    }
}

/// Sets the environment variables that direct the AWS SDK to a cloud.
pub fn set_endpoints(command: &mut Command, endpoints: &Endpoints) {
    command
        .env("AWS_ENDPOINT_URL_S3", &endpoints.s3)
        .env("AWS_ENDPOINT_URL_SQS", &endpoints.sqs)
        .env("AWS_ACCESS_KEY_ID", &endpoints.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &endpoints.secret_key)
        .env("AWS_REGION", &endpoints.region);
}
