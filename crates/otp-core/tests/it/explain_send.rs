//! `ExplainSend`: foresees the answer of `SendMessage`, whatever it is, and changes nothing.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::health::HealthChange;
use otp_core::idempotency::IdempotencyKey;
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::{MockAdmissionFacts, PortError};
use otp_core::usecases::explain_send::{ExplainSend, ExplainSendRequest, ExplainedSend, Foreseen};
use otp_core::usecases::send_message::{SendMessageError, SendMessageRequest};
use otp_testkit::contract::fixture::{START, credits, recipient};
use otp_testkit::world::PHONE_NUMBER_ID;
use otp_testkit::{ScriptedSender, World};
use uuid::Uuid;

const KEY: IdempotencyKey = IdempotencyKey(Uuid::from_u128(7));

async fn world() -> World {
    World::with_provider(ScriptedSender::default()).await
}

fn explain_send(world: &World) -> ExplainSend {
    ExplainSend {
        send: world.send_message.clone(),
        facts: world.fixture.store.clone(),
    }
}

/// The question about a message to the first recipient.
fn question(world: &World) -> ExplainSendRequest {
    ExplainSendRequest {
        caller: world.caller(),
        to: recipient(1),
        language: None,
        idempotency_key: None,
    }
}

async fn explain(world: &World, request: ExplainSendRequest) -> ExplainedSend {
    let explained = explain_send(world).execute(request).await;
    explained.expect("explained")
}

/// Checks that a send to the first recipient is refused as foreseen, and returns the explanation.
async fn assert_refusal_is_foreseen(world: &World) -> ExplainedSend {
    let explained = explain(world, question(world)).await;
    let calls = world.provider.calls().len();
    let refused = world.send_message.execute(world.request(1)).await;
    let refused = refused.expect_err("refused");
    let Foreseen::WouldRefuse(foreseen) = &explained.foreseen else {
        panic!("{:?} instead of {refused:?}", explained.foreseen);
    };
    assert_eq!(
        std::mem::discriminant(foreseen),
        std::mem::discriminant(&refused),
        "{foreseen:?} instead of {refused:?}"
    );
    if let SendMessageError::CoolingDown { wait } = refused {
        assert_eq!(explained.wait, wait);
        assert!(matches!(foreseen, SendMessageError::CoolingDown { wait: told } if *told == wait));
    }
    assert_eq!(world.provider.calls().len(), calls);
    explained
}

#[tokio::test]
async fn a_send_that_would_pass_is_explained_and_not_made() {
    let world = world().await;
    let request = ExplainSendRequest {
        language: LanguageTag::parse("ar").ok(),
        ..question(&world)
    };
    for _ in 0..2 {
        let explained = explain(&world, request.clone()).await;
        assert!(matches!(explained.foreseen, Foreseen::WouldSend));
        assert_eq!(explained.to, recipient(1));
        assert_eq!(explained.region, recipient(1).region());
        assert_eq!(explained.price, credits(1));
        assert_eq!(explained.balance, credits(10));
        assert_eq!(
            (explained.opted_out, explained.wait),
            (false, Duration::ZERO)
        );
        let route = explained.route.expect("a route");
        assert_eq!(route.language.as_str(), "ar");
        assert_eq!(route.template.as_str(), "otp_code");
        assert_eq!(route.phone_number_id.as_str(), PHONE_NUMBER_ID);
        assert!(!route.is_stopped);
    }
    assert!(world.provider.calls().is_empty());
    assert_eq!(world.fixture.balance().await, 10);
    let sent = world.send_message.execute(world.request(1)).await;
    assert_eq!(sent.expect("no cooldown").status, MessageStatus::Sent);
}

#[tokio::test]
async fn every_refusal_is_foreseen() {
    // Without a sender, and with a sender that has no template.
    let bare = World::bare(ScriptedSender::default()).await;
    assert_eq!(assert_refusal_is_foreseen(&bare).await.route, None);
    bare.add_sender(&[]).await;
    assert_eq!(assert_refusal_is_foreseen(&bare).await.route, None);

    let poor = World::bare(ScriptedSender::default()).await;
    poor.add_sender(&["en"]).await;
    let explained = assert_refusal_is_foreseen(&poor).await;
    assert_eq!(explained.balance, credits(0));
    assert!(explained.route.is_some());

    let world = world().await;
    let sent = world.send_message.execute(world.request(1)).await;
    sent.expect("sent");
    world.fixture.clock.advance(Duration::from_secs(10));
    let explained = assert_refusal_is_foreseen(&world).await;
    assert_eq!(explained.wait, Duration::from_secs(20));
    assert_eq!(
        (explained.opted_out, explained.balance),
        (false, credits(9))
    );

    // The opt-out is the answer, and the cooldown is shown nevertheless.
    world.fixture.request(1, ConsentRequest::Stop).await;
    let explained = assert_refusal_is_foreseen(&world).await;
    assert!(explained.opted_out);
    assert_eq!(explained.wait, Duration::from_secs(20));
}

#[tokio::test]
async fn a_stopped_sender_is_foreseen_with_its_reason() {
    let world = world().await;
    let sender = world.fixture.sender_id;
    let change = HealthChange::StoppedByOperator;
    let stopped = world
        .fixture
        .store
        .change_health(sender, &change, START, None);
    let reason = stopped
        .await
        .expect("stopped")
        .after
        .stop
        .expect("a stop")
        .refusal;
    let explained = assert_refusal_is_foreseen(&world).await;
    assert!(explained.route.expect("a route").is_stopped);
    let Foreseen::WouldRefuse(SendMessageError::RefusedByProvider { refusal, .. }) =
        explained.foreseen
    else {
        panic!("{:?}", explained.foreseen);
    };
    assert_eq!(refusal, reason);
}

#[tokio::test]
async fn a_repeated_key_is_foreseen_with_its_first_answer() {
    let world = world().await;
    let request = SendMessageRequest {
        idempotency_key: Some(KEY),
        ..world.request(1)
    };
    let sent = world.send_message.execute(request).await.expect("sent");
    let repeated = ExplainSendRequest {
        idempotency_key: Some(KEY),
        ..question(&world)
    };
    let explained = explain(&world, repeated).await;
    let Foreseen::WouldReplay(first) = explained.foreseen else {
        panic!("{:?}", explained.foreseen);
    };
    assert_eq!((first.message_id, first.status), (sent.id, sent.status));
}

#[tokio::test]
async fn a_store_that_is_away_is_an_error() {
    let world = world().await;
    let mut facts = MockAdmissionFacts::new();
    facts
        .expect_facts_of()
        .returning(|_| Err(PortError::Unavailable("away".into())));
    let explain_send = ExplainSend {
        facts: Arc::new(facts),
        ..explain_send(&world)
    };
    let error = explain_send.execute(question(&world)).await;
    let error = error.expect_err("away");
    assert!(matches!(
        error,
        SendMessageError::Port(PortError::Unavailable(_))
    ));
}
