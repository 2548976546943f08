//! Promises on test accounts and test inboxes.

use std::sync::Arc;
use std::time::Duration;

use otp_core::account::{AccountChange, AccountStanding};
use otp_core::channel::Channel;
use otp_core::credits::Credits;
use otp_core::ids::{AccountId, MessageId};
use otp_core::keyring::KeyOwner;
use otp_core::language::LanguageTag;
use otp_core::message::MessageStatus;
use otp_core::passcode::Passcode;
use otp_core::ports::{Accounts, PortError, Storage, Subscriptions};
use otp_core::sealing::AccountSealer;
use otp_core::send::{Admission, NoProvider, Outcome, RoutedTo, SendAttempt};
use otp_core::test_inbox::{LifeProgress, TestInboxQuery, TestMessage};
use otp_core::test_number::LifePosition;
use otp_core::time::Timestamp;
use uuid::Uuid;

use super::fixture::{Fixture, START, recipient};
use crate::sender::{accepted_outcome, failure};

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// The `number`-th message of an inbox, accepted this number of seconds after the start.
fn message(sealer: &AccountSealer, number: u32, seconds: u64) -> TestMessage {
    let id = MessageId(Uuid::from_u128(u128::from(number) + 1));
    let to = recipient(number % 7).into();
    let code = Passcode::parse(Some("424242")).expect("a code");
    let randomness = crate::SeededRandomness::new(number.into());
    TestMessage::seal(id, (&to, &code), at(seconds), sealer, &randomness)
}

async fn received(fixture: &Fixture, query: TestInboxQuery) -> Vec<TestMessage> {
    let received = fixture.store.list_received(query).await;
    received.expect("listed")
}

fn all_of(account_id: AccountId) -> TestInboxQuery {
    TestInboxQuery {
        account_id,
        recipient_index: None,
        from: None,
        limit: 1_000,
    }
}

/// An account has one test account, whose key goes with that of the account.
pub async fn an_account_has_one_test_account(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let of = fixture.account;
    let find = async || {
        let found = fixture.store.find_test_account(of).await;
        found.expect("look up")
    };
    assert_eq!(find().await, None);
    let test = fixture.test_account(of).await;
    assert_eq!(fixture.test_account(of).await, test);
    let found = find().await.expect("a test account");
    assert_eq!((found.id, found.test_of), (test, Some(of)));
    let read = Accounts::find(&*fixture.store, test).await.expect("find");
    assert_eq!(read.as_ref(), Some(&found));
    let other = fixture.another_account().await;
    assert_ne!(fixture.test_account(other).await, test);
    let is_test = async |account| {
        let profile = fixture.store.find_sending_profile(account).await;
        profile.expect("look up").expect("an account").is_test
    };
    assert!(is_test(test).await && !is_test(of).await);

    let owner = KeyOwner::Account(test);
    let key = fixture.store.find_key(owner).await.expect("find");
    let key = key.expect("a key");
    for of in [of, AccountId(Uuid::from_u128(42))] {
        let second = otp_core::account::Account {
            id: AccountId(Uuid::from_u128(43)),
            test_of: Some(of),
            ..found.clone()
        };
        let created = Accounts::create(&*fixture.store, &second, &key, &fixture.entry()).await;
        assert!(
            matches!(created, Err(PortError::Conflict(_))),
            "{created:?}"
        );
    }
    let deleted = fixture.store.delete_account_key(of).await;
    assert!(deleted.expect("deleted"));
    for account in [of, test] {
        let key = fixture.store.find_key(KeyOwner::Account(account)).await;
        assert_eq!(key.expect("find"), None);
    }
    let of_other = fixture.store.find_key(KeyOwner::Account(other)).await;
    assert!(of_other.expect("find").is_some());
}

