//! `ExamineSender` and `ApplySenderEvents`: when the provider is asked about a sender, and what
//! follows from its answer.

use std::sync::Arc;
use std::time::Duration;

use mockall::predicate::eq;
use otp_core::channel::whatsapp::health::{
    Finding, HealthChange, HealthChanged, Quality, Rating, SenderEvent, SenderHealth,
};
use otp_core::channel::whatsapp::{ProviderId, Sender};
use otp_core::ids::SenderId;
use otp_core::message::Failure;
use otp_core::ports::{
    Examination, MockSenderExaminer, MockSenderHealths, MockSenders, PortError, ProviderRefusal,
    Senders,
};
use otp_core::usecases::apply_sender_events::ApplySenderEvents;
use otp_core::usecases::examine_sender::ExamineSender;
use otp_testkit::contract::fixture::START;
use otp_testkit::sender::refusal;
use otp_testkit::world::PHONE_NUMBER_ID;
use otp_testkit::{ScriptedSender, World};
use uuid::Uuid;

async fn world() -> (World, Sender) {
    let world = World::with_provider(ScriptedSender::default()).await;
    let senders = Senders::list(&*world.fixture.store).await;
    let sender = senders.expect("senders").remove(0);
    (world, sender)
}

fn examine_sender(world: &World, examiner: MockSenderExaminer) -> ExamineSender {
    ExamineSender {
        senders: world.fixture.store.clone(),
        healths: world.fixture.store.clone(),
        examiner: Arc::new(examiner),
        clock: world.fixture.clock.clone(),
        sealers: world.fixture.sealers(),
    }
}

/// An examiner that is asked once, about the tests' sender and with its token.
fn answering(answer: Examination) -> MockSenderExaminer {
    let mut examiner = MockSenderExaminer::new();
    examiner
        .expect_examine()
        .once()
        .withf(|number, token| (number.as_str(), token.expose()) == (PHONE_NUMBER_ID, "EAAGtoken"))
        .return_once(move |_, _| answer);
    examiner
}

fn rating() -> Rating {
    Rating {
        quality: Some(Quality::Yellow),
        messaging_limit: Some("TIER_1K".to_owned()),
    }
}

fn without_code() -> ProviderRefusal {
    let refusal = refusal(401, 190);
    ProviderRefusal {
        failure: Failure {
            code: None,
            ..refusal.failure
        },
        ..refusal
    }
}

#[tokio::test]
async fn an_answer_and_a_suspicion_give_a_finding() {
    let (world, sender) = world().await;
    let unable = |by: ProviderRefusal| Finding::Unable(by, rating());
    let suspected = |by: ProviderRefusal| Finding::Unable(by, Rating::default());
    for (answer, suspicion, finding) in [
        (Examination::Able(rating()), None, Finding::Able(rating())),
        (
            Examination::Able(rating()),
            Some(refusal(401, 190)),
            Finding::Able(rating()),
        ),
        (
            Examination::Unable(refusal(403, 10), rating()),
            None,
            unable(refusal(403, 10)),
        ),
        (
            Examination::Unable(refusal(403, 10), rating()),
            Some(refusal(401, 190)),
            unable(refusal(401, 190)),
        ),
        (
            Examination::NotShown(refusal(403, 190)),
            None,
            Finding::Unclear,
        ),
        (
            Examination::NotShown(refusal(403, 10)),
            Some(refusal(401, 190)),
            Finding::Unclear,
        ),
        (
            Examination::NotShown(refusal(403, 190)),
            Some(refusal(401, 190)),
            suspected(refusal(401, 190)),
        ),
        // Two refusals without a code have nothing in common.
        (
            Examination::NotShown(without_code()),
            Some(without_code()),
            Finding::Unclear,
        ),
        (
            Examination::Silent,
            Some(refusal(401, 190)),
            Finding::Unclear,
        ),
    ] {
        let case = format!("{answer:?} after {suspicion:?}");
        let is_silent = answer == Examination::Silent;
        let health = SenderHealth::unknown(sender.id);
        let changed = HealthChanged {
            before: health.clone(),
            after: health.after(&HealthChange::CheckWanted, START),
        };
        let mut healths = MockSenderHealths::new();
        let returned = changed.clone();
        healths
            .expect_change_health()
            .once()
            .with(
                eq(sender.id),
                eq(HealthChange::Examined(finding)),
                eq(START),
                eq(None),
            )
            .return_once(move |_, _, _, _| Ok(returned));
        let examine = ExamineSender {
            healths: Arc::new(healths),
            ..examine_sender(&world, answering(answer))
        };
        let examined = examine.execute(sender.id, suspicion.as_ref()).await;
        let examined = examined.expect("examined").expect(&case);
        assert_eq!(examined.sender, sender, "{case}");
        assert_eq!(examined.changed, changed, "{case}");
        assert_eq!(examined.answered, !is_silent, "{case}");
    }
}

