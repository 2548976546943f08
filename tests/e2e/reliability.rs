//! What holds whoever comes first and whatever breaks.

mod crash;
mod credits;
mod pacing;
mod races;
mod senders;
mod stop;
