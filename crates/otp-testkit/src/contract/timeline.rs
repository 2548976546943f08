//! Promises on what is recorded of a message's life, and read back.

use std::sync::Arc;
use std::time::Duration;

use otp_core::ids::MessageId;
use otp_core::message::{EventSource, MessageEvent, MessageHistory, MessageStatus};
use otp_core::ports::{Clock, Storage};
use otp_core::send::{Outcome, SendAttempt, Settlement};
use uuid::Uuid;

use super::fixture::{Fixture, START};
use crate::sender::{accepted_outcome, failure};

async fn history(fixture: &Fixture, attempt: &SendAttempt) -> MessageHistory {
    let found = fixture
        .store
        .find_history(attempt.account_id, attempt.message_id);
    found.await.expect("found").expect("an admitted message")
}

/// Returns the steps of a timeline, without their times.
fn steps(history: &MessageHistory) -> Vec<(MessageStatus, EventSource, bool)> {
    let events = history.events.iter();
    events
        .map(|event| (event.status, event.source, event.changed_status))
        .collect()
}

/// Every transition is recorded once, in its order, with its source, the provider's time and ours.
pub async fn every_transition_is_recorded_once_with_its_source(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    assert_eq!(history(&fixture, &attempt).await.events, []);
    let second = Duration::from_secs(1);
    let mut expected = Vec::new();
    let life = [
        (accepted_outcome("wamid.A"), EventSource::ProviderCall),
        (
            Outcome::ReportedFailed(failure(131_026)),
            EventSource::ProviderReceipt,
        ),
        (
            Outcome::Reported(MessageStatus::Delivered),
            EventSource::ProviderReceipt,
        ),
        (
            Outcome::Reported(MessageStatus::Read),
            EventSource::ProviderReceipt,
        ),
    ];
    for (outcome, source) in life {
        fixture.clock.advance(second);
        let reported = source == EventSource::ProviderReceipt;
        let now = fixture.clock.now();
        expected.push(MessageEvent {
            status: outcome.status(),
            source,
            changed_status: true,
            provider_time: reported.then(|| now - Duration::from_millis(250)),
            recorded_at: now,
            failure: matches!(outcome, Outcome::ReportedFailed(_)).then(|| failure(131_026)),
        });
        let provider_time = reported.then(|| now - Duration::from_millis(250));
        for _ in 0..2 {
            fixture
                .settle_reported_at(&attempt, outcome.clone(), provider_time)
                .await;
            fixture.clock.advance(Duration::from_millis(10));
        }
        let history = history(&fixture, &attempt).await;
        assert_eq!(history.events, expected);
        let arrivals = [MessageStatus::Delivered, MessageStatus::Read];
        let mut events = expected.iter();
        let arrived = events.find(|event| arrivals.contains(&event.status));
        let arrived = arrived.map(|event| event.recorded_at);
        assert_eq!(history.record.delivered_at, arrived);
    }
}

/// A late receipt moves nothing, and is recorded once all the same: it shows when something happened.
pub async fn late_news_is_recorded_and_moves_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    let read = Outcome::Reported(MessageStatus::Read);
    let batch = [
        Outcome::Unknown,
        read.clone(),
        Outcome::Reported(MessageStatus::Sent),
        read,
        Outcome::ReportedFailed(failure(131_026)),
        Outcome::Expired,
        Outcome::Reported(MessageStatus::Sent),
    ];
    let settlements = batch.into_iter().map(|outcome| Settlement {
        message_id: attempt.message_id,
        account_id: attempt.account_id,
        outcome,
        provider_time: None,
        at: START,
    });
    let settlements: Arc<[_]> = settlements.collect();
    for _ in 0..2 {
        let settled = fixture.store.settle(Arc::clone(&settlements)).await;
        settled.expect("settle");
    }
    let found = history(&fixture, &attempt).await;
    assert_eq!(found.record.status, MessageStatus::Read);
    assert_eq!(
        steps(&found),
        [
            (MessageStatus::Pending, EventSource::ProviderCall, false),
            (MessageStatus::Read, EventSource::ProviderReceipt, true),
            (MessageStatus::Sent, EventSource::ProviderReceipt, false),
            (MessageStatus::Failed, EventSource::ProviderReceipt, false),
        ]
    );
    fixture.assert_ledger_balances().await;
}

/// The end of a lifetime is recorded as what it is, and what the provider says afterwards too.
pub async fn the_end_of_a_lifetime_is_recorded(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let attempt = fixture.send(1).await;
    fixture.settle(&attempt, Outcome::Expired).await;
    fixture.settle(&attempt, Outcome::Expired).await;
    fixture.settle(&attempt, accepted_outcome("wamid.A")).await;
    let found = history(&fixture, &attempt).await;
    assert_eq!(
        steps(&found),
        [
            (MessageStatus::Failed, EventSource::LifetimeEnd, true),
            (MessageStatus::Sent, EventSource::ProviderCall, false),
        ]
    );
    assert_eq!(found.events[0].failure, found.record.failure);
}

/// A message is read back with how it went out; another account's is as absent as an unknown one.
pub async fn a_history_names_sender_and_template_and_is_nobody_elses(store: Arc<dyn Storage>) {
    let fixture = Fixture::with_credits(store, 5).await;
    let (attempt, sender, template) = fixture.routed_attempt(1).await;
    fixture.admit(&attempt).await;
    let record = history(&fixture, &attempt).await.record;
    assert_eq!(
        (record.id, record.status),
        (attempt.message_id, MessageStatus::Pending)
    );
    assert_eq!(
        (record.region, record.price),
        (attempt.region, attempt.price)
    );
    assert_eq!(record.recipient, Some(attempt.recipient.clone()));
    assert_eq!(record.language.as_str(), "en_US");
    assert_eq!(record.template, Some(template));
    assert_eq!(record.phone_number_id, Some(sender.phone_number_id));
    assert_eq!((record.created_at, record.failed_at), (attempt.at, None));

    // The fixture's own attempts name a sender and a template that are not there.
    let unrouted = fixture.send(2).await;
    let record = history(&fixture, &unrouted).await.record;
    assert_eq!((record.template, record.phone_number_id), (None, None));

    let stranger = fixture.another_account().await;
    let unknown = MessageId(Uuid::from_u128(42));
    for (account, id) in [
        (stranger, attempt.message_id),
        (fixture.account, unknown),
        (stranger, unknown),
    ] {
        let found = fixture.store.find_history(account, id).await.expect("find");
        assert_eq!(found, None);
    }
}
