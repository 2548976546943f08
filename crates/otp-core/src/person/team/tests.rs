//! Tests of the rules of teams.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::from_unix_millis(1_764_000_000_000);
const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn member(number: u128, role: AccountRole) -> Membership {
    Membership {
        person_id: person(number),
        account_id: ACCOUNT,
        role,
        since: NOW,
    }
}

fn invitation(number: u8, created_at: Timestamp) -> TeamInvitation {
    TeamInvitation {
        id: InvitationId(Uuid::from_u128(number.into())),
        account_id: ACCOUNT,
        email_index: PersonIndex([number; 32]),
        email: Sealed(vec![number]),
        role: AccountRole::Developer,
        created_at,
        closed_at: None,
    }
}

fn team(owners: u128, invitations: Vec<TeamInvitation>) -> Team {
    let members = (1..=owners).map(|number| member(number, AccountRole::Owner));
    Team {
        members: members.collect(),
        invitations,
    }
}

fn refusal(team: &Team, change: &TeamChange) -> Option<TeamRefusal> {
    team.judge(change, NOW).err()
}

#[test]
fn an_address_is_invited_once_at_a_time() {
    let kept = |created_at, closed_at| {
        let first = TeamInvitation {
            closed_at,
            ..invitation(1, created_at)
        };
        team(1, vec![first])
    };
    let again = TeamChange::Invite(TeamInvitation {
        id: InvitationId(Uuid::from_u128(9)),
        ..invitation(1, NOW)
    });
    let other = TeamChange::Invite(invitation(2, NOW));
    for (team, change, expected) in [
        (kept(NOW, None), &again, Some(TeamRefusal::AlreadyInvited)),
        (kept(NOW, None), &other, None),
        (kept(NOW, Some(NOW)), &again, None),
        (kept(NOW - INVITATION_LIFETIME, None), &again, None),
    ] {
        assert_eq!(refusal(&team, change), expected, "{team:?}");
    }
}

#[test]
fn a_team_has_at_most_twenty_people_with_those_who_are_invited() {
    let another = TeamChange::Invite(invitation(99, NOW));
    let open = |many: u8| (1..=many).map(|number| invitation(number, NOW)).collect();
    assert_eq!(refusal(&team(12, open(7)), &another), None);
    assert_eq!(
        refusal(&team(12, open(8)), &another),
        Some(TeamRefusal::Full)
    );
    assert_eq!(
        refusal(&team(20, vec![]), &another),
        Some(TeamRefusal::Full)
    );
}

#[test]
fn an_account_invites_at_most_twenty_people_a_week() {
    let another = TeamChange::Invite(invitation(99, NOW));
    let withdrawn = |many: u8, created_at| {
        let all = (1..=many).map(|number| TeamInvitation {
            closed_at: Some(created_at),
            ..invitation(number, created_at)
        });
        team(1, all.collect())
    };
    let too_many = Some(TeamRefusal::TooManyInvitations);
    assert_eq!(refusal(&withdrawn(19, NOW), &another), None);
    assert_eq!(refusal(&withdrawn(20, NOW), &another), too_many);
    let last_week = withdrawn(20, NOW - INVITATION_LIFETIME);
    assert_eq!(refusal(&last_week, &another), None);
}

#[test]
fn an_invitation_is_accepted_once_while_it_is_open() {
    let open = team(1, vec![invitation(1, NOW)]);
    let id = InvitationId(Uuid::from_u128(1));
    let join = TeamChange::Join(id, person(7));
    let written = open.judge(&join, NOW).expect("it is open");
    let closed = written.invitation.expect("it is closed");
    assert_eq!((closed.id, closed.closed_at), (id, Some(NOW)));
    assert_eq!(written.member, Some(member(7, AccountRole::Developer)));
    assert_eq!(written.removed, None);

    let over = Some(TeamRefusal::InvitationOver);
    let closed = team(1, vec![closed]);
    let old = team(1, vec![invitation(1, NOW - INVITATION_LIFETIME)]);
    for team in [&closed, &old, &team(1, vec![])] {
        assert_eq!(refusal(team, &join), over);
        assert_eq!(refusal(team, &TeamChange::Close(id)), over);
    }
    let again = TeamChange::Join(id, person(1));
    assert_eq!(refusal(&open, &again), Some(TeamRefusal::AlreadyMember));
}

#[test]
fn an_invitation_that_is_withdrawn_or_declined_makes_nobody_a_member() {
    let open = team(1, vec![invitation(1, NOW)]);
    let close = TeamChange::Close(InvitationId(Uuid::from_u128(1)));
    let written = open.judge(&close, NOW).expect("it is open");
    assert_eq!((written.member, written.removed), (None, None));
    let closed = written.invitation.and_then(|one| one.closed_at);
    assert_eq!(closed, Some(NOW));
}

#[test]
fn the_last_owner_stays() {
    use AccountRole::{Billing, Developer, Owner, Viewer};
    let one = Team {
        members: vec![member(1, Owner), member(2, Developer)],
        invitations: vec![],
    };
    let none = Team {
        members: vec![member(2, Developer)],
        invitations: vec![],
    };
    let give = |number, role| TeamChange::GiveRole(person(number), role);
    let remove = |number| TeamChange::Remove(person(number));
    for (team, change, expected) in [
        (&one, remove(1), Some(TeamRefusal::LastOwner)),
        (&one, give(1, Viewer), Some(TeamRefusal::LastOwner)),
        (&one, give(1, Owner), None),
        (&one, give(2, Billing), None),
        (&one, remove(2), None),
        (&one, remove(3), Some(TeamRefusal::NotMember)),
        (&one, give(3, Viewer), Some(TeamRefusal::NotMember)),
        (&team(2, vec![]), remove(1), None),
        // An operator opened it, and nobody ever owned it.
        (&none, remove(2), None),
    ] {
        assert_eq!(refusal(team, &change), expected, "{change:?}");
    }
    let given = one.judge(&give(2, Billing), NOW).expect("allowed");
    assert_eq!(given.member, Some(member(2, Billing)));
}

fn changes() -> impl Strategy<Value = Vec<TeamChange>> {
    let change = (0..5_u128, 0..6_i16).prop_map(|(number, code)| {
        let id = InvitationId(Uuid::from_u128(number));
        match (AccountRole::from_code(code), code) {
            (Some(role), _) => TeamChange::GiveRole(person(number), role),
            (None, 4) => TeamChange::Join(id, person(number)),
            (None, _) => TeamChange::Remove(person(number)),
        }
    });
    proptest::collection::vec(change, 0..40)
}

proptest! {
    /// Once there is an owner, there always is one.
    #[test]
    fn no_row_of_changes_leaves_a_team_without_an_owner(changes in changes()) {
        let mut team = team(1, (0..5).map(|number| invitation(number, NOW)).collect());
        for change in changes {
            if let Ok(written) = team.judge(&change, NOW) {
                let gone = written.removed.or(written.member.map(|member| member.person_id));
                team.members.retain(|member| Some(member.person_id) != gone);
                team.members.extend(written.member);
                if let Some(closed) = written.invitation {
                    team.invitations.retain(|one| one.id != closed.id);
                    team.invitations.push(closed);
                }
            }
            let owners = team.members.iter().filter(|member| member.role == AccountRole::Owner);
            prop_assert!(owners.count() > 0);
        }
    }
}
