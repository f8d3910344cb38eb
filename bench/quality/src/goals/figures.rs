//! The figures: the JSON reports of the other commands.

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use anyhow::Context;
use serde_json::Value;

use crate::peer::Peer;
use crate::photos::{corpus, default_folder, repository};
use crate::process::Invocation;

/// The programs that measure.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The folder of `darkroom` and its benchmarks.
    release: PathBuf,
    /// The folder of `peers` and `encoder`.
    quality: PathBuf,
    /// `true` for the short form of each program.
    is_short: bool,
    /// The number of runs of each program.
    runs: u32,
}

impl Programs {
    /// Creates the programs beside this one, and those in `release`.
    ///
    /// Errors if this program has no folder.
    pub fn new(release: Option<PathBuf>, is_short: bool, runs: u32) -> anyhow::Result<Self> {
        let program = env::current_exe()?;
        let quality = program.parent().context("this program has no folder")?;
        Ok(Self {
            release: release.unwrap_or_else(|| repository().join("target/release")),
            quality: quality.to_owned(),
            is_short,
            runs,
        })
    }

    fn peers(&self, json: &Path) -> Invocation {
        let runs = self.runs.to_string();
        let peers = Invocation::new(self.quality.join("peers"))
            .args(["--runs", &runs, "--darkroom"])
            .arg(self.release.join("darkroom"));
        self.finish(peers, json)
    }

    fn encoder(&self, json: &Path) -> Invocation {
        let runs = self.runs.to_string();
        let encoder = Invocation::new(self.quality.join("encoder"))
            .args(["--sets", "photos", "--half", "all", "--qualities", "85"])
            .args(["--encoders", "webp-2,vp8-2", "--runs", &runs]);
        self.finish(encoder, json)
    }

    fn pipeline(&self, json: &Path) -> Invocation {
        let runs = self.runs.to_string();
        let pipeline = Invocation::new(self.release.join("darkroom-bench-pipeline"))
            .args(["--runs", &runs, "--darkroom"])
            .arg(self.release.join("darkroom"))
            .arg("--photos")
            .arg(default_folder());
        self.finish(pipeline, json)
    }

    fn issuer(&self, json: &Path) -> Invocation {
        let issuer = Invocation::new(self.release.join("darkroom-bench-issuer"))
            .args(["presign", "outcomes", "--no-exit-code", "--darkroom"])
            .arg(self.release.join("darkroom"));
        self.finish(issuer, json)
    }

    fn finish(&self, program: Invocation, json: &Path) -> Invocation {
        let program = if self.is_short {
            program.arg("--short")
        } else {
            program
        };
        program
            .arg("--json")
            .arg(json)
            .with_variable("DARKROOM_CORPUS", corpus())
    }

    /// Runs all programs, one after another. A program that fails leaves its figures out, with the
    /// reason. `progress` gets the name of each program before it runs, with the figures of those
    /// before it.
    ///
    /// Errors if there is no room for temporary files, or if `progress` fails.
    pub fn run(
        &self,
        mut progress: impl FnMut(&str, &Figures) -> anyhow::Result<()>,
    ) -> anyhow::Result<Figures> {
        type Program = (
            &'static str,
            fn(&Programs, &Path) -> Invocation,
            fn(&mut Figures) -> &mut Value,
        );
        let programs: [Program; 4] = [
            ("peers", Self::peers, |figures| &mut figures.peers),
            ("encoder", Self::encoder, |figures| &mut figures.encoder),
            ("pipeline", Self::pipeline, |figures| &mut figures.pipeline),
            ("issuer", Self::issuer, |figures| &mut figures.issuer),
        ];
        let folder = tempfile::tempdir()?;
        let mut figures = Figures::default();
        for (name, program, report) in programs {
            progress(name, &figures)?;
            let json = folder.path().join(format!("{name}.json"));
            let measured = program(self, &json)
                .output()
                .and_then(|_| Ok(serde_json::from_slice(&fs::read(&json)?)?));
            match measured {
                Ok(measured) => *report(&mut figures) = measured,
                Err(error) => figures.left_out.push(format!("{name}: {error:#}")),
            }
        }
        Ok(figures)
    }
}

/// The reports of the programs; `null` for one that failed.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub(super) peers: Value,
    pub(super) encoder: Value,
    pub(super) pipeline: Value,
    pub(super) issuer: Value,
    /// The minutes of a release build from nothing.
    pub(super) build_minutes: Option<f64>,
    /// The programs that failed, and why.
    pub(super) left_out: Vec<String>,
}

impl Figures {
    /// Builds the binary from nothing, in a folder of its own.
    ///
    /// Errors if the build fails.
    pub fn measure_build(&mut self) -> anyhow::Result<()> {
        let target = tempfile::tempdir()?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let build = Invocation::new(cargo)
            .args([
                "build",
                "--release",
                "--locked",
                "--bin",
                "darkroom",
                "--target-dir",
            ])
            .arg(target.path())
            .in_folder(repository());
        let start = Instant::now();
        build.output()?;
        self.build_minutes = Some(start.elapsed().as_secs_f64() / 60.0);
        Ok(())
    }

    /// Returns the report of a peer.
    pub(super) fn peer(&self, name: &str) -> Option<&Value> {
        let peers = self.peers["peers"].as_array()?;
        peers.iter().find(|peer| peer["name"] == name)
    }

    /// Returns a median of a peer on one core.
    pub(super) fn on_one_core(&self, peer: &str, figure: &str) -> Option<f64> {
        let times = self.peer(peer)?["times"].as_array()?;
        let timing = times.iter().find(|timing| timing["cores"] == "one")?;
        timing["median"].pointer(figure)?.as_f64()
    }

    /// Returns the difference of a peer's mean score and Darkroom's, over the photos for which both
    /// have scores.
    pub(super) fn score_below(&self, peer: &str) -> Option<f64> {
        let scores = |name| self.peer(name)?["scores"].as_array();
        let (ours, theirs) = (scores(Peer::DARKROOM)?, scores(peer)?);
        let score = |scores: &Value| scores["ssimulacra2"].as_f64();
        let differences = ours.iter().zip(theirs);
        let differences = differences.filter_map(|(a, b)| Some(score(b)? - score(a)?));
        let differences: Vec<f64> = differences.collect();
        (!differences.is_empty())
            .then(|| differences.iter().sum::<f64>() / differences.len() as f64)
    }

    /// Returns a figure of the issuer's report.
    pub(super) fn of_issuer(&self, name: &str) -> Option<f64> {
        let measured = self.issuer.as_array()?;
        let measured = measured.iter().find(|measured| measured["name"] == name)?;
        measured["figure"].as_f64()
    }

    /// Returns a figure of a single worker on a cloud.
    pub(super) fn worker(&self, cloud: &str, peer: &str, figure: &str) -> Option<f64> {
        let clouds = self.pipeline["clouds"].as_array()?;
        let cloud = clouds.iter().find(|it| it["name"] == cloud)?;
        let jobs = cloud["jobs"].as_array()?;
        let jobs = jobs
            .iter()
            .find(|jobs| jobs["peer"] == peer && jobs["workers"] == 1)?;
        jobs[figure].as_f64()
    }
}
