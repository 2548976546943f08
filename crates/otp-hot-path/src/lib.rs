//! Decorators of ports that change how often and how fast others are asked, and never what they answer.
//!
//! - [`GroupCommit`] stands in front of a [`SendLedger`](otp_core::ports::SendLedger) and turns single
//!   calls into batches: while one batch is being committed, the next one fills. Nobody waits for a
//!   batch to fill; alone, a call is a batch of one.
//! - [`GroupedReads`] does the same for reads that many ask for one by one.
//! - [`CachedDirectory`] stands in front of a [`Directory`](otp_core::ports::Directory) and remembers
//!   what it answered for half a second.
//! - [`PacedSender`] stands in front of a [`MessageSender`](otp_core::ports::MessageSender) and makes no
//!   call that the provider would refuse, or not answer.
//!
//! Take them away and the product does the same, slower and less politely.

mod cached_directory;
mod group_commit;
mod grouped_reads;
mod lane;
mod paced_sender;

pub use cached_directory::{CachedDirectory, LookUps, TIME_TO_LIVE};
pub use group_commit::{GroupCommit, GroupCommitOptions};
pub use grouped_reads::GroupedReads;
pub use paced_sender::PacedSender;
