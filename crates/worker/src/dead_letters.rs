//! Looking at the dead letters, putting them back on the queue, or throwing them away.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use darkroom_cloud::{CloudError, CloudErrorKind, Message, Queue, Receipt, S3Bucket, SqsQueue};
use darkroom_contract::{Notification, Profiles};
use futures_util::future::join_all;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::autopsy::Autopsy;
use crate::dead_letter::Epitaph;

const BATCH: usize = 10;
/// A poll that is held open asks every server of a queue; one that is not asks some.
const POLL_WAIT: Duration = Duration::from_secs(1);
/// How long a letter is kept from others while the rest is gone through. It comes back then, if
/// this process is killed before it gives it back.
const HELD: Duration = Duration::from_secs(60);
const DELETE_TRIES: u32 = 3;
/// A FIFO queue gives out 20,000 messages before some are deleted. Who has more dead letters goes
/// through them in several runs.
const MOST: usize = 18_000;

/// The dead letters of a queue.
///
/// Letters are moved by receiving, sending and deleting them here, not by SQS's own move task
/// (`StartMessageMoveTask`): that one moves all or nothing, goes on after this process has ended,
/// takes only letters that SQS itself has moved there unless it is told where to, and is missing on
/// many stores that speak SQS. A letter that is sent but not deleted is there twice, which workers
/// do not mind, and never not at all.
#[derive(Debug, Clone)]
pub struct DeadLetters<'a> {
    /// The queue that they are on.
    pub dead_letters: SqsQueue,
    /// The queue that they come from.
    pub events: SqsQueue,
    /// Where raw objects are.
    pub raw: S3Bucket,
    /// Where manifests are.
    pub media: S3Bucket,
    /// What is made of uploads.
    pub profiles: &'a Profiles,
}

/// One dead letter.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// SQS's own id of the message.
    pub id: String,
    /// Why it is there.
    pub epitaph: Epitaph,
    /// The keys of the objects that it is about; none if it is not understood.
    pub keys: Vec<String>,
    /// When it was sent: by whoever buried it, or first of all, if SQS itself moved it.
    pub sent_at: Option<OffsetDateTime>,
}

/// What is to be done with letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// Leave them where they are.
    Keep,
    /// Put them back on the queue that they come from.
    Redrive,
    /// Delete them.
    Purge,
}

impl DeadLetters<'_> {
    /// Goes through all letters, or those of these ids alone, and tells of each once it is handled.
    /// Every other letter is given back: listing costs it nothing but a receive in its count, and
    /// the queue of dead letters does not go by that.
    ///
    /// # Errors
    /// The first call that failed. Letters that were told of are handled, and so may some be that
    /// were not.
    pub async fn go_through(
        &self,
        handling: Handling,
        ids: &HashSet<String>,
        mut tell: impl FnMut(DeadLetter),
    ) -> Result<(), CloudError> {
        let mut held = Held::new(&self.dead_letters);
        let gone_through = async {
            held.collect(ids).await?;
            self.each(handling, ids, &mut tell, &mut held).await
        };
        let gone_through = gone_through.await;
        let given_back = held.give_back().await;
        gone_through.and(given_back)
    }

    async fn each(
        &self,
        handling: Handling,
        ids: &HashSet<String>,
        tell: &mut impl FnMut(DeadLetter),
        held: &mut Held<'_>,
    ) -> Result<(), CloudError> {
        for batch in held.chosen(ids).chunks(BATCH) {
            let handled = batch.iter().map(|letter| self.handle(handling, letter));
            for (handled, letter) in join_all(handled).await.into_iter().zip(batch) {
                tell(handled?);
                if handling != Handling::Keep {
                    held.let_go(letter);
                }
            }
            held.refresh().await?;
        }
        Ok(())
    }

    async fn handle(&self, handling: Handling, letter: &Message) -> Result<DeadLetter, CloudError> {
        let described = self.describe(letter).await;
        if handling == Handling::Redrive {
            self.events.forward(letter, &BTreeMap::new()).await?;
        }
        if handling != Handling::Keep {
            self.delete(letter.receipt.clone()).await?;
        }
        Ok(described)
    }

    async fn delete(&self, receipt: Receipt) -> Result<(), CloudError> {
        let mut receipts = vec![receipt];
        for _ in 0..DELETE_TRIES {
            receipts = self.dead_letters.delete(&receipts).await?;
            if receipts.is_empty() {
                return Ok(());
            }
        }
        let detail = "SQS does not delete the letter";
        Err(CloudError::new(
            CloudErrorKind::Unavailable,
            "DeleteMessageBatch",
            detail,
        ))
    }

    async fn describe(&self, letter: &Message) -> DeadLetter {
        let autopsy = Autopsy {
            raw: &self.raw,
            media: &self.media,
            profiles: self.profiles,
        };
        DeadLetter {
            id: letter.id.clone(),
            epitaph: autopsy.of(letter).await,
            keys: keys(letter),
            sent_at: letter.sent_at,
        }
    }
}

