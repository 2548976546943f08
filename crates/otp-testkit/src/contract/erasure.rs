//! Promises on erasure: what is gone, and what must still work.

use std::sync::Arc;

use otp_core::message::MessageStatus;
use otp_core::opt_out::ConsentRequest;
use otp_core::ports::Storage;
use otp_core::recipient_identity::KnownIdentity;
use otp_core::send::{Admission, Outcome, Refusal};

use super::fixture::{Fixture, START};
use crate::sender::{accepted_outcome, failure};

/// Recipient, its index, the provider's id, failure texts and the provider's names are gone; other
/// recipients and other accounts keep theirs. Doing it again finds nothing.
pub async fn erasing_leaves_no_trace_of_the_recipient(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let sent = fixture.send(1).await;
    fixture.settle(&sent, accepted_outcome("wamid.A")).await;
    let reported = Outcome::ReportedFailed(failure(131_026));
    fixture.settle(&sent, reported).await;
    let other = fixture.send(2).await;
    let identity = fixture.sealer.user_id_index("SA.1");
    let known = KnownIdentity {
        account_id: fixture.account,
        identity,
        recipient_index: sent.recipient_index,
        seen_at: START,
    };
    fixture.store.remember(&[known]).await.expect("remembered");

    let recipient = (fixture.account, sent.recipient_index);
    let erased = fixture.store.erase_recipient(recipient).await;
    assert_eq!(erased.expect("erased"), 1);

    let message = fixture.message(&sent).await;
    assert_eq!((message.recipient, message.failure), (None, None));
    let provider_id = message.provider_message_id.expect("its index stays");
    assert_eq!(provider_id.sealed, None);
    let history = fixture
        .store
        .find_history(fixture.account, sent.message_id)
        .await;
    let history = history.expect("find").expect("a message");
    assert_eq!(
        (history.record.recipient, history.record.failure),
        (None, None)
    );
    assert!(history.events.iter().all(|event| event.failure.is_none()));
    let wanted = [(fixture.account, identity)];
    let names = fixture.store.find_identities(&wanted).await.expect("found");
    assert!(names.is_empty());
    let recalled = fixture.store.recall(&[(sent.message_id, identity)]).await;
    assert_eq!(recalled.expect("recalled"), [None]);
    let contacted = fixture.store.find_contacted(&[recipient].into()).await;
    assert!(contacted.expect("contacted").is_empty());

    let untouched = fixture.message(&other).await;
    assert_eq!(untouched.recipient, Some(other.recipient));
    let again = fixture.store.erase_recipient(recipient).await;
    assert_eq!(again.expect("erased"), 0);
}

/// An erased message keeps its status, price and ledger entries, answers its idempotency key, and can
/// still be settled.
pub async fn an_erased_message_still_counts(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let attempt = fixture.attempt_with_key(1, 7);
    assert_eq!(fixture.admit(&attempt).await, Admission::Admitted);
    let recipient = (fixture.account, attempt.recipient_index);
    let erased = fixture.store.erase_recipient(recipient).await;
    assert_eq!(erased.expect("erased"), 1);

    let replay = fixture.attempt_with_key(1, 7);
    let Admission::Replayed(first) = fixture.admit(&replay).await else {
        panic!("the key of an erased message is answered");
    };
    assert_eq!(first.message_id, attempt.message_id);
    assert_eq!(fixture.balance().await, 8);

    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    fixture
        .settle(&attempt, Outcome::ReportedFailed(failure(131_026)))
        .await;
    let settled = fixture.message(&attempt).await;
    assert_eq!(settled.status, MessageStatus::Failed);
    let provider_id = settled.provider_message_id.expect("its index");
    assert_eq!(provider_id.sealed, None, "the id spells out the recipient");
    assert_eq!(settled.failure, None, "its texts may name the recipient");
    assert!(settled.failed_at.is_some());
    let history = fixture
        .store
        .find_history(fixture.account, attempt.message_id);
    let history = history.await.expect("history").expect("a message");
    assert!(history.events.iter().all(|event| event.failure.is_none()));
    assert_eq!(fixture.balance().await, 9, "its credits came back");
    fixture.assert_ledger_balances().await;
    let payments = fixture.store.count_payments().await.expect("payments");
    let messages: i64 = payments.iter().map(|row| row.messages).sum();
    assert_eq!(messages, 1);
}

/// The suppression stays, by index: a person who is erased is not written to again.
pub async fn an_erased_recipient_is_still_opted_out(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 9).await;
    let sent = fixture.send(1).await;
    fixture.request(1, ConsentRequest::Stop).await;
    let recipient = (fixture.account, sent.recipient_index);
    fixture
        .store
        .erase_recipient(recipient)
        .await
        .expect("erased");
    let refused = Admission::Refused(Refusal::RecipientOptedOut);
    assert_eq!(fixture.admit(&fixture.attempt(1)).await, refused);
    let log = fixture.store.consent_log(fixture.account, None).await;
    assert_eq!(log.expect("log").len(), 1);
}
