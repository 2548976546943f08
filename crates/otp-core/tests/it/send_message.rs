//! `SendMessage` over a store in memory and a scripted provider.

use std::sync::Arc;
use std::time::Duration;

use otp_core::idempotency::IdempotencyKey;
use otp_core::keyring::{MasterKey, MasterKeys};
use otp_core::language::LanguageTag;
use otp_core::message::{Message, MessageStatus};
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::{
    Messages, MockClock, MockDirectory, MockMessageSender, MockSendLedger, OutgoingMessage,
    PortError, ProviderRefusal, SendError,
};
use otp_core::pricing::PriceList;
use otp_core::recipient::PhoneNumber;
use otp_core::send::Admission;
use otp_core::usecases::send_message::{
    SendMessage, SendMessageError, SendMessageRequest, SentMessage,
};
use otp_testkit::ScriptedSender;
use otp_testkit::contract::fixture::START;
use otp_testkit::sender::{accepted, failure, refusal};
use uuid::Uuid;

use otp_testkit::World;
use otp_testkit::world::POLICY;

async fn message(world: &World, sent: &SentMessage) -> Message {
    let found = Messages::find(&*world.fixture.store, world.fixture.account, sent.id).await;
    found.expect("find").expect("the message exists")
}

fn retry(after: Option<u64>) -> SendError {
    SendError::Retry {
        refusal: refusal(503, 2),
        after: after.map(Duration::from_secs),
    }
}

#[tokio::test]
async fn an_accepted_message_is_sent_and_costs_its_price() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("sent");
    assert_eq!((sent.status, sent.replayed), (MessageStatus::Sent, false));
    assert_eq!(message(&world, &sent).await.status, MessageStatus::Sent);
    assert_eq!(world.fixture.balance().await, 9);

    let calls = world.whatsapp_calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].message_id, sent.id);
    assert_eq!(calls[0].passcode.expose(), "482913");
    assert_eq!(
        calls[0].language.as_str(),
        "en_US",
        "the account's default is English"
    );
    assert_eq!(calls[0].access_token.expose(), "EAAGtoken");
    assert_eq!(calls[0].timeout, POLICY.provider_timeout);
}

#[tokio::test]
async fn the_preferred_language_selects_the_template() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let language = LanguageTag::parse("ar-SA").ok();
    let request = SendMessageRequest {
        language,
        ..world.request(1)
    };
    world.send_message.execute(request).await.expect("sent");
    assert_eq!(world.whatsapp_calls()[0].language.as_str(), "ar");
}

#[tokio::test]
async fn a_refused_message_is_recorded_and_refunded_and_starts_no_cooldown() {
    let refused = Err(SendError::Refused(refusal(400, 131_026)));
    let world = World::with_provider(ScriptedSender::answering([refused])).await;
    let error = world
        .send_message
        .execute(world.request(1))
        .await
        .expect_err("refused");
    let SendMessageError::RefusedByProvider { id, refusal } = error else {
        panic!("{error:?}")
    };
    assert_eq!(refusal.http_status, Some(400));
    let recorded = Messages::find(&*world.fixture.store, world.fixture.account, id).await;
    let recorded = recorded.expect("find").expect("recorded");
    assert_eq!(
        (recorded.status, recorded.failure),
        (MessageStatus::Failed, Some(failure(131_026)))
    );
    assert_eq!(world.fixture.balance().await, 10);
    world.fixture.assert_ledger_balances().await;
    world
        .send_message
        .execute(world.request(1))
        .await
        .expect("no cooldown after a failure");
}

#[tokio::test]
async fn an_unknown_outcome_is_pending_and_never_sent_again() {
    let world = World::with_provider(ScriptedSender::answering([Err(SendError::Unknown)])).await;
    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("pending");
    assert_eq!(sent.status, MessageStatus::Pending);
    assert_eq!(message(&world, &sent).await.status, MessageStatus::Pending);
    assert_eq!(world.provider.calls().len(), 1);
    assert_eq!(world.fixture.balance().await, 9);
    let again = world
        .send_message
        .execute(world.request(1))
        .await
        .expect_err("cooling down");
    assert!(
        matches!(again, SendMessageError::CoolingDown { wait } if wait == Duration::from_secs(30))
    );
}

fn number_of(call: &OutgoingMessage) -> &str {
    let OutgoingMessage::WhatsApp(message) = call else {
        panic!("not of WhatsApp: {call:?}")
    };
    message.to.e164()
}

