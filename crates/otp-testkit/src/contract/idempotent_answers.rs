//! Promises on answers to requests with an idempotency key.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::idempotency::{
    ABANDONED_AFTER, ANSWER_RETENTION, Fingerprint, Judgement, RequestKey,
};
use otp_core::ids::ApiKeyId;
use otp_core::ports::{IdempotentAnswers, Storage};
use otp_core::sealing::Sealed;
use otp_core::time::Timestamp;
use uuid::Uuid;

use super::fixture::START;

const BODY: Fingerprint = Fingerprint([1; 32]);
const OTHER_BODY: Fingerprint = Fingerprint([2; 32]);

/// The tests' requests, all under one API key.
struct Requests(Arc<dyn Storage>);

impl Requests {
    async fn begin(&self, text: &str, body: Fingerprint, now: Timestamp) -> Judgement {
        let begun = IdempotentAnswers::begin(&*self.0, key(text), body, now);
        begun.await.expect("judged")
    }

    async fn finish(&self, text: &str, begun_at: Timestamp, answer: &str) {
        let answer = Sealed(answer.as_bytes().to_vec());
        let finished = IdempotentAnswers::finish(&*self.0, key(text), begun_at, &answer);
        finished.await.expect("kept");
    }

    async fn forget(&self, text: &str, begun_at: Timestamp) {
        let forgotten = IdempotentAnswers::forget(&*self.0, key(text), begun_at);
        forgotten.await.expect("forgotten");
    }

    async fn remove_older(&self, before: Timestamp, most: usize) -> usize {
        self.0.remove_older(before, most).await.expect("removed")
    }
}

fn key_of(api_key: u128, text: &str) -> RequestKey {
    RequestKey::parse(ApiKeyId(Uuid::from_u128(api_key)), text).expect("a key")
}

fn key(text: &str) -> RequestKey {
    key_of(1, text)
}

fn replay(answer: &str) -> Judgement {
    Judgement::Replay(Sealed(answer.as_bytes().to_vec()))
}

/// A request begins once. Its repetitions are in progress until it has an answer, and get that answer then;
/// another body and another API key are other requests.
pub async fn a_request_begins_once_and_its_answer_is_replayed(store: Arc<dyn Storage>) {
    let requests = Requests(store);
    assert_eq!(requests.begin("a", BODY, START).await, Judgement::First);
    let later = START + Duration::from_secs(1);
    assert_eq!(
        requests.begin("a", BODY, later).await,
        Judgement::InProgress
    );
    assert_eq!(
        requests.begin("a", OTHER_BODY, later).await,
        Judgement::Reused
    );
    requests.finish("a", START, "the answer").await;
    for now in [later, START + (ANSWER_RETENTION - Duration::from_millis(1))] {
        assert_eq!(requests.begin("a", BODY, now).await, replay("the answer"));
        assert_eq!(
            requests.begin("a", OTHER_BODY, now).await,
            Judgement::Reused
        );
    }
    // The answer is kept once.
    requests.finish("a", START, "another answer").await;
    requests.forget("a", START).await;
    assert_eq!(requests.begin("a", BODY, later).await, replay("the answer"));

    assert_eq!(requests.begin("A", BODY, later).await, Judgement::First);
    let begun = IdempotentAnswers::begin(&*requests.0, key_of(2, "a"), BODY, later);
    assert_eq!(begun.await.expect("judged"), Judgement::First);
}

