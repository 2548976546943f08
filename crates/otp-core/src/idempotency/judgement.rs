//! The judgement of a request with an idempotency key: first, repeated, or refused.

use std::time::Duration;

use super::Fingerprint;
use crate::sealing::Sealed;
use crate::time::Timestamp;

/// How long an answer is kept after its request began. A key is free again after that.
pub const ANSWER_RETENTION: Duration = Duration::from_secs(24 * 60 * 60);

/// After this time, a request without an answer counts as abandoned, and a repetition takes its place.
///
/// Its process died or lost the store: with the default settings, the deadline of a send and the time-outs
/// of the store end every request earlier. If it is alive after all, nothing is sent twice, because its
/// message is bound to [`RequestKey::message_key`](super::RequestKey::message_key); its late answer is not
/// kept.
pub const ABANDONED_AFTER: Duration = Duration::from_secs(60);

/// A request as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRequest {
    /// The fingerprint of the first request.
    pub fingerprint: Fingerprint,
    /// The time it began.
    pub begun_at: Timestamp,
    /// Its answer, sealed; `None` while it is in progress.
    pub answer: Option<Sealed>,
}

/// The judgement of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is the first one with its key, or takes the place of one that is over.
    First,
    /// It repeats a request that has this answer.
    Replay(Sealed),
    /// It repeats a request that is still in progress.
    InProgress,
    /// It is another request under the key of an earlier one.
    Reused,
}

/// Judges a request by the stored one with the same key.
pub fn judge(
    stored: Option<&StoredRequest>,
    fingerprint: Fingerprint,
    now: Timestamp,
) -> Judgement {
    let Some(stored) = stored else {
        return Judgement::First;
    };
    if now.since(stored.begun_at) >= ANSWER_RETENTION {
        return Judgement::First;
    }
    if stored.fingerprint != fingerprint {
        return Judgement::Reused;
    }
    match &stored.answer {
        Some(answer) => Judgement::Replay(answer.clone()),
        None if is_abandoned(stored.begun_at, now) => Judgement::First,
        None => Judgement::InProgress,
    }
}

/// Returns whether a request without an answer is abandoned. One that began in the future was begun before
/// the clock was set back.
fn is_abandoned(begun_at: Timestamp, now: Timestamp) -> bool {
    now.since(begun_at).max(begun_at.since(now)) >= ABANDONED_AFTER
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: Timestamp = Timestamp::from_unix_millis(1_800_000_000_000);

    fn stored(answer: Option<&str>) -> StoredRequest {
        StoredRequest {
            fingerprint: Fingerprint([1; 32]),
            begun_at: BEGUN,
            answer: answer.map(|text| Sealed(text.as_bytes().to_vec())),
        }
    }

    fn after(seconds: i64) -> Timestamp {
        Timestamp::from_unix_millis(BEGUN.unix_millis() + seconds * 1_000)
    }

    #[test]
    fn a_request_is_judged_by_the_stored_one() {
        let replay = || Judgement::Replay(Sealed(b"answer".to_vec()));
        let day = 24 * 60 * 60;
        let (answered, running) = (stored(Some("answer")), stored(None));
        for (stored, print, seconds, expected) in [
            (None, 1, 0, Judgement::First),
            (Some(&answered), 1, 0, replay()),
            (Some(&answered), 1, day - 1, replay()),
            (Some(&answered), 1, -day, replay()),
            (Some(&answered), 1, day, Judgement::First),
            (Some(&answered), 2, 0, Judgement::Reused),
            (Some(&answered), 2, day - 1, Judgement::Reused),
            (Some(&answered), 2, day, Judgement::First),
            (Some(&running), 1, 0, Judgement::InProgress),
            (Some(&running), 1, 59, Judgement::InProgress),
            (Some(&running), 1, 60, Judgement::First),
            (Some(&running), 1, -59, Judgement::InProgress),
            (Some(&running), 1, -60, Judgement::First),
            (Some(&running), 1, day, Judgement::First),
            (Some(&running), 2, 0, Judgement::Reused),
            (Some(&running), 2, 60, Judgement::Reused),
            (Some(&running), 2, day, Judgement::First),
        ] {
            let judgement = judge(stored, Fingerprint([print; 32]), after(seconds));
            assert_eq!(judgement, expected, "{stored:?} {print} {seconds}");
        }
    }
}
