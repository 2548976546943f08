//! Tests of the caller against the tests' own servers: well-behaved, hostile, and on addresses that no
//! call may reach.

mod guard;
mod hostile;
mod logging;
mod pool;
mod proxy;
mod support;
mod tls;
mod wire;
