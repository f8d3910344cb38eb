//! Tests of the error messages.

use super::{Settings, load};

fn message(toml: &str, environment: &[(&str, &str)]) -> String {
    load(toml, environment).unwrap_err()
}

#[test]
fn the_error_for_a_wrong_value_in_the_environment_names_the_variable() {
    for (variable, value, expected) in [
        (
            "DARKROOM_WORKER_IN_FLIGHT",
            "many",
            "worker.in_flight must be a whole number, found \"many\" \
             (DARKROOM_WORKER_IN_FLIGHT)",
        ),
        (
            "DARKROOM_QUEUES_VISIBILITY_TIMEOUT",
            "60",
            "queues.visibility_timeout must be a duration such as \"20s\", found \"60\" \
             (DARKROOM_QUEUES_VISIBILITY_TIMEOUT)",
        ),
        (
            "DARKROOM_PROFILES_AVATAR_MAX_BYTES",
            "ten",
            "profiles.avatar.max_bytes must be a size such as \"10MiB\", found \"ten\" \
             (DARKROOM_PROFILES_AVATAR_MAX_BYTES)",
        ),
        (
            "DARKROOM_AUTH_MODE",
            "off",
            "auth.mode must be \"auto\" or \"open\", found \"off\" (DARKROOM_AUTH_MODE)",
        ),
    ] {
        assert_eq!(message("", &[(variable, value)]), expected);
    }
}

#[test]
fn the_error_for_a_wrong_type_in_the_file_names_the_line() {
    for (toml, expected) in [
        (
            "\n[worker]\nin_flight = \"many\"",
            "worker.in_flight must be a whole number, found \"many\" (FILE:3)",
        ),
        (
            "[worker]\nin_flight = -1",
            "worker.in_flight must not be negative, found -1 (FILE:2)",
        ),
        (
            "[queues]\nmax_receive_count = 5_000_000_000",
            "queues.max_receive_count must be at most 4294967295, found 5_000_000_000 (FILE:2)",
        ),
        (
            "[queues]\nvisibility_timeout = 60",
            "queues.visibility_timeout must be a duration such as \"20s\", found 60 (FILE:2)",
        ),
        (
            "[issuer]\ndemo_page = \"yes\"",
            "issuer.demo_page must be true or false, found \"yes\" (FILE:2)",
        ),
        (
            "[storage]\ncors_origins = \"*\"",
            "storage.cors_origins must be a list, found \"*\" (FILE:2)",
        ),
        (
            "storage = 1",
            "storage must be a table of settings, found 1 (FILE:1)",
        ),
        (
            "[worker]\nlisten = \"everywhere\"",
            "worker.listen must be an address and port such as \"127.0.0.1:8080\", found \
             \"everywhere\" (FILE:2)",
        ),
        (
            "[profiles.avatar]\nvariants = [\n  { name = \"a\", lossless = 1 },\n]",
            "profiles.avatar.variants.0.lossless must be true, false or \"auto\", found 1 \
             (FILE:3)",
        ),
    ] {
        assert_eq!(message(toml, &[]), expected);
    }
}

#[test]
fn an_unknown_key_is_reported_with_the_nearest_known_one() {
    for (toml, expected) in [
        (
            "[storage]\nraw_buket = \"x\"",
            "storage.raw_buket is not a setting; did you mean `raw_bucket`? (FILE:2)",
        ),
        (
            "[storag]",
            "storag is not a setting; did you mean `storage`? (FILE:1)",
        ),
    ] {
        assert_eq!(message(toml, &[]), expected);
    }
    assert_eq!(
        message("", &[("DARKROOM_STORAGE_RAW_BUKET", "x")]),
        "DARKROOM_STORAGE_RAW_BUKET is not a setting; did you mean \
         `DARKROOM_STORAGE_RAW_BUCKET`?"
    );
}

#[test]
fn a_variable_that_is_not_utf_8_is_reported_only_if_it_is_a_setting() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    let load = |name: &str| {
        let value = OsString::from_vec(vec![b'a', 0xff]);
        Settings::load(None, [(name.into(), value)]).map_err(|error| error.to_string())
    };
    assert_eq!(
        load("DARKROOM_STORAGE_RAW_BUCKET").unwrap_err(),
        "DARKROOM_STORAGE_RAW_BUCKET must be UTF-8"
    );
    assert_eq!(load("LS_COLORS"), Ok(Settings::default()));
}

#[test]
fn a_value_out_of_range_is_reported_with_its_bounds() {
    for (toml, expected) in [
        (
            "[worker]\npoll_wait = \"21s\"",
            "worker.poll_wait must be at most 20 s, the longest poll of SQS, found \"21s\" \
             (FILE:2)",
        ),
        (
            "[profiles.avatar]\nvariants = [\n  { name = \"a\", quality = 101 },\n]",
            "profiles.avatar.variants.0.quality must be between 0 and 100, found 101 (FILE:3)",
        ),
    ] {
        assert_eq!(message(toml, &[]), expected);
    }
    assert_eq!(
        message("", &[("DARKROOM_RENDER_MAX_MEMORY", "1KiB")]),
        "render.max_memory must be at least 64 MiB, found \"1KiB\" \
         (DARKROOM_RENDER_MAX_MEMORY)"
    );
}

