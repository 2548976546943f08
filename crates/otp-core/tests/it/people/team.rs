//! Teams: invitations, joining, roles, and leaving.

use otp_core::ids::{InvitationId, PersonId};
use otp_core::notice::NoticeState;
use otp_core::person::permission::AccountAction;
use otp_core::person::team::{INVITATION_LIFETIME, TeamRefusal};
use otp_core::usecases::join_team::{JoinTeamError, JoinTeamRequest};
use otp_core::usecases::mail_notices::{MailNotices, Mailed};
use otp_core::usecases::manage_team::{ListedTeam, ManageTeam, ManageTeamError};

use super::notices::{Mails, mail_notices};
use super::*;

const GUEST: &str = "omar@dawn.example";

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

/// Invites an address into the viewer's account.
async fn invite(
    gateway: &Gateway,
    viewer: &Viewer,
    email: &str,
    role: AccountRole,
) -> Result<(), ManageTeamError> {
    let (manage, email) = (gateway.manage_team(), address(email));
    let invited = manage.invite(viewer, (&email, role), UiLanguage::English);
    invited.await
}

/// A person who signed up, and their token.
async fn person(gateway: &Gateway, email: &str) -> (SessionToken, Viewer) {
    let token = gateway.signed_up(email).await.token;
    let viewer = gateway.viewer(&token, Activity::Person).await;
    (token, viewer.expect("signed in"))
}

/// Accepts the only invitation of a person, and returns them as their pages see them afterwards.
async fn accepted(gateway: &Gateway, (token, viewer): &(SessionToken, Viewer)) -> Viewer {
    let join = gateway.join_team();
    let received = join.list(viewer).await.expect("listed");
    let [invitation] = &received[..] else {
        panic!("one invitation, not {received:?}");
    };
    join.accept(viewer, invitation.id).await.expect("accepted");
    let viewer = gateway.viewer(token, Activity::Person).await;
    viewer.expect("signed in")
}

async fn team(gateway: &Gateway, viewer: &Viewer) -> ListedTeam {
    gateway.manage_team().list(viewer).await.expect("listed")
}

async fn audited(gateway: &Gateway) -> Vec<AuditAction> {
    let store = &gateway.world.fixture.store;
    let entries = audit_entries(&**store).await;
    entries.iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn whoever_accepts_an_invitation_works_in_that_account() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let guest = person(&gateway, GUEST).await;
    let own = guest.1.account.as_ref().expect("an account").id;
    gateway.advance(Duration::from_secs(1));
    let invited = invite(&gateway, &owner, GUEST, AccountRole::Billing).await;
    invited.expect("invited");
    let again = invite(&gateway, &owner, GUEST, AccountRole::Owner).await;
    assert!(matches!(
        again,
        Err(ManageTeamError::Refused(TeamRefusal::AlreadyInvited))
    ));
    let open = team(&gateway, &owner).await.invitations;
    assert_eq!(open[0].email, address(GUEST));

    let after = accepted(&gateway, &guest).await;
    let account = owner.account.as_ref().expect("an account").id;
    assert_eq!(after.account_for(AccountAction::Order), Some(account));
    assert_eq!(after.account_for(AccountAction::ManageKeys), None);
    assert!(after.has_others && !owner.has_others);
    let shown = team(&gateway, &after).await;
    let people: Vec<_> = shown
        .members
        .iter()
        .map(|member| (member.details.email.as_str(), member.membership.role))
        .collect();
    let expected = [(ADDRESS, AccountRole::Owner), (GUEST, AccountRole::Billing)];
    assert_eq!(people, expected);
    assert_eq!(shown.invitations, []);
    let again = invite(&gateway, &owner, GUEST, AccountRole::Viewer).await;
    assert!(matches!(
        again,
        Err(ManageTeamError::Refused(TeamRefusal::AlreadyMember))
    ));

    // They choose between their accounts, and reach no other one.
    let choose = gateway.choose_account();
    let accounts = choose.list(&after).await.expect("listed");
    let ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
    assert_eq!(ids, [own, account]);
    assert!(choose.execute(&after, own).await.expect("chosen"));
    let back = gateway.viewer(&guest.0, Activity::Person).await;
    let back = back.expect("signed in");
    assert_eq!(back.account_for(AccountAction::ManageTeam), Some(own));
    assert!(!choose.execute(&owner, own).await.expect("refused"));
    let trail = audited(&gateway).await;
    // The newest first.
    let of_team = [AuditAction::JoinTeam, AuditAction::InviteMember];
    assert_eq!(trail[..2], of_team);
}

