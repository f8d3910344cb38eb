//! Records the commit, its date, the profile and the target, for `darkroom --version`, `/healthz` and the metric
//! `darkroom_build_info`.
//!
//! The same source gives the same values. The commit comes from `DARKROOM_COMMIT` or from git, and the date from
//! `SOURCE_DATE_EPOCH` or from the commit. Without these, for example in a source archive, they are `unknown`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

const UNKNOWN: &str = "unknown";
/// The number of digits of a commit that are recorded.
const COMMIT_DIGITS: usize = 12;
const SECONDS_PER_DAY: i64 = 86_400;

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    let repository = repository();
    if let Some(log) = repository.as_deref().and_then(log_of_head) {
        println!("cargo::rerun-if-changed={}", log.display());
    }
    let from_git = |format: &str| git(repository.as_deref()?, &["log", "-1", format]);
    let commit = match variable("DARKROOM_COMMIT") {
        Some(commit) if commit.bytes().all(|byte| byte.is_ascii_hexdigit()) => Some(commit),
        Some(other) => {
            return Err(format!(
                "DARKROOM_COMMIT must be a commit's hash, found {other:?}"
            ));
        }
        None => from_git("--format=%H"),
    };
    let time = match variable("SOURCE_DATE_EPOCH") {
        Some(seconds) => Some(seconds),
        None => from_git("--format=%ct"),
    };
    let date = match time.map(|seconds| seconds.parse::<i64>()) {
        Some(Ok(seconds)) => date(seconds),
        Some(Err(error)) => return Err(format!("SOURCE_DATE_EPOCH: {error}")),
        None => UNKNOWN.to_owned(),
    };
    let commit = commit.as_deref().unwrap_or(UNKNOWN);
    let commit = commit.get(..COMMIT_DIGITS).unwrap_or(commit);
    let profile = profile().unwrap_or_else(|| UNKNOWN.to_owned());
    let target = env::var("TARGET").unwrap_or_else(|_| UNKNOWN.to_owned());
    for (name, value) in [
        ("COMMIT", commit),
        ("DATE", &date),
        ("PROFILE", &profile),
        ("TARGET", &target),
    ] {
        // The prefix is not that of settings: cargo also sets these variables for tests, and the
        // commands that a test runs would refuse unknown settings.
        println!("cargo::rustc-env=BUILD_{name}={value}");
    }
    Ok(())
}

/// Returns the value of an environment variable that is not empty. Makes cargo run this script again when the
/// variable changes.
fn variable(name: &str) -> Option<String> {
    println!("cargo::rerun-if-env-changed={name}");
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the folder of the repository, if it is the root of a git repository. A source archive may lie inside the
/// repository of another project.
fn repository() -> Option<PathBuf> {
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).join("../..");
    let folder = folder.canonicalize().ok()?;
    let root = git(&folder, &["rev-parse", "--show-toplevel"])?;
    let root = Path::new(&root).canonicalize().ok()?;
    (root == folder).then_some(folder)
}

/// Returns the file that changes with every commit and every checkout. Cargo would run this script at each build if
/// the file did not exist.
fn log_of_head(repository: &Path) -> Option<PathBuf> {
    let path = git(repository, &["rev-parse", "--git-path", "logs/HEAD"])?;
    let path = repository.join(path);
    path.exists().then_some(path)
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .output();
    let output = output.ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned())
}

/// Returns the name of the profile, which is the folder of the build: `target/PROFILE/build/PACKAGE/out`. The
/// variable `PROFILE` is `release` for every profile that inherits from it.
fn profile() -> Option<String> {
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    let folder = out.ancestors().nth(3)?.file_name()?;
    Some(folder.to_str()?.to_owned())
}

/// Returns the date of a time in seconds since 1970, in UTC (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `civil_from_days`).
fn date(seconds: i64) -> String {
    let days = seconds.div_euclid(SECONDS_PER_DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
