//! Promises on the teams of accounts.

use std::sync::Arc;
use std::time::Duration;

use otp_core::audit::{AuditAction, AuditEntry};
use otp_core::ids::{AccountId, AuditEntryId, InvitationId, PersonId};
use otp_core::notice::{MailNotice, NoticeKind};
use otp_core::person::team::{
    INVITATION_LIFETIME, MOST_IN_TEAM, Team, TeamChange, TeamInvitation, TeamRefusal,
};
use otp_core::person::{AccountRole, Membership, Person, SecurityRecord};
use otp_core::ports::Storage;
use otp_core::recipient::EmailAddress;
use tokio::sync::Barrier;
use uuid::Uuid;

use super::administration::assert_conflict;
use super::audit_trail::audit_entries;
use super::fixture::{Fixture, START};
use super::persons::{joined, person};

/// An invitation to the fixture's account for the mail address of the `address`-th person.
fn invitation(fixture: &Fixture, number: u8, address: u8) -> TeamInvitation {
    let email = EmailAddress::parse(&format!("person{address}@example.com")).expect("an address");
    let id = InvitationId(Uuid::from_u128(number.into()));
    let sealing = (&*fixture.installation, &*fixture.randomness as _);
    TeamInvitation {
        id,
        account_id: fixture.account,
        email_index: fixture.installation.person_index(&email),
        email: TeamInvitation::seal(id, &email, sealing),
        role: AccountRole::Billing,
        created_at: START + Duration::from_secs(number.into()),
        closed_at: None,
    }
}

fn record(number: u128, action: AuditAction) -> SecurityRecord {
    let entry = AuditEntry {
        id: AuditEntryId(Uuid::from_u128(number << 64)),
        at: START + Duration::from_secs(3_600),
        actor: PersonId(Uuid::from_u128(1)).actor(),
        action,
        subject: Uuid::from_u128(number),
    };
    entry.into()
}

async fn change(fixture: &Fixture, number: u128, change: &TeamChange) -> Result<(), TeamRefusal> {
    let record = record(number, AuditAction::GiveAccountRole);
    let changed = fixture.store.change_team(fixture.account, change, &record);
    changed.await.expect("judged")
}

async fn team(fixture: &Fixture) -> Team {
    let found = fixture.store.find_team(fixture.account).await;
    found.expect("find")
}

/// Makes the `number`-th person an owner of the fixture's account.
async fn owner(fixture: &Fixture, number: u8) -> Person {
    let person = joined(fixture, number).await;
    let give = TeamChange::GiveRole(person.id, AccountRole::Owner);
    let given = change(fixture, 100 + u128::from(number), &give).await;
    assert_eq!(given, Ok(()));
    person
}

/// Invitations read back as written, with the mail, and are found by the mail address.
pub async fn invitations_read_back_and_are_found_by_address(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let (first, second) = (invitation(&fixture, 1, 7), invitation(&fixture, 2, 8));
    for (invitation, number) in [(&second, 2), (&first, 1)] {
        let kind = NoticeKind::TeamInvitation {
            invitation_id: invitation.id,
        };
        let occasion = kind.details();
        let notice = MailNotice::new(fixture.account, kind, &occasion, None, START);
        let invited = SecurityRecord {
            notice: Some(notice.clone()),
            ..record(number, AuditAction::InviteMember)
        };
        let invite = TeamChange::Invite(invitation.clone());
        let changed = fixture
            .store
            .change_team(fixture.account, &invite, &invited);
        assert_eq!(changed.await.expect("judged"), Ok(()));
        let unsent = fixture.store.list_unsent(9).await.expect("listed");
        assert!(unsent.iter().any(|queued| queued.notice == notice));
        let found = fixture.store.find_invitation(invitation.id).await;
        assert_eq!(found.expect("find").as_ref(), Some(invitation));
        let found = fixture.store.list_invitations_to(invitation.email_index);
        assert_eq!(found.await.expect("list"), std::slice::from_ref(invitation));
    }
    assert_eq!(team(&fixture).await.invitations, [first, second]);
    let other = fixture.store.find_team(AccountId(Uuid::from_u128(9))).await;
    assert_eq!(other.expect("find"), Team::default());
    let nobody = invitation(&fixture, 3, 9);
    let found = fixture.store.find_invitation(nobody.id).await;
    assert_eq!(found.expect("look up"), None);
    let found = fixture.store.list_invitations_to(nobody.email_index).await;
    assert_eq!(found.expect("look up"), []);
    assert_eq!(audit_entries(&*fixture.store).await.len(), 2);

    let foreign = AccountId(Uuid::from_u128(9));
    let invite = TeamChange::Invite(TeamInvitation {
        account_id: foreign,
        ..nobody
    });
    let record = record(3, AuditAction::InviteMember);
    assert_conflict(fixture.store.change_team(foreign, &invite, &record).await);
    assert_eq!(audit_entries(&*fixture.store).await.len(), 2);
}

