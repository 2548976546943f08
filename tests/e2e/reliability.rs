//! Guarantees in races, crashes and stops, and when a provider or a sender fails.

pub(crate) mod crash;
mod crash_under_load;
mod credits;
mod frozen;
mod pacing;
mod races;
mod senders;
mod stop;
