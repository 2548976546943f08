//! `ListMessages`: pages of the caller's messages, however few of them match.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use otp_core::message::{FoundMessages, MessageQuery, MessageStatus};
use otp_core::page::{Cursor, MAX_EXAMINED, Page, PagePosition, PageSize};
use otp_core::ports::{MockMessages, PortError};
use otp_core::send::Outcome;
use otp_core::time::Timestamp;
use otp_core::usecases::list_messages::{ListMessages, ListMessagesError, ListMessagesRequest};
use otp_core::usecases::show_message::OpenedMessage;
use otp_testkit::contract::fixture::{START, recipient};
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
    assert_eq!(last.items[0].to, Some(recipient(0).into()));
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
async fn each_filter_leaves_out_what_it_should() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let fixture = &world.fixture;
    let mut ids = Vec::new();
    for number in [1, 2, 3] {
        let attempt = fixture.send(number).await;
        let outcome = Outcome::Reported(MessageStatus::Delivered);
        if number == 2 {
            fixture.settle(&attempt, outcome).await;
        }
        ids.push(attempt.message_id);
        fixture.clock.advance(Duration::from_secs(10));
    }
    let at = |seconds| Some(START + Duration::from_secs(seconds));
    let all = request(&world);
    for (filter, expected) in [
        (all.clone(), &[2, 1, 0][..]),
        (
            ListMessagesRequest {
                status: Some(MessageStatus::Delivered),
                ..all.clone()
            },
            &[1],
        ),
        (
            ListMessagesRequest {
                recipient: Some(recipient(3).into()),
                ..all.clone()
            },
            &[2],
        ),
        (
            ListMessagesRequest {
                from: at(10),
                ..all.clone()
            },
            &[2, 1],
        ),
        (
            ListMessagesRequest {
                to: at(10),
                ..all.clone()
            },
            &[0],
        ),
        (
            ListMessagesRequest {
                recipient: Some(recipient(3).into()),
                to: at(10),
                ..all
            },
            &[],
        ),
    ] {
        let found = page(&world, &filter).await;
        let found: Vec<_> = found.items.iter().map(|item| item.record.id).collect();
        let expected: Vec<_> = expected.iter().map(|index| ids[*index]).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}

/// Returns the query that a request becomes.
async fn query(world: &World, request: ListMessagesRequest) -> MessageQuery {
    let asked = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&asked);
    let mut messages = MockMessages::new();
    messages.expect_list().once().returning(move |query| {
        *kept.lock().expect("no panic") = Some(query.clone());
        Ok(FoundMessages::default())
    });
    let list = ListMessages {
        messages: Arc::new(messages),
        sealers: world.fixture.sealers(),
    };
    list.execute(request).await.expect("a page");
    let query = asked.lock().expect("no panic").take();
    query.expect("asked")
}

#[tokio::test]
async fn a_query_ends_at_the_earlier_of_the_cursor_and_the_end_and_examines_few_messages() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let all = query(&world, request(&world)).await;
    let expected = MessageQuery {
        account_id: world.fixture.account,
        recipient: None,
        statuses: MessageStatus::ALL.to_vec(),
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: 21,
        examine: 21,
    };
    assert_eq!(all, expected);
    let failed = ListMessagesRequest {
        status: Some(MessageStatus::Failed),
        ..request(&world)
    };
    let failed = query(&world, failed).await;
    assert_eq!(failed.statuses, [MessageStatus::Failed]);
    assert_eq!((failed.limit, failed.examine), (21, MAX_EXAMINED));

    let (earlier, later) = (START, START + Duration::from_secs(1));
    for (cursor, to) in [(earlier, later), (later, earlier)] {
        let both = ListMessagesRequest {
            cursor: Some(Cursor(PagePosition::at(cursor))),
            to: Some(to),
            ..request(&world)
        };
        let both = query(&world, both).await;
        assert_eq!(both.before, PagePosition::at(earlier));
    }
}

#[tokio::test]
async fn without_the_accounts_key_messages_have_no_number_and_cannot_be_found_by_one() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let fixture = &world.fixture;
    let sent = fixture.send(1).await;
    let deleted = fixture.store.delete_account_key(fixture.account).await;
    assert!(deleted.expect("deleted"));
    let listed = page(&world, &request(&world)).await;
    let listed: Vec<_> = listed
        .items
        .iter()
        .map(|item| (item.record.id, &item.to))
        .collect();
    assert_eq!(listed, [(sent.message_id, &None)]);
    let by_number = ListMessagesRequest {
        recipient: Some(recipient(1).into()),
        ..request(&world)
    };
    assert_eq!(page(&world, &by_number).await, Page::EMPTY);
}

#[tokio::test]
async fn a_recipient_that_does_not_open_is_an_error() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let found = {
        let [first, second] = [world.fixture.send(1).await, world.fixture.send(2).await];
        let mut listed = page(&world, &request(&world)).await.items;
        assert_eq!(listed.len(), 2);
        let mut record = listed.remove(0).record;
        let ids = [first.message_id, second.message_id];
        let other = ids.into_iter().find(|id| *id != record.id);
        record.id = other.expect("two messages");
        FoundMessages {
            records: vec![record],
            examined_to: None,
        }
    };
    let mut messages = MockMessages::new();
    messages.expect_list().return_once(move |_| Ok(found));
    let list = ListMessages {
        messages: Arc::new(messages),
        sealers: world.fixture.sealers(),
    };
    let unreadable = list.execute(request(&world)).await;
    assert!(matches!(unreadable, Err(ListMessagesError::Unreadable(_))));
}

#[tokio::test]
async fn a_store_that_is_away_is_an_error() {
    let world = World::with_provider(ScriptedSender::default()).await;
    let mut messages = MockMessages::new();
    messages
        .expect_list()
        .returning(|_| Err(PortError::Unavailable("away".into())));
    let list = ListMessages {
        messages: Arc::new(messages),
        sealers: world.fixture.sealers(),
    };
    let error = list.execute(request(&world)).await.expect_err("away");
    assert!(matches!(
        error,
        ListMessagesError::Port(PortError::Unavailable(_))
    ));
}
