//! Promises on fallbacks: which are due, who takes a step, and what the messages cost.

use std::sync::Arc;
use std::time::Duration;

use otp_core::channel::Channel;
use otp_core::credits::audit::CreditReport;
use otp_core::ids::VerificationId;
use otp_core::message::{Failure, MessageStatus};
use otp_core::ports::{Clock, Storage};
use otp_core::sealing::{RecipientIndex, Sealed};
use otp_core::send::{Admission, Outcome, Refusal, SendAttempt};
use otp_core::time::Timestamp;
use otp_core::turns::Room;
use otp_core::verification::check::CheckAttempt;
use otp_core::verification::fallback::{
    DueFallback, FallbackPosition, FallbackReview, FallbackStep,
};
use otp_core::verification::{VerificationPart, VerificationStatus};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::channels::mail;
use super::fixture::{Fixture, START, credits};
use super::verifications::{CODE, create, new_of, seconds};
use crate::sender::accepted_outcome;

/// The prices of a message by WhatsApp and of one by mail.
const PRICES: (i64, i64) = (2, 3);

fn at(after: u64) -> Timestamp {
    START + Duration::from_secs(after)
}

/// An attempt to create a verification whose fallback has two steps: a mail after 30 seconds, and another one
/// 60 seconds later.
fn create_with_fallback(fixture: &Fixture, number: u32) -> SendAttempt {
    let step = |wait, byte| FallbackStep {
        channel: Channel::Email,
        recipient: Sealed(vec![byte; 40]),
        recipient_index: RecipientIndex([byte; 32]),
        wait: seconds(wait),
    };
    let mut attempt = create(fixture, number);
    attempt.price = credits(PRICES.0);
    if let Some(VerificationPart::Create(new)) = &mut attempt.verification {
        new.fallback = vec![step(30, 1), step(60, 2)];
    }
    attempt
}

async fn created(fixture: &Fixture, number: u32) -> SendAttempt {
    let attempt = create_with_fallback(fixture, number);
    let admission = fixture.admit(&attempt).await;
    let admitted = matches!(admission, Admission::AdmittedCode { .. });
    assert!(admitted, "{admission:?}");
    attempt
}

/// An attempt to take a step of the fallback that another attempt began.
fn step_of(fixture: &Fixture, begun: &SendAttempt, step: usize) -> SendAttempt {
    SendAttempt {
        price: credits(PRICES.1),
        verification: Some(VerificationPart::Fallback(new_of(begun).id, step)),
        ..mail(fixture, 90, "person.90@example.com")
    }
}

async fn take(fixture: &Fixture, begun: &SendAttempt, step: usize) -> SendAttempt {
    let attempt = step_of(fixture, begun, step);
    let admission = fixture.admit(&attempt).await;
    let admitted = matches!(admission, Admission::AdmittedCode { .. });
    assert!(admitted, "{admission:?}");
    attempt
}

const FIRST: FallbackPosition = FallbackPosition {
    look_at: Timestamp::from_unix_millis(0),
    verification_id: VerificationId(Uuid::nil()),
};

async fn due(fixture: &Fixture, now: Timestamp) -> Vec<DueFallback> {
    let due = fixture.store.list_due_fallbacks(FIRST, now, 10).await;
    due.expect("listed")
}

async fn due_ids(fixture: &Fixture, now: Timestamp) -> Vec<VerificationId> {
    let due = due(fixture, now).await;
    due.iter().map(|due| due.state.id).collect()
}

async fn review(fixture: &Fixture, begun: &SendAttempt, now: Timestamp) {
    let review = FallbackReview {
        account_id: fixture.account,
        verification_id: new_of(begun).id,
        passed_over: None,
        at: now,
    };
    let reviewed = fixture.store.review_fallbacks(Arc::from([review])).await;
    reviewed.expect("reviewed");
}

async fn approve(fixture: &Fixture, begun: &SendAttempt) {
    let id = new_of(begun).id;
    let code = fixture.sealer.hash_code(id, CODE);
    let check = CheckAttempt {
        account_id: fixture.account,
        verification_id: id,
        exact: code,
        in_capitals: code,
        transaction: None,
        key: None,
        at: fixture.clock.now(),
    };
    let verdicts = fixture.store.check_codes(Arc::from([check])).await;
    assert_eq!(verdicts.expect("judged").len(), 1);
}

async fn assert_credits_add_up(fixture: &Fixture, spent: i64) {
    fixture.assert_ledger_balances().await;
    assert_eq!(fixture.balance().await, 20 - spent);
    let store = &fixture.store;
    let subscriptions = store.sum_subscriptions().await.expect("sums");
    let payments = store.count_payments().await.expect("counts");
    let report = CreditReport::of(&subscriptions, &payments);
    assert!(report.adds_up(), "{report:?}");
}

fn failed() -> Outcome {
    Outcome::ReportedFailed(Failure {
        code: Some(131_026),
        title: "Undeliverable".to_owned(),
        reason: String::new(),
    })
}

