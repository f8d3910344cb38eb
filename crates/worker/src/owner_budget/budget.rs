//! The budgets of all owners. Messages and renders wait here until their owner's share allows them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use darkroom_contract::Owner;
use tokio::sync::Notify;

use super::capacity::Capacity;
use super::shares::Shares;
use super::usage::StartedRender;

/// The worker looks ahead once there has been a busy owner for this long. Until then, the worker
/// receives messages only while it has free permits.
const LOOK_AHEAD_PAUSE: Duration = Duration::from_millis(100);

/// The budgets of all owners on one worker.
#[derive(Debug)]
pub(crate) enum OwnerBudget {
    /// No owner is limited.
    Unlimited,
    /// Owners share the capacity evenly.
    Shared(SharedBudget),
}

/// Budgets that share the capacity of a worker. They are cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct SharedBudget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shares: Mutex<Shares>,
    changed: Notify,
}

/// A message in progress. It counts toward its owner's share until this value is dropped.
#[derive(Debug)]
pub(crate) struct MessageInProgress {
    budget: SharedBudget,
    owner: Owner,
    is_active: bool,
}

/// A position in the queue for a render process. Dropping the ticket gives up the position.
struct RenderTicket<'a> {
    budget: &'a SharedBudget,
    number: u64,
}

/// A render in progress. The time until this value is dropped counts as used by the owner.
#[derive(Debug)]
pub(crate) struct RenderInProgress {
    budget: SharedBudget,
    owner: Owner,
    render: StartedRender,
}

impl OwnerBudget {
    /// Creates budgets that share `capacity` evenly. If [`Capacity::look_ahead`] is 0, the worker
    /// cannot find the messages of others behind those of a busy owner, so no owner is limited.
    pub(crate) fn new(capacity: Capacity) -> Self {
        if capacity.look_ahead == 0 {
            return Self::Unlimited;
        }
        Self::Shared(SharedBudget(Arc::new(Inner {
            shares: Mutex::new(Shares::new(capacity)),
            changed: Notify::new(),
        })))
    }

    /// Counts a message as in progress, then waits until it may be active. Returns `None` if no
    /// owner is limited.
    ///
    /// # Errors
    /// The delay by which the message has to be deferred, if `can_be_deferred` is `true` and the
    /// owner already has its share of messages in progress.
    pub(crate) async fn begin(
        &self,
        owner: &Owner,
        can_be_deferred: bool,
    ) -> Result<Option<MessageInProgress>, Duration> {
        match self {
            Self::Unlimited => Ok(None),
            Self::Shared(budget) => budget.begin(owner, can_be_deferred).await.map(Some),
        }
    }

    /// Waits until an image of this owner may be rendered. Returns `None` if no owner is limited.
    pub(crate) async fn start_render(&self, owner: &Owner) -> Option<RenderInProgress> {
        match self {
            Self::Unlimited => None,
            Self::Shared(budget) => Some(budget.start_render(owner).await),
        }
    }

    /// Returns `true` if the worker should look ahead, because there has been a busy owner for a
    /// while. Other owners may have to wait for that owner.
    pub(crate) fn looks_ahead(&self) -> bool {
        match self {
            Self::Unlimited => false,
            Self::Shared(budget) => budget.shares().is_busy_for(LOOK_AHEAD_PAUSE),
        }
    }
}

impl SharedBudget {
    fn shares(&self) -> MutexGuard<'_, Shares> {
        let shares = self.0.shares.lock();
        shares.unwrap_or_else(PoisonError::into_inner)
    }

    async fn begin(
        &self,
        owner: &Owner,
        can_be_deferred: bool,
    ) -> Result<MessageInProgress, Duration> {
        self.shares().begin(owner, can_be_deferred)?;
        let mut message = MessageInProgress {
            budget: self.clone(),
            owner: owner.clone(),
            is_active: false,
        };
        loop {
            let changed = self.0.changed.notified();
            if self.shares().activate(owner) {
                message.is_active = true;
                return Ok(message);
            }
            changed.await;
        }
    }

    async fn start_render(&self, owner: &Owner) -> RenderInProgress {
        let ticket = RenderTicket {
            budget: self,
            number: self.shares().enter_render_queue(owner.clone()),
        };
        loop {
            let changed = self.0.changed.notified();
            let started = self.shares().start_render(ticket.number, owner);
            if let Some(render) = started {
                return RenderInProgress {
                    budget: self.clone(),
                    owner: owner.clone(),
                    render,
                };
            }
            changed.await;
        }
    }
}

impl Drop for MessageInProgress {
    fn drop(&mut self) {
        self.budget.shares().end(&self.owner, self.is_active);
        self.budget.0.changed.notify_waiters();
    }
}

impl Drop for RenderTicket<'_> {
    fn drop(&mut self) {
        self.budget.shares().leave_render_queue(self.number);
        // Another image may be next now.
        self.budget.0.changed.notify_waiters();
    }
}

impl Drop for RenderInProgress {
    fn drop(&mut self) {
        let render = self.render;
        self.budget.shares().end_render(&self.owner, render);
        self.budget.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_does_not_look_ahead_limits_nobody() {
        let budget = OwnerBudget::new(Capacity {
            permits: 1,
            look_ahead: 0,
            render_processes: 1,
        });
        let owner: Owner = "busy".parse().unwrap();
        for _ in 0..100 {
            assert!(matches!(budget.begin(&owner, true).await, Ok(None)));
            assert!(budget.start_render(&owner).await.is_none());
        }
        assert!(!budget.looks_ahead());
    }
}
