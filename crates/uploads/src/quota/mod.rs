//! The usage of an owner, and the quotas that bound it.
//!
//! The usage of an owner is never stored. It is counted in a listing of the owner's raw objects,
//! which are sorted by owner and time, so a crash cannot make it wrong. An upload whose URL was
//! handed out, and whose file has not arrived yet, is not in the listing. Each process therefore
//! holds a reservation for every URL that it hands out, until six minutes after the URL has
//! expired.
//!
//! A reservation remains after the file has arrived, because the URL can be used again after a
//! deletion. Until it expires, the upload counts once, with the larger of both sizes.
//!
//! A process does not know the reservations of other processes, nor those from before its last
//! start. Owners can therefore exceed a quota, at most by the uploads of the valid URLs that other
//! processes have handed out. As soon as the files have arrived, every process counts them.

mod count;
mod listing;
mod owner_quota;
mod quotas;
mod reservation;
mod reservations;
mod reserve;
#[cfg(test)]
mod tests;
mod usage;

pub(crate) use quotas::Quotas;
pub use reservation::Reservation;
pub use reserve::QuotaError;