/// A change of several accounts happens in all of them, or in none.
pub async fn accounts_change_together_or_not_at_all(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let test = fixture.test_account(fixture.account).await;
    let nobody = AccountId(Uuid::from_u128(u128::MAX));
    let close = AccountChange {
        standing: Some(AccountStanding::Closed),
        ..AccountChange::default()
    };
    for (accounts, closes) in [
        (vec![fixture.account, nobody], false),
        (vec![fixture.account, test], true),
    ] {
        let changes = accounts.iter().map(|id| (*id, close.clone())).collect();
        let changed = fixture.store.change(&changes, &fixture.entry()).await;
        assert_eq!(changed.expect("change"), closes);
        for account in [fixture.account, test] {
            let found = Accounts::find(&*fixture.store, account).await;
            let standing = found.expect("find").expect("an account").rules.standing;
            assert_eq!(standing == AccountStanding::Closed, closes);
        }
    }
}

/// A message that costs nothing needs no subscription, and no outcome moves credits.
pub async fn a_message_that_costs_nothing_leaves_the_ledger_alone(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let route = |channel| {
        Ok(RoutedTo::NoProvider(NoProvider {
            channel,
            language: LanguageTag::parse("en").expect("language"),
        }))
    };
    let outcomes = [
        accepted_outcome("test.1"),
        Outcome::Failed(failure(131_026)),
        Outcome::Unknown,
        Outcome::ReportedFailed(failure(131_026)),
        Outcome::Reported(MessageStatus::Delivered),
    ];
    for (number, outcome) in (1..).zip(&outcomes) {
        let free = SendAttempt {
            price: Credits::ZERO,
            route: route(Channel::WhatsApp),
            ..fixture.attempt(number)
        };
        let mail = SendAttempt {
            region: None,
            route: route(Channel::Email),
            price: Credits::ZERO,
            ..fixture.attempt(number + 100)
        };
        for attempt in [free, mail] {
            assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
            fixture.settle(&attempt, outcome.clone()).await;
            // It was delivered after all.
            fixture.settle(&attempt, outcomes[4].clone()).await;
            let message = fixture.message(&attempt).await;
            assert_eq!(
                (message.price, message.subscription_id),
                (Credits::ZERO, None)
            );
            assert_eq!(message.status, MessageStatus::Delivered);
        }
    }
    let ledger = Subscriptions::ledger(&*fixture.store, fixture.account).await;
    assert_eq!(ledger.expect("ledger"), []);
    let payments = fixture.store.count_payments().await.expect("counted");
    assert!(
        payments
            .iter()
            .all(|count| count.net == 0 && count.price == 0)
    );
}

/// Messages read back, newest first: all of an account, those to a recipient, those of the last time.
pub async fn messages_of_an_inbox_are_found_newest_first(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let test = fixture.test_account(fixture.account).await;
    let sealer = fixture.sealer_of(test).await;
    let messages: Vec<_> = (0..9)
        .map(|n| message(&sealer, n, (n / 2).into()))
        .collect();
    for message in messages.iter().rev() {
        for _ in 0..2 {
            fixture.store.receive(message, 20).await.expect("received");
        }
    }
    let newest: Vec<_> = messages.iter().rev().cloned().collect();
    assert_eq!(received(&fixture, all_of(test)).await, newest);
    let shown = newest[0].open(&sealer).expect("opens");
    assert_eq!(shown.code.expose(), "424242");
    let to_recipient = TestInboxQuery {
        recipient_index: Some(messages[1].recipient_index),
        ..all_of(test)
    };
    let expected = [messages[8].clone(), messages[1].clone()];
    assert_eq!(received(&fixture, to_recipient).await, expected);
    let late = TestInboxQuery {
        from: Some(at(3)),
        limit: 2,
        ..all_of(test)
    };
    assert_eq!(received(&fixture, late).await, newest[..2]);
    let none = TestInboxQuery {
        from: Some(at(5)),
        ..all_of(test)
    };
    assert_eq!(received(&fixture, none).await, []);
    assert_eq!(received(&fixture, all_of(fixture.account)).await, []);

    let recipient = (test, messages[1].recipient_index);
    let erased = fixture.store.erase_recipient(recipient).await;
    assert_eq!(erased.expect("erased"), 0, "it was sent no message");
    assert_eq!(received(&fixture, to_recipient).await, []);
    assert_eq!(received(&fixture, all_of(test)).await.len(), 7);
}

