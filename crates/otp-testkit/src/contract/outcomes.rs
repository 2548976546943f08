//! Promises on the outcomes of codes that callers check.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::ids::{AccountId, MessageId};
use otp_core::message::{
    CodeOutcome, JudgedOutcome, MessageQuery, MessageRecord, MessageStatus, OutcomeVerdict,
    RecordedOutcome,
};
use otp_core::page::PagePosition;
use otp_core::ports::{Clock, Messages, Storage};
use otp_core::send::{Outcome, SendAttempt};
use uuid::Uuid;

use super::channels::mail;
use super::fixture::Fixture;
use crate::sender::accepted_outcome;

/// Reports an outcome now, of the account's own message.
async fn report(
    fixture: &Fixture,
    attempt: &SendAttempt,
    outcome: CodeOutcome,
) -> (RecordedOutcome, OutcomeVerdict) {
    let reported = RecordedOutcome {
        outcome,
        at: fixture.clock.now(),
    };
    let judged = judge(fixture, fixture.account, attempt.message_id, reported).await;
    let judged = judged.expect("the message exists");
    assert_eq!(judged.channel, Channel::WhatsApp);
    assert_eq!((judged.region, &judged.template), (attempt.region, &None));
    let verdict = judged.verdict;
    (reported, verdict)
}

async fn judge(
    fixture: &Fixture,
    account: AccountId,
    message: MessageId,
    reported: RecordedOutcome,
) -> Option<JudgedOutcome> {
    let judged = fixture.store.record_outcome(account, message, reported);
    judged.await.expect("judged")
}

/// The message by its id and in the list, which have to agree.
async fn record(fixture: &Fixture, attempt: &SendAttempt) -> MessageRecord {
    let (store, account) = (&fixture.store, fixture.account);
    let history = store.find_history(account, attempt.message_id).await;
    let shown = history.expect("find").expect("a message").record;
    let query = MessageQuery {
        account_id: account,
        recipient: None,
        statuses: MessageStatus::ALL.to_vec(),
        since: attempt.at,
        before: PagePosition::END,
        limit: 10,
        examine: 10,
    };
    let listed = Messages::list(&**store, &query)
        .await
        .expect("list")
        .records;
    let listed = listed.into_iter().find(|one| one.id == attempt.message_id);
    assert_eq!(listed.as_ref(), Some(&shown));
    shown
}

/// The first outcome is recorded with its time. The same one again changes nothing; neither does another.
pub async fn the_first_outcome_stays_and_reads_back(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    assert_eq!(record(&fixture, &attempt).await.outcome, None);
    let (first, verdict) = report(&fixture, &attempt, CodeOutcome::Verified).await;
    assert_eq!(verdict, OutcomeVerdict::Recorded(first));
    fixture.clock.advance(Duration::from_secs(5));
    let (_, verdict) = report(&fixture, &attempt, CodeOutcome::Verified).await;
    assert_eq!(verdict, OutcomeVerdict::Repeated(first));
    let (_, verdict) = report(&fixture, &attempt, CodeOutcome::Abandoned).await;
    assert_eq!(verdict, OutcomeVerdict::Different);
    assert_eq!(record(&fixture, &attempt).await.outcome, Some(first));

    let other = fixture.send(2).await;
    let (abandoned, verdict) = report(&fixture, &other, CodeOutcome::Abandoned).await;
    assert_eq!(verdict, OutcomeVerdict::Recorded(abandoned));
    assert_eq!(record(&fixture, &other).await.outcome, Some(abandoned));
}

/// A verdict says how the message was sent.
pub async fn a_verdict_names_the_region_and_the_template(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let (routed, _, template) = fixture.routed_attempt(1).await;
    let mail = mail(&fixture, 2, "amal@example.com");
    for (attempt, channel, template) in [
        (&routed, Channel::WhatsApp, Some(template)),
        (&mail, Channel::Email, None),
    ] {
        fixture.admit(attempt).await;
        let reported = RecordedOutcome {
            outcome: CodeOutcome::Verified,
            at: attempt.at,
        };
        let judged = judge(&fixture, fixture.account, attempt.message_id, reported).await;
        let expected = JudgedOutcome {
            channel,
            region: attempt.region,
            template,
            verdict: OutcomeVerdict::Recorded(reported),
        };
        assert_eq!(judged, Some(expected));
    }
}

/// Of many reports at the same time, one is recorded, and all of the same kind get its time.
pub async fn of_outcomes_at_the_same_time_one_is_recorded(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..16_u64 {
        let (fixture, id) = (fixture.clone(), attempt.message_id);
        let outcome = CodeOutcome::ALL[usize::from(number % 2 == 1)];
        let at = attempt.at + Duration::from_millis(number);
        let reported = RecordedOutcome { outcome, at };
        racers.spawn(async move { judge(&fixture, fixture.account, id, reported).await });
    }
    let verdicts: Vec<_> = racers
        .join_all()
        .await
        .into_iter()
        .map(|judged| judged.expect("the message exists").verdict)
        .collect();
    let winner = record(&fixture, &attempt).await.outcome.expect("recorded");
    let count = |verdict| verdicts.iter().filter(|one| **one == verdict).count();
    assert_eq!(count(OutcomeVerdict::Recorded(winner)), 1);
    assert_eq!(count(OutcomeVerdict::Repeated(winner)), 7);
    assert_eq!(count(OutcomeVerdict::Different), 8);
}

/// The message of another account is as unknown as one that does not exist.
pub async fn an_outcome_of_an_unknown_or_foreign_message_is_not_recorded(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    let stranger = fixture.another_account().await;
    let reported = RecordedOutcome {
        outcome: CodeOutcome::Verified,
        at: attempt.at,
    };
    let unknown = MessageId(Uuid::from_u128(42));
    for (account, id) in [
        (stranger, attempt.message_id),
        (fixture.account, unknown),
        (stranger, unknown),
    ] {
        assert_eq!(judge(&fixture, account, id, reported).await, None);
    }
    assert_eq!(record(&fixture, &attempt).await.outcome, None);
}

/// Neither a receipt nor the erasure of the recipient changes an outcome.
pub async fn an_outcome_survives_receipts_and_erasure(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    let (first, _) = report(&fixture, &attempt, CodeOutcome::Verified).await;
    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    let delivered = Outcome::Reported(MessageStatus::Delivered);
    fixture.settle(&attempt, delivered).await;
    let recipient = (fixture.account, attempt.recipient_index);
    let erased = fixture.store.erase_recipient(recipient).await;
    assert_eq!(erased.expect("erased"), 1);
    let record = record(&fixture, &attempt).await;
    assert_eq!(record.status, MessageStatus::Delivered);
    assert_eq!(record.outcome, Some(first));
}
