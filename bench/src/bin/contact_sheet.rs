//! `contact_sheet FOLDER… --out sheet.png`: every image before and after processing; see
//! [`ContactSheet`].

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Parser;
use darkroom_bench::ContactSheet;

/// Draws images before and after processing on one PNG, and lists them.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folders of images.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// The PNG to write.
    #[arg(long, default_value = "contact-sheet.png")]
    out: PathBuf,
    /// The `darkroom` binary.
    #[arg(long, default_value = "target/release/darkroom")]
    darkroom: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sheet = ContactSheet::new(&arguments.darkroom, &arguments.folders)?;
    sheet.image.save(&arguments.out)?;
    for line in sheet.listing {
        writeln!(io::stdout(), "{line}")?;
    }
    Ok(())
}
