//! Decorators of ports that change how often and how fast an adapter is called, but never its
//! answers.
//!
//! - [`GroupCommit`] batches the calls to a [`SendLedger`](otp_core::ports::SendLedger): while one
//!   batch is being committed, the next one fills. No call waits for a batch to fill; alone, it is
//!   a batch of one.
//! - [`GroupedChecks`] does the same for the checks of a
//!   [`VerificationLedger`](otp_core::ports::VerificationLedger).
//! - [`GroupedReads`] does the same for reads that many callers request one by one.
//! - [`NarrowReads`] lets few callers at a time read lists, so that most connections remain for sends.
//! - [`SpaceWatch`] remembers that a send was refused because the storage is full, and reports it as
//!   the health of the storage until there is room again.
//! - [`CachedDirectory`] caches the answers of a [`Directory`](otp_core::ports::Directory) for half
//!   a second.
//! - [`CachedProofKeys`] does the same for the keys that sign proofs.
//! - [`SharedHealth`] answers everybody who asks whether the storage can be used from one check.
//! - [`GapWatch`] reports when the provider's notifications have come again after a gap.
//! - [`NotedKeyUses`] remembers which keys were used until a worker stores it.
//! - [`PacedSender`] protects the provider behind a
//!   [`MessageSender`](otp_core::ports::MessageSender): it makes no call that the provider would
//!   refuse, or not answer.
//!
//! Without them the product behaves the same, only slower and with more calls.

mod answers;
mod batcher;
mod cached_directory;
mod cached_proof_keys;
mod gap_watch;
mod group_commit;
mod grouped_checks;
mod grouped_reads;
mod narrow_reads;
mod noted_key_uses;
mod paced_sender;
mod shared_error;
mod shared_health;
mod space_watch;

pub use answers::{LookUps, TIME_TO_LIVE};
pub use batcher::BatchLimits;
pub use cached_directory::CachedDirectory;
pub use cached_proof_keys::CachedProofKeys;
pub use gap_watch::GapWatch;
pub use group_commit::{GroupCommit, QueueDepths};
pub use grouped_checks::GroupedChecks;
pub use grouped_reads::GroupedReads;
pub use narrow_reads::NarrowReads;
pub use noted_key_uses::NotedKeyUses;
pub use paced_sender::PacedSender;
pub use shared_health::SharedHealth;
pub use space_watch::SpaceWatch;
