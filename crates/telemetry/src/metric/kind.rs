//! The kinds of metrics.

use metrics::{
    Label, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

/// A metric of any kind, for code that handles all metrics.
pub trait Metric: Sync {
    /// Returns the name under which Prometheus scrapes the metric.
    fn name(&self) -> &'static str;
    /// Returns the labels.
    fn labels(&self) -> &[LabelDefinition];
    /// Returns the description, which is one sentence.
    fn help(&self) -> &'static str;
    /// Returns Prometheus's name for the kind of metric, such as `"counter"`.
    fn kind(&self) -> &'static str;
    /// Describes the metric to the recorder.
    fn describe(&self);
    /// Creates the series with these label values, in the order of the labels. The series starts at
    /// zero. If it already exists, it keeps its value.
    fn start(&self, values: &[&str]);
}

/// A label of a metric.
#[derive(Debug)]
pub struct LabelDefinition {
    /// The name.
    pub name: &'static str,
    /// All values. This is empty if the values depend on the deployment.
    pub values: &'static [&'static str],
}

/// A number that only grows, for each combination of the values of `L` labels.
#[derive(Debug)]
pub struct Counter<const L: usize>(Definition<L>);

/// A number that rises and falls, for each combination of the values of `L` labels.
#[derive(Debug)]
pub struct Gauge<const L: usize>(Definition<L>);

/// A distribution of durations in seconds, for each combination of the values of `L` labels.
#[derive(Debug)]
pub struct Histogram<const L: usize>(Definition<L>);

#[derive(Debug)]
struct Definition<const L: usize> {
    name: &'static str,
    labels: [LabelDefinition; L],
    help: &'static str,
}

/// A guard for an amount that a [`Gauge`] includes until the guard is dropped.
#[must_use]
pub struct GaugeGuard {
    gauge: metrics::Gauge,
    amount: f64,
}

impl<const L: usize> Counter<L> {
    pub(super) const fn new(
        name: &'static str,
        labels: [LabelDefinition; L],
        help: &'static str,
    ) -> Self {
        Self(Definition { name, labels, help })
    }

    /// Adds `amount`. `values` are the label values, in the order of the labels.
    pub fn add(&self, amount: u64, values: [&str; L]) {
        counter!(self.0.name, self.0.labeled(&values)).increment(amount);
    }
}

impl<const L: usize> Gauge<L> {
    pub(super) const fn new(
        name: &'static str,
        labels: [LabelDefinition; L],
        help: &'static str,
    ) -> Self {
        Self(Definition { name, labels, help })
    }

    /// Sets the value. `values` are the label values, in the order of the labels.
    pub fn set(&self, value: f64, values: [&str; L]) {
        gauge!(self.0.name, self.0.labeled(&values)).set(value);
    }

    /// Adds `amount` until the guard is dropped.
    pub fn track(&self, amount: f64, values: [&str; L]) -> GaugeGuard {
        let gauge = gauge!(self.0.name, self.0.labeled(&values));
        gauge.increment(amount);
        GaugeGuard { gauge, amount }
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        self.gauge.decrement(self.amount);
    }
}

impl std::fmt::Debug for GaugeGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GaugeGuard")
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

impl<const L: usize> Histogram<L> {
    pub(super) const fn new(
        name: &'static str,
        labels: [LabelDefinition; L],
        help: &'static str,
    ) -> Self {
        Self(Definition { name, labels, help })
    }

    /// Records one duration. `values` are the label values, in the order of the labels.
    pub fn record(&self, seconds: f64, values: [&str; L]) {
        histogram!(self.0.name, self.0.labeled(&values)).record(seconds);
    }
}

impl<const L: usize> Definition<L> {
    /// Returns the labels of a series. Panics in debug builds if a value is not declared.
    fn labeled(&self, values: &[&str]) -> Vec<Label> {
        let labels = self.labels.iter().zip(values);
        let label = |(label, value): (&LabelDefinition, &&str)| {
            let is_declared = label.values.is_empty() || label.values.contains(value);
            debug_assert!(is_declared, "{}: {} {value:?}", self.name, label.name);
            Label::new(label.name, (*value).to_owned())
        };
        labels.map(label).collect()
    }
}

macro_rules! metric {
    ($type:ident, $kind:literal, $describe:expr, $start:expr) => {
        impl<const L: usize> Metric for $type<L> {
            fn name(&self) -> &'static str {
                self.0.name
            }

            fn labels(&self) -> &[LabelDefinition] {
                &self.0.labels
            }

            fn help(&self) -> &'static str {
                self.0.help
            }

            fn kind(&self) -> &'static str {
                $kind
            }

            fn describe(&self) {
                let describe: fn(&'static str, &'static str) = $describe;
                describe(self.0.name, self.0.help);
            }

            fn start(&self, values: &[&str]) {
                let start: fn(&'static str, Vec<Label>) = $start;
                start(self.0.name, self.0.labeled(values));
            }
        }
    };
}

metric!(
    Counter,
    "counter",
    |name, help| describe_counter!(name, help),
    |name, labels| counter!(name, labels).increment(0)
);

metric!(
    Gauge,
    "gauge",
    |name, help| describe_gauge!(name, help),
    |name, labels| gauge!(name, labels).increment(0.0)
);

metric!(
    Histogram,
    "histogram",
    |name, help| describe_histogram!(name, metrics::Unit::Seconds, help),
    |name, labels| drop(histogram!(name, labels))
);
