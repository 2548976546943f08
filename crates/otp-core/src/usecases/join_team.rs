//! Join a team: accepts or declines an invitation, also as a person who signs up for it.

use std::sync::Arc;

use crate::account::ContactLine;
use crate::audit::{AuditAction, AuditEntry};
use crate::ids::{AccountId, InvitationId, PersonId, VerificationId};
use crate::person::device::Device;
use crate::person::password::{Factors, Password, RefusedPassword};
use crate::person::session::SessionHash;
use crate::person::team::{TeamChange, TeamInvitation, TeamRefusal};
use crate::person::{AccountRole, Person, PersonalDetails};
use crate::ports::{Passwords, Persons, PortError, Sessions, Teams};
use crate::recipient::EmailAddress;
use crate::sealing::{InstallationSealer, PersonIndex};
use crate::time::Timestamp;
use crate::ui_language::UiLanguage;
use crate::usecases::begin_session::{BeginSession, BegunSession};
use crate::usecases::prove_address::{ProofPurpose, ProveAddress, ProveAddressError, SentCode};
use crate::usecases::resume_session::{NamedAccounts, Viewer};
use crate::usecases::sign_up::SignUpPolicy;
use crate::verification::Guess;

/// Accepts and declines invitations.
#[derive(Clone)]
pub struct JoinTeam {
    /// The people who may sign up.
    pub policy: SignUpPolicy,
    /// Stores teams.
    pub teams: Arc<dyn Teams>,
    /// Finds people.
    pub persons: Arc<dyn Persons>,
    /// Stores which account a person looks at.
    pub sessions: Arc<dyn Sessions>,
    /// Names accounts.
    pub names: NamedAccounts,
    /// Proves the mail address of a person who signs up.
    pub prove: ProveAddress,
    /// Hashes their password.
    pub passwords: Arc<dyn Passwords>,
    /// Seals and opens the details of people.
    pub installation: Arc<InstallationSealer>,
    /// Signs them in. Has the clock and the randomness.
    pub begin_session: BeginSession,
}

/// An invitation, as the person who is invited sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The name of the business; `None` once it is erased.
    pub company: Option<ContactLine>,
    /// The role.
    pub role: AccountRole,
    /// The time from which it can no longer be accepted.
    pub ends_at: Timestamp,
}

/// A parsed form of a person who signs up for a team.
#[derive(Debug, Clone)]
pub struct JoinTeamRequest {
    /// The id under which the code was sent.
    pub verification: VerificationId,
    /// The code.
    pub guess: Guess,
    /// The person's name.
    pub name: ContactLine,
    /// The password.
    pub password: Password,
    /// The language of mails to the person.
    pub language: UiLanguage,
    /// The person's browser.
    pub device: Device,
    /// The session that the browser had until now, if any.
    pub instead_of: Option<SessionHash>,
}