/// A change is judged by the rule, and leaves its record only if it is made.
pub async fn a_team_changes_by_the_rule_with_a_record(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let owner = owner(&fixture, 1).await;
    let member = joined(&fixture, 2).await;
    let before = audit_entries(&*fixture.store).await.len();

    let nobody = PersonId(Uuid::from_u128(99));
    for (number, refused, expected) in [
        (10, TeamChange::Remove(owner.id), TeamRefusal::LastOwner),
        (11, TeamChange::Remove(nobody), TeamRefusal::NotMember),
        (
            12,
            TeamChange::Close(InvitationId(Uuid::from_u128(1))),
            TeamRefusal::InvitationOver,
        ),
    ] {
        assert_eq!(change(&fixture, number, &refused).await, Err(expected));
    }
    assert_eq!(audit_entries(&*fixture.store).await.len(), before);

    let give = TeamChange::GiveRole(member.id, AccountRole::Viewer);
    assert_eq!(change(&fixture, 13, &give).await, Ok(()));
    let roles: Vec<_> = team(&fixture)
        .await
        .members
        .iter()
        .map(|member| (member.person_id, member.role, member.since))
        .collect();
    let expected = [
        (owner.id, AccountRole::Owner, owner.created_at),
        (member.id, AccountRole::Viewer, member.created_at),
    ];
    assert_eq!(roles, expected);
    let remove = TeamChange::Remove(member.id);
    assert_eq!(change(&fixture, 14, &remove).await, Ok(()));
    let memberships = fixture.store.list_memberships(member.id).await;
    assert_eq!(memberships.expect("list"), []);
    let found = fixture.store.find_person(member.id).await.expect("find");
    assert!(found.is_some(), "only the membership is gone");
    assert_eq!(audit_entries(&*fixture.store).await.len(), before + 2);
}

/// An invitation is accepted or declined once.
pub async fn whoever_is_invited_joins_or_declines(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let owner = owner(&fixture, 1).await;
    let guest = joined(&fixture, 2).await;
    let leave = TeamChange::Remove(guest.id);
    assert_eq!(change(&fixture, 10, &leave).await, Ok(()));
    let (first, second) = (invitation(&fixture, 1, 2), invitation(&fixture, 2, 3));
    for (invitation, number) in [(&first, 11), (&second, 12)] {
        let invite = TeamChange::Invite(invitation.clone());
        assert_eq!(change(&fixture, number, &invite).await, Ok(()));
    }

    let join = TeamChange::Join(first.id, guest.id);
    assert_eq!(change(&fixture, 13, &join).await, Ok(()));
    let again = change(&fixture, 14, &join).await;
    assert_eq!(again, Err(TeamRefusal::InvitationOver));
    let decline = TeamChange::Close(second.id);
    assert_eq!(change(&fixture, 15, &decline).await, Ok(()));
    let again = change(&fixture, 16, &decline).await;
    assert_eq!(again, Err(TeamRefusal::InvitationOver));

    let now = record(0, AuditAction::JoinTeam).entry.at;
    let team = team(&fixture).await;
    let closed: Vec<_> = team.invitations.iter().map(|one| one.closed_at).collect();
    assert_eq!(closed, [Some(now), Some(now)]);
    let member = Membership {
        person_id: guest.id,
        account_id: fixture.account,
        role: AccountRole::Billing,
        since: now,
    };
    let memberships = fixture.store.list_memberships(guest.id).await;
    assert_eq!(memberships.expect("list"), [member]);
    let people: Vec<_> = team.members.iter().map(|one| one.person_id).collect();
    assert_eq!(people, [owner.id, guest.id]);

    let third = invitation(&fixture, 3, 4);
    let invite = TeamChange::Invite(third.clone());
    assert_eq!(change(&fixture, 17, &invite).await, Ok(()));
    let before = audit_entries(&*fixture.store).await.len();
    let nobody = TeamChange::Join(third.id, PersonId(Uuid::from_u128(99)));
    let record = record(18, AuditAction::JoinTeam);
    let joined = fixture.store.change_team(fixture.account, &nobody, &record);
    assert_conflict(joined.await);
    let kept = fixture.store.find_invitation(third.id).await.expect("find");
    assert_eq!(kept, Some(third), "nothing of the change is written");
    assert_eq!(audit_entries(&*fixture.store).await.len(), before);
}

