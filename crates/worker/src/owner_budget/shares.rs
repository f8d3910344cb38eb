//! The shares of all owners, and the order in which their images are rendered.

use std::collections::HashMap;
use std::time::Duration;

use darkroom_contract::Owner;
use tokio::time::Instant;

use super::capacity::Capacity;
use super::render_queue::RenderQueue;
use super::usage::{OwnerUsage, StartedRender};

/// The maximum number of owners that are remembered. When one more owner arrives, the half of the
/// owners that was active least recently is forgotten, except owners with messages or renders in
/// progress.
const MAX_OWNERS: usize = 10_000;

/// The state of an [`OwnerBudget`](super::OwnerBudget).
#[derive(Debug)]
pub(super) struct Shares {
    capacity: Capacity,
    owners: HashMap<Owner, OwnerUsage>,
    /// The number of owners with messages in progress.
    active_owners: usize,
    rendering: usize,
    render_queue: RenderQueue,
    /// When an owner becomes active, its [`OwnerUsage::used`] is raised to at least this value.
    /// Otherwise, an owner could save up render time while it is inactive. The value is the highest
    /// `used` with which any render has started.
    min_used: Duration,
    /// The time since which there has been a busy owner at every moment (see `has_busy_owner`). It
    /// is checked only when a message begins or ends, so it may be out of date until then.
    busy_since: Option<Instant>,
}

