//! Promises on sessions and on attempts to sign in.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::{AuditEntryId, PersonId, SessionId};
use otp_core::notice::{MailNotice, NoticeKind};
use otp_core::person::device::{Browser, Device, System};
use otp_core::person::password::PasswordHash;
use otp_core::person::session::{Session, SessionHash, Stage};
use otp_core::person::sign_in::{SignInFailures, SignInLink};
use otp_core::ports::Storage;
use otp_core::sealing::PersonIndex;
use otp_core::time::Timestamp;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::fixture::{Fixture, START};
use super::persons::{joined, waiting_notices};
use super::second_factors::enrol_and_confirm;

fn after(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// The `number`-th session, last seen this number of seconds after the start.
pub(super) fn session(person_id: PersonId, number: u8, seconds: u64) -> Session {
    Session {
        id: SessionId(Uuid::from_u128(number.into())),
        hash: SessionHash([number; 32]),
        person_id,
        device: Device {
            browser: Some(Browser::Firefox),
            system: number.is_multiple_of(2).then_some(System::Linux),
        },
        stage: Stage::SignedIn,
        created_at: START,
        last_seen_at: after(seconds),
        proven_at: START,
        account_id: None,
    }
}

/// The password of the person who [`joined`] under this number.
fn password(number: u8) -> PasswordHash {
    PasswordHash(format!("hash {number}"))
}

/// Begins a session of the first person or the second, whichever it is.
pub(super) async fn begin(fixture: &Fixture, session: &Session) {
    let found = fixture.store.find_person(session.person_id).await;
    let person = found.expect("look up").expect("a person");
    let begun = fixture
        .store
        .begin_session(session, &person.password, None, &[])
        .await;
    assert!(begun.expect("begun or not"));
}

pub(super) async fn sessions_of(fixture: &Fixture, person: PersonId) -> Vec<Session> {
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
}

/// Nobody is signed in who does not exist, or whose password was replaced since it was compared.
pub async fn a_session_begins_with_the_present_password_only(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    let before = session(person.id, 1, 0);
    begin(&fixture, &before).await;
    let nobody = session(PersonId(Uuid::from_u128(99)), 9, 0);
    let late = session(person.id, 2, 1);
    for (session, password) in [(nobody, password(1)), (late, password(2))] {
        let begun = fixture
            .store
            .begin_session(&session, &password, Some(before.hash), &[]);
        assert!(!begun.await.expect("begun or not"));
    }
    assert_eq!(sessions_of(&fixture, person.id).await, [before]);
}

/// Of a sign-in and a new password at the same time, no session with the old password is left.
pub async fn a_new_password_and_a_sign_in_leave_no_old_session(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    for number in 1..=10_u8 {
        let person = joined(&fixture, number).await;
        let signs_in = {
            let (store, new) = (fixture.store.clone(), session(person.id, number, 0));
            async move {
                store
                    .begin_session(&new, &password(number), None, &[])
                    .await
            }
        };
        let changes = {
            let (store, entry) = (fixture.store.clone(), change(100 + number, person.id));
            let new = PasswordHash("new".to_owned());
            async move {
                store
                    .set_password(person.id, &new, None, &entry.into())
                    .await
            }
        };
        let (begun, changed) = (tokio::spawn(signs_in), tokio::spawn(changes));
        begun.await.expect("no panic").expect("begun or not");
        assert!(changed.await.expect("no panic").expect("set"));
        assert_eq!(sessions_of(&fixture, person.id).await, []);
    }
}

/// A session that begins makes its device known and adds its notices; one that does not begin does neither.
pub async fn a_session_begins_with_its_device_and_its_notices(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await, joined(&fixture, 2).await);
    let device = Device::of_user_agent(Some("Linux Firefox/145.0"));
    let notice = |number: u8| {
        let kind = NoticeKind::NewDevice {
            person_id: one.id,
            device,
        };
        let occasion = number.to_string();
        MailNotice::new(fixture.account, kind, &occasion, None, START)
    };
    let known = async |person| {
        let known = fixture.store.known_devices(person).await;
        known.expect("read")
    };
    let wrong = PasswordHash("wrong".to_owned());
    for (number, password, begins, waiting) in [
        (1, &wrong, false, 0),
        (2, &one.password, true, 1),
        (3, &one.password, true, 2),
    ] {
        let session = Session {
            device,
            ..session(one.id, number, 0)
        };
        let notices = [notice(number)];
        let begun = fixture
            .store
            .begin_session(&session, password, None, &notices);
        assert_eq!(begun.await.expect("begun or not"), begins, "{number}");
        let expected = if begins { vec![device] } else { vec![] };
        assert_eq!(known(one.id).await, expected, "{number}");
        assert_eq!(waiting_notices(&fixture).await, waiting, "{number}");
    }
    assert_eq!(known(other.id).await, []);
    let end = fixture.store.end_session(one.id, session(one.id, 2, 0).id);
    assert!(end.await.expect("ended"));
    assert_eq!(known(one.id).await, [device]);
}

