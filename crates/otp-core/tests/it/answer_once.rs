//! `AnswerOnce`: one effect and one answer for each idempotency key.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use otp_core::idempotency::{
    ABANDONED_AFTER, ANSWER_RETENTION, Fingerprint, IdempotencyKey, Judgement, RequestKey,
};
use otp_core::ports::{Clock, IdempotentAnswers, MockIdempotentAnswers, PortError};
use otp_core::sealing::Purpose;
use otp_core::usecases::answer_once::{AnswerOnce, AnswerOnceError, Answered, RepeatableRequest};
use otp_core::usecases::forget_old_answers::ForgetOldAnswers;
use otp_testkit::MemoryStore;
use otp_testkit::contract::fixture::Fixture;

struct World {
    fixture: Fixture,
    answer_once: AnswerOnce,
    /// How often the action ran.
    effects: Cell<u32>,
    /// The keys of the messages that it was given.
    message_keys: RefCell<Vec<IdempotencyKey>>,
}

impl World {
    async fn new() -> Self {
        let store = Arc::new(MemoryStore::default());
        Self::over(Fixture::new(store.clone()).await, store)
    }

    fn over(fixture: Fixture, answers: Arc<dyn IdempotentAnswers>) -> Self {
        let answer_once = AnswerOnce {
            answers,
            sealers: fixture.sealers(),
            clock: fixture.clock.clone(),
            randomness: fixture.randomness.clone(),
        };
        Self {
            fixture,
            answer_once,
            effects: Cell::new(0),
            message_keys: RefCell::default(),
        }
    }

    fn request(&self, body: u8) -> RepeatableRequest {
        RepeatableRequest {
            account_id: self.fixture.account,
            key: RequestKey::parse(self.fixture.api_key, "order 4711").expect("a key"),
            fingerprint: Fingerprint([body; 32]),
        }
    }

    /// Asks for an effect, which is answered by its number; `keeps` says whether the answer is kept.
    /// The kept text is long enough that a sealed form does not hold it by chance.
    async fn ask(&self, body: u8, keeps: bool) -> Result<Answered<u32>, AnswerOnceError> {
        let action = async |message_key: Option<IdempotencyKey>| {
            self.message_keys.borrow_mut().extend(message_key);
            self.effects.set(self.effects.get() + 1);
            self.effects.get()
        };
        let keep = |answer: &u32| keeps.then(|| format!("the answer to effect {answer}"));
        self.answer_once
            .execute(self.request(body), action, keep)
            .await
    }
}

fn first(answered: Result<Answered<u32>, AnswerOnceError>) -> u32 {
    match answered {
        Ok(Answered::First {
            answer,
            kept: Ok(()),
        }) => answer,
        other => panic!("{other:?}"),
    }
}

