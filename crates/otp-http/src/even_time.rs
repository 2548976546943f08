//! The time of a refusal: it must not tell the reason.
//!
//! A wrong code is written, an unknown verification is only looked up, and a wait until the next code has to
//! be computed. So their answers take different times, and whoever can measure them behind a page that says
//! no more than "wrong" would learn which codes are alive. Therefore a refusal is answered at the end of a
//! whole step.

use std::time::Duration;

use actix_web::HttpResponse;
use tokio::time::{Instant, sleep_until};

/// Far more than a check takes on a server that is not overloaded, and too little for a person to notice.
pub(crate) const STEP: Duration = Duration::from_millis(20);

/// Waits for the answer; if it is a refusal, until a whole number of steps has passed.
pub(crate) async fn refuse_in_steps(answer: impl Future<Output = HttpResponse>) -> HttpResponse {
    let begun = Instant::now();
    let answer = answer.await;
    if !answer.status().is_success() {
        let steps = begun.elapsed().as_nanos().div_ceil(STEP.as_nanos()).max(1);
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        sleep_until(begun + STEP.saturating_mul(steps)).await;
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
            (429, 20, 20),
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
