//! Promises on the facts of insights.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::ids::{AccountId, MessageId, VerificationId};
use otp_core::insights::{
    FunnelFacts, InsightsQuery, MessageProgress, OfVerification, SiblingMessage,
};
use otp_core::message::{CodeOutcome, MessageStatus, RecordedOutcome};
use otp_core::ports::{Clock, Storage};
use otp_core::send::{Admission, Outcome, SendAttempt};
use otp_core::verification::{VerificationMessage, VerificationPart, VerificationStatus};

use super::channels::mail;
use super::fixture::{Fixture, START};
use super::verifications::{CODE, check, created, guess, is_approved, new_of, resend};
use crate::sender::{accepted_outcome, failure};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The messages of the account's first hours.
fn period(fixture: &Fixture, from: u64, until: u64) -> InsightsQuery {
    InsightsQuery {
        account_id: fixture.account,
        from: START + seconds(from),
        until: START + seconds(until),
        most: 100,
    }
}

/// The facts, with the messages in the order of their creation.
async fn facts(fixture: &Fixture, query: &InsightsQuery) -> Option<FunnelFacts> {
    let found = fixture.store.funnel_facts(query).await.expect("found");
    found.map(|mut facts| {
        facts.messages.sort_by_key(|one| (one.created_at, one.id));
        facts
            .siblings
            .sort_by_key(|one| (one.message.created_at, one.message.id));
        facts
    })
}

async fn ids(fixture: &Fixture, query: &InsightsQuery) -> Vec<MessageId> {
    let facts = facts(fixture, query).await.expect("few messages");
    facts.messages.iter().map(|message| message.id).collect()
}

/// The progress of a message that was just admitted.
fn admitted(attempt: &SendAttempt) -> MessageProgress {
    MessageProgress {
        id: attempt.message_id,
        created_at: attempt.at,
        status: MessageStatus::Pending,
        channel: Channel::WhatsApp,
        region: attempt.region,
        template: None,
        was_sent: false,
        delivered_at: None,
        was_read: false,
        failure_code: None,
        outcome: None,
        verification: None,
    }
}

/// Every stage that a message reached is known, with the time of its first delivery, whatever came after.
pub async fn the_progress_of_each_message_is_known(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let accepted = || accepted_outcome("wamid.A");
    let reported = Outcome::Reported;
    let (sent, delivered, read, deleted) = (
        MessageStatus::Sent,
        MessageStatus::Delivered,
        MessageStatus::Read,
        MessageStatus::Deleted,
    );
    let mut expected = Vec::new();
    for (number, (outcomes, status, was_sent, delivered_second, was_read)) in (1..).zip([
        (vec![], MessageStatus::Pending, false, None, false),
        (vec![accepted()], sent, true, None, false),
        (
            vec![accepted(), reported(delivered)],
            delivered,
            true,
            Some(2),
            false,
        ),
        (
            vec![
                accepted(),
                reported(delivered),
                reported(delivered),
                reported(read),
            ],
            read,
            true,
            Some(2),
            true,
        ),
        // Receipts come in any order.
        (
            vec![reported(read), reported(delivered), accepted()],
            read,
            true,
            Some(2),
            true,
        ),
        (vec![reported(read)], read, false, None, true),
        (
            vec![Outcome::Failed(failure(131_026))],
            MessageStatus::Failed,
            false,
            None,
            false,
        ),
        (
            vec![accepted(), Outcome::ReportedFailed(failure(131_026))],
            MessageStatus::Failed,
            true,
            None,
            false,
        ),
        (
            vec![
                accepted(),
                reported(delivered),
                reported(read),
                reported(deleted),
            ],
            deleted,
            true,
            Some(2),
            true,
        ),
    ]) {
        let attempt = fixture.send(number).await;
        for outcome in outcomes {
            fixture.clock.advance(seconds(1));
            fixture.settle(&attempt, outcome).await;
        }
        expected.push(MessageProgress {
            status,
            was_sent,
            delivered_at: delivered_second.map(|second| attempt.at + seconds(second)),
            was_read,
            failure_code: (status == MessageStatus::Failed).then_some(131_026),
            ..admitted(&attempt)
        });
        fixture.clock.advance(seconds(1));
    }
    let found = facts(&fixture, &period(&fixture, 0, 3_600)).await;
    let found = found.expect("few messages");
    assert_eq!(found.messages, expected);
    assert_eq!(found.siblings, []);
}

