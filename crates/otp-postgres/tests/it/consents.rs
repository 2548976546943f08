//! Consent requests and identities: the number of statements of a batch, and a log that never changes.

use std::sync::Arc;

use otp_core::ports::{OptOuts, RecipientIdentities};
use otp_core::time::Timestamp;
use otp_testkit::contract::opt_out::{Batch, batch, sending};

use crate::fresh;
use crate::statements::watched;

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_requests_takes_the_same_number_of_statements_whatever_its_size() {
    watched(|watch| async move {
        let store = Arc::new(fresh::store(&fresh::database()).await);
        let fixture = sending(store.clone()).await;
        for (first, size) in [(1, 1), (10, 10), (1_000, 300)] {
            let Batch {
                asked,
                known,
                numbers,
                answered,
                entries,
                requests,
            } = batch(&fixture, first, size).await;
            let recalling = async {
                let recalled = store.recall(&asked).await.expect("recalled");
                assert!(recalled.iter().all(Option::is_some));
            };
            assert_eq!(watch.count(recalling).await, 1, "{size} recalled");
            let remembering = async { store.remember(&known).await.expect("remembered") };
            assert_eq!(watch.count(remembering).await, 1, "{size} remembered");
            let identities: Vec<_> = known.iter().map(|k| (k.account_id, k.identity)).collect();
            let recipients = entries
                .iter()
                .map(|entry| (entry.account_id, entry.recipient_index))
                .collect();
            let resolving = async {
                let targets = store.find_consent_targets(&numbers, &answered).await;
                assert_eq!(targets.expect("targets").accounts.len(), 1);
                let found = store
                    .find_identities(&identities)
                    .await
                    .expect("identities");
                assert_eq!(found.len(), identities.len());
                let contacted = store.find_contacted(&recipients).await.expect("contacted");
                assert_eq!(contacted.len(), recipients.len());
            };
            // Accounts, answered messages, identities, recipients.
            assert_eq!(watch.count(resolving).await, 4, "{size} resolved");
            // BEGIN, lock, two loads, two writes, the wanted events, COMMIT; then there is nothing to write.
            for statements in [8, 5] {
                let recording = async {
                    let recorded = store.record_consent(Arc::from(entries.as_slice())).await;
                    recorded.expect("recorded");
                };
                assert_eq!(watch.count(recording).await, statements, "{size} recorded");
            }
            let keeping = async { store.keep_unresolved(&requests).await.expect("kept") };
            assert_eq!(watch.count(keeping).await, 1, "{size} kept");
            let forgetting = async {
                let long_ago = Timestamp::from_unix_millis(0);
                let forgotten = store.forget_unresolved(&requests, long_ago, 9).await;
                assert_eq!(forgotten.expect("forgotten"), 0);
            };
            // BEGIN, those given, those too old, those beyond the limit, COMMIT.
            assert_eq!(watch.count(forgetting).await, 5, "{size} forgotten");
        }
        let nothing = async {
            store.recall(&[]).await.expect("recalled");
            store.remember(&[]).await.expect("remembered");
            store.keep_unresolved(&[]).await.expect("kept");
            store.record_consent(Arc::from([])).await.expect("recorded");
        };
        assert_eq!(watch.count(nothing).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_never_changed_or_removed() {
    let url = fresh::database();
    let store = Arc::new(fresh::store(&url).await);
    let fixture = sending(store).await;
    fixture
        .request(1, otp_core::opt_out::ConsentRequest::Stop)
        .await;
    let session = fresh::session(&url).await;
    for statement in [
        "UPDATE consent_log SET request = 2",
        "DELETE FROM consent_log",
        "TRUNCATE consent_log",
    ] {
        let error = session.batch_execute(statement).await.expect_err(statement);
        let words = error.as_db_error().map(|error| error.message());
        assert_eq!(words, Some("consent is never changed or removed"));
    }
}
