//! Promises on messages that wait for their hand-over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::{MessageId, VerificationId};
use otp_core::message::ClaimedMessage;
use otp_core::ports::{Clock, QueueBacklog, Storage};
use otp_core::send::{Admission, SendAttempt};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::verification::VerificationPart;
use tokio::sync::Barrier;

use super::channels::mail;
use super::fixture::{Fixture, START};
use super::verifications::create;

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// An attempt to create a verification of the `number`-th of the tests' mail addresses.
fn create_by_mail(fixture: &Fixture, number: u32) -> SendAttempt {
    let verification = create(fixture, number).verification;
    SendAttempt {
        verification,
        ..mail(fixture, number, &format!("person.{number}@example.com"))
    }
}

/// Queues the mail with the code of a new verification.
async fn queue(fixture: &Fixture, number: u32) -> SendAttempt {
    let attempt = create_by_mail(fixture, number);
    let admission = fixture.admit(&attempt).await;
    let admitted = matches!(admission, Admission::AdmittedCode { .. });
    assert!(admitted, "{admission:?}");
    attempt
}

async fn claim(fixture: &Fixture, now: Timestamp, most: usize) -> Vec<MessageId> {
    let claimed = fixture
        .store
        .claim_queued(now, &Room::for_all(most))
        .await
        .expect("claimed");
    claimed.iter().map(|message| message.message_id).collect()
}

async fn abandoned(fixture: &Fixture, before: Timestamp, most: usize) -> Vec<MessageId> {
    let listed = fixture.store.list_abandoned(before, most).await;
    let listed = listed.expect("listed");
    listed.iter().map(|message| message.message_id).collect()
}

fn verification_of(attempt: &SendAttempt) -> VerificationId {
    attempt.verification_id().expect("a verification")
}

/// The queue has the mail with the code of a verification, new or sent again. It has no WhatsApp message,
/// and nothing of an attempt that was refused.
pub async fn an_admitted_mail_with_a_code_is_queued_and_other_messages_are_not(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::with_credits(store, 4).await;
    fixture.send(1).await;
    fixture.admit(&create(&fixture, 2)).await;
    let first = queue(&fixture, 3).await;
    let refused = fixture.admit(&create_by_mail(&fixture, 3)).await;
    assert!(matches!(refused, Admission::Refused(_)), "{refused:?}");
    fixture.clock.advance(Duration::from_secs(30));
    let again = SendAttempt {
        verification: Some(VerificationPart::Resend(verification_of(&first))),
        ..create_by_mail(&fixture, 3)
    };
    let admission = fixture.admit(&again).await;
    let admitted = matches!(admission, Admission::AdmittedCode { .. });
    assert!(admitted, "{admission:?}");

    let claimed = fixture
        .store
        .claim_queued(fixture.clock.now(), &Room::for_all(10))
        .await;
    let expected = |attempt: &SendAttempt| ClaimedMessage {
        message_id: attempt.message_id,
        account_id: fixture.account,
        verification_id: verification_of(&first),
        failed_attempts: 0,
        recipient: Some(attempt.recipient.clone()),
        routed_to: attempt.route.clone().ok(),
    };
    let mut claimed = claimed.expect("claimed");
    claimed.sort_by_key(|message| message.message_id);
    let mut wanted = [expected(&first), expected(&again)];
    wanted.sort_by_key(|message| message.message_id);
    assert_eq!(claimed, wanted);
}

/// Nobody is given a claimed message again, however much time has passed.
pub async fn a_claim_is_for_good(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 2).await;
    let attempt = queue(&fixture, 1).await;
    assert_eq!(claim(&fixture, at(0), 1).await, [attempt.message_id]);
    for seconds in [0, 1, 86_400] {
        assert_eq!(claim(&fixture, at(seconds), 1).await, []);
    }
}

/// Of many who claim at the same time, one gets each message.
pub async fn of_many_who_claim_at_the_same_time_one_gets_a_message(store: Arc<dyn Storage>) {
    const CLAIMS: usize = 8;
    let fixture = Fixture::with_credits(store, 20).await;
    let mut queued = Vec::new();
    for number in 0..12 {
        queued.push(queue(&fixture, number).await.message_id);
    }
    let barrier = Arc::new(Barrier::new(CLAIMS));
    let claims = (0..CLAIMS).map(|_| {
        let (fixture, barrier) = (fixture.clone(), Arc::clone(&barrier));
        tokio::spawn(async move {
            barrier.wait().await;
            let mut all = Vec::new();
            loop {
                let claimed = claim(&fixture, at(0), 2).await;
                if claimed.is_empty() {
                    return all;
                }
                all.extend(claimed);
            }
        })
    });
    let claims: Vec<_> = claims.collect();
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.extend(claim.await.expect("no panic"));
    }
    claimed.sort_unstable();
    queued.sort_unstable();
    assert_eq!(claimed, queued);
}