fn delivered() -> Outcome {
    Outcome::Reported(MessageStatus::Delivered)
}

/// With the message that it waits for, and the API key and language of its verification; after a step was
/// taken, for the next one.
pub async fn a_fallback_is_due_when_its_step_is(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    assert_eq!(due(&fixture, at(29)).await, []);
    let listed = due(&fixture, at(30)).await;
    let new = new_of(&begun);
    let found = &listed[0];
    assert_eq!((listed.len(), found.look_at), (1, at(30)));
    assert_eq!(found.state, begun.begun(new, Channel::WhatsApp, 0));
    assert_eq!(found.api_key_id, fixture.api_key);
    assert_eq!(found.language, new.language);
    let (next_step, next_at) = (found.fallback.next_step, found.fallback.next_at);
    assert_eq!((next_step, next_at), (0, at(30)));
    let steps: Vec<_> = found.fallback.steps.values().cloned().collect();
    assert_eq!(steps, new.fallback);
    let messages = &found.fallback.messages;
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].id, begun.message_id);
    assert_eq!(messages[0].shared_charge, None);

    fixture.clock.advance(seconds(30));
    let taken = take(&fixture, &begun, 0).await;
    assert_eq!(due(&fixture, at(89)).await, []);
    let listed = due(&fixture, at(90)).await;
    let fallback = &listed[0].fallback;
    assert_eq!((fallback.next_step, fallback.next_at), (1, at(90)));
    let ids: Vec<_> = fallback.messages.iter().map(|message| message.id).collect();
    assert_eq!(ids, [begun.message_id, taken.message_id]);
}

/// Those after a position, in their order, and not more than asked for.
pub async fn due_fallbacks_are_listed_page_by_page(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let mut expected = Vec::new();
    for number in 1..=3 {
        expected.push(new_of(&created(&fixture, number).await).id);
        fixture.clock.advance(seconds(1));
    }
    // Without a fallback, it is never due.
    fixture.admit(&create(&fixture, 4)).await;
    let now = at(300);
    assert_eq!(due_ids(&fixture, now).await, expected);
    let page = fixture.store.list_due_fallbacks(FIRST, now, 2).await;
    let page = page.expect("listed");
    let ids: Vec<_> = page.iter().map(|due| due.state.id).collect();
    assert_eq!(ids, expected[..2]);
    let after = FallbackPosition {
        look_at: page[1].look_at,
        verification_id: page[1].state.id,
    };
    let rest = fixture.store.list_due_fallbacks(after, now, 2).await;
    let rest = rest.expect("listed");
    let ids: Vec<_> = rest.iter().map(|due| due.state.id).collect();
    assert_eq!(ids, expected[2..]);
}

/// Its message is queued, though a request would hand it over at once.
pub async fn of_many_who_take_a_step_one_does(store: Arc<dyn Storage>) {
    const RACERS: usize = 8;
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    fixture.clock.advance(seconds(30));
    let barrier = Arc::new(Barrier::new(RACERS));
    let racers = (0..RACERS).map(|_| {
        let (fixture, barrier) = (fixture.clone(), Arc::clone(&barrier));
        let attempt = SendAttempt {
            route: begun.route.clone(),
            region: begun.region,
            ..step_of(&fixture, &begun, 0)
        };
        tokio::spawn(async move {
            barrier.wait().await;
            fixture.admit(&attempt).await
        })
    });
    let (mut taken, mut refused) = (0, 0);
    for racer in racers.collect::<Vec<_>>() {
        let admission = racer.await.expect("judged");
        let not_due = Admission::Refused(Refusal::FallbackNotDue);
        refused += usize::from(admission == not_due);
        taken += usize::from(matches!(admission, Admission::AdmittedCode { .. }));
    }
    assert_eq!((taken, refused), (1, RACERS - 1));
    let queued = fixture.store.claim_queued(at(30), &Room::for_all(10)).await;
    assert_eq!(queued.expect("claimed").len(), 1);
}

/// The dearer of the two is paid for, and no message twice.
pub async fn a_step_costs_what_its_message_costs_more(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    fixture.settle(&begun, accepted_outcome("wamid.1")).await;
    assert_credits_add_up(&fixture, PRICES.0).await;
    fixture.clock.advance(seconds(30));
    take(&fixture, &begun, 0).await;
    assert_credits_add_up(&fixture, PRICES.1).await;
    fixture.clock.advance(seconds(60));
    take(&fixture, &begun, 1).await;
    assert_credits_add_up(&fixture, PRICES.1).await;
}

/// However long its step would wait.
pub async fn a_failed_message_makes_its_fallback_due(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    let other = created(&fixture, 2).await;
    fixture.settle(&begun, accepted_outcome("wamid.1")).await;
    fixture.settle(&other, accepted_outcome("wamid.2")).await;
    fixture.clock.advance(seconds(2));
    fixture.settle(&begun, failed()).await;
    assert_eq!(due_ids(&fixture, at(2)).await, [new_of(&begun).id]);
    take(&fixture, &begun, 0).await;
    // The failed one was given back, the other one is paid for.
    assert_credits_add_up(&fixture, PRICES.1 + PRICES.0).await;
}

