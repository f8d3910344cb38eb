//! The profiles that a command is about.

use darkroom_contract::ProfileName;

use crate::exit_status::UsageError;
use crate::settings::Settings;

/// Returns the profile that the command line names, or all profiles if it names none.
///
/// # Errors
/// [`UsageError`] if there is no such profile.
pub(super) fn select_profiles(
    settings: &Settings,
    named: Option<&ProfileName>,
) -> Result<Vec<ProfileName>, UsageError> {
    let Some(profile) = named else {
        return Ok(settings
            .profiles
            .iter()
            .map(|(name, _)| name.clone())
            .collect());
    };
    settings.profile(profile)?;
    Ok(vec![profile.clone()])
}
