//! Promises on second factors.

use std::sync::Arc;

use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::{AuditEntryId, PersonId, SessionId};
use otp_core::person::second_factor::{RecoveryHash, SecondFactor};
use otp_core::person::session::{Session, Stage};
use otp_core::ports::Storage;
use otp_core::sealing::Sealed;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::audit_trail::audit_entries;
use super::fixture::{Fixture, START};
use super::persons::{joined, record, waiting_notices};
use super::sessions::{begin, session, sessions_of};

const CODES: [RecoveryHash; 2] = [RecoveryHash([1; 32]), RecoveryHash([2; 32])];

/// The session that changes the factor.
const KEPT: SessionId = SessionId(Uuid::from_u128(0x5e55));

fn factor(person_id: PersonId, secret: u8) -> SecondFactor {
    SecondFactor {
        person_id,
        session_id: KEPT,
        secret: Sealed(vec![secret]),
        confirmed_at: None,
        last_step: 0,
    }
}

fn entry(number: u8, action: AuditAction, person: PersonId) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId(Uuid::from_u128(u128::from(number) << 64)),
        at: START,
        actor: person.actor(),
        action,
        subject: person.0,
    }
}

async fn enrol(fixture: &Fixture, factor: &SecondFactor) -> bool {
    let enrolled = fixture.store.enrol_second_factor(factor).await;
    enrolled.expect("enrolled or not")
}

async fn confirm(fixture: &Fixture, person: PersonId, number: u8) -> bool {
    let record = record(fixture, entry(number, AuditAction::AddSecondFactor, person));
    let confirmed = fixture
        .store
        .confirm_second_factor(person, 100, START, &CODES, KEPT, &record);
    confirmed.await.expect("confirmed or not")
}

/// Turns the second factor of a person on, in a session that is not kept.
pub(super) async fn enrol_and_confirm(fixture: &Fixture, person: PersonId, number: u8) {
    assert!(enrol(fixture, &factor(person, 1)).await);
    assert!(confirm(fixture, person, 100 + number).await);
}

async fn found(fixture: &Fixture, person: PersonId) -> Option<SecondFactor> {
    let found = fixture.store.find_second_factor(person).await;
    found.expect("look up")
}

async fn audited(fixture: &Fixture) -> Vec<AuditAction> {
    let entries = audit_entries(&*fixture.store).await;
    entries.iter().map(|entry| entry.action).collect()
}

/// A factor that is not confirmed is replaced by the next; a confirmed one is not.
pub async fn a_second_factor_is_replaced_until_it_is_confirmed(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await.id, joined(&fixture, 2).await.id);
    for secret in [1, 2] {
        assert!(enrol(&fixture, &factor(one, secret)).await);
        assert_eq!(found(&fixture, one).await, Some(factor(one, secret)));
    }
    assert_eq!(found(&fixture, other).await, None);
    assert!(confirm(&fixture, one, 1).await);
    let confirmed = SecondFactor {
        confirmed_at: Some(START),
        last_step: 100,
        ..factor(one, 2)
    };
    assert_eq!(found(&fixture, one).await, Some(confirmed.clone()));
    assert!(!enrol(&fixture, &factor(one, 3)).await);
    assert_eq!(found(&fixture, one).await, Some(confirmed));
    let nobody = factor(PersonId(Uuid::from_u128(99)), 1);
    assert_conflict(fixture.store.enrol_second_factor(&nobody).await);
}

/// A factor is confirmed once, with its recovery codes and its entry of the audit trail.
pub async fn a_second_factor_is_confirmed_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await.id;
    assert!(!confirm(&fixture, person, 1).await, "there is none");
    assert!(enrol(&fixture, &factor(person, 1)).await);
    assert!(confirm(&fixture, person, 2).await);
    assert!(!confirm(&fixture, person, 3).await);
    let left = fixture.store.count_recovery_codes(person).await;
    assert_eq!(left.expect("counted"), CODES.len());
    let actions = audited(&fixture).await;
    let added = |action: &&AuditAction| **action == AuditAction::AddSecondFactor;
    assert_eq!(actions.iter().filter(added).count(), 1);
}

