//! Runs or checks the snippets of a document.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use darkroom_testkit::fixture::{Exif, Jpeg, scene};
use tempfile::TempDir;

use super::json;
use super::snippet::{MARKER, Snippet, root};
use crate::dev::Dev;
use crate::test_bed::{binary, darkroom};
use crate::third_party_clients::or_skip;

/// The id of an upload in documents.
const PLACEHOLDER: &str = "01920000-0000-7000-8000-000000000000";

/// A running `dev`, and a folder for the snippets of one document.
pub(super) struct Runner<'a> {
    dev: &'a Dev,
    /// The folder in which `dev` runs.
    data: &'a Path,
    folder: TempDir,
}

impl<'a> Runner<'a> {
    /// Creates a runner with a new folder.
    pub(super) fn new(dev: &'a Dev, data: &'a Path) -> Self {
        Self {
            dev,
            data,
            folder: folder(),
        }
    }

    /// Runs or checks a snippet. Returns a description of what is wrong.
    pub(super) fn check(&self, snippet: &Snippet) -> Result<(), String> {
        let marker = snippet.marker.as_deref().unwrap_or_default();
        if let Some(reason) = marker.strip_prefix("not run: ") {
            return match reason.trim().is_empty() {
                true => Err("the reason is missing".to_owned()),
                false => Ok(()),
            };
        }
        if let Some(test) = marker.strip_prefix("run by ") {
            return find_test(test);
        }
        let text = snippet
            .text
            .replace("http://127.0.0.1:8080", &self.dev.client.issuer)
            .replace("https://images.example", &self.dev.client.issuer);
        match snippet.language.as_str() {
            "sh" => succeeds(self.shell(&format!("set -eu\n{text}"))),
            "http" => self.send(&text),
            "json" => json::check(&text, marker.strip_prefix("schema ")),
            "toml" => self.load(&text),
            "js" => self.interpret(&text, marker.strip_prefix("then "), "js"),
            "python" => self.interpret(&text, marker.strip_prefix("then "), "py"),
            "ruby" => self.check_syntax(&text, "ruby", "-c"),
            "php" => self.check_syntax(&text, "php", "-l"),
            // A page can only be tried in the app that serves it.
            "html" if snippet.file().is_some() => Ok(()),
            "text" => Ok(()),
            other => Err(format!(
                "{other:?} is no language of this test; mark the snippet with `{MARKER}not run: \
                 REASON -->` if it cannot be run"
            )),
        }
    }

    /// Runs a script with the environment of `dev --env`.
    fn shell(&self, script: &str) -> Output {
        let environment = darkroom(self.data).args(["dev", "--env"]).output().unwrap();
        assert!(environment.status.success(), "{environment:?}");
        let exports = String::from_utf8(environment.stdout).unwrap();
        shell(self.folder.path(), &format!("{exports}\n{script}"))
    }

    /// Sends the request of an `http` snippet with curl: a line with method and path, headers, an
    /// empty line, and a body.
    fn send(&self, text: &str) -> Result<(), String> {
        let text = match text.contains(PLACEHOLDER) {
            true => &text.replace(PLACEHOLDER, &self.upload()?),
            false => text,
        };
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let (method, path) = lines
            .next()
            .and_then(|line| line.split_once(' '))
            .ok_or("the first line must be a method and a path")?;
        let mut command = Command::new("curl");
        command.args(["-sS", "--fail-with-body", "-X", method]);
        command.args(lines.flat_map(|header| ["-H", header]));
        command.args(["--data-binary", body.trim_end()]);
        command.arg(format!("{}{path}", self.dev.client.issuer));
        succeeds(command.output().unwrap())
    }

    /// Uploads a photo with the names that documents use. Returns the id of the upload.
    fn upload(&self) -> Result<String, String> {
        let script = "darkroom upload photo.jpg --owner u123 --json";
        let output = self.shell(script);
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let id = report["upload"]["id"].as_str().map(str::to_owned);
        id.ok_or_else(|| described(&output))
    }

