//! The division of a container's memory between the parts of a worker.

use bytesize::ByteSize;
use darkroom_contract::{Profile, SettingError};
use darkroom_render::container_memory;

use crate::settings::Settings;

/// The memory of everything but render processes and raw objects: the program itself, the variants
/// of the messages in progress, and connections.
const BASE: u64 = 128 << 20;
/// Raw objects get at most the memory of the container divided by this number, unless the largest
/// accepted raw object needs more.
const BUFFERED_PART: u64 = 4;

/// Reduces the number of render processes and the memory for raw objects until they fit into the
/// container, if there is a limit on its memory.
///
/// # Errors
/// If not even one render process fits, or if fewer than `render.processes` fit. The kernel would
/// otherwise kill render processes in the middle of good images.
pub(crate) fn fit_to_container(settings: &mut Settings) -> Result<(), SettingError> {
    match container_memory() {
        Some(limit) => fit_to(settings, limit),
        None => Ok(()),
    }
}

fn fit_to(settings: &mut Settings, limit: u64) -> Result<(), SettingError> {
    let largest = |(_, profile): (_, &Profile)| profile.max_bytes.as_u64();
    let largest = settings.profiles.iter().map(largest).max();
    let largest = largest.unwrap_or_default();
    let buffered = settings.worker.max_buffered.as_u64();
    let buffered = buffered.min((limit / BUFFERED_PART).max(largest));
    let process = settings.render.max_memory.as_u64();
    let fitting = limit.saturating_sub(BASE + buffered) / process;
    let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
    let least = settings.render.processes.max(1);
    if fitting < least {
        return Err(too_small(settings, limit, buffered, least, fitting));
    }
    let processes = settings.render.process_count().min(fitting);
    let is_reduced = processes < settings.render.process_count()
        || buffered < settings.worker.max_buffered.as_u64();
    if is_reduced {
        tracing::warn!(
            container = %ByteSize(limit),
            processes,
            max_buffered = %ByteSize(buffered),
            "the container is small: using fewer render processes or less memory for raw objects"
        );
    }
    settings.render.processes = processes;
    settings.worker.max_buffered = ByteSize(buffered);
    Ok(())
}

fn too_small(
    settings: &Settings,
    limit: u64,
    buffered: u64,
    processes: usize,
    fitting: usize,
) -> SettingError {
    let process = settings.render.max_memory;
    let needed = processes as u64 * process.as_u64() + BASE + buffered;
    let sum = format!(
        "the container has {}, but {processes} x {process} (render.max_memory), {} for raw objects \
         (worker.max_buffered) and {} for everything else make {}",
        ByteSize(limit),
        ByteSize(buffered),
        ByteSize(BASE),
        ByteSize(needed),
    );
    if fitting > 0 {
        let problem = format!("must be at most {fitting}, or the container must be larger: {sum}");
        return SettingError::new("render.processes", problem);
    }
    let rest = ByteSize(limit.saturating_sub(BASE + buffered));
    let problem = format!("must be at most {rest}, or the container must be larger: {sum}");
    SettingError::new("render.max_memory", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn settings(processes: usize) -> Settings {
        let mut settings = Settings::default();
        settings.render.processes = processes;
        settings
    }

    #[test]
    fn a_large_container_changes_nothing() {
        for processes in [0, 3] {
            let mut fitted = settings(processes);
            fit_to(&mut fitted, 1024 * GIB).unwrap();
            let default = settings(processes);
            assert_eq!(fitted.render.processes, default.render.process_count());
            assert_eq!(fitted.worker, default.worker);
        }
    }

    #[test]
    fn the_default_number_of_processes_and_the_buffer_fit_into_the_container() {
        let mut fitted = settings(0);
        fit_to(&mut fitted, GIB + GIB / 2).unwrap();
        assert_eq!(fitted.render.processes, 1);
        assert_eq!(fitted.worker.max_buffered, ByteSize::mib(256));
        let mut fitted = settings(0);
        fitted.render.max_memory = ByteSize::mib(256);
        fit_to(&mut fitted, GIB / 2).unwrap();
        assert_eq!(fitted.render.processes, 1);
        assert_eq!(fitted.worker.max_buffered, ByteSize::mib(128));
    }

    #[test]
    fn a_container_that_is_too_small_is_an_error_with_all_numbers() {
        let error = fit_to(&mut settings(0), GIB / 2).unwrap_err().to_string();
        let expected = "render.max_memory must be at most 256.0 MiB, or the container must be \
                        larger: the container has 512.0 MiB, but 1 x 1.0 GiB (render.max_memory), \
                        128.0 MiB for raw objects (worker.max_buffered) and 128.0 MiB for \
                        everything else make 1.2 GiB";
        assert!(error.starts_with(expected), "{error}");
        let error = fit_to(&mut settings(4), 3 * GIB).unwrap_err();
        assert_eq!(error.key(), "render.processes");
        assert!(error.to_string().contains("must be at most 2"), "{error}");
    }
}
