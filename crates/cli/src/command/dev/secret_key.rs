//! The secret access key of a data folder.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tempfile::NamedTempFile;

use crate::path_text::path_text;

const FILE: &str = "secret-key";
/// 30 bytes are 40 characters in base64, the length of a secret key of AWS.
const BYTES: usize = 30;

/// Returns the secret key of the folder. Creates the folder and a random key if they do not exist.
///
/// The key is kept in a file, so that presigned URLs stay valid across restarts. Only the user who
/// runs the process can read the file.
pub(super) fn read_or_create(data_dir: &Path) -> anyhow::Result<String> {
    let path = data_dir.join(FILE);
    let context = || format!("cannot read or create {}", path_text(&path));
    if !path.exists() {
        create(data_dir, &path).with_context(context)?;
    }
    let key = fs::read_to_string(&path).with_context(context)?;
    let key = key.trim().to_owned();
    let is_valid = key.len() >= BYTES && key.chars().all(|c| c.is_ascii_graphic());
    ensure!(
        is_valid,
        "{} contains no valid secret key; delete the file to get a new key",
        path_text(&path)
    );
    Ok(key)
}

/// Creates the file and its content in one step. If another process has created the file first,
/// keeps that file.
fn create(data_dir: &Path, path: &Path) -> anyhow::Result<()> {
    let mut key = [0; BYTES];
    getrandom::fill(&mut key).context("cannot get random bytes from the system")?;
    fs::create_dir_all(data_dir)?;
    // Temporary files have the mode 0600.
    let mut file = NamedTempFile::new_in(data_dir)?;
    writeln!(file, "{}", URL_SAFE_NO_PAD.encode(key))?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
        persisted => persisted.map(drop).map_err(Into::into),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn each_folder_has_its_own_random_key_that_only_its_user_can_read() {
        let [first, second] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let folder = first.path().join("data");
        let key = read_or_create(&folder).unwrap();
        assert_eq!(key.len(), 40);
        assert_eq!(read_or_create(&folder).unwrap(), key);
        assert_ne!(read_or_create(second.path()).unwrap(), key);
        let mode = fs::metadata(folder.join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn the_error_for_a_file_without_a_key_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "\n").unwrap();
        let error = read_or_create(folder.path()).unwrap_err().to_string();
        assert!(error.contains(FILE), "{error}");
    }
}