#[tokio::test]
async fn an_invitation_belongs_to_its_address() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let (_, other) = person(&gateway, "huda@other.example").await;
    let invited = invite(&gateway, &owner, GUEST, AccountRole::Owner).await;
    invited.expect("invited");
    let id = team(&gateway, &owner).await.invitations[0].id;
    let join = gateway.join_team();
    assert_eq!(join.list(&other).await.expect("listed"), []);
    for refused in [
        join.accept(&other, id).await,
        join.decline(&other, id).await,
        join.accept(&other, InvitationId(id.0)).await,
    ] {
        assert!(matches!(refused, Err(JoinTeamError::NotInvited)));
    }
    assert_eq!(team(&gateway, &owner).await.invitations.len(), 1);
}

#[tokio::test]
async fn an_invitation_is_declined_withdrawn_or_too_old() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let guest = person(&gateway, GUEST).await;
    let join = gateway.join_team();
    let id_of_new = async || {
        let invited = invite(&gateway, &owner, GUEST, AccountRole::Developer).await;
        invited.expect("invited");
        join.list(&guest.1).await.expect("listed")[0].id
    };
    let declined = id_of_new().await;
    join.decline(&guest.1, declined).await.expect("declined");
    let withdrawn = id_of_new().await;
    let manage = gateway.manage_team();
    manage.withdraw(&owner, withdrawn).await.expect("withdrawn");
    let old = id_of_new().await;
    gateway.advance(INVITATION_LIFETIME);
    for id in [declined, withdrawn, old] {
        let refused = join.accept(&guest.1, id).await;
        assert!(matches!(refused, Err(JoinTeamError::NotInvited)));
        let refused = manage.withdraw(&owner, id).await;
        assert!(matches!(
            refused,
            Err(ManageTeamError::Refused(TeamRefusal::InvitationOver))
        ));
    }
    assert_eq!(team(&gateway, &owner).await.members.len(), 1);
    assert_eq!(team(&gateway, &owner).await.invitations, []);
}

/// The form of a person who signs up for a team.
async fn join_request(gateway: &Gateway, email: &str, password: &str) -> JoinTeamRequest {
    let join = gateway.join_team();
    let begun = join.begin(address(email), UiLanguage::English).await;
    let id = begun.expect("sent").id;
    JoinTeamRequest {
        verification: id,
        guess: Guess::parse(&gateway.code(id).await).expect("a guess"),
        name: ContactLine::parse("Omar").expect("a line"),
        password: Password::typed(password.to_owned()),
        language: UiLanguage::English,
        device: Device::of_user_agent(None),
        instead_of: None,
    }
}

#[tokio::test]
async fn whoever_is_invited_signs_up_without_an_account_of_their_own() {
    let mut gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    gateway.0.policy = SignUpPolicy::Invited;
    let invited = invite(&gateway, &owner, GUEST, AccountRole::Developer).await;
    invited.expect("invited");
    let join = gateway.join_team();
    let request = join_request(&gateway, GUEST, "short").await;
    let refused = join.execute(request.clone()).await;
    assert!(matches!(refused, Err(JoinTeamError::Password(_))));
    // The code was not used by the fault in the form.
    let request = JoinTeamRequest {
        password: Password::typed(PASSWORD.to_owned()),
        ..request
    };
    let begun = join.execute(request.clone()).await.expect("joined");
    let viewer = gateway.viewer(&begun.token, Activity::Person).await;
    let viewer = viewer.expect("signed in");
    let account = owner.account.as_ref().expect("an account").id;
    assert_eq!(viewer.account_for(AccountAction::ManageKeys), Some(account));
    assert!(!viewer.has_others);
    assert!(gateway.try_password(GUEST, PASSWORD).await.is_ok());
    let again = join.execute(request.clone()).await;
    assert!(matches!(again, Err(JoinTeamError::Proof(_))));

    gateway.0.policy = SignUpPolicy::Closed;
    let closed = gateway.join_team();
    let begun = closed.begin(address(GUEST), UiLanguage::Arabic).await;
    assert!(matches!(begun, Err(JoinTeamError::NotOpen)));
    let refused = closed.execute(request).await;
    assert!(matches!(refused, Err(JoinTeamError::NotOpen)));
}

