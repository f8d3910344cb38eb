//! The steps of one provisioning run.

use super::resource::{Change, Resource, Step};
use crate::{CloudError, CloudErrorKind};

/// The steps of one run. Each step is reported when it is finished.
pub(super) struct Steps<'a> {
    pub(super) dry_run: bool,
    report: &'a mut (dyn FnMut(Step) + Send),
}

impl<'a> Steps<'a> {
    pub(super) const fn new(dry_run: bool, report: &'a mut (dyn FnMut(Step) + Send)) -> Self {
        Self { dry_run, report }
    }

    /// Reports a step, unless it failed because the service is unavailable, timed out or throttles
    /// calls.
    ///
    /// # Errors
    /// The error of a step that is not reported. The run should then end, because every later step
    /// would wait just as long.
    pub(super) fn finish(
        &mut self,
        resource: Resource,
        result: Result<Change, CloudError>,
    ) -> Result<(), CloudError> {
        match result {
            Err(error) if is_down(&error) => Err(error),
            result => {
                (self.report)(Step { resource, result });
                Ok(())
            }
        }
    }

    /// Reports a check that failed. A check that succeeded is no step.
    ///
    /// # Errors
    /// The same as for [`Steps::finish`].
    pub(super) fn finish_if_failed(
        &mut self,
        resource: Resource,
        result: Result<(), CloudError>,
    ) -> Result<(), CloudError> {
        match result {
            Ok(()) => Ok(()),
            Err(error) => self.finish(resource, Err(error)),
        }
    }

    /// Reports a step that needs a missing queue. A dry run reports success, because a real run
    /// creates the queue first.
    ///
    /// # Errors
    /// Never, because a missing queue does not end the run. The return type is that of
    /// [`Steps::finish`], so that callers treat all steps alike.
    pub(super) fn finish_without(
        &mut self,
        resource: Resource,
        queue: &str,
    ) -> Result<(), CloudError> {
        let detail = format!("queue {queue} does not exist");
        let result = match self.dry_run {
            true => Ok(Change::Created(Vec::new())),
            false => Err(CloudError::new(
                CloudErrorKind::NotFound,
                "GetQueueUrl",
                detail,
            )),
        };
        self.finish(resource, result)
    }
}

const fn is_down(error: &CloudError) -> bool {
    matches!(
        error.kind,
        CloudErrorKind::Unavailable | CloudErrorKind::TimedOut | CloudErrorKind::Throttled
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(kind: CloudErrorKind) -> (bool, usize) {
        let mut count = 0;
        let mut report = |_| count += 1;
        let mut steps = Steps::new(false, &mut report);
        let error = CloudError::new(kind, "CreateBucket", "");
        let goes_on = steps.finish(Resource::Bucket("raw".to_owned()), Err(error));
        (goes_on.is_ok(), count)
    }

    #[test]
    fn a_run_continues_after_a_refused_step_but_ends_if_the_service_is_down() {
        for kind in [
            CloudErrorKind::NotImplemented,
            CloudErrorKind::Invalid,
            CloudErrorKind::Forbidden,
        ] {
            assert_eq!(finished(kind), (true, 1), "{kind:?}");
        }
        for kind in [CloudErrorKind::Unavailable, CloudErrorKind::TimedOut] {
            assert_eq!(finished(kind), (false, 0), "{kind:?}");
        }
    }
}
