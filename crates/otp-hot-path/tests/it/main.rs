//! The decorators, seen from outside.

mod cached_directory;
mod group_commit;
mod silence;
