//! The tutorial and the recipes, followed by a test: it saves the files of a page, starts the app, and talks to it.
//!
//! Each test prints a note and passes if a framework is missing, unless `DARKROOM_TEST_CLIENTS` is set.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use darkroom_harness::{Cloud, TestBed};
use darkroom_testkit::fixture::{Exif, Jpeg, scene};
use darkroom_testkit::port;

use crate::api_keys::{in_environment, new_key};
use crate::documents::snippet::root;
use crate::test_bed::service;
use crate::third_party_clients::{or_skip, output_text, run, venv_from};

/// The folder of Debian's packages for Node.js.
const DEBIAN_NODE: &str = "/usr/share/nodejs";

/// The secret of webhooks.
pub(crate) const SECRET: &str = "whsec_b25seS1mb3ItdGhlLXRlc3Qtb2YtcmVjaXBlcyEhIQ==";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipes")
}

/// Returns `Some` if a program runs with these arguments, which show that everything it needs is installed.
pub(crate) fn installed(program: &str, arguments: &[&str]) -> Option<()> {
    let mut command = Command::new(program);
    command.args(arguments).env("NODE_PATH", DEBIAN_NODE);
    let output = command.output().map_err(|error| error.to_string());
    let needed = match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(output_text(&output)),
        Err(error) => Err(error),
    };
    or_skip(needed.map_err(|problem| format!("{program} {arguments:?}: {problem}")))
}

/// Returns a command for a shell that runs a program with a file of the test.
fn shell(script: &str, file: &str) -> Vec<OsString> {
    let file = folder().join(file);
    vec!["sh".into(), "-c".into(), script.into(), file.into()]
}

/// Starts a service with webhooks for an app on this port. `keys` are its API keys, if it has any.
pub(crate) async fn service_for_app(port: u16, keys: Option<&str>) -> TestBed {
    let url = format!("http://127.0.0.1:{port}/hooks/darkroom");
    let mut settings = vec![
        ("DARKROOM_WEBHOOKS_URL", &*url),
        ("DARKROOM_WEBHOOKS_SECRET", SECRET),
        ("DARKROOM_WEBHOOKS_FIRST_RETRY", "1s"),
        ("DARKROOM_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES", "true"),
    ];
    settings.extend(keys.map(|keys| ("DARKROOM_AUTH_KEYS", keys)));
    service(Cloud::Dev, &settings).await
}

/// Writes a photo of 300 x 200 pixels that lies on its side.
pub(crate) fn photo_on_its_side(folder: &Path) -> PathBuf {
    let path = folder.join("photo.jpg");
    let exif = Exif::new().orientation(6).gps(48.8584, 2.2945);
    std::fs::write(&path, Jpeg::new(&scene(300, 200)).exif(&exif).build()).unwrap();
    path
}

/// Follows the pages, starts the app with the command, and talks to it. The service requires a key.
async fn follow(pages: &[&str], command: Vec<OsString>) {
    let port = port::free().unwrap();
    let key = new_key(&["--name", "my-app"]);
    let bed = service_for_app(port, Some(&in_environment(&key))).await;
    let files = tempfile::tempdir().unwrap();
    let photo = photo_on_its_side(files.path());
    let app = files.path().join("app");
    std::fs::create_dir(&app).unwrap();
    let mut conversation = Command::new("python3");
    conversation
        .arg(folder().join("conversation.py"))
        .args(pages.iter().map(|page| root().join("docs").join(page)))
        .arg("--")
        .arg(&app)
        .args([&bed.client().issuer, &port.to_string()])
        .arg(&photo)
        .args(command)
        .env("ISSUER_KEY", key["key"].as_str().unwrap())
        .env("WEBHOOK_SECRET", SECRET)
        .env("NODE_PATH", DEBIAN_NODE)
        .env("PYTHONPATH", root().join("clients/python/src"));
    let output = run(conversation).await;
    assert!(output.status.success(), "{}", output_text(&output));
}

#[tokio::test]
async fn the_app_of_the_tutorial_works() {
    if installed("node", &["--version"]).is_some() {
        follow(&["tutorial.md"], shell("exec node app.mjs", "")).await;
    }
}

#[tokio::test]
async fn the_recipe_for_next_js_works() {
    if installed("node", &["--version"]).is_some() {
        let command = shell("exec node \"$0\"", "nextjs.mjs");
        follow(&["tutorial.md", "recipes/nextjs.md"], command).await;
    }
}

#[tokio::test]
async fn the_recipe_for_express_works() {
    if installed("node", &["-e", "require('express')"]).is_some() {
        let command = shell("exec node \"$0\"", "express.mjs");
        follow(&["tutorial.md", "recipes/express.md"], command).await;
    }
}

#[tokio::test]
async fn the_recipe_for_rails_works() {
    let libraries = "%w[rails sqlite3 puma].each { |name| require name }";
    if installed("ruby", &["-e", libraries]).is_some() {
        let command = shell(
            "exec puma --quiet -b \"tcp://127.0.0.1:$PORT\" \"$0\"",
            "rails_app.ru",
        );
        follow(&["recipes/rails.md"], command).await;
    }
}

#[tokio::test]
async fn the_recipe_for_laravel_works() {
    let libraries = "require 'Illuminate/autoload.php'; require_once 'GuzzleHttp/autoload.php'; new PDO('sqlite::memory:');";
    if installed("php", &["-r", libraries]).is_some() {
        let command = shell("exec php -S \"127.0.0.1:$PORT\" \"$0\"", "laravel_app.php");
        follow(&["recipes/laravel.md"], command).await;
    }
}

#[tokio::test]
async fn the_recipes_for_django_and_fastapi_work() {
    let Some(venv) = venv_from("recipes", folder().join("requirements.txt")).await else {
        return;
    };
    for (page, app) in [
        ("recipes/django.md", "django_app.py"),
        ("recipes/fastapi.md", "fastapi_app.py"),
    ] {
        let command = vec![venv.python().into(), folder().join(app).into()];
        follow(&[page], command).await;
    }
}
