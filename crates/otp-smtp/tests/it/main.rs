//! Mail over a fake server on loopback, which does what no real one should.

mod contract;
mod faults;
mod keeping;
mod probe;
mod support;
