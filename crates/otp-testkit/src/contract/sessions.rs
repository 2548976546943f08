//! Promises on sessions and on attempts to sign in.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::{AuditEntryId, PersonId, SessionId};
use otp_core::person::device::{Browser, Device, System};
use otp_core::person::password::PasswordHash;
use otp_core::person::session::{Session, SessionHash, Stage};
use otp_core::person::sign_in::SignInFailures;
use otp_core::ports::Storage;
use otp_core::sealing::PersonIndex;
use otp_core::time::Timestamp;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::fixture::{Fixture, START};
use super::persons::joined;

fn after(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// The `number`-th session, last seen this number of seconds after the start.
fn session(person_id: PersonId, number: u8, seconds: u64) -> Session {
    Session {
        id: SessionId(Uuid::from_u128(number.into())),
        hash: SessionHash([number; 32]),
        person_id,
        device: Device {
            browser: Some(Browser::Firefox),
            system: (number % 2 == 0).then_some(System::Linux),
        },
        stage: Stage::SignedIn,
        created_at: START,
        last_seen_at: after(seconds),
        proven_at: START,
    }
}

async fn begin(fixture: &Fixture, session: &Session) {
    let begun = fixture.store.begin_session(session, None).await;
    begun.expect("begun");
}

async fn sessions_of(fixture: &Fixture, person: PersonId) -> Vec<Session> {
    let listed = fixture.store.list_sessions(person).await;
    listed.expect("list")
}

/// Sessions read back as written, are found by their hash, and are listed by their person only, the last seen first.
pub async fn sessions_read_back_and_are_found_by_hash(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await, joined(&fixture, 2).await);
    let first = session(one.id, 1, 10);
    let second = Session {
        stage: Stage::AwaitingSecondFactor,
        ..session(one.id, 2, 20)
    };
    let third = session(other.id, 3, 0);
    for session in [&first, &second, &third] {
        begin(&fixture, session).await;
        let found = fixture.store.find_session(session.hash).await;
        assert_eq!(found.expect("find").as_ref(), Some(session));
    }
    assert_eq!(sessions_of(&fixture, one.id).await, [second, first]);
    assert_eq!(sessions_of(&fixture, other.id).await, [third]);
    let unknown = fixture.store.find_session(SessionHash([9; 32])).await;
    assert_eq!(unknown.expect("look up"), None);
    let nobody = session(PersonId(Uuid::from_u128(99)), 9, 0);
    assert_conflict(fixture.store.begin_session(&nobody, None).await);
}

/// Whoever signs in again in a browser leaves no session behind.
pub async fn a_new_session_ends_the_one_before_it(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    let (before, beside) = (session(person.id, 1, 0), session(person.id, 2, 1));
    begin(&fixture, &before).await;
    begin(&fixture, &beside).await;
    let new = session(person.id, 3, 2);
    let begun = fixture.store.begin_session(&new, Some(before.hash)).await;
    begun.expect("begun");
    assert_eq!(sessions_of(&fixture, person.id).await, [new, beside]);
    let found = fixture.store.find_session(before.hash).await;
    assert_eq!(found.expect("look up"), None);
}

/// A renewed session has its new hash only, and what was renewed or ended in the meantime is not written over.
pub async fn a_session_is_replaced_once_under_its_hash(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    let (before, beside) = (session(person.id, 1, 0), session(person.id, 2, 0));
    begin(&fixture, &before).await;
    begin(&fixture, &beside).await;
    let renewed = Session {
        hash: SessionHash([7; 32]),
        last_seen_at: after(60),
        proven_at: after(50),
        ..before
    };
    for (after, is_replaced) in [(renewed, true), (session(person.id, 1, 70), false)] {
        let replaced = fixture.store.replace_session(before.hash, &after).await;
        assert_eq!(replaced.expect("replaced or not"), is_replaced);
    }
    assert_eq!(sessions_of(&fixture, person.id).await, [renewed, beside]);
    let found = fixture.store.find_session(before.hash).await;
    assert_eq!(found.expect("look up"), None);
    let ended = fixture.store.end_session(person.id, renewed.id).await;
    assert!(ended.expect("ended"));
    let replaced = fixture.store.replace_session(renewed.hash, &renewed).await;
    assert!(!replaced.expect("not replaced"));
    assert_eq!(sessions_of(&fixture, person.id).await, [beside]);
}

