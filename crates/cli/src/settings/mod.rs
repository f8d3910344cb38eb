//! The settings: `darkroom.toml` and the environment, which takes precedence.

mod environment;
mod file;
mod nearest;
mod service_links;
mod sources;
mod translate;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;
use darkroom_contract::{
    Profile, ProfileName, Profiles, QueueSettings, SettingError, StorageSettings,
};
use darkroom_issuer::{AuthSettings, CanarySettings, IssuerSettings, LimitSettings};
use darkroom_render::RenderSettings;
use darkroom_webhooks::{WebhookClient, WebhookSettings};
use darkroom_worker::WorkerSettings;
use serde::{Deserialize, Serialize};

use self::environment::Variables;
use self::file::SettingsFile;
use self::sources::Sources;
use crate::exit_status::UsageError;
use crate::telemetry::LogSettings;

const DEFAULT_FILE: &str = "darkroom.toml";

/// All settings. Every setting has a default that works for `dev`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) storage: StorageSettings,
    pub(crate) queues: QueueSettings,
    pub(crate) issuer: IssuerSettings,
    pub(crate) auth: AuthSettings,
    pub(crate) limits: LimitSettings,
    pub(crate) canary: CanarySettings,
    pub(crate) webhooks: WebhookSettings,
    pub(crate) worker: WorkerSettings,
    pub(crate) render: RenderSettings,
    pub(crate) log: LogSettings,
    pub(crate) profiles: Profiles,
}

impl Settings {
    /// Loads the defaults, then the file, then the `DARKROOM_*` variables. A later source takes
    /// precedence.
    ///
    /// # Errors
    /// [`SettingError`] if a setting is invalid, [`UsageError`] if the file does not exist or is
    /// not valid TOML, or another error if the file cannot be read.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        if file.is_some() && !path.is_file() {
            let path = path.display();
            return Err(UsageError(format!("settings file {path} does not exist")).into());
        }
        let file = path.is_file().then(|| SettingsFile::read(path));
        let sources = Sources {
            file: file.transpose()?,
            variables: Variables::from_environment(environment)?,
        };
        let settings = sources.extract()?;
        settings.validate().map_err(|error| sources.locate(error))?;
        Ok(settings)
    }

    /// Returns the profile with this name.
    ///
    /// # Errors
    /// [`UsageError`] if there is none. The message lists the profiles.
    pub(crate) fn profile(&self, name: &ProfileName) -> Result<&Profile, UsageError> {
        self.profiles.get(name).ok_or_else(|| {
            let names = self.profiles.iter().map(|(name, _)| name.to_string());
            unknown_profile(name, &names.collect::<Vec<_>>())
        })
    }

    /// Checks that the settings do not expose an issuer at this address to a network by accident.
    pub(crate) fn check_exposure(&self, address: SocketAddr) -> Result<(), SettingError> {
        self.auth.check_exposure(address)
    }

    fn validate(&self) -> Result<(), SettingError> {
        self.storage.validate()?;
        self.queues.validate()?;
        self.issuer.validate()?;
        self.auth.validate()?;
        self.limits.validate()?;
        let upload_expiry = self.issuer.upload_expiry;
        self.canary.validate(&self.profiles, upload_expiry)?;
        self.webhooks.validate()?;
        WebhookClient::new(&self.webhooks)?;
        self.worker.validate()?;
        self.render.validate()?;
        self.log.validate()?;
        self.profiles.validate()?;
        self.validate_review()
    }

    /// Refuses reviews in a single bucket. Whoever may read its variants, such as a CDN, could read
    /// the review copies too.
    fn validate_review(&self) -> Result<(), SettingError> {
        let mut profiles = self.profiles.iter();
        let reviewed = profiles.find(|(_, profile)| profile.review);
        match reviewed {
            Some((name, _)) if self.storage.has_single_bucket() => Err(SettingError::new(
                format!("profiles.{name}.review"),
                "requires a media bucket of its own: set storage.media_bucket to another bucket \
                 than storage.raw_bucket",
            )),
            _ => Ok(()),
        }
    }
}

/// Returns the error for a profile that is not in the list of names.
pub(crate) fn unknown_profile(name: &ProfileName, known: &[String]) -> UsageError {
    let suggestion = nearest::nearest(name.as_str(), known.iter().map(String::as_str));
    let suggestion = suggestion.filter(|known| nearest::is_similar(name.as_str(), known));
    let suggestion = suggestion.map(|known| format!("did you mean `{known}`? "));
    let suggestion = suggestion.unwrap_or_default();
    UsageError(format!(
        "profile {name} does not exist; {suggestion}the profiles are: {} (settings `[profiles.NAME]`)",
        known.join(", ")
    ))
}

#[cfg(test)]
mod tests;