/// The reason nobody joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinTeamError {
    /// Nobody may sign up, also not for a team.
    #[error("nobody may sign up")]
    NotOpen,
    /// No invitation to this address is open. Only whoever has proven the address learns that.
    #[error("no invitation to this address is open")]
    NotInvited,
    /// The person is in the team already.
    #[error("the person is in the team already")]
    AlreadyMember,
    /// A person has this address already. Only whoever has proven it learns that.
    #[error("a person has this address already")]
    AddressTaken,
    /// The password is not accepted. The code was not used.
    #[error("the password is not accepted")]
    Password(#[from] RefusedPassword),
    /// The mail address was not proven.
    #[error(transparent)]
    Proof(#[from] ProveAddressError),
    /// A port failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<TeamRefusal> for JoinTeamError {
    fn from(refusal: TeamRefusal) -> Self {
        match refusal {
            TeamRefusal::AlreadyMember => Self::AlreadyMember,
            TeamRefusal::AddressTaken => Self::AddressTaken,
            TeamRefusal::InvitationOver
            | TeamRefusal::NotMember
            | TeamRefusal::LastOwner
            | TeamRefusal::AlreadyInvited
            | TeamRefusal::Full
            | TeamRefusal::TooManyInvitations => Self::NotInvited,
        }
    }
}

impl JoinTeam {
    /// Returns the invitations that the person may accept, oldest first.
    pub async fn list(&self, viewer: &Viewer) -> Result<Vec<ReceivedInvitation>, PortError> {
        let mut received = Vec::new();
        for invitation in self.open_to(viewer.person.email_index).await? {
            let named = self.names.find(invitation.account_id).await?;
            if let Some(company) = named {
                received.push(ReceivedInvitation {
                    id: invitation.id,
                    company,
                    role: invitation.role,
                    ends_at: invitation.ends_at(),
                });
            }
        }
        Ok(received)
    }

    /// Accepts an invitation; from then on the person looks at that account.
    pub async fn accept(&self, viewer: &Viewer, id: InvitationId) -> Result<(), JoinTeamError> {
        let account = self.account_of(viewer, id).await?;
        let change = TeamChange::Join(id, viewer.person.id);
        self.make(viewer.person.id, account, &change, AuditAction::JoinTeam)
            .await?;
        let session = viewer.session.looking_at(account);
        self.sessions
            .replace_session(session.hash, &session)
            .await?;
        Ok(())
    }

    /// Declines an invitation.
    pub async fn decline(&self, viewer: &Viewer, id: InvitationId) -> Result<(), JoinTeamError> {
        let account = self.account_of(viewer, id).await?;
        let (change, action) = (TeamChange::Close(id), AuditAction::DeclineInvitation);
        self.make(viewer.person.id, account, &change, action).await
    }

    /// Sends a code to the address, whether or not it is invited.
    pub async fn begin(
        &self,
        address: EmailAddress,
        language: UiLanguage,
    ) -> Result<SentCode, JoinTeamError> {
        self.require_open()?;
        let begun = self.prove.begin(address, ProofPurpose::JoinTeam, language);
        Ok(begun.await?)
    }

    /// Signs a person up for the team that invited them first, and signs them in. Everything is checked before the code,
    /// so that a fault in the form costs no guess.
    ///
    /// The future MUST be driven to completion: a code is accepted once.
    pub async fn execute(&self, request: JoinTeamRequest) -> Result<BegunSession, JoinTeamError> {
        self.require_open()?;
        let (verification, purpose) = (request.verification, ProofPurpose::JoinTeam);
        let sent = self.prove.find(verification, purpose).await?;
        let known = [sent.address.as_str(), request.name.as_str()];
        request.password.check(Factors::Password, &known)?;
        let proven = self.prove.check(verification, purpose, request.guess);
        let email = proven.await?;
        let index = self.installation.person_index(&email);
        if self.persons.find_person_by_email(index).await?.is_some() {
            return Err(JoinTeamError::AddressTaken);
        }
        let invitations = self.open_to(index).await?;
        let invitation = invitations.first().ok_or(JoinTeamError::NotInvited)?;
        let password = self.passwords.hash_password(&request.password).await?;
        let (now, randomness) = (
            self.begin_session.clock.now(),
            &*self.begin_session.randomness,
        );
        let id = PersonId::generate(now, randomness);
        let details = PersonalDetails {
            email,
            name: request.name,
        };
        let sealing = (&*self.installation, randomness);
        let of_person = (id, &details, password.clone());
        let person = Person::seal(of_person, request.language, now, sealing);
        let change = TeamChange::SignUp(invitation.id, Box::new(person));
        let account = invitation.account_id;
        self.make(id, account, &change, AuditAction::JoinTeam)
            .await?;
        let begun = self
            .begin_session
            .execute((id, &password), request.device, request.instead_of);
        begun.await?.ok_or(JoinTeamError::AddressTaken)
    }

    /// Returns whether people who are invited may sign up.
    pub fn is_open(&self) -> bool {
        match self.policy {
            SignUpPolicy::Open | SignUpPolicy::Invited => true,
            SignUpPolicy::Closed => false,
        }
    }

    fn require_open(&self) -> Result<(), JoinTeamError> {
        match self.is_open() {
            true => Ok(()),
            false => Err(JoinTeamError::NotOpen),
        }
    }

    /// Returns the account of an invitation to this person.
    async fn account_of(
        &self,
        viewer: &Viewer,
        id: InvitationId,
    ) -> Result<AccountId, JoinTeamError> {
        let invitations = self.open_to(viewer.person.email_index).await?;
        let mut invitations = invitations.iter();
        let found = invitations.find(|invitation| invitation.id == id);
        Ok(found.ok_or(JoinTeamError::NotInvited)?.account_id)
    }

    async fn open_to(&self, email: PersonIndex) -> Result<Vec<TeamInvitation>, PortError> {
        let now = self.begin_session.clock.now();
        let mut invitations = self.teams.list_invitations_to(email).await?;
        invitations.retain(|invitation| invitation.is_open_at(now));
        Ok(invitations)
    }

    async fn make(
        &self,
        person: PersonId,
        account: AccountId,
        change: &TeamChange,
        action: AuditAction,
    ) -> Result<(), JoinTeamError> {
        let begin = &self.begin_session;
        let (actor, now) = (person.actor(), begin.clock.now());
        let entry = AuditEntry::new(actor, action, account.0, now, &*begin.randomness);
        let record = entry.into();
        let changed = self.teams.change_team(account, change, &record);
        Ok(changed.await??)
    }
}