/// The provider gets the number as the caller wrote it.
#[tokio::test]
async fn the_spellings_of_one_telephone_share_the_cooldown() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let request = |number: &str| SendMessageRequest {
        to: PhoneNumber::parse(number).expect("valid"),
        ..world.request(1)
    };
    let send_message = &world.send_message;
    let sent = send_message.execute(request("+5491187654321")).await;
    sent.expect("sent");
    let again = send_message.execute(request("+541187654321")).await;
    assert!(
        matches!(again, Err(SendMessageError::CoolingDown { .. })),
        "{again:?}"
    );
    let another = send_message.execute(request("+541187654322")).await;
    another.expect("another telephone");
    let calls = world.provider.calls();
    let called: Vec<_> = calls.iter().map(number_of).collect();
    assert_eq!(called, ["+5491187654321", "+541187654322"]);
}

#[tokio::test]
async fn a_temporary_refusal_is_retried_within_the_deadline() {
    let script = [
        Err(retry(None)),
        Err(retry(Some(4))),
        Ok(accepted("wamid.9")),
    ];
    let world = World::with_provider(ScriptedSender::answering(script)).await;
    let sent = world
        .send_message
        .execute(world.request(1))
        .await
        .expect("sent");
    assert_eq!(sent.status, MessageStatus::Sent);
    let calls = world.provider.calls();
    let timeouts: Vec<_> = calls.iter().map(OutgoingMessage::timeout).collect();
    // The pauses are half a second, then the provider's four seconds: 5.5 are left for the last call.
    assert_eq!(timeouts, [8_000, 8_000, 5_500].map(Duration::from_millis));
    assert_eq!(world.fixture.balance().await, 9);
}

#[tokio::test]
async fn a_temporary_refusal_that_outlasts_the_deadline_is_a_failure() {
    for script in [
        vec![Err(retry(Some(60)))],
        vec![Err(retry(None)), Err(retry(None)), Err(retry(None))],
    ] {
        let calls = script.len();
        let world = World::with_provider(ScriptedSender::answering(script)).await;
        let error = world
            .send_message
            .execute(world.request(1))
            .await
            .expect_err("refused");
        assert!(matches!(error, SendMessageError::RefusedByProvider { .. }));
        assert_eq!(world.provider.calls().len(), calls);
        assert_eq!(world.fixture.balance().await, 10);
    }
}

#[tokio::test]
async fn a_connection_that_is_never_established_is_retried_and_fails_without_http_status() {
    let never = || {
        let refusal = ProviderRefusal {
            http_status: None,
            ..refusal(503, 2)
        };
        Err(SendError::Retry {
            refusal,
            after: None,
        })
    };
    let world = World::with_provider(ScriptedSender::answering([never(), never(), never()])).await;
    let error = world
        .send_message
        .execute(world.request(1))
        .await
        .expect_err("refused");
    let SendMessageError::RefusedByProvider { refusal, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(refusal.http_status, None);
    assert_eq!(world.provider.calls().len(), 3);
}

#[tokio::test]
async fn a_replay_sends_nothing_and_repeats_the_answer_whatever_the_body() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let key = Some(IdempotencyKey(Uuid::from_u128(7)));
    let request = |number| SendMessageRequest {
        idempotency_key: key,
        ..world.request(number)
    };
    let first = world.send_message.execute(request(1)).await.expect("sent");
    let again = world
        .send_message
        .execute(request(2))
        .await
        .expect("replayed");
    assert_eq!(
        again,
        SentMessage {
            replayed: true,
            ..first
        }
    );
    assert_eq!(world.provider.calls().len(), 1);
}

#[tokio::test]
async fn without_sender_template_or_credits_nothing_is_sent() {
    let world = World::bare(ScriptedSender::default()).await;
    async fn answer(world: &World) -> SendMessageError {
        world
            .send_message
            .execute(world.request(1))
            .await
            .expect_err("refused")
    }
    assert!(matches!(
        answer(&world).await,
        SendMessageError::SenderNumberNotFound
    ));
    world.add_sender(&["fr"]).await;
    assert!(matches!(
        answer(&world).await,
        SendMessageError::TemplateNotFound
    ));
    let world = World::bare(ScriptedSender::default()).await;
    world.add_sender(&["en"]).await;
    assert!(matches!(
        answer(&world).await,
        SendMessageError::InsufficientBalance
    ));
    assert!(world.provider.calls().is_empty());
}

