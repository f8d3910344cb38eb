//! A comparison of decoded pixels with those of libjpeg-turbo, for files of every kind. Pillow
//! contains libjpeg-turbo.
//!
//! `cargo xtask libjpeg` compares 6,000 files.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use darkroom_testkit::fixture::jpeg_coder::variety;
use darkroom_testkit::localstack::Venv;

use crate::decoded::decoded;

/// The environment variable that sets the number of files.
const FILES_VARIABLE: &str = "DARKROOM_JPEG_FILES";
const FILES: u64 = 500;

/// A running `libjpeg.py`.
struct Libjpeg {
    process: Child,
    requests: ChildStdin,
    responses: BufReader<ChildStdout>,
}

impl Libjpeg {
    fn start() -> Result<Self, String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
        let venv = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pillow-venv");
        let venv = Venv::prepare(&venv, &folder.join("requirements.txt"))?;
        let mut process = Command::new(venv.python())
            .arg(folder.join("libjpeg.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            requests: process.stdin.take().unwrap(),
            responses: BufReader::new(process.stdout.take().unwrap()),
            process,
        })
    }

    /// Returns the pixels of a file.
    fn decode(&mut self, file: &[u8]) -> Vec<u8> {
        let length = u32::try_from(file.len()).unwrap();
        self.requests.write_all(&length.to_be_bytes()).unwrap();
        self.requests.write_all(file).unwrap();
        self.requests.flush().unwrap();
        let mut length = [0; 4];
        self.responses.read_exact(&mut length).unwrap();
        let mut pixels = vec![0; u32::from_be_bytes(length) as usize];
        self.responses.read_exact(&mut pixels).unwrap();
        pixels
    }
}

impl Drop for Libjpeg {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn every_sample_equals_that_of_libjpeg() {
    let mut libjpeg = match Libjpeg::start() {
        Ok(libjpeg) => libjpeg,
        Err(reason) => return eprintln!("skipped: Pillow cannot be installed: {reason}"),
    };
    let files = std::env::var(FILES_VARIABLE).map_or(FILES, |files| files.parse().unwrap());
    for number in 0..files {
        let file = variety(number);
        let (ours, _) = decoded(&file.bytes).unwrap();
        let theirs = libjpeg.decode(&file.for_libjpeg);
        assert_eq!(ours.len(), theirs.len(), "{}", file.name);
        let differences = ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b));
        assert_eq!(differences.max().unwrap_or(0), 0, "{}", file.name);
    }
    eprintln!("{files} files: equal to libjpeg-turbo's pixels");
}
