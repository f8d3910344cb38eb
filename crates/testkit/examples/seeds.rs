//! Writes the seeds for fuzzing: `cargo run -p darkroom-testkit --example seeds -- fuzz/corpus`.
//! Each fuzz target has its own folder of seeds.

use std::path::{Path, PathBuf};

use darkroom_testkit::fixture::{exif_seeds, seeds};

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1);
    let folder = PathBuf::from(folder.unwrap_or_else(|| "fuzz/corpus".into()));
    for target in ["sniff_limits", "decode", "process"] {
        write(&folder.join(target), &seeds())?;
    }
    write(&folder.join("exif"), &exif_seeds())
}

fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
