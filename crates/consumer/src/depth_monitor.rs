//! The depths of a queue and of its dead-letter queue, as metrics.

use std::sync::Arc;
use std::time::Duration;

use darkroom_cloud::{CloudError, Queue};
use darkroom_telemetry::metric;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// The time between two readings. Each reading is two requests to SQS.
const INTERVAL: Duration = Duration::from_secs(30);

/// A loop that reads the depths of a queue and of its dead-letter queue. Messages that SQS itself
/// moves to the dead-letter queue are visible here only, because no consumer counts them.
///
/// Every process that consumes a queue reads its depths, so the metric exists as long as one such
/// process runs. All of them report the same queue: aggregate with `max`, never with `sum`.
#[derive(Debug)]
pub struct DepthMonitor {
    name: &'static str,
    queue: Arc<dyn Queue>,
    dead_letters: Arc<dyn Queue>,
    is_failing: bool,
}

impl DepthMonitor {
    /// Creates a monitor. `name` is the name of the queue in logs and metrics. Makes no call yet.
    pub fn new(name: &'static str, queue: Arc<dyn Queue>, dead_letters: Arc<dyn Queue>) -> Self {
        Self {
            name,
            queue,
            dead_letters,
            is_failing: false,
        }
    }

    /// Reads the depths every 30 s, until `stop` is cancelled.
    ///
    /// While a depth cannot be read, for example without `sqs:GetQueueAttributes`, its metric is
    /// `NaN`: an old value would suggest that the number is known.
    pub async fn run(mut self, stop: CancellationToken) {
        let read_repeatedly = async {
            loop {
                self.read_once().await;
                sleep(INTERVAL).await;
            }
        };
        stop.run_until_cancelled(read_repeatedly).await;
    }

    async fn read_once(&mut self) {
        let (depth, dead_letters) = tokio::join!(self.queue.depth(), self.dead_letters.depth());
        let states = [
            ("visible", depth.as_ref().map(|depth| depth.visible)),
            ("in_flight", depth.as_ref().map(|depth| depth.in_flight)),
            ("delayed", depth.as_ref().map(|depth| depth.delayed)),
        ];
        for (state, count) in states {
            metric::QUEUE_MESSAGES.set(count.map_or(f64::NAN, to_f64), [self.name, state]);
        }
        let total = dead_letters
            .as_ref()
            .map(|depth| depth.visible + depth.in_flight + depth.delayed);
        metric::QUEUE_DEAD_LETTERS.set(total.map_or(f64::NAN, to_f64), [self.name]);
        self.log_change(depth.err().or(dead_letters.err()));
    }

    /// Logs only the first of several consecutive failures.
    fn log_change(&mut self, error: Option<CloudError>) {
        let queue = self.name;
        match &error {
            Some(error) if !self.is_failing => tracing::warn!(
                queue,
                %error,
                "the depths of the queues cannot be read; check sqs:GetQueueAttributes"
            ),
            None if self.is_failing => {
                tracing::info!(queue, "the depths of the queues can be read again");
            }
            _ => {}
        }
        self.is_failing = error.is_some();
    }
}

fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use darkroom_cloud::{CloudErrorKind, MemoryQueue};
    use darkroom_contract::Clock;
    use darkroom_telemetry::{BuildInfo, exposition, install};

    use super::*;

    const BUILD: BuildInfo = BuildInfo {
        version: "1",
        commit: "2",
        date: "3",
        profile: "4",
        target: "5",
    };

    fn assert_value(series: &str, expected: &str) {
        let text = exposition();
        let value = text.lines().find_map(|line| line.strip_prefix(series));
        assert_eq!(value.map(str::trim), Some(expected), "{series}");
    }

    /// Only this test of the crate reads metrics, because they are global to the process.
    #[tokio::test(start_paused = true)]
    async fn depths_are_reported_every_30_s_and_are_unknown_while_sqs_fails() {
        install(&BUILD).unwrap();
        let dead_letters = MemoryQueue::new(Clock::system());
        let queue = MemoryQueue::with_dead_letters(Clock::system(), 1, dead_letters.clone());
        let monitor = DepthMonitor::new(
            "depths",
            Arc::new(queue.clone()),
            Arc::new(dead_letters.clone()),
        );
        let stop = CancellationToken::new();
        let running = tokio::spawn(monitor.run(stop.clone()));
        let bodies = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        queue.send(&bodies).await.unwrap();
        queue.send_delayed("d", INTERVAL * 10).await.unwrap();
        queue
            .receive(1, Duration::ZERO, INTERVAL * 2)
            .await
            .unwrap();
        sleep(INTERVAL + Duration::from_secs(1)).await;
        let of_queue =
            |state| format!(r#"darkroom_queue_messages{{queue="depths",state="{state}"}}"#);
        let of_dead_letters = r#"darkroom_queue_dead_letters{queue="depths"}"#;
        for (state, expected) in [("visible", "2"), ("in_flight", "1"), ("delayed", "1")] {
            assert_value(&of_queue(state), expected);
        }
        assert_value(of_dead_letters, "0");
        // The queue itself moves the message that was received once.
        sleep(INTERVAL).await;
        queue
            .receive(10, Duration::ZERO, INTERVAL * 9)
            .await
            .unwrap();
        sleep(INTERVAL).await;
        assert_value(of_dead_letters, "1");
        dead_letters.fail(CloudErrorKind::Forbidden);
        sleep(INTERVAL).await;
        assert_value(of_dead_letters, "NaN");
        assert_value(&of_queue("visible"), "0");
        dead_letters.succeed();
        sleep(INTERVAL).await;
        assert_value(of_dead_letters, "1");
        stop.cancel();
        running.await.unwrap();
    }
}
