//! `ShowMessage`: one message of the caller with its recipient and its timeline.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::message::{EventSource, MessageHistory, MessageStatus};
use otp_core::ports::{Messages, MockMessages, PortError};
use otp_core::send::Outcome;
use otp_core::usecases::authenticate::Caller;
use otp_core::usecases::show_message::{
    ShowMessage, ShowMessageError, ShowMessageRequest, ShownMessage,
};
use otp_testkit::contract::fixture::{START, recipient};
use otp_testkit::sender::failure;
use otp_testkit::{ScriptedSender, World};
use uuid::Uuid;

async fn world() -> World {
    World::with_provider(ScriptedSender::default()).await
}

fn show_message(world: &World, messages: Arc<dyn Messages>) -> ShowMessage {
    ShowMessage {
        messages,
        sealers: world.fixture.sealers(),
    }
}

async fn show(
    world: &World,
    caller: Caller,
    id: MessageId,
) -> Result<ShownMessage, ShowMessageError> {
    let show_message = show_message(world, world.fixture.store.clone());
    show_message
        .execute(ShowMessageRequest {
            account_id: caller.account_id,
            id,
        })
        .await
}

#[tokio::test]
async fn a_timeline_begins_with_the_admission_and_ends_with_the_last_event() {
    let world = world().await;
    let fixture = &world.fixture;
    let attempt = fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(2));
    let failed = Outcome::Failed(failure(131_026));
    fixture.settle(&attempt, failed).await;
    fixture.clock.advance(Duration::from_secs(3));
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    fixture.settle(&attempt, delivered).await;

    let shown = show(&world, world.caller(), attempt.message_id).await;
    let shown = shown.expect("shown");
    assert_eq!(shown.message.record.id, attempt.message_id);
    assert_eq!(shown.message.record.status, MessageStatus::Delivered);
    assert_eq!(shown.message.to, Some(recipient(1).into()));
    let timeline: Vec<_> = shown
        .timeline
        .iter()
        .map(|event| (event.source, event.status, event.recorded_at.since(START)))
        .collect();
    let seconds = Duration::from_secs;
    assert_eq!(
        timeline,
        [
            (EventSource::ApiRequest, MessageStatus::Pending, seconds(0)),
            (EventSource::ProviderCall, MessageStatus::Failed, seconds(2)),
            (
                EventSource::ProviderReceipt,
                MessageStatus::Delivered,
                seconds(5)
            ),
        ]
    );
}

#[tokio::test]
async fn a_message_of_another_account_and_an_unknown_one_are_not_found() {
    let world = world().await;
    let id = world.fixture.send(1).await.message_id;
    let stranger = Caller {
        account_id: world.fixture.another_account().await,
        ..world.caller()
    };
    for (caller, id) in [
        (stranger, id),
        (world.caller(), MessageId(Uuid::from_u128(9))),
    ] {
        let error = show(&world, caller, id).await.expect_err("not found");
        assert!(matches!(error, ShowMessageError::NotFound));
    }
}

#[tokio::test]
async fn an_erased_message_and_one_without_its_accounts_key_have_no_number() {
    let world = world().await;
    let fixture = &world.fixture;
    let erased = fixture.send(1).await.message_id;
    let kept = fixture.send(2).await.message_id;
    let person = (fixture.account, fixture.sealer.index(&recipient(1)));
    let erasure = fixture.store.erase_recipient(person).await;
    assert_eq!(erasure.expect("erased"), 1);
    let number = async |id| {
        let shown = show(&world, world.caller(), id).await;
        shown.expect("shown").message.to
    };
    assert_eq!(number(erased).await, None);
    assert_eq!(number(kept).await, Some(recipient(2).into()));
    let deleted = fixture.store.delete_account_key(fixture.account).await;
    assert!(deleted.expect("deleted"));
    assert_eq!(number(kept).await, None);
}

#[tokio::test]
async fn a_recipient_that_does_not_open_and_a_store_that_is_away_are_errors() {
    let world = world().await;
    let [first, second] = [world.fixture.send(1).await, world.fixture.send(2).await];
    let store = &world.fixture.store;
    let find = async |id| {
        let found = store.find_history(world.fixture.account, id).await;
        found.expect("found").expect("a message")
    };
    let mut swapped: MessageHistory = find(first.message_id).await;
    swapped.record.recipient = find(second.message_id).await.record.recipient;
    let mut messages = MockMessages::new();
    messages
        .expect_find_history()
        .once()
        .return_once(move |_, _| Ok(Some(swapped)));
    messages
        .expect_find_history()
        .once()
        .return_once(|_, _| Err(PortError::Unavailable("away".into())));
    let show_message = show_message(&world, Arc::new(messages));
    let request = ShowMessageRequest {
        account_id: world.fixture.account,
        id: first.message_id,
    };
    let unreadable = show_message.execute(request).await;
    assert!(matches!(unreadable, Err(ShowMessageError::Unreadable(_))));
    let away = show_message.execute(request).await;
    assert!(matches!(
        away,
        Err(ShowMessageError::Port(PortError::Unavailable(_)))
    ));
}
