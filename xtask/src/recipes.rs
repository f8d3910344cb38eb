//! Short names for frequent commands.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// A command with a short name.
pub struct Recipe {
    /// The name.
    pub name: &'static str,
    /// A line for the list of tasks.
    pub help: &'static str,
    /// Environment variables to set.
    variables: &'static [(&'static str, &'static str)],
    /// Program and arguments of each step. Extra arguments are passed to the last step.
    steps: &'static [&'static [&'static str]],
}

/// All recipes.
pub const RECIPES: &[Recipe] = &[
    Recipe {
        name: "ci",
        help: "run every check that a change has to pass (.ci/run)",
        variables: &[],
        steps: &[&[".ci/run"]],
    },
    Recipe {
        name: "fmt",
        help: "format the code",
        variables: &[],
        steps: &[&["cargo", "fmt", "--all"]],
    },
    Recipe {
        name: "lint",
        help: "check formatting, clippy and documentation, as strictly as .ci/run",
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
        steps: &[
            &["cargo", "fmt", "--all", "--check"],
            &[
                "cargo",
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
            &["cargo", "doc", "--workspace", "--no-deps"],
        ],
    },
    Recipe {
        name: "deny",
        help: "check dependencies: licenses, duplicate versions, advisories (needs cargo-deny)",
        variables: &[],
        steps: &[&["cargo", "deny", "check"]],
    },
    Recipe {
        name: "snapshots",
        help: "rewrite the table of metrics, the OpenAPI document and what else is generated from the code",
        variables: &[("UPDATE_SNAPSHOTS", "1")],
        steps: &[
            &["cargo", "test", "--package", "darkroom-telemetry", "metric"],
            &["cargo", "test", "--package", "darkroom-issuer", "openapi"],
            &["cargo", "test", "--package", "darkroom", "--bins"],
        ],
    },
    Recipe {
        name: "chaos",
        help: "run a chaos scenario in full: cargo xtask chaos kills",
        variables: &[],
        steps: &[&[
            "cargo",
            "run",
            "--release",
            "--package",
            "darkroom-bench",
            "--",
        ]],
    },
    Recipe {
        name: "libjpeg",
        help: "compare the pixels of 6,000 generated JPEG files with libjpeg-turbo's",
        variables: &[("DARKROOM_JPEG_FILES", "6000")],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom-jpeg",
            "--test",
            "it",
            "libjpeg",
            "--",
            "--nocapture",
        ]],
    },
    Recipe {
        name: "vp8",
        help: "compare 10,000 frames with decoders, and frames of all instruction sets over DARKROOM_CORPUS",
        variables: &[],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "vp8-keyframe",
            "--lib",
            "--",
            "--ignored",
            "--nocapture",
        ]],
    },
    Recipe {
        name: "duplicates",
        help: "measure perceptual hashes of copies and of different images, over DARKROOM_CORPUS",
        variables: &[("DARKROOM_TEST_DUPLICATES_IN_FULL", "1")],
        steps: &[&[
            "cargo",
            "test",
            "--release",
            "--package",
            "darkroom-imaging",
            "--test",
            "it",
            "duplicates",
            "--",
            "--nocapture",
        ]],
    },
    Recipe {
        name: "libheif",
        help: "compare HEIC pixels, time and memory with libheif's, on pillow-heif's test files",
        variables: &[
            ("DARKROOM_TEST_CLIENTS", "1"),
            ("DARKROOM_TEST_LIBHEIF_IN_FULL", "1"),
        ],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom",
            "--test",
            "it",
            "libheif",
            "--",
            "--nocapture",
        ]],
    },
    Recipe {
        name: "libjxl",
        help: "compare JPEG XL pixels with those of libjxl's djxl, on files that its cjxl makes",
        variables: &[("DARKROOM_TEST_LIBJXL_IN_FULL", "1")],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom-imaging",
            "--test",
            "it",
            "libjxl",
            "--",
            "--nocapture",
        ]],
    },
    Recipe {
        name: "api",
        help: "generate clients from the OpenAPI document, and test the service against it at length",
        variables: &[
            ("DARKROOM_TEST_CLIENTS", "1"),
            ("DARKROOM_TEST_EXAMPLES", "400"),
        ],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom",
            "--test",
            "it",
            "generated_clients",
        ]],
    },
    Recipe {
        name: "http-fuzz",
        help: "fuzz the routes of an issuer: ten minutes with an API key, then ten without",
        variables: &[
            ("DARKROOM_TEST_CLIENTS", "1"),
            ("DARKROOM_TEST_FUZZ_SECONDS", "600"),
        ],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom",
            "--test",
            "it",
            "http_fuzzer",
            "--",
            "--nocapture",
        ]],
    },
    Recipe {
        name: "clients",
        help: "copy folders with the AWS CLI, rclone, s5cmd and s3cmd, and run tasks with celery",
        variables: &[("DARKROOM_TEST_CLIENTS", "1")],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom",
            "--test",
            "it",
            "store_clients",
        ]],
    },
    Recipe {
        name: "browser",
        help: "test the demo page, the JavaScript client and Uppy in Chromium and Node",
        variables: &[("DARKROOM_TEST_CLIENTS", "1")],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom",
            "--test",
            "it",
            "browser",
        ]],
    },
    Recipe {
        name: "compose",
        help: "run docker-compose.yml: kill a worker, and update all containers, under load",
        variables: &[("DARKROOM_TEST_COMPOSE", "1")],
        steps: &[&[
            "cargo",
            "test",
            "--package",
            "darkroom",
            "--test",
            "it",
            "compose",
            "--",
            "--nocapture",
        ]],
    },
    Recipe {
        name: "contact-sheet",
        help: "draw images before and after: cargo xtask contact-sheet FOLDER --out FILE",
        variables: &[],
        steps: &[
            &["cargo", "build", "--release", "--package", "darkroom"],
            &[
                "cargo",
                "run",
                "--release",
                "--package",
                "darkroom-bench",
                "--bin",
                "contact_sheet",
                "--",
            ],
        ],
    },
];

impl Recipe {
    /// Returns the recipe with this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        RECIPES.iter().find(|recipe| recipe.name == name)
    }

    /// Runs the steps until one fails.
    pub fn run(&self, root: &Path, arguments: &[&str]) -> anyhow::Result<()> {
        for (index, step) in self.steps.iter().enumerate() {
            let Some((program, first)) = step.split_first() else {
                continue;
            };
            let mut command = Command::new(program);
            command
                .current_dir(root)
                .envs(self.variables.iter().copied())
                .args(first);
            if index + 1 == self.steps.len() {
                command.args(arguments);
            }
            let status = command
                .status()
                .with_context(|| format!("{program} cannot be started"))?;
            if !status.success() {
                bail!("{}: {status}", step.join(" "));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_stops_at_the_first_step_that_fails() {
        let recipe = Recipe {
            name: "test",
            help: "",
            variables: &[("EXPECTED", "yes")],
            steps: &[
                &["sh", "-c", "test $EXPECTED = yes && exit 3"],
                &["sh", "-c", "exit 4"],
            ],
        };
        let error = recipe.run(Path::new("."), &[]).unwrap_err().to_string();
        assert!(error.ends_with("exit status: 3"), "{error}");
    }
}
