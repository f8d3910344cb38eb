use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::Duration;

use crate::wait;

/// How long a process waits while another makes an environment or pulls an image.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// Waits until no other holder of `file`, in any process, is left. The lock ends when the returned
/// file is dropped, or with the process.
///
/// # Errors
/// If the file cannot be made, or another holds it for longer than half an hour.
pub(super) fn exclusive(file: &Path) -> Result<File, String> {
    let failed = |why: &dyn std::fmt::Display| format!("{}: {why}", file.display());
    let folder = file.parent().unwrap_or(Path::new("."));
    let opened = fs::create_dir_all(folder).and_then(|()| File::create(file));
    let opened = opened.map_err(|error| failed(&error))?;
    let locked = wait::until("another process to be done", PATIENCE, || {
        match opened.try_lock() {
            Ok(()) => Some(Ok(())),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => Some(Err(error)),
        }
    });
    locked
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))?;
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn the_second_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("folder/lock");
        let first = exclusive(&file).unwrap();
        thread::scope(|scope| {
            let second = scope.spawn(|| exclusive(&file).unwrap());
            let barged_in = wait::until("it", Duration::from_millis(200), || second.is_finished());
            assert!(barged_in.is_err());
            drop(first);
            second.join().unwrap();
        });
    }

    #[test]
    fn a_file_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = exclusive(folder.path()).unwrap_err();
        assert!(
            error.starts_with(&folder.path().display().to_string()),
            "{error}"
        );
    }
}
