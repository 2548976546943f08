//! What holds whoever comes first and whatever breaks.

mod crash;
mod credits;
mod races;
mod stop;
