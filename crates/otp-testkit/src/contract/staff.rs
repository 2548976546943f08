//! Promises on the operator's staff.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::AuditEntryId;
use otp_core::person::Person;
use otp_core::person::staff::{StaffChange, StaffMember, StaffRefusal, StaffRole};
use otp_core::ports::Storage;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::audit_trail::audit_entries;
use super::fixture::{Fixture, START};
use super::persons::{joined, person};

fn member(person: &Person, role: StaffRole) -> StaffMember {
    StaffMember {
        person_id: person.id,
        role,
        since: person.created_at + Duration::from_secs(60),
    }
}

fn entry(number: u128, action: AuditAction, person: &Person) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId(Uuid::from_u128(number << 64)),
        at: START,
        actor: person.id.actor(),
        action,
        subject: person.id.0,
    }
}

async fn invite(fixture: &Fixture, person: &Person, role: StaffRole) -> bool {
    let number = person.id.0.as_u128();
    let entry = entry(number, AuditAction::InviteStaff, person);
    let member = member(person, role);
    let invited = fixture.store.invite_staff(person, &member, &entry);
    invited.await.expect("invited or not")
}

async fn change(
    fixture: &Fixture,
    number: u128,
    person: &Person,
    change: StaffChange,
) -> Result<(), StaffRefusal> {
    let entry = entry(number, AuditAction::GiveStaffRole, person);
    let changed = fixture.store.change_staff(&change, &entry);
    changed.await.expect("judged")
}

/// Staff read back as written, in the order of their time; an address belongs to one person.
pub async fn staff_read_back_and_have_addresses_of_their_own(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (first, second) = (person(&fixture, 1, 1), person(&fixture, 2, 2));
    assert!(invite(&fixture, &second, StaffRole::Auditor).await);
    assert!(invite(&fixture, &first, StaffRole::Admin).await);
    let again = person(&fixture, 3, 1);
    assert!(!invite(&fixture, &again, StaffRole::Admin).await);
    let found = fixture.store.find_person(again.id).await.expect("look up");
    assert_eq!(found, None);
    let expected = [
        member(&first, StaffRole::Admin),
        member(&second, StaffRole::Auditor),
    ];
    assert_eq!(fixture.store.list_staff().await.expect("list"), expected);
    let found = fixture.store.find_staff_member(second.id).await;
    assert_eq!(found.expect("find"), Some(expected[1]));
    let found = fixture.store.find_staff_member(again.id).await;
    assert_eq!(found.expect("look up"), None);
    assert_eq!(audit_entries(&*fixture.store).await.len(), 2);
}

/// A change is judged by the rule, and leaves its entry only if it is made.
pub async fn staff_change_by_the_rule_with_an_entry(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let admin = person(&fixture, 1, 1);
    assert!(invite(&fixture, &admin, StaffRole::Admin).await);
    let holder = joined(&fixture, 2).await;
    let before = audit_entries(&*fixture.store).await.len();

    let remove = StaffChange::Remove(admin.id);
    let refused = change(&fixture, 10, &admin, remove).await;
    assert_eq!(refused, Err(StaffRefusal::LastAdmin));
    let refused = change(&fixture, 11, &holder, StaffChange::Remove(holder.id)).await;
    assert_eq!(refused, Err(StaffRefusal::NotStaff));
    assert_eq!(audit_entries(&*fixture.store).await.len(), before);

    for (number, role) in [(12, StaffRole::Finance), (13, StaffRole::Admin)] {
        let given = member(&holder, role);
        let changed = change(&fixture, number, &holder, StaffChange::Give(given)).await;
        assert_eq!(changed, Ok(()));
        let found = fixture.store.find_staff_member(holder.id).await;
        assert_eq!(found.expect("find"), Some(given));
    }
    assert_eq!(change(&fixture, 14, &admin, remove).await, Ok(()));
    let found = fixture.store.find_staff_member(admin.id).await;
    assert_eq!(found.expect("look up"), None);
    assert_eq!(audit_entries(&*fixture.store).await.len(), before + 3);

    let nobody = person(&fixture, 3, 3);
    let give = StaffChange::Give(member(&nobody, StaffRole::Support));
    let entry = entry(15, AuditAction::GiveStaffRole, &nobody);
    assert_conflict(fixture.store.change_staff(&give, &entry).await);
    assert_eq!(audit_entries(&*fixture.store).await.len(), before + 3);
}

/// Of two admins who remove each other at the same time, one stays.
pub async fn concurrent_changes_leave_an_admin(store: Arc<dyn Storage>) {
    let fixture = Arc::new(Fixture::new(store).await);
    let people: Vec<_> = (1..=8)
        .map(|number| person(&fixture, number, number))
        .collect();
    for person in &people {
        assert!(invite(&fixture, person, StaffRole::Admin).await);
    }
    let start = Arc::new(Barrier::new(people.len()));
    let racers = people.into_iter().zip(20_u128..).map(|(person, number)| {
        let (fixture, start) = (Arc::clone(&fixture), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            change(&fixture, number, &person, StaffChange::Remove(person.id)).await
        })
    });
    let mut removed = 0;
    for racer in racers.collect::<Vec<_>>() {
        removed += usize::from(racer.await.expect("no panic").is_ok());
    }
    assert_eq!(removed, 7);
    assert_eq!(fixture.store.list_staff().await.expect("list").len(), 1);
}
