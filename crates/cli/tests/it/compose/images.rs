//! The images of the test.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{complete, repository};
use crate::test_bed::binary;

const DEBIAN: &str = "debian:bookworm-slim";
const LOCALSTACK: &str = "localstack/localstack:4.14.0";
/// The image of the binary under test.
const CURRENT: &str = "darkroom-compose-test:current";
/// The image with another recipe.
const UPDATE: &str = "darkroom-compose-test:update";

/// A profile `avatar` with another quality, and so with another recipe.
const OTHER_RECIPE: &str = r#"
[profiles.avatar]
prefix = "avatars"
variants = [
  { name = "original", suffix = "", format = "webp", quality = 70 },
  { name = "thumb", suffix = "_thumb", format = "webp", quality = 60, width = 400, height = 400, fit = "inside" },
]
"#;

/// The images of the test. Removed when dropped.
pub(super) struct Images {
    pub(super) localstack: String,
    pub(super) current: String,
    pub(super) update: String,
}

impl Images {
    /// Builds the images. `DARKROOM_TEST_IMAGE` names an image to test instead of one of the binary
    /// under test, and `DARKROOM_TEST_LOCALSTACK_IMAGE` another LocalStack.
    ///
    /// # Errors
    /// The reason if there is no Docker engine, or no base image. Nothing is pulled.
    pub(super) fn prepare() -> Result<Self, String> {
        let variable = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
        let localstack =
            variable("DARKROOM_TEST_LOCALSTACK_IMAGE").unwrap_or_else(|| LOCALSTACK.to_owned());
        require(&localstack)?;
        let current = match variable("DARKROOM_TEST_IMAGE") {
            Some(image) => {
                require(&image)?;
                image
            }
            None => package_binary()?,
        };
        let folder = folder()?;
        write(folder.path(), "darkroom.toml", OTHER_RECIPE.as_bytes())?;
        let dockerfile = format!("FROM {current}\nCOPY darkroom.toml /etc/darkroom/\n");
        write(folder.path(), "Dockerfile", dockerfile.as_bytes())?;
        let options = ["build", "--quiet", "--tag", UPDATE];
        complete(Command::new("docker").args(options).arg(folder.path()))?;
        Ok(Self {
            localstack,
            current,
            update: UPDATE.to_owned(),
        })
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        // The images of a failed run may still be in use.
        let _ = complete(Command::new("docker").args(["image", "rm", UPDATE]));
        let _ = complete(Command::new("docker").args(["image", "rm", CURRENT]));
    }
}

/// Packages the binary under test with the Dockerfile of the repository.
fn package_binary() -> Result<String, String> {
    require(DEBIAN)?;
    let folder = folder()?;
    let packaged = folder.path().join("darkroom");
    // Debug information is most of a debug build.
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(&packaged).arg(binary());
    if complete(&mut strip).is_err() {
        fs::copy(binary(), &packaged).map_err(|error| error.to_string())?;
    }
    for license in ["LICENSE-MIT", "LICENSE-APACHE"] {
        let text = fs::read(repository().join(license)).map_err(|error| error.to_string())?;
        write(folder.path(), license, &text)?;
    }
    let mut build = Command::new("docker");
    build.args(["build", "--quiet", "--target", "prebuilt", "--tag", CURRENT]);
    build
        .arg("--file")
        .arg(repository().join("deploy/Dockerfile"));
    complete(build.arg(folder.path()))?;
    // A binary that was built here may need a newer glibc than that of the image.
    let runs = ["run", "--rm", CURRENT, "--version"];
    complete(Command::new("docker").args(runs)).map_err(|error| {
        format!("{error}\nthe binary does not run in the image: build it with deploy/Dockerfile, and set DARKROOM_TEST_IMAGE")
    })?;
    Ok(CURRENT.to_owned())
}

fn require(image: &str) -> Result<(), String> {
    complete(Command::new("docker").args(["image", "inspect", image]))
        .map(|_| ())
        .map_err(|error| format!("no Docker engine responds, or it has no image {image}: {error}"))
}

fn folder() -> Result<TempDir, String> {
    tempfile::tempdir().map_err(|error| error.to_string())
}

fn write(folder: &Path, name: &str, text: &[u8]) -> Result<(), String> {
    fs::write(folder.join(name), text).map_err(|error| format!("{name}: {error}"))
}