#[tokio::test]
async fn a_sender_that_is_unknown_or_whose_token_cannot_be_read_is_not_asked_about() {
    let (world, sender) = world().await;
    let never = || examine_sender(&world, MockSenderExaminer::new());
    let unknown = never().execute(SenderId(Uuid::from_u128(42)), None).await;
    assert_eq!(unknown.expect("read"), None);

    let mut senders = MockSenders::new();
    let damaged = Sender {
        access_token: sender.phone.clone(),
        ..sender.clone()
    };
    senders
        .expect_find()
        .return_once(move |_| Ok(Some(damaged)));
    let examine = ExamineSender {
        senders: Arc::new(senders),
        ..never()
    };
    let unreadable = examine.execute(sender.id, None).await;
    assert_eq!(unreadable.expect("read"), None);

    let store = &world.fixture.store;
    let deleted = store.delete_account_key(sender.account_id).await;
    assert!(deleted.expect("deleted"));
    let erased = never().execute(sender.id, None).await;
    assert_eq!(erased.expect("read"), None);
}

/// The tests' sender is found, and removed before its health is changed.
fn removed_meanwhile() -> MockSenderHealths {
    let mut healths = MockSenderHealths::new();
    healths
        .expect_change_health()
        .once()
        .return_once(|_, _, _, _| Err(PortError::Conflict("no such sender".into())));
    healths
}

#[tokio::test]
async fn a_sender_that_is_removed_while_the_provider_is_asked_is_no_failure() {
    let (world, sender) = world().await;
    let examine = ExamineSender {
        healths: Arc::new(removed_meanwhile()),
        ..examine_sender(&world, answering(Examination::Able(rating())))
    };
    let examined = examine.execute(sender.id, None).await;
    assert_eq!(examined.expect("no failure"), None);

    let event = SenderEvent::Number(sender.phone_number_id.clone());
    let apply = ApplySenderEvents {
        senders: world.fixture.store.clone(),
        healths: Arc::new(removed_meanwhile()),
        clock: world.fixture.clock.clone(),
    };
    apply.execute(&[event]).await.expect("no failure");
}

#[tokio::test]
async fn at_most_a_hundred_due_senders_are_listed_at_a_time() {
    let (world, sender) = world().await;
    let mut healths = MockSenderHealths::new();
    healths
        .expect_list_due_checks()
        .with(eq(START + Duration::from_secs(5)), eq(100))
        .return_once(move |_, _| Ok(vec![sender.id]));
    let examine = ExamineSender {
        healths: Arc::new(healths),
        ..examine_sender(&world, MockSenderExaminer::new())
    };
    world.fixture.clock.advance(Duration::from_secs(5));
    assert_eq!(examine.due().await.expect("listed"), [sender.id]);
}

#[tokio::test]
async fn an_event_schedules_a_check_of_each_sender_that_it_is_about() {
    let (world, sender) = world().await;
    let id = |digits| ProviderId::parse(digits).expect("digits");
    let other = Sender {
        id: SenderId(Uuid::from_u128(42)),
        phone_number_id: id("7"),
        ..sender.clone()
    };
    let elsewhere = Sender {
        id: SenderId(Uuid::from_u128(43)),
        phone_number_id: id("8"),
        waba_id: id("9"),
        ..sender.clone()
    };
    let number = |sender: &Sender| SenderEvent::Number(sender.phone_number_id.clone());
    let business = |sender: &Sender| SenderEvent::BusinessAccount(sender.waba_id.clone());
    for (events, concerned) in [
        (vec![number(&sender)], vec![sender.id]),
        (vec![business(&sender)], vec![sender.id, other.id]),
        (
            vec![number(&elsewhere), number(&elsewhere), number(&other)],
            vec![other.id, elsewhere.id],
        ),
        // Their ids are of different kinds.
        (vec![SenderEvent::Number(id("9"))], vec![]),
        (vec![SenderEvent::BusinessAccount(id("8"))], vec![]),
    ] {
        let mut senders = MockSenders::new();
        let listed = vec![sender.clone(), other.clone(), elsewhere.clone()];
        senders.expect_list().once().return_once(|| Ok(listed));
        let mut healths = MockSenderHealths::new();
        for wanted in concerned {
            healths
                .expect_change_health()
                .once()
                .with(
                    eq(wanted),
                    eq(HealthChange::CheckWanted),
                    eq(START),
                    eq(None),
                )
                .return_once(|id, change, at, _| {
                    let before = SenderHealth::unknown(id);
                    let after = before.after(change, at);
                    Ok(HealthChanged { before, after })
                });
        }
        let apply = ApplySenderEvents {
            senders: Arc::new(senders),
            healths: Arc::new(healths),
            clock: world.fixture.clock.clone(),
        };
        apply.execute(&events).await.expect("applied");
    }
}

#[tokio::test]
async fn without_events_nothing_is_read_and_a_check_that_cannot_be_scheduled_is_an_error() {
    let (world, sender) = world().await;
    let mut healths = MockSenderHealths::new();
    healths
        .expect_change_health()
        .once()
        .return_once(|_, _, _, _| Err(PortError::Unavailable("away".into())));
    let mut senders = MockSenders::new();
    let event = SenderEvent::Number(sender.phone_number_id.clone());
    senders
        .expect_list()
        .once()
        .return_once(|| Ok(vec![sender]));
    let apply = ApplySenderEvents {
        senders: Arc::new(senders),
        healths: Arc::new(healths),
        clock: world.fixture.clock.clone(),
    };
    let away = apply.execute(&[event]).await;
    assert!(matches!(away, Err(PortError::Unavailable(_))));
    // The mock would panic at a second list.
    apply.execute(&[]).await.expect("nothing to do");
}