fn keys(letter: &Message) -> Vec<String> {
    match Notification::parse(&letter.body) {
        Ok(Notification::Records(records)) => records
            .into_iter()
            .flatten()
            .map(|event| event.key)
            .collect(),
        Ok(Notification::Test) | Err(_) => Vec::new(),
    }
}

/// Letters that were received and are to be given back.
///
/// All are taken before any is handled: one that is put back on the queue and not understood there
/// is among the dead letters again at once, and would be found without end.
struct Held<'a> {
    queue: &'a SqsQueue,
    letters: HashMap<String, Message>,
    refreshed_at: Instant,
}

impl<'a> Held<'a> {
    fn new(queue: &'a SqsQueue) -> Self {
        Self {
            queue,
            letters: HashMap::new(),
            refreshed_at: Instant::now(),
        }
    }

    /// Takes every letter there is, or at least those of these ids.
    async fn collect(&mut self, ids: &HashSet<String>) -> Result<(), CloudError> {
        let is_enough = |letters: &HashMap<String, Message>| {
            letters.len() >= MOST
                || (!ids.is_empty() && ids.iter().all(|id| letters.contains_key(id)))
        };
        while !is_enough(&self.letters) {
            let letters = self.queue.receive(BATCH, POLL_WAIT, HELD).await?;
            let before = self.letters.len();
            for letter in letters {
                self.keep(letter);
            }
            // One that comes a second time says that all others have been seen.
            if self.letters.len() == before {
                break;
            }
            self.refresh().await?;
        }
        Ok(())
    }

    /// Those of these ids, or all, in the order in which they were sent.
    fn chosen(&self, ids: &HashSet<String>) -> Vec<Message> {
        let is_chosen = |letter: &&Message| ids.is_empty() || ids.contains(&letter.id);
        let mut chosen: Vec<Message> = self.letters.values().filter(is_chosen).cloned().collect();
        chosen.sort_by(|a, b| (a.sent_at, &a.id).cmp(&(b.sent_at, &b.id)));
        chosen
    }

    fn let_go(&mut self, letter: &Message) {
        self.letters.remove(&letter.id);
    }

    /// Of two receipts of one letter the later counts.
    fn keep(&mut self, letter: Message) {
        self.letters.insert(letter.id.clone(), letter);
    }

    /// Keeps them hidden for as long as it takes to go through the rest.
    async fn refresh(&mut self) -> Result<(), CloudError> {
        if self.refreshed_at.elapsed() < HELD / 3 {
            return Ok(());
        }
        self.refreshed_at = Instant::now();
        self.queue
            .change_visibility_batch(&self.receipts(), HELD)
            .await
    }

    async fn give_back(self) -> Result<(), CloudError> {
        self.queue.release(&self.receipts()).await
    }

    fn receipts(&self) -> Vec<Receipt> {
        let letters = self.letters.values();
        letters.map(|letter| letter.receipt.clone()).collect()
    }
}