    /// Loads settings. A command reads them before it finds that its file does not exist.
    fn load(&self, text: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("darkroom.toml"), text).unwrap();
        let mut command = darkroom(folder.path());
        let output = command.args(["inspect", "absent.jpg"]).output().unwrap();
        match output.status.code() {
            Some(1) => Ok(()),
            _ => Err(described(&output)),
        }
    }

    /// Checks the syntax of a script, if its interpreter is installed.
    fn check_syntax(&self, text: &str, program: &str, option: &str) -> Result<(), String> {
        let path = self.folder.path().join("snippet");
        std::fs::write(&path, text).unwrap();
        let output = Command::new(program).arg(option).arg(&path).output();
        match or_skip(output.map_err(|error| format!("{program}: {error}"))) {
            Some(output) => succeeds(output),
            None => Ok(()),
        }
    }

    /// Checks the syntax of a script, or runs it with more code at its end.
    fn interpret(&self, text: &str, then: Option<&str>, extension: &str) -> Result<(), String> {
        let extension = if extension == "js" { "mjs" } else { extension };
        let path = self.folder.path().join(format!("snippet.{extension}"));
        let text = format!("{text}\n{}\n", then.unwrap_or_default());
        std::fs::write(&path, text).unwrap();
        let (program, check): (_, &[&str]) = match extension {
            "mjs" => ("node", &["--check"]),
            _ => ("python3", &["-m", "py_compile"]),
        };
        let mut command = Command::new(program);
        if then.is_none() {
            command.args(check);
        }
        command
            .current_dir(self.folder.path())
            .env("PYTHONPATH", root().join("clients/python/src"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        match command.arg(&path).output() {
            Ok(output) => succeeds(output),
            Err(error) => Err(format!("{program}: {error}")),
        }
    }
}

/// Runs a script in a folder, with `darkroom` in `PATH` and without settings of this machine.
fn shell(folder: &Path, script: &str) -> Output {
    let programs = folder.join("bin");
    std::fs::create_dir_all(&programs).unwrap();
    let _ = std::os::unix::fs::symlink(binary(), programs.join("darkroom"));
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("sh");
    for (name, value) in darkroom(folder).get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
        .current_dir(folder)
        .args(["-c", script])
        .env("PATH", format!("{}:{path}", programs.display()))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Checks that a test exists, named by its module and its function.
fn find_test(name: &str) -> Result<(), String> {
    let (module, function) = name.split_once("::").ok_or("not MODULE::FUNCTION")?;
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let files = [format!("{module}.rs"), format!("{module}/mod.rs")];
    let text = files
        .iter()
        .find_map(|file| std::fs::read_to_string(tests.join(file)).ok())
        .unwrap_or_default();
    match text.contains(&format!("fn {function}(")) {
        true => Ok(()),
        false => Err(format!("there is no test {name}")),
    }
}

fn succeeds(output: Output) -> Result<(), String> {
    match output.status.success() {
        true => Ok(()),
        false => Err(described(&output)),
    }
}

fn described(output: &Output) -> String {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    format!("{}\n{stdout}{stderr}", output.status)
}

/// Creates a folder with the photos that snippets name.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let exif = Exif::new().orientation(6).gps(48.858_4, 2.294_5);
    let photo = Jpeg::new(&scene(320, 240)).exif(&exif).build();
    std::fs::create_dir(folder.path().join("photos")).unwrap();
    for name in [
        "photo.jpg",
        "one.jpg",
        "two.jpg",
        "holiday.jpg",
        "photos/a.jpg",
    ] {
        std::fs::write(folder.path().join(name), &photo).unwrap();
    }
    std::fs::write(
        folder.path().join("day.csv"),
        "second,uploads\n0,10\n300,40\n",
    )
    .unwrap();
    folder
}
