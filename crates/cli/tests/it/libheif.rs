//! HEIC images, compared with the pixels that libheif decodes. The test uses libheif through the
//! Python package pillow-heif.

use std::path::Path;
use std::process::Command;

use crate::third_party_clients::{output_text, run, venv_from};

/// The variable that enables the full comparison, which includes pillow-heif's own test files and
/// measures time and memory. `cargo xtask libheif` sets it.
const IN_FULL: &str = "DARKROOM_TEST_LIBHEIF_IN_FULL";

#[tokio::test]
async fn heic_pixels_match_those_of_libheif() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/heic");
    let Some(venv) = venv_from("libheif", folder.join("requirements.txt")).await else {
        return;
    };
    let form = match std::env::var_os(IN_FULL) {
        Some(_) => "--test-files",
        None => "--short",
    };
    let mut command = Command::new(venv.python());
    command.arg(folder.join("compare.py")).args([
        "--darkroom",
        env!("CARGO_BIN_EXE_darkroom"),
        form,
    ]);
    let output = run(command).await;
    let table = output_text(&output);
    assert!(output.status.success(), "{table}");
    println!("{table}");
}
