//! `darkroom.toml` and the environment over it.

mod environment;
mod problem;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use darkroom_contract::{Profiles, QueueSettings, StorageSettings};
use darkroom_issuer::{AuthSettings, Endpoint, IssuerSettings, LimitSettings, WebhookSettings};
use darkroom_render::RenderSettings;
use darkroom_worker::WorkerSettings;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

use crate::outcome::UsageError;
use crate::telemetry::LogSettings;

const DEFAULT_FILE: &str = "darkroom.toml";

/// All settings; every one has a default that works for `dev`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) storage: StorageSettings,
    pub(crate) queues: QueueSettings,
    pub(crate) issuer: IssuerSettings,
    pub(crate) auth: AuthSettings,
    pub(crate) limits: LimitSettings,
    pub(crate) webhooks: WebhookSettings,
    pub(crate) worker: WorkerSettings,
    pub(crate) render: RenderSettings,
    pub(crate) log: LogSettings,
    pub(crate) profiles: Profiles,
}

impl Settings {
    /// Defaults, then the file, then `DARKROOM_*` variables.
    ///
    /// # Errors
    /// Names the setting that is wrong, and the nearest one there is if it is unknown.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, UsageError> {
        let defaults = Figment::from(Serialized::defaults(Self::default()));
        let from_file = match file.unwrap_or(Path::new(DEFAULT_FILE)) {
            path if path.is_file() => defaults.merge(Toml::file_exact(path)),
            path if file.is_some() => {
                let path = path.display();
                return Err(UsageError(format!("there is no settings file {path}")));
            }
            _ => defaults,
        };
        let variables = environment::provider(environment)?;
        let settings: Self = from_file
            .merge(variables)
            .extract()
            .map_err(|errors| UsageError(problem::describe(errors)))?;
        settings.validate()?;
        Ok(settings)
    }

    /// Checks that an issuer at that address is not open to a network by mistake.
    pub(crate) fn check_exposure(&self, address: SocketAddr) -> Result<(), UsageError> {
        let checked = self.auth.check_exposure(address);
        checked.map_err(|error| UsageError(error.to_string()))
    }

    /// Checks what types alone cannot say.
    fn validate(&self) -> Result<(), UsageError> {
        const SECOND: Duration = Duration::from_secs(1);
        let usage = |error: &dyn std::error::Error| UsageError(error.to_string());
        self.profiles.validate().map_err(|error| usage(&error))?;
        self.issuer.validate().map_err(|error| usage(&error))?;
        self.auth.validate().map_err(|error| usage(&error))?;
        self.limits.validate().map_err(|error| usage(&error))?;
        self.webhooks.validate().map_err(|error| usage(&error))?;
        Endpoint::new(&self.webhooks).map_err(|error| usage(&error))?;
        let (queues, worker, render) = (&self.queues, &self.worker, &self.render);
        let hours_12 = 12 * 60 * 60 * SECOND;
        for (is_right, message) in [
            (
                (3 * SECOND..=hours_12).contains(&queues.visibility_timeout),
                "queues.visibility_timeout: is between 3 s and 12 h",
            ),
            (
                queues.events.ends_with(".fifo") == queues.dead_letters.ends_with(".fifo"),
                "queues.dead_letters: is a FIFO queue (.fifo) where queues.events is one, and no other",
            ),
            (
                !queues.webhooks.ends_with(".fifo"),
                "queues.webhooks: is no FIFO queue (.fifo): those cannot put off one message alone",
            ),
            (
                queues.max_receive_count > 0,
                "queues.max_receive_count: is at least 1",
            ),
            (
                worker.poll_wait <= 20 * SECOND,
                "worker.poll_wait: SQS holds a poll open for 20 s at most",
            ),
            (
                worker.max_buffered.as_u64() >= 1 << 20,
                "worker.max_buffered: is at least 1 MiB",
            ),
            (
                worker.download_timeout >= SECOND,
                "worker.download_timeout: is at least 1 s",
            ),
            (
                (SECOND..=hours_12).contains(&worker.retry_after),
                "worker.retry_after: is between 1 s and 12 h",
            ),
            (!render.timeout.is_zero(), "render.timeout: is more than 0"),
            (
                render.max_memory.as_u64() >= 64 << 20,
                "render.max_memory: is at least 64 MiB",
            ),
            (render.max_jobs > 0, "render.max_jobs: is at least 1"),
        ] {
            if !is_right {
                return Err(UsageError(message.to_owned()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("darkroom.toml");
        std::fs::write(&path, toml).unwrap();
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::load(Some(&path), environment).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_said_means_the_defaults() {
        assert_eq!(load("", &[]), Ok(Settings::default()));
    }

    #[test]
    fn the_file_that_we_ship_shows_the_defaults() {
        let shipped = include_str!("../../../../darkroom.toml");
        assert_eq!(load(shipped, &[]), Ok(Settings::default()));
    }

    #[test]
    fn the_environment_goes_before_the_file() {
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
    fn a_profile_is_changed_in_part_and_added_with_a_prefix_alone() {
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
    fn api_keys_may_stand_in_the_environment_too() {
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
    fn an_unknown_key_is_told_with_the_nearest_known_one() {
        for (toml, key, nearest) in [
            (
                "[storage]\nraw_buket = \"x\"",
                "storage.raw_buket",
                "raw_bucket",
            ),
            ("[storag]\n", "storag", "storage"),
            (
                "[profiles.avatar]\nmax_byte = 1",
                "profiles.avatar.max_byte",
                "max_bytes",
            ),
            (
                "[profiles.avatar]\nvariants = [{ name = \"a\", qualty = 1 }]",
                "profiles.avatar.variants.0.qualty",
                "quality",
            ),
        ] {
            let message = load(toml, &[]).unwrap_err();
            assert!(message.contains(key), "{message}");
            assert!(message.contains(&format!("`{nearest}`")), "{message}");
        }
        let message = load("", &[("DARKROOM_STORAGE_RAW_BUKET", "x")]).unwrap_err();
        assert!(message.contains("DARKROOM_STORAGE_RAW_BUKET"), "{message}");
        assert!(message.contains("DARKROOM_STORAGE_RAW_BUCKET"), "{message}");
    }

    #[test]
    fn a_wrong_value_is_told_with_its_key() {
        for (toml, key) in [
            ("[worker]\nin_flight = \"many\"", "worker.in_flight"),
            (
                "[queues]\nvisibility_timeout = 60",
                "queues.visibility_timeout",
            ),
            (
                "[profiles.avatar]\nmax_bytes = \"ten\"",
                "profiles.avatar.max_bytes",
            ),
            (
                "[profiles.avatar]\nprefix = \"raw/x\"",
                "profiles.avatar.prefix",
            ),
            ("[profiles.banner]\nmax_width = 1", "profiles.banner.prefix"),
            (
                "[queues]\nvisibility_timeout = \"0s\"",
                "queues.visibility_timeout",
            ),
            ("[worker]\npoll_wait = \"21s\"", "worker.poll_wait"),
            ("[worker]\nretry_after = \"0s\"", "worker.retry_after"),
            ("[worker]\nlisten = \"9100\"", "worker.listen"),
            ("[queues]\nevents = \"a.fifo\"", "queues.dead_letters"),
            ("[render]\nmax_memory = \"1KiB\"", "render.max_memory"),
            ("[issuer]\nupload_expiry = \"1h\"", "issuer.upload_expiry"),
            ("[queues]\nwebhooks = \"told.fifo\"", "queues.webhooks"),
            (
                "[webhooks]\nurl = \"https://hooks.example\"",
                "webhooks.secret",
            ),
            (
                "[webhooks]\nurl = \"https://10.0.0.1\"\nsecret = \"whsec_x\"",
                "webhooks.url",
            ),
            (
                "[webhooks]\nurl = \"https://hooks.example\"\nsecret = \"hunter2\"",
                "webhooks.secret",
            ),
            ("[limits]\nmax_connections = 0", "limits.max_connections"),
            ("[auth]\nmode = \"off\"", "auth.mode"),
            ("[auth]\njwks = \"jwks.json\"", "auth.issuer"),
            (
                "[[auth.keys]]\nname = \"web\"\nsha256 = \"00\"",
                "auth.keys.0.sha256",
            ),
        ] {
            let message = load(toml, &[]).unwrap_err();
            assert!(message.contains(key), "{message}");
        }
    }
}
