//! A queue that may never be needed.

use std::sync::Arc;

use aws_sdk_sqs::Client;
use tokio::sync::OnceCell;

use crate::{CloudError, Queue};

/// A queue that is looked for when it is first used, so that who does not use it needs neither the
/// queue nor a permission for it; cheap to clone.
#[derive(Debug, Clone)]
pub struct LateQueue(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    client: Client,
    name: String,
    found: OnceCell<Queue>,
}

impl LateQueue {
    pub(crate) fn new(client: Client, name: &str) -> Self {
        Self(Arc::new(Parts {
            client,
            name: name.to_owned(),
            found: OnceCell::new(),
        }))
    }

    /// The queue.
    ///
    /// # Errors
    /// `NotFound` if there is none of that name, or what the call to SQS met. The next use looks
    /// again.
    pub async fn get(&self) -> Result<&Queue, CloudError> {
        let Parts {
            client,
            name,
            found,
        } = &*self.0;
        found
            .get_or_try_init(|| Queue::find(client.clone(), name))
            .await
    }
}
