//! Promises on lists of messages.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::message::{FoundMessages, MessageQuery, MessageRecord, MessageStatus};
use otp_core::page::PagePosition;
use otp_core::ports::{Messages, Storage};
use otp_core::send::{Outcome, SendAttempt};
use otp_core::time::Timestamp;

use super::fixture::{Fixture, START, recipient};
use crate::sender::{accepted_outcome, failure};

fn everything(fixture: &Fixture) -> MessageQuery {
    MessageQuery {
        account_id: fixture.account,
        recipient: None,
        statuses: MessageStatus::ALL.to_vec(),
        since: Timestamp::from_unix_millis(0),
        before: PagePosition::END,
        limit: 100,
        examine: 100,
    }
}

async fn search(fixture: &Fixture, query: &MessageQuery) -> FoundMessages {
    let found = Messages::list(&*fixture.store, query).await;
    found.expect("listed")
}

async fn list(fixture: &Fixture, query: &MessageQuery) -> Vec<MessageRecord> {
    search(fixture, query).await.records
}

async fn ids(fixture: &Fixture, query: MessageQuery) -> Vec<MessageId> {
    let listed = list(fixture, &query).await;
    listed.into_iter().map(|record| record.id).collect()
}

/// In the order asked for, each as often as it is asked for, and nobody else's.
pub async fn many_messages_are_found_as_each_is(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 100).await;
    let (first, second) = (fixture.send(1).await, fixture.send(2).await);
    let unknown = fixture.attempt(3).message_id;
    let own = fixture.account;
    let other = fixture.another_account().await;
    let wanted = [
        (own, second.message_id),
        (own, unknown),
        (other, first.message_id),
        (own, first.message_id),
        (own, second.message_id),
    ];
    let found = fixture.store.find_all(&wanted).await.expect("found");
    let (first, second) = (fixture.find(&first).await, fixture.find(&second).await);
    assert!(first.is_some() && second.is_some());
    assert_eq!(found, [second.clone(), None, None, first, second]);
    let nothing = fixture.store.find_all(&[]).await.expect("found");
    assert_eq!(nothing, []);
}

/// Each once, and nobody else's.
pub async fn many_records_are_as_each_history_shows_them(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 100).await;
    let (first, second) = (fixture.send(1).await, fixture.send(2).await);
    fixture.settle(&first, accepted_outcome("wamid.1")).await;
    let own = fixture.account;
    let other = fixture.another_account().await;
    let wanted = [
        second.message_id,
        fixture.attempt(3).message_id,
        first.message_id,
    ];
    let found = fixture.store.find_records(own, &wanted).await;
    let mut found = found.expect("found");
    found.sort_unstable_by_key(|record| record.id);
    let mut expected = Vec::new();
    for message in [&first, &second] {
        let history = fixture.store.find_history(own, message.message_id).await;
        expected.push(history.expect("found").expect("a message").record);
    }
    expected.sort_unstable_by_key(|record| record.id);
    assert_eq!(found, expected);
    for (account, wanted) in [(other, &wanted[..]), (own, &[])] {
        let found = fixture.store.find_records(account, wanted).await;
        assert_eq!(found.expect("found"), []);
    }
}

/// Newest first, whatever came between two pages: none is skipped, none is repeated.
pub async fn pages_neither_skip_nor_repeat_while_messages_are_added(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 100).await;
    let mut expected = Vec::new();
    for number in 0..11 {
        expected.push(fixture.send(number).await.message_id);
        // Two at a time are of one millisecond.
        if number % 2 == 1 {
            fixture.clock.advance(Duration::from_millis(1));
        }
    }
    let mut query = MessageQuery {
        limit: 3,
        ..everything(&fixture)
    };
    let mut read = Vec::new();
    let mut newer = 100;
    loop {
        let page = list(&fixture, &query).await;
        assert!(page.len() <= 3);
        let Some(last) = page.last() else { break };
        query.before = PagePosition::of(last);
        read.extend(page.into_iter().map(|record| record.id));
        fixture.clock.advance(Duration::from_millis(1));
        newer += 1;
        let added = fixture.send(newer).await;
        fixture.settle(&added, Outcome::Failed(failure(1))).await;
    }
    assert_eq!(read.len(), expected.len());
    let mut all = list(&fixture, &everything(&fixture)).await;
    assert!(all.is_sorted_by_key(|record| std::cmp::Reverse(PagePosition::of(record))));
    all.retain(|record| expected.contains(&record.id));
    assert_eq!(read, all.iter().map(|r| r.id).collect::<Vec<_>>());
}

