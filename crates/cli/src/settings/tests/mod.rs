//! Tests of loading settings.

mod messages;
mod reference;

use super::Settings;

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("darkroom.toml");
    std::fs::write(&path, toml).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| (name.into(), value.into()));
    let settings = Settings::load(Some(&path), environment);
    let name = path.display().to_string();
    settings.map_err(|error| error.to_string().replace(&name, "FILE"))
}

#[test]
fn an_empty_file_means_the_defaults() {
    assert_eq!(load("", &[]), Ok(Settings::default()));
}

#[test]
fn the_shipped_file_contains_the_defaults() {
    let shipped = include_str!("../../../../../darkroom.toml");
    assert_eq!(load(shipped, &[]), Ok(Settings::default()));
}

#[test]
fn the_environment_takes_precedence_over_the_file() {
    let settings = load(
        "[storage]\nraw_bucket = \"file\"\nmedia_bucket = \"file\"",
        &[
            ("DARKROOM_STORAGE_RAW_BUCKET", "environment"),
            ("DARKROOM_STORAGE_PUBLIC_ENDPOINT", "http://localhost:4566"),
            ("DARKROOM_WORKER_IN_FLIGHT", "7"),
            ("DARKROOM_PROFILES_AVATAR_MAX_BYTES", "1MiB"),
            ("DARKROOM_PROFILES_AVATAR_QUOTA_BYTES", "2GiB"),
            ("DARKROOM_PROFILES_AVATAR_MIN_QUALITY", "60"),
            ("DARKROOM_CORPUS", "not a setting"),
        ],
    )
    .unwrap();
    assert_eq!(settings.storage.raw_bucket, "environment");
    assert_eq!(settings.storage.media_bucket, "file");
    assert_eq!(settings.worker.in_flight, 7);
    let avatar = settings.profiles.get(&"avatar".parse().unwrap()).unwrap();
    assert_eq!(avatar.max_bytes.as_u64(), 1 << 20);
    assert_eq!(
        avatar.quota_bytes.map(|bytes| bytes.as_u64()),
        Some(2 << 30)
    );
    assert_eq!((avatar.min_quality, avatar.quota_uploads), (Some(60), None));
    assert_eq!(avatar.prefix, "avatars");
}

#[test]
fn a_setting_that_a_profile_omits_has_its_default() {
    let settings = load(
        "[profiles.avatar]\nmax_width = 100\n[profiles.banner]\nprefix = \"banners\"",
        &[],
    )
    .unwrap();
    let avatar = settings.profiles.get(&"avatar".parse().unwrap()).unwrap();
    assert_eq!((avatar.max_width, avatar.max_height), (100, 4096));
    let banner = settings.profiles.get(&"banner".parse().unwrap()).unwrap();
    assert_eq!(banner.variants.len(), 2);
}

#[test]
fn a_list_can_be_set_in_the_environment() {
    let hash = "ab".repeat(32);
    let keys = format!("[{{name=\"web\",sha256=\"{hash}\",owner=\"u1\"}}]");
    let settings = load("", &[("DARKROOM_AUTH_KEYS", &keys)]).unwrap();
    let [key] = &settings.auth.keys[..] else {
        panic!("{:?}", settings.auth);
    };
    assert_eq!(key.name, "web");
    assert_eq!(key.sha256.to_string(), hash);
    assert_eq!(key.owner, Some("u1".parse().unwrap()));
}

#[test]
fn a_variable_for_a_text_setting_may_look_like_another_type() {
    for text in [
        "221394835627794689",
        "007",
        "1.50",
        "-1",
        "true",
        "[a]",
        "{a=1}",
        "99999999999999999999999999",
    ] {
        let variables = [
            ("DARKROOM_AUTH_AUDIENCE", text),
            ("DARKROOM_AUTH_ISSUER", text),
            ("DARKROOM_STORAGE_RAW_BUCKET", text),
            ("DARKROOM_QUEUES_EVENTS", text),
        ];
        let settings = load("", &variables).unwrap();
        assert_eq!(settings.auth.audience.as_deref(), Some(text));
        assert_eq!(settings.auth.issuer.as_deref(), Some(text));
        assert_eq!(settings.storage.raw_bucket, text);
        assert_eq!(settings.queues.events, text);
    }
    let settings = load("", &[("DARKROOM_PROFILES_AVATAR_PREFIX", "2024")]).unwrap();
    let avatar = settings.profiles.get(&"avatar".parse().unwrap()).unwrap();
    assert_eq!(avatar.prefix, "2024");
}

#[test]
fn digits_in_a_file_are_text_where_text_is_expected() {
    let hash = "ab".repeat(32);
    let toml = format!(
        "[auth]\naudience = 221394835627794689\n\
         [[auth.keys]]\nname = 7\nsha256 = \"{hash}\"\nowner = 42\n\
         [profiles.2024]\nprefix = 2024"
    );
    let settings = load(&toml, &[]).unwrap();
    let audience = settings.auth.audience.as_deref();
    assert_eq!(audience, Some("221394835627794689"));
    assert_eq!(settings.auth.keys[0].name, "7");
    assert_eq!(settings.auth.keys[0].owner, Some("42".parse().unwrap()));
    let profile = settings.profiles.get(&"2024".parse().unwrap()).unwrap();
    assert_eq!(profile.prefix, "2024");
    for value in ["0x10", "1_000", "1.5", "true", "[\"a\"]"] {
        let error = load(&format!("[auth]\naudience = {value}"), &[]).unwrap_err();
        assert!(error.starts_with("auth.audience must be text"), "{error}");
    }
}

#[test]
fn a_listen_address_without_a_host_is_on_the_loopback_interface() {
    for port in ["8081", ":8081", "localhost:8081", "127.0.0.1:8081"] {
        let variables = [
            ("DARKROOM_ISSUER_LISTEN", port),
            ("DARKROOM_WORKER_LISTEN", port),
        ];
        let settings = load("", &variables).unwrap();
        let expected = "127.0.0.1:8081".parse().unwrap();
        assert_eq!(settings.issuer.listen, expected, "{port}");
        assert_eq!(settings.worker.listen, Some(expected), "{port}");
    }
    let settings = load("[issuer]\nlisten = 8081", &[]).unwrap();
    assert_eq!(settings.issuer.listen.to_string(), "127.0.0.1:8081");
}

#[test]
fn the_variables_of_services_are_ignored_and_misspelled_settings_are_not() {
    let service = [
        ("DARKROOM_ISSUER_SERVICE_HOST", "10.0.0.11"),
        ("DARKROOM_ISSUER_SERVICE_PORT", "8080"),
        ("DARKROOM_ISSUER_PORT", "tcp://10.0.0.11:8080"),
        ("DARKROOM_ISSUER_PORT_8080_TCP_ADDR", "10.0.0.11"),
    ];
    assert_eq!(load("", &service), Ok(Settings::default()));
    assert_eq!(
        load("", &[("DARKROOM_ISSUER_LISTN", "8080")]).unwrap_err(),
        "DARKROOM_ISSUER_LISTN is not a setting; did you mean `DARKROOM_ISSUER_LISTEN`?"
    );
    let error = load("", &[("DARKROOM_ISSUER_PORT", "8080")]).unwrap_err();
    assert!(error.contains("is not a setting"), "{error}");
}