/// By a check, a cancellation, a newer verification or the end of the code's lifetime.
pub async fn the_end_of_a_verification_makes_its_fallback_due(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let mut begun = Vec::new();
    for number in 1..=4 {
        begun.push(created(&fixture, number).await);
    }
    fixture.clock.advance(seconds(29));
    let now = fixture.clock.now();
    assert_eq!(due_ids(&fixture, now).await, []);
    approve(&fixture, &begun[0]).await;
    let (account, store) = (fixture.account, &fixture.store);
    let canceled = store.cancel_verification(account, new_of(&begun[1]).id, now);
    canceled.await.expect("judged").expect("canceled");
    assert_eq!(due_ids(&fixture, now).await.len(), 2);
    fixture.clock.advance(seconds(1));
    created(&fixture, 3).await;
    let of_others = [new_of(&begun[2]).id, new_of(&begun[3]).id];
    let waiting: Vec<_> = due(&fixture, at(30)).await;
    let canceled = waiting.iter().find(|due| due.state.id == of_others[0]);
    let status = canceled.map(|due| due.state.status);
    assert_eq!(status, Some(VerificationStatus::Canceled));

    // The step of the last one is put off until its end, and then it is due.
    review(&fixture, &begun[3], at(29)).await;
    fixture.clock.advance(seconds(270));
    let expired = store.expire_verifications(fixture.clock.now(), 10).await;
    assert_eq!(expired.expect("recorded"), 1);
    let listed = due_ids(&fixture, fixture.clock.now()).await;
    assert!(listed.contains(&of_others[1]), "{listed:?}");
}

/// It is removed with its steps.
pub async fn a_fallback_that_was_not_used_ends_without_a_trace(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    approve(&fixture, &begun).await;
    review(&fixture, &begun, at(0)).await;
    assert_eq!(due(&fixture, at(900)).await, []);
    assert_credits_add_up(&fixture, PRICES.0).await;
    // Reviewing what is over changes nothing.
    review(&fixture, &begun, at(1)).await;
    assert_eq!(due(&fixture, at(900)).await, []);
}

/// Only what arrived is paid for; and a receipt that comes after that is paid for, too, up to the dearer one.
pub async fn what_did_not_arrive_is_given_back_and_a_late_receipt_is_paid_for(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    fixture.settle(&begun, accepted_outcome("wamid.1")).await;
    fixture.clock.advance(seconds(30));
    let mailed = take(&fixture, &begun, 0).await;
    assert_credits_add_up(&fixture, PRICES.1).await;
    fixture.settle(&begun, delivered()).await;
    fixture.settle(&mailed, failed()).await;
    approve(&fixture, &begun).await;
    let now = fixture.clock.now();
    assert_eq!(due_ids(&fixture, now).await, [new_of(&begun).id]);
    review(&fixture, &begun, now).await;
    assert_eq!(due(&fixture, at(900)).await, []);
    assert_credits_add_up(&fixture, PRICES.0).await;

    fixture.clock.advance(seconds(600));
    fixture.settle(&mailed, delivered()).await;
    let now = fixture.clock.now();
    assert_eq!(due_ids(&fixture, now).await, [new_of(&begun).id]);
    review(&fixture, &begun, now).await;
    assert_credits_add_up(&fixture, PRICES.1).await;
    assert_eq!(due(&fixture, at(9_000)).await, []);
}

/// The other steps stay.
pub async fn steps_to_an_erased_recipient_are_forgotten(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    let erased = (fixture.account, new_of(&begun).fallback[0].recipient_index);
    fixture.store.erase_recipient(erased).await.expect("erased");
    let listed = due(&fixture, at(30)).await;
    let left: Vec<_> = listed[0].fallback.steps.keys().copied().collect();
    assert_eq!(left, [1]);
    assert_eq!(steps(&fixture, &begun).await, new_of(&begun).fallback[1..]);
}

async fn steps(fixture: &Fixture, begun: &SendAttempt) -> Vec<FallbackStep> {
    let (store, id) = (&fixture.store, new_of(begun).id);
    let found = store.find_fallback_steps(fixture.account, id).await;
    found.expect("found")
}

/// For their account only, and until the fallback is over.
pub async fn the_steps_of_a_fallback_are_found(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 20).await;
    let begun = created(&fixture, 1).await;
    assert_eq!(steps(&fixture, &begun).await, new_of(&begun).fallback);
    let (stranger, id) = (fixture.another_account().await, new_of(&begun).id);
    let foreign = fixture.store.find_fallback_steps(stranger, id).await;
    assert_eq!(foreign.expect("looked up"), []);
    approve(&fixture, &begun).await;
    review(&fixture, &begun, at(0)).await;
    assert_eq!(steps(&fixture, &begun).await, []);
}
