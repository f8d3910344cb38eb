//! The arrival of uploads over time.

/// The length of a day in seconds.
const DAY: u32 = 86_400;
/// The largest number of uploads in one simulation. They take about 3 GB of memory.
const MAX_UPLOADS: u64 = 100_000_000;

/// The number of uploads that arrive in each of a sequence of intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    intervals: Vec<Arrivals>,
}

/// Uploads that arrive at random times of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Arrivals {
    starts_at: f64,
    seconds: f64,
    /// The relative share of the uploads, from which [`distribute`] computes `count`. 0 in a trace.
    weight: f64,
    count: u64,
}

/// The error of [`Traffic::from_csv`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// A line is not `SECOND,UPLOADS`.
    #[error("line {0}: must be SECOND,UPLOADS, such as 3600,1500")]
    Malformed(usize),
    /// The second of a line is not after that of the line before.
    #[error("line {0}: the second must be greater than that of the line before")]
    Unordered(usize),
    /// There are fewer than two lines, or no uploads.
    #[error("must have at least two lines, and at least one upload")]
    Empty,
    /// There are more uploads than one simulation can hold.
    #[error("must have at most {MAX_UPLOADS} uploads")]
    TooMany,
}

impl Traffic {
    /// Creates a day with `uploads` uploads. In its middle, the rate rises to `peak` times the rate
    /// of the rest of the day, and falls again, within `peak_seconds` (a raised cosine).
    ///
    /// The number of uploads is limited to 100 million.
    pub fn day(uploads: u64, peak: f64, peak_seconds: u32) -> Self {
        let uploads = uploads.min(MAX_UPLOADS);
        let middle = f64::from(DAY) / 2.0;
        let half = f64::from(peak_seconds.clamp(1, DAY)) / 2.0;
        let intervals = (0..DAY).map(|second| {
            let distance = (f64::from(second) + 0.5 - middle).abs() / half;
            let shape = if distance < 1.0 {
                (1.0 + (std::f64::consts::PI * distance).cos()) / 2.0
            } else {
                0.0
            };
            Arrivals {
                starts_at: f64::from(second),
                seconds: 1.0,
                weight: (peak - 1.0).max(0.0).mul_add(shape, 1.0),
                count: 0,
            }
        });
        let mut intervals: Vec<Arrivals> = intervals.collect();
        distribute(&mut intervals, uploads);
        Self { intervals }
    }

    /// Reads a trace: lines of `SECOND,UPLOADS`. A line states the number of uploads from its
    /// second to that of the next line. The last interval is as long as the one before. The first
    /// line may be a header.
    ///
    /// # Errors
    /// The first invalid line.
    pub fn from_csv(text: &str) -> Result<Self, TraceError> {
        let mut points: Vec<(f64, u64)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let is_number = |text: &str| text.trim().parse::<f64>().is_ok();
            let first = line.split_once(',').map_or(line, |(first, _)| first);
            let is_header = index == 0
                && !is_number(first)
                && first.starts_with(|c: char| c.is_ascii_alphabetic());
            if line.trim().is_empty() || is_header {
                continue;
            }
            let point = parse_line(line).ok_or(TraceError::Malformed(number))?;
            if points.last().is_some_and(|last| last.0 >= point.0) {
                return Err(TraceError::Unordered(number));
            }
            points.push(point);
        }
        let mut total: u64 = 0;
        for (_, count) in &points {
            total = total.saturating_add(*count);
        }
        if points.len() < 2 || total == 0 {
            return Err(TraceError::Empty);
        }
        if total > MAX_UPLOADS {
            return Err(TraceError::TooMany);
        }
        Ok(Self {
            intervals: intervals(&points),
        })
    }

    /// Returns the time of each upload in seconds, in order.
    pub fn arrivals(&self, seed: u64) -> Vec<f64> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut times = Vec::new();
        for interval in &self.intervals {
            for _ in 0..interval.count {
                times.push(random.f64().mul_add(interval.seconds, interval.starts_at));
            }
        }
        times.sort_unstable_by(f64::total_cmp);
        times
    }
}