#[tokio::test]
async fn an_opted_out_recipient_gets_no_message() {
    let world = World::with_provider(ScriptedSender::default()).await;
    world.fixture.request(1, ConsentRequest::Stop).await;
    let error = world
        .send_message
        .execute(world.request(1))
        .await
        .expect_err("refused");
    assert!(matches!(error, SendMessageError::RecipientOptedOut));
    assert!(world.provider.calls().is_empty());
}

/// A world whose use case has this ledger and this sender.
async fn over(ledger: MockSendLedger, sender: MockMessageSender) -> (World, SendMessage) {
    let world = World::with_provider(ScriptedSender::default()).await;
    let profile = otp_core::ports::Directory::find_sending_profile(
        &*world.fixture.store,
        world.fixture.account,
    );
    let profile = profile.await.expect("profile");
    let mut directory = MockDirectory::new();
    directory
        .expect_find_sending_profile()
        .returning(move |_| Ok(profile.clone()));
    directory
        .expect_price_list()
        .returning(|| Ok(Arc::new(PriceList::default())));
    let mut clock = MockClock::new();
    clock.expect_now().return_const(START);
    let send_message = SendMessage {
        directory: Arc::new(directory),
        ledger: Arc::new(ledger),
        sender: Arc::new(sender),
        clock: Arc::new(clock),
        ..world.send_message.clone()
    };
    (world, send_message)
}

#[tokio::test]
async fn a_message_that_cannot_be_admitted_is_not_delivered() {
    let mut ledger = MockSendLedger::new();
    ledger
        .expect_admit()
        .returning(|_| Err(PortError::Unavailable("gone".into())));
    ledger.expect_settle().never();
    let mut sender = MockMessageSender::new();
    sender.expect_send().never();
    let (world, send_message) = over(ledger, sender).await;
    let error = send_message
        .execute(world.request(1))
        .await
        .expect_err("unavailable");
    assert!(matches!(
        error,
        SendMessageError::Port(PortError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_call_after_a_long_wait_for_admission_still_has_a_second() {
    for (waited, left) in [(0, 8_000), (3_000, 7_000), (9_900, 1_000), (60_000, 1_000)] {
        let world = World::with_provider(ScriptedSender::default()).await;
        let mut ledger = MockSendLedger::new();
        let clock = Arc::clone(&world.fixture.clock);
        ledger.expect_admit().returning(move |_| {
            clock.advance(Duration::from_millis(waited));
            Ok(vec![Admission::Admitted])
        });
        ledger.expect_settle().returning(|_| Ok(()));
        let send_message = SendMessage {
            ledger: Arc::new(ledger),
            ..world.send_message.clone()
        };
        send_message.execute(world.request(1)).await.expect("sent");
        let timeout = world.whatsapp_calls()[0].timeout;
        assert_eq!(timeout, Duration::from_millis(left), "after {waited} ms");
    }
}

#[tokio::test]
async fn an_outcome_that_cannot_be_recorded_leaves_the_message_pending() {
    for outcome in [
        Ok(accepted("wamid.1")),
        Err(SendError::Refused(refusal(400, 131_026))),
    ] {
        let mut ledger = MockSendLedger::new();
        ledger
            .expect_admit()
            .returning(|_| Ok(vec![Admission::Admitted]));
        ledger
            .expect_settle()
            .times(1)
            .returning(|_| Err(PortError::Unavailable("gone".into())));
        let mut sender = MockMessageSender::new();
        sender.expect_send().times(1).return_once(move |_| outcome);
        let (world, send_message) = over(ledger, sender).await;
        let sent = send_message
            .execute(world.request(1))
            .await
            .expect("pending");
        assert_eq!(sent.status, MessageStatus::Pending);
    }
}

#[tokio::test]
async fn a_key_wrapped_by_another_master_key_is_a_backend_error() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let other_key = MasterKey::generate(&*world.fixture.randomness);
    let send_message = SendMessage {
        master_keys: Arc::new(MasterKeys::new(&other_key, &[])),
        ..world.send_message.clone()
    };
    let error = send_message
        .execute(world.request(1))
        .await
        .expect_err("unreadable");
    assert!(matches!(
        error,
        SendMessageError::Port(PortError::Backend(_))
    ));
    assert_eq!(
        world.fixture.balance().await,
        10,
        "found before anything was paid"
    );
}
