//! The snippets in README.md and docs/. Every snippet is run or checked against a running `dev`,
//! or a comment before it states the reason why not.
//!
//! The language of a snippet determines what is done with it:
//!
//! - `sh`: runs it in a folder with `photo.jpg`, `one.jpg`, `two.jpg` and `photos/`
//! - `http`: sends the request, and expects success
//! - `json`: parses it; after `<!-- snippet: schema NAME -->`, also compares the names of its fields
//!   with a schema of the OpenAPI document
//! - `toml`: loads it as settings
//! - `js`, `python`: checks the syntax; after `<!-- snippet: then CODE -->`, also runs it with CODE
//!   after it
//! - `text`: nothing, because it is output or a drawing
//!
//! `<!-- snippet: not run: REASON -->` exempts the next snippet.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use darkroom_imaging::RejectionCode;
use darkroom_testkit::fixture::{Exif, Jpeg, scene};
use serde_json::Value;
use tempfile::TempDir;

use crate::dev::Dev;
use crate::test_bed::{binary, darkroom};

const MARKER: &str = "<!-- snippet: ";
const OPENAPI: &str = include_str!("../../../../docs/openapi.json");

/// A fenced block of a document.
#[derive(Debug, Clone)]
struct Snippet {
    /// The document and the line, for messages.
    place: String,
    language: String,
    /// The text of the marker before the block.
    marker: Option<String>,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the paths of all documents.
fn documents() -> Vec<PathBuf> {
    let docs = root().join("docs").read_dir().unwrap();
    let mut documents: Vec<PathBuf> = docs
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    documents.push(root().join("README.md"));
    documents.sort();
    documents
}

fn snippets(document: &Path) -> Vec<Snippet> {
    let text = std::fs::read_to_string(document).unwrap();
    let name = document.file_name().unwrap().to_string_lossy().into_owned();
    parse(&name, &text)
}

fn parse(name: &str, text: &str) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut open: Option<(usize, Snippet)> = None;
    let mut marker = None;
    for (number, line) in (1..).zip(text.lines()) {
        let indent = line.len() - line.trim_start().len();
        match (&mut open, line.trim().strip_prefix("```")) {
            (None, Some(language)) => {
                let snippet = Snippet {
                    place: format!("{name}:{number}"),
                    language: language.to_owned(),
                    marker: marker.take(),
                    text: String::new(),
                };
                open = Some((indent, snippet));
            }
            (Some(_), Some("")) => found.extend(open.take().map(|(_, snippet)| snippet)),
            (Some((indent, snippet)), _) => {
                snippet
                    .text
                    .push_str(line.get(*indent..).unwrap_or(line.trim_start()));
                snippet.text.push('\n');
            }
            (None, None) => {
                let comment = line.trim().strip_prefix(MARKER);
                let comment = comment.and_then(|rest| rest.strip_suffix(" -->"));
                if comment.is_some() || !line.trim().is_empty() {
                    marker = comment.map(str::to_owned);
                }
            }
        }
    }
    assert!(open.is_none(), "{name}: a snippet does not end");
    found
}

/// A running `dev`, and a folder for the snippets of one document.
struct Bench<'a> {
    dev: &'a Dev,
    /// The folder in which `dev` runs.
    data: &'a Path,
    folder: TempDir,
}