/// Whoever signs up for a team is in it, unless somebody has the address by now.
pub async fn whoever_signs_up_for_a_team_has_an_address_of_their_own(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    let owner = owner(&fixture, 1).await;
    let (first, second) = (invitation(&fixture, 1, 2), invitation(&fixture, 2, 1));
    for (invitation, number) in [(&first, 10), (&second, 11)] {
        let invite = TeamChange::Invite(invitation.clone());
        assert_eq!(change(&fixture, number, &invite).await, Ok(()));
    }
    let newcomer = person(&fixture, 2, 2);
    let sign_up = TeamChange::SignUp(first.id, Box::new(newcomer.clone()));
    assert_eq!(change(&fixture, 12, &sign_up).await, Ok(()));
    let found = fixture.store.find_person(newcomer.id).await.expect("find");
    assert_eq!(found, Some(newcomer.clone()));

    let again = person(&fixture, 3, 1);
    let taken = TeamChange::SignUp(second.id, Box::new(again.clone()));
    let refused = change(&fixture, 13, &taken).await;
    assert_eq!(refused, Err(TeamRefusal::AddressTaken));
    let found = fixture.store.find_person(again.id).await.expect("look up");
    assert_eq!(found, None);
    let kept = fixture
        .store
        .find_invitation(second.id)
        .await
        .expect("find");
    assert_eq!(kept, Some(second));
    let people: Vec<_> = team(&fixture)
        .await
        .members
        .iter()
        .map(|one| one.person_id)
        .collect();
    assert_eq!(people, [owner.id, newcomer.id]);
}

/// Of owners who remove each other at the same time, one stays.
pub async fn concurrent_changes_leave_an_owner(store: Arc<dyn Storage>) {
    let fixture = Arc::new(Fixture::new(store).await);
    let mut people = Vec::new();
    for number in 1..=8 {
        people.push(owner(&fixture, number).await);
    }
    let start = Arc::new(Barrier::new(people.len()));
    let racers = people.into_iter().zip(20_u128..).map(|(person, number)| {
        let (fixture, start) = (Arc::clone(&fixture), Arc::clone(&start));
        tokio::spawn(async move {
            start.wait().await;
            change(&fixture, number, &TeamChange::Remove(person.id)).await
        })
    });
    let mut removed = 0;
    for racer in racers.collect::<Vec<_>>() {
        removed += usize::from(racer.await.expect("no panic").is_ok());
    }
    assert_eq!(removed, 7);
    assert_eq!(team(&fixture).await.members.len(), 1);
}

/// However many are invited at the same time, a team does not become larger than it may be.
pub async fn concurrent_invitations_fill_a_team_and_no_more(store: Arc<dyn Storage>) {
    let fixture = Arc::new(Fixture::new(store).await);
    owner(&fixture, 1).await;
    let start = Arc::new(Barrier::new(30));
    let racers = (10..40_u8).map(|number| {
        let (fixture, start) = (Arc::clone(&fixture), Arc::clone(&start));
        tokio::spawn(async move {
            let invite = TeamChange::Invite(invitation(&fixture, number, number));
            start.wait().await;
            change(&fixture, number.into(), &invite).await
        })
    });
    let mut refused = Vec::new();
    for racer in racers.collect::<Vec<_>>() {
        refused.extend(racer.await.expect("no panic").err());
    }
    assert_eq!(team(&fixture).await.invitations.len(), MOST_IN_TEAM - 1);
    assert_eq!(refused, [TeamRefusal::Full; 11]);
}

/// Old invitations are deleted, some at a time, whatever became of them.
pub async fn old_invitations_are_forgotten_in_batches(store: Arc<dyn Storage>) {
    let fixture = Fixture::new(store).await;
    for number in 1..=5 {
        let invite = TeamChange::Invite(invitation(&fixture, number, number));
        assert_eq!(change(&fixture, number.into(), &invite).await, Ok(()));
    }
    let decline = TeamChange::Close(InvitationId(Uuid::from_u128(2)));
    assert_eq!(change(&fixture, 10, &decline).await, Ok(()));
    let before = START + Duration::from_secs(4);
    for expected in [2, 1, 0] {
        let forgotten = fixture.store.forget_invitations(before, 2).await;
        assert_eq!(forgotten.expect("forgotten"), expected);
    }
    let kept = team(&fixture).await.invitations;
    let ids: Vec<_> = kept.iter().map(|one| one.id.0.as_u128()).collect();
    assert_eq!(ids, [4, 5]);
    assert!(
        kept.iter()
            .all(|one| one.ends_at() == one.created_at + INVITATION_LIFETIME)
    );
}
