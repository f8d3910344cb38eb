//! The workers, and the time that an upload spends in each stage.

use serde::Serialize;

/// Workers of the same size.
///
/// The model treats the permits of all workers as one pool, and their render processes as another,
/// because every worker receives as long as it has a free permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Fleet {
    /// The number of workers.
    pub workers: u32,
    /// Messages that a worker processes at once (`worker.in_flight`).
    pub permits: u32,
    /// Images that a worker renders at once (`render.processes`).
    pub render_processes: u32,
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            workers: 1,
            permits: 4,
            render_processes: 2,
        }
    }
}

/// The time that an upload spends in each stage while nothing waits, in seconds.
///
/// The averages of a running deployment are `darkroom_worker_download_seconds`,
/// `darkroom_worker_render_seconds` and `darkroom_worker_write_seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StageTimes {
    /// From the PUT of the raw object until a worker can receive its event.
    pub notification: f64,
    /// Download of the raw object.
    pub download: f64,
    /// Rendering, on average.
    pub render: f64,
    /// Standard deviation of the rendering time, divided by the average. The times have a
    /// log-normal distribution.
    pub render_variation: f64,
    /// Writing of variants and manifest, and the checks of the raw object.
    pub write: f64,
}

impl Default for StageTimes {
    fn default() -> Self {
        Self {
            notification: 0.3,
            download: 0.1,
            render: 0.3,
            render_variation: 0.5,
            write: 0.15,
        }
    }
}

impl StageTimes {
    /// Returns a random rendering time.
    pub(crate) fn sample_render(&self, random: &mut fastrand::Rng) -> f64 {
        if self.render_variation <= 0.0 {
            return self.render;
        }
        let variance = self.render_variation.powi(2).ln_1p();
        let normal = standard_normal(random);
        self.render * variance.sqrt().mul_add(normal, -variance / 2.0).exp()
    }
}

/// Returns a random number with the standard normal distribution (Box and Muller).
fn standard_normal(random: &mut fastrand::Rng) -> f64 {
    // `f64()` is always below 1, so this is never the logarithm of zero.
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rendering_times_have_the_average_and_the_variation_of_their_parameters() {
        let times = StageTimes {
            render: 0.2,
            render_variation: 0.5,
            ..StageTimes::default()
        };
        let mut random = fastrand::Rng::with_seed(1);
        let samples: Vec<f64> = (0..200_000)
            .map(|_| times.sample_render(&mut random))
            .collect();
        let count = 200_000.0;
        let average = samples.iter().sum::<f64>() / count;
        let squares = samples.iter().map(|sample| (sample - average).powi(2));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        assert!((average - 0.2).abs() < 0.002, "{average}");
        assert!((deviation / average - 0.5).abs() < 0.02, "{deviation}");
    }

    #[test]
    fn without_variation_every_image_takes_the_average() {
        let times = StageTimes {
            render_variation: 0.0,
            ..StageTimes::default()
        };
        let mut random = fastrand::Rng::with_seed(1);
        assert_eq!(times.sample_render(&mut random), times.render);
    }
}
