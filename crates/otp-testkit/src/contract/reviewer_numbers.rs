//! Promises on reviewer numbers.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{Actor, AuditAction, AuditEntry};
use otp_core::ids::{AccountId, AuditEntryId, ReviewerNumberId};
use otp_core::ports::Storage;
use otp_core::reviewer::{MAX_NUMBERS, ReviewerNumber};
use otp_core::sealing::{RecipientIndex, Sealed};
use uuid::Uuid;

use super::administration::assert_conflict;
use super::audit_trail::audit_entries;
use super::fixture::{Fixture, START};

/// The `id`-th number, of the `recipient`-th recipient, entered this number of seconds after the start.
fn number(account_id: AccountId, id: u8, recipient: u8, seconds: u64) -> ReviewerNumber {
    let created_at = START + Duration::from_secs(seconds);
    ReviewerNumber {
        id: ReviewerNumberId(Uuid::from_u128(id.into())),
        account_id,
        recipient_index: RecipientIndex([recipient; 32]),
        recipient: Sealed(vec![1, recipient]),
        code: Sealed(vec![2, recipient]),
        created_at,
        expires_at: created_at + Duration::from_secs(60),
    }
}

fn entry(id: u8, action: AuditAction, account: AccountId) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId(Uuid::from_u128(id.into())),
        at: START + Duration::from_secs(id.into()),
        actor: Actor::parse("Amal (uid 1000)").expect("an actor"),
        action,
        subject: account.0,
    }
}

async fn add(fixture: &Fixture, number: &ReviewerNumber, id: u8) -> bool {
    let entry = entry(id, AuditAction::AddReviewerNumber, number.account_id);
    let added = fixture.store.add_reviewer_number(number, &entry).await;
    added.expect("added or refused")
}

async fn audited(fixture: &Fixture) -> Vec<AuditAction> {
    let entries = audit_entries(&*fixture.store).await;
    entries.iter().map(|entry| entry.action).collect()
}

/// Numbers read back as written, oldest first, by their account only, and a sending profile has them.
pub async fn reviewer_numbers_read_back_and_are_part_of_the_profile(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let second = number(fixture.account, 1, 1, 20);
    let first = number(fixture.account, 2, 2, 10);
    let of_other = number(other, 3, 1, 0);
    for (id, number) in [(1, &second), (2, &first), (3, &of_other)] {
        assert!(add(&fixture, number, id).await);
    }
    for (account, expected) in [
        (fixture.account, vec![first, second]),
        (other, vec![of_other]),
    ] {
        let listed = fixture.store.list_reviewer_numbers(account).await;
        assert_eq!(listed.expect("list"), expected);
        let profile = fixture.store.find_sending_profile(account).await;
        let profile = profile.expect("look up").expect("an account");
        assert_eq!(profile.reviewers, expected);
    }
}

/// The same number again replaces the earlier entry, and an ended one makes room.
pub async fn a_reviewer_number_replaces_its_earlier_entry_and_ended_ones(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (earlier, ending) = (
        number(fixture.account, 1, 1, 0),
        number(fixture.account, 2, 2, 0),
    );
    let again = number(fixture.account, 3, 1, 60);
    for (id, number) in [(1, &earlier), (2, &ending), (3, &again)] {
        assert!(add(&fixture, number, id).await);
    }
    let listed = fixture.store.list_reviewer_numbers(fixture.account).await;
    assert_eq!(listed.expect("list"), [again]);
    assert_eq!(audited(&fixture).await, [AuditAction::AddReviewerNumber; 3]);
}

/// One number too many leaves nothing, not even an entry of the audit trail.
pub async fn one_reviewer_number_too_many_leaves_nothing(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let most = u8::try_from(MAX_NUMBERS).expect("a few");
    for id in 0..most {
        assert!(add(&fixture, &number(fixture.account, id, id, 0), id).await);
    }
    let one_more = number(fixture.account, most, most, 0);
    assert!(!add(&fixture, &one_more, most).await);
    let listed = fixture.store.list_reviewer_numbers(fixture.account).await;
    assert_eq!(listed.expect("list").len(), MAX_NUMBERS);
    assert_eq!(audited(&fixture).await.len(), MAX_NUMBERS);
    let nobody = number(AccountId(Uuid::from_u128(42)), most, most, 0);
    let entry = entry(most, AuditAction::AddReviewerNumber, nobody.account_id);
    assert_conflict(fixture.store.add_reviewer_number(&nobody, &entry).await);
    assert_eq!(audited(&fixture).await.len(), MAX_NUMBERS);
}

/// Of many who add at the same time, only as many succeed as there is room for.
pub async fn concurrent_reviewer_numbers_never_exceed_the_limit(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let adding = (0..30).map(|id| {
        let fixture = fixture.clone();
        tokio::spawn(async move { add(&fixture, &number(fixture.account, id, id, 0), id).await })
    });
    let mut added = 0;
    for one in adding.collect::<Vec<_>>() {
        added += usize::from(one.await.expect("no panic"));
    }
    let listed = fixture.store.list_reviewer_numbers(fixture.account).await;
    assert_eq!(
        (added, listed.expect("list").len()),
        (MAX_NUMBERS, MAX_NUMBERS)
    );
}

/// A removal happens once, and its entry of the audit trail is added with it.
pub async fn a_reviewer_number_is_removed_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let (of_account, of_other) = (number(fixture.account, 1, 1, 0), number(other, 2, 1, 0));
    for (id, number) in [(1, &of_account), (2, &of_other)] {
        assert!(add(&fixture, number, id).await);
    }
    for (id, removes) in [(3, true), (4, false)] {
        let entry = entry(id, AuditAction::RemoveReviewerNumber, fixture.account);
        let index = of_account.recipient_index;
        let removed = fixture
            .store
            .remove_reviewer_number(fixture.account, index, &entry);
        assert_eq!(removed.await.expect("removed or not"), removes);
    }
    let (added, removed) = (
        AuditAction::AddReviewerNumber,
        AuditAction::RemoveReviewerNumber,
    );
    assert_eq!(audited(&fixture).await, [removed, added, added]);
    let listed = fixture.store.list_reviewer_numbers(other).await;
    assert_eq!(listed.expect("list"), [of_other]);
}

/// The erasure of a recipient removes its number, of that account.
pub async fn erasing_a_recipient_removes_its_reviewer_number(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let other = fixture.another_account().await;
    let (of_account, of_other) = (number(fixture.account, 1, 1, 0), number(other, 2, 1, 0));
    let kept = number(fixture.account, 3, 2, 0);
    for (id, number) in [(1, &of_account), (2, &of_other), (3, &kept)] {
        assert!(add(&fixture, number, id).await);
    }
    let recipient = (fixture.account, of_account.recipient_index);
    let erased = fixture.store.erase_recipient(recipient).await;
    erased.expect("erased");
    for (account, expected) in [(fixture.account, kept), (other, of_other)] {
        let listed = fixture.store.list_reviewer_numbers(account).await;
        assert_eq!(listed.expect("list"), [expected]);
    }
}