/// A person ends their own sessions, each once or all but one, and nobody else's.
pub async fn a_person_ends_only_their_own_sessions(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await, joined(&fixture, 2).await);
    let of_one = [1, 2, 3].map(|number| session(one.id, number, number.into()));
    let of_other = session(other.id, 4, 0);
    for session in of_one.iter().chain([&of_other]) {
        begin(&fixture, session).await;
    }
    for (person, id, is_ended) in [
        (one.id, of_other.id, false),
        (one.id, of_one[0].id, true),
        (one.id, of_one[0].id, false),
    ] {
        let ended = fixture.store.end_session(person, id).await;
        assert_eq!(ended.expect("ended or not"), is_ended);
    }
    let ended = fixture.store.end_sessions(one.id, of_one[1].id).await;
    ended.expect("ended");
    assert_eq!(sessions_of(&fixture, one.id).await, [of_one[1]]);
    assert_eq!(sessions_of(&fixture, other.id).await, [of_other]);
}

/// A new password ends the person's sessions but the one that set it.
pub async fn a_new_password_ends_the_other_sessions(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await, joined(&fixture, 2).await);
    let of_one = [1, 2].map(|number| session(one.id, number, number.into()));
    let of_other = session(other.id, 3, 0);
    for session in of_one.iter().chain([&of_other]) {
        begin(&fixture, session).await;
    }
    for (number, keep, expected) in [(8, Some(of_one[0].id), &of_one[..1]), (9, None, &[])] {
        let entry = AuditEntry {
            id: AuditEntryId(Uuid::from_u128(number)),
            at: START,
            actor: one.id.actor(),
            action: AuditAction::ChangePassword,
            subject: one.id.0,
        };
        let new = PasswordHash("new".to_owned());
        let set = fixture.store.set_password(one.id, &new, keep, &entry).await;
        assert!(set.expect("set"));
        assert_eq!(sessions_of(&fixture, one.id).await, expected);
    }
    assert_eq!(sessions_of(&fixture, other.id).await, [of_other]);
}

/// Old sessions are forgotten in batches, the oldest first, and others stay.
pub async fn old_sessions_are_forgotten_in_batches(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    for number in 1..=5 {
        begin(&fixture, &session(person.id, number, number.into())).await;
    }
    for (forgotten, left) in [(2, 3), (1, 2), (0, 2)] {
        let done = fixture.store.forget_sessions(after(4), 2).await;
        assert_eq!(done.expect("forgotten"), forgotten);
        assert_eq!(sessions_of(&fixture, person.id).await.len(), left);
    }
    let left = sessions_of(&fixture, person.id).await;
    assert!(left.iter().all(|session| session.last_seen_at >= after(4)));
}

/// An attempt counts as a failure until it is cleared, by the rule of the core, and for its own address only.
pub async fn attempts_to_sign_in_wait_by_the_rule(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (email, other) = (PersonIndex([1; 32]), PersonIndex([2; 32]));
    let count = |email, now| {
        let store = fixture.store.clone();
        async move { store.count_attempt(email, now).await.expect("counted") }
    };
    let (mut failures, mut now) = (SignInFailures::default(), START);
    let mut waits = 0;
    for _ in 0..12 {
        let expected = failures.may_try_at(now);
        assert_eq!(count(email, now).await, expected);
        match expected {
            Some(again) => {
                now = again;
                waits += 1;
            }
            None => failures = failures.after_another(now),
        }
    }
    assert!(waits > 2, "{waits}");
    assert_eq!(count(other, now).await, None);
    fixture.store.clear_attempts(email).await.expect("cleared");
    for _ in 0..5 {
        assert_eq!(count(email, now).await, None);
    }
    assert!(count(email, now).await.is_some());
}

/// Of many attempts at the same time, no more are judged than one after the other.
pub async fn concurrent_attempts_are_judged_one_after_the_other(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let attempts = (0..40).map(|_| {
        let store = fixture.store.clone();
        tokio::spawn(async move {
            let counted = store.count_attempt(PersonIndex([1; 32]), START).await;
            counted.expect("counted").is_none()
        })
    });
    let mut judged = 0;
    for one in attempts.collect::<Vec<_>>() {
        judged += usize::from(one.await.expect("no panic"));
    }
    assert_eq!(judged, 5);
}

/// Failures that no longer count are forgotten in batches, and others stay.
pub async fn old_failures_are_forgotten_in_batches(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    for number in 1..=4_u8 {
        let email = PersonIndex([number; 32]);
        for _ in 0..5 {
            let counted = fixture.store.count_attempt(email, after(number.into()));
            assert_eq!(counted.await.expect("counted"), None);
        }
    }
    for forgotten in [2, 1, 0] {
        let done = fixture.store.forget_attempts(after(4), 2).await;
        assert_eq!(done.expect("forgotten"), forgotten);
    }
    for (number, waits) in [(1, false), (3, false), (4, true)] {
        let counted = fixture
            .store
            .count_attempt(PersonIndex([number; 32]), after(4));
        assert_eq!(counted.await.expect("counted").is_some(), waits, "{number}");
    }
}
