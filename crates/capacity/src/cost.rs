//! The cost at list prices.

use serde::Serialize;

use crate::calls::{CALLS, Service};

const SECONDS_PER_HOUR: f64 = 3600.0;

/// List prices in US dollars, without free tiers and discounts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prices {
    /// A call of [`Service::S3Write`].
    pub s3_write: f64,
    /// A call of [`Service::S3Read`].
    pub s3_read: f64,
    /// A call of SQS.
    pub sqs: f64,
    /// A virtual CPU for an hour.
    pub vcpu_hour: f64,
    /// A GB of memory for an hour.
    pub gb_hour: f64,
    /// A GB in S3 Standard for a month.
    pub s3_gb_month: f64,
}

impl Default for Prices {
    /// Returns the prices of S3, SQS and Fargate (Linux on ARM) in us-east-1, as of November 2026.
    fn default() -> Self {
        Self {
            s3_write: 0.005e-3,
            s3_read: 0.0004e-3,
            sqs: 0.4e-6,
            vcpu_hour: 0.032_38,
            gb_hour: 0.003_56,
            s3_gb_month: 0.023,
        }
    }
}

/// The size and the running time of the workers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compute {
    /// The number of workers.
    pub workers: u32,
    /// The virtual CPUs of a worker.
    pub vcpus: f64,
    /// The memory of a worker in GB.
    pub memory_gb: f64,
    /// The time that the workers run, in seconds.
    pub seconds: f64,
}

/// The cost of a number of uploads in US dollars.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// Calls of S3 that write.
    pub s3_write: f64,
    /// Calls of S3 that read.
    pub s3_read: f64,
    /// Calls of SQS.
    pub sqs: f64,
    /// Workers.
    pub compute: f64,
    /// All of the above.
    pub total: f64,
    /// The cost of each later month, as long as the raw objects of these uploads are kept.
    pub raw_storage_per_month: f64,
}

impl Cost {
    /// Returns the cost of `uploads` uploads with `variants` variants and `raw_bytes` bytes each.
    pub fn new(
        uploads: f64,
        variants: f64,
        raw_bytes: f64,
        compute: Compute,
        prices: &Prices,
    ) -> Self {
        let calls_to = |service| {
            let calls = CALLS.iter().filter(|calls| calls.service == service);
            uploads * calls.map(|calls| calls.per_upload(variants)).sum::<f64>()
        };
        let s3_write = calls_to(Service::S3Write) * prices.s3_write;
        let s3_read = calls_to(Service::S3Read) * prices.s3_read;
        let sqs = calls_to(Service::Sqs) * prices.sqs;
        let hours = f64::from(compute.workers) * compute.seconds / SECONDS_PER_HOUR;
        let per_hour = compute
            .vcpus
            .mul_add(prices.vcpu_hour, compute.memory_gb * prices.gb_hour);
        let compute = hours * per_hour;
        Self {
            s3_write,
            s3_read,
            sqs,
            compute,
            total: s3_write + s3_read + sqs + compute,
            raw_storage_per_month: uploads * raw_bytes / 1e9 * prices.s3_gb_month,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() < 1e-6, "{actual} {expected}");
    }

    #[test]
    fn a_million_uploads_with_two_variants_cost_20_dollars_of_writes() {
        let compute = Compute {
            workers: 10,
            vcpus: 2.0,
            memory_gb: 4.0,
            seconds: 86_400.0,
        };
        let cost = Cost::new(1e6, 2.0, 3e6, compute, &Prices::default());
        assert_close(cost.s3_write, 20.0);
        assert_close(cost.s3_read, 1.6);
        assert_close(cost.sqs, 0.48);
        assert_close(cost.compute, 240.0 * (2.0 * 0.032_38 + 4.0 * 0.003_56));
        let parts = cost.s3_write + cost.s3_read + cost.sqs + cost.compute;
        assert_close(cost.total, parts);
        assert_close(cost.raw_storage_per_month, 69.0);
    }
}
