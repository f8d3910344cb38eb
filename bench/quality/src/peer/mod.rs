//! The programs that do the job.

mod darkroom;
mod encoder_alone;

use std::path::{Path, PathBuf};

pub use darkroom::Darkroom;
pub use encoder_alone::encode_alone;

use crate::encoder::EncoderChoice;
use crate::environment::{Node, Python};
use crate::photos::Photo;
use crate::process::{Cores, Invocation, Usage};

/// One job for a peer.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The photos.
    pub photos: &'a [Photo],
    /// The upright sRGB sources of the photos, in the same order.
    pub references: &'a [PathBuf],
    /// The folder for the variants.
    pub out: &'a Path,
    /// The processors that the peer may use.
    pub cores: Cores,
}

/// A program that does the job.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The name in reports.
    pub name: &'static str,
    program: Program,
}

#[derive(Debug, Clone)]
enum Program {
    Darkroom(Darkroom),
    Python(Python, &'static str),
    Sharp(Node),
    Encoder(EncoderChoice),
}

impl Peer {
    /// The name of Darkroom in reports.
    pub const DARKROOM: &'static str = "Darkroom";
    /// The name of Darkroom's encoder in reports.
    pub const OWN_ENCODER: &'static str = "vp8-keyframe alone";

    /// Creates the peers in the order of the report, Darkroom first.
    pub fn list(darkroom: Darkroom, python: &Python, node: Option<Node>) -> Vec<Self> {
        let new = |name, program| Self { name, program };
        let script = |name, file| new(name, Program::Python(python.clone(), file));
        let mut peers = vec![
            new(Self::DARKROOM, Program::Darkroom(darkroom)),
            script("Pillow", "pillow_job.py"),
            script("Pillow, as in tutorials", "pillow_tutorial.py"),
            script("pyvips", "vips_job.py"),
        ];
        peers.extend(node.map(|node| new("sharp", Program::Sharp(node))));
        let alone = |name, encoder| new(name, Program::Encoder(encoder));
        peers.extend([
            alone(Self::OWN_ENCODER, EncoderChoice::Vp8(2)),
            alone("libwebp alone, method 2", EncoderChoice::Libwebp(2)),
            alone("libwebp alone, method 4", EncoderChoice::Libwebp(4)),
        ]);
        peers
    }

    /// Does the job once.
    ///
    /// Errors if the program fails.
    pub fn run(&self, job: Job<'_>) -> anyhow::Result<Usage> {
        let photos = job.photos.iter().map(|photo| &photo.path);
        let workers = job.cores.count()?.to_string();
        let with_job = |program: Invocation| {
            let program = program.args(["--workers", &workers]).arg("--out");
            program.arg(job.out)
        };
        let (_, usage) = match &self.program {
            Program::Darkroom(darkroom) => darkroom.invocation(job).measure(job.cores)?,
            Program::Python(python, file) => with_job(python.script(file))
                .args(photos)
                .measure(job.cores)?,
            Program::Sharp(node) => with_job(node.job()).args(photos).measure(job.cores)?,
            Program::Encoder(encoder) => return encoder_alone::run(*encoder, job),
        };
        Ok(usage)
    }
}