/// Due reports are found, and a life moves on from where it is, once.
pub async fn lives_move_on_one_report_at_a_time(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let test = fixture.test_account(fixture.account).await;
    let sealer = fixture.sealer_of(test).await;
    let messages: Vec<_> = (0..3)
        .map(|n| message(&sealer, n, 10 * u64::from(n)))
        .collect();
    for message in &messages {
        fixture.store.receive(message, 20).await.expect("received");
    }
    let due = async |until, limit| {
        let due = fixture.store.list_due(until, limit).await;
        let due = due.expect("listed").into_iter();
        due.map(|message| message.message_id).collect::<Vec<_>>()
    };
    let ids: Vec<_> = messages.iter().map(|message| message.message_id).collect();
    assert_eq!(due(at(0), 9).await, []);
    assert_eq!(due(at(1), 9).await, ids[..1]);
    assert_eq!(due(at(60), 2).await, ids[..2]);
    assert_eq!(due(at(60), 9).await, ids);

    let progress = |message: &TestMessage, from: LifePosition| LifeProgress {
        message_id: message.message_id,
        from,
        to: from.next(message.received_at),
    };
    let first = messages[0].life.expect("a life");
    let step = progress(&messages[0], first);
    for _ in 0..2 {
        // The second time, it is no longer where this begins.
        fixture.store.advance(&[step]).await.expect("advanced");
        assert_eq!(due(at(60), 9).await, ids);
        assert_eq!(due(first.due_at, 9).await, []);
    }
    let second = step.to.expect("one more report");
    let last = progress(&messages[0], second);
    assert_eq!(last.to, None);
    let other = progress(&messages[1], messages[1].life.expect("a life"));
    fixture
        .store
        .advance(&[last, other])
        .await
        .expect("advanced");
    assert_eq!(due(at(60), 9).await, ids[1..]);
    let stored = received(&fixture, all_of(test)).await;
    let lives: Vec<_> = stored.iter().map(|message| message.life).collect();
    assert_eq!(lives, [messages[2].life, other.to, None]);
}

/// An inbox keeps its newest messages, and no message for longer than a day; one about which something is
/// still to be reported stays.
pub async fn an_inbox_forgets_old_messages(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let test = fixture.test_account(fixture.account).await;
    let other = fixture.test_account(fixture.another_account().await).await;
    let sealer = fixture.sealer_of(test).await;
    let of_other = TestMessage {
        message_id: MessageId(Uuid::from_u128(u128::MAX)),
        account_id: other,
        life: None,
        ..message(&sealer, 1, 0)
    };
    fixture
        .store
        .receive(&of_other, 20)
        .await
        .expect("received");
    let alive = message(&sealer, 0, 0);
    fixture.store.receive(&alive, 20).await.expect("received");
    for number in 1..=23 {
        let life = None;
        let message = TestMessage {
            life,
            ..message(&sealer, number, number.into())
        };
        fixture.store.receive(&message, 20).await.expect("received");
    }
    let kept = received(&fixture, all_of(test)).await;
    // The newest 20, and the one.
    assert_eq!(kept.len(), 21);
    assert_eq!(kept.last(), Some(&alive));
    assert_eq!(received(&fixture, all_of(other)).await.len(), 1);

    let forget = async |before, limit| {
        let forgotten = fixture.store.forget_received(before, limit).await;
        forgotten.expect("forgotten")
    };
    assert_eq!(forget(at(10), 3).await, 3);
    assert_eq!(forget(at(10), 30).await, 4);
    assert_eq!(forget(at(10), 30).await, 0);
    assert_eq!(received(&fixture, all_of(test)).await.len(), 15);
    assert_eq!(received(&fixture, all_of(other)).await, []);
}