impl Shares {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self {
            capacity,
            owners: HashMap::new(),
            active_owners: 0,
            rendering: 0,
            render_queue: RenderQueue::default(),
            min_used: Duration::ZERO,
            busy_since: None,
        }
    }

    fn usage(&mut self, owner: &Owner) -> &mut OwnerUsage {
        let now = Instant::now();
        if self.owners.len() >= MAX_OWNERS && !self.owners.contains_key(owner) {
            self.forget_older_half();
        }
        let usage = self.owners.entry(owner.clone());
        let usage = usage.or_insert_with(|| OwnerUsage::new(now));
        usage.last_used_at = now;
        usage
    }

    fn forget_older_half(&mut self) {
        let mut times: Vec<Instant> = self
            .owners
            .values()
            .map(|usage| usage.last_used_at)
            .collect();
        let middle = times.len() / 2;
        let (_, middle, _) = times.select_nth_unstable(middle);
        self.owners.retain(|_, usage| {
            usage.messages > 0 || usage.renders() > 0 || usage.last_used_at > *middle
        });
    }

    /// Counts a message of this owner as in progress.
    ///
    /// # Errors
    /// The time until the turn of the message, if `can_be_deferred` is `true` and the owner already
    /// has its share of messages in progress.
    pub(super) fn begin(&mut self, owner: &Owner, can_be_deferred: bool) -> Result<(), Duration> {
        let (capacity, now) = (self.capacity, Instant::now());
        self.end_busy_period();
        let is_active = self.usage(owner).messages > 0;
        let owners = self.active_owners + usize::from(!is_active);
        let min_used = self.min_used;
        let usage = self.usage(owner);
        let parallel = capacity.renders_per_owner(usage.is_slow(now));
        let useful = usage.useful_messages(parallel);
        let max = useful.clamp(
            capacity.active_messages_per_owner(owners),
            capacity.messages_per_owner(owners),
        );
        if can_be_deferred && usage.messages >= max {
            let delay = usage.reserve_turn(parallel, owners, now);
            self.busy_since.get_or_insert(now);
            return Err(delay);
        }
        if !is_active {
            usage.used = usage.used.max(min_used);
        }
        usage.messages += 1;
        if usage.messages > 1 {
            self.busy_since.get_or_insert(now);
        }
        self.active_owners = owners;
        Ok(())
    }

    pub(super) fn end(&mut self, owner: &Owner, was_activated: bool) {
        let usage = self.usage(owner);
        usage.end_message(Instant::now());
        usage.active_messages -= usize::from(was_activated);
        if usage.messages == 0 {
            self.active_owners -= 1;
        }
        self.end_busy_period();
    }

    fn end_busy_period(&mut self) {
        if self.busy_since.is_some() && !self.has_busy_owner() {
            self.busy_since = None;
        }
    }

    /// Lets a message in progress be processed (makes it active, see the module `owner_budget`).
    /// Returns `false` if its owner already has its share of active messages.
    pub(super) fn activate(&mut self, owner: &Owner) -> bool {
        let max = self.capacity.active_messages_per_owner(self.active_owners);
        let usage = self.usage(owner);
        let is_free = usage.active_messages < max;
        usage.active_messages += usize::from(is_free);
        is_free
    }

    pub(super) fn enter_render_queue(&mut self, owner: Owner) -> u64 {
        self.render_queue.enter(owner)
    }

    pub(super) fn leave_render_queue(&mut self, ticket: u64) {
        self.render_queue.leave(ticket);
    }

    /// Starts the render with this ticket if it is next and a render process is free.
    pub(super) fn start_render(&mut self, ticket: u64, owner: &Owner) -> Option<StartedRender> {
        if self.rendering >= self.capacity.render_processes || self.next_ticket() != Some(ticket) {
            return None;
        }
        self.render_queue.leave(ticket);
        self.rendering += 1;
        let now = Instant::now();
        let usage = self.usage(owner);
        let used = usage.used;
        let render = usage.start_render(now);
        self.min_used = self.min_used.max(used);
        Some(render)
    }

    /// Returns the first ticket of the owner that has used the least render time. Skips owners that
    /// may not render another image at the moment.
    fn next_ticket(&self) -> Option<u64> {
        let now = Instant::now();
        let candidates = self.render_queue.iter().filter_map(|(ticket, owner)| {
            let Some(usage) = self.owners.get(owner) else {
                return Some((self.min_used, ticket));
            };
            let max = self.capacity.renders_per_owner(usage.is_slow(now));
            (usage.renders() < max).then_some((usage.used, ticket))
        });
        candidates.min().map(|(_, ticket)| ticket)
    }

    pub(super) fn end_render(&mut self, owner: &Owner, render: StartedRender) {
        self.rendering -= 1;
        self.usage(owner).end_render(render, Instant::now());
    }

    /// Returns `true` if an owner is busy: it has several messages in progress, or deferred
    /// messages.
    fn has_busy_owner(&self) -> bool {
        let now = Instant::now();
        self.owners.values().any(|usage| usage.is_busy(now))
    }

    /// Returns `true` if, for at least `time`, there has been a busy owner at every moment. It need
    /// not be the same owner throughout.
    pub(super) fn is_busy_for(&self, time: Duration) -> bool {
        let since = self.busy_since;
        // An owner stops being busy when the turn of its last deferred message passes.
        since.is_some_and(|since| since.elapsed() >= time) && self.has_busy_owner()
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    const CAPACITY: Capacity = Capacity {
        permits: 4,
        look_ahead: 100,
        render_processes: 2,
    };

    fn owner(name: &str) -> Owner {
        name.parse().unwrap()
    }

    #[test]
    fn the_messages_of_an_owner_beyond_its_share_are_deferred() {
        let mut shares = Shares::new(CAPACITY);
        let begun = |shares: &mut Shares, name: &str| {
            let begun = std::iter::from_fn(|| shares.begin(&owner(name), true).ok());
            begun.take(100).count()
        };
        assert_eq!(begun(&mut shares, "busy"), 54);
        assert_eq!(begun(&mut shares, "quiet"), 27, "half of the messages");
        let last = shares.begin(&owner("busy"), false);
        assert_eq!(last, Ok(()), "this message cannot be deferred");
    }

    #[tokio::test(start_paused = true)]
    async fn deferred_messages_make_their_owner_busy_until_the_last_turn() {
        let mut shares = Shares::new(Capacity {
            permits: 1,
            look_ahead: 1,
            render_processes: 1,
        });
        let owner = owner("busy");
        for _ in 0..2 {
            shares.begin(&owner, true).unwrap();
            let turn = shares.begin(&owner, true).unwrap_err();
            assert!(!shares.is_busy_for(turn / 2));
            sleep(turn / 2).await;
            assert!(shares.is_busy_for(turn / 2));
            sleep(turn).await;
            assert!(!shares.is_busy_for(Duration::ZERO));
            shares.end(&owner, false);
        }
    }

    #[test]
    fn an_owner_that_was_quiet_is_rendered_before_one_that_was_busy() {
        let mut shares = Shares::new(CAPACITY);
        let (busy, quiet) = (owner("busy"), owner("quiet"));
        let first = shares.enter_render_queue(busy.clone());
        let render = shares.start_render(first, &busy).unwrap();
        shares.end_render(&busy, render);
        shares.usage(&busy).used += Duration::from_secs(1);
        shares.enter_render_queue(busy);
        let ticket = shares.enter_render_queue(quiet);
        assert_eq!(shares.next_ticket(), Some(ticket));
    }

    #[test]
    fn only_a_bounded_number_of_owners_is_remembered() {
        let mut shares = Shares::new(CAPACITY);
        shares.begin(&owner("busy"), true).unwrap();
        for number in 0..3 * MAX_OWNERS {
            let owner = owner(&number.to_string());
            shares.begin(&owner, true).unwrap();
            shares.end(&owner, false);
        }
        assert!(shares.owners.len() <= MAX_OWNERS);
        assert_eq!(shares.usage(&owner("busy")).messages, 1);
    }
}
