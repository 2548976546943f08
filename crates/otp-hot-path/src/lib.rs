//! Decorators of ports that change speed and never meaning.
//!
//! - [`GroupCommit`] stands in front of a [`SendLedger`](otp_core::ports::SendLedger) and turns single
//!   calls into batches: while one batch is being committed, the next one fills. Nobody waits for a
//!   batch to fill; alone, a call is a batch of one.
//! - [`CachedDirectory`] stands in front of a [`Directory`](otp_core::ports::Directory) and remembers
//!   what it answered for half a second.
//!
//! Take them away and the product does the same, slower.

mod cached_directory;
mod group_commit;
mod lane;

pub use cached_directory::{CachedDirectory, TIME_TO_LIVE};
pub use group_commit::{GroupCommit, GroupCommitOptions};
