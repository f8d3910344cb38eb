//! The Terraform modules in `deploy/terraform`.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/terraform");
/// The variable with a folder that contains the AWS provider, as `terraform providers mirror` fills it.
const PLUGINS: &str = "DARKROOM_TERRAFORM_PLUGINS";

/// Runs `terraform` in a copy of the module, so that nothing is written to the repository. Returns
/// `None` if the program does not exist.
fn terraform(module: &Path, arguments: &[OsString]) -> Option<()> {
    let mut command = Command::new("terraform");
    command
        .args(arguments)
        .current_dir(module)
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_CLI_CONFIG_FILE");
    let output = match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        output => output.unwrap(),
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {text}{errors}");
    Some(())
}

/// Copies a folder without what Terraform left there.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(name)),
            false => drop(std::fs::copy(entry.path(), to.join(name)).unwrap()),
        }
    }
}

#[test]
fn the_modules_are_formatted_valid_and_pass_their_own_tests() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("deploy/terraform");
    copy(Path::new(MODULE), &module);
    copy(
        &Path::new(MODULE).join("../iam"),
        &folder.path().join("deploy/iam"),
    );
    let run = |arguments: &[&str]| {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        terraform(&module, &arguments)
    };
    if run(&["fmt", "-check", "-recursive"]).is_none() {
        eprintln!("skipped, because terraform is not installed");
        return;
    }
    let Some(plugins) = std::env::var_os(PLUGINS) else {
        eprintln!("only the format was checked, because {PLUGINS} is not set");
        return;
    };
    let mut plugin_dir = OsString::from("-plugin-dir=");
    plugin_dir.push(plugins);
    let init = ["init", "-backend=false", "-input=false"].map(OsString::from);
    let init: Vec<OsString> = init.into_iter().chain([plugin_dir]).collect();
    terraform(&module, &init).unwrap();
    run(&["validate"]).unwrap();
    run(&["test"]).unwrap();
}
