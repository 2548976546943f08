//! Consent requests and identities: the number of statements of a batch, and a log that never changes.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use otp_core::opt_out::ConsentRequest;
use otp_core::time::Timestamp;
use otp_testkit::contract::opt_out::{Batch, batch, sending};

use crate::fresh::Place;
use crate::statements::recorded;

#[tokio::test]
async fn a_batch_of_requests_takes_the_same_statements_whatever_its_size() {
    let (place, statements) = recorded();
    let fixture = sending(place.store().await).await;
    let store = Arc::clone(&fixture.store);
    // The first read opens the connection.
    store.list_unresolved().await.unwrap();
    for (first, size) in [(1, 1), (10, 10), (1_000, 300)] {
        let Batch {
            asked,
            known,
            numbers,
            answered,
            entries,
            requests,
        } = batch(&fixture, first, size).await;
        let executed = |expected: usize, what: &str| {
            let executed = statements.take();
            assert_eq!(executed.len(), expected, "{size} {what}: {executed:#?}");
        };
        statements.take();
        let recalled = store.recall(&asked).await.unwrap();
        assert!(recalled.iter().all(Option::is_some));
        executed(OF_READING + 1, "recalled");
        store.remember(&known).await.unwrap();
        executed(OF_WRITING + 1, "remembered");
        let targets = store.find_consent_targets(&numbers, &answered).await;
        assert_eq!(targets.unwrap().accounts.len(), 1);
        // Accounts, answered messages.
        executed(OF_READING + 2, "resolved to accounts");
        let identities: Vec<_> = known.iter().map(|k| (k.account_id, k.identity)).collect();
        let found = store.find_identities(&identities).await.unwrap();
        assert_eq!(found.len(), identities.len());
        executed(OF_READING + 1, "resolved to recipients");
        let recipients = entries
            .iter()
            .map(|entry| (entry.account_id, entry.recipient_index))
            .collect();
        let contacted = store.find_contacted(&recipients).await.unwrap();
        assert_eq!(contacted.len(), recipients.len());
        executed(OF_READING + 1, "looked for messages");
        let entries: Arc<[_]> = entries.into();
        store.record_consent(Arc::clone(&entries)).await.unwrap();
        // Three loads: current requests, log, wanted events. Two writes: entries and current requests.
        executed(OF_WRITING + 5, "recorded");
        store.record_consent(entries).await.unwrap();
        executed(OF_WRITING + 2, "recorded again");
        store.keep_unresolved(&requests).await.unwrap();
        executed(OF_WRITING + 1, "kept");
        let long_ago = Timestamp::from_unix_millis(0);
        let forgotten = store.forget_unresolved(&requests, long_ago, 9).await;
        assert_eq!(forgotten.unwrap(), 0);
        // Those given, those too old, those beyond the limit.
        executed(OF_WRITING + 3, "forgotten");
    }
}

/// Begin and commit.
const OF_WRITING: usize = 2;
/// Begin and commit: a read is one snapshot.
const OF_READING: usize = 2;

#[tokio::test]
async fn consent_is_never_changed_or_removed() {
    let place = Place::new();
    let fixture = sending(place.store().await).await;
    fixture.request(1, ConsentRequest::Stop).await;
    for statement in [
        "UPDATE consent_log SET request = 2",
        "DELETE FROM consent_log",
    ] {
        let error = place.stranger().batch_execute(statement).unwrap_err();
        assert_eq!(error.to_string(), "consent is never changed or removed");
    }
}
