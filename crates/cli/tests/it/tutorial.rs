//! The tutorial, from its first step to the last one before production.

use std::path::Path;
use std::process::Command;

use darkroom_harness::DEADLINE;
use darkroom_testkit::fixture::{Jpeg, scene};
use darkroom_testkit::process::Process;
use darkroom_testkit::{port, wait};
use serde_json::{Value, json};

use crate::browser::run_in_chromium;
use crate::dev::Dev;
use crate::documents::snippet::{Snippet, root, snippets};
use crate::recipes::{SECRET, installed, photo_on_its_side, service_for_app};
use crate::test_bed::darkroom;

/// Returns the snippet that contains a text.
fn snippet_with<'a>(snippets: &'a [Snippet], text: &str) -> &'a str {
    let found = snippets.iter().find(|snippet| snippet.text.contains(text));
    &found.unwrap().text
}

/// Saves the files of the tutorial. The app listens on a port other than 3000.
fn save_files(snippets: &[Snippet], folder: &Path, port: u16) {
    for snippet in snippets {
        let Some(name) = snippet.file() else { continue };
        let text = snippet.text.replace(":3000", &format!(":{port}"));
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// Starts the app as in step 5, with the secret of that step.
fn start_app(snippets: &[Snippet], folder: &Path, port: u16, issuer: &str) -> Process {
    let step = snippet_with(snippets, "node app.mjs");
    let mut command = Command::new("sh");
    command
        .args(["-c", &step.replace("node app", "exec node app")])
        .current_dir(folder)
        .env("PORT", port.to_string())
        .env("ISSUER_URL", issuer)
        .env_remove("ISSUER_KEY");
    Process::start(command).unwrap()
}

/// Waits until the app returns an avatar that is accepted.
async fn avatar(app: &str, what: &str, accept: impl Fn(&Value) -> bool) -> Value {
    let url = format!("{app}/avatar");
    let attempt = async || {
        let response = reqwest::get(&url)
            .await
            .map_err(|error| error.to_string())?;
        let avatar: Value = response.json().await.map_err(|error| error.to_string())?;
        match accept(&avatar) {
            true => Ok(avatar),
            false => Err(avatar.to_string()),
        }
    };
    wait::until_async(what, DEADLINE, attempt).await.unwrap()
}

/// Returns the size of the image at a URL.
async fn size_of(dev: &Dev, folder: &Path, url: &str) -> Value {
    std::fs::write(folder.join("thumb.webp"), dev.client.fetch(url).await).unwrap();
    let mut inspect = darkroom(folder);
    let output = inspect.args(["inspect", "--json", "thumb.webp"]).output();
    let report: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    let image = &report["source"]["image"];
    json!([image["width"], image["height"]])
}

#[tokio::test]
async fn the_tutorial_ends_with_an_avatar_that_is_a_square() {
    if installed("node", &["--version"]).is_none() {
        return;
    }
    let snippets = snippets(&root().join("docs/tutorial.md"));
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path();
    let port = port::free().unwrap();
    save_files(&snippets, folder, port);
    let dev = Dev::start(folder);
    let process = start_app(&snippets, folder, port, &dev.client.issuer);
    let app = format!("http://127.0.0.1:{port}");
    avatar(&app, "the app", |avatar| avatar["status"].is_null()).await;

    let photo = Jpeg::new(&scene(1200, 900)).build();
    let request = reqwest::Client::new().post(format!("{app}/avatar"));
    let response = request.json(&json!({"size": photo.len()})).send().await;
    let upload: Value = response.unwrap().json().await.unwrap();
    assert_eq!(dev.client.put(&upload, &photo).await, 200);
    let first = avatar(&app, "an avatar", |avatar| avatar["status"] == "ready").await;
    let url = first["url"].as_str().unwrap();
    assert_eq!(size_of(&dev, folder, url).await, json!([400, 300]));
    dev.stop();

    // Step 6: a restart with the new profile renders the photo again.
    let settings = folder.join("darkroom.toml");
    let profile = std::fs::read_to_string(folder.join("profile.toml")).unwrap();
    let before = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(settings, format!("{before}\n{profile}")).unwrap();
    let dev = Dev::start(folder);
    let is_new = |avatar: &Value| avatar["status"] == "ready" && avatar["url"] != first["url"];
    let second = avatar(&app, "a new avatar", is_new).await;
    let url = second["url"].as_str().unwrap();
    assert_eq!(size_of(&dev, folder, url).await, json!([256, 256]));
    drop(process);
    dev.stop();
}

#[tokio::test]
async fn the_page_of_the_tutorial_works_in_chromium() {
    if installed("node", &["--version"]).is_none() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let photo = photo_on_its_side(temp.path());
    let page = root().join("docs/tutorial.md");
    let port = port::free().unwrap();
    let bed = service_for_app(port, None).await;
    let [photo, page] = [photo, page].map(|path| path.to_string_lossy().into_owned());
    let arguments = [&*page, &port.to_string(), SECRET, &photo];
    run_in_chromium("tutorial_tests.py", &bed, &arguments, None).await;
}