#[tokio::test]
async fn nobody_signs_up_for_a_team_without_an_invitation_or_twice() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let join = gateway.join_team();
    let request = join_request(&gateway, GUEST, PASSWORD).await;
    let refused = join.execute(request).await;
    assert!(matches!(refused, Err(JoinTeamError::NotInvited)));
    // A person who has signed up accepts the invitation where they sign in.
    let (_, guest) = person(&gateway, "huda@other.example").await;
    let email = guest.details.email.as_str();
    let invited = invite(&gateway, &owner, email, AccountRole::Developer).await;
    invited.expect("invited");
    gateway.advance(Duration::from_secs(3_600));
    let request = join_request(&gateway, email, PASSWORD).await;
    let refused = join.execute(request).await;
    assert!(matches!(refused, Err(JoinTeamError::AddressTaken)));
    // A code of another purpose is none of this one.
    let id = gateway.begin("lina@other.example").await;
    let mut foreign = join_request(&gateway, "omar@other.example", PASSWORD).await;
    foreign.verification = id;
    let refused = join.execute(foreign).await;
    assert!(matches!(
        refused,
        Err(JoinTeamError::Proof(ProveAddressError::NotFound))
    ));
}

#[tokio::test]
async fn only_an_owner_changes_the_team_and_everybody_may_leave() {
    for role in AccountRole::ALL {
        let gateway = Gateway::new().await;
        let owner = holder(&gateway, ADDRESS).await;
        let guest = person(&gateway, GUEST).await;
        let invited = invite(&gateway, &owner, GUEST, role).await;
        invited.expect("invited");
        let member = accepted(&gateway, &guest).await;
        let manage = gateway.manage_team();
        let is_owner = role == AccountRole::Owner;
        let email = address("lina@noor.example");
        let (first, second) = (owner.person.id, member.person.id);
        let language = UiLanguage::English;
        let may = |changed: Result<(), ManageTeamError>| match changed {
            Ok(()) | Err(ManageTeamError::Refused(_)) => true,
            Err(ManageTeamError::Forbidden) => false,
            Err(other) => panic!("{other}"),
        };
        let unknown = InvitationId(uuid::Uuid::from_u128(9));
        let changes = [
            may(manage.invite(&member, (&email, role), language).await),
            may(manage.withdraw(&member, unknown).await),
            may(manage
                .change_role(&member, second, AccountRole::Owner)
                .await),
        ];
        assert_eq!(changes, [is_owner; 3], "{role:?}");
        if !is_owner {
            assert!(!may(manage.remove(&member, first).await), "{role:?}");
        }
        manage.remove(&member, second).await.expect("left");
        let after = gateway.viewer(&guest.0, Activity::Person).await;
        let own = guest.1.account.as_ref().map(|account| account.id);
        let after = after.expect("still signed in");
        assert_eq!(after.account_for(AccountAction::Look), own, "{role:?}");
    }
}

#[tokio::test]
async fn the_last_owner_stays_and_a_dangerous_change_asks_for_a_proof() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let (manage, id) = (gateway.manage_team(), owner.person.id);
    for refused in [
        manage.remove(&owner, id).await,
        manage.change_role(&owner, id, AccountRole::Viewer).await,
    ] {
        assert!(matches!(
            refused,
            Err(ManageTeamError::Refused(TeamRefusal::LastOwner))
        ));
    }
    let nobody = PersonId(uuid::Uuid::from_u128(9));
    let refused = manage.remove(&owner, nobody).await;
    assert!(matches!(
        refused,
        Err(ManageTeamError::Refused(TeamRefusal::NotMember))
    ));
    gateway.advance(FRESH);
    for refused in [
        manage.remove(&owner, id).await,
        manage.change_role(&owner, id, AccountRole::Owner).await,
        invite(&gateway, &owner, GUEST, AccountRole::Viewer).await,
    ] {
        assert!(matches!(refused, Err(ManageTeamError::NotFresh)));
    }
}

