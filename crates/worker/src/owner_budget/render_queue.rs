//! The images that wait for a render process.

use darkroom_contract::Owner;

/// The images that wait for a render process. Each has a ticket number that is higher than those of
/// the images before it.
#[derive(Debug, Default)]
pub(super) struct RenderQueue {
    next_ticket: u64,
    waiting: Vec<(u64, Owner)>,
}

impl RenderQueue {
    pub(super) fn enter(&mut self, owner: Owner) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting.push((ticket, owner));
        ticket
    }

    pub(super) fn leave(&mut self, ticket: u64) {
        self.waiting.retain(|(waiting, _)| *waiting != ticket);
    }

    /// Returns the waiting images in the order in which they arrived.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &Owner)> {
        self.waiting.iter().map(|(ticket, owner)| (*ticket, owner))
    }
}