/// A message that is given back is claimed again from its new time on, and says how often it failed. One
/// that is not claimed, or no longer in the queue, is not changed.
pub async fn a_postponed_message_comes_back_when_it_is_due(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 3).await;
    let attempt = queue(&fixture, 1).await;
    let id = attempt.message_id;
    let postpone = async |due_at, attempts| {
        let postponed = fixture.store.postpone_queued(id, due_at, attempts).await;
        postponed.expect("postponed");
    };
    postpone(at(100), 9).await;
    assert_eq!(claim(&fixture, at(0), 1).await, [id], "it was not claimed");
    postpone(at(5), 1).await;
    assert_eq!(claim(&fixture, at(4), 1).await, []);
    assert_eq!(abandoned(&fixture, at(1_000), 10).await, []);
    let claimed = fixture
        .store
        .claim_queued(at(5), &Room::for_all(1))
        .await
        .expect("claimed");
    let attempts: Vec<_> = claimed
        .iter()
        .map(|message| message.failed_attempts)
        .collect();
    assert_eq!(attempts, [1]);
    fixture.store.remove_queued(id).await.expect("removed");
    postpone(at(6), 2).await;
    assert_eq!(claim(&fixture, at(100), 1).await, []);
}

/// The messages that have been due for longest are claimed first, and no more than asked for.
pub async fn those_that_have_been_due_for_longest_come_first(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let mut queued = Vec::new();
    for number in 1..=3 {
        queued.push(queue(&fixture, number).await.message_id);
        fixture.clock.advance(Duration::from_secs(1));
    }
    let [first, second, third] = queued.as_slice() else {
        panic!("three");
    };
    assert_eq!(claim(&fixture, at(10), 1).await, [*first]);
    let postponed = fixture.store.postpone_queued(*first, at(3), 1).await;
    postponed.expect("postponed");
    assert_eq!(claim(&fixture, at(1), 10).await, [*second]);
    assert_eq!(claim(&fixture, at(10), 1).await, [*third]);
    assert_eq!(claim(&fixture, at(10), 10).await, [*first]);
}

/// A message that was claimed before a time is listed until it is removed, the oldest claims first.
pub async fn an_old_claim_is_abandoned_until_it_is_removed(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 4).await;
    let mut queued = Vec::new();
    for number in 1..=3 {
        queued.push(queue(&fixture, number).await.message_id);
    }
    for seconds in [3, 2, 1] {
        assert_eq!(claim(&fixture, at(seconds), 1).await.len(), 1);
    }
    queued.sort_unstable();
    assert_eq!(abandoned(&fixture, at(1), 10).await, []);
    let all = abandoned(&fixture, at(4), 10).await;
    let mut sorted = all.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, queued);
    assert_eq!(abandoned(&fixture, at(4), 2).await, all[..2]);
    assert_eq!(abandoned(&fixture, at(2), 10).await, all[..1]);
    fixture.store.remove_queued(all[0]).await.expect("removed");
    assert_eq!(abandoned(&fixture, at(4), 10).await, all[1..]);
}

/// The backlog has the messages that are due and not claimed.
pub async fn the_backlog_is_what_is_due_and_not_claimed(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let backlog = async |now| fixture.store.queue_backlog(now).await.expect("counted");
    assert_eq!(backlog(at(9)).await, QueueBacklog::default());
    let first = queue(&fixture, 1).await;
    fixture.clock.advance(Duration::from_secs(5));
    queue(&fixture, 2).await;
    for (now, due, due_since) in [(4, 1, Some(at(0))), (5, 2, Some(at(0)))] {
        assert_eq!(backlog(at(now)).await, QueueBacklog { due, due_since });
    }
    assert_eq!(claim(&fixture, at(5), 1).await, [first.message_id]);
    let due_since = Some(at(5));
    assert_eq!(backlog(at(9)).await, QueueBacklog { due: 1, due_since });
    let postponed = fixture.store.postpone_queued(first.message_id, at(8), 1);
    postponed.await.expect("postponed");
    for (now, due) in [(7, 1), (8, 2)] {
        assert_eq!(backlog(at(now)).await, QueueBacklog { due, due_since });
    }
}

/// A claim leaves out the messages of accounts that have all their places, whatever is due for longest.
pub async fn messages_of_accounts_that_are_left_out_wait(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 10).await;
    let first = queue(&fixture, 1).await;
    let other = fixture.another_account().await;
    fixture.grant_to(other, 10).await;
    let of_other = SendAttempt {
        account_id: other,
        api_key_id: fixture.another_key(other).await,
        ..create_by_mail(&fixture, 2)
    };
    let admission = fixture.admit(&of_other).await;
    assert!(
        matches!(admission, Admission::AdmittedCode { .. }),
        "{admission:?}"
    );
    let room = Room {
        most: 10,
        left_out: BTreeSet::from([fixture.account]),
    };
    let claim_in = async |room: &Room| {
        let claimed = fixture
            .store
            .claim_queued(at(9), room)
            .await
            .expect("claimed");
        claimed
            .iter()
            .map(|message| message.message_id)
            .collect::<Vec<_>>()
    };
    assert_eq!(claim_in(&room).await, [of_other.message_id]);
    assert_eq!(claim_in(&room).await, []);
    assert_eq!(claim_in(&Room::for_all(10)).await, [first.message_id]);
}