impl Bench<'_> {
    fn check(&self, snippet: &Snippet) -> Result<(), String> {
        let marker = snippet.marker.as_deref().unwrap_or_default();
        if let Some(reason) = marker.strip_prefix("not run: ") {
            return match reason.trim().is_empty() {
                true => Err("the reason is missing".to_owned()),
                false => Ok(()),
            };
        }
        let text = snippet
            .text
            .replace("http://127.0.0.1:8080", &self.dev.client.issuer);
        match snippet.language.as_str() {
            "sh" => succeeds(self.shell(&format!("set -eu\n{text}"))),
            "http" => self.send(&text),
            "json" => check_json(&text, marker.strip_prefix("schema ")),
            "toml" => self.load(&text),
            "js" => self.interpret(&text, marker.strip_prefix("then "), "js"),
            "python" => self.interpret(&text, marker.strip_prefix("then "), "py"),
            "text" => Ok(()),
            other => Err(format!(
                "{other:?} is no language of this test; mark the snippet with `{MARKER}not run: \
                 REASON -->` if it cannot be run"
            )),
        }
    }

    /// Runs a script with the environment of `dev --env`, and with `darkroom` in `PATH`.
    fn shell(&self, script: &str) -> Output {
        let environment = darkroom(self.data).args(["dev", "--env"]).output().unwrap();
        assert!(environment.status.success(), "{environment:?}");
        let exports = String::from_utf8(environment.stdout).unwrap();
        let programs = self.folder.path().join("bin");
        std::fs::create_dir_all(&programs).unwrap();
        let _ = std::os::unix::fs::symlink(binary(), programs.join("darkroom"));
        let path = std::env::var("PATH").unwrap();
        let mut command = darkroom(self.folder.path());
        let settings: Vec<_> = command
            .get_envs()
            .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
            .collect();
        command = Command::new("sh");
        for (name, value) in settings {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
            .current_dir(self.folder.path())
            .args(["-c", &format!("{exports}\n{script}")])
            .env("PATH", format!("{}:{path}", programs.display()))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Sends the request of an `http` snippet with curl: a line with method and path, headers, an
    /// empty line, and a body.
    fn send(&self, text: &str) -> Result<(), String> {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let (method, path) = lines
            .next()
            .and_then(|line| line.split_once(' '))
            .ok_or("the first line must be a method and a path")?;
        let mut command = Command::new("curl");
        command.args(["-sS", "--fail-with-body", "-X", method]);
        command.args(lines.flat_map(|header| ["-H", header]));
        command.args(["--data-binary", body.trim_end()]);
        command.arg(format!("{}{path}", self.dev.client.issuer));
        succeeds(command.output().unwrap())
    }

    /// Loads settings. A command reads them before it finds that its file does not exist.
    fn load(&self, text: &str) -> Result<(), String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("darkroom.toml"), text).unwrap();
        let mut command = darkroom(folder.path());
        let output = command.args(["inspect", "absent.jpg"]).output().unwrap();
        match output.status.code() {
            Some(1) => Ok(()),
            _ => Err(described(&output)),
        }
    }

    /// Checks the syntax of a script, or runs it with more code at its end.
    fn interpret(&self, text: &str, then: Option<&str>, extension: &str) -> Result<(), String> {
        let extension = if extension == "js" { "mjs" } else { extension };
        let path = self.folder.path().join(format!("snippet.{extension}"));
        let text = format!("{text}\n{}\n", then.unwrap_or_default());
        std::fs::write(&path, text).unwrap();
        let (program, check): (_, &[&str]) = match extension {
            "mjs" => ("node", &["--check"]),
            _ => ("python3", &["-m", "py_compile"]),
        };
        let mut command = Command::new(program);
        if then.is_none() {
            command.args(check);
        }
        match command.arg(&path).output() {
            Ok(output) => succeeds(output),
            Err(error) => Err(format!("{program}: {error}")),
        }
    }
}

fn succeeds(output: Output) -> Result<(), String> {
    match output.status.success() {
        true => Ok(()),
        false => Err(described(&output)),
    }
}

fn described(output: &Output) -> String {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    format!("{}\n{stdout}{stderr}", output.status)
}

