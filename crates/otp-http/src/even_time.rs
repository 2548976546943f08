//! The time of a refusal: it must not tell the reason.
//!
//! A wrong code is written, an unknown verification is only looked up, and a wait until the next code has to
//! be computed. So their answers take different times, and whoever can measure them behind a page that says
//! no more than "wrong" would learn which codes are alive. Therefore a refusal is answered at the end of a
//! whole step.

use std::pin::pin;
use std::time::Duration;

use actix_web::HttpResponse;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Far more than a check takes on a server that is not overloaded, and too little for a person to notice.
pub(crate) const STEP: Duration = Duration::from_millis(20);

/// Waits for the answer; if it is a refusal, until the end of a step.
///
/// The timer is set before the answer is known. Timers that end at the same instant fire in the order in
/// which they were set, so one that is set afterwards would tell how long the answer took.
pub(crate) async fn refuse_in_steps(answer: impl Future<Output = HttpResponse>) -> HttpResponse {
    let mut steps = interval_at(Instant::now() + STEP, STEP);
    steps.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut answer = pin!(answer);
    let answer = loop {
        tokio::select! {
            biased;
            _ = steps.tick() => {}
            answer = &mut answer => break answer,
        }
    };
    if !answer.status().is_success() {
        steps.tick().await;
    }
    answer
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_a_refusal_takes_whole_steps() {
        for (status, takes, answered) in [
            (400, 0, 20),
            (404, 1, 20),
            (429, 19, 20),
            (429, 20, 40),
            (410, 21, 40),
            (503, 45, 60),
            (200, 0, 0),
            (200, 3, 3),
        ] {
            let begun = Instant::now();
            let answer = refuse_in_steps(async {
                sleep(Duration::from_millis(takes)).await;
                let status = actix_web::http::StatusCode::from_u16(status);
                HttpResponse::new(status.expect("a status"))
            });
            assert_eq!(answer.await.status(), status);
            let expected = Duration::from_millis(answered);
            assert_eq!(begun.elapsed(), expected, "{status} after {takes} ms");
        }
    }
}