/// Status, recipient and time narrow a list, alone and together; nobody else's message is in it.
pub async fn a_list_is_narrowed_by_status_recipient_and_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 100).await;
    let second = Duration::from_secs(1);
    let failed = fixture.send(1).await;
    fixture.clock.advance(second);
    let sent = fixture.send(2).await;
    fixture.clock.advance(second);
    let pending = fixture.send(3).await;
    fixture
        .settle(&failed, Outcome::Failed(failure(131_026)))
        .await;
    fixture.settle(&sent, accepted_outcome("wamid.A")).await;
    fixture.clock.advance(second);
    let again = fixture.send(1).await;
    let stranger = Fixture {
        account: fixture.another_account().await,
        ..fixture.clone()
    };
    stranger.grant(5).await;
    stranger.send(1).await;

    let check = async |query: MessageQuery, expected: &[&SendAttempt]| {
        let expected: Vec<_> = expected.iter().map(|attempt| attempt.message_id).collect();
        assert_eq!(ids(&fixture, query.clone()).await, expected, "{query:?}");
    };
    let all = everything(&fixture);
    let to = |number| Some(fixture.sealer.index(&recipient(number)));
    let with = |statuses: &[MessageStatus]| MessageQuery {
        statuses: statuses.to_vec(),
        ..all.clone()
    };
    check(all.clone(), &[&again, &pending, &sent, &failed]).await;
    check(with(&[MessageStatus::Failed]), &[&failed]).await;
    check(with(&[MessageStatus::Sent]), &[&sent]).await;
    check(with(&[MessageStatus::Pending]), &[&again, &pending]).await;
    check(with(&[MessageStatus::Read]), &[]).await;
    check(with(&[]), &[]).await;
    let of_one = MessageQuery {
        recipient: to(1),
        ..all.clone()
    };
    check(of_one.clone(), &[&again, &failed]).await;
    let failed_of_one = MessageQuery {
        statuses: vec![MessageStatus::Failed],
        ..of_one.clone()
    };
    check(failed_of_one, &[&failed]).await;
    let second_page_of_one = MessageQuery {
        before: PagePosition {
            created_at: again.at,
            id: again.message_id.0,
        },
        ..of_one
    };
    check(second_page_of_one, &[&failed]).await;
    let to_nobody = MessageQuery {
        recipient: to(9),
        ..all.clone()
    };
    check(to_nobody, &[]).await;
    let between = MessageQuery {
        since: START + second,
        before: PagePosition::at(again.at),
        ..all.clone()
    };
    check(between, &[&pending, &sent]).await;
    let newest = MessageQuery { limit: 1, ..all };
    check(newest, &[&again]).await;
}

/// A search ends after as many messages as it may look at, whatever matches, and says where. The next one
/// continues there.
pub async fn a_search_looks_at_no_more_messages_than_it_may(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 100).await;
    let mut sent = Vec::new();
    // To one recipient, so that the cooldown of an hour has to pass in between.
    for number in 0..9 {
        let attempt = fixture.send(1).await;
        if number % 3 == 0 {
            fixture.settle(&attempt, Outcome::Failed(failure(1))).await;
        }
        fixture.clock.advance(Duration::from_secs(24 * 3_600));
        sent.insert(0, attempt);
    }
    let place = |attempt: &SendAttempt| PagePosition {
        created_at: attempt.at,
        id: attempt.message_id.0,
    };
    let of_account = MessageQuery {
        statuses: vec![MessageStatus::Failed],
        examine: 4,
        ..everything(&fixture)
    };
    let of_recipient = MessageQuery {
        recipient: Some(fixture.sealer.index(&recipient(1))),
        ..of_account.clone()
    };
    // The newest is in the first place: 2, 5 and 8 failed.
    for mut query in [of_account, of_recipient] {
        for (failed, end) in [
            (&sent[2..3], Some(3)),
            (&sent[5..6], Some(7)),
            (&sent[8..], None),
        ] {
            let found = search(&fixture, &query).await;
            let ids: Vec<_> = found.records.iter().map(|record| record.id).collect();
            let failed: Vec<_> = failed.iter().map(|attempt| attempt.message_id).collect();
            assert_eq!(ids, failed, "{query:?}");
            let end = end.map(|end| place(&sent[end]));
            assert_eq!(found.examined_to, end, "{query:?}");
            query.before = end.unwrap_or(query.before);
        }
        // Nothing matches: the search says how far it got all the same.
        query.before = PagePosition::END;
        query.statuses = vec![MessageStatus::Read];
        let nothing = FoundMessages {
            records: Vec::new(),
            examined_to: Some(place(&sent[3])),
        };
        assert_eq!(search(&fixture, &query).await, nothing);
        // The last message that may be looked at matches, and nothing is older.
        query.statuses = MessageStatus::ALL.to_vec();
        query.examine = sent.len();
        let all = search(&fixture, &query).await;
        assert_eq!(all.records.len(), sent.len());
        assert_eq!(all.examined_to, Some(place(&sent[8])));
        // A full page may end before the search does.
        query.limit = 2;
        let full = search(&fixture, &query).await;
        let ids: Vec<_> = full.records.iter().map(|record| record.id).collect();
        assert_eq!(ids, [sent[0].message_id, sent[1].message_id]);
    }
}
