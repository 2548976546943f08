//! Staff: invited, in a role, with a second factor, and in the audit trail.

use std::collections::BTreeSet;

use otp_core::audit::{Actor, AuditAction};
use otp_core::ids::PersonId;
use otp_core::person::staff::{StaffRefusal, StaffRole};
use otp_core::usecases::manage_second_factor::ManageSecondFactorError;
use otp_core::usecases::manage_staff::{Invitation, ManageStaffError};
use otp_core::usecases::staff_actor::StaffActor;

use super::second_factor::turn_on;
use super::*;

const ADMIN: &str = "karim@gateway.example";

fn operator() -> StaffActor<'static> {
    StaffActor::Operator(Actor::parse("omar (uid 1000)").expect("an actor"))
}

fn invitation(address: &str, role: StaffRole) -> Invitation {
    Invitation {
        email: EmailAddress::parse(address).expect("an address"),
        name: None,
        language: UiLanguage::English,
        role,
    }
}

/// Invites a person, signs them in by the link, and turns on their second factor.
async fn staff(gateway: &Gateway, address: &str, role: StaffRole) -> Viewer {
    let manage = gateway.manage_staff();
    let token = manage.invite(operator(), invitation(address, role)).await;
    let token = token.expect("invited");
    let device = Device::of_user_agent(None);
    let begun = gateway
        .sign_in_by_link()
        .execute(&token, device, None)
        .await;
    let token = begun.expect("signed in").token;
    let viewer = gateway.viewer(&token, Activity::Person).await.expect("in");
    assert_eq!(viewer.staff_role(), None, "there is no second factor yet");
    turn_on(gateway, &viewer).await;
    gateway.viewer(&token, Activity::Person).await.expect("in")
}

fn id_of(viewer: &Viewer) -> PersonId {
    viewer.person.id
}

#[tokio::test]
async fn an_invited_person_is_staff_once_the_second_factor_is_on() {
    let gateway = Gateway::new().await;
    let admin = staff(&gateway, ADMIN, StaffRole::Admin).await;
    assert_eq!(admin.staff_role(), Some(StaffRole::Admin));
    assert_eq!(admin.account, None);
    assert_eq!(admin.details.name.as_str(), "karim");
    let off = gateway.manage_second_factor().remove(&admin).await;
    assert!(
        matches!(off, Err(ManageSecondFactorError::IsStaff)),
        "{off:?}"
    );
    let listed = gateway
        .manage_staff()
        .list(StaffActor::Viewer(&admin))
        .await;
    let listed = listed.expect("listed");
    assert_eq!(listed.len(), 1);
    assert!(listed[0].has_second_factor);
    assert_eq!(listed[0].details.email.as_str(), ADMIN);
}

#[tokio::test]
async fn an_account_holder_who_is_invited_keeps_the_account() {
    let gateway = Gateway::new().await;
    let begun = gateway.signed_up(ADDRESS).await;
    let before = gateway.viewer(&begun.token, Activity::Person).await;
    let before = before.expect("signed in");
    assert_eq!(before.staff, None);
    let (manage, invited) = (
        gateway.manage_staff(),
        invitation(ADDRESS, StaffRole::Finance),
    );
    manage.invite(operator(), invited).await.expect("invited");
    let after = gateway.viewer(&begun.token, Activity::Person).await;
    let after = after.expect("signed in");
    assert_eq!(
        (id_of(&after), &after.account),
        (id_of(&before), &before.account)
    );
    assert_eq!(
        after.staff.map(|staff| staff.role),
        Some(StaffRole::Finance)
    );
}

#[tokio::test]
async fn only_an_admin_with_a_new_proof_changes_who_is_staff() {
    let gateway = Gateway::new().await;
    let admin = staff(&gateway, ADMIN, StaffRole::Admin).await;
    let manage = gateway.manage_staff();
    let lina = || invitation("lina@gateway.example", StaffRole::Support);
    for role in [StaffRole::Support, StaffRole::Finance, StaffRole::Auditor] {
        let address = format!("{}@gateway.example", role.as_str());
        let viewer = staff(&gateway, &address, role).await;
        let by = || StaffActor::Viewer(&viewer);
        let answers = [
            manage.invite(by(), lina()).await.map(|_| ()),
            manage
                .change_role(by(), id_of(&viewer), StaffRole::Admin)
                .await,
            manage.remove(by(), id_of(&admin)).await,
        ];
        for answer in answers {
            assert!(
                matches!(answer, Err(ManageStaffError::Forbidden)),
                "{answer:?}"
            );
        }
        let listed = manage.list(by()).await;
        assert_eq!(listed.is_ok(), role == StaffRole::Auditor, "{role:?}");
    }
    let stranger = gateway.signed_up(ADDRESS).await;
    let stranger = gateway.viewer(&stranger.token, Activity::Person).await;
    let stranger = stranger.expect("signed in");
    let listed = manage.list(StaffActor::Viewer(&stranger)).await;
    assert!(
        matches!(listed, Err(ManageStaffError::Forbidden)),
        "{listed:?}"
    );

    gateway.advance(FRESH);
    let late = manage.invite(StaffActor::Viewer(&admin), lina()).await;
    assert!(matches!(late, Err(ManageStaffError::NotFresh)), "{late:?}");
}

#[tokio::test]
async fn each_change_of_staff_is_in_the_audit_trail_with_who_made_it() {
    let gateway = Gateway::new().await;
    let admin = staff(&gateway, ADMIN, StaffRole::Admin).await;
    let lina = staff(&gateway, "lina@gateway.example", StaffRole::Support).await;
    let manage = gateway.manage_staff();
    let by = || StaffActor::Viewer(&admin);
    manage
        .change_role(by(), id_of(&lina), StaffRole::Finance)
        .await
        .expect("changed");
    manage.remove(by(), id_of(&lina)).await.expect("removed");
    let unknown = manage.remove(by(), id_of(&lina)).await;
    let not_staff = ManageStaffError::Refused(StaffRefusal::NotStaff);
    assert_eq!(
        unknown.expect_err("gone").to_string(),
        not_staff.to_string()
    );
    let last = manage.remove(by(), id_of(&admin)).await;
    assert!(
        matches!(
            last,
            Err(ManageStaffError::Refused(StaffRefusal::LastAdmin))
        ),
        "{last:?}"
    );
    let entries = audit_entries(&*gateway.world.fixture.store).await;
    let newest: Vec<_> = entries.iter().take(2).collect();
    assert_eq!(newest[0].action, AuditAction::RemoveStaff);
    assert_eq!(newest[1].action, AuditAction::GiveStaffRole);
    let actors: BTreeSet<_> = newest.iter().map(|entry| entry.actor.as_str()).collect();
    assert_eq!(actors, BTreeSet::from([id_of(&admin).actor().as_str()]));
    assert!(newest.iter().all(|entry| entry.subject == id_of(&lina).0));
    let invited = entries
        .iter()
        .filter(|entry| entry.action == AuditAction::InviteStaff);
    assert!(invited.clone().count() == 2);
    assert!(
        invited
            .clone()
            .all(|entry| entry.actor.as_str() == "omar (uid 1000)")
    );
}