/// A factor that is turned on or off ends the person's sessions but the one that did it, and one of an operator ends all.
pub async fn a_changed_second_factor_ends_the_other_sessions(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await.id, joined(&fixture, 2).await.id);
    let kept = Session {
        id: KEPT,
        ..session(one, 1, 0)
    };
    let of_other = session(other, 2, 0);
    for session in [&kept, &session(one, 3, 0), &of_other] {
        begin(&fixture, session).await;
    }
    assert!(enrol(&fixture, &factor(one, 1)).await);
    assert_eq!(sessions_of(&fixture, one).await.len(), 2);
    assert!(confirm(&fixture, one, 1).await);
    assert_eq!(sessions_of(&fixture, one).await, [kept]);
    assert!(!confirm(&fixture, one, 2).await);
    for (number, keep, left) in [(3, Some(KEPT), 1), (4, None, 0)] {
        let half = Session {
            stage: Stage::AwaitingSecondFactor,
            ..session(one, number, 0)
        };
        begin(&fixture, &half).await;
        let entry = entry(number, AuditAction::RemoveSecondFactor, one);
        let record = record(&fixture, entry);
        let removed = fixture.store.remove_second_factor(one, keep, &record);
        assert!(removed.await.expect("removed"));
        assert_eq!(sessions_of(&fixture, one).await.len(), left);
        assert!(enrol(&fixture, &factor(one, number)).await);
        assert!(confirm(&fixture, one, 10 + number).await);
    }
    assert_eq!(sessions_of(&fixture, other).await, [of_other]);
}

/// Of several uses of one code at the same time one succeeds, and earlier codes are used with it.
pub async fn the_code_of_a_step_is_used_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await.id;
    assert!(enrol(&fixture, &factor(person, 1)).await);
    assert!(confirm(&fixture, person, 1).await);
    let uses = (0..20).map(|_| {
        let store = fixture.store.clone();
        tokio::spawn(async move { store.use_step(person, 105).await.expect("used or not") })
    });
    let mut used = 0;
    for one in uses.collect::<Vec<_>>() {
        used += usize::from(one.await.expect("no panic"));
    }
    assert_eq!(used, 1);
    for (step, is_used) in [(100, false), (104, false), (105, false), (106, true)] {
        let used = fixture.store.use_step(person, step).await;
        assert_eq!(used.expect("used or not"), is_used, "{step}");
    }
    let nobody = PersonId(Uuid::from_u128(99));
    let used = fixture.store.use_step(nobody, 1).await;
    assert!(!used.expect("not used"));
}

/// A recovery code is used once, by its own person.
pub async fn a_recovery_code_is_used_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await.id, joined(&fixture, 2).await.id);
    assert!(enrol(&fixture, &factor(one, 1)).await);
    assert!(confirm(&fixture, one, 1).await);
    let uses = (0..20).map(|_| {
        let store = fixture.store.clone();
        let used = async move { store.use_recovery_code(one, CODES[0]).await };
        tokio::spawn(async move { used.await.expect("used or not") })
    });
    let mut used = 0;
    for one in uses.collect::<Vec<_>>() {
        used += usize::from(one.await.expect("no panic"));
    }
    assert_eq!(used, 1);
    for (person, code) in [(other, CODES[1]), (one, RecoveryHash([9; 32]))] {
        let used = fixture.store.use_recovery_code(person, code).await;
        assert!(!used.expect("not used"));
    }
    let left = fixture.store.count_recovery_codes(one).await;
    assert_eq!(left.expect("counted"), 1);
}

/// A factor is removed once, with its recovery codes and an entry of the audit trail.
pub async fn a_second_factor_is_removed_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await.id, joined(&fixture, 2).await.id);
    for (number, person) in [(1, one), (2, other)] {
        assert!(enrol(&fixture, &factor(person, number)).await);
        assert!(confirm(&fixture, person, number).await);
    }
    for (number, is_removed) in [(3, true), (4, false)] {
        let entry = entry(number, AuditAction::RemoveSecondFactor, one);
        let (keep, record) = (Some(KEPT), record(&fixture, entry));
        let removed = fixture.store.remove_second_factor(one, keep, &record);
        assert_eq!(removed.await.expect("removed or not"), is_removed);
    }
    // Two were turned on, and one off.
    assert_eq!(waiting_notices(&fixture).await, 3);
    assert_eq!(found(&fixture, one).await, None);
    for (person, left) in [(one, 0), (other, CODES.len())] {
        let counted = fixture.store.count_recovery_codes(person).await;
        assert_eq!(counted.expect("counted"), left);
    }
    let actions = audited(&fixture).await;
    let removed = |action: &&AuditAction| **action == AuditAction::RemoveSecondFactor;
    assert_eq!(actions.iter().filter(removed).count(), 1);
    assert!(enrol(&fixture, &factor(one, 5)).await);
    assert!(confirm(&fixture, one, 5).await);
}
