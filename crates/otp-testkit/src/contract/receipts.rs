//! Promises on receipts and on the end of a message's lifetime.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::whatsapp::ProviderId;
use otp_core::ids::MessageId;
use otp_core::message::{ExpiryPosition, MessageStatus, PendingMessage};
use otp_core::ports::{Clock, Storage};
use otp_core::receipt::{
    LocatedMessage, MessageReference, ReceiptFacts, Report, ReportedMessage, UnmatchedReceipt,
};
use otp_core::sealing::{ProviderMessageIndex, Sealed};
use otp_core::send::{Outcome, SendAttempt};
use otp_core::time::Timestamp;
use uuid::Uuid;

use super::fixture::{Fixture, START};
use crate::sender::{accepted_outcome, failure};

fn index_of(id: &str) -> ProviderMessageIndex {
    let Outcome::Accepted(id) = accepted_outcome(id) else {
        unreachable!("an acceptance")
    };
    id.index
}

fn number(digits: &str) -> ProviderId {
    ProviderId::parse(digits).expect("digits")
}

fn receipt(index: u8, report: Report, second: u64) -> UnmatchedReceipt {
    let at = START + Duration::from_secs(second);
    UnmatchedReceipt {
        reference: MessageReference {
            phone_number_id: number("106540352242922"),
            message_id: None,
            provider_index: ProviderMessageIndex([index; 32]),
        },
        report,
        // Half of them name the recipient.
        recipient: (index % 2 == 1).then(|| Sealed(vec![index])),
        provider_time: at,
        received_at: at + Duration::from_millis(250),
    }
}

/// Sends messages, and returns three references for each: one with our id, one with the provider's id
/// only, and one of a message and a number that nobody knows. A batch of them asks all that can be asked.
pub async fn references_of_every_kind(
    fixture: &Fixture,
    recipients: std::ops::Range<u32>,
) -> Vec<MessageReference> {
    let mut references = Vec::new();
    for n in recipients {
        let (attempt, wamid) = (fixture.send(n).await, format!("wamid.{n}"));
        fixture.settle(&attempt, accepted_outcome(&wamid)).await;
        let reference = |digits: &str, message_id, id: &str| MessageReference {
            phone_number_id: number(digits),
            message_id,
            provider_index: index_of(id),
        };
        references.extend([
            reference("7", Some(attempt.message_id), &wamid),
            reference("7", None, &wamid),
            reference(&format!("8{n}"), None, &format!("nobody's.{n}")),
        ]);
    }
    references
}

/// A message is found by our id, and where the provider did not echo it, by the provider's. The number of
/// its sender and the provider's id come with it.
pub async fn a_receipt_finds_its_message_by_either_id(store: Arc<dyn Storage>) {
    let mut fixture = Fixture::with_credits(store, 5).await;
    let nameless = fixture.send(3).await;
    let sender = fixture.add_sender(fixture.account, number("7")).await;
    fixture.sender_id = sender.id;
    let attempt = fixture.send(1).await;
    let pending = fixture.send(2).await;
    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    let unknown = Some(MessageId(Uuid::from_u128(42)));
    let ours = |message_id, id: &str| MessageReference {
        phone_number_id: number("8"),
        message_id,
        provider_index: index_of(id),
    };
    let references = [
        ours(Some(attempt.message_id), "wamid.Z"),
        ours(None, "wamid.A"),
        ours(unknown, "wamid.A"),
        ours(unknown, "wamid.Y"),
        ours(Some(pending.message_id), "wamid.X"),
        ours(None, "wamid.A"),
        ours(Some(nameless.message_id), "wamid.W"),
    ];
    let located = fixture.store.locate(&references).await.expect("located");
    let of = |attempt: &SendAttempt, phone_number_id: Option<&str>, id: Option<&str>| {
        ReceiptFacts::Known(ReportedMessage {
            message: LocatedMessage {
                message_id: attempt.message_id,
                account_id: fixture.account,
            },
            phone_number_id: phone_number_id.map(number),
            provider_index: id.map(index_of),
        })
    };
    let sent = || of(&attempt, Some("7"), Some("wamid.A"));
    let nothing = ReceiptFacts::Unknown {
        is_our_number: false,
    };
    let expected = [
        sent(),
        sent(),
        sent(),
        nothing,
        of(&pending, Some("7"), None),
        sent(),
        of(&nameless, None, None),
    ];
    assert_eq!(located, expected);
    assert_eq!(fixture.store.locate(&[]).await.expect("located"), []);
}

