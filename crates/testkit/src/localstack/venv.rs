use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ask::ask;
use super::lock;

/// The oldest Python that the pinned packages run on.
const OLDEST: Version = (3, 11);

/// The newest Python that the pinned packages were tried on.
const NEWEST_TRIED: Version = (3, 13);

const CANDIDATES: [&str; 4] = ["python3", "python3.13", "python3.12", "python3.11"];

/// How long Python may take for a question about itself.
const QUESTION_PATIENCE: Duration = Duration::from_secs(20);

/// How long an installation may take: half a minute with a good network.
const INSTALL_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Prints the version and the executable, and fails where environments cannot be made.
const QUESTION: &str = "import ensurepip, sys, venv; print(*sys.version_info[:2], sys.executable)";

type Version = (u32, u32);

/// A virtual environment that holds exactly the packages of one requirements file.
pub struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The environment in `folder`, made anew unless a whole one of the same requirements and
    /// Python is there. One process at a time makes it, and the others wait for that.
    ///
    /// # Errors
    /// A sentence about what is missing or failed.
    pub fn prepare(folder: &Path, requirements: &Path) -> Result<Self, String> {
        let wanted = fs::read_to_string(requirements)
            .map_err(|error| format!("{}: {error}", requirements.display()))?;
        let venv = Self {
            folder: folder.to_owned(),
        };
        let _lock = lock::exclusive(&folder.with_extension("lock"))?;
        if !venv.is_complete(&wanted) {
            let python = find_python()?;
            venv.make(&python, requirements, &wanted)?;
        }
        Ok(venv)
    }

    /// Its interpreter.
    pub fn python(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    /// Where packages may keep what they have worked out about themselves.
    pub(super) fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    /// The requirements are written down here last of all, so a half-made environment has none.
    fn stamp(&self) -> PathBuf {
        self.folder.join("installed.txt")
    }

    /// The interpreter is asked too: it is a link to one that may have gone with an upgrade.
    fn is_complete(&self, wanted: &str) -> bool {
        let installed = fs::read_to_string(self.stamp());
        installed.is_ok_and(|installed| installed == wanted)
            && ask(&self.python(), &["-c", "import sys"], QUESTION_PATIENCE).is_ok()
    }

    fn make(&self, python: &Path, requirements: &Path, wanted: &str) -> Result<(), String> {
        let failed = |error: io::Error| format!("{}: {error}", self.folder.display());
        remove_folder(&self.folder).map_err(failed)?;
        let folder = self.folder.to_string_lossy();
        ask(python, &["-m", "venv", &folder], INSTALL_PATIENCE)?;
        let requirements = requirements.to_string_lossy();
        let install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--retries",
            "2",
        ];
        let options = [
            "--disable-pip-version-check",
            "--requirement",
            &requirements,
        ];
        ask(
            &self.python(),
            &[install.as_slice(), &options].concat(),
            INSTALL_PATIENCE,
        )?;
        fs::write(self.stamp(), wanted).map_err(failed)
    }
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The first Python that the packages were tried on, or else a newer one.
fn find_python() -> Result<PathBuf, String> {
    let answers: Vec<_> = CANDIDATES
        .into_iter()
        .map(|candidate| ask(Path::new(candidate), &["-c", QUESTION], QUESTION_PATIENCE))
        .collect();
    let found: Vec<_> = answers
        .iter()
        .flatten()
        .filter_map(|answer| parse_python(answer))
        .collect();
    if let Some(python) = choose(&found) {
        return Ok(python.to_owned());
    }
    let (major, minor) = OLDEST;
    let why = match (found.first(), &answers[0]) {
        (Some(((major, minor), _)), _) => format!("python3 is {major}.{minor}"),
        (None, Err(error)) => error.clone(),
        (None, Ok(answer)) => format!("python3 answered {answer:?}"),
    };
    Err(format!(
        "no Python {major}.{minor} or newer that can make virtual environments ({why})"
    ))
}

fn choose(found: &[(Version, PathBuf)]) -> Option<&Path> {
    let tried = found
        .iter()
        .find(|(version, _)| (OLDEST..=NEWEST_TRIED).contains(version));
    let chosen = tried.or_else(|| found.iter().find(|(version, _)| *version > NEWEST_TRIED));
    chosen.map(|(_, python)| python.as_path())
}

/// Reads `3 11 /usr/bin/python3`.
fn parse_python(answer: &str) -> Option<(Version, PathBuf)> {
    let mut words = answer.trim().splitn(3, ' ');
    let version = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((version, PathBuf::from(words.next()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tried_python_is_preferred_to_a_newer_one() {
        let found = |versions: &[Version]| -> Vec<(Version, PathBuf)> {
            versions
                .iter()
                .map(|v| (*v, PathBuf::from(format!("python{}.{}", v.0, v.1))))
                .collect()
        };
        let chosen = |versions: &[Version]| choose(&found(versions)).map(Path::to_owned);
        assert_eq!(
            chosen(&[(3, 14), (3, 12)]),
            Some(PathBuf::from("python3.12"))
        );
        assert_eq!(
            chosen(&[(3, 9), (3, 14)]),
            Some(PathBuf::from("python3.14"))
        );
        assert_eq!(chosen(&[(3, 9), (3, 10)]), None);
    }

    #[test]
    fn an_executable_may_have_a_space_in_its_path() {
        let parsed = parse_python("3 12 /opt/my python/bin/python3\n");
        assert_eq!(
            parsed,
            Some(((3, 12), PathBuf::from("/opt/my python/bin/python3")))
        );
        assert_eq!(parse_python("command not found"), None);
    }

    #[test]
    fn a_half_made_or_outdated_environment_is_not_complete() {
        let folder = tempfile::tempdir().unwrap();
        let venv = Venv {
            folder: folder.path().to_owned(),
        };
        fs::create_dir(folder.path().join("bin")).unwrap();
        std::os::unix::fs::symlink("/bin/true", venv.python()).unwrap();
        assert!(!venv.is_complete("localstack-core==4.13.1"));
        fs::write(venv.stamp(), "localstack-core==4.13.1").unwrap();
        assert!(venv.is_complete("localstack-core==4.13.1"));
        assert!(!venv.is_complete("localstack-core==4.13.2"));
    }

    #[test]
    fn an_environment_whose_python_has_gone_is_not_complete() {
        let folder = tempfile::tempdir().unwrap();
        let venv = Venv {
            folder: folder.path().to_owned(),
        };
        fs::write(venv.stamp(), "localstack-core==4.13.1").unwrap();
        assert!(!venv.is_complete("localstack-core==4.13.1"));
    }

    #[test]
    fn a_failed_installation_leaves_no_environment_to_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let requirements = folder.path().join("requirements.txt");
        let venv_folder = folder.path().join("venv");
        fs::write(&requirements, "./no-such-package\n").unwrap();
        let error = Venv::prepare(&venv_folder, &requirements).err().unwrap();
        assert!(error.contains("pip install"), "{error}");
        assert!(
            !Venv {
                folder: venv_folder
            }
            .is_complete("./no-such-package\n")
        );
    }
}
