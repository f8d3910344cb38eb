//! The issuers that clients use.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use darkroom_uploads::UploadStore;

use crate::process::Process;
use crate::worker::store;
use crate::world::World;

/// The pause before a request is repeated.
pub(crate) const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Two issuers. One that has crashed is replaced with a new process, which does not know the URLs
/// that were handed out before.
#[derive(Debug)]
pub(crate) struct Issuers {
    pub(crate) world: Arc<World>,
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    first: Option<Issuer>,
    second: Option<Issuer>,
    started: u64,
}

/// One process of an issuer.
#[derive(Debug, Clone)]
pub(crate) struct Issuer {
    pub(crate) process: Process,
    pub(crate) store: UploadStore,
    /// A number that no other process has.
    pub(crate) number: u64,
}

impl Issuers {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            running: Mutex::default(),
        }
    }

    /// Returns one of the issuers, at random.
    pub(crate) fn pick(&self) -> Issuer {
        let is_first = self.world.draw(2) == 0;
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Running {
            first,
            second,
            started,
        } = &mut *running;
        let (issuer, name) = if is_first {
            (first, "issuer.0")
        } else {
            (second, "issuer.1")
        };
        if let Some(issuer) = issuer
            && !issuer.process.has_crashed()
        {
            return issuer.clone();
        }
        *started += 1;
        let process = Process::new(&self.world, name);
        let new = Issuer {
            store: store(&process),
            process,
            number: *started,
        };
        issuer.insert(new).clone()
    }
}
