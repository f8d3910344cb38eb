//! The snippets in all documents of the repository. Every snippet is run or checked against a running `dev`,
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
//! - `ruby`, `php`: checks the syntax, if the interpreter is installed
//! - `text`: nothing, because it is output or a drawing
//!
//! These comments change what is done with the next snippet:
//!
//! - `<!-- snippet: file NAME -->`: a test that follows the document saves it under this name; `recipes.rs`
//!   runs such files
//! - `<!-- snippet: run by MODULE::TEST -->`: the test, which must exist, runs it
//! - `<!-- snippet: not run: REASON -->`: nothing

mod json;
mod runner;
pub(crate) mod snippet;

use std::path::{Path, PathBuf};

use darkroom_imaging::RejectionCode;

use crate::dev::Dev;
use runner::Runner;
use snippet::{parse, root, snippets};

/// Adds the documents in a folder and below. Skips folders of tools, whose names begin with a dot, and of builds.
fn find_documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !["target", "node_modules"].contains(&&*name)
        {
            find_documents(&path, found);
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
}

/// Returns the paths of all documents.
fn documents() -> Vec<PathBuf> {
    let mut documents = Vec::new();
    find_documents(&root(), &mut documents);
    documents.sort();
    documents
}

#[test]
fn every_snippet_of_every_document_works_or_states_why_it_is_not_run() {
    let data = tempfile::tempdir().unwrap();
    let dev = Dev::start(data.path());
    let mut problems = Vec::new();
    let mut count = 0;
    for document in documents() {
        let runner = Runner::new(&dev, data.path());
        for snippet in snippets(&document) {
            count += 1;
            if let Err(problem) = runner.check(&snippet) {
                problems.push(format!("{}: {problem}\n{}", snippet.place, snippet.text));
            }
        }
    }
    dev.stop();
    assert!(count > 100, "only {count} snippets found");
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn a_snippet_that_fails_is_found() {
    let data = tempfile::tempdir().unwrap();
    let dev = Dev::start(data.path());
    let runner = Runner::new(&dev, data.path());
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
        (
            "<!-- snippet: run by dev::a_second_process_on_the_same_folder_is_refused -->\n```\ntext\n```",
            true,
        ),
        (
            "<!-- snippet: run by dev::nothing -->\n```\ntext\n```",
            false,
        ),
        (
            "<!-- snippet: file a.js -->\n```js\nconst a = ;\n```",
            false,
        ),
        ("```html\n<p>\n```", false),
    ] {
        let [snippet] = &parse("test", text)[..] else {
            panic!("{text}");
        };
        assert_eq!(runner.check(snippet).is_ok(), is_valid, "{text}");
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