#[test]
fn an_empty_value_is_reported_as_an_empty_value() {
    assert_eq!(
        message("[storage]\nmedia_bucket = \"\"", &[]),
        "storage.media_bucket must be the name of a bucket, found an empty value (FILE:2)"
    );
}

#[test]
fn a_file_that_is_not_toml_is_reported_with_the_line() {
    let message = message("[worker]\nin_flight 1\n", &[]);
    assert!(message.starts_with("FILE:2: not valid TOML: "), "{message}");
}

#[test]
fn a_secret_is_never_shown() {
    for (toml, key) in [
        (
            "[webhooks]\nurl = \"https://hooks.example\"\nsecret = \"hunter2\"",
            "webhooks.secret",
        ),
        (
            "[webhooks]\nurl = \"ftp://hooks.example/hunter2\"\nsecret = \"whsec_x\"",
            "webhooks.url",
        ),
        (
            "[[auth.keys]]\nname = \"web\"\nsha256 = \"hunter2\"",
            "auth.keys.0.sha256",
        ),
    ] {
        let message = message(toml, &[]);
        assert!(message.starts_with(key), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn the_error_for_a_violated_rule_begins_with_the_setting_to_change() {
    for (toml, key) in [
        (
            "[profiles.avatar]\nprefix = \"raw/x\"",
            "profiles.avatar.prefix",
        ),
        ("[profiles.banner]\nmax_width = 1", "profiles.banner.prefix"),
        ("[queues]\nevents = \"a.fifo\"", "queues.dead_letters"),
        ("[issuer]\nupload_expiry = \"1h\"", "issuer.upload_expiry"),
        (
            "[webhooks]\nurl = \"https://hooks.example\"",
            "webhooks.secret",
        ),
        (
            "[webhooks]\nurl = \"https://10.0.0.1\"\nsecret = \"whsec_x\"",
            "webhooks.url",
        ),
        ("[limits]\nmax_connections = 0", "limits.max_connections"),
        ("[auth]\njwks = \"jwks.json\"", "auth.issuer"),
        ("[log]\nfilter = \"a=b=c\"", "log.filter"),
    ] {
        let message = message(toml, &[]);
        assert!(message.starts_with(&format!("{key} ")), "{message}");
    }
}

/// Returns the path and the default of every setting.
fn all_settings() -> Vec<(Vec<String>, serde_json::Value)> {
    fn visit(
        path: &[String],
        value: &serde_json::Value,
        found: &mut Vec<(Vec<String>, serde_json::Value)>,
    ) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    let path = [path, std::slice::from_ref(key)].concat();
                    visit(&path, value, found);
                }
            }
            value => found.push((path.to_vec(), value.clone())),
        }
    }
    let mut found = Vec::new();
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    visit(&[], &defaults, &mut found);
    found
}

/// Returns the lines of a section of a settings file. Uncomments settings that are commented out
/// because they have no default.
fn section<'a>(file: &'a str, name: &str) -> Vec<&'a str> {
    let header = format!("[{name}]");
    let lines = file.lines().skip_while(|line| *line != header);
    let body = lines.skip(1).take_while(|line| !line.starts_with('['));
    body.map(|line| line.trim_start_matches("# ")).collect()
}

#[test]
fn every_setting_is_in_the_shipped_file() {
    let shipped = include_str!("../../../../../darkroom.toml");
    for (path, _) in all_settings() {
        let [sections @ .., key] = path.as_slice() else {
            continue;
        };
        // In the shipped file, only the profile `avatar` lists every setting of a profile.
        let section_name = sections.join(".").replace("photo", "avatar");
        let lines = section(shipped, &section_name);
        let is_there = lines.iter().any(|line| {
            line.strip_prefix(key.as_str())
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        });
        assert!(is_there, "{}", path.join("."));
    }
}

#[test]
fn no_message_names_a_rust_type_or_a_source_file() {
    let values = [
        "true",
        "1.5",
        "-1",
        "1e99",
        "\"~\"",
        "[]",
        "[[]]",
        "{}",
        "{ a = 1 }",
    ];
    let settings = all_settings();
    assert!(settings.len() > 40);
    for (path, _) in settings {
        for value in values {
            let toml = format!("{} = {value}", path.join("."));
            let Err(message) = load(&toml, &[]) else {
                continue;
            };
            if let Some(problem) = message.strip_prefix(&format!("{} ", path.join("."))) {
                assert!(message.ends_with("(FILE:1)"), "{toml}: {message}");
                let verbs = ["must ", "is ", "has ", "applies "];
                let is_predicate = verbs.iter().any(|verb| problem.starts_with(verb));
                assert!(is_predicate, "{toml}: {message}");
            }
            let words = message.split(|character: char| !character.is_alphanumeric());
            for word in words {
                let is_rust = [
                    "u8", "u16", "u32", "u64", "usize", "i32", "i64", "f64", "struct", "enum",
                    "sequence", "bool", "untagged", "newtype", "rs", "str", "map",
                ]
                .contains(&word);
                assert!(!is_rust, "{toml}: {message}");
            }
        }
    }
}

#[test]
fn reviews_in_a_single_bucket_are_refused() {
    let review = "[profiles.avatar]\nreview = true\n";
    assert!(load(review, &[]).is_ok());
    let single = format!("{review}[storage]\nmedia_bucket = \"darkroom-raw\"\n");
    let refused = message(&single, &[]);
    let expected = "profiles.avatar.review requires a media bucket of its own";
    assert!(refused.starts_with(expected), "{refused}");
}