/// No session begins without a second factor that is on, but one that waits for it does.
pub async fn a_session_begins_without_a_second_factor_only_if_there_is_none(
    store: Arc<dyn Storage>,
) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    enrol_and_confirm(&fixture, person.id, 1).await;
    let (whole, half) = (session(person.id, 1, 0), session(person.id, 2, 0));
    let half = Session {
        stage: Stage::AwaitingSecondFactor,
        ..half
    };
    for (session, begins) in [(whole, false), (half, true)] {
        let begun = fixture
            .store
            .begin_session(&session, &person.password, None, &[]);
        assert_eq!(begun.await.expect("begun or not"), begins);
    }
    assert_eq!(sessions_of(&fixture, person.id).await, [half]);
}

/// Of a sign-in and a new second factor at the same time, no session without the factor is left.
pub async fn a_new_second_factor_and_a_sign_in_leave_no_session_without_it(
    store: Arc<dyn Storage>,
) {
    let fixture = Arc::new(Fixture::new(store).await);
    for number in 1..=10_u8 {
        let person = joined(&fixture, number).await;
        let signs_in = {
            let (store, new) = (fixture.store.clone(), session(person.id, number, 0));
            async move {
                store
                    .begin_session(&new, &password(number), None, &[])
                    .await
            }
        };
        let confirms = {
            let (fixture, id) = (Arc::clone(&fixture), person.id);
            async move { enrol_and_confirm(&fixture, id, number).await }
        };
        let (begun, confirmed) = (tokio::spawn(signs_in), tokio::spawn(confirms));
        begun.await.expect("no panic").expect("begun or not");
        confirmed.await.expect("confirmed");
        assert_eq!(sessions_of(&fixture, person.id).await, []);
    }
}

/// Whoever signs in again in a browser leaves no session behind.
pub async fn a_new_session_ends_the_one_before_it(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    let (before, beside) = (session(person.id, 1, 0), session(person.id, 2, 1));
    begin(&fixture, &before).await;
    begin(&fixture, &beside).await;
    let new = session(person.id, 3, 2);
    let begun = fixture
        .store
        .begin_session(&new, &person.password, Some(before.hash), &[])
        .await;
    assert!(begun.expect("begun or not"));
    assert_eq!(sessions_of(&fixture, person.id).await, [new, beside]);
    let found = fixture.store.find_session(before.hash).await;
    assert_eq!(found.expect("look up"), None);
}

/// A renewed session has its new hash only, and what was renewed or ended meanwhile is not written over.
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
        account_id: Some(fixture.account),
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

/// An entry of the audit trail for a new password.
fn change(number: u8, person: PersonId) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId(Uuid::from_u128(number.into())),
        at: START,
        actor: person.actor(),
        action: AuditAction::ChangePassword,
        subject: person.0,
    }
}

