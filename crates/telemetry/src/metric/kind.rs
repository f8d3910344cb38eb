//! The kinds of metrics.

use metrics::{
    Label, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

/// What can be said of a metric of any kind.
pub trait Described: Sync {
    /// Its name, as it is scraped.
    fn name(&self) -> &'static str;
    /// What it counts.
    fn help(&self) -> &'static str;
    /// Tells the recorder what it is, and that it is there.
    fn describe(&self);
}

/// A number that only grows, for each combination of `L` labels.
#[derive(Debug)]
pub struct Counter<const L: usize>(Metric<L>);

/// A number that rises and falls.
#[derive(Debug)]
pub struct Gauge(Metric<0>);

/// How often something took how long, in seconds, for each combination of `L` labels.
#[derive(Debug)]
pub struct Seconds<const L: usize>(Metric<L>);

#[derive(Debug)]
struct Metric<const L: usize> {
    name: &'static str,
    labels: [&'static str; L],
    help: &'static str,
}

/// Part of a [`Gauge`] for as long as this lives.
#[derive(Debug)]
pub struct Share {
    gauge: &'static Gauge,
    amount: f64,
}

impl<const L: usize> Counter<L> {
    pub(super) const fn new(
        name: &'static str,
        labels: [&'static str; L],
        help: &'static str,
    ) -> Self {
        Self(Metric { name, labels, help })
    }

    /// Counts `amount` more, with the values of the labels in their order.
    pub fn add(&self, amount: u64, values: [&str; L]) {
        counter!(self.0.name, self.0.with(values)).increment(amount);
    }
}

impl Gauge {
    pub(super) const fn new(name: &'static str, help: &'static str) -> Self {
        let labels = [];
        Self(Metric { name, labels, help })
    }

    /// Sets it, whatever it was.
    pub fn set(&self, value: f64) {
        gauge!(self.0.name).set(value);
    }

    /// Adds `amount` until what is returned is dropped, which cannot be forgotten.
    pub fn share(&'static self, amount: f64) -> Share {
        gauge!(self.0.name).increment(amount);
        Share {
            gauge: self,
            amount,
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        gauge!(self.gauge.0.name).decrement(self.amount);
    }
}

impl<const L: usize> Seconds<L> {
    pub(super) const fn new(
        name: &'static str,
        labels: [&'static str; L],
        help: &'static str,
    ) -> Self {
        Self(Metric { name, labels, help })
    }

    /// Notes one more, with the values of the labels in their order.
    pub fn record(&self, seconds: f64, values: [&str; L]) {
        histogram!(self.0.name, self.0.with(values)).record(seconds);
    }
}

impl<const L: usize> Metric<L> {
    fn with(&self, values: [&str; L]) -> Vec<Label> {
        let labels = self.labels.iter().zip(values);
        labels
            .map(|(name, value)| Label::new(*name, value.to_owned()))
            .collect()
    }
}

impl<const L: usize> Described for Counter<L> {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn help(&self) -> &'static str {
        self.0.help
    }

    fn describe(&self) {
        describe_counter!(self.0.name, self.0.help);
        if L == 0 {
            counter!(self.0.name).increment(0);
        }
    }
}

impl Described for Gauge {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn help(&self) -> &'static str {
        self.0.help
    }

    fn describe(&self) {
        describe_gauge!(self.0.name, self.0.help);
        gauge!(self.0.name).increment(0.0);
    }
}

impl<const L: usize> Described for Seconds<L> {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn help(&self) -> &'static str {
        self.0.help
    }

    fn describe(&self) {
        describe_histogram!(self.0.name, metrics::Unit::Seconds, self.0.help);
    }
}
