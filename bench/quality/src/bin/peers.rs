//! `peers`: compares the whole job of Darkroom with its peers.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use darkroom_bench_quality::arguments::{Arguments, Part};
use darkroom_bench_quality::comparison::compare;
use darkroom_bench_quality::peer::encode_alone;
use darkroom_bench_quality::process::run_measured;

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    match &arguments.part {
        None => {
            report(&arguments)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Part::Measure {
            cores,
            usage,
            command,
        }) => {
            let status = run_measured(*cores, command, usage)?;
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            Ok(ExitCode::from(code.unwrap_or(u8::MAX)))
        }
        Some(Part::Encode {
            encoder,
            workers,
            out,
            references,
        }) => {
            let usage = encode_alone(*encoder, *workers, references, out)?;
            writeln!(io::stdout(), "{}", serde_json::to_string(&usage)?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn report(arguments: &Arguments) -> anyhow::Result<()> {
    let report = compare(arguments)?;
    write!(io::stdout(), "{}", report.to_markdown())?;
    if let Some(path) = &arguments.json {
        report.write_json(path)?;
    }
    if let Some(path) = &arguments.svg {
        report.write_svg(path)?;
    }
    Ok(())
}
