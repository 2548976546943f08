//! Lines of the log about a stop: what the gateway waits for.

use std::time::Duration;

use tokio::time::{Instant, interval_at};

use crate::logging::STOPPING;

/// The time between two lines about one wait.
const REPEATED_AFTER: Duration = Duration::from_secs(5);

/// Returns the output of `work`. While it takes long, every few seconds a line of the log says what it waits
/// for.
pub(super) async fn explained<T>(
    work: impl Future<Output = T>,
    waits_for: impl Fn() -> String,
) -> T {
    let mut work = std::pin::pin!(work);
    let mut repeated = interval_at(Instant::now() + REPEATED_AFTER, REPEATED_AFTER);
    loop {
        tokio::select! {
            biased;
            output = &mut work => return output,
            _ = repeated.tick() => {
                let what = waits_for();
                tracing::info!(
                    target: STOPPING,
                    "still stopping: waiting for {what}; a second signal ends at once"
                );
            }
        }
    }
}

/// Says that the gateway stops, and what it waits for first.
pub(super) fn begin(requests: usize) {
    let words = match requests {
        0 => "stopping".to_owned(),
        some => format!(
            "stopping: waiting for {}, at most 30 s; a second signal ends at once",
            of_requests(some)
        ),
    };
    tracing::info!(target: STOPPING, "{words}");
}

/// Names this many requests.
pub(super) fn of_requests(requests: usize) -> String {
    match requests {
        0 => "connections to close".to_owned(),
        1 => "1 request under way".to_owned(),
        some => format!("{some} requests under way"),
    }
}

/// Names what is left after the last connection is closed.
pub(super) fn of_work(requests: usize, workers: &[&'static str]) -> String {
    let mut all = Vec::new();
    if requests > 0 {
        all.push(format!("{} without a client", of_requests(requests)));
    }
    all.extend(workers.iter().map(|worker| (*worker).to_owned()));
    if all.is_empty() {
        "background work".to_owned()
    } else {
        all.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_is_named() {
        assert_eq!(of_requests(0), "connections to close");
        assert_eq!(of_requests(1), "1 request under way");
        assert_eq!(of_work(0, &["mail_notices"]), "mail_notices");
        assert_eq!(
            of_work(2, &["mail_notices"]),
            "2 requests under way without a client, mail_notices"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_is_explained_as_long_as_it_lasts() {
        let asked = std::cell::Cell::new(0);
        let waits_for = || {
            asked.set(asked.get() + 1);
            of_requests(1)
        };
        let work = tokio::time::sleep(REPEATED_AFTER * 3 + Duration::from_secs(1));
        explained(work, waits_for).await;
        assert_eq!(asked.get(), 3);
        explained(async {}, || unreachable!("there was nothing to wait for")).await;
    }
}