/// Gives each interval its share of the uploads. The rounding errors do not add up.
fn distribute(intervals: &mut [Arrivals], uploads: u64) {
    let total: f64 = intervals.iter().map(|interval| interval.weight).sum();
    let (mut weight, mut given) = (0.0, 0);
    for interval in intervals {
        weight += interval.weight;
        let due = share(uploads, weight / total);
        interval.count = due.saturating_sub(given);
        given = given.max(due);
    }
}

fn share(uploads: u64, part: f64) -> u64 {
    (uploads as f64 * part).round() as u64
}

fn parse_line(line: &str) -> Option<(f64, u64)> {
    let (second, uploads) = line.split_once(',')?;
    let second: f64 = second.trim().parse().ok()?;
    let is_valid = second.is_finite() && second >= 0.0;
    Some((second, uploads.trim().parse().ok()?)).filter(|_| is_valid)
}

fn intervals(points: &[(f64, u64)]) -> Vec<Arrivals> {
    let mut seconds: Vec<f64> = points
        .windows(2)
        .filter_map(|pair| Some(pair.last()?.0 - pair.first()?.0))
        .collect();
    seconds.extend(seconds.last().copied());
    let pairs = points.iter().zip(seconds);
    let interval = |(&(starts_at, count), seconds): (&(f64, u64), f64)| Arrivals {
        starts_at,
        seconds,
        weight: 0.0,
        count,
    };
    pairs.map(interval).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(times: &[f64], from: f64, to: f64) -> f64 {
        let inside = times.iter().filter(|time| (from..to).contains(*time));
        f64::from(u32::try_from(inside.count()).unwrap())
    }

    #[test]
    fn a_day_has_all_uploads_and_a_peak_of_the_given_height() {
        let times = Traffic::day(1_000_000, 20.0, 3600).arrivals(1);
        assert_eq!(times.len(), 1_000_000);
        assert!(times.is_sorted());
        let night = count(&times, 0.0, 36_000.0) / 36_000.0;
        let noon = count(&times, 43_140.0, 43_260.0) / 120.0;
        assert!((noon / night - 20.0).abs() < 1.0, "{}", noon / night);
    }

    #[test]
    fn the_seed_alone_decides_the_times() {
        let day = Traffic::day(1000, 20.0, 3600);
        assert_eq!(day.arrivals(1), day.arrivals(1));
        assert_ne!(day.arrivals(1), day.arrivals(2));
    }

    #[test]
    fn a_trace_states_the_uploads_of_each_interval() {
        let trace = Traffic::from_csv("second,uploads\n0,10\n60,100\n\n90,5\n").unwrap();
        let times = trace.arrivals(1);
        assert_eq!(count(&times, 0.0, 60.0), 10.0);
        assert_eq!(count(&times, 60.0, 90.0), 100.0);
        assert_eq!(count(&times, 90.0, 120.0), 5.0);
    }

    #[test]
    fn an_invalid_trace_is_refused_with_its_line() {
        for (text, expected) in [
            ("0,10\nx,20\n", TraceError::Malformed(2)),
            ("0,10\n60\n", TraceError::Malformed(2)),
            ("0,10\n60,-1\n", TraceError::Malformed(2)),
            ("-1,10\n60,1\n", TraceError::Malformed(1)),
            ("inf,10\n60,1\n", TraceError::Malformed(1)),
            ("h,u\n60,10\n60,20\n", TraceError::Unordered(3)),
            ("0,10\n", TraceError::Empty),
            ("0,0\n1,0\n", TraceError::Empty),
            ("", TraceError::Empty),
            ("0,100000000\n1,1\n", TraceError::TooMany),
            ("0,18446744073709551615\n1,1\n", TraceError::TooMany),
        ] {
            assert_eq!(Traffic::from_csv(text), Err(expected), "{text:?}");
        }
    }
}
