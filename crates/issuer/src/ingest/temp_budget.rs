//! The budget of bytes in temporary files.

use http::StatusCode;

use super::request_size::largest_request;
use crate::client::Client;
use crate::limits::{KeyedLimit, KeyedPermit, LimitSettings};
use crate::problem::Problem;
use crate::temp_dir::temp_dir_full;

/// The number of seconds after which a client that is over its budget should try again.
const RETRY_AFTER_SECONDS: u64 = 2;

/// The budget of bytes in temporary files, in total and for each client.
#[derive(Debug, Clone)]
pub(crate) struct TempBudget {
    total: KeyedLimit<()>,
    clients: KeyedLimit<Client>,
}

/// The bytes of one temporary file. They count against the budget until this value is dropped.
#[derive(Debug)]
pub(crate) struct TempBytes {
    total: KeyedPermit<()>,
    client: KeyedPermit<Client>,
}

impl TempBudget {
    /// Creates the budget from settings. The budget is never smaller than the largest request that
    /// the other limits allow. `max_image_bytes` is the largest `max_bytes` of all profiles.
    pub(crate) fn new(settings: &LimitSettings, max_image_bytes: u64) -> Self {
        let largest = largest_request(max_image_bytes);
        Self {
            total: KeyedLimit::new(Some(settings.temp_bytes.as_u64().max(largest))),
            clients: KeyedLimit::new(Some(settings.client_temp_bytes.as_u64().max(largest))),
        }
    }

    /// Returns a permit for a new file of a client. The file has no bytes yet.
    pub(crate) fn start_file(&self, client: &Client) -> TempBytes {
        TempBytes {
            total: self.total.permit(()),
            client: self.clients.permit(client.clone()),
        }
    }
}

impl TempBytes {
    /// Counts bytes before they are written.
    ///
    /// # Errors
    /// `too_many_requests` if the client exceeds its budget, `temp_dir_unavailable` if all clients
    /// together exceed theirs.
    pub(crate) fn add(&mut self, bytes: u64) -> Result<(), Problem> {
        if !self.client.try_grow(bytes) {
            return Err(client_over_budget());
        }
        if !self.total.try_grow(bytes) {
            return Err(temp_dir_full());
        }
        Ok(())
    }
}

fn client_over_budget() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_requests",
        "too many bytes of images are being received from this client; wait for some requests to \
         finish",
    )
    .with_retry_after(RETRY_AFTER_SECONDS)
}

#[cfg(test)]
mod tests {
    use bytesize::ByteSize;
    use darkroom_contract::Owner;

    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn budget(total: u64, client: u64) -> TempBudget {
        let settings = LimitSettings {
            temp_bytes: ByteSize::b(total),
            client_temp_bytes: ByteSize::b(client),
            ..LimitSettings::default()
        };
        TempBudget::new(&settings, 40 * MIB)
    }

    fn client(owner: &str) -> Client {
        Client::Owner(owner.parse::<Owner>().unwrap())
    }

    #[test]
    fn a_client_and_all_clients_together_have_a_budget() {
        let budget = budget(1500 * MIB, 1000 * MIB);
        let mut busy = budget.start_file(&client("u1"));
        busy.add(1000 * MIB).unwrap();
        let mut another_file = budget.start_file(&client("u1"));
        assert_eq!(another_file.add(1).unwrap_err().code, "too_many_requests");
        let mut quiet = budget.start_file(&client("u2"));
        quiet.add(500 * MIB).unwrap();
        assert_eq!(quiet.add(1).unwrap_err().code, "temp_dir_unavailable");
        drop(busy);
        quiet.add(1).unwrap();
        another_file.add(1).unwrap();
    }

    #[test]
    fn the_largest_request_always_fits() {
        let budget = budget(1, 1);
        let mut file = budget.start_file(&client("u1"));
        file.add(16 * 40 * MIB).unwrap();
        assert_eq!(file.add(1).unwrap_err().code, "too_many_requests");
    }
}
