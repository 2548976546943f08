//! The decorators, seen from outside.

mod cached_directory;
mod group_commit;
mod paced_sender;
mod silence;