/// Parses JSON. Compares the names of its fields with a schema of the OpenAPI document: all fields
/// must exist, and no required field may be missing.
fn check_json(text: &str, schema: Option<&str>) -> Result<(), String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Some(name) = schema else {
        return Ok(());
    };
    let openapi: Value = serde_json::from_str(OPENAPI).unwrap();
    let schema = &openapi["components"]["schemas"][name];
    let known = schema["properties"].as_object();
    let known = known.ok_or_else(|| format!("the OpenAPI document has no object {name}"))?;
    let fields: BTreeSet<&String> = value.as_object().ok_or("not an object")?.keys().collect();
    let unknown: Vec<_> = fields
        .iter()
        .filter(|field| !known.contains_key(**field))
        .collect();
    let required = schema["required"].as_array().into_iter().flatten();
    let missing: Vec<_> = required
        .filter_map(Value::as_str)
        .filter(|name| !fields.contains(&(*name).to_owned()))
        .collect();
    match unknown.is_empty() && missing.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "unknown fields {unknown:?}, missing fields {missing:?}"
        )),
    }
}

/// Creates a folder with the photos that snippets name.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let exif = Exif::new().orientation(6).gps(48.858_4, 2.294_5);
    let photo = Jpeg::new(&scene(320, 240)).exif(&exif).build();
    std::fs::create_dir(folder.path().join("photos")).unwrap();
    for name in [
        "photo.jpg",
        "one.jpg",
        "two.jpg",
        "holiday.jpg",
        "photos/a.jpg",
    ] {
        std::fs::write(folder.path().join(name), &photo).unwrap();
    }
    folder
}

#[test]
fn every_snippet_of_every_document_works_or_states_why_it_is_not_run() {
    let data = tempfile::tempdir().unwrap();
    let dev = Dev::start(data.path());
    let mut problems = Vec::new();
    let mut count = 0;
    for document in documents() {
        let bench = Bench {
            dev: &dev,
            data: data.path(),
            folder: folder(),
        };
        for snippet in snippets(&document) {
            count += 1;
            if let Err(problem) = bench.check(&snippet) {
                problems.push(format!("{}: {problem}\n{}", snippet.place, snippet.text));
            }
        }
    }
    dev.stop();
    assert!(count > 30, "only {count} snippets found");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn a_snippet_that_fails_is_found() {
    let data = tempfile::tempdir().unwrap();
    let dev = Dev::start(data.path());
    let bench = Bench {
        dev: &dev,
        data: data.path(),
        folder: folder(),
    };
    for (text, is_valid) in [
        ("```sh\ndarkroom inspect photo.jpg\n```", true),
        ("```sh\ndarkroom inspect absent.jpg\n```", false),
        (
            "```sh\ncurl -sSf http://127.0.0.1:8080/v1/nothing\n```",
            false,
        ),
        ("```http\nPOST /v1/uploads\n\n{\"profle\": 1}\n```", false),
        ("```json\n{\"a\": …}\n```", false),
        (
            "<!-- snippet: schema Problem -->\n\n```json\n{\"cod\": 1}\n```",
            false,
        ),
        ("```toml\n[worker]\nin_fligt = 1\n```", false),
        ("```js\nconst a = ;\n```", false),
        (
            "<!-- snippet: then assert False -->\n```python\na = 1\n```",
            false,
        ),
        ("```\ntext\n```", false),
        (
            "<!-- snippet: not run: needs Docker -->\n```\ntext\n```",
            true,
        ),
        ("<!-- snippet: not run:  -->\n```\ntext\n```", false),
    ] {
        let [snippet] = &parse("test", text)[..] else {
            panic!("{text}");
        };
        assert_eq!(bench.check(snippet).is_ok(), is_valid, "{text}");
    }
    dev.stop();
}

#[test]
fn every_code_that_a_command_reports_is_in_the_page_on_troubleshooting() {
    let path = root().join("docs/troubleshooting.md");
    let page = std::fs::read_to_string(path).unwrap();
    let rejections = RejectionCode::ALL.map(RejectionCode::name);
    let own = [
        "unreadable",
        "unwritable",
        "not_rendered",
        "upload_failed",
        "no_outcome",
    ];
    for code in rejections.into_iter().chain(own) {
        assert!(page.contains(&format!("\n| `{code}` | ")), "{code}");
    }
}
