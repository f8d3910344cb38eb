//! The load of a run.

/// The load of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// The number of uploads in the queue for Darkroom.
    pub(crate) uploads: usize,
    /// The number of uploads in the queue for Python, which takes several times as long for each.
    pub(crate) python_uploads: usize,
    /// The number of uploads at half of the throughput.
    pub(crate) paced_uploads: usize,
    /// The number of photos in the folder of `darkroom upload`.
    pub(crate) folder_photos: usize,
    /// The number of runs. Each figure is the median.
    pub(crate) runs: usize,
    /// `true` for small generated photos.
    pub(crate) is_short: bool,
}

impl Size {
    /// The load for which the goals are defined.
    pub const FULL: Self = Self {
        uploads: 64,
        python_uploads: 24,
        paced_uploads: 32,
        folder_photos: 104,
        runs: 3,
        is_short: false,
    };
    /// A small load, which only shows that everything can be measured.
    pub const SHORT: Self = Self {
        uploads: 6,
        python_uploads: 6,
        paced_uploads: 2,
        folder_photos: 4,
        runs: 1,
        is_short: true,
    };

    /// Returns this load with another number of runs.
    #[must_use]
    pub fn with_runs(self, runs: usize) -> Self {
        Self { runs, ..self }
    }
}
