use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::keeper::Lease;
use super::origin::Origin;
use super::running::Running;
use super::shared::LocalStack;
use super::unavailable::Unavailable;
use super::{docker, health, lock, python};
use crate::wait;

/// How long LocalStack outlives the last process that used it: longer than the gap between two
/// test binaries of one run.
const LINGER: Duration = Duration::from_secs(15);

/// How long a LocalStack that is said to run may take to answer.
const RUNNING_PATIENCE: Duration = Duration::from_secs(30);

/// Finds or starts a LocalStack. [`LocalStack::shared`] is the one with the default settings.
#[derive(Clone, Debug)]
pub struct Launcher {
    pub(super) origins: Vec<Origin>,
    pub(super) linger: Duration,
    pub(super) state_folder: PathBuf,
    pub(super) venv_folder: PathBuf,
    pub(super) programs_folder: PathBuf,
}

impl Default for Launcher {
    /// The ways that the environment of this process allows, and the workspace's `target/`.
    fn default() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workspace = workspace.canonicalize().unwrap_or(workspace);
        Self {
            origins: Origin::from_environment(),
            linger: LINGER,
            state_folder: workspace.join("target/localstack"),
            venv_folder: workspace.join("target/localstack-venv"),
            programs_folder: workspace.join("localstack"),
        }
    }
}

impl Launcher {
    /// Tries these ways only, in this order.
    #[must_use]
    pub fn origins(mut self, origins: Vec<Origin>) -> Self {
        self.origins = origins;
        self
    }

    /// How long the LocalStack outlives the last process that used it.
    #[must_use]
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// A folder of its own: launchers share a LocalStack exactly if they share this folder.
    #[must_use]
    pub fn state_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.state_folder = folder.into();
        self
    }

    /// Joins the LocalStack that runs, or starts one.
    ///
    /// # Errors
    /// [`Unavailable`] if none of the ways led to one.
    pub fn launch(&self) -> Result<LocalStack, Unavailable> {
        if let [Origin::Given(endpoint)] = self.origins.as_slice() {
            return self.join_given(endpoint);
        }
        let asked_at = SystemTime::now();
        // One process at a time looks, and starts.
        let _lock =
            lock::exclusive(&self.state_folder.join("lock")).map_err(Unavailable::of_all)?;
        if let Some(localstack) = self.join_running() {
            return Ok(localstack);
        }
        if let Some(failure) = self.failure_since(asked_at) {
            return Err(failure);
        }
        let started = self.start();
        if let Err(failure) = &started {
            // Only spares the next process the same attempts.
            let _ = fs::write(self.failure_file(), failure.tried());
        }
        started
    }

    fn join_given(&self, endpoint: &str) -> Result<LocalStack, Unavailable> {
        let up = wait::until("LocalStack", RUNNING_PATIENCE, || health::check(endpoint));
        let unavailable = |error| Unavailable::new(&Origin::Given(endpoint.to_owned()), error);
        up.map_err(unavailable)?;
        Ok(LocalStack::new(endpoint.to_owned(), None))
    }

    fn join_running(&self) -> Option<LocalStack> {
        let running = Running::read(&self.state_folder)?;
        if !running.comes_from(&self.origins) {
            return None;
        }
        let lease = Lease::take(running.keeper_port, &running.token).ok()?;
        let endpoint = running.endpoint();
        wait::until("LocalStack", RUNNING_PATIENCE, || health::check(&endpoint)).ok()?;
        Some(LocalStack::new(endpoint, Some(lease)))
    }

    fn start(&self) -> Result<LocalStack, Unavailable> {
        let mut tried: Option<Unavailable> = None;
        for origin in &self.origins {
            let error = match self.start_by(origin) {
                Ok((running, lease)) => match running.write(&self.state_folder) {
                    Ok(()) => return Ok(LocalStack::new(running.endpoint(), Some(lease))),
                    Err(error) => Unavailable::of_all(error),
                },
                Err(why) => Unavailable::new(origin, why),
            };
            tried = Some(tried.map_or(error.clone(), |before| before.and(&error)));
        }
        Err(tried.unwrap_or_else(|| Unavailable::of_all("nothing")))
    }

    fn start_by(&self, origin: &Origin) -> Result<(Running, Lease), String> {
        match origin {
            Origin::Given(endpoint) => Err(format!("{endpoint} has to be the only way")),
            Origin::Python => python::start(self),
            Origin::DockerImage => docker::start(self),
            Origin::DockerPull => docker::pull().and_then(|()| docker::start(self)),
        }
    }

    /// What another process found out while this one waited for the lock.
    fn failure_since(&self, asked_at: SystemTime) -> Option<Unavailable> {
        let file = self.failure_file();
        let failed_at = fs::metadata(&file)
            .and_then(|metadata| metadata.modified())
            .ok()?;
        let tried = fs::read_to_string(&file).ok()?;
        (failed_at > asked_at).then(|| Unavailable::of_all(tried))
    }

    /// The output of the keeper and of LocalStack under it.
    pub(super) fn log_file(&self) -> PathBuf {
        self.state_folder.join("keeper.log")
    }

    fn failure_file(&self) -> PathBuf {
        self.state_folder.join("failed.txt")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn launcher(folder: &Path, origins: &[Origin]) -> Launcher {
        Launcher::default()
            .state_folder(folder)
            .origins(origins.to_vec())
    }

    #[test]
    fn a_failure_names_every_way_that_was_tried() {
        let folder = tempfile::tempdir().unwrap();
        let launcher = Launcher {
            venv_folder: folder.path().join("venv"),
            programs_folder: folder.path().join("nothing-here"),
            ..launcher(
                folder.path(),
                &[Origin::Python, Origin::Given("http://a:1".to_owned())],
            )
        };
        let said = launcher.launch().unwrap_err().to_string();
        assert!(
            said.contains("set DARKROOM_TEST_LOCALSTACK to the address"),
            "{said}"
        );
        assert!(said.contains("\nPython: "), "{said}");
        assert!(
            said.contains("\nDARKROOM_TEST_LOCALSTACK=http://a:1: "),
            "{said}"
        );
    }

    #[test]
    fn who_waited_while_another_failed_is_told_and_who_comes_later_tries_again() {
        let folder = tempfile::tempdir().unwrap();
        let launcher = launcher(folder.path(), &[]);
        let before = SystemTime::now() - Duration::from_secs(60);
        assert!(launcher.failure_since(before).is_none());
        assert!(launcher.launch().is_err());
        assert_eq!(launcher.failure_since(before).unwrap().tried(), "nothing");
        assert!(
            launcher
                .failure_since(SystemTime::now() + Duration::from_secs(60))
                .is_none()
        );
    }

    #[test]
    fn a_record_of_a_localstack_that_is_gone_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let gone = crate::port::free().unwrap();
        let record =
            format!(r#"{{"way":"python","port":{gone},"keeper_port":{gone},"token":"a"}}"#);
        fs::write(folder.path().join("running.json"), record).unwrap();
        assert!(
            launcher(folder.path(), &[Origin::Python])
                .join_running()
                .is_none()
        );
    }
}