/// A removed sender's messages keep it: their receipts are located with its number, and a STOP that was
/// written to it is for its account.
pub async fn a_removed_senders_receipts_and_consent_still_count(store: Arc<dyn Storage>) {
    let mut fixture = Fixture::with_credits(store, 5).await;
    let sender = fixture.add_sender(fixture.account, number("7")).await;
    fixture.sender_id = sender.id;
    let attempt = fixture.send(1).await;
    let removed = fixture
        .store
        .remove(sender.id, fixture.clock.now(), &fixture.entry())
        .await;
    assert!(removed.expect("remove"));
    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    let reference = MessageReference {
        phone_number_id: number("7"),
        message_id: Some(attempt.message_id),
        provider_index: index_of("wamid.A"),
    };
    let unknown = MessageReference {
        message_id: None,
        provider_index: index_of("wamid.B"),
        ..reference.clone()
    };
    let located = fixture.store.locate(&[reference, unknown]).await;
    let located = located.expect("located");
    assert!(
        matches!(
            &located[0],
            ReceiptFacts::Known(message) if message.phone_number_id == Some(number("7"))
        ),
        "{located:?}"
    );
    let of_our_number = ReceiptFacts::Unknown {
        is_our_number: true,
    };
    assert_eq!(located[1], of_our_number);
    let numbers = BTreeSet::from([number("7")]);
    let none = BTreeSet::new();
    let targets = fixture.store.find_consent_targets(&numbers, &none).await;
    let targets = targets.expect("targets");
    let accounts = BTreeSet::from([fixture.account]);
    assert_eq!(targets.accounts.get(&number("7")), Some(&accounts));
    let history = fixture
        .store
        .find_history(fixture.account, attempt.message_id);
    let history = history.await.expect("find").expect("a message");
    let via = history.record.phone_number_id;
    assert_eq!(via, Some(number("7")));
}

/// Of a receipt of an unknown message it is known whether any account sends from its number.
pub async fn a_receipt_of_an_unknown_message_comes_from_a_known_number_or_not(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    for account in [fixture.account, other] {
        fixture.add_sender(account, number("11")).await;
    }
    fixture.add_sender(other, number("12")).await;
    let numbers = ["13", "11", "12", "11", "1"];
    let references = numbers.map(|digits| MessageReference {
        phone_number_id: number(digits),
        message_id: None,
        provider_index: index_of("wamid.Z"),
    });
    let facts = fixture.store.locate(&references).await.expect("facts");
    let ours = [false, true, true, true, false];
    let expected = ours.map(|is_our_number| ReceiptFacts::Unknown { is_our_number });
    assert_eq!(facts, expected);
}

/// A failure that is reported late gives the credits back; a delivery reported after it takes them
/// again, and the failure fields are empty.
pub async fn credits_follow_late_failures_and_late_deliveries(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    for _ in 0..2 {
        fixture
            .settle(&attempt, Outcome::ReportedFailed(failure(131_026)))
            .await;
        assert_eq!(fixture.balance().await, 5);
    }
    let failed = fixture.message(&attempt).await;
    assert_eq!(
        (failed.status, failed.failure),
        (MessageStatus::Failed, Some(failure(131_026)))
    );
    for _ in 0..2 {
        fixture
            .settle(&attempt, Outcome::Reported(MessageStatus::Delivered))
            .await;
        assert_eq!(fixture.balance().await, 4);
    }
    let delivered = fixture.message(&attempt).await;
    assert_eq!(
        (delivered.status, delivered.failure),
        (MessageStatus::Delivered, None)
    );
    assert_eq!(
        (delivered.first_answer, delivered.failed_at),
        (Some(MessageStatus::Sent), None)
    );
    fixture
        .settle(&attempt, Outcome::ReportedFailed(failure(131_026)))
        .await;
    assert_eq!(
        fixture.message(&attempt).await.status,
        MessageStatus::Delivered
    );
    fixture.assert_ledger_balances().await;
}

/// A message that was delivered after all is paid by any subscription that can, if the one that paid
/// before cannot.
pub async fn a_late_delivery_is_paid_by_whoever_can(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 1).await;
    let attempt = fixture.send(1).await;
    fixture
        .settle(&attempt, Outcome::Failed(failure(131_026)))
        .await;
    fixture.send(2).await; // takes the credit that came back
    fixture.clock.advance(Duration::from_secs(1));
    let newer = fixture.grant(3).await;
    fixture
        .settle(&attempt, Outcome::Reported(MessageStatus::Read))
        .await;
    assert_eq!(fixture.message(&attempt).await.subscription_id, Some(newer));
    assert_eq!(fixture.balance().await, 2);
    fixture.assert_ledger_balances().await;
}

/// A receipt that is faster than the answer to the send is not undone by it.
pub async fn a_receipt_may_come_before_the_answer(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture
        .settle(&attempt, Outcome::Reported(MessageStatus::Delivered))
        .await;
    assert_eq!(fixture.message(&attempt).await.first_answer, None);
    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    let message = fixture.message(&attempt).await;
    assert_eq!(
        (message.status, message.first_answer),
        (MessageStatus::Delivered, Some(MessageStatus::Sent))
    );
    assert_eq!(
        message.provider_message_id.map(|id| id.index),
        Some(index_of("wamid.A"))
    );
}

