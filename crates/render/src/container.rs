//! The memory limit of the container that this process runs in.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder in which Linux mounts the control groups.
const CGROUP_ROOT: &str = "/sys/fs/cgroup";
/// Version 1 states this number or a larger one if there is no limit: it counts pages in 63 bits.
const UNLIMITED: u64 = 1 << 60;

/// Returns the limit that the control groups of this process set on its memory, in bytes. Supports
/// both versions of control groups. Returns `None` if there is no limit, and on systems other than
/// Linux.
///
/// The number of processors needs no such function:
/// [`available_parallelism`](std::thread::available_parallelism) respects the CPU quota.
pub fn container_memory() -> Option<u64> {
    let membership = fs::read_to_string("/proc/self/cgroup").ok()?;
    memory_limit(Path::new(CGROUP_ROOT), &membership)
}

/// Returns the smallest limit of the groups that `membership` names, and of the groups that contain
/// them. `membership` has one line per hierarchy, such as `0::/group` (version 2) or
/// `4:memory:/group` (version 1).
fn memory_limit(root: &Path, membership: &str) -> Option<u64> {
    let hierarchies = membership.lines().filter_map(|line| {
        let (controllers, group) = line.split_once(':')?.1.split_once(':')?;
        if controllers.is_empty() {
            Some((root.to_owned(), "memory.max", group))
        } else {
            let has_memory = controllers.split(',').any(|name| name == "memory");
            has_memory.then(|| (root.join("memory"), "memory.limit_in_bytes", group))
        }
    });
    hierarchies
        .flat_map(|(mount, file, group)| {
            let groups = groups_up_to(&mount, group);
            groups
                .into_iter()
                .filter_map(move |group| limit_in(&group.join(file)))
        })
        .min()
}

/// Returns the folder of a group and those of the groups that contain it, up to the mount point. In
/// a container, the path of the group may be that of the host, and only the mount point exists.
fn groups_up_to(mount: &Path, group: &str) -> Vec<PathBuf> {
    let relative = Path::new(group.trim_start_matches('/'));
    relative.ancestors().map(|path| mount.join(path)).collect()
}

fn limit_in(file: &Path) -> Option<u64> {
    let limit: u64 = fs::read_to_string(file).ok()?.trim().parse().ok()?;
    (limit < UNLIMITED).then_some(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    /// A folder in place of `/sys/fs/cgroup`. Dropping it deletes it.
    struct Groups(PathBuf);

    impl Groups {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let id = std::process::id();
            let root = std::env::temp_dir().join(format!("darkroom-cgroup-{name}-{id}"));
            for (path, content) in files {
                let path = root.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            Self(root)
        }
    }

    impl Drop for Groups {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn the_smallest_limit_of_a_group_and_its_parents_applies() {
        let groups = Groups::new(
            "v2",
            &[
                ("pod/memory.max", "1073741824\n"),
                ("pod/worker/memory.max", "2147483648\n"),
                ("free/memory.max", "max\n"),
            ],
        );
        assert_eq!(memory_limit(&groups.0, "0::/pod/worker\n"), Some(GIB));
        assert_eq!(memory_limit(&groups.0, "0::/free\n"), None);
        assert_eq!(memory_limit(&groups.0, "0::/elsewhere\n"), None);
    }

    #[test]
    fn a_container_with_the_path_of_its_host_has_the_limit_of_its_mount_point() {
        let groups = Groups::new("host", &[("memory.max", "1073741824\n")]);
        let membership = "0::/system.slice/docker-4f.scope\n";
        assert_eq!(memory_limit(&groups.0, membership), Some(GIB));
    }

    #[test]
    fn version_1_has_a_hierarchy_for_memory() {
        let groups = Groups::new(
            "v1",
            &[
                ("memory/memory.limit_in_bytes", "9223372036854771712\n"),
                ("memory/docker/4f/memory.limit_in_bytes", "1073741824\n"),
            ],
        );
        let membership = |group: &str| format!("9:cpu,cpuacct:{group}\n4:memory:{group}\n0::/\n");
        assert_eq!(
            memory_limit(&groups.0, &membership("/docker/4f")),
            Some(GIB)
        );
        assert_eq!(memory_limit(&groups.0, &membership("/")), None);
    }
}
