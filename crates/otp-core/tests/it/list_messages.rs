//! `ListMessages`: pages of the caller's messages, however few of them match.

use std::time::Duration;

use otp_core::message::{MAX_EXAMINED, MessageStatus};
use otp_core::page::{Page, PageSize};
use otp_core::ports::PortError;
use otp_core::send::Outcome;
use otp_core::usecases::list_messages::{ListMessages, ListMessagesError, ListMessagesRequest};
use otp_core::usecases::show_message::OpenedMessage;
use otp_testkit::contract::fixture::recipient;
use otp_testkit::sender::failure;
use otp_testkit::{ScriptedSender, World};

fn request(world: &World) -> ListMessagesRequest {
    ListMessagesRequest {
        account_id: world.caller().account_id,
        status: None,
        recipient: None,
        from: None,
        to: None,
        cursor: None,
        size: PageSize::default(),
    }
}

async fn page(world: &World, request: &ListMessagesRequest) -> Page<OpenedMessage> {
    let list = ListMessages {
        messages: world.fixture.store.clone(),
        sealers: world.fixture.sealers(),
    };
    list.execute(request.clone()).await.expect("a page")
}

#[tokio::test]
async fn a_rare_status_is_found_over_several_short_pages() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let fixture = &world.fixture;
    fixture.grant(10_000).await;
    let failed = fixture.send(0).await;
    fixture.settle(&failed, Outcome::Failed(failure(1))).await;
    let newer = u32::try_from(2 * MAX_EXAMINED).expect("few");
    for number in 1..=newer {
        if number % 100 == 1 {
            fixture.clock.advance(Duration::from_millis(1));
        }
        fixture.send(number).await;
    }
    let mut wanted = ListMessagesRequest {
        status: Some(MessageStatus::Failed),
        ..request(&world)
    };
    for _ in 0..2 {
        let early = page(&world, &wanted).await;
        assert!(early.items.is_empty());
        assert!(early.next.is_some());
        wanted.cursor = early.next;
    }
    let last = page(&world, &wanted).await;
    let found: Vec<_> = last.items.iter().map(|item| item.record.id).collect();
    assert_eq!(found, [failed.message_id]);
    assert_eq!(last.items[0].to, Some(recipient(0)));
    assert_eq!(last.next, None);
}

#[tokio::test]
async fn pages_of_every_status_are_full_up_to_the_last() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut sent = Vec::new();
    for number in 0..5 {
        sent.insert(0, world.fixture.send(number).await.message_id);
        world.fixture.clock.advance(Duration::from_millis(1));
    }
    let mut wanted = ListMessagesRequest {
        size: PageSize::parse("2").expect("a size"),
        ..request(&world)
    };
    for expected in [&sent[..2], &sent[2..4], &sent[4..]] {
        let read = page(&world, &wanted).await;
        let ids: Vec<_> = read.items.iter().map(|item| item.record.id).collect();
        assert_eq!(ids, expected);
        assert_eq!(read.next.is_some(), expected.len() == 2);
        wanted.cursor = read.next;
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_an_error() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut messages = otp_core::ports::mocks::MockMessages::new();
    messages
        .expect_list()
        .returning(|_| Err(PortError::Unavailable("away".into())));
    let list = ListMessages {
        messages: std::sync::Arc::new(messages),
        sealers: world.fixture.sealers(),
    };
    let error = list.execute(request(&world)).await.expect_err("away");
    assert!(matches!(
        error,
        ListMessagesError::Port(PortError::Unavailable(_))
    ));
}
