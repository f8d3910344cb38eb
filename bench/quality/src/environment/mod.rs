//! Pinned versions of the peers, installed by the command itself into `target/peers`.

mod node;
mod python;

use std::path::PathBuf;

pub use node::{Node, NodeError};
pub use python::Python;

/// Returns the folder of an environment.
pub(crate) fn folder(name: &str) -> PathBuf {
    crate_folder().join("target/peers").join(name)
}

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
