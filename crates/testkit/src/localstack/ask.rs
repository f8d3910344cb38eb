use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::process::Process;

/// What a program prints, or a sentence with the last line that it wrote to stderr.
pub(super) fn ask(
    program: &Path,
    arguments: &[&str],
    patience: Duration,
) -> Result<String, String> {
    let mut command = Command::new(program);
    command.args(arguments);
    let mut process = Process::start(command).map_err(|error| error.to_string())?;
    let status = process.wait(patience).map_err(|error| error.to_string())?;
    if status.success() {
        return Ok(process.stdout());
    }
    let said = process.stderr();
    let last = said
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("it said nothing");
    Err(format!(
        "{} {}: {status}: {last}",
        program.display(),
        arguments.join(" ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Duration = Duration::from_secs(30);

    #[test]
    fn the_answer_is_what_was_printed() {
        assert_eq!(
            ask(Path::new("echo"), &["yes"], AMPLE),
            Ok("yes\n".to_owned())
        );
    }

    #[test]
    fn a_failure_says_what_was_run_and_its_last_words() {
        let script = "echo first >&2; echo last >&2; echo >&2; exit 7";
        let error = ask(Path::new("sh"), &["-c", script], AMPLE).unwrap_err();
        assert_eq!(error, format!("sh -c {script}: exit status: 7: last"));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = ask(Path::new("no-such-program"), &[], AMPLE).unwrap_err();
        assert!(error.starts_with("no-such-program: "), "{error}");
    }

    #[test]
    fn no_answer_in_time_is_a_failure() {
        let error = ask(Path::new("sleep"), &["60"], Duration::from_millis(100)).unwrap_err();
        assert!(error.starts_with("sleep still runs after 100ms"), "{error}");
    }
}
