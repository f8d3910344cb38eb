//! The retry schedule of an undelivered event.

use std::time::Duration;

use darkroom_cloud::Backoff;

use crate::settings::WebhookSettings;

/// The longest delay of a message on SQS.
const MAX_DELAY: Duration = Duration::from_secs(15 * 60);

/// The retry schedule. Delays double from `webhooks.first_retry` up to 15 minutes, and each is
/// shortened at random by up to half. An event that is older than `webhooks.give_up_after` is not
/// retried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetrySchedule {
    backoff: Backoff,
    give_up_after: Duration,
}

impl RetrySchedule {
    pub(crate) const fn new(settings: &WebhookSettings) -> Self {
        Self {
            backoff: Backoff::doubling(settings.first_retry, MAX_DELAY),
            give_up_after: settings.give_up_after,
        }
    }

    /// Returns the delay after this many failed attempts, or `None` if the event is too old for
    /// another attempt.
    pub(crate) fn delay(&self, failed_attempts: u32, age: time::Duration) -> Option<Duration> {
        (age <= self.give_up_after).then(|| self.backoff.delay(failed_attempts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_maximum_and_an_event_that_is_too_old_is_not_retried() {
        let settings = WebhookSettings::default();
        let schedule = RetrySchedule::new(&settings);
        let delay = |attempts| schedule.delay(attempts, time::Duration::ZERO).unwrap();
        assert!(delay(1) <= settings.first_retry);
        assert!(delay(2) > settings.first_retry / 2 && delay(2) <= settings.first_retry * 2);
        assert!(delay(100) <= MAX_DELAY);
        let too_old = time::Duration::try_from(settings.give_up_after).unwrap() * 2;
        assert_eq!(schedule.delay(1, too_old), None);
    }
}