/// A message has what it is grouped by, the outcome of its code, and its verification.
pub async fn a_message_is_found_with_its_groups_and_its_code(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let (routed, _, template) = fixture.routed_attempt(1).await;
    assert_eq!(fixture.admit(&routed).await, Admission::Admitted);
    fixture.clock.advance(seconds(1));
    let mail = mail(&fixture, 2, "amal@example.com");
    assert_eq!(fixture.admit(&mail).await, Admission::Admitted);
    fixture.clock.advance(seconds(1));
    let outcomes = [CodeOutcome::Verified, CodeOutcome::Abandoned];
    for (attempt, outcome) in [&routed, &mail].into_iter().zip(outcomes) {
        let reported = RecordedOutcome {
            outcome,
            at: fixture.clock.now(),
        };
        let judged = fixture
            .store
            .record_outcome(fixture.account, attempt.message_id, reported);
        assert!(judged.await.expect("judged").is_some());
    }
    let mut expected = vec![
        MessageProgress {
            template: Some(template),
            outcome: Some(CodeOutcome::Verified),
            ..admitted(&routed)
        },
        MessageProgress {
            channel: Channel::Email,
            outcome: Some(CodeOutcome::Abandoned),
            ..admitted(&mail)
        },
    ];
    for (number, status) in [
        (3, VerificationStatus::Pending),
        (4, VerificationStatus::Approved),
    ] {
        let attempt = created(&fixture, number).await;
        fixture.clock.advance(seconds(1));
        let id = new_of(&attempt).id;
        if status == VerificationStatus::Approved {
            approve(&fixture, id).await;
        }
        expected.push(MessageProgress {
            verification: Some(OfVerification { id, status }),
            ..admitted(&attempt)
        });
    }
    // Far from both edges, so no verification is looked up.
    let query = InsightsQuery {
        from: START - seconds(10_000),
        ..period(&fixture, 0, 10_000)
    };
    let found = facts(&fixture, &query).await.expect("few messages");
    assert_eq!(found.messages, expected);
    assert_eq!(found.siblings, []);
}

async fn approve(fixture: &Fixture, id: VerificationId) {
    let verdict = check(fixture, guess(fixture, id, CODE)).await;
    assert!(is_approved(&verdict));
}

/// A period includes its first instant and not its last, and the messages of nobody else.
pub async fn a_period_has_the_messages_of_one_account(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let stranger: AccountId = fixture.another_account().await;
    let credited = fixture.grant_to(stranger, 20).await;
    let mut sent = Vec::new();
    for number in 1..=3 {
        sent.push(fixture.send(number).await.message_id);
        let foreign = SendAttempt {
            account_id: stranger,
            ..fixture.attempt(number)
        };
        let admission = fixture.admit(&foreign).await;
        assert_eq!(admission, Admission::Admitted, "paid by {credited}");
        fixture.clock.advance(seconds(10));
    }
    for (from, until, expected) in [
        (0, 21, &sent[..]),
        (0, 20, &sent[..2]),
        (1, 20, &sent[1..2]),
        (10, 21, &sent[1..]),
        (21, 900, &[]),
        (20, 10, &[]),
    ] {
        let found = ids(&fixture, &period(&fixture, from, until)).await;
        assert_eq!(found, expected, "{from} to {until}");
    }
}

/// For an approved verification, messages outside the period are found, too; for any other, only those inside.
pub async fn an_approved_verification_is_found_with_all_its_messages(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let mut sent = Vec::new();
    for number in [1, 2] {
        sent.push(created(&fixture, number).await);
    }
    let [approved, pending] = [0, 1].map(|index: usize| new_of(&sent[index]).id);
    fixture.clock.advance(seconds(40));
    for (number, id) in [(1, approved), (2, pending)] {
        let again = resend(&fixture, number, id);
        assert!(matches!(
            fixture.admit(&again).await,
            Admission::AdmittedCode { .. }
        ));
        sent.push(again);
    }
    fixture.settle(&sent[2], accepted_outcome("wamid.A")).await;
    approve(&fixture, approved).await;
    let of = |attempt: &SendAttempt, status| SiblingMessage {
        verification: attempt
            .verification
            .as_ref()
            .map(VerificationPart::id)
            .expect("of one"),
        message: VerificationMessage {
            id: attempt.message_id,
            channel: Channel::WhatsApp,
            status,
            created_at: attempt.at,
        },
    };
    let both = [
        of(&sent[0], MessageStatus::Pending),
        of(&sent[2], MessageStatus::Sent),
    ];
    for (from, until) in [(0, 40), (1, 41)] {
        let found = facts(&fixture, &period(&fixture, from, until)).await;
        let found = found.expect("few messages");
        assert_eq!(found.messages.len(), 2, "one of each verification");
        assert_eq!(found.siblings, both, "{from} to {until}");
    }
}

/// More messages than asked for are not read, and exactly as many are.
pub async fn too_many_messages_are_refused(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    for number in 1..=3 {
        fixture.send(number).await;
    }
    for (most, expected) in [(2, None), (3, Some(3)), (4, Some(3))] {
        let query = InsightsQuery {
            most,
            ..period(&fixture, 0, 10)
        };
        let found = facts(&fixture, &query).await;
        assert_eq!(found.map(|facts| facts.messages.len()), expected, "{most}");
    }
}
