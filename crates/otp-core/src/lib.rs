//! The rules of the gateway. No I/O.

pub mod recipient;
pub mod region;
