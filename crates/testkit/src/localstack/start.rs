//! Starting LocalStack, with Docker or Python.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::health;
use super::venv::{Venv, run};
use crate::process::Process;
use crate::{port, wait};

/// The environment variable with the address of a running LocalStack, `http://HOST:PORT`.
pub const ADDRESS_VARIABLE: &str = "DARKROOM_TEST_LOCALSTACK";
/// The only access key that LocalStack accepts.
pub const ACCESS_KEY_ID: &str = "test";
/// The secret of [`ACCESS_KEY_ID`].
pub const SECRET_ACCESS_KEY: &str = "test";
/// The region of the tests.
pub const REGION: &str = "us-east-1";

/// The last version of the image that starts without an account.
const IMAGE: &str = "localstack/localstack:4.14.0";
const IMAGE_PYTHON: &str = "/opt/code/localstack/.venv/bin/python";
/// The program that Docker and Python both run.
const SERVE: &str = include_str!("../../../../localstack/serve.py");

/// The time limit of the start. LocalStack takes 2 seconds on an idle machine.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// A running LocalStack.
pub struct LocalStack {
    endpoint: String,
    /// `None` if the address comes from [`ADDRESS_VARIABLE`].
    _process: Option<Process>,
}

impl LocalStack {
    /// Returns the LocalStack of this process. The first call starts it and blocks for a few
    /// seconds, or for half a minute if Python packages have to be installed first.
    ///
    /// # Panics
    /// If no LocalStack can be started. The message lists each attempt and a remedy.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Result<LocalStack, String>> = OnceLock::new();
        let address = || env::var(ADDRESS_VARIABLE).ok().filter(|it| !it.is_empty());
        let shared = SHARED.get_or_init(|| match address() {
            Some(address) => Self::at(&address),
            None => Self::start(),
        });
        #[expect(clippy::panic, reason = "the tests that need LocalStack must fail")]
        match shared {
            Ok(localstack) => localstack,
            Err(tried) => panic!(
                "no LocalStack to test against: install Python 3.11 or newer, pull {IMAGE}, or \
                 set {ADDRESS_VARIABLE} to the address of a running one; tried:\n{tried}"
            ),
        }
    }

    /// Uses the LocalStack at `address`. Errors if nothing serves S3 and SQS there.
    pub fn at(address: &str) -> Result<Self, String> {
        let endpoint = address.trim_end_matches('/').to_owned();
        wait::until("LocalStack", Duration::from_secs(10), || {
            health::check(&endpoint)
        })
        .map_err(|error| format!("{ADDRESS_VARIABLE}={address}: {error}"))?;
        let _process = None;
        Ok(Self { endpoint, _process })
    }

    /// Starts LocalStack with Docker if the image exists, otherwise with Python.
    pub fn start() -> Result<Self, String> {
        let image = run(Command::new("docker").args(["image", "inspect", IMAGE]));
        let docker = image.and_then(|()| Self::start_with(docker_command));
        docker.or_else(|docker| {
            let venv = prepare_venv();
            let python = venv.and_then(|it| Self::start_with(|port| python_command(&it, port)));
            python.map_err(|python| format!("Docker: {docker}\nPython: {python}"))
        })
    }

    /// Starts LocalStack on a free port. Makes two attempts, because another process may take the
    /// port first.
    fn start_with(command: impl Fn(u16) -> Command) -> Result<Self, String> {
        let start = || {
            let port = port::free().map_err(|error| error.to_string())?;
            Self::start_on(port, command(port))
        };
        start().or_else(|_| start())
    }

    fn start_on(port: u16, command: Command) -> Result<Self, String> {
        let endpoint = format!("http://127.0.0.1:{port}");
        let process = Process::start_with_open_stdin(command);
        let mut process = process.map_err(|error| error.to_string())?;
        let ready = || match process.wait(Duration::ZERO) {
            Ok(status) => Ok(Err(format!("{status}: {}", process.stderr()))),
            Err(_) => health::check(&endpoint).map(Ok),
        };
        let ready = wait::until("LocalStack", START_TIMEOUT, ready);
        ready.map_err(|error| error.to_string())??;
        let _process = Some(process);
        Ok(Self { endpoint, _process })
    }

    /// Returns the address of S3 and SQS, `http://HOST:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}

fn prepare_venv() -> Result<Venv, String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let requirements = workspace.join("localstack/requirements.txt");
    Venv::prepare(&workspace.join("target/localstack-venv"), &requirements)
}

fn python_command(venv: &Venv, port: u16) -> Command {
    let mut command = Command::new(venv.python());
    command.args(["-c", SERVE, &format!("127.0.0.1:{port}")]);
    command
}

/// Returns the command for Docker. The Python program is passed as an argument, because Docker may
/// run on another machine and not see the files of this machine.
fn docker_command(port: u16) -> Command {
    let mut command = Command::new("docker");
    command.args(["run", "--rm", "--interactive", "--entrypoint", IMAGE_PYTHON]);
    command.args(["--publish", &format!("127.0.0.1:{port}:4566")]);
    command.args([IMAGE, "-c", SERVE, "0.0.0.0:4566"]);
    command
}