fn replayed(answered: Result<Answered<u32>, AnswerOnceError>) -> String {
    match answered {
        Ok(Answered::Replayed(text)) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer_for_a_day_and_has_no_effect() {
    let world = World::new().await;
    assert_eq!(first(world.ask(1, true).await), 1);
    for wait in [Duration::ZERO, ANSWER_RETENTION - Duration::from_millis(1)] {
        world.fixture.clock.advance(wait);
        assert_eq!(replayed(world.ask(1, true).await), "the answer to effect 1");
        let other = world.ask(2, true).await;
        assert!(matches!(other, Err(AnswerOnceError::Reused)), "{other:?}");
    }
    assert_eq!(world.effects.get(), 1);
    world.fixture.clock.advance(Duration::from_millis(1));
    assert_eq!(first(world.ask(2, true).await), 2);
}

#[tokio::test]
async fn an_answer_that_is_not_kept_leaves_the_key_free() {
    let world = World::new().await;
    assert_eq!(first(world.ask(1, false).await), 1);
    assert_eq!(first(world.ask(2, true).await), 2);
    assert_eq!(replayed(world.ask(2, true).await), "the answer to effect 2");
}

#[tokio::test]
async fn a_request_that_is_judged_again_has_the_same_message_and_another_has_another() {
    let world = World::new().await;
    for body in [1, 1, 2] {
        first(world.ask(body, false).await);
    }
    let keys = world.message_keys.borrow();
    assert_eq!(keys.len(), 3);
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    // A hash of the body without a key would disclose the code in it.
    let request = world.request(1);
    assert_ne!(keys[0], request.key.message_key(request.fingerprint));
}

#[tokio::test]
async fn a_request_whose_process_dies_is_in_progress_for_a_minute() {
    let world = World::new().await;
    let dies = |_| std::future::pending::<u32>();
    let died = world.answer_once.execute(world.request(1), dies, |_| None);
    let never = tokio::time::timeout(Duration::from_millis(1), died).await;
    assert!(never.is_err());
    let waiting = world.ask(1, true).await;
    assert!(
        matches!(waiting, Err(AnswerOnceError::InProgress)),
        "{waiting:?}"
    );
    assert_eq!(world.effects.get(), 0);
    world.fixture.clock.advance(ABANDONED_AFTER);
    assert_eq!(first(world.ask(1, true).await), 1);
}

#[tokio::test]
async fn a_kept_answer_is_sealed_and_gone_with_the_account_s_key() {
    let world = World::new().await;
    let store = world.fixture.store.clone();
    let mut answers = MockIdempotentAnswers::new();
    answers
        .expect_begin()
        .times(1)
        .returning(|_, _, _| Ok(Judgement::First));
    let sealer = world.fixture.sealer.clone();
    let row = world.request(1).key.answer_id();
    answers
        .expect_finish()
        .times(1)
        .withf(move |_, _, sealed| {
            let opened = sealer.open(Purpose::IdempotentAnswer, row, sealed);
            let is_plain = sealed.0.windows(10).any(|part| part == b"the answer");
            opened.is_ok_and(|text| *text == "the answer to effect 1") && !is_plain
        })
        .returning(|_, _, _| Ok(()));
    let world = World::over(world.fixture, Arc::new(answers));
    assert_eq!(first(world.ask(1, true).await), 1);

    let deleted = store.delete_account_key(world.fixture.account).await;
    assert!(deleted.expect("deleted"));
    // No mock expects another call: without a key nothing is looked up or kept.
    assert_eq!(first(world.ask(1, true).await), 2);
}

#[tokio::test]
async fn an_answer_that_could_not_be_kept_is_answered_all_the_same() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let mut answers = MockIdempotentAnswers::new();
    answers
        .expect_begin()
        .returning(|_, _, _| Ok(Judgement::First));
    answers
        .expect_finish()
        .returning(|_, _, _| Err(PortError::Unavailable("away".into())));
    let world = World::over(fixture, Arc::new(answers));
    let answered = world.ask(1, true).await;
    let Ok(Answered::First { answer, kept }) = answered else {
        panic!("{answered:?}");
    };
    assert!(answer == 1 && kept.is_err());
}

#[tokio::test]
async fn nothing_is_done_if_the_store_fails_before() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let mut answers = MockIdempotentAnswers::new();
    answers
        .expect_begin()
        .returning(|_, _, _| Err(PortError::Unavailable("away".into())));
    let world = World::over(fixture, Arc::new(answers));
    let failed = world.ask(1, true).await;
    assert!(
        matches!(failed, Err(AnswerOnceError::Port(_))),
        "{failed:?}"
    );
    assert_eq!(world.effects.get(), 0);
}

#[tokio::test]
async fn old_answers_are_removed_in_bounded_steps() {
    let fixture = Fixture::new(Arc::new(MemoryStore::default())).await;
    let before = fixture.clock.now() - ANSWER_RETENTION;
    let mut answers = MockIdempotentAnswers::new();
    let mut removed = [1_000, 999].into_iter();
    answers
        .expect_remove_older()
        .times(2)
        .withf(move |older, most| *older == before && *most == 1_000)
        .returning(move |_, _| Ok(removed.next().expect("two calls")));
    let forget = ForgetOldAnswers {
        answers: Arc::new(answers),
        clock: fixture.clock.clone(),
    };
    assert!(forget.execute().await.expect("removed"));
    assert!(!forget.execute().await.expect("removed"));
}
