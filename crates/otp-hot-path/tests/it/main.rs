//! Tests of the decorators through their public interface.

mod cached_directory;
mod cached_proof_keys;
mod gap_watch;
mod group_commit;
mod grouped_checks;
mod grouped_reads;
mod histories;
mod locked_accounts;
mod narrow_reads;
mod paced_sender;
mod shared_health;
mod silence;
mod space_watch;
