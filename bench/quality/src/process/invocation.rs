//! A program with its arguments and environment.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

use super::cores::Cores;
use super::usage::Usage;

/// A program with its arguments. Settings of Darkroom are removed from its environment.
#[derive(Debug, Clone)]
pub struct Invocation {
    program: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    variable: Option<(&'static str, OsString)>,
}

impl Invocation {
    /// Creates an invocation without arguments.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            folder: None,
            variable: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        let arguments = arguments.into_iter();
        self.arguments
            .extend(arguments.map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn with_variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variable = Some((name, value.into()));
        self
    }

    /// Runs the program and returns what it prints.
    ///
    /// Errors if it cannot be started or fails, with the end of its messages.
    pub fn output(&self) -> anyhow::Result<String> {
        let command = Command::new(&self.program);
        self.finish(command)
    }

    /// Runs the program on some processors, and returns what it prints and its usage.
    ///
    /// Errors as [`Self::output`] does.
    pub fn measure(&self, cores: Cores) -> anyhow::Result<(String, Usage)> {
        let file = tempfile::NamedTempFile::new()?;
        let mut command = Command::new(env::current_exe()?);
        command.args(["measure", "--cores", cores.name(), "--usage"]);
        command.arg(file.path()).arg("--").arg(&self.program);
        let output = self.finish(command)?;
        let usage = fs::read(file.path())?;
        Ok((output, serde_json::from_slice(&usage)?))
    }

    fn finish(&self, mut command: Command) -> anyhow::Result<String> {
        let name = self.program.display();
        command.args(&self.arguments);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (variable, _) in env::vars_os() {
            if variable.as_encoded_bytes().starts_with(b"DARKROOM_") {
                command.env_remove(variable);
            }
        }
        // Only the last lines of the messages are reported. A backtrace would take their place.
        command.env("RUST_BACKTRACE", "0");
        if let Some((name, value)) = &self.variable {
            command.env(name, value);
        }
        let output = command
            .output()
            .with_context(|| format!("cannot start {name}"))?;
        if !output.status.success() {
            let messages = String::from_utf8_lossy(&output.stderr);
            bail!(
                "{name} failed ({}):\n{}",
                output.status,
                last_lines(&messages)
            );
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Returns the last lines of a text.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_of_a_program_is_returned() {
        let invocation = Invocation::new("sh")
            .arg("-c")
            .args(["echo \"$0 $PWD\"", "a"]);
        let output = invocation.in_folder("/").output().unwrap();
        assert_eq!(output, "a /\n");
    }

    #[test]
    fn a_failure_is_reported_with_the_last_messages() {
        let script = "seq 1 20 >&2; exit 3";
        let error = Invocation::new("sh").args(["-c", script]).output();
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("status: 3") && error.ends_with("\n19\n20"),
            "{error}"
        );
        assert!(!error.contains("\n5\n"), "{error}");
    }

    #[test]
    fn a_program_that_does_not_exist_is_reported() {
        let error = Invocation::new("/does/not/exist").output().unwrap_err();
        assert_eq!(error.to_string(), "cannot start /does/not/exist");
    }
}