/// Receipts of unknown messages are kept once, in the order in which they came, until forgotten; old ones
/// do not hide those that came last.
pub async fn receipts_of_unknown_messages_are_kept_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let store = &fixture.store;
    let early = receipt(1, Report::Delivered, 1);
    let late = receipt(1, Report::Failed(failure(131_026)), 2);
    let other = receipt(2, Report::Read, 3);
    store
        .keep_unmatched(&[early.clone(), late.clone()])
        .await
        .expect("kept");
    store
        .keep_unmatched(&[late.clone(), other.clone()])
        .await
        .expect("kept");
    store.keep_unmatched(&[]).await.expect("nothing");
    let listed = store.list_unmatched(10).await.expect("listed");
    assert_eq!(listed, [early.clone(), late.clone(), other.clone()]);
    let latest = store.list_unmatched(2).await.expect("listed");
    assert_eq!(latest, [late.clone(), other.clone()]);

    store
        .forget_unmatched(&[late], START)
        .await
        .expect("forgotten");
    assert_eq!(
        store.list_unmatched(10).await.expect("listed"),
        [early, other.clone()]
    );
    let before = other.received_at;
    store
        .forget_unmatched(&[], before)
        .await
        .expect("forgotten");
    assert_eq!(store.list_unmatched(10).await.expect("listed"), [other]);
}

/// Messages still pending after their lifetime are listed; those that are decided are not.
pub async fn pending_messages_expire_and_decided_ones_do_not(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let lifetime = Duration::from_secs(600);
    let first = fixture.send(1).await;
    fixture.clock.advance(Duration::from_secs(1));
    let second = fixture.send(2).await;
    let sent = fixture.send(3).await;
    fixture.settle(&sent, accepted_outcome("wamid.A")).await;
    fixture.settle(&second, Outcome::Unknown).await;
    let expired = |after: ExpiryPosition, until: Timestamp, limit| {
        let store = Arc::clone(&fixture.store);
        async move {
            store
                .list_expired(after, until, limit)
                .await
                .expect("listed")
        }
    };
    let of = |attempt: &SendAttempt| PendingMessage {
        position: ExpiryPosition {
            expires_at: attempt.expires_at,
            message_id: attempt.message_id,
        },
        account_id: fixture.account,
        created_at: attempt.at,
    };
    let (start, end) = (ExpiryPosition::before(START), second.expires_at);
    assert_eq!(first.expires_at, START + lifetime);
    let before = first.expires_at - Duration::from_millis(1);
    assert_eq!(expired(start, before, 9).await, []);
    assert_eq!(expired(start, first.expires_at, 9).await, [of(&first)]);
    assert_eq!(expired(start, end, 9).await, [of(&first), of(&second)]);
    assert_eq!(expired(start, end, 1).await, [of(&first)]);
    assert_eq!(expired(of(&first).position, end, 9).await, [of(&second)]);
    assert_eq!(expired(of(&second).position, end, 9).await, []);

    for attempt in [&first, &sent] {
        fixture.settle(attempt, Outcome::Expired).await;
    }
    assert_eq!(fixture.message(&first).await.status, MessageStatus::Failed);
    assert_eq!(fixture.message(&sent).await.status, MessageStatus::Sent);
    assert_eq!(expired(start, end, 9).await, [of(&second)]);
    assert_eq!(fixture.balance().await, 7);
    fixture.assert_ledger_balances().await;
}

/// A message leaves the list of pending ones with whatever decides it, and never returns.
pub async fn any_outcome_but_unknown_ends_the_wait_for_one(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let outcomes = [
        Outcome::Unknown,
        accepted_outcome("wamid.A"),
        Outcome::Failed(failure(131_026)),
        Outcome::Reported(MessageStatus::Sent),
        Outcome::Reported(MessageStatus::Read),
        Outcome::Reported(MessageStatus::Deleted),
        Outcome::ReportedFailed(failure(131_026)),
        Outcome::Expired,
    ];
    for (number, outcome) in (1..).zip(&outcomes) {
        let attempt = fixture.send(number).await;
        fixture.settle(&attempt, outcome.clone()).await;
        fixture.settle(&attempt, Outcome::Unknown).await;
    }
    let start = ExpiryPosition::before(Timestamp::from_unix_millis(0));
    let pending = fixture.store.list_expired(start, Timestamp::MAX, 9).await;
    assert_eq!(pending.expect("listed").len(), 1);
}

/// A settlement that names another account than the message's moves nothing.
pub async fn a_settlement_of_another_account_is_passed_over(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    let stranger = fixture.another_account().await;
    let foreign = SendAttempt {
        account_id: stranger,
        ..attempt.clone()
    };
    fixture
        .settle(&foreign, Outcome::Failed(failure(131_026)))
        .await;
    assert_eq!(
        fixture.message(&attempt).await.status,
        MessageStatus::Pending
    );
    assert_eq!(fixture.balance().await, 4);
}
