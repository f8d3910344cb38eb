//! Tests of loading.

mod messages;

use super::Settings;

fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("darkroom.toml");
    std::fs::write(&path, toml).unwrap();
    let environment = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
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
            ("DARKROOM_CORPUS", "not a setting"),
        ],
    )
    .unwrap();
    assert_eq!(settings.storage.raw_bucket, "environment");
    assert_eq!(settings.storage.media_bucket, "file");
    assert_eq!(settings.worker.in_flight, 7);
    let avatar = settings.profiles.get(&"avatar".parse().unwrap()).unwrap();
    assert_eq!(avatar.max_bytes.as_u64(), 1 << 20);
    assert_eq!(avatar.prefix, "avatars");
}

#[test]
fn a_profile_inherits_what_it_does_not_set() {
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
