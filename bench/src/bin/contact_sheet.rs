//! `contact_sheet FOLDER… --out sheet.png`: every picture before and after; see [`ContactSheet`].

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use darkroom_bench::ContactSheet;

/// Draws pictures before and after on one PNG, and lists what stands where.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folders of pictures.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// The sheet.
    #[arg(long, default_value = "contact-sheet.png")]
    out: PathBuf,
    /// The `darkroom` binary.
    #[arg(long, default_value = "target/release/darkroom")]
    darkroom: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sheet = ContactSheet::of(&arguments.darkroom, &arguments.folders)?;
    sheet.picture.save(&arguments.out)?;
    for line in sheet.listing {
        writeln!(io::stdout(), "{line}")?;
    }
    Ok(())
}
