use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::keeper::new_token;
use super::origin::Origin;
use crate::port;

/// Where to find the LocalStack that some process of this run has started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Running {
    /// How it was started.
    pub(super) way: Way,
    /// Port of 127.0.0.1 on which S3 and SQS answer.
    pub(super) port: u16,
    /// Port of 127.0.0.1 on which its keeper answers.
    pub(super) keeper_port: u16,
    /// What the keeper greets with.
    pub(super) token: String,
}

/// The two kinds of LocalStack that a keeper can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Way {
    Docker,
    Python,
}

impl Running {
    /// One that is yet to be started.
    pub(super) fn on_free_ports(way: Way) -> io::Result<Self> {
        Ok(Self {
            way,
            port: port::free()?,
            keeper_port: port::free()?,
            token: new_token(),
        })
    }

    /// What its keeper has to be told, up to the command that it runs.
    pub(super) fn keeper_arguments(&self, listen: &str, linger: Duration) -> [String; 3] {
        [
            format!("--listen={listen}"),
            format!("--token={}", self.token),
            format!("--linger={}", linger.as_secs_f64()),
        ]
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether one of `origins` could have started it.
    pub(super) fn comes_from(&self, origins: &[Origin]) -> bool {
        origins.iter().any(|origin| match origin {
            Origin::Given(_) => false,
            Origin::Python => self.way == Way::Python,
            Origin::DockerImage | Origin::DockerPull => self.way == Way::Docker,
        })
    }

    /// What the last process that started one has written into `folder`, if it can be read.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(Self::file(folder)).ok()?).ok()
    }

    /// Written under the launcher's lock, so nobody reads half of it.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(Self::file(folder), serde_json::to_vec_pretty(self)?)
    }

    fn file(folder: &Path) -> PathBuf {
        folder.join("running.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running() -> Running {
        Running {
            way: Way::Python,
            port: 4566,
            keeper_port: 4567,
            token: "abc".to_owned(),
        }
    }

    #[test]
    fn what_one_process_writes_another_reads() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Running::read(folder.path()), None);
        running().write(folder.path()).unwrap();
        assert_eq!(Running::read(folder.path()), Some(running()));
    }

    #[test]
    fn a_torn_file_is_no_localstack() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(Running::file(folder.path()), "{\"way\": \"pyth").unwrap();
        assert_eq!(Running::read(folder.path()), None);
    }

    #[test]
    fn it_serves_only_those_who_would_have_started_the_same() {
        assert!(running().comes_from(&Origin::for_choice(None)));
        assert!(running().comes_from(&Origin::for_choice(Some("python"))));
        assert!(!running().comes_from(&Origin::for_choice(Some("docker"))));
        assert!(!running().comes_from(&Origin::for_choice(Some("http://127.0.0.1:4566"))));
    }
}
