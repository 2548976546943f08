//! Benchmarks of the pure core: the cost of one send, step by step, without a socket or a database.
//! Run `cargo xtask bench core`, or `cargo xtask bench core seal` for those with "seal" in the name.
//!
//! Where a call handles many, the time is that of the call; one send's is what the items a second say.

mod batches;
mod parsing;
mod sealing;
mod sends;

use std::time::Duration;

/// Calls between two looks at the clock, where one call takes hardly longer than such a look.
const CALLS: u32 = 1_000;

fn main() {
    // Longer than divan would by itself, or a neighbour's burst would be in half of the samples.
    let runner = divan::Divan::default().min_time(Duration::from_millis(250));
    runner.config_with_args().main();
}
