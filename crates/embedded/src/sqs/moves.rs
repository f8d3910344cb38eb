//! Message move tasks: dead letters on their way back.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::error::SqsError;
use super::message::Message;
use super::queues::{Queues, State, unreceived};

/// How many messages a move without a rate takes under one lock.
const BATCH: usize = 500;

/// One task. Finished ones stay, to be listed.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) handle: String,
    pub(crate) source_arn: String,
    /// `None`: every message goes back to the queue that gave it up.
    pub(crate) destination_arn: Option<String>,
    pub(crate) per_second: Option<usize>,
    pub(crate) status: Status,
    pub(crate) started_ms: u64,
    pub(crate) moved: usize,
    pub(crate) to_move: usize,
    pub(crate) failure: Option<&'static str>,
}

/// As `ListMessageMoveTasks` spells it, in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Running,
    Completed,
    Cancelled,
    Failed,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Failed => "FAILED",
        }
    }
}

/// Starts a task that goes on until no visible message is left; the handle cancels it.
pub(crate) fn start(
    queues: &Arc<Queues>,
    source_arn: String,
    destination_arn: Option<String>,
    per_second: Option<usize>,
) -> Result<String, SqsError> {
    let handle = Uuid::now_v7().to_string();
    let mut state = queues.lock();
    check(&mut state, &source_arn, destination_arn.as_deref())?;
    let now_ms = queues.now_ms();
    let to_move = state
        .by_arn(&source_arn)
        .map_or(0, |queue| queue.counts(now_ms).visible);
    state.moves.push(Move {
        handle: handle.clone(),
        source_arn,
        destination_arn,
        per_second,
        status: Status::Running,
        started_ms: now_ms,
        moved: 0,
        to_move,
        failure: None,
    });
    drop(state);
    tokio::spawn(run(Arc::clone(queues), handle.clone()));
    Ok(handle)
}

fn check(
    state: &mut State,
    source_arn: &str,
    destination_arn: Option<&str>,
) -> Result<(), SqsError> {
    let missing =
        |arn: &str| SqsError::ResourceNotFound(format!("The queue {arn} does not exist."));
    state
        .by_arn(source_arn)
        .ok_or_else(|| missing(source_arn))?;
    if let Some(arn) = destination_arn {
        state.by_arn(arn).ok_or_else(|| missing(arn))?;
    }
    let mut redrives = state
        .queues
        .values()
        .filter_map(|queue| queue.attributes.redrive());
    if !redrives.any(|redrive| redrive.target_arn == source_arn) {
        return Err(SqsError::invalid(
            "SourceArn",
            "Source queue must be configured as a Dead Letter Queue.",
        ));
    }
    let mut moves = state.moves.iter();
    if moves.any(|task| task.source_arn == source_arn && task.status == Status::Running) {
        let message =
            "There is already a task running. Only one active task is allowed for a source queue.";
        return Err(SqsError::UnsupportedOperation(message.into()));
    }
    Ok(())
}

/// Stops a running task; answers how many messages it has moved.
pub(crate) fn cancel(queues: &Queues, handle: &str) -> Result<usize, SqsError> {
    let mut state = queues.lock();
    let mut tasks = state.moves.iter_mut();
    let task = tasks.find(|task| task.handle == handle && task.status == Status::Running);
    let task =
        task.ok_or_else(|| SqsError::ResourceNotFound("No running task has this handle.".into()))?;
    task.status = Status::Cancelled;
    Ok(task.moved)
}

/// The tasks of a queue, the newest first.
pub(crate) fn list(queues: &Queues, source_arn: &str, max: usize) -> Vec<Move> {
    let state = queues.lock();
    state
        .moves
        .iter()
        .rev()
        .filter(|task| task.source_arn == source_arn)
        .take(max)
        .cloned()
        .collect()
}

async fn run(queues: Arc<Queues>, handle: String) {
    while !queues.is_stopping() && step(&mut queues.lock(), &handle, queues.now_ms()) {
        let limited = queues
            .lock()
            .moves
            .iter()
            .any(|task| task.handle == handle && task.per_second.is_some());
        if limited {
            queues.pause(Duration::from_secs(1)).await;
        } else {
            tokio::task::yield_now().await;
        }
    }
}

/// Moves one batch; false when the task is over.
fn step(state: &mut State, handle: &str, now_ms: u64) -> bool {
    let running = |task: &&mut Move| task.handle == handle && task.status == Status::Running;
    let Some(task) = state
        .moves
        .iter_mut()
        .find(running)
        .map(|task| task.clone())
    else {
        return false;
    };
    let batch = state
        .by_arn(&task.source_arn)
        .map(|queue| queue.take_visible(task.per_second.unwrap_or(BATCH), now_ms));
    let (mut moved, mut failed) = (0, batch.is_none());
    let batch = batch.unwrap_or_default();
    let more = !batch.is_empty();
    for message in batch {
        if deliver(state, &task, message, now_ms) {
            moved += 1;
        } else {
            failed = true;
        }
    }
    if let Some(task) = state.moves.iter_mut().find(running) {
        task.moved += moved;
        if failed {
            task.status = Status::Failed;
            task.failure = Some("AWS.SimpleQueueService.NonExistentQueue");
        } else if !more {
            task.status = Status::Completed;
        }
    }
    more && !failed
}

/// Gives a message to its destination as a new one. Where there is none any more, the message goes back to where it
/// was taken from.
fn deliver(state: &mut State, task: &Move, message: Message, now_ms: u64) -> bool {
    let arn = task
        .destination_arn
        .clone()
        .or_else(|| message.dead_letter_source.clone());
    match arn.and_then(|arn| state.by_arn(&arn)) {
        Some(queue) => {
            // A redriven message is a new one in all but its body and attributes.
            let id = Uuid::now_v7().to_string();
            queue.add(Message {
                id,
                sent_ms: now_ms,
                dead_letter_source: None,
                ..unreceived(message, now_ms)
            });
            true
        }
        None => {
            if let Some(queue) = state.by_arn(&task.source_arn) {
                queue.add(Message {
                    visible_at_ms: now_ms,
                    ..message
                });
            }
            false
        }
    }
}
