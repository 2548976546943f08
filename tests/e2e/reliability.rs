//! What holds whoever comes first and whatever breaks.

mod crash;
mod races;
mod stop;
