//! `InspectMessages`: what an operator sees of messages, and what the audit trail records of that.

use std::sync::Arc;

use otp_core::audit::{Actor, AuditAction};
use otp_core::ids::MessageId;
use otp_core::page::PageSize;
use otp_core::ports::{AuditTrail, MockAuditTrail, PortError};
use otp_core::send::Outcome;
use otp_core::usecases::inspect_messages::{InspectMessages, InspectMessagesError, View};
use otp_core::usecases::list_messages::{ListMessages, ListMessagesRequest};
use otp_core::usecases::show_message::ShowMessage;
use otp_testkit::MemoryStore;
use otp_testkit::contract::audit_trail::audit_entries;
use otp_testkit::contract::fixture::{Fixture, recipient};
use otp_testkit::sender::failure;
use uuid::Uuid;

fn inspect(fixture: &Fixture, audit: Arc<dyn AuditTrail>) -> InspectMessages {
    InspectMessages {
        messages: fixture.store.clone(),
        list: ListMessages {
            messages: fixture.store.clone(),
            sealers: fixture.sealers(),
        },
        show: ShowMessage {
            messages: fixture.store.clone(),
            sealers: fixture.sealers(),
        },
        audit,
        clock: fixture.clock.clone(),
        randomness: fixture.randomness.clone(),
    }
}

fn revealed() -> View {
    View::Revealed(Actor::parse("amal (uid 1000)").expect("an actor"))
}

fn all(fixture: &Fixture) -> ListMessagesRequest {
    ListMessagesRequest {
        account_id: fixture.account,
        status: None,
        recipient: None,
        from: None,
        to: None,
        cursor: None,
        size: PageSize::default(),
    }
}

#[tokio::test]
async fn a_masked_view_has_neither_numbers_nor_the_providers_texts() {
    let fixture = Fixture::with_credits(Arc::new(MemoryStore::default()), 9).await;
    let failed = fixture.send(1).await;
    fixture.settle(&failed, Outcome::Failed(failure(7))).await;
    let audit = MockAuditTrail::new();
    let inspect = inspect(&fixture, Arc::new(audit));
    let shown = inspect.show(failed.message_id, &View::Masked).await;
    let shown = shown.expect("a message");
    let page = inspect.list(all(&fixture), &View::Masked).await;
    let page = page.expect("a page");
    assert_eq!(page.items, std::slice::from_ref(&shown.message));
    assert_eq!(shown.message.to, Some(recipient(1).masked()));
    let of_timeline = shown
        .timeline
        .iter()
        .filter_map(|event| event.failure.as_ref());
    let failures: Vec<_> = shown
        .message
        .record
        .failure
        .iter()
        .chain(of_timeline)
        .collect();
    assert_eq!(failures.len(), 2);
    for failure in failures {
        let texts = (failure.title.as_str(), failure.reason.as_str());
        assert_eq!((failure.code, texts), (Some(7), ("", "")));
    }
}

#[tokio::test]
async fn a_revealed_number_is_in_the_audit_trail() {
    let fixture = Fixture::with_credits(Arc::new(MemoryStore::default()), 9).await;
    let first = fixture.send(1).await;
    let second = fixture.send(2).await;
    fixture.settle(&first, Outcome::Failed(failure(7))).await;
    let inspect = inspect(&fixture, fixture.store.clone());
    let shown = inspect.show(first.message_id, &revealed()).await;
    let shown = shown.expect("a message");
    assert_eq!(shown.account_id, fixture.account);
    assert_eq!(shown.message.to.as_deref(), Some(recipient(1).e164()));
    assert_eq!(shown.message.record.failure, Some(failure(7)));
    let entries = audit_entries(&*fixture.store).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].subject, first.message_id.0);
    assert_eq!(entries[0].actor.as_str(), "amal (uid 1000)");
    assert_eq!(entries[0].action, AuditAction::RevealRecipient);

    let page = inspect.list(all(&fixture), &revealed()).await;
    assert_eq!(page.expect("a page").items.len(), 2);
    let entries = audit_entries(&*fixture.store).await;
    let mut subjects: Vec<_> = entries.iter().map(|entry| entry.subject).collect();
    subjects.sort_unstable();
    let mut expected = [first.message_id.0, first.message_id.0, second.message_id.0];
    expected.sort_unstable();
    assert_eq!(subjects, expected);
}

#[tokio::test]
async fn no_number_is_shown_if_the_audit_trail_fails() {
    let fixture = Fixture::with_credits(Arc::new(MemoryStore::default()), 9).await;
    let sent = fixture.send(1).await;
    let mut audit = MockAuditTrail::new();
    let fails = |_: &[_]| Err(PortError::Unavailable("down".into()));
    audit
        .expect_append_audit_entries()
        .times(2)
        .returning(fails);
    let inspect = inspect(&fixture, Arc::new(audit));
    let shown = inspect.show(sent.message_id, &revealed()).await;
    assert!(matches!(shown, Err(InspectMessagesError::Port(_))));
    let listed = inspect.list(all(&fixture), &revealed()).await;
    assert!(matches!(listed, Err(InspectMessagesError::Port(_))));
}

#[tokio::test]
async fn a_message_that_nobody_has_is_not_found() {
    let fixture = Fixture::with_credits(Arc::new(MemoryStore::default()), 9).await;
    let inspect = inspect(&fixture, fixture.store.clone());
    let nobody = MessageId(Uuid::from_u128(42));
    let shown = inspect.show(nobody, &revealed()).await;
    assert!(matches!(shown, Err(InspectMessagesError::NotFound(id)) if id == nobody));
}
