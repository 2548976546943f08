//! An open loop: each request starts when it is due, however slow the answers are. Its latency
//! counts from that time, so a stalled server cannot hide behind requests that were not made.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

/// Starts `count` tasks at a steady rate, and waits for all of them.
pub(crate) async fn steadily<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    count: u32,
    per_second: u32,
    mut task: impl FnMut(u32, Instant) -> F,
) -> Vec<T> {
    let start = Instant::now();
    let distance = Duration::from_secs(1) / per_second.max(1);
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let due = start + distance * number;
        tokio::time::sleep_until(due).await;
        tasks.spawn(task(number, due));
    }
    tasks.join_all().await
}
