//! The sender against servers of the tests' own: well-behaved, hostile and absent ones.

mod hostile;
mod logging;
mod support;

mod wire;