/// Of many requests that begin with one key at the same time, one is the first.
pub async fn of_many_requests_with_one_key_one_is_the_first(store: Arc<dyn Storage>) {
    let requests = Requests(store);
    // The key is free, then held by an abandoned request, then by an answer that is no longer kept.
    let abandoned = START + ABANDONED_AFTER;
    for now in [START, abandoned, abandoned + ANSWER_RETENTION] {
        let racers: Vec<_> = (0..16)
            .map(|_| {
                let store = Arc::clone(&requests.0);
                tokio::spawn(
                    async move { IdempotentAnswers::begin(&*store, key("a"), BODY, now).await },
                )
            })
            .collect();
        let mut first = 0;
        for racer in racers {
            let judgement = racer.await.expect("no panic").expect("judged");
            if judgement == Judgement::First {
                first += 1;
            } else {
                assert_eq!(judgement, Judgement::InProgress);
            }
        }
        assert_eq!(first, 1, "{now:?}");
        if now == abandoned {
            requests.finish("a", now, "the answer").await;
        }
    }
}

/// A request without an answer is taken over after a minute. Its late end changes nothing.
pub async fn an_abandoned_request_is_taken_over(store: Arc<dyn Storage>) {
    let requests = Requests(store);
    assert_eq!(requests.begin("a", BODY, START).await, Judgement::First);
    let almost = START + (ABANDONED_AFTER - Duration::from_millis(1));
    assert_eq!(
        requests.begin("a", BODY, almost).await,
        Judgement::InProgress
    );
    let later = START + ABANDONED_AFTER;
    assert_eq!(requests.begin("a", BODY, later).await, Judgement::First);
    requests.forget("a", START).await;
    requests.finish("a", START, "late").await;
    assert_eq!(
        requests.begin("a", BODY, later).await,
        Judgement::InProgress
    );
    requests.finish("a", later, "in time").await;
    assert_eq!(requests.begin("a", BODY, later).await, replay("in time"));
}

/// A request that is forgotten begins again, with any body.
pub async fn a_forgotten_request_begins_again(store: Arc<dyn Storage>) {
    let requests = Requests(store);
    assert_eq!(requests.begin("a", BODY, START).await, Judgement::First);
    requests.forget("a", START).await;
    let later = START + Duration::from_secs(1);
    assert_eq!(
        requests.begin("a", OTHER_BODY, later).await,
        Judgement::First
    );
    // One that is not known is nothing to end.
    requests.forget("b", START).await;
    requests.finish("b", START, "the answer").await;
    assert_eq!(requests.begin("b", BODY, later).await, Judgement::First);
}

/// An answer that is no longer kept makes room for another request, and does not come back with it.
pub async fn a_key_is_free_after_a_day(store: Arc<dyn Storage>) {
    let requests = Requests(store);
    assert_eq!(requests.begin("a", BODY, START).await, Judgement::First);
    requests.finish("a", START, "the answer").await;
    let next_day = START + ANSWER_RETENTION;
    let begun = requests.begin("a", OTHER_BODY, next_day).await;
    assert_eq!(begun, Judgement::First);
    let begun = requests.begin("a", OTHER_BODY, next_day).await;
    assert_eq!(begun, Judgement::InProgress);
}

/// The oldest requests are removed, answered or not, at most as many as asked for.
pub async fn old_requests_are_removed_oldest_first(store: Arc<dyn Storage>) {
    let requests = Requests(store);
    let texts = ["c", "a", "e", "b", "d"];
    let begun_at = |i: usize| START + Duration::from_secs(u64::try_from(i).expect("few"));
    for (i, text) in texts.iter().enumerate() {
        let begun = requests.begin(text, BODY, begun_at(i)).await;
        assert_eq!(begun, Judgement::First);
        if i % 2 == 0 {
            requests.finish(text, begun_at(i), "the answer").await;
        }
    }
    assert_eq!(requests.remove_older(begun_at(4), 3).await, 3);
    assert_eq!(requests.remove_older(begun_at(4), 3).await, 1);
    assert_eq!(requests.remove_older(begun_at(4), 3).await, 0);
    let mut gone = BTreeSet::new();
    for text in texts {
        if requests.begin(text, BODY, begun_at(4)).await == Judgement::First {
            gone.insert(text);
        }
    }
    assert_eq!(gone, BTreeSet::from(["a", "b", "c", "e"]));
}