#[tokio::test]
async fn a_gateway_without_mail_invites_nobody() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let manage = ManageTeam {
        sends_invitations: false,
        ..gateway.manage_team()
    };
    let email = address(GUEST);
    let invited = manage.invite(&owner, (&email, AccountRole::Viewer), UiLanguage::Arabic);
    assert!(matches!(invited.await, Err(ManageTeamError::NoMailServer)));
    assert_eq!(team(&gateway, &owner).await.invitations, []);
}

/// Sends the next mail, if one is due.
async fn mailed(gateway: &Gateway, sent: &Arc<Mails>, origin: Option<&str>) -> Option<Mailed> {
    let mail = MailNotices {
        gateway: origin.map(str::to_owned),
        ..mail_notices(gateway, sent)
    };
    mail.execute().await.expect("a round")
}

#[tokio::test]
async fn an_invitation_is_mailed_to_its_address_while_it_is_open() {
    const ORIGIN: &str = "https://otp.example.com";
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let sent = Arc::new(Mails::default());
    let invited = invite(&gateway, &owner, GUEST, AccountRole::Viewer).await;
    invited.expect("invited");
    let outcome = mailed(&gateway, &sent, Some(ORIGIN)).await;
    let outcome = outcome.expect("it is due");
    assert_eq!(outcome.state, NoticeState::Sent, "{outcome:?}");
    {
        let sent = sent.0.lock().expect("no panic");
        let [mail] = &sent[..] else {
            panic!("one mail, not {}", sent.len());
        };
        assert_eq!(mail.to.address, address(GUEST));
        assert_eq!(mail.to.company.as_str(), "Noor");
        assert_eq!(mail.gateway.as_deref(), Some(ORIGIN));
        assert_eq!(mail.language, UiLanguage::English);
    }
    for (email, origin) in [("lina@x.example", Some(ORIGIN)), ("omar@x.example", None)] {
        let invited = invite(&gateway, &owner, email, AccountRole::Viewer).await;
        invited.expect("invited");
        if origin.is_some() {
            let open = team(&gateway, &owner).await.invitations;
            let found = open.iter().find(|open| open.email == address(email));
            let id = found.expect("an invitation").id;
            let withdrawn = gateway.manage_team().withdraw(&owner, id).await;
            withdrawn.expect("withdrawn");
        }
        let outcome = mailed(&gateway, &sent, origin).await.expect("it is due");
        assert_eq!(outcome.state, NoticeState::GivenUp, "{outcome:?}");
    }
    assert_eq!(sent.0.lock().expect("no panic").len(), 1);
}

#[tokio::test]
async fn the_address_of_an_old_invitation_is_forgotten() {
    let gateway = Gateway::new().await;
    let owner = holder(&gateway, ADDRESS).await;
    let invited = invite(&gateway, &owner, GUEST, AccountRole::Viewer).await;
    invited.expect("invited");
    let index = gateway
        .world
        .fixture
        .installation
        .person_index(&address(GUEST));
    let store = gateway.world.fixture.store.clone();
    let forget = ForgetSignIns {
        sessions: store.clone(),
        attempts: store.clone(),
        links: store.clone(),
        teams: store.clone(),
        clock: gateway.world.fixture.clock.clone(),
    };
    for (pause, kept) in [
        (Duration::ZERO, 1),
        (INVITATION_LIFETIME, 1),
        (Duration::from_millis(1), 0),
    ] {
        gateway.advance(pause);
        forget.execute().await.expect("forgotten");
        let found = store.list_invitations_to(index).await.expect("listed");
        assert_eq!(found.len(), kept, "{pause:?}");
    }
}