/// A new password ends the person's sessions but the one that set it, and takes their sign-in links.
pub async fn a_new_password_ends_the_other_sessions(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (one, other) = (joined(&fixture, 1).await, joined(&fixture, 2).await);
    let of_one = [1, 2].map(|number| session(one.id, number, number.into()));
    let of_other = session(other.id, 3, 0);
    for session in of_one.iter().chain([&of_other]) {
        begin(&fixture, session).await;
    }
    let links = [(4, one.id), (5, other.id)].map(|(number, person_id)| SignInLink {
        hash: SessionHash([number; 32]),
        person_id,
        expires_at: after(60),
    });
    for link in &links {
        fixture.store.add_sign_in_link(link).await.expect("added");
    }
    for (number, keep, expected) in [(8, Some(of_one[0]), &of_one[..1]), (9, None, &[])] {
        let new = PasswordHash("new".to_owned());
        let entry = change(number, one.id);
        let set = fixture
            .store
            .set_password(one.id, &new, keep, &entry.into())
            .await;
        assert!(set.expect("set"));
        assert_eq!(sessions_of(&fixture, one.id).await, expected);
    }
    assert_eq!(sessions_of(&fixture, other.id).await, [of_other]);
    for (link, left) in links.into_iter().zip([None, Some(links[1])]) {
        let taken = fixture.store.take_sign_in_link(link.hash).await;
        assert_eq!(taken.expect("looked up"), left);
    }
}

/// A session that was ended, or renewed under another hash, sets no password.
pub async fn a_session_that_was_ended_sets_no_password(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await;
    let (before, beside) = (session(person.id, 1, 0), session(person.id, 2, 0));
    begin(&fixture, &before).await;
    begin(&fixture, &beside).await;
    let renewed = Session {
        hash: SessionHash([7; 32]),
        ..before
    };
    let replaced = fixture.store.replace_session(before.hash, &renewed).await;
    assert!(replaced.expect("replaced"));
    let ended = fixture.store.end_session(person.id, beside.id).await;
    assert!(ended.expect("ended"));
    for (number, keep) in [(8, before), (9, beside)] {
        let new = PasswordHash("new".to_owned());
        let record = change(number, person.id).into();
        let set = fixture
            .store
            .set_password(person.id, &new, Some(keep), &record);
        assert!(!set.await.expect("set or not"));
    }
    assert_eq!(sessions_of(&fixture, person.id).await, [renewed]);
    let found = fixture.store.find_person(person.id).await.expect("find");
    assert_eq!(found.map(|found| found.password), Some(password(1)));
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

/// Of several who follow a link at the same time one is signed in, and a link of nobody is not added.
pub async fn a_sign_in_link_is_taken_once(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person = joined(&fixture, 1).await.id;
    let link = |number: u8, person_id| SignInLink {
        hash: SessionHash([number; 32]),
        person_id,
        expires_at: after(number.into()),
    };
    for number in [1, 2] {
        let added = fixture.store.add_sign_in_link(&link(number, person)).await;
        added.expect("added");
    }
    let takes = (0..20).map(|_| {
        let store = fixture.store.clone();
        let taken = async move { store.take_sign_in_link(SessionHash([1; 32])).await };
        tokio::spawn(async move { taken.await.expect("taken or not") })
    });
    let mut taken = Vec::new();
    for one in takes.collect::<Vec<_>>() {
        taken.extend(one.await.expect("no panic"));
    }
    assert_eq!(taken, [link(1, person)]);
    let other = fixture.store.take_sign_in_link(SessionHash([2; 32])).await;
    assert_eq!(other.expect("taken"), Some(link(2, person)));
    let nobody = link(3, PersonId(Uuid::from_u128(99)));
    assert_conflict(fixture.store.add_sign_in_link(&nobody).await);
}

/// Links that have expired are forgotten in batches, and others stay.
pub async fn old_sign_in_links_are_forgotten_in_batches(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let person_id = joined(&fixture, 1).await.id;
    for number in 1..=4_u8 {
        let link = SignInLink {
            hash: SessionHash([number; 32]),
            person_id,
            expires_at: after(number.into()),
        };
        fixture.store.add_sign_in_link(&link).await.expect("added");
    }
    for forgotten in [2, 1, 0] {
        let done = fixture.store.forget_sign_in_links(after(4), 2).await;
        assert_eq!(done.expect("forgotten"), forgotten);
    }
    for (number, is_left) in [(3, false), (4, true)] {
        let taken = fixture.store.take_sign_in_link(SessionHash([number; 32]));
        assert_eq!(taken.await.expect("looked up").is_some(), is_left);
    }
}
